"""What comes back of a message: links that say whose they are, the collector that they lead to, bounces by mail, and lines for the warehouse.

Everything that is heard is a line of a file in `<data>/responses` (`segments`), which the landing takes into the source `responses`
(`delivery`). What a line means for consent and reachability is decided in `models/staging/responses`; only what stops a message that is
already queued is read before that (`stops`).
"""
