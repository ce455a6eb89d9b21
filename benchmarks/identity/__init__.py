"""The engine against its peers on people whose truth is known: figures to read, never a test. `make bench-identity`.

Every engine starts from the same clean records and is a process of its own; `sets` makes them, `peers` holds the others.
"""
