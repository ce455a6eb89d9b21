"""The level that each comparison of a pair comes to, as one SQL query: the conditions are those of `comparisons.py`, word for word in what they mean.

Conditions ask the same again and again (are the given names alike?). What they ask is asked once per pair here, what is dear only after
what is cheap, and sets of one value are compared as numbers; that halves the time of scoring. What a level weighs stays out: `score.py`.
"""

import re
from functools import cache

from pipelines.identity.comparisons import COMPARISONS, NOTHING, ONE_OF_FAMILY, OTHER_FAMILY_NAME, OTHER_GIVEN_NAME, levels
from pipelines.identity.people import COLUMNS, SET_COLUMNS

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
NAMES = {"other_given_name": OTHER_GIVEN_NAME, "other_family_name": OTHER_FAMILY_NAME, "one_of_family": ONE_OF_FAMILY}

# A set is `_one`, its first value, and where it has several `_all`; both as hashes, for two numbers are compared sooner than two lists of
# texts, and that two values have one hash of 64 bits is less likely than a flipped bit. `_text` is the first value as it is written.
ON_SETS = (
    (
        re.compile(r"list_has_any\((\w+)_l, \1_r\)"),
        r"case when \1_all_l is null and \1_all_r is null then coalesce(\1_one_l = \1_one_r, false) "
        r"when \1_all_r is null then coalesce(list_contains(\1_all_l, \1_one_r), false) "
        r"when \1_all_l is null then coalesce(list_contains(\1_all_r, \1_one_l), false) else list_has_any(\1_all_l, \1_all_r) end",
    ),
    (re.compile(r"len\((\w+)_([lr])\) = 0"), r"\1_one_\2 is null"),
    (re.compile(r"(\w+)_([lr])\[1\]"), r"\1_text_\2"),
)
OF_RECORD = {
    **{column: column for column in COLUMNS},
    **{f"{column}_one": f"case when len({column}) > 0 then hash({column}[1]) end" for column in SET_COLUMNS},
    **{f"{column}_all": f"case when len({column}) > 1 then list_transform({column}, lambda value: hash(value)) end" for column in SET_COLUMNS},
    **{f"{column}_text": f"{column}[1]" for column in SET_COLUMNS},
}


def record() -> str:
    """What `query` asks of a record, as a select list over `people`."""
    return ", ".join(f"{OF_RECORD[column]} as {column}" for column in _plan()[3])


def query(pairs: str, **keep: str) -> str:
    """The number of each level (as Splink counts: -1 where there is nothing to compare) of `pairs`, beside the columns `keep`.

    `pairs` is what stands after `from`: it has the two records as `l` and `r`, with the columns of `record`.
    """
    asked, of_names, cases, columns = _plan()
    sides = ", ".join(f"l.{column} as {column}_l, r.{column} as {column}_r" for column in columns)
    kept = ", ".join(f"{expression} as {column}" for column, expression in keep.items())
    return f"""
        select {", ".join(keep)}, {cases}
        from (select *, {of_names} from (select *, {asked} from (select {kept}, {sides} from {pairs}) as sides) as asked) as named
    """


@cache
def _plan() -> tuple[str, str, str, list[str]]:
    """What is asked once, what follows from it about the names, the levels: three select lists. And the columns that they read."""
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

    cases = _of_sets(", ".join(_case(name, briefest) for name in COMPARISONS))
    asked = _of_sets(", ".join(f"{question} as {column}" for question, column in questions.items()))
    of_names = ", ".join(f"{differ} as {column}" for differ, column in names.items())
    read = set(re.findall(r"\b(\w+)_[lr]\b", f"{asked} {of_names} {cases}"))
    return asked, of_names, cases, [column for column in OF_RECORD if column in read]


def _of_sets(text: str) -> str:
    for pattern, instead in ON_SETS:
        text = pattern.sub(instead, text)
    return text


def _case(name: str, brief) -> str:
    branches = " ".join(
        f"when {brief(condition)} then {-1 if label == NOTHING else levels(name).index(label)}" for label, condition in COMPARISONS[name] if condition != "else"
    )
    return f"cast(case {branches} else 0 end as tinyint) as gamma_{name}"
