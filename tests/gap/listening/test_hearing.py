"""From signals to silences with exact ends, place by place."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from parcours.gap.listening import Silence, changed_spans, listen, odd_days, place_word, quiet_since
from parcours.journey.brand import Brand
from parcours.signal import SIGNAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from parcours.gap.listening import Hearing
    from parcours.lake import Engine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
DAYS = 56
STORE = 4
LYON, LILLE, NICE = 71, 72, 73


def us(day: float, hour: float = 0.0) -> int:
    """An instant, counted from the start."""
    return round((START - EPOCH + timedelta(days=day, hours=hour)) / timedelta(microseconds=1))


def heard(
    engine: Engine,
    silent: Callable[[int, int], bool],
    *,
    a_day: int = 48,
    as_of: int | None = None,
    zone: str = "UTC",
) -> Hearing:
    """What is heard of three stores that speak from 8 to 20 h on all days but Sundays, where `silent(place, instant)` does not hold."""
    chance = np.random.default_rng(11)
    rows: list[dict[str, Any]] = []  # rows of the table
    for place in (LYON, LILLE, NICE):
        for day in range(DAYS):
            if day % 7 == 6:  # Sunday
                continue
            for hour in np.sort(chance.uniform(8, 20, chance.poisson(a_day))):
                at = us(day, float(hour))
                if not silent(place, at):
                    rows.append(
                        {
                            "source_id": 1,
                            "occurred_at": at,
                            "objects": [{"namespace_id": STORE, "object_id": place}],
                        }
                    )
    empty = engine.arrow(SIGNAL.empty_sql)
    engine.register("signal", pa.Table.from_pylist(rows, schema=empty.schema))
    last = max(row["occurred_at"] for row in rows) if as_of is None else as_of
    return listen(engine, {1: "tills"}, (STORE, [1]), (zone, ()), last)


def around(hearing: Hearing, place: int) -> list[tuple[int, int]]:
    """Ends of the silences of a place."""
    return [(item.since, item.until) for item in hearing.silences if item.place == place]


def test_nobody_is_deaf_where_all_is_well(engine: Engine) -> None:
    """Eight weeks, three stores, closed on Sundays and at night."""
    hearing = heard(engine, lambda *_: False)

    assert hearing.silences == ()
    assert [stream.place for stream in hearing.streams] == [None, LYON, LILLE, NICE]
    assert sum(stream.signals for stream in hearing.streams[1:]) == hearing.streams[0].signals


def test_a_store_that_falls_silent_is_deaf_from_its_last_signal_to_its_next(engine: Engine) -> None:
    """Lille says nothing from Wednesday 14 h to Friday 11 h; the ends are signals of Lille, its sisters are not blamed."""
    begins, ends = us(23, 14), us(25, 11)
    hearing = heard(engine, lambda place, at: place == LILLE and begins <= at < ends)

    ((since, until),) = around(hearing, LILLE)
    assert begins - us(0, 1) + us(0) < since < begins  # four signals an hour
    assert ends <= until < ends + us(0, 1) - us(0)
    assert around(hearing, LYON) == around(hearing, NICE) == around(hearing, None) == []  # type: ignore[arg-type]


def test_a_silence_of_all_is_one_of_the_source(engine: Engine) -> None:
    """Nobody is heard on a Thursday: the source is deaf, not each of its places."""
    hearing = heard(engine, lambda _, at: us(31) <= at < us(32))

    assert {(item.source, item.place) for item in hearing.silences} == {("tills", None)}


def test_a_store_that_is_heard_no_more_is_deaf_to_the_end_of_its_source(engine: Engine) -> None:
    """And one that was not heard yet, from its beginning."""
    gone = heard(engine, lambda place, at: place == NICE and at >= us(50, 12))
    new = heard(engine, lambda place, at: place == NICE and at < us(4, 12))

    assert around(gone, NICE)[0][1] == gone.streams[0].last_at
    assert around(new, NICE)[0][0] == new.streams[0].first_at


def test_what_comes_later_is_not_known(engine: Engine) -> None:
    """As of Thursday noon Lille is deaf up to what its sisters said last; what follows does not exist."""
    hearing = heard(
        engine, lambda place, at: place == LILLE and us(23, 14) <= at < us(25, 11), as_of=us(24, 12)
    )

    ((_, until),) = around(hearing, LILLE)
    assert until == hearing.streams[0].last_at <= us(24, 12)


def test_the_clock_on_the_wall_decides(engine: Engine) -> None:
    """Clocks go forward on 29 March: opening hours move by one in UTC, and nobody is deaf that Monday morning."""
    shift = us(27, 1)  # Sunday 29 March, 1 h UTC
    hearing = heard(
        engine, lambda _, at: at >= shift and (at // 3_600_000_000) % 24 == 19, zone="Europe/Paris"
    )

    assert hearing.silences == ()


@pytest.mark.parametrize(("days", "a_day"), [(13, 48), (DAYS, 0)], ids=["too short", "too thin"])
def test_what_tells_nothing_says_so(engine: Engine, days: int, a_day: int) -> None:
    """Less than two weeks, or fewer than thirty signals: no rhythm, no silence, no patience."""
    chance = iter(range(10_000))
    hearing = heard(engine, lambda _, at: at >= us(days) or (a_day == 0 and next(chance) % 700 > 0))

    assert hearing.silences == ()
    assert all(stream.expected is None and stream.tells_within_h is None for stream in hearing.streams)


def test_a_source_is_quiet_at_the_end_once_it_should_have_been_heard(engine: Engine) -> None:
    """Its last signal is of Saturday evening: on Sunday evening it may be, on Monday evening it should not."""
    stream = heard(engine, lambda *_: False).streams[0]

    assert quiet_since(stream, us(55, 20), "UTC") is None  # day 55 is a Sunday
    assert quiet_since(stream, us(56, 7), "UTC") is None
    assert quiet_since(stream, us(56, 18), "UTC") == stream.last_at


def test_places_are_stores_or_what_a_calendar_is_by() -> None:
    """A word that no source uses is none."""
    brand = Brand.model_validate(
        {
            "calendars": {
                "hours": {
                    "open": {"mon-sat": "09:00-19:00"},
                    "by": "depot",
                    "places": {"A": {"open": {"mon": "09:00-12:00"}}},
                }
            }
        }
    )

    assert place_word({"order": 1, "store": 2, "depot": 3}, brand) == "store"
    assert place_word({"order": 1, "depot": 3}, brand) == "depot"
    assert place_word({"order": 1}, brand) is None


def test_holidays_are_those_of_the_brand_or_of_the_region() -> None:
    """Bastille Day in France, and a day on which the brand itself is closed; nothing without signals."""
    span = [(us(0), us(200))]
    closed = Brand.model_validate(
        {"calendars": {"hours": {"open": {"mon-sat": "09:00-19:00"}, "closed": ["2026-09-09"]}}}
    )
    british = Brand.model_validate(
        {"calendars": {"hours": {"open": {"mon-sat": "09:00-19:00"}, "holidays": "GB"}}}
    )

    assert date(2026, 7, 14) in odd_days(Brand(), "FR", span)
    assert {date(2026, 7, 14), date(2026, 9, 9)} <= odd_days(closed, "FR", span)
    assert date(2026, 7, 14) not in odd_days(british, "FR", span)
    assert odd_days(Brand(), "FR", []) == set()
    assert odd_days(Brand(), "XX", span) == set()


def test_only_what_is_in_one_of_both_has_changed() -> None:
    """A silence that went on is news in its new part alone; one at another place is another."""
    assert changed_spans([(7, 10, 20)], [(7, 10, 20)]) == []
    assert changed_spans([], [(7, 10, 20)]) == [(10, 20)]
    assert changed_spans([(7, 10, 20), (7, 30, 40)], [(7, 10, 40)]) == [(20, 30)]
    assert changed_spans([(7, 10, 20)], [(8, 10, 20)]) == [(10, 20)]


def test_a_silence_survives_the_manifest() -> None:
    """It is kept as a JSON list."""
    told = Silence("tills", LILLE, 5, 9, 3.5)

    assert Silence(*json.loads(json.dumps(told))) == told
