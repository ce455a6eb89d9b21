"""Other engines, each set up as its own documentation does it, for whatever columns a set has.

They run in the environment of `requirements.txt`, where nothing of Svod is installed: nothing is imported from it here.
"""
