"""Profile, consents, segments and history at a million customers: what a day with 1% change costs beside building everything. `python -m benchmarks.marts`."""
