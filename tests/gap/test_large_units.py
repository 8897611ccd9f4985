"""Units of thousands of signals: what is asked of each trigger must not look at every other signal of its unit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gap.direct import Direct
from gap.reference import Map, Promise, Ref, Signal
from parcours.gap.bench import Bench
from parcours.gap.judging import drop_pools, trace
from parcours.kernel.clock import SECOND_US

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.lake import Engine

SIGNALS = 20_000  # of one person: one of a hundred would be told apart from a square already
HANDED_ON = 400  # rows that a signal may cost on its way through any step; looking at every other one would be ten thousand
HOUR_US = 3_600 * SECOND_US


def busy_person() -> tuple[Signal, ...]:
    """One person who is owed, refunded and asked for a score in turns, a minute apart; now and then something is taken back."""
    return tuple(
        Signal(
            "till",
            "one",
            number,
            ("owed", "refunded", "scored", "called")[number % 4],
            number * 60 * SECOND_US,
            "ada",
            {},
            {"amount": -5 if number % 97 == 1 else 1 + number % 7, "score": number % 11},
        )
        for number in range(SIGNALS)
    )


COUNTED = Promise("p", "of", Ref("owed"), Ref("called"), within_us=3_000 * HOUR_US, limit=2, per="person")
PROMISES = {
    "at_most of within": COUNTED,
    "at_most of until": Promise(
        "p", "of", Ref("owed"), Ref("called"), until=Ref("never-seen"), limit=2, per="person"
    ),
    "sum": Promise(
        "p",
        "expect",
        Ref("owed"),
        Ref("refunded"),
        within_us=3_000 * HOUR_US,
        sum={"amount": "amount"},
        per="person",
    ),
    "measure": Promise(
        "p",
        "measure",
        Ref("owed"),
        Ref("scored"),
        within_us=3_000 * HOUR_US,
        bound=("score", "at_least", 0.0),
        per="person",
    ),
}


@pytest.mark.parametrize("name", PROMISES)
def test_no_step_looks_at_every_signal_for_every_trigger(engine: Engine, name: str) -> None:
    """Five thousand triggers and as many targets of one person cost some hundred rows each, not their square."""
    asked = Map("person", None, (), None, (PROMISES[name],))
    log = busy_person()
    direct = Direct(engine, asked, log, log[-1].at)
    scope = direct.stitch()
    bench = Bench(scope, 0, {"p": 0}, direct.as_of, "UTC", {"p": direct.coverage("p")})
    steps, _ = trace(engine, bench, scope.map.promises[0])
    *first, last = steps.items()
    sql = f"with {', '.join(f'{step} as ({query})' for step, query in first)} {last[1]}"
    plan = json.loads(engine.rows(f"explain (analyze, format json) {sql}")[0][1])
    drop_pools(engine)

    assert SIGNALS / 4 <= max(_handed_on(plan)) < SIGNALS * HANDED_ON


def _handed_on(plan: Any) -> Iterator[int]:  # an engine's plan: JSON
    """Rows that each operator of a plan gave to the next."""
    if isinstance(plan, dict):
        yield plan.get("intermediate_rows", 0)
        for part in plan.values():
            yield from _handed_on(part)
    elif isinstance(plan, list):
        for part in plan:
            yield from _handed_on(part)
