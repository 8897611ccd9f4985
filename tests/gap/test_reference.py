"""The rows of `docs/reference/promises.md`, worked out by hand.

Instants are small whole numbers of microseconds, so that every sum can be done in the head. The unit is order
`o` unless a test says otherwise. Row numbers are places in the file.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gap import given as drawn
from gap import workspace
from gap.reference import (
    DEFAULT_QUIET_US,
    Journey,
    Map,
    Promise,
    Ref,
    Signal,
    Verdict,
    due_at,
    holds,
    judge,
    stitch,
)

if TYPE_CHECKING:
    import random
    from pathlib import Path

PLACED, READY, LATE, CLOSED, SCORED = Ref("placed"), Ref("ready"), Ref("late"), Ref("closed"), Ref("scored")
COLLECTED_OK = Ref("ready", (("kind", "=", "ok"),))


def told(kind: str, at: int, row: int, /, file: str = "a", **properties: object) -> Signal:
    """A signal of order `o` and person `p`; the file `a` is of source `a`."""
    return Signal(file, file, row, kind, at, "p", {"order": ("o",)}, properties)


def beat(file: str, first: int, last: int) -> list[Signal]:
    """A source heard at two instants, about nothing that matters."""
    return [
        Signal(file, file, 90, "beat", first, None, {}, {}),
        Signal(file, file, 91, "beat", last, None, {}, {}),
    ]


def of_order(promise: Promise, *, ends: tuple[Ref, ...] = (), quiet_us: int | None = None) -> Map:
    """A map of orders with one promise."""
    return Map("order", None, ends, quiet_us, (promise,), time_zones={"a": "America/Sao_Paulo"})


def asked(promise: Promise, log: list[Signal], as_of: int, ends: tuple[Ref, ...] = ()) -> Verdict:
    """The one verdict of a log with one trigger."""
    (verdict,) = judge(of_order(promise, ends=ends), log, as_of)
    return verdict


def found(promise: Promise, log: list[Signal], as_of: int, ends: tuple[Ref, ...] = ()) -> str:
    """The word of the one verdict."""
    return asked(promise, log, as_of, ends).verdict


WITHIN_10 = Promise("p", "expect", PLACED, READY, within_us=10, unless=LATE, proven_by=("a",))
NEVER_10 = Promise("p", "never", PLACED, READY, within_us=10, unless=LATE, proven_by=("a",))
UNTIL = Promise("p", "never", PLACED, READY, until=CLOSED, unless=LATE, proven_by=("a",))
SCORE_10 = Promise(
    "p", "measure", PLACED, SCORED, within_us=10, bound=("score", "at_least", 8.0), unless=LATE
)
SCORE_EVER = Promise("p", "measure", PLACED, SCORED, bound=("score", "at_least", 8.0), unless=LATE)
SCORE_JOURNEY = Promise("p", "measure", None, SCORED, bound=("score", "at_most", 8.0), unless=LATE)


# expect -----------------------------------------------------------------------------------------------------


def test_expect_is_kept_by_a_target_in_the_window() -> None:
    """Row 1 of expect: placed at 100, due 100 + 10 = 110, ready at 105."""
    log = [told("placed", 100, 1), told("ready", 105, 2)]
    assert asked(WITHIN_10, log, 105) == Verdict("p", "o", ("a", "a", 1), "kept", 110, 105)


def test_expect_is_waived_by_a_waiver_before_the_target() -> None:
    """Row 2 of expect: late at 103 comes before ready at 105, both by 110."""
    log = [told("placed", 100, 1), told("late", 103, 2), told("ready", 105, 3)]
    assert asked(WITHIN_10, log, 200) == Verdict("p", "o", ("a", "a", 1), "waived", 110, 105)


def test_expect_is_waived_at_once_even_before_the_deadline() -> None:
    """Row 2 of expect, no target: late at 103, looked at from 104, before 110."""
    log = [told("placed", 100, 1), told("late", 103, 2)]
    assert found(WITHIN_10, log, 104) == "waived"


def test_expect_is_kept_when_the_waiver_comes_after_the_target() -> None:
    """Row 1 of expect: ready at 105 decides; late at 106 comes too late to waive."""
    log = [told("placed", 100, 1), told("ready", 105, 2), told("late", 106, 3)]
    assert found(WITHIN_10, log, 200) == "kept"


def test_expect_is_pending_before_its_deadline() -> None:
    """Row 3 of expect: due 110, looked at from 109."""
    assert found(WITHIN_10, [told("placed", 100, 1)], 109) == "pending"


def test_expect_is_decided_exactly_at_its_deadline() -> None:
    """Row 4 of expect: due 110 = T; source a was heard from 90 to 110, which holds 100 to 110."""
    assert found(WITHIN_10, [told("placed", 100, 1), *beat("a", 90, 110)], 110) == "broken"


def test_expect_is_broken_where_covered() -> None:
    """Row 4 of expect: due 110 < 200; source a was heard until 150 >= 110."""
    log = [told("placed", 100, 1), *beat("a", 100, 150)]
    assert asked(WITHIN_10, log, 200) == Verdict("p", "o", ("a", "a", 1), "broken", 110, None)


def test_expect_is_unobservable_where_not_covered() -> None:
    """Row 5 of expect: due 110; source a fell silent at 109."""
    log = [told("placed", 100, 1), *beat("a", 90, 109)]
    assert found(WITHIN_10, log, 200) == "unobservable"


def test_expect_is_unobservable_when_the_proof_starts_after_the_trigger() -> None:
    """Row 5 of expect: placed in file b at 100; source a was first heard at 101."""
    log = [told("placed", 100, 1, file="b"), *beat("a", 101, 200)]
    assert found(WITHIN_10, log, 200) == "unobservable"


def test_a_target_exactly_at_the_deadline_is_in_time() -> None:
    """The window includes its end: ready at 110 = 100 + 10."""
    log = [told("placed", 100, 1), told("ready", 110, 2)]
    assert found(WITHIN_10, log, 200) == "kept"


def test_a_target_after_the_deadline_is_shown_but_does_not_count() -> None:
    """Ready at 111 is one later than 110: broken, with 111 beside it (source a heard at 111 >= 110)."""
    log = [told("placed", 100, 1), told("ready", 111, 2)]
    assert asked(WITHIN_10, log, 200) == Verdict("p", "o", ("a", "a", 1), "broken", 110, 111)


def test_a_target_after_the_instant_of_the_run_does_not_exist() -> None:
    """Ready at 105 is unknown at T = 104, so 110 is still to come."""
    log = [told("placed", 100, 1), told("ready", 105, 2)]
    assert asked(WITHIN_10, log, 104) == Verdict("p", "o", ("a", "a", 1), "pending", 110, None)


def test_a_waiver_after_the_deadline_does_not_waive() -> None:
    """Late at 111 is outside 100 to 110; source a heard at 111 covers: broken."""
    log = [told("placed", 100, 1), told("late", 111, 2)]
    assert found(WITHIN_10, log, 200) == "broken"


def test_a_waiver_at_the_deadline_waives() -> None:
    """Choice: the window includes its end, 110, so a waiver there is inside."""
    log = [told("placed", 100, 1), told("late", 110, 2)]
    assert found(WITHIN_10, log, 200) == "waived"


def test_a_waiver_before_its_trigger_does_not_waive() -> None:
    """Late at 99 came before placed at 100; source a heard at 120 covers: broken."""
    log = [told("late", 99, 1), told("placed", 100, 2), told("beat", 120, 3)]
    assert found(WITHIN_10, log, 200) == "broken"


def test_a_target_before_its_trigger_is_none() -> None:
    """Ready at 99 is not after placed at 100; source a heard from 99 to 120 covers: broken."""
    log = [told("ready", 99, 1), told("placed", 100, 2), told("beat", 120, 3)]
    assert asked(WITHIN_10, log, 200) == Verdict("p", "o", ("a", "a", 2), "broken", 110, None)


def test_one_target_keeps_all_triggers_before_it() -> None:
    """Placed at 100 and at 104: ready at 108 lies in 100 to 110 and in 104 to 114."""
    log = [told("placed", 100, 1), told("placed", 104, 2), told("ready", 108, 3)]
    verdicts = judge(of_order(WITHIN_10), log, 200)
    assert [(v.trigger_row_key[2], v.verdict, v.deadline_us) for v in verdicts] == [
        (1, "kept", 110),
        (2, "kept", 114),
    ]


def test_each_trigger_is_judged_on_its_own() -> None:
    """Placed at 100 (due 110) and at 109 (due 119): ready at 115 is late for the one only."""
    log = [told("placed", 100, 1), told("placed", 109, 2), told("ready", 115, 3)]
    assert [v.verdict for v in judge(of_order(WITHIN_10), log, 200)] == ["broken", "kept"]


def test_the_first_of_several_targets_counts() -> None:
    """Ready at 105 and at 107: 105 is shown."""
    log = [told("placed", 100, 1), told("ready", 105, 2), told("ready", 107, 3)]
    assert asked(WITHIN_10, log, 200).target_at == 105


def test_a_trigger_is_never_its_own_target() -> None:
    """Placed after placed: the one at 100 is met by the one at 106; that one, due 116, by nothing."""
    promise = Promise("p", "expect", PLACED, PLACED, within_us=10)
    log = [told("placed", 100, 1), told("placed", 106, 2), told("beat", 116, 3)]
    # The default proof is source a, which emits placed and was heard from 100 to 116 = 106 + 10.
    assert [v.verdict for v in judge(of_order(promise), log, 200)] == ["kept", "broken"]


def test_where_is_asked_of_trigger_and_target() -> None:
    """Of the placed only qty 2.0 is at least 2; of the ready only kind ok, at 107, counts."""
    promise = Promise("p", "expect", Ref("placed", (("qty", ">=", 2),)), COLLECTED_OK, within_us=10)
    log = [
        told("placed", 100, 1, qty="2.0"),
        told("placed", 100, 2, qty="1"),
        told("placed", 100, 3),
        told("ready", 105, 4, kind="no"),
        told("ready", 107, 5, kind="ok"),
    ]
    assert judge(of_order(promise), log, 200) == [Verdict("p", "o", ("a", "a", 1), "kept", 110, 107)]


# ties -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("trigger_row", "target_row", "verdict"), [(1, 2, "kept"), (2, 1, "broken")])
def test_a_tie_in_one_file_is_ordered_by_the_file(trigger_row: int, target_row: int, verdict: str) -> None:
    """Both at 100: only the later row is after; source a heard from 100 to 110 covers the rest."""
    log = [told("placed", 100, trigger_row), told("ready", 100, target_row), told("beat", 110, 3)]
    assert found(WITHIN_10, log, 200) == verdict


@pytest.mark.parametrize("file", ["0", "b"])
def test_a_forbidden_signal_tied_with_its_trigger_is_no_proof(file: str) -> None:
    """Both at 100 in two files: a tie accuses nobody; a, heard from 100 to 110, covers: kept."""
    log = [told("placed", 100, 1), told("ready", 100, 1, file=file), told("beat", 110, 2)]
    assert found(NEVER_10, log, 200) == "kept"


def test_a_forbidden_signal_tied_in_the_file_of_its_trigger_follows_the_file() -> None:
    """Both at 100 in file a: row 2 after placed in row 1 breaks; row 1 before placed in row 2 does not."""
    assert found(NEVER_10, [told("placed", 100, 1), told("ready", 100, 2)], 200) == "broken"
    log = [told("ready", 100, 1), told("placed", 100, 2), told("beat", 110, 3)]
    assert found(NEVER_10, log, 200) == "kept"


@pytest.mark.parametrize(("trigger_file", "target_file"), [("a", "b"), ("b", "a")])
def test_a_tie_across_files_counts_as_after(trigger_file: str, target_file: str) -> None:
    """Both at 100 in two files: after, whatever the names and rows."""
    log = [told("placed", 100, 5, file=trigger_file), told("ready", 100, 1, file=target_file)]
    assert found(WITHIN_10, log, 200) == "kept"


def test_two_files_of_one_source_are_two_files() -> None:
    """Ready in file 1 and placed in file 2 of the same source, both at 100: after all the same."""
    log = [
        Signal("a", "1", 9, "ready", 100, None, {"order": ("o",)}),
        Signal("a", "2", 1, "placed", 100, None, {"order": ("o",)}),
    ]
    assert found(WITHIN_10, log, 200) == "kept"


def test_a_waiver_tied_with_the_target_in_one_file_follows_the_file() -> None:
    """Late (row 2) and ready (row 3) at 105: waived; the other way round: kept."""
    placed = told("placed", 100, 1)
    assert found(WITHIN_10, [placed, told("late", 105, 2), told("ready", 105, 3)], 200) == "waived"
    assert found(WITHIN_10, [placed, told("ready", 105, 2), told("late", 105, 3)], 200) == "kept"


def test_a_waiver_tied_with_the_target_of_another_file_waives() -> None:
    """The forbidden signal at 105 counts as after the waiver at 105 of another file: nobody is accused."""
    log = [told("placed", 100, 1), told("ready", 105, 2), told("late", 105, 1, file="b")]
    assert found(NEVER_10, log, 200) == "waived"


# deadlines from a property ----------------------------------------------------------------------------------

BY_DATE = Promise("p", "expect", PLACED, READY, before="due", unless=LATE)


def us(text: str) -> int:
    """The instant of an ISO text with an offset."""
    return round(datetime.fromisoformat(text).timestamp() * 1_000_000)


def test_a_bare_date_ends_with_its_day_where_the_source_is() -> None:
    """In Sao Paulo, three hours behind UTC, 5 March 2024 ends just before 03:00 UTC of the sixth."""
    end = us("2024-03-06T03:00:00+00:00") - 1
    log = [
        told("placed", us("2024-03-05T12:00:00+00:00"), 1, due="2024-03-05"),
        told("ready", end, 2),
    ]
    assert asked(BY_DATE, log, end) == Verdict("p", "o", ("a", "a", 1), "kept", end, end)
    late = [log[0], told("ready", end + 1, 2)]
    assert asked(BY_DATE, late, end + 1) == Verdict("p", "o", ("a", "a", 1), "broken", end, end + 1)


def test_a_bare_date_is_read_in_the_zone_of_the_trigger_not_of_the_target() -> None:
    """Source b has no zone, so UTC: placed there, 5 March ends before 00:00 UTC; ready at 01:00 is late."""
    log = [
        told("placed", us("2024-03-05T12:00:00+00:00"), 1, file="b", due="2024-03-05"),
        told("ready", us("2024-03-06T01:00:00+00:00"), 1),
        *beat("a", 0, 10),
    ]
    assert found(BY_DATE, log, us("2024-03-07T00:00:00+00:00")) == "broken"


@pytest.mark.parametrize(
    ("day", "next_day_starts"),
    [
        # The clocks of Sao Paulo jumped from 00:00 to 01:00 on 4 November 2018: the 3rd ended at 03:00 UTC.
        ("2018-11-03", "2018-11-04T03:00:00+00:00"),
        # They fell from 24:00 of 16 February 2019 (02:00 UTC) to 23:00: the day lasted 25 hours, to 03:00.
        ("2019-02-16", "2019-02-17T03:00:00+00:00"),
    ],
)
def test_days_end_where_clocks_change(day: str, next_day_starts: str) -> None:
    """The end of a day is just before the next one begins, however long the day was."""
    assert due_at(day, "America/Sao_Paulo") == us(next_day_starts) - 1


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        # Paris fell from 03:00 back to 02:00 on 27 October 2024: the second 02:30 is at 01:30 UTC.
        ("2024-10-27 02:30:00", "2024-10-27T01:30:00+00:00"),
        # It jumped from 02:00 to 03:00 on 31 March 2024: 02:30 is read as 03:30, 01:30 UTC.
        ("2024-03-31 02:30:00", "2024-03-31T01:30:00+00:00"),
    ],
)
def test_a_wall_clock_that_came_twice_or_never_is_read_late(text: str, utc: str) -> None:
    """The later reading leaves more time."""
    assert due_at(text, "Europe/Paris") == us(utc)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-03-05T12:00:00Z", "2024-03-05T12:00:00+00:00"),
        ("2024-03-05T12:00:00.000001+02:00", "2024-03-05T10:00:00.000001+00:00"),
        ("2024-03-05 12:00:00", "2024-03-05T15:00:00+00:00"),
    ],
)
def test_an_instant_is_the_deadline(text: str, utc: str) -> None:
    """Offsets are honoured; without one, noon in Sao Paulo is 12 + 3 = 15 hours UTC."""
    assert due_at(text, "America/Sao_Paulo") == us(utc)


@pytest.mark.parametrize("due", [None, "soon", "", "2024-02-30", "2024-13-01T00:00:00Z", "20240305", 7])
def test_a_deadline_that_is_no_instant_leaves_it_unobservable(due: object) -> None:
    """Nobody can say when it was due, even though ready came at 105."""
    log = [told("placed", 100, 1, due=due), told("ready", 105, 2)]
    assert asked(BY_DATE, log, 200) == Verdict("p", "o", ("a", "a", 1), "unobservable", None, 105)


def test_a_missing_deadline_leaves_it_unobservable() -> None:
    """The property is not there; a waiver has no window to stand in."""
    log = [told("placed", 100, 1), told("late", 103, 2)]
    assert found(BY_DATE, log, 200) == "unobservable"


def test_a_deadline_before_its_trigger_is_broken_where_covered() -> None:
    """Due at 0 but placed at 100: the window is 100 alone, which a, heard from 100 to 101, covers."""
    log = [told("placed", 100, 1, due="1970-01-01T00:00:00Z"), told("ready", 101, 2)]
    assert asked(BY_DATE, log, 200) == Verdict("p", "o", ("a", "a", 1), "broken", 0, 101)


def test_a_deadline_before_its_trigger_is_unobservable_where_not_covered() -> None:
    """The only source that emits ready, b, is first heard at 101, after the single instant 100."""
    log = [told("placed", 100, 1, due="1970-01-01T00:00:00Z"), told("ready", 101, 1, file="b")]
    assert found(BY_DATE, log, 200) == "unobservable"


def test_a_waiver_may_lie_in_a_window_that_ended_before_its_trigger() -> None:
    """Choice: late at 100, in the row after placed, is in the single instant 100; late at 101 is not."""
    placed = told("placed", 100, 1, due="1970-01-01T00:00:00Z")
    assert found(BY_DATE, [placed, told("late", 100, 2), told("ready", 102, 3)], 200) == "waived"
    assert found(BY_DATE, [placed, told("late", 101, 2), told("ready", 102, 3)], 200) == "broken"


def test_no_target_lies_in_a_window_that_ended_before_its_trigger() -> None:
    """Ready at 100 in another file is after placed at 100, but due was 0; a (100) and b (100) cover 100."""
    log = [told("placed", 100, 1, due="1970-01-01T00:00:00Z"), told("ready", 100, 1, file="b")]
    assert found(BY_DATE, log, 200) == "broken"


# never ------------------------------------------------------------------------------------------------------


def test_never_within_is_broken_by_a_target_in_the_window() -> None:
    """Row 1 of never: ready at 105 in 100 to 110, known at once at T = 105, covered or not."""
    log = [told("placed", 100, 1, file="b"), told("ready", 105, 1, file="c")]
    assert asked(NEVER_10, log, 105) == Verdict("p", "o", ("b", "b", 1), "broken", 110, 105)


def test_never_within_includes_its_end() -> None:
    """Ready at 110 = 100 + 10 breaks; ready at 111 does not, and a (heard 100 to 111) covers: kept."""
    assert found(NEVER_10, [told("placed", 100, 1), told("ready", 110, 2)], 200) == "broken"
    late = [told("placed", 100, 1), told("ready", 111, 2)]
    assert asked(NEVER_10, late, 200) == Verdict("p", "o", ("a", "a", 1), "kept", 110, None)


def test_never_is_waived_before_the_target_only() -> None:
    """Row 2 of never: late at 103 before ready at 105 waives; late at 106 does not."""
    placed, ready = told("placed", 100, 1), told("ready", 105, 3)
    assert found(NEVER_10, [placed, told("late", 103, 2), ready], 200) == "waived"
    assert found(NEVER_10, [placed, ready, told("late", 106, 4)], 200) == "broken"


def test_never_is_waived_without_a_target() -> None:
    """Row 2 of never: late at 103, the window open until 110, T = 104."""
    assert found(NEVER_10, [told("placed", 100, 1), told("late", 103, 2)], 104) == "waived"


def test_never_is_pending_while_the_window_is_open() -> None:
    """Row 3 of never: ends 110, T = 109."""
    assert found(NEVER_10, [told("placed", 100, 1)], 109) == "pending"


def test_never_is_kept_exactly_at_its_end() -> None:
    """Row 4 of never: ends 110 = T, a heard from 100 to 110."""
    assert found(NEVER_10, [told("placed", 100, 1), told("beat", 110, 2)], 110) == "kept"


def test_never_is_unobservable_where_not_covered() -> None:
    """Row 5 of never: ends 110, a last heard at 109."""
    assert found(NEVER_10, [told("placed", 100, 1), told("beat", 109, 2)], 200) == "unobservable"


def test_never_until_is_kept_when_s_comes_first() -> None:
    """Row 4 of never: closed at 120 ends the window; ready at 121 lies outside."""
    log = [told("placed", 100, 1), told("closed", 120, 2), told("ready", 121, 3)]
    assert asked(UNTIL, log, 200) == Verdict("p", "o", ("a", "a", 1), "kept", 120, None)


def test_never_until_is_broken_before_s() -> None:
    """Row 1 of never: ready at 119, closed at 120."""
    log = [told("placed", 100, 1), told("ready", 119, 2), told("closed", 120, 3)]
    assert asked(UNTIL, log, 200) == Verdict("p", "o", ("a", "a", 1), "broken", 120, 119)


def test_s_before_its_trigger_ends_nothing() -> None:
    """Closed at 99 came before placed at 100; no S since and the journey is open: pending."""
    log = [told("closed", 99, 1), told("placed", 100, 2)]
    assert asked(UNTIL, log, 200) == Verdict("p", "o", ("a", "a", 2), "pending", None, None)


def test_s_tied_with_its_trigger_follows_the_file() -> None:
    """Closed in row 1, placed in row 2, both at 100: S came before, so the window is still open."""
    log = [told("closed", 100, 1), told("placed", 100, 2)]
    assert found(UNTIL, log, 200) == "pending"


def test_s_itself_is_outside_the_window() -> None:
    """Never ready until ready: the ready at 105 is S, so nothing was broken; a heard 100 to 105 covers."""
    promise = Promise("p", "never", PLACED, READY, until=READY)
    assert found(promise, [told("placed", 100, 1), told("ready", 105, 2)], 200) == "kept"


def test_a_target_tied_with_s_follows_the_file_or_is_outside() -> None:
    """Both at 120: row 2 before S in row 3 breaks; row 3 after S does not; another file counts as after S."""
    placed = told("placed", 100, 1)
    assert found(UNTIL, [placed, told("ready", 120, 2), told("closed", 120, 3)], 200) == "broken"
    assert found(UNTIL, [placed, told("closed", 120, 2), told("ready", 120, 3)], 200) == "kept"
    assert found(UNTIL, [placed, told("closed", 120, 2), told("ready", 120, 1, file="0")], 200) == "kept"


def test_never_until_is_pending_while_s_has_not_come_and_the_journey_is_open() -> None:
    """Row 3 of never: no S, no end, no quiet time: open for ever."""
    assert found(UNTIL, [told("placed", 100, 1), told("beat", 900, 2)], 1000) == "pending"


def test_never_until_ends_when_the_journey_closes() -> None:
    """Row 4 of never: the journey ends with gone at 130; a heard from 100 covers; ready at 131 is outside."""
    log = [told("placed", 100, 1), told("gone", 130, 2), told("ready", 131, 3)]
    assert asked(UNTIL, log, 200, ends=(Ref("gone"),)) == Verdict("p", "o", ("a", "a", 1), "kept", 130, None)


def test_the_signal_that_closes_the_journey_may_break_the_promise() -> None:
    """Choice: ready at 130 is the end of the journey and the target; the closing is inside the window."""
    log = [told("placed", 100, 1), told("ready", 130, 2)]
    assert asked(UNTIL, log, 200, ends=(READY,)) == Verdict("p", "o", ("a", "a", 1), "broken", 130, 130)


def test_never_until_ends_when_the_journey_falls_quiet() -> None:
    """Placed at 100, quiet 50: closed at 150. At T = 149 pending; at 150 kept, a heard until 150."""
    journey_map = of_order(UNTIL, quiet_us=50)
    log = [told("placed", 100, 1), *beat("a", 90, 150)]
    assert [v.verdict for v in judge(journey_map, log, 149)] == ["pending"]
    assert judge(journey_map, log, 150) == [Verdict("p", "o", ("a", "a", 1), "kept", 150, None)]


def test_never_until_is_unobservable_where_the_closing_is_not_covered() -> None:
    """Row 5 of never: closed by quiet at 100 + 50 = 150, a last heard at 149."""
    log = [told("placed", 100, 1), *beat("a", 90, 149)]
    assert [v.verdict for v in judge(of_order(UNTIL, quiet_us=50), log, 200)] == ["unobservable"]


def test_a_journey_closed_before_the_trigger_leaves_its_instant_as_the_window() -> None:
    """Choice: gone at 90, placed at 100: no target lies in the window, 100 alone, which a covers."""
    log = [told("gone", 90, 1), told("placed", 100, 2), told("ready", 100, 1, file="b")]
    assert asked(UNTIL, log, 200, ends=(Ref("gone"),)) == Verdict("p", "o", ("a", "a", 2), "kept", 100, None)


def test_a_target_after_the_window_is_not_shown_beside_never() -> None:
    """Only what broke the promise is shown; ready at 111 is after 110."""
    log = [told("placed", 100, 1), told("ready", 111, 2)]
    assert asked(NEVER_10, log, 200).target_at is None


# measure ----------------------------------------------------------------------------------------------------


def test_measure_is_waived_before_any_measurement() -> None:
    """Row 1 of measure: late at 102, scored 3 at 105."""
    log = [told("placed", 100, 1), told("late", 102, 2), told("scored", 105, 3, score="3")]
    assert found(SCORE_10, log, 200) == "waived"


def test_measure_is_not_waived_after_a_measurement() -> None:
    """Scored 3 at 105 decides before late at 106."""
    log = [told("placed", 100, 1), told("scored", 105, 2, score="3"), told("late", 106, 3)]
    assert found(SCORE_10, log, 200) == "broken"


def test_measure_is_kept_when_all_hold() -> None:
    """Row 2 of measure: 8 >= 8 and 9.5 >= 8, known at T = 106 already."""
    log = [told("placed", 100, 1), told("scored", 105, 2, score="8"), told("scored", 106, 3, score=9.5)]
    assert asked(SCORE_10, log, 106) == Verdict("p", "o", ("a", "a", 1), "kept", 110, 105)


def test_measure_is_broken_when_one_of_several_fails() -> None:
    """Row 3 of measure: 9 >= 8 holds, 7 >= 8 does not, 10 >= 8 holds (as numbers, not as text)."""
    log = [
        told("placed", 100, 1),
        told("scored", 104, 2, score="9"),
        told("scored", 105, 3, score="7"),
        told("scored", 106, 4, score="10"),
    ]
    assert asked(SCORE_10, log, 200) == Verdict("p", "o", ("a", "a", 1), "broken", 110, 104)


def test_measure_is_pending_then_unobservable_without_a_measurement() -> None:
    """Rows 4 and 5 of measure: ends 110, so pending at 109 and unobservable at 110."""
    assert found(SCORE_10, [told("placed", 100, 1)], 109) == "pending"
    assert found(SCORE_10, [told("placed", 100, 1)], 110) == "unobservable"


@pytest.mark.parametrize("score", [None, "n/a", "", "nan", "1_0", "8 points", True])
def test_what_is_not_a_number_is_no_measurement(score: object) -> None:
    """Nobody answered with a number by 110: unobservable, never broken."""
    log = [told("placed", 100, 1), told("scored", 105, 2, score=score), told("beat", 150, 3)]
    assert found(SCORE_10, log, 200) == "unobservable"


def test_measure_within_includes_its_end() -> None:
    """Scored 1 at 110 = 100 + 10 counts, at 111 it does not."""
    assert found(SCORE_10, [told("placed", 100, 1), told("scored", 110, 2, score=1)], 200) == "broken"
    assert found(SCORE_10, [told("placed", 100, 1), told("scored", 111, 2, score=1)], 200) == "unobservable"


def test_measure_with_after_alone_looks_any_time_after() -> None:
    """Scored 9 at 900 counts, even after gone closed the journey at 130; scored 1 at 99 came before."""
    log = [
        told("scored", 99, 1, score=1),
        told("placed", 100, 2),
        told("gone", 130, 3),
        told("scored", 900, 4, score=9),
    ]
    assert asked(SCORE_EVER, log, 1000, ends=(Ref("gone"),)) == Verdict(
        "p", "o", ("a", "a", 2), "kept", None, 900
    )


def test_measure_with_after_alone_waits_until_the_journey_closes() -> None:
    """Rows 4 and 5 of measure: pending while open, unobservable once gone closed it at 130."""
    log = [told("placed", 100, 1), told("gone", 130, 2)]
    assert found(SCORE_EVER, log, 129, ends=(Ref("gone"),)) == "pending"
    assert found(SCORE_EVER, log, 130, ends=(Ref("gone"),)) == "unobservable"


def test_measure_without_after_looks_anywhere_in_the_journey() -> None:
    """One verdict per journey, shown at its first signal, which is also the measurement: 7 <= 8."""
    log = [told("scored", 100, 1, score=7), told("placed", 101, 2), told("placed", 102, 3)]
    assert asked(SCORE_JOURNEY, log, 200) == Verdict("p", "o", ("a", "a", 1), "kept", None, 100)


def test_measure_without_after_fails_where_one_fails() -> None:
    """Row 3 of measure: 8 <= 8 holds, 8.5 <= 8 does not."""
    log = [told("placed", 99, 1), told("scored", 100, 2, score=8), told("scored", 101, 3, score=8.5)]
    assert found(SCORE_JOURNEY, log, 200) == "broken"


def test_measure_without_after_is_pending_then_unobservable() -> None:
    """Rows 4 and 5 of measure: quiet 50 after 100 closes at 150."""
    journey_map = of_order(SCORE_JOURNEY, quiet_us=50)
    log = [told("placed", 100, 1)]
    assert [v.verdict for v in judge(journey_map, log, 149)] == ["pending"]
    assert [v.verdict for v in judge(journey_map, log, 150)] == ["unobservable"]


def test_measure_without_after_may_be_waived() -> None:
    """Row 1 of measure: late at 101, after the first signal at 100 and before scored at 102."""
    log = [told("placed", 100, 1), told("late", 101, 2), told("scored", 102, 3, score=9)]
    assert found(SCORE_JOURNEY, log, 200) == "waived"


def test_measure_without_after_may_be_waived_by_the_first_signal() -> None:
    """Choice: there is no trigger to come after, so late at 100 waives scored 9 at 101."""
    log = [told("late", 100, 1), told("scored", 101, 2, score=9)]
    assert found(SCORE_JOURNEY, log, 200) == "waived"


def test_measure_without_after_sees_the_journey_only() -> None:
    """Person p scored 9 at 100, before the start placed at 110: not in the journey, which scored 5 at 120."""
    promise = Promise("p", "measure", None, SCORED, bound=("score", "at_most", 8.0), per="person")
    journey_map = Map("person", PLACED, (), None, (promise,))
    log = [told("scored", 100, 1, score=9), told("placed", 110, 2), told("scored", 120, 3, score=5)]
    assert judge(journey_map, log, 200) == [Verdict("p", "p", ("a", "a", 2), "kept", None, 120)]


# unless, match, per, proven_by ------------------------------------------------------------------------------


def test_unless_where_is_asked_of_the_trigger() -> None:
    """A placed of kind late is waived even though ready came at 105; another kind, or none, is not."""
    promise = Promise("p", "expect", PLACED, READY, within_us=10, unless_where=(("kind", "=", "late"),))
    ready = told("ready", 105, 2)
    assert found(promise, [told("placed", 100, 1, kind="late"), ready], 200) == "waived"
    assert found(promise, [told("placed", 100, 1, kind="soon"), ready], 200) == "kept"
    assert found(promise, [told("placed", 100, 1), ready], 200) == "kept"


def test_a_waiver_must_fulfil_its_where() -> None:
    """Late of qty 1 does not waive, late of qty 2 does (2 > 1)."""
    promise = Promise("p", "expect", PLACED, READY, within_us=10, unless=Ref("late", (("qty", ">", 1),)))
    placed, ready = told("placed", 100, 1), told("ready", 105, 3)
    assert found(promise, [placed, told("late", 103, 2, qty=1), ready], 200) == "kept"
    assert found(promise, [placed, told("late", 103, 2, qty=2), ready], 200) == "waived"


@pytest.mark.parametrize(
    ("of_trigger", "of_target", "verdict"),
    [
        ("x", "x", "broken"),
        ("x", "y", "kept"),
        (None, "x", "kept"),
        ("x", None, "kept"),
        (None, None, "kept"),
    ],
)
def test_a_missing_value_matches_nothing(of_trigger: str | None, of_target: str | None, verdict: str) -> None:
    """Only equal values that are there correlate; a heard 100 to 110 covers where nothing matched."""
    promise = Promise("p", "never", PLACED, READY, within_us=10, match={"kind": "kind"})
    log = [
        told("placed", 100, 1, kind=of_trigger),
        told("ready", 105, 2, kind=of_target),
        told("beat", 110, 3),
    ]
    assert found(promise, log, 200) == verdict


def test_values_match_as_they_are_written() -> None:
    """2 and 2.0 are two texts."""
    promise = Promise("p", "never", PLACED, READY, within_us=10, match={"qty": "qty"}, proven_by=("a",))
    placed, beats = told("placed", 100, 1, qty="2"), told("beat", 110, 3)
    assert found(promise, [placed, told("ready", 105, 2, qty="2.0"), beats], 200) == "kept"
    assert found(promise, [placed, told("ready", 105, 2, qty=2), beats], 200) == "broken"


def timeless(kind: str, row: int, order: str = "o", /, **properties: object) -> Signal:
    """A signal of order `order` that happened at an instant nobody can read."""
    return Signal("a", "a", row, kind, 0, "p", {"order": (order,)}, properties, timeless=True)


def test_a_target_without_a_time_accuses_nobody() -> None:
    """Covered and not ready by 110: broken, unless ready is known to have happened, nobody can say when."""
    log = [told("placed", 100, 1), told("beat", 110, 2)]
    assert found(WITHIN_10, log, 200) == "broken"
    assert found(WITHIN_10, [*log, timeless("ready", 3)], 200) == "unobservable"
    assert found(WITHIN_10, [*log, timeless("ready", 3, "q")], 200) == "broken"
    assert found(WITHIN_10, [*log, timeless("late", 3)], 200) == "broken"


def test_a_forbidden_signal_without_a_time_proves_nothing() -> None:
    """Row 4 of never would say kept; but ready has happened, perhaps in the window."""
    log = [told("placed", 100, 1), told("beat", 110, 2)]
    assert found(NEVER_10, log, 200) == "kept"
    assert found(NEVER_10, [*log, timeless("ready", 3)], 200) == "unobservable"


def test_a_signal_without_a_time_changes_no_other_verdict() -> None:
    """Kept by the ready at 105, pending at 104, waived by late at 103: all stay."""
    placed, ready, late = told("placed", 100, 1), told("ready", 105, 2), told("late", 103, 2)
    assert found(WITHIN_10, [placed, ready, timeless("ready", 3)], 200) == "kept"
    assert found(WITHIN_10, [placed, timeless("ready", 3)], 104) == "pending"
    assert found(WITHIN_10, [placed, late, timeless("ready", 3)], 200) == "waived"
    assert found(NEVER_10, [placed, ready, timeless("ready", 3)], 200) == "broken"


def test_a_signal_without_a_time_must_match() -> None:
    """Only a timeless ready of the same kind makes it unobservable."""
    promise = Promise("p", "expect", PLACED, READY, within_us=10, match={"kind": "kind"}, proven_by=("a",))
    log = [told("placed", 100, 1, kind="x"), told("beat", 110, 2)]
    assert found(promise, [*log, timeless("ready", 3, kind="y")], 200) == "broken"
    assert found(promise, [*log, timeless("ready", 3)], 200) == "broken"
    assert found(promise, [*log, timeless("ready", 3, kind="x")], 200) == "unobservable"


def test_a_target_of_another_unit_is_none() -> None:
    """Ready at 105 is of order q; source a heard until 110 covers order o: broken."""
    log = [
        told("placed", 100, 1),
        Signal("a", "a", 2, "ready", 105, "p", {"order": ("q",)}),
        told("beat", 110, 3),
    ]
    assert found(WITHIN_10, log, 200) == "broken"


def test_a_promise_may_be_judged_within_another_unit() -> None:
    """The same log judged per person: ready of order q is of person p as well, so kept, for unit p."""
    promise = Promise("p", "expect", PLACED, READY, within_us=10, per="person")
    log = [told("placed", 100, 1), Signal("a", "a", 2, "ready", 105, "p", {"order": ("q",)})]
    assert judge(of_order(promise), log, 200) == [Verdict("p", "p", ("a", "a", 1), "kept", 110, 105)]


def test_a_trigger_in_several_journeys_is_judged_once_per_unit() -> None:
    """Choice: placed is of orders o and q; gone closes o at 130, q stays open: person p has until 130."""
    promise = Promise("p", "never", PLACED, READY, until=CLOSED, per="person", proven_by=("a",))
    log = [
        Signal("a", "a", 1, "placed", 100, "p", {"order": ("o", "q")}),
        told("gone", 130, 2),
        Signal("a", "a", 3, "ready", 140, "p", {"order": ("q",)}),
    ]
    journey_map = of_order(promise, ends=(Ref("gone"),))
    assert judge(journey_map, log, 200) == [Verdict("p", "p", ("a", "a", 1), "kept", 130, None)]


def test_the_closing_ends_the_window_even_where_s_comes_later() -> None:
    """Gone closes at 110: kept, and ready at 120 or S at 130 in a later journey never turn that into broken."""
    promise = Promise("p", "never", PLACED, READY, until=CLOSED, per="person")
    journey_map = Map("person", None, (Ref("gone"),), None, (promise,))
    log = [told("placed", 100, 1), told("gone", 110, 2), told("ready", 120, 3), told("closed", 130, 4)]
    assert [v.verdict for v in judge(journey_map, log[:3], 129)] == ["kept"]
    assert judge(journey_map, log, 130) == [Verdict("p", "p", ("a", "a", 1), "kept", 110, None)]


def test_s_before_the_closing_ends_the_window() -> None:
    """S at 110, gone closes at 130: ready at 120 is outside."""
    log = [told("placed", 100, 1), told("closed", 110, 2), told("ready", 120, 3), told("gone", 130, 4)]
    assert asked(UNTIL, log, 200, ends=(Ref("gone"),)) == Verdict("p", "o", ("a", "a", 1), "kept", 110, None)


def test_a_trigger_without_the_unit_is_not_judged() -> None:
    """Per person, a trigger of nobody has no unit."""
    promise = Promise("p", "expect", PLACED, READY, within_us=10, per="person")
    assert judge(of_order(promise), [Signal("a", "a", 1, "placed", 100, None, {"order": ("o",)})], 200) == []


def test_a_trigger_outside_every_journey_is_not_judged() -> None:
    """Per person, placed at 100 came before the start paid at 105; placed at 106 is in the journey."""
    promise = Promise("p", "expect", PLACED, READY, within_us=10, per="person")
    journey_map = Map("person", Ref("paid"), (), None, (promise,))
    log = [told("placed", 100, 1), told("paid", 105, 2), told("placed", 106, 3), told("ready", 107, 4)]
    assert judge(journey_map, log, 200) == [Verdict("p", "p", ("a", "a", 3), "kept", 116, 107)]


def test_a_target_outside_the_journey_counts() -> None:
    """Per person, gone ends the journey at 103; ready at 105 begins another, and still keeps the promise."""
    promise = Promise("p", "expect", PLACED, READY, within_us=10, per="person")
    journey_map = Map("person", None, (Ref("gone"),), None, (promise,))
    log = [told("placed", 100, 1), told("gone", 103, 2), told("ready", 105, 3)]
    assert judge(journey_map, log, 200) == [Verdict("p", "p", ("a", "a", 1), "kept", 110, 105)]


@pytest.mark.parametrize(
    ("last_of_b", "last_of_c", "verdict"),
    [(110, 110, "broken"), (109, 110, "unobservable"), (110, 109, "unobservable")],
)
def test_every_source_that_emits_the_target_must_cover(last_of_b: int, last_of_c: int, verdict: str) -> None:
    """B and c both emit ready (of another order, at 50), so both must be heard until 100 + 10 = 110."""
    promise = Promise("p", "expect", PLACED, READY, within_us=10)
    log = [
        told("placed", 100, 1),
        Signal("b", "b", 1, "ready", 50, None, {"order": ("q",)}),
        Signal("c", "c", 1, "ready", 50, None, {"order": ("q",)}),
        *beat("b", 60, last_of_b),
        *beat("c", 60, last_of_c),
    ]
    (verdict_of_o,) = [v for v in judge(of_order(promise), log, 200) if v.unit == "o"]
    assert verdict_of_o.verdict == verdict


def test_proven_by_replaces_the_sources_that_emit() -> None:
    """B emits ready and fell silent at 50, but a alone proves, heard from 100 to 110: broken."""
    log = [
        told("placed", 100, 1),
        told("beat", 110, 2),
        Signal("b", "b", 1, "ready", 50, None, {"order": ("q",)}),
    ]
    assert found(WITHIN_10, log, 200) == "broken"


def test_a_source_never_heard_covers_nothing() -> None:
    """Choice and rule: proven by a source without signals, or a target nobody ever emitted: unobservable."""
    log = [told("placed", 100, 1), told("beat", 150, 2)]
    by_z = Promise("p", "expect", PLACED, READY, within_us=10, proven_by=("z",))
    by_default = Promise("p", "expect", PLACED, READY, within_us=10)
    assert found(by_z, log, 200) == "unobservable"
    assert found(by_default, log, 200) == "unobservable"


def test_coverage_counts_what_is_known_at_the_instant_of_the_run() -> None:
    """Due 110, T = 112: the beat at 115 is not known yet, so a was last heard at 100: unobservable."""
    log = [told("placed", 100, 1), told("beat", 115, 2)]
    assert found(WITHIN_10, log, 112) == "unobservable"
    assert found(WITHIN_10, log, 115) == "broken"


@pytest.mark.parametrize(
    ("value", "comparison", "constant", "expected"),
    [
        ("10", ">", 9, True),
        ("10", ">", "9", False),
        ("10 ", ">", 9, True),
        ("2.0", "=", 2, True),
        ("a", "<", "b", True),
        ("a", "!=", "b", True),
        (None, "!=", "b", False),
        (None, "=", None, False),
        ("a", "<", 5, False),
        ("a", "!=", 5, True),
        ("nan", ">=", 5, False),
        ("1e999", ">=", 5, False),
        ("1_0", "=", 10, False),
    ],
)
def test_numbers_compare_as_numbers_and_missing_never_holds(
    value: object, comparison: str, constant: object, *, expected: bool
) -> None:
    """As text 10 comes before 9; with a number, as numbers, it does not."""
    assert holds(value, comparison, constant) is expected


# journeys ---------------------------------------------------------------------------------------------------


def shape(journeys: list[Journey]) -> list[tuple[str, list[int], int | None]]:
    """Unit, instants, closing."""
    return [(j.unit, [signal.at for signal in j.signals], j.closed_at) for j in journeys]


def test_an_object_is_one_journey_if_it_started() -> None:
    """Order o has a start and keeps what came before it; order q has none; gone ends o at 30."""
    log = [
        told("seen", 10, 1),
        told("placed", 20, 2),
        told("gone", 30, 3),
        told("seen", 40, 4),
        Signal("a", "a", 5, "seen", 15, None, {"order": ("q",)}),
    ]
    journey_map = Map("order", PLACED, (Ref("gone"),), None, ())
    assert shape(stitch(journey_map, log, 100)) == [("o", [10, 20, 30, 40], 30)]


def test_a_signal_may_belong_to_several_objects() -> None:
    """One delivery of o and q, twice named o: two journeys, of two and of one signal."""
    both = Signal("a", "a", 2, "ready", 20, None, {"order": ("q", "o", "o")})
    journeys = stitch(Map("order", None, (), None, ()), [told("placed", 10, 1), both], 100)
    assert shape(journeys) == [("o", [10, 20], None), ("q", [20], None)]


def test_an_object_journey_closes_when_quiet() -> None:
    """Last at 10, quiet 5: open at 14, closed at 15. What comes at 90 opens it again."""
    journey_map = Map("order", None, (), 5, ())
    log = [told("placed", 10, 1), told("ready", 90, 2)]
    assert shape(stitch(journey_map, log, 14)) == [("o", [10], None)]
    assert shape(stitch(journey_map, log, 15)) == [("o", [10], 15)]
    assert shape(stitch(journey_map, log, 90)) == [("o", [10, 90], None)]


def test_a_person_is_cut_where_the_wait_is_longer_than_quiet() -> None:
    """Waits 5 (not greater than 5) and 6 (greater): two journeys, closed at 15 + 5 and, at T = 26, 21 + 5."""
    log = [told("seen", 10, 1), told("seen", 15, 2), told("seen", 21, 3)]
    journey_map = Map("person", None, (), 5, ())
    assert shape(stitch(journey_map, log, 26)) == [("p", [10, 15], 20), ("p", [21], 26)]
    assert shape(stitch(journey_map, log, 25)) == [("p", [10, 15], 20), ("p", [21], None)]


def test_a_person_is_quiet_after_thirty_days_by_default() -> None:
    """A wait of 30 days is not greater than 30 days; one microsecond more is."""
    journey_map = Map("person", None, (), None, ())
    same = [told("seen", 0, 1), told("seen", DEFAULT_QUIET_US, 2)]
    cut = [told("seen", 0, 1), told("seen", DEFAULT_QUIET_US + 1, 2)]
    assert len(stitch(journey_map, same, 2 * DEFAULT_QUIET_US - 1)) == 1
    assert len(stitch(journey_map, cut, 2 * DEFAULT_QUIET_US)) == 2
    assert DEFAULT_QUIET_US == 30 * 24 * 3600 * 1_000_000


def test_a_start_and_an_end_bound_the_journeys_of_a_person() -> None:
    """Seen at 10 is before the start; gone at 14 ends; seen at 15 has no start; placed at 16 starts anew."""
    log = [
        told("seen", 10, 1),
        told("placed", 12, 2),
        told("placed", 13, 3),
        told("gone", 14, 4),
        told("seen", 15, 5),
        told("placed", 16, 6),
    ]
    journey_map = Map("person", PLACED, (Ref("gone"),), 50, ())
    assert shape(stitch(journey_map, log, 60)) == [("p", [12, 13, 14], 14), ("p", [16], None)]


def test_equal_instants_follow_source_file_and_row() -> None:
    """All at 10: a before b, file 1 before file 2, row 1 before row 2; gone in row 1 of a, file 2 cuts."""
    log = [
        Signal("b", "1", 1, "seen", 10, "p"),
        Signal("a", "2", 2, "seen", 10, "p"),
        Signal("a", "2", 1, "gone", 10, "p"),
        Signal("a", "1", 9, "seen", 10, "p"),
    ]
    journeys = stitch(Map("person", None, (Ref("gone"),), 5, ()), log, 10)
    assert [[signal.key for signal in journey.signals] for journey in journeys] == [
        [("a", "1", 9), ("a", "2", 1)],
        [("a", "2", 2), ("b", "1", 1)],
    ]


# properties -------------------------------------------------------------------------------------------------


@drawn.PATIENT
@given(drawn.maps(), drawn.logs(), drawn.runs(), st.randoms())
def test_the_order_of_arrival_changes_nothing(
    journey_map: Map, log: tuple[Signal, ...], as_of: int, chance: random.Random
) -> None:
    """The same signals in any order give the same verdicts."""
    shuffled = list(log)
    chance.shuffle(shuffled)
    assert judge(journey_map, shuffled, as_of) == judge(journey_map, log, as_of)


@drawn.PATIENT
@given(drawn.maps(), drawn.logs(), drawn.runs())
def test_what_comes_after_the_run_changes_nothing(
    journey_map: Map, log: tuple[Signal, ...], as_of: int
) -> None:
    """Signals after T do not exist."""
    known = [signal for signal in log if signal.timeless or signal.at <= as_of]
    assert judge(journey_map, known, as_of) == judge(journey_map, log, as_of)


@drawn.PATIENT
@given(drawn.maps(), drawn.logs(), drawn.runs())
def test_each_trigger_is_judged_once_per_promise_and_unit(
    journey_map: Map, log: tuple[Signal, ...], as_of: int
) -> None:
    """No verdict is given twice, and every trigger was there to be judged."""
    verdicts = judge(journey_map, log, as_of)
    keys = [(v.promise, v.unit, v.trigger_row_key) for v in verdicts]
    assert len(set(keys)) == len(keys)
    assert {key for _, _, key in keys} <= {signal.key for signal in log if signal.at <= as_of}


# the written workspace --------------------------------------------------------------------------------------


def test_a_workspace_holds_the_log_the_sources_and_the_map(tmp_path: Path) -> None:
    """Two files of one source, an empty source that proves, and a map in words."""
    promise = Promise(
        "soon",
        "never",
        Ref("order.placed", (("qty", ">=", 2), ("kind", "!=", "it's"))),
        Ref("order.ready"),
        within_us=7_200_000_000,
        unless_where=(("kind", "=", "x"),),
        proven_by=("beta",),
    )
    journey_map = Map(
        "order", None, (Ref("order.closed"),), 90_000_000, (promise,), time_zones={"beta": "UTC"}
    )
    log = [
        Signal("alpha", "alpha-1.csv", 1, "order.placed", 1, "ann", {"order": ("o1",)}, {"qty": 2}),
        Signal("alpha", "alpha-1.csv", 2, "order.ready", 0, None, {"order": ("o1", "o2")}, {}),
        Signal("alpha", "alpha-2.csv", 1, "order.ready", 2, "bob", {}, {"kind": "a,b"}),
    ]
    workspace.write_workspace(tmp_path, journey_map, log)

    assert (tmp_path / "data/alpha-1.csv").read_text("utf-8").splitlines() == [
        "at,type,person,order,kind,qty",
        "1970-01-01T00:00:00.000001Z,order.placed,ann,o1,,2",
        "1970-01-01T00:00:00.000000Z,order.ready,,o1|o2,,",
    ]
    assert (tmp_path / "data/alpha-2.csv").read_text("utf-8").splitlines()[1] == (
        '1970-01-01T00:00:00.000002Z,order.ready,bob,,"a,b",'
    )
    assert (tmp_path / "data/beta-1.csv").read_text("utf-8") == "at,type,person,order,kind,qty\n"
    assert workspace.read_yaml(tmp_path / "sources/alpha.yaml") == {
        "source": "alpha",
        "read": {"csv": "data/alpha-*.csv"},
        "person": {"customer": '"person"'},
        "objects": {"order": "string_split(\"order\", '|')"},
        "channel": "web",
        "touchpoint": "web.page",
        "signals": [
            {
                "type": {"sql": '"type"'},
                "at": '"at"',
                "set": {"kind": '"kind"', "qty": '"qty"'},
            }
        ],
    }
    assert workspace.read_yaml(tmp_path / "maps/drawn.yaml") == {
        "map": "drawn",
        "kind": "purchase",
        "title": {"en": "drawn"},
        "per": "order",
        "ends": {"any": ["order.closed"], "or_quiet_for": "90s"},
        "stages": [
            {
                "stage": "all",
                "steps": [
                    {"step": "order-closed", "signal": "order.closed", "owner": "team"},
                    {"step": "order-placed", "signal": "order.placed", "owner": "team"},
                    {"step": "order-ready", "signal": "order.ready", "owner": "team"},
                ],
            }
        ],
        "promises": [
            {
                "promise": "soon",
                "says": {"en": "soon"},
                "after": {"signal": "order.placed", "where": "qty >= 2 and kind != 'it''s'"},
                "never": "order.ready",
                "within": "2h",
                "unless": {"where": "kind = 'x'"},
                "proven_by": ["beta"],
                "owner": "team",
            }
        ],
    }


def test_a_file_with_a_hole_is_not_written(tmp_path: Path) -> None:
    """Row 2 without row 1 would be read back as row 1."""
    log = [Signal("alpha", "alpha-1.csv", 2, "order.placed", 1)]
    with pytest.raises(ValueError, match=r"alpha-1\.csv"):
        workspace.write_workspace(tmp_path, Map("order", None, (), None, ()), log)
