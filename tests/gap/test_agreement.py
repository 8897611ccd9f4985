"""Two implementations of one page must agree: the product's SQL, and the plain loops of `reference`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gap import given as drawn
from gap.direct import Direct, Found
from gap.published import Lived, run_case
from gap.reference import judge, stitch
from parcours.gap import judging, loop

if TYPE_CHECKING:
    from gap.given import Case
    from gap.reference import Map, Signal
    from parcours.lake import Engine


def expected(journey_map: Map, log: tuple[Signal, ...], as_of: int) -> list[Found]:
    """What the reference says, sorted."""
    verdicts = judge(journey_map, log, as_of)
    return sorted(
        (
            Found(
                v.promise,
                v.unit,
                v.trigger_row_key,
                v.verdict,
                v.deadline_us,
                v.target_at,
                v.part,
                v.told,
            )
            for v in verdicts
        ),
        key=repr,
    )


def agree(engine: Engine, journey_map: Map, log: tuple[Signal, ...], as_of: int) -> None:
    """Both say the same of every trigger."""
    assert Direct(engine, journey_map, log, as_of).judge() == expected(journey_map, log, as_of)


def lived(case: Case) -> list[Lived]:
    """The journeys that the reference cuts, sorted; a person is told without a name."""
    return sorted(
        (
            (
                "" if case.map.per == "person" else journey.unit,
                journey.signals[0].at,
                journey.signals[-1].at,
                journey.closed_at,
                len(journey.signals),
            )
            for journey in stitch(case.map, case.log, case.as_of)
        ),
        key=repr,
    )


def agree_published(engine: Engine, case: Case) -> None:
    """What the workspace publishes at the end is what the reference says of the whole log at once."""
    verdicts, journeys = run_case(engine, case)
    assert journeys == lived(case)
    assert verdicts == expected(case.map, case.log, case.as_of)


whole = settings(drawn.PATIENT, max_examples=4)
histories = settings(drawn.PATIENT, max_examples=3)


@drawn.PATIENT
@given(drawn.maps(), drawn.logs(several_orders=True), drawn.runs())
def test_the_product_agrees_with_the_reference(
    engine: Engine, journey_map: Map, log: tuple[Signal, ...], as_of: int
) -> None:
    """Verdict, deadline and target of every trigger are those of the plain loops."""
    agree(engine, journey_map, log, as_of)


@drawn.PATIENT
@given(drawn.maps(), drawn.logs(several_orders=True, crowded=True), drawn.runs())
def test_the_product_agrees_where_nearly_all_is_tied(
    engine: Engine, journey_map: Map, log: tuple[Signal, ...], as_of: int
) -> None:
    """Ties have no order that carries over: each pair of files is asked on its own."""
    agree(engine, journey_map, log, as_of)


@drawn.PATIENT
@given(drawn.maps(own_units=False), drawn.logs(several_orders=True), drawn.runs(), drawn.deaf_times())
def test_the_product_agrees_where_sources_were_deaf(
    engine: Engine,
    journey_map: Map,
    log: tuple[Signal, ...],
    as_of: int,
    deaf: tuple[tuple[str, str | None, int, int], ...],
) -> None:
    """A silence hides what it hides in its store and in its time, whatever the pattern, and nothing else."""
    agree(engine, replace(journey_map, deaf=deaf), log, as_of)


@drawn.PATIENT
@given(
    drawn.maps(),
    st.booleans().flatmap(lambda tied: drawn.logs(several_orders=True, crowded=tied)),
    drawn.runs(),
)
def test_promises_that_ask_the_same_share_the_answer(
    engine: Engine, journey_map: Map, log: tuple[Signal, ...], as_of: int
) -> None:
    """A promise beside its twin, whose first target is looked for once for both, is judged as if it were alone."""
    twins = tuple(replace(promise, name=f"{promise.name}-twin") for promise in journey_map.promises)
    agree(engine, replace(journey_map, promises=(*journey_map.promises, *twins)), log, as_of)


@whole
@given(drawn.cases())
def test_a_run_publishes_what_the_reference_says(engine: Engine, case: Case) -> None:
    """From files to published rows, nothing is lost, doubled or judged otherwise."""
    agree_published(engine, case)


@whole
@given(drawn.cases())
def test_units_may_be_shared_out(engine: Engine, case: Case) -> None:
    """Where memory is short, a map's units are looked at a share at a time, and verdicts leave one promise at a time: the same is published."""
    with pytest.MonkeyPatch.context() as scarce:
        scarce.setattr(loop, "_BYTES_AT_WORK", 1_000_000_000)
        scarce.setattr(judging, "_BYTES_HELD", 1 << 60)
        agree_published(engine, case)


@histories
@given(drawn.cases(earlier_runs=2))
def test_what_was_run_before_changes_nothing(engine: Engine, case: Case) -> None:
    """Files may come in any order, grow and shrink, and T go forwards and backwards: the last run is as if alone."""
    agree_published(engine, case)


@pytest.mark.heavy
@settings(drawn.PATIENT, max_examples=500)
@given(
    drawn.maps(),
    st.booleans().flatmap(lambda tied: drawn.logs(several_orders=True, crowded=tied)),
    drawn.runs(),
)
def test_the_product_agrees_with_the_reference_at_length(
    engine: Engine, journey_map: Map, log: tuple[Signal, ...], as_of: int
) -> None:
    """The same, over many more logs."""
    agree(engine, journey_map, log, as_of)


@pytest.mark.heavy
@settings(drawn.PATIENT, max_examples=300)
@given(drawn.maps(own_units=False), drawn.logs(several_orders=True), drawn.runs(), drawn.deaf_times())
def test_the_product_agrees_where_sources_were_deaf_at_length(
    engine: Engine,
    journey_map: Map,
    log: tuple[Signal, ...],
    as_of: int,
    deaf: tuple[tuple[str, str | None, int, int], ...],
) -> None:
    """The same, over many more silences."""
    agree(engine, replace(journey_map, deaf=deaf), log, as_of)


@pytest.mark.heavy
@settings(drawn.PATIENT, max_examples=20)
@given(drawn.cases(earlier_runs=3))
def test_what_was_run_before_changes_nothing_at_length(engine: Engine, case: Case) -> None:
    """The same, over many more histories."""
    agree_published(engine, case)
