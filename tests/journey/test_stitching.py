"""Journeys from signals, on logs small enough to cut by hand; instants are whole microseconds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from gap import given as drawn
from gap.direct import Direct
from gap.reference import Map, Signal, in_order, stitch
from parcours.journey import mining
from parcours.journey.map import JourneyMap
from parcours.lake import open_engine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.lake import Engine

SECOND_US = 1_000_000
NOTHING = Map("order", None, (), None, ())
WALK = "create or replace temp view walk as select journey_id as journey, type_id as node, occurred_at as at_us, ordinal, person_id as person from journey_step_new join (select journey_id, person_id from journey_new) using (journey_id)"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One engine for all tests; each makes its views anew."""
    opened = open_engine(tmp_path_factory.mktemp("engine") / "spill", "1GB", 1)
    yield opened
    opened.close()


def a_map(**said: object) -> JourneyMap:
    """A map without promises."""
    stages = [{"stage": "all", "steps": [{"step": "place", "signal": "placed", "owner": "team"}]}]
    return JourneyMap.model_validate({"map": "m", "stages": stages, **said})


def told(
    row: int, second: int, kind: str, order: str | None = None, person: str | None = "ann", **said: object
) -> Signal:
    """A signal at a second."""
    objects = {} if order is None else {"order": tuple(order.split("|"))}
    return Signal("a", "1", row, kind, second * SECOND_US, person, objects, said)


def cut(
    engine: Engine, content: JourneyMap, log: list[Signal], until_s: int = 1_000_000
) -> list[tuple[str, list[int], int | None]]:
    """Unit, rows and closing second of each journey."""
    found = Direct(engine, NOTHING, log, until_s * SECOND_US, content).journeys()
    return [
        (unit, [row for _, _, row in walk], None if closed is None else closed // SECOND_US)
        for unit, walk, closed in found
    ]


# objects ----------------------------------------------------------------------------------------------------


def test_an_object_is_one_journey(engine: Engine) -> None:
    """A signal of two orders belongs to both; one of none belongs to no journey."""
    log = [
        told(1, 10, "placed", "o"),
        told(2, 20, "placed", "q"),
        told(3, 30, "sent", "o|q"),
        told(4, 40, "seen"),
    ]
    assert cut(engine, a_map(per="order"), log) == [("o", [1, 3], None), ("q", [2, 3], None)]


def test_an_object_that_never_started_is_no_journey(engine: Engine) -> None:
    """Order q was sent but never placed; what came before o was placed is kept."""
    log = [told(1, 5, "seen", "o"), told(2, 10, "placed", "o"), told(3, 30, "sent", "q")]
    assert cut(engine, a_map(per="order", starts="placed"), log) == [("o", [1, 2], None)]


def test_a_start_may_ask_for_more(engine: Engine) -> None:
    """Only what is to be collected starts; a missing way starts nothing."""
    log = [
        told(1, 10, "placed", "o", way="collect"),
        told(2, 10, "placed", "q", way="send"),
        told(3, 10, "placed", "r"),
    ]
    content = a_map(per="order", starts={"signal": "placed", "where": "kind = 'collect'"})
    kinds = [
        Signal(s.source, s.file, s.row, s.type, s.at, s.person, s.objects, {"kind": s.properties.get("way")})
        for s in log
    ]
    assert cut(engine, content, kinds) == [("o", [1], None)]


def test_the_first_end_closes_an_object(engine: Engine) -> None:
    """Sent at 20 and again at 40: closed at 20, and what comes later stays in the journey."""
    log = [told(1, 10, "placed", "o"), told(2, 20, "sent", "o"), told(3, 40, "sent", "o")]
    assert cut(engine, a_map(per="order", ends={"any": ["sent"]}), log) == [("o", [1, 2, 3], 20)]
    assert cut(engine, a_map(per="order", ends={"any": ["sent"]}), log, 19) == [("o", [1], None)]


def test_an_instant_named_at_the_start_closes(engine: Engine) -> None:
    """The first start names second 60; it counts only once the run is there; a bare date ends with its day."""
    content = a_map(per="order", starts="placed", ends={"at": "due"}, slices=["due"])
    log = [
        told(1, 10, "placed", "o", due="1970-01-01T00:01:00Z"),
        told(2, 20, "placed", "o", due="1970-01-09"),
    ]
    assert cut(engine, content, log, 59) == [("o", [1, 2], None)]
    assert cut(engine, content, log, 60) == [("o", [1, 2], 60)]
    by_day = [told(1, 10, "placed", "o", due="1970-01-01")]
    assert cut(engine, content, by_day, 86_399) == [("o", [1], None)]
    assert cut(engine, content, by_day, 86_400) == [("o", [1], 86_399)]


def test_what_led_to_an_order_belongs_to_it(engine: Engine) -> None:
    """Ann placed o at 100 and q at 200, and looks back 50 seconds.

    Seen at 49 is too early for o (100 - 49 = 51), at 50 just early enough. At 160 it leads to q, not to o. Bob's view
    at 90 led to nothing of Ann's, and the view of product order r is about another order.
    """
    content = a_map(per="order", starts={"signal": "placed", "look_back": "50s"})
    log = [
        told(1, 49, "seen"),
        told(2, 50, "seen"),
        told(3, 90, "seen", None, "bob"),
        told(4, 95, "seen", "r"),
        told(5, 100, "placed", "o"),
        told(6, 160, "seen"),
        told(7, 200, "placed", "q"),
        told(8, 210, "seen"),
        told(9, 220, "sent", "o"),
    ]
    assert cut(engine, content, log) == [("o", [2, 5, 9], None), ("q", [6, 7], None)]


# people -----------------------------------------------------------------------------------------------------


def test_a_person_is_cut_where_it_is_quiet(engine: Engine) -> None:
    """Quiet for 60 seconds: a wait of 60 is none, of 61 cuts. Closed at last + 60 once the run is there."""
    content = a_map(per="person", ends={"or_quiet_for": "60s"})
    log = [told(1, 0, "seen"), told(2, 60, "seen"), told(3, 121, "seen"), told(4, 10, "seen", None, None)]
    assert cut(engine, content, log, 180) == [("ann", [1, 2], 120), ("ann", [3], None)]
    assert cut(engine, content, log, 181) == [("ann", [1, 2], 120), ("ann", [3], 181)]


def test_a_visit_is_over_after_half_an_hour(engine: Engine) -> None:
    """1800 seconds are no pause, 1801 are."""
    log = [told(1, 0, "seen"), told(2, 1800, "seen"), told(3, 3601, "seen")]
    assert cut(engine, a_map(per="visit"), log, 3700) == [("ann", [1, 2], 3600), ("ann", [3], None)]


def test_an_end_cuts_the_time_of_a_person(engine: Engine) -> None:
    """Sent ends a journey; what comes next begins another."""
    content = a_map(per="person", ends={"any": ["sent"]})
    log = [told(1, 10, "seen"), told(2, 20, "sent"), told(3, 20, "seen"), told(4, 30, "seen")]
    assert cut(engine, content, log, 40) == [("ann", [1, 2], 20), ("ann", [3, 4], None)]


def test_a_person_s_journey_begins_at_its_first_start(engine: Engine) -> None:
    """Seen at 10 is before the start; after the end at 40, seen at 50 has no start and is in no journey."""
    content = a_map(per="person", starts="placed", ends={"any": ["sent"]})
    log = [
        told(1, 10, "seen"),
        told(2, 20, "placed"),
        told(3, 30, "placed"),
        told(4, 40, "sent"),
        told(5, 50, "seen"),
    ]
    assert cut(engine, content, log, 60) == [("ann", [2, 3, 4], 40)]


def test_a_person_s_journey_looks_back_from_its_first_start(engine: Engine) -> None:
    """Placed at 100, looking back 50: seen at 50 belongs to it, at 49 it does not."""
    content = a_map(per="person", starts={"signal": "placed", "look_back": "50s"})
    log = [told(1, 49, "seen"), told(2, 50, "seen"), told(3, 100, "placed"), told(4, 170, "seen")]
    assert cut(engine, content, log, 200) == [("ann", [2, 3, 4], None)]


def test_who_starts_a_journey_is_whose_it_is(engine: Engine) -> None:
    """Bob looked at order o first, Ann placed it: it is Ann's, weighed as her signal; nobody else's signal weighs."""
    content = a_map(per="order", starts="placed")
    log = [told(1, 10, "seen", "o", "bob"), told(2, 20, "placed", "o", "ann")]
    lived = Direct(engine, NOTHING, log, 100 * SECOND_US, content)
    lived.stitch()
    assert engine.rows("select person_id, signals, started_at, ended_at from journey_new") == [
        (lived.people["ann"], 2, 10 * SECOND_US, 20 * SECOND_US)
    ]


# properties -------------------------------------------------------------------------------------------------


@drawn.PATIENT
@given(drawn.maps(), drawn.logs(several_orders=True), drawn.runs())
def test_every_signal_of_a_journey_is_in_it_once(
    engine: Engine, journey_map: Map, log: tuple[Signal, ...], as_of: int
) -> None:
    """Journeys, their signals in order, and their closings are those of the plain loops; so none is lost or doubled."""
    expected = [
        (journey.unit, [signal.key for signal in in_order(journey.signals)], journey.closed_at)
        for journey in stitch(journey_map, log, as_of)
    ]
    assert Direct(engine, journey_map, log, as_of).journeys() == sorted(expected, key=repr)


@drawn.PATIENT
@given(drawn.maps(), drawn.logs(several_orders=True), drawn.runs())
def test_the_graph_reconciles_with_the_variants(
    engine: Engine, journey_map: Map, log: tuple[Signal, ...], as_of: int
) -> None:
    """Each transition is counted as often as the variants take it, start and end included, to the unit."""
    Direct(engine, journey_map, log, as_of).stitch()
    engine.run(WALK)
    graph = mining.transition_graph(engine)
    taken: Counter[tuple[int | None, int | None]] = Counter()
    for path, count in mining.variants(engine):
        for source, target in zip([None, *path], [*path, None], strict=True):
            taken[source, target] += count
    assert {(row["source"], row["target"]): row["count"] for row in graph} == dict(taken)
