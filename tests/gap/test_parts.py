"""Verdicts that leave in parts are those that stay together."""

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
LOG = tuple(
    Signal("shop", "one", number, ("placed", "ready", "called")[number % 3], number * MINUTE_US, "ada")
    for number in range(12)
)
ASKED = Map(
    "person",
    None,
    (),
    None,
    (
        Promise("soon", "expect", Ref("placed"), Ref("ready"), within_us=MINUTE_US, per="person"),
        Promise("late", "expect", Ref("placed"), Ref("called"), within_us=MINUTE_US, per="person"),
        Promise("calm", "never", Ref("ready"), Ref("called"), within_us=MINUTE_US, per="person"),
    ),
)


def test_verdicts_may_leave_before_all_are_judged(engine: Engine) -> None:
    """Four orders, each ready after a minute and called about after two: as soon as four verdicts are held they go, and none twice."""
    direct = Direct(engine, ASKED, LOG, 60 * MINUTE_US)
    scope = direct.stitch()
    names = {promise.promise: number for number, promise in enumerate(scope.map.promises)}
    coverage = {name: direct.coverage(name) for name in names}
    parts: list[list[tuple[int, str]]] = []

    def take() -> None:
        parts.append(engine.rows("select promise_id, verdict from verdict_new order by all"))

    counts = judge(engine, Bench(scope, 0, names, direct.as_of, "UTC", coverage), take, most=3)
    take()

    assert counts == [("soon", 4), ("late", 4), ("calm", 4)]
    # The last order was called about at the last signal of all, so its minute was seen to its end.
    assert parts == [[(0, "kept")] * 4, [(1, "broken")] * 4, [(2, "broken")] * 4, []]
