"""How fast messages are written: `python -m benchmarks.communications.render [messages] [processes]`.

Shipped e-mails (subject, preheader, HTML and plain text of each), made-up people. CPU seconds count the parent and its workers, so that a busy
machine does not blur them.
"""

import resource
import sys
import time

from pipelines.campaigns.schema import Policy
from pipelines.messages.golden import columns, fixture_row
from pipelines.messages.render import Held, renderer
from pipelines.settings import PROJECT

TEMPLATES = {"abandoned_basket/reminder": "ru_three_lines", "win_back/percent": "ru_two_orders", "newsletter/weekly": "ru"}


def main(messages: int = 20_000, processes: int = 1) -> None:
    """Prints a line per template."""
    for name, fixture in TEMPLATES.items():
        scenario, template = name.split("/")
        sample = fixture_row(PROJECT / "campaigns" / scenario / "templates" / template, fixture, "email")
        rows = [{**sample, "customer": dict.fromkeys(columns()) | sample["customer"] | {"given_name": f"Имя{number}"}} for number in range(messages)]
        before, began = cpu(), time.monotonic()
        with renderer(PROJECT / "campaigns", Policy(), track=lambda url, row: f"https://go.example.com/{row['step']}", processes=processes) as render:
            found = render(rows)
            wall = time.monotonic() - began
        parent, workers = (after - start for after, start in zip(cpu(), before, strict=True))
        assert not any(isinstance(one, Held) for one in found)
        size = len(found[0].html) + len(found[0].text)
        print(
            f"{name}: {size:,} signs each; {messages / wall:,.0f} a second; per CPU second {messages / (parent + workers):,.0f} "
            f"(workers {workers:.1f} s, parent {parent:.1f} s)"
        )


def cpu() -> tuple[float, float]:
    """CPU seconds of this process and of its ended children."""
    return tuple(used.ru_utime + used.ru_stime for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
