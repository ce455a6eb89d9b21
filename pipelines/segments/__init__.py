"""What people ask of segments: how large, whom, why she and why not he, and who is like them.

Who is a member is decided by the models in `models/segments`; nothing here changes anything.
"""
