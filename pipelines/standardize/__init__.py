"""Values that need a library to be read: phone numbers and e-mail addresses.

Everything SQL can do well is a macro in `macros/`. Nothing here reads or writes a database; `plugin` hands the functions to DuckDB.
"""
