"""The level that each comparison of a pair comes to, as one SQL query: the conditions are those of `settings.py`, word for word in what they mean.

Conditions ask the same again and again (are the given names alike?). What several of them ask is asked once per pair here, and what is dear
only after what is cheap; that is worth half of the time that matching takes. What a level weighs stays out: `score.py`.
"""

import re
from functools import cache

from pipelines.identity.people import COLUMNS
from pipelines.identity.settings import COMPARISONS, NOTHING, OTHER_FAMILY_NAME, OTHER_GIVEN_NAME, levels

GAMMAS = [f"gamma_{name}" for name in COMPARISONS]

# Alike but for typos, with equal digits: equal names are alike, and digits are looked at only where letters are alike.
SIMILAR = re.compile(
    r"\((jaro_winkler_similarity\((\w+), (\w+)\)) >= ([0-9.]+) and \(\2 = \3 or (regexp_replace\(\2, [^)]*\) = regexp_replace\(\3, [^)]*\))\)\)"
)
SIMILAR_BY_STEPS = r"case when \2 = \3 then true when \1 >= \4 then \5 when \2 <> \3 then false end"
# Alike, and so many edits apart at most: lengths may not differ by more, and counting edits is the dearest of all.
CLOSE = re.compile(r"\((jaro_winkler_similarity\(([^(),]+), ([^(),]+)\)) >= ([0-9.]+) and (damerau_levenshtein\(\2, \3\) <= ([0-9]))\)")
CLOSE_BY_STEPS = r"case when \2 = \3 then true when abs(length(\2) - length(\3)) <= \6 and \1 >= \4 then \5 when \2 <> \3 then false end"
ALIKE = re.compile(r"jaro_winkler_similarity\([^()]+\) >= [0-9.]+")
SHARES = re.compile(r"list_has_any\(\w+, \w+\)")
# What is looked for, the larger first, and what is asked instead.
QUESTIONS = ((SIMILAR, SIMILAR_BY_STEPS), (CLOSE, CLOSE_BY_STEPS), (ALIKE, r"\g<0>"), (SHARES, r"\g<0>"))
NAMES = {"other_given_name": OTHER_GIVEN_NAME, "other_family_name": OTHER_FAMILY_NAME}


def query(pairs: str, **keep: str) -> str:
    """The number of each level (as Splink counts: -1 where there is nothing to compare) of `pairs`, beside the columns `keep`.

    `pairs` is what stands after `from`: it has the two records as `l` and `r`.
    """
    asked, of_names, cases = _plan()
    sides = ", ".join(f"l.{column} as {column}_l, r.{column} as {column}_r" for column in COLUMNS)
    kept = ", ".join(f"{expression} as {column}" for column, expression in keep.items())
    return f"""
        select {", ".join(keep)}, {cases}
        from (select *, {of_names} from (select *, {asked} from (select {kept}, {sides} from {pairs}) as sides) as asked) as named
    """


@cache
def _plan() -> tuple[str, str, str]:
    """What is asked once, what follows from it about the names, and the levels: three select lists."""
    questions: dict[str, str] = {}

    def brief(condition: str) -> str:
        for pattern, instead in QUESTIONS:
            condition = pattern.sub(lambda found, instead=instead: questions.setdefault(found.expand(instead), f"asked_{len(questions)}"), condition)
        return condition

    names = {brief(condition): column for column, condition in NAMES.items()}

    def briefest(condition: str) -> str:
        condition = brief(condition)
        for differ, column in names.items():
            condition = condition.replace(differ, column)
        return condition

    cases = ", ".join(_case(name, briefest) for name in COMPARISONS)
    return (
        ", ".join(f"{question} as {column}" for question, column in questions.items()),
        ", ".join(f"{differ} as {column}" for differ, column in names.items()),
        cases,
    )


def _case(name: str, brief) -> str:
    branches = " ".join(
        f"when {brief(condition)} then {-1 if label == NOTHING else levels(name).index(label)}" for label, condition in COMPARISONS[name] if condition != "else"
    )
    return f"cast(case {branches} else 0 end as tinyint) as gamma_{name}"
