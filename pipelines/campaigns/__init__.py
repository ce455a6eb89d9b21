"""Communications: scenarios as files, evaluated in sets on event time, every message decided with a reason.

`schema` says what a scenario file may hold, `tables` what the evaluation keeps; `pipelines.messages` renders, `pipelines.sending` sends,
`pipelines.responses` takes the answers back.
"""
