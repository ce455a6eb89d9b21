"""Deciding clusters from edges and rules, by tables small enough to check by eye."""

import random

from pipelines.identity.resolve import resolve as resolution_of

THRESHOLD = 4.0


def resolve(*arguments, **more) -> dict[str, str]:
    return resolution_of(*arguments, **more).clusters


def together(found: dict[str, str], *records: str) -> bool:
    return len({found[record] for record in records}) == 1


def test_edges_below_the_threshold_join_nothing():
    assert resolve("abc", [], [("a", "b", 3.9), ("b", "c", 4.0)], [], THRESHOLD) == {"a": "a", "b": "b", "c": "b"}


def test_a_declared_link_binds_whatever_the_score_says():
    found = resolve("ab", [("a", "b")], [], [("a", "b", 40.0)], THRESHOLD)
    assert together(found, "a", "b")


def test_a_veto_parts_what_any_weight_would_join():
    assert not together(resolve("ab", [], [("a", "b", 99.0)], [], THRESHOLD, vetoes=[("a", "b")]), "a", "b")


def test_a_veto_also_parts_records_that_only_hang_together_through_a_third():
    found = resolve("abc", [], [("a", "b", 20.0), ("b", "c", 19.0)], [], THRESHOLD, vetoes=[("a", "c")])
    assert together(found, "a", "b") and not together(found, "a", "c")


def test_records_with_different_unique_identifiers_are_not_joined_through_any_chain():
    edges, cards = [("a", "b", 20.0), ("b", "c", 19.0)], [("a", "card", "1"), ("c", "card", "2")]
    found = resolve("abc", [], edges, [], THRESHOLD, unique=cards)
    assert together(found, "a", "b") and not together(found, "a", "c")
    assert together(resolve("abc", [], edges, [], THRESHOLD, unique=[*cards[:1], ("c", "account", "2")]), *"abc")


def test_a_customer_to_whom_a_source_gave_two_unique_identifiers_is_joined_by_either():
    cards = [("a", "card", "1"), ("b", "card", "2"), ("c", "card", "2"), ("d", "card", "3")]
    edges = [("a", "c", 20.0), ("a", "d", 19.0)]
    found = resolution_of("abcd", [("a", "b")], edges, [], THRESHOLD, unique=cards)
    assert found.clusters == {"a": "a", "b": "a", "c": "a", "d": "d"}
    assert found.refused == [("a", "d", "veto")]
    assert together(resolve("abcd", [], edges, [], THRESHOLD, unique=cards, must=[("a", "d")]), "a", "d")


def test_a_bare_e_mail_shared_by_father_and_son_goes_to_the_stronger_and_does_not_join_them():
    found = resolve(["father", "mail", "son"], [], [("father", "mail", 8.0), ("mail", "son", 7.0)], [("father", "son", 12.0)], THRESHOLD)
    assert together(found, "father", "mail") and not together(found, "father", "son")


def test_a_weak_bridge_between_two_strong_clusters_is_cut_and_a_strong_one_is_not():
    strong = [(x, y, 15.0) for group in ("abcd", "wxyz") for x in group for y in group if x < y]
    cut = resolve("abcdwxyz", [], [*strong, ("d", "w", 5.0)], [], THRESHOLD)
    kept = resolve("abcdwxyz", [], [*strong, ("d", "w", 9.0)], [], THRESHOLD)
    assert together(cut, *"abcd") and together(cut, *"wxyz") and not together(cut, "a", "z")
    assert together(kept, *"abcdwxyz")


def test_one_contradiction_is_outweighed_by_strong_evidence():
    assert together(resolve("abc", [], [("a", "b", 15.0), ("b", "c", 14.0)], [("a", "c", 6.0)], THRESHOLD), "a", "b", "c")


def test_clusters_do_not_depend_on_the_order_of_anything():
    chance = random.Random(3)
    records = [f"r{number:03}" for number in range(200)]
    draw = lambda least, most: (*sorted(chance.sample(records, 2)), float(chance.randint(least, most)))  # noqa: E731
    edges, against = [draw(4, 9) for _ in range(400)], [draw(2, 12) for _ in range(300)]
    links, vetoes = [draw(0, 0)[:2] for _ in range(20)], [draw(0, 0)[:2] for _ in range(20)]
    unique = [(chance.choice(records), "card", str(number % 15)) for number in range(40)]
    must = [draw(0, 0)[:2] for _ in range(30)]
    cannot = [*(draw(0, 0)[:2] for _ in range(150)), *must[:2]]
    first = resolution_of(records, links, edges, against, THRESHOLD, vetoes, must, cannot, unique=unique)
    assert first.broken, "some decisions must contradict each other"
    for table in (records, links, edges, against, vetoes, must, cannot, unique):
        chance.shuffle(table)
    again = resolution_of(records, links, edges, against, THRESHOLD, vetoes, must, cannot, unique=unique)
    assert (again.clusters, again.broken) == (first.clusters, first.broken)
    assert 1 < len(set(first.clusters.values())) < len(records)


def test_every_record_gets_a_cluster_named_by_its_smallest_record():
    found = resolve(["z", "b", "m"], [("m", "z")], [], [], THRESHOLD)
    assert found == {"b": "b", "m": "m", "z": "m"}


def test_a_declared_link_against_all_evidence_waits_where_a_steward_parts_its_two_people():
    edges = [("a1", "a2", 9.0), ("o1", "o2", 9.0)]
    together = resolution_of(["a1", "a2", "o1", "o2"], [], edges, [], 1.0, doubted_links=[("a1", "o1")])
    assert set(together.clusters.values()) == {"a1"}
    parted = resolution_of(["a1", "a2", "o1", "o2"], [], edges, [], 1.0, cannot=[("a2", "o2")], doubted_links=[("a1", "o1")])
    assert parted.clusters == {"a1": "a1", "a2": "a1", "o1": "o1", "o2": "o1"}
    assert parted.broken == [("a1", "o1")]


TWO_PEOPLE = [(x, y, 15.0) for group in ("abc", "xyz") for x in group for y in group if x < y]
STRANGERS = [(x, y, 30.0) for x in "abc" for y in "xyz"]


def test_a_must_link_joins_two_whole_people_whatever_speaks_against_them():
    assert together(resolve("abcxyz", [], TWO_PEOPLE, STRANGERS, THRESHOLD, must=[("a", "x")]), *"abcxyz")
    assert together(resolve("abcxyz", [], TWO_PEOPLE, STRANGERS, THRESHOLD, vetoes=[("b", "y")], must=[("a", "x")]), *"abcxyz")


def test_a_must_link_and_a_cannot_link_are_both_obeyed_where_that_can_be():
    found = resolve("abcxyz", [], TWO_PEOPLE, STRANGERS, THRESHOLD, must=[("a", "x")], cannot=[("a", "y")])
    assert together(found, "a", "x") and not together(found, "a", "y")


def test_a_must_link_that_contradicts_a_cannot_link_is_told():
    resolution = resolution_of("abc", [("a", "b")], [], [], THRESHOLD, must=[("b", "c")], cannot=[("b", "c")])
    assert resolution.broken == [("b", "c")] and not together(resolution.clusters, "b", "c")


def test_a_must_link_that_obeying_another_one_puts_in_danger_is_obeyed_too():
    edges, against = [("a", "c", 10.0), ("c", "d", 6.0)], [("a", "d", 20.0)]
    found = resolution_of("abcde", [], edges, against, THRESHOLD, must=[("a", "b"), ("d", "e")], cannot=[("b", "c"), ("c", "e")])
    assert not found.broken
    assert together(found.clusters, "a", "b") and together(found.clusters, "d", "e")
    assert not together(found.clusters, "b", "c") and not together(found.clusters, "c", "e")
