"""The evaluation: which passes begin, how far they come, what is sent and what is not, in sets and on event time.

A tick looks at the time between the watermark of the tick before and its own, and at nothing else; whatever the ticks are (hourly, daily,
late, doubled), the same moments are looked at in the same order, so the tables come out the same.

`definitions` compiles scenarios to tables, `given` freezes what is looked at, `entries` lets passes begin, `transitions` moves them,
`requests` makes messages of send steps, `arbitration` decides them, `recalls` calls queued ones back, `tick` puts all this into one transaction.
"""
