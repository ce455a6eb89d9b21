"""Rules of repetition (RFC 5545) as far as scenarios use them: daily at most, counted from `at`."""

import re
from itertools import islice

from dateutil.rrule import rrulestr

from pipelines.campaigns.schema import Schedule


def wrong_rule(schedule: Schedule) -> str | None:
    """What is wrong with the rule, in words."""
    if schedule.rrule is None:
        return None
    rule = schedule.rrule.strip().upper()
    if not re.fullmatch(r"FREQ=[A-Z]+(;[A-Z]+=[A-Z0-9,+-]+)*", rule) or re.search(r"INTERVAL=0+(;|$)", rule):
        return "this is no rule"
    if not re.match(r"FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY)\b", rule) or re.search(r"BY(HOUR|MINUTE|SECOND)=", rule):
        return "more often than daily"
    try:
        moments = list(islice(rrulestr(rule, dtstart=schedule.at), 2))
    except (ValueError, TypeError):
        return "this is no rule"
    return None if moments else "no moment fits it"
