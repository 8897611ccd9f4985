"""An explanation as data. Names that end in `at` hold instants, microseconds UTC; None: there is none, or nobody can say."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from parcours.kernel.clock import format_instant

Titles = Mapping[str, str]


class Counting(StrEnum):
    """How it was found by when something was due."""

    ELAPSED = "elapsed"  # time as it passes
    OPENING = "opening"  # opening time of a calendar
    WORKING_DAYS = "working_days"
    NAMED = "named"  # a property says it
    SLOT = "slot"  # two properties say from when to when
    UNTIL = "until"  # another signal, or the journey's closing
    BACK = "back"  # from the trigger back
    EVER = "ever"  # from the trigger back to the first signal of the unit
    JOURNEY = "journey"  # as long as the journey lasts
    SPAN = "span"  # an hour or a day of a place
    LAST_WORD = "last_word"  # from the latest matching signal to the trigger


class Why(StrEnum):
    """What a signal of the asked type is for a verdict."""

    DECIDES = "decides"
    COUNTED = "counted"
    LATE = "late"
    EARLY = "early"
    AFTER_END = "after_end"
    BEFORE_TRIGGER = "before_trigger"
    AFTER_TRIGGER = "after_trigger"
    TOO_OLD = "too_old"
    TIED = "tied"  # at the very instant of the trigger, in an order that does not count
    LATER = "later"  # another one had come before
    OLDER = "older"  # another one came after, and before the trigger
    OTHER = "other"  # its condition does not hold
    UNMATCHED = "unmatched"
    OTHER_PART = "other_part"
    NO_NUMBER = "no_number"


class Cause(StrEnum):
    """What decided, in one word: the row of the truth table."""

    IN_TIME = "in_time"
    TOO_LATE = "too_late"
    TOO_EARLY = "too_early"
    ABSENT = "absent"
    NONE_CAME = "none_came"  # of what must not come
    CAME = "came"  # what must not come
    TOO_MANY = "too_many"
    FEW_ENOUGH = "few_enough"
    ENOUGH = "enough"
    SHORT = "short"
    STEADY = "steady"
    SILENT = "silent"
    SAME = "same"
    DIFFERS = "differs"
    HOLDS = "holds"
    FAILS = "fails"
    OPEN = "open"
    EXCUSED = "excused"  # by a condition on the trigger
    WAIVED = "waived"  # by a signal
    NOTHING_OWED = "nothing_owed"
    DENIED = "denied"
    NO_DEADLINE = "no_deadline"
    NO_AMOUNT = "no_amount"
    NO_WORD = "no_word"
    UNKNOWN_VALUE = "unknown_value"
    UNDATED = "undated"
    UNMEASURED = "unmeasured"
    UNHEARD = "unheard"


class Otherwise(StrEnum):
    """What would have changed a verdict."""

    IN_TIME = "in_time"  # had it come by then
    IN_SLOT = "in_slot"
    NOT_COME = "not_come"  # had it not come by then
    FEWER = "fewer"
    AMOUNT = "amount"  # had so much more come by then
    BEFORE = "before"  # had it come before the trigger, no earlier than then
    WORD = "word"  # had anything been said before
    VALUE = "value"  # had it been that value
    BOUND = "bound"  # had all measured values held the bound
    WAIVER = "waiver"
    REVISION = "revision"  # had a new date been given by then
    DATED = "dated"  # were the time of what happened known
    DEADLINE = "deadline"  # had the trigger said until when
    HEARD = "heard"  # had these sources been heard
    MEASURED = "measured"
    LATER = "later"  # kept: had it come after then
    UNDENIED = "undenied"
    PENDING = "pending"  # it is decided then at the latest
    CAME = "came"  # kept: had it come by then
    MORE = "more"  # kept: had so many more come by then
    MISSING = "missing"  # kept: had it not come before
    ANOTHER = "another"  # kept: had it been another value
    FAILING = "failing"  # kept: had one answer failed the bound
    SILENCE = "silence"  # kept: had there been a longer silence
    STEADY = "steady"  # broken: had it come by then, that silence would not have been too long
    UNWAIVED = "unwaived"  # waived: had nothing released from it


@dataclass(frozen=True)
class Proof:
    """A signal, with the row of the file that proves it.

    Attributes:
        signal_id: Of the lake.
        said: What it carries of the properties that the promise speaks of.
    """

    signal_id: int
    type: str
    title: Titles
    at: int
    source: str
    source_title: Titles
    channel: str | None
    touchpoint: str | None
    file: str | None
    row: int
    objects: tuple[str, ...]
    said: Mapping[str, str]


@dataclass(frozen=True)
class Stretch:
    """Time that was counted: opening time, or a working day."""

    from_at: int
    until_at: int
    seconds: float


@dataclass(frozen=True)
class Skipped:
    """A day between trigger and deadline on which nothing was counted; `holiday` by language, None: it just does not open."""

    day: date
    holiday: Titles | None


@dataclass(frozen=True)
class Revision:
    """A new date that was given; `counts` where it is the one in force."""

    by: Proof
    deadline_at: int | None
    counts: bool


@dataclass(frozen=True)
class Due:
    """How it was found by when something was due.

    Attributes:
        start_at: From when it was counted: trigger, revision, or the last target of a rhythm.
        from_at: Start of a slot, of a window that looks back, or of a span.
        deadline_at: As in the verdict.
        wait: As the map writes it.
        place: Whose hours counted; None: those of the calendar.
        counted, skipped: On a calendar.
        cut_off: Clock after which `start_at` lies, so that it counts as of a later day; None: it does not.
        counts_as: Day as of which it counts, where that is not its own: after the cut-off, or the place did not open; None: its own.
        properties: That say it, with what they said; None: missing, or no instant.
        ended_by: Signal that ended the window.
        closed_at: The journey's closing, where it ended the window.
        revisions: In the order in which they came.
        original_deadline_at, original_verdict: Before the revision in force.
        zone: Of the clock on the wall.
    """

    counting: Counting
    start_at: int
    from_at: int | None
    deadline_at: int | None
    wait: str | None
    calendar: str | None
    place: str | None
    counted: tuple[Stretch, ...]
    skipped: tuple[Skipped, ...]
    cut_off: str | None
    counts_as: date | None
    properties: tuple[tuple[str, str | None], ...]
    ended_by: Proof | None
    closed_at: int | None
    revisions: tuple[Revision, ...]
    original_deadline_at: int | None
    original_verdict: str | None
    zone: str


@dataclass(frozen=True)
class Sought:
    """What was looked for.

    Attributes:
        pattern: As the map writes it, `every` for a rhythm, `sum` for an amount.
        match: Property of the target and the value it had to have.
        part: What it had to name; None: the promise is not judged part by part, or nobody names one.
        bound: Property, `at_least` or `at_most`, and limit of a measure.
        same: Property of the trigger, its value, property of the last word.
        asked, found: How many at most, or how much; as in the verdict.
        until, unless, revised_by: What ends, waives and revises, by their titles; None: nothing does.
    """

    pattern: str
    type: str
    title: Titles
    where: str | None
    match: tuple[tuple[str, str | None], ...]
    part: str | None
    bound: tuple[str, str, float] | None
    same: tuple[tuple[str, str | None, str], ...]
    asked: float | None
    found: float | None
    until: Titles | None
    unless: Titles | None
    revised_by: Titles | None


@dataclass(frozen=True)
class Hearing:
    """A source that had to show it; `covers` where it was heard before and after the window."""

    source: str
    title: Titles
    first_at: int | None
    last_at: int | None
    covers: bool


@dataclass(frozen=True)
class Candidate:
    """A signal of the asked type, and what it is for the verdict.

    Attributes:
        apart_s: How far from the border it misses, seconds; None: no border decides.
        value: What was counted, measured or compared of it.
    """

    by: Proof
    why: Why
    apart_s: float | None = None
    value: float | str | None = None


@dataclass(frozen=True)
class Change:
    """What would have changed the verdict.

    Attributes:
        by_at: Until when, from when; None: no instant is in it.
        to: The verdict it would have been; None: nobody can say.
        value: How much, or which value.
        sources: That would have had to be heard.
    """

    what: Otherwise
    to: str | None
    by_at: int | None = None
    value: float | str | None = None
    sources: tuple[Titles, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """One verdict, step by step.

    Attributes:
        unit: What it is about, as `verdicts` tells it.
        zone: Of the clock in which its instants are told: the place's, where a calendar knows it, else the workspace's.
        left_out: Further signals of the asked type that are not told.
        waived_by, denied_by: Signals that waived and denied it.
    """

    map: str
    promise: str
    says: Titles
    made_in: str | None
    owner: str | None
    unit: str | None
    verdict: str
    cause: Cause
    zone: str
    trigger: Proof
    due: Due
    sought: Sought
    hearings: tuple[Hearing, ...]
    found: tuple[Candidate, ...]
    left_out: int
    waived_by: Proof | None
    denied_by: Proof | None
    changes: tuple[Change, ...]
    as_of_at: int


def as_json(explanation: Explanation) -> dict[str, Any]:  # a JSON document
    """An explanation as JSON: instants as ISO 8601 texts in its zone, days as texts, without ids of the lake."""
    found: dict[str, Any] = _plain(explanation, explanation.zone)
    return found


def _plain(value: Any, zone: str) -> Any:  # any part of an explanation
    if dataclasses.is_dataclass(value):
        told = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        told.pop("signal_id", None)
        return {
            name: (format_instant(item, zone) if name == "at" or name.endswith("_at") else _plain(item, zone))
            for name, item in told.items()
        }
    if isinstance(value, Mapping):
        return {name: _plain(item, zone) for name, item in value.items()}
    if isinstance(value, tuple):
        return [_plain(item, zone) for item in value]
    return value.isoformat() if isinstance(value, date) else value
