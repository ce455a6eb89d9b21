"""Speed and memory of every stage: figures to read, never a test. `python -m benchmarks --help`."""
