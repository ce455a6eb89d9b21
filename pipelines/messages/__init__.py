"""Messages: what one person reads, from a template, a customer and the event that began the pass.

`folder` finds the sources, `held_tokens` and `compiled` make a program of them once, `worker` runs it per person under limits, `render` drives
workers, `lint` and `golden` look at templates before anybody gets one. Whether somebody may get a message stays out: that was decided before.
"""
