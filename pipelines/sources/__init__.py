"""Getting exports into `raw_<source>`: one module per system, and what all of them share.

`preset` says what a preset is · `registry` finds them · `inbox` lists files · `reader` reads one file ·
`landing` loads what is new. Cleaning and meaning stay out: `models/staging`.
"""
