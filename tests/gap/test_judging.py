"""What the product once got wrong, each told by the smallest log that showed it; verdicts worked out by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gap.direct import Direct
from gap.reference import Map, Promise, Ref, Signal, judge

if TYPE_CHECKING:
    from parcours.lake import Engine

S_US = 1_000_000
PLACED, READY, LATE, CLOSED, SCORED = (Ref(word) for word in ("placed", "ready", "late", "closed", "scored"))
EXPECT = Promise("p", "expect", PLACED, READY, within_us=10 * S_US, unless=LATE, proven_by=("a",))
NEVER = Promise("p", "never", PLACED, READY, within_us=10 * S_US, unless=LATE, proven_by=("a",))
UNTIL = Promise("p", "never", PLACED, READY, until=CLOSED, unless=LATE, proven_by=("a",))
SCORE = Promise("p", "measure", PLACED, SCORED, within_us=10 * S_US, bound=("score", "at_least", 8.0))


def told(kind: str, at: int, row: int, file: str = "a", **properties: object) -> Signal:
    """A signal of order `o` at a second, of the source named like its file."""
    return Signal(file, file, row, kind, at * S_US, "p", {"order": ("o",)}, properties)


def found(
    engine: Engine, promise: Promise, log: list[Signal], ends: tuple[Ref, ...] = ()
) -> tuple[str, int | None]:
    """Verdict and second of the target of the first trigger at T = 200, on which the reference agrees."""
    told_map = Map("order", None, ends, None, (promise,))
    verdict = Direct(engine, told_map, log, 200 * S_US).judge()[0]
    assert [(v.verdict, v.target_at) for v in judge(told_map, log, 200 * S_US)][:1] == [
        (verdict.verdict, verdict.target_at)
    ]
    return verdict.verdict, None if verdict.target_at is None else verdict.target_at // S_US


def test_a_window_without_s_or_closing_is_open(engine: Engine) -> None:
    """Nothing ended it, so it was not kept at the trigger's own instant."""
    assert found(engine, UNTIL, [told("placed", 100, 1), told("beat", 150, 2)]) == ("pending", None)


def test_a_waiver_waives_in_an_open_window(engine: Engine) -> None:
    """Late at 120 in a window that nothing ended."""
    assert found(engine, UNTIL, [told("placed", 100, 1), told("late", 120, 2)]) == ("waived", None)


def test_the_closing_ends_the_window_before_a_later_s(engine: Engine) -> None:
    """Gone closes at 110; ready at 120 and S at 130 come too late to break what was kept."""
    log = [told("placed", 100, 1), told("gone", 110, 2), told("ready", 120, 3), told("closed", 130, 4)]
    assert found(engine, UNTIL, log, (Ref("gone"),)) == ("kept", None)


def test_no_target_lies_in_a_journey_that_closed_before_its_trigger(engine: Engine) -> None:
    """Gone at 90; ready in the row after placed, at the same instant 100."""
    log = [told("gone", 90, 1), told("placed", 100, 2), told("ready", 100, 3)]
    assert found(engine, UNTIL, log, (Ref("gone"),)) == ("kept", None)


def test_any_of_several_waivers_may_tie_with_the_target(engine: Engine) -> None:
    """At 105 late follows ready in file b, but late of file c ties with it: waived."""
    log = [
        told("placed", 100, 1),
        told("ready", 105, 1, "b"),
        told("late", 105, 2, "b"),
        told("late", 105, 1, "c"),
    ]
    assert found(engine, EXPECT, log) == ("waived", 105)


def test_any_of_several_targets_may_come_before_s(engine: Engine) -> None:
    """At 120 ready of file a ties with S of file b, but ready of file b stands before S: broken."""
    log = [
        told("placed", 100, 1),
        told("ready", 120, 2),
        told("ready", 120, 1, "b"),
        told("closed", 120, 2, "b"),
    ]
    assert found(engine, UNTIL, log) == ("broken", 120)


def test_a_tie_with_the_trigger_hides_no_later_target(engine: Engine) -> None:
    """Ready of file b at 100 proves nothing, ready at 105 does."""
    log = [told("placed", 100, 1), told("ready", 100, 1, "b"), told("ready", 105, 2, "b")]
    assert found(engine, NEVER, log) == ("broken", 105)


def test_what_comes_after_the_window_is_not_shown_beside_never(engine: Engine) -> None:
    """Ready at 111 is after 110; a, heard until 111, covers."""
    assert found(engine, NEVER, [told("placed", 100, 1), told("ready", 111, 2)]) == ("kept", None)


@pytest.mark.parametrize("score", ["nan", "inf", "1e999", "1_0", "n/a", ""])
def test_a_measurement_is_a_finite_number(engine: Engine, score: str) -> None:
    """Anything else measures nothing."""
    log = [told("placed", 100, 1), told("scored", 105, 2, score=score)]
    assert found(engine, SCORE, log) == ("unobservable", None)


def test_a_measure_without_trigger_is_judged_in_its_journey(engine: Engine) -> None:
    """Whatever its own `per` says."""
    promise = Promise("p", "measure", None, SCORED, bound=("score", "at_least", 8.0), per="person")
    assert found(engine, promise, [told("scored", 105, 1, score=9)]) == ("kept", 105)


def test_types_that_nobody_told_are_asked_for_their_own_properties(engine: Engine) -> None:
    """Two types without a signal, each with a property of its own: no verdict, and no confusion between them."""
    due = Promise("p", "expect", PLACED, READY, before="due")
    enough = Promise("q", "expect", LATE, READY, within_us=S_US, sum={"qty": "score"})

    assert Direct(engine, Map("order", None, (), None, (due, enough)), [], 200 * S_US).judge() == []
