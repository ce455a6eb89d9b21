"""The rights of the people in the data: erasure, access, retention, and the record of what is processed.

`places` says where a person can be, `subject` who is meant and what is theirs, `tables`, `files` and `inbox` take it out,
`tombstones` keep it out. One machine for one person, for old rows and for rows that come back.
"""
