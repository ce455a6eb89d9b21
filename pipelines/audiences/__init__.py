"""Ad audiences: who may be matched with an ad platform, as hashes that add to and take from what the platform already has.

`people` who · `hashing` how a value is written before it is hashed · `google`, `meta`, `yandex`, `vk` what each platform takes · `diff` what has
changed · `upload_files` the files · `endpoint` the same to a receiver of one's own · `sync` the ledger of what each has · `commands` the command.
"""
