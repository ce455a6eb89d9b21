"""The rights of the people in the data: erasure, access, retention, and the record of what is processed.

`places` says where a person can be, `finding` who is meant, `subject` what is theirs; `tables`, `cleaning` and `rewriting` take it out
of the warehouse, of other files and of the inbox; `tombstones` keep it out. One machine for one person, for old rows and for rows that come back.
"""
