"""Declare and temporal rules, held against their definitions, read off plain lists."""

from __future__ import annotations

import itertools
from statistics import mean, stdev
from typing import TYPE_CHECKING, get_args

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gap.given import PATIENT
from journey.declared import VIOLATES
from parcours.journey.rules import (
    UNARY,
    BadConstraint,
    Constraint,
    Template,
    Usual,
    place_walk,
    temporal_profile,
    unusual_waits,
    violations,
)
from parcours.lake import open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.lake import Engine

NODES = (1, 2, 3)
SECOND_US = 1_000_000
EVERY = [
    Constraint(template, *chosen)
    for template in get_args(Template)
    for chosen in (((node,) for node in NODES) if template in UNARY else itertools.permutations(NODES, 2))
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine for every example."""
    opened = open_engine(tmp_path_factory.mktemp("engine") / "spill", "1GB", 1)
    yield opened
    opened.close()


def walk(engine: Engine, journeys: Sequence[Sequence[tuple[int, int]]]) -> None:
    """Make `placed_walk` of journeys, each a list of nodes with seconds; order decides at equal seconds."""
    rows = [
        {"journey": journey, "node": node, "at_us": second * SECOND_US, "ordinal": place, "person": None}
        for journey, path in enumerate(journeys)
        for place, (node, second) in enumerate(path)
    ]
    schema = pa.schema(
        [
            ("journey", pa.int64()),
            ("node", pa.int32()),
            ("at_us", pa.int64()),
            ("ordinal", pa.int64()),
            ("person", pa.int64()),
        ]
    )
    engine.register("walk", pa.Table.from_pylist(rows, schema=schema))
    place_walk(engine)


def journeys() -> st.SearchStrategy[list[list[tuple[int, int]]]]:
    """A few short journeys whose seconds never go back."""
    steps = st.lists(
        st.tuples(st.sampled_from((*NODES, 4)), st.sampled_from((0, 0, 1, 5))), min_size=1, max_size=7
    )
    paths = steps.map(
        lambda told: list(
            zip([node for node, _ in told], itertools.accumulate(wait for _, wait in told), strict=True)
        )
    )
    return st.lists(paths, min_size=1, max_size=6)


@PATIENT
@given(journeys())
def test_violations_are_those_of_the_definitions(engine: Engine, lived: list[list[tuple[int, int]]]) -> None:
    """For every template and every choice of nodes, in every journey."""
    walk(engine, lived)
    found = violations(engine, EVERY)
    expected = {
        (number, journey)
        for number, each in enumerate(EVERY)
        for journey, path in enumerate(lived)
        if VIOLATES[each.template]([node for node, _ in path], each.node, each.other)
    }
    pairs = list(zip(found["constraint_id"].to_pylist(), found["journey"].to_pylist(), strict=True))

    assert sorted(pairs) == sorted(expected)


@PATIENT
@given(journeys(), st.sampled_from((0.0, 0.5, 1.0, 2.0)))
def test_the_profile_is_mean_and_deviation_of_all_pairs(
    engine: Engine, lived: list[list[tuple[int, int]]], zeta: float
) -> None:
    """Counted over plain lists; waits further than zeta deviations from their mean are told, one by one."""
    walk(engine, lived)
    waits: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for journey, path in enumerate(lived):
        for (source, early), (target, late) in itertools.combinations(path, 2):
            waits.setdefault((source, target), []).append((journey, late - early))
    expected = {}
    for pair, told in waits.items():
        seconds = [second for _, second in told]
        expected[pair] = (mean(seconds), stdev(seconds) if len(seconds) > 1 else 0.0)
    profile = {
        (each.source, each.target): (each.wait_mean_s, each.wait_std_s) for each in temporal_profile(engine)
    }

    assert profile.keys() == expected.keys()
    for pair, (centre, spread) in expected.items():
        assert profile[pair] == pytest.approx((centre, spread))
    usual = [
        Usual(*pair, round(centre, 3) + 0.0005, round(spread, 3))
        for pair, (centre, spread) in expected.items()
    ]
    found = unusual_waits(engine, usual, zeta).to_pylist()
    bounds = {
        (u.source, u.target): (u.wait_mean_s - zeta * u.wait_std_s, u.wait_mean_s + zeta * u.wait_std_s)
        for u in usual
    }
    unusual = [
        (journey, *pair, float(second))
        for pair, told in waits.items()
        for journey, second in told
        if not bounds[pair][0] <= second <= bounds[pair][1]
    ]
    assert sorted(tuple(row.values()) for row in found) == sorted(unusual)


def test_no_journey_violates_nothing(engine: Engine) -> None:
    """An empty walk has no violation, no usual and no unusual wait."""
    walk(engine, [])

    assert violations(engine, EVERY).num_rows == 0
    assert temporal_profile(engine) == []
    assert unusual_waits(engine, [Usual(1, 2, 1.0, 0.0)], 1.0).num_rows == 0


@pytest.mark.parametrize(("template", "other"), [("existence", 2), ("response", None), ("reponse", 2)])
def test_what_is_no_constraint_is_refused(template: Template, other: int | None) -> None:
    """With the templates there are."""
    with pytest.raises(BadConstraint, match="there is no constraint") as refused:
        Constraint(template, 1, other)

    assert "responded_existence" in refused.value.fix
