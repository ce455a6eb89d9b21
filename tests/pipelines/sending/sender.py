"""A sender as a process of its own, to be killed: `python sender.py <port> [purpose]`. The data folder comes from SVOD_DATA."""

from outbox import parts

from pipelines.sending.run import send

if __name__ == "__main__":
    report = send(parts(), channels=("email",), tell=lambda *_: print(".", flush=True))
    print(report.counts, report.held)
