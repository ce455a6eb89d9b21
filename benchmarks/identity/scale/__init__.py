"""The engine at scale: a million made-up records and more, a day's change, and input that no company should have. `make bench-identity-scale`."""
