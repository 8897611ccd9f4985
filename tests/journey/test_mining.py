"""Transition graph and variants, counted by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from gap.direct import Direct
from gap.reference import Map, Signal
from parcours.journey import mining
from parcours.lake import open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.lake import Engine

A, B, C = 1, 2, 3
SECOND_US = 1_000_000
STEPS = [
    # journey, node, second, ordinal, person
    (1, A, 0, 1, 7),
    (1, B, 10, 2, 7),
    (1, C, 40, 3, 7),
    (2, A, 0, 4, 8),
    (2, B, 20, 5, 8),
    (2, B, 50, 6, 8),
    (3, A, 0, 7, None),
    (4, B, 5, 9, 7),
    (4, A, 5, 8, 7),
]
"""Journey 4 has two steps at one instant: the ordinal puts A (8) before B (9)."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine with the walk."""
    opened = open_engine(tmp_path_factory.mktemp("engine") / "spill", "1GB", 1)
    names = ["journey", "node", "at_us", "ordinal", "person"]
    columns = [pa.array(column, pa.int64()) for column in zip(*STEPS, strict=True)]
    opened.register("step", pa.table(columns, names))
    opened.run(
        f"create temp view walk as select * replace (at_us * {SECOND_US} as at_us, node::integer as node) from step"
    )
    yield opened
    opened.close()


def test_the_graph_counts_transitions_people_and_waits(engine: Engine) -> None:
    """A to B is taken by journeys 1, 2 and 4 after 10, 20 and 0 seconds, by persons 7 and 8.

    Sorted 0, 10, 20: the median is 10; the 95th percentile lies 0.95 x 2 = 1.9 steps up: 10 + 0.9 x 10 = 19.
    """
    rows = {
        (row["source"], row["target"]): tuple(row[name] for name in ("count", "people", "wait_median_s", "wait_p95_s"))
        for row in mining.transition_graph(engine)
    }  # fmt: skip
    assert rows == {
        (None, A): (4, 2, None, None),
        (A, B): (3, 2, 10.0, pytest.approx(19.0)),
        (B, C): (1, 1, 30.0, 30.0),
        (B, B): (1, 1, 30.0, 30.0),
        (C, None): (1, 1, None, None),
        (B, None): (2, 2, None, None),
        (A, None): (1, 0, None, None),
    }


def test_the_most_frequent_transition_comes_first(engine: Engine) -> None:
    """Counts do not rise down the table."""
    counts = [row["count"] for row in mining.transition_graph(engine)]
    assert counts == sorted(counts, reverse=True)


def test_variants_are_whole_paths(engine: Engine) -> None:
    """Four journeys, four paths, each once."""
    assert mining.variants(engine) == [([A], 1), ([A, B], 1), ([A, B, B], 1), ([A, B, C], 1)]


LOG = [
    Signal("a", "1", 1, "seen", 0, "ann", {"order": ("o",)}),
    Signal("a", "1", 2, "sent", 60 * SECOND_US, "ann", {"order": ("o", "q")}),
    Signal("a", "1", 3, "seen", 121 * SECOND_US, "ann"),
    Signal("a", "1", 4, "seen", 10, None, {"order": ("q",)}),
]


def paths(engine: Engine) -> list[tuple[list[str], int]]:
    """Variants of the walk by the names of types."""
    names = dict(engine.rows("select code, text from term where kind = 'type'"))
    return [([names[node] for node in path], count) for path, count in mining.variants(engine)]


def test_a_walk_of_objects_has_one_journey_per_object(engine: Engine) -> None:
    """Both orders were seen, then sent."""
    Direct(engine, Map("order", None, (), None, ()), LOG, 10**15).stitch()
    mining.walk_of_objects(engine, 0)
    assert paths(engine) == [(["seen", "sent"], 2)]


def test_a_walk_of_people_is_cut_where_it_is_quiet(engine: Engine) -> None:
    """A wait of 61 seconds cuts at 60, not at 61; without quiet a person is one journey; nobody is none."""
    Direct(engine, Map("order", None, (), None, ()), LOG, 10**15).stitch()
    mining.walk_of_people(engine, 60 * SECOND_US)
    assert paths(engine) == [(["seen"], 1), (["seen", "sent"], 1)]
    mining.walk_of_people(engine, 61 * SECOND_US)
    assert paths(engine) == [(["seen", "sent", "seen"], 1)]
    mining.walk_of_people(engine, None)
    assert paths(engine) == [(["seen", "sent", "seen"], 1)]
