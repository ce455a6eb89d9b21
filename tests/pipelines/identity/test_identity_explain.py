"""Every customer and every pair explains itself, and nobody's values are on the screen unless they are asked for."""

import ast
import re
from datetime import datetime
from itertools import pairwise

import pytest
import two_people as two
from two_people import ANNAS, OLEGS, customers, query

from pipelines.identity import notes, resolve_identity
from pipelines.identity.block import RULES
from pipelines.identity.comparisons import COMPARISONS, levels
from pipelines.identity.evaluation_files import SEVERAL, UNKNOWN, UNREAD, UNUSED
from pipelines.identity.explain_commands import HOW
from pipelines.identity.holding import Edge, hold, nearest
from pipelines.identity.masking import mask_email, mask_name, mask_phone
from pipelines.identity.plan_commands import NO_EVIDENCE, SAMPLES
from pipelines.identity.words import REASONS, RUSSIAN
from pipelines.settings import PROJECT

MONDAY = datetime(2026, 1, 5)
SAYING = ("commands", "evaluate", "evaluation_files", "evidence_chart", "explain_commands", "notes", "plan_commands", "review", "review_commands")


@pytest.fixture
def company(data):
    two.write(data, two.MISTAKE)
    resolve_identity(MONDAY)
    return data


def test_the_evidence_of_every_pair_adds_up_to_its_match_weight(company):
    wrong = """
        select count(*) from identity.pairs as pairs
        left join (select left_record_id, right_record_id, sum(bits) as bits from identity.pair_evidence group by all) as evidence using (left_record_id, right_record_id)
        where evidence.bits is null or abs(evidence.bits - pairs.match_weight) > 1e-6
    """
    assert query(company, "select count(*) from identity.pairs")[0][0] > 50
    assert query(company, wrong) == [(0,)]
    levels = dict(
        query(company, f"select comparison, level from identity.pair_evidence where left_record_id = '{ANNAS[0]}' and right_record_id = '{ANNAS[1]}'")
    )
    assert (levels["name"], levels["email"], levels["phone"]) == ("same", "share a private one", "nothing to compare")


def test_a_pair_is_taken_apart_also_one_that_no_run_looked_at(company, svod):
    known = svod("explain", ANNAS[1], ANNAS[0])
    assert "share a private one" in known and "They are one customer" in known
    fresh = svod("explain", ANNAS[1], OLEGS[1])
    assert "No run looked at this pair" in fresh and "different" in fresh
    assert query(company, f"select count(*) from identity.pairs where left_record_id = '{ANNAS[1]}' and right_record_id = '{OLEGS[1]}'") == [(0,)]


def test_a_customer_names_its_records_and_values_only_when_asked(company, svod):
    masked = svod("explain", ANNAS[2])
    assert f"{ANNAS[2]} is a record of {customers(company)[ANNAS[2]]}" in masked and "5 records" in masked
    assert "anna.volkovina@example.org" not in masked and "a***@e***" in masked
    assert f"The weakest link: {ANNAS[0]} and {OLEGS[0]}" in masked and "against the evidence" in masked
    assert "anna.volkovina@example.org" in svod("explain", ANNAS[2], "--unmasked")


def test_an_id_nobody_has_is_wrong_usage(company, svod):
    assert "No customer" in svod("explain", "c_nobody", code=2)


def test_a_pair_of_one_record_or_with_a_customer_is_wrong_usage_and_says_what_to_type(company, svod):
    customer = customers(company)[ANNAS[0]]
    assert "the same id twice" in svod("explain", ANNAS[0], ANNAS[0], code=2)
    assert "the same id twice" in svod("explain", customer, customer, code=2)
    for pair in ((customer, ANNAS[0]), (ANNAS[0], customer)):
        said = svod("explain", *pair, code=2)
        assert f"{customer} is a customer; its records: svod identity explain {customer}" in said and said.count("\n") == 1


def test_a_chart_asks_nothing_of_a_network_and_names_nobody(company, svod):
    file = company / "why.html"
    svod("explain", ANNAS[0], "--chart", str(file))
    page = file.read_text()
    assert page.count("<svg") >= 2 and "weakest" in page
    assert not re.search(r"https?://|src=|<script|@import|url\(", page)
    assert "volkovina" not in page


@pytest.mark.parametrize("place", ["nowhere/why.html", "a file/why.html", "/proc/why.html"])
def test_a_chart_that_cannot_be_written_is_told_in_one_line(company, svod, place):
    (company / "a file").touch()
    said = svod("explain", ANNAS[0], "--chart", str(company / place), code=2)
    assert "cannot be written" in said and said.count("\n") == 1


EDGES = [Edge("a", "b", 9.0, "email", False), Edge("b", "c", 4.0, "names", False), Edge("a", "c", 3.0, "names", False), Edge("c", "d", 2.0, "phone", False)]


def test_the_weakest_link_of_the_strongest_tree_is_a_bridge_if_nothing_else_crosses_there():
    held = hold(list("abcd"), EDGES)
    assert held.weakest == EDGES[3] and (held.left, held.right, held.others) == (list("abc"), ["d"], [])
    held = hold(list("abc"), EDGES[:3])
    assert held.weakest == EDGES[1] and (held.left, held.right, held.others) == (list("ab"), ["c"], [EDGES[2]])


def test_what_a_source_declares_against_all_evidence_is_the_weakest_link_and_what_a_steward_says_never_is():
    declared = Edge("a", "b", -29.0, "declared", True)
    assert hold(list("abc"), [declared, Edge("b", "c", 5.0, "email", False)]).weakest == declared
    assert hold(list("ab"), [Edge("a", "b", None, "must_link", True)]).weakest is None


def test_of_many_records_those_around_the_weakest_link_are_drawn():
    chain = [f"r{number:03d}" for number in range(100)]
    edges = [Edge(left, right, 1.0 if left == "r070" else 9.0, "email", False) for left, right in pairwise(chain)]
    drawn = nearest(chain, hold(chain, edges), 10)
    assert drawn == [f"r{number:03d}" for number in range(66, 76)]
    assert nearest(chain[:5], hold(chain[:5], edges[:4]), 10) == chain[:5]


def test_masks_keep_first_letters_and_no_lengths():
    assert mask_name("Анна Волкова") == "А*** В***"
    assert mask_email("anna.volkova@example.org") == "a***@e***"
    assert mask_phone("+79161234567") == "***67"


def test_a_customer_a_pair_and_their_chart_are_explained_in_russian_too(company, svod):
    file = company / "why.html"
    pair, customer = svod("explain", ANNAS[0], ANNAS[1], "--ru"), svod("explain", ANNAS[0], "--ru", "--chart", str(file))
    assert "есть общий, только у них двоих" in pair and "Это один клиент" in pair
    assert f"Самое слабое звено: {ANNAS[0]} и {OLEGS[0]}" in customer and "Нарисовано" in customer
    page = file.read_text()
    assert '<html lang="ru">' in page and "Что держит записи вместе" in page
    for said in (pair, customer, re.sub("<style>.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)):
        ours = re.sub(r"[a-z]+:contact:\w+(-\d+)?|\S+@\S+|c_\w+|cannot_link|must_link|e-mail|\S+\.html", "", said)
        assert not re.findall(r"\b[A-Za-z]{3,}\b", re.sub(r"\w\*\*\*", "", ours))


def test_every_sentence_that_is_said_has_its_russian_and_takes_the_same_values():
    trees = [ast.parse((PROJECT / "pipelines" / "identity" / f"{name}.py").read_text()) for name in SAYING]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("say", "Note")]
    said = {call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)}
    assert len(said) > 40
    said |= {text for table in (HOW, SAMPLES, NO_EVIDENCE, notes.REFUSALS, notes.IDENTIFIERS) for text in table.values()}
    said |= {*notes.PLACEHOLDERS, *notes.RECORDS, notes.TOO_MANY, UNREAD, UNUSED, UNKNOWN, SEVERAL}
    assert said <= RUSSIAN.keys()
    labels = {level for name in COMPARISONS for level in levels(name)} | {name.replace("_", " ") for name in COMPARISONS} | set(REASONS.values())
    labels |= {*RULES, "declared", "equal rows", "inside"}
    assert labels <= RUSSIAN.keys()
    for text, russian in RUSSIAN.items():
        assert sorted(re.findall(r"{\w+", text)) == sorted(re.findall(r"{\w+", russian)), text
