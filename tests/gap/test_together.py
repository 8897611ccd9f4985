"""Promises that are judged in one statement say what each says alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gap.direct import Direct
from gap.reference import Map, Promise, Ref, Signal
from parcours.gap.bench import Bench
from parcours.gap.judging import judge
from parcours.kernel.clock import SECOND_US

if TYPE_CHECKING:
    from parcours.lake import Engine

MINUTE_US = 60 * SECOND_US
SUNDAY_US = 1_767_569_400 * SECOND_US  # 2026-01-04T23:30:00Z; in Paris it is Monday


def _judged(
    engine: Engine, promises: tuple[Promise, ...], log: tuple[Signal, ...], zone: str = "UTC"
) -> list[tuple[str, int]]:
    direct = Direct(engine, Map("person", None, (), None, promises), log, log[-1].at)
    scope = direct.stitch()
    names = {promise.promise: number for number, promise in enumerate(scope.map.promises)}
    coverage = {name: direct.coverage(name) for name in names}
    return judge(engine, Bench(scope, 0, names, direct.as_of, zone, coverage))


def test_promises_that_ask_alike_keep_their_own_windows_and_what_only_one_tells(engine: Engine) -> None:
    """Placed at 0 and ready after two minutes: one minute is too short, three are not; called about once where no call is allowed."""
    log = tuple(
        Signal("shop", "one", number, kind, number * MINUTE_US, "ada")
        for number, kind in enumerate(("placed", "called", "ready", "sent", "sent", "sent"))
    )
    minutes = {"short": 1, "long": 3}
    waits = tuple(
        Promise(name, "expect", Ref("placed"), Ref("ready"), within_us=wait * MINUTE_US, per="person")
        for name, wait in minutes.items()
    )
    calls = Promise("calls", "of", Ref("placed"), Ref("called"), within_us=MINUTE_US, limit=0, per="person")

    counts = _judged(engine, (waits[0], calls, waits[1]), log)

    assert counts == [("short", 1), ("calls", 1), ("long", 1)]
    told = "promise_id, verdict, (deadline_at - trigger_at) // 60000000, found, asked"
    assert engine.rows(f"select {told} from verdict_new order by promise_id") == [
        (0, "broken", 1, None, None),
        (1, "broken", 1, 1.0, 0.0),
        (2, "kept", 3, None, None),
    ]


def test_weeks_are_those_of_the_time_zone_in_which_they_are_counted(engine: Engine) -> None:
    """Late on the first Sunday of 2026 by UTC, the first week of the year is not over; in Paris the second has begun."""
    log = tuple(
        Signal("shop", "one", number, kind, SUNDAY_US + number * MINUTE_US, "ada")
        for number, kind in enumerate(("placed", "ready"))
    )
    soon = Promise("soon", "expect", Ref("placed"), Ref("ready"), within_us=MINUTE_US, per="person")

    weeks = []
    for zone in ("UTC", "Europe/Paris"):
        _judged(engine, (soon,), log, zone)
        weeks.append(engine.value("select week from verdict_new"))

    assert weeks == [202601, 202602]
