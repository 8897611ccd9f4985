"""Funnels, matrices, loops, simplified graphs and differences: counted by hand, by a slow second implementation, and held against the graph."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, fisher_exact

from parcours.journey import mining
from parcours.journey.mined.difference import differences, two_shares
from parcours.journey.mined.funnel import read_funnel
from parcours.journey.mined.moves import comebacks, explaining_edges, make_moves, step_matrix
from parcours.lake import open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.lake import Engine

Paths = list[list[int]]
A, B, C, D = 1, 2, 3, 4
SOME: Paths = [[A, B, C], [A, B, B, C], [A, C], [B, A, D], [A, B, D]]
paths_of_any = st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=7), min_size=1, max_size=12)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine of the product."""
    opened = open_engine(tmp_path_factory.mktemp("engine") / "spill", "1GB", 1)
    yield opened
    opened.close()


def walk(engine: Engine, paths: Paths, people: Sequence[int | None] | None = None, wait_s: int = 1) -> None:
    """Make `walk` and `move`: a row each `wait_s` seconds; each journey has a person of its own unless said otherwise."""
    rows = [
        (number, node, place * wait_s * 1_000_000, place, number + 1000 if people is None else people[number])
        for number, path in enumerate(paths)
        for place, node in enumerate(path)
    ]
    columns = [pa.array(column, pa.int64()) for column in zip(*rows, strict=True)]
    engine.register("row_of_walk", pa.table(columns, ["journey", "node", "at_us", "ordinal", "person"]))
    engine.run(
        "create or replace temp view walk as select * replace (node::integer as node) from row_of_walk"
    )
    make_moves(engine)


def graph(engine: Engine) -> dict[tuple[int | None, int | None], int]:
    """Transitions and how often."""
    return {(row["source"], row["target"]): row["count"] for row in mining.transition_graph(engine)}


def test_a_funnel_follows_the_first_visits_in_turn(engine: Engine) -> None:
    """A, then B, then C: five journeys reach A; of these 1, 2, 5 reach B (journey 4 was at B before); 1 and 2 reach C.

    Journeys 3 and 4 leave the funnel at A, to C and D; journey 5 leaves it at B, to D.
    Of the visits of B one is journey 4's, before A, and one is the second of journey 2: both are outside the funnel.
    """
    walk(engine, SOME)
    first, second, third = read_funnel(engine, [A, B, C])

    assert [(stop.journeys, stop.people) for stop in (first, second, third)] == [(5, 5), (3, 3), (2, 2)]
    assert [(way.target, way.dropped) for way in first.ways if way.dropped] == [(C, 1), (D, 1)]
    assert [(way.target, way.onward, way.dropped, way.outside) for way in second.ways] == [
        (D, 0, 1, 0), (C, 1, 0, 1), (B, 1, 0, 0), (A, 0, 0, 1),
    ]  # fmt: skip
    assert (first.wait_median_s, second.wait_median_s, third.wait_median_s) == (None, 1.0, 1.5)


def _funnel_by_hand(paths: Paths, nodes: list[int]) -> list[int]:
    """Journeys at each node of a funnel, one journey after the other."""
    reached = [0] * len(nodes)
    for path in paths:
        place = -1
        for number, node in enumerate(nodes):
            if node not in path[place + 1 :]:
                break
            place = path.index(node, place + 1)
            reached[number] += 1
    return reached


@settings(max_examples=30)
@given(paths_of_any, st.lists(st.integers(1, 4), min_size=2, max_size=4))
def test_a_funnel_reconciles_with_the_graph_to_the_unit(
    engine: Engine, paths: Paths, nodes: list[int]
) -> None:
    """Reached as counted by hand; what is dropped is what is missing at the next; every transition out of a node is told once."""
    walk(engine, paths)
    stops = read_funnel(engine, nodes)
    edges = graph(engine)

    assert [stop.journeys for stop in stops] == _funnel_by_hand(paths, nodes)
    for stop, following in pairwise(stops):
        assert stop.dropped == stop.journeys - following.journeys
    for stop in stops:
        assert {(stop.node, way.target): way.count for way in stop.ways} == {
            edge: count for edge, count in edges.items() if edge[0] == stop.node
        }
        assert sum(way.onward + way.dropped for way in stop.ways) == stop.journeys
        assert stop.visits == sum(count for edge, count in edges.items() if edge[1] == stop.node)


@settings(max_examples=30)
@given(paths_of_any)
def test_every_offset_of_a_matrix_adds_up_to_the_journeys_with_the_anchor(
    engine: Engine, paths: Paths
) -> None:
    """Nobody is lost before the beginning or after the end; the first move after a first visit is an edge of the graph."""
    walk(engine, paths)
    rows, total = step_matrix(engine, anchor=B, before=2, after=2)

    assert total == sum(B in path for path in paths)
    for offset in range(-2, 3) if total else ():
        assert sum(row["journeys"] for row in rows if row["offset"] == offset) == total
    by_hand = Counter(([*path, None])[path.index(B) + 1] for path in paths if B in path)
    assert {row["node"]: row["journeys"] for row in rows if row["offset"] == 1} == by_hand


def test_a_matrix_looks_back_from_the_end(engine: Engine) -> None:
    """The last nodes are C, C, C, D, D; before the end of A, B there was nothing."""
    walk(engine, SOME)
    rows, _ = step_matrix(engine, anchor=None, before=3, after=0, from_end=True)
    told = {(row["offset"], row["node"]): row["journeys"] for row in rows}

    assert {key: count for key, count in told.items() if key[0] == 0} == {(0, C): 3, (0, D): 2}
    assert (told[-2, A], told[-2, B], told[-2, None]) == (2, 2, 1)
    assert (told[-3, A], told[-3, None]) == (1, 4)


@settings(max_examples=30)
@given(paths_of_any)
def test_comebacks_are_visits_beyond_the_first(engine: Engine, paths: Paths) -> None:
    """Again is visits less journeys; ways add up; what comes back at once is a loop of the graph."""
    walk(engine, paths)
    edges = graph(engine)
    found = {row["node"]: row for row in comebacks(engine)}
    for node in (A, B, C, D):
        visits = sum(path.count(node) for path in paths)
        journeys = sum(node in path for path in paths)
        if node not in found:
            assert visits == journeys
            continue
        row = found[node]
        assert (row["visits"], row["journeys"], row["again"]) == (visits, journeys, visits - journeys)
        assert row["again_journeys"] == sum(path.count(node) > 1 for path in paths)
        assert sum(way["count"] for way in row["ways"]) == row["again"]
        at_once = sum(way["count"] for way in row["ways"] if way["via"] == node)
        assert at_once == edges.get((node, node), 0)


@settings(max_examples=30)
@given(paths_of_any, st.floats(0, 1))
def test_a_simplified_graph_explains_what_it_says(engine: Engine, paths: Paths, share: float) -> None:
    """Counted journey by journey, the share of whom every transition is left is the one told, and at least the one asked for."""
    walk(engine, paths)
    kept, explained = explaining_edges(engine, share)
    whole = [set(zip([None, *path], [*path, None], strict=True)) for path in paths]
    by_hand = sum(edges <= set(kept) for edges in whole) / len(paths)

    assert explained == pytest.approx(by_hand)
    assert explained >= share
    assert set(kept) <= set(graph(engine))
    assert all(any(edge in edges and edges <= set(kept) for edges in whole) for edge in kept)


def test_all_transitions_explain_everybody(engine: Engine) -> None:
    """Asked for everybody, the graph is whole; a person with two journeys needs the transitions of both."""
    walk(engine, SOME)
    assert (len(explaining_edges(engine, 1.0)[0]), explaining_edges(engine, 1.0)[1]) == (
        len(graph(engine)),
        1.0,
    )
    walk(engine, [[A], [A], [A, B]], [7, 8, 8])
    assert explaining_edges(engine, 0.5) == ([(None, A), (A, None)], 0.5)


def test_two_cohorts_differ_where_their_journeys_do(engine: Engine) -> None:
    """Chosen go A, B (60 of 100) or A (40); the others A, B (20 of 100) or A (80): shares as counted, the chance as SciPy's test without correction."""
    paths = [[A, B]] * 60 + [[A]] * 40 + [[A, B]] * 20 + [[A]] * 80
    walk(engine, paths)
    engine.register(
        "cohort", pa.table({"journey": list(range(200)), "is_chosen": [True] * 100 + [False] * 100})
    )
    found, chosen, other = differences(engine)
    told = {(item.source, item.target): item for item in found}
    expected = chi2_contingency([[60, 40], [20, 80]], correction=False).pvalue

    assert (chosen, other) == (100, 100)
    assert (told[A, B].share_chosen, told[A, B].share_other) == (0.6, 0.2)
    # Four transitions, three of them (A-B, B-end, A-end) at this chance: Benjamini and Hochberg make it 4/3 of it.
    assert told[A, B].chance == pytest.approx(expected * 4 / 3)
    assert told[None, A].chance == 1.0


def test_cohorts_without_journeys_differ_in_nothing(engine: Engine) -> None:
    """One empty cohort is no comparison, and no fault."""
    walk(engine, SOME)
    engine.register("cohort", pa.table({"journey": [0, 1], "is_chosen": [True, True]}))

    assert differences(engine) == ([], 2, 0)


def test_waits_are_held_against_the_median_of_both(engine: Engine) -> None:
    """30 chosen wait 9 s and 30 others 1 s: all chosen are slow, no other is; Fisher's chance of that is under a millionth."""
    walk(engine, [[A, B]] * 60)
    engine.run(
        "update move set next_us = case when journey < 30 then 9000000 else 1000000 end where next_us is not null"
    )
    engine.register("cohort", pa.table({"journey": list(range(60)), "is_chosen": [True] * 30 + [False] * 30}))
    item = next(item for item in differences(engine)[0] if item.source == A)

    assert (item.wait_chosen_s, item.wait_other_s) == (9.0, 1.0)
    assert item.wait_chance is not None
    assert item.wait_chance < 1e-6


@given(st.tuples(*[st.integers(1, 30)] * 2), st.data())
def test_small_shares_are_compared_exactly(totals: tuple[int, int], data: st.DataObject) -> None:
    """Where fewer than five are expected in a cell the chance is Fisher's, else that of the chi-squared test."""
    hits = [data.draw(st.integers(0, total)) for total in totals]
    (found,) = two_shares([hits[0]], [totals[0]], [hits[1]], [totals[1]])
    table = np.array([[hits[0], totals[0] - hits[0]], [hits[1], totals[1] - hits[1]]])
    if not table.sum(0).all():
        assert found == 1
        return
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    if expected.min() < 5:
        assert found == pytest.approx(fisher_exact(table).pvalue)
    else:
        assert found == pytest.approx(chi2_contingency(table, correction=False).pvalue)
