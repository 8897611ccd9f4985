"""The slow, obvious second implementation of promises.

Written from `docs/reference/promises.md` alone, with plain loops over plain values, so that it can be read
against that page line by line. It shares no code with the product: where the two differ, one of them, or the
page, is wrong. A comment that starts with "Choice:" stands under "Written answers" on that page; the rule was to
choose what accuses nobody.

All instants and durations are whole microseconds, instants counted from 1970-01-01 UTC.
"""

from __future__ import annotations

import math
import operator
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

RowKey = tuple[str, str, int]
"""Where a signal stands: source, file, row."""

Condition = tuple[str, str, object]
"""Property, operator, constant."""

DAY_US = 24 * 3600 * 1_000_000
DEFAULT_QUIET_US = 30 * DAY_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_BARE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*", re.ASCII)
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TEXT_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Signal:
    """One fact of the log; `at` is an instant, absent or None properties are missing.

    A `timeless` one is known to have happened, at an instant that nobody can read: its `at` means nothing.
    """

    source: str
    file: str
    row: int
    type: str
    at: int
    person: str | None = None
    objects: dict[str, tuple[str, ...]] = field(default_factory=dict)
    properties: dict[str, object] = field(default_factory=dict)
    timeless: bool = False

    @property
    def key(self) -> RowKey:
        """Where the signal stands."""
        return (self.source, self.file, self.row)


@dataclass(frozen=True)
class Ref:
    """Signals of a type for which every condition of `where` holds."""

    type: str
    where: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Promise:
    """One promise.

    `pattern` is expect, never, of, measure, preceded_by or since; `after` is what is written as `whenever` where it looks back.
    `match`, `same` and `sum` read {property of the trigger: property of the target}. `bound` is (property, at_least or at_most, limit),
    `limit` the number of `of`. `unless_where` and `only_for` are asked of the trigger. `clock` answers when a wait is over that begins at an
    instant, by the hours of the trigger's place; without it time is counted as it passes. `reach` answers how far back one looks by them.
    """

    name: str
    pattern: str
    after: Ref | None
    target: Ref
    within_us: int | None = None
    before: str | None = None
    until: Ref | None = None
    bound: tuple[str, str, float] | None = None
    match: dict[str, str] = field(default_factory=dict)
    unless: Ref | None = None
    unless_where: tuple[Condition, ...] | None = None
    per: str = "order"
    proven_by: tuple[str, ...] | None = None
    between: tuple[str, str] | None = None
    every_us: int | None = None
    limit: int | None = None
    sum: dict[str, str] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)
    each: str | None = None
    only_for: tuple[Condition, ...] | None = None
    revised_by: Ref | None = None
    contradicted_by: Ref | None = None
    clock: Callable[[Signal, int], int | None] | None = None
    reach: Callable[[Signal], int] | None = None

    @property
    def place(self) -> tuple[str, int] | None:
        """Object and length of the span of a promise about a place."""
        name, _, span = self.per.rpartition("_")
        lengths = {"hour": DAY_US // 24, "day": DAY_US}
        return (name, lengths[span]) if self.after is None and span in lengths else None

    @property
    def looks_back(self) -> bool:
        """It is judged by what came before its trigger."""
        return self.pattern in {"preceded_by", "since"}


@dataclass(frozen=True)
class Map:
    """One map; `time_zones` is the zone of each source, UTC where it has none.

    `deaf` are the times in which a source was deaf: source, store (None: everywhere), last signal before, first signal after.
    """

    per: str
    starts: Ref | None
    ends: tuple[Ref, ...]
    quiet_us: int | None
    promises: tuple[Promise, ...]
    name: str = "drawn"
    time_zones: dict[str, str] = field(default_factory=dict)
    deaf: tuple[tuple[str, str | None, int, int], ...] = ()


@dataclass(frozen=True)
class Journey:
    """One lived journey; `closed_at` is None while it is open."""

    unit: str
    signals: tuple[Signal, ...]
    closed_at: int | None


@dataclass(frozen=True)
class Told:
    """What some patterns tell beside a verdict; None where they do not.

    `from_us` is the start of a slot or of a window that looks back, `found` and `asked` are counts or sums, `original` is verdict and deadline
    of the promise before it was revised, `denied_at` when the customer denied it.
    """

    from_us: int | None = None
    found: float | None = None
    asked: float | None = None
    original: tuple[str, int | None] | None = None
    denied_at: int | None = None


@dataclass(frozen=True)
class Verdict:
    """What was found for one trigger.

    `deadline_us` is the end of the window, None where there is none yet. `target_at` is, for expect, the
    first target after the trigger even when late; for never, the first target in the window; for measure, the
    first measurement in the window.
    """

    promise: str
    unit: str
    trigger_row_key: RowKey
    verdict: str
    deadline_us: int | None
    target_at: int | None
    part: str | None = None
    told: Told = field(default_factory=Told)


# Order ------------------------------------------------------------------------------------------------------


def in_order(signals: Iterable[Signal]) -> list[Signal]:
    """Signals by instant, then source, file and row."""
    return sorted(signals, key=lambda signal: (signal.at, *signal.key))


def is_after(signal: Signal, other: Signal) -> bool:
    """A later instant; at the same one, later in the same file, or in another file."""
    if signal.at != other.at:
        return signal.at > other.at
    if (signal.source, signal.file) != (other.source, other.file):
        return True
    return signal.row > other.row


def is_surely_before(signal: Signal, other: Signal) -> bool:
    """An earlier instant, or at the same one earlier in the same file; a tie of two files is not sure."""
    if signal.at != other.at:
        return signal.at < other.at
    return (signal.source, signal.file) == (other.source, other.file) and signal.row < other.row


# Values -----------------------------------------------------------------------------------------------------


def as_number(value: object) -> float | None:
    """The value as a finite number, also from numeric text; None where it is missing or none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float) or (isinstance(value, str) and _NUMBER.fullmatch(value.strip(" "))):
        number = float(value)
        return number if math.isfinite(number) else None
    return None


def holds(value: object, comparison: str, constant: object) -> bool:
    """Whether one comparison holds; never for a missing value.

    Choice: with a constant that is a number, numbers are compared; a text that is none differs from it, and
    neither is the smaller. With a constant that is a text, texts are compared.
    """
    if value is None or constant is None:
        return False
    if isinstance(constant, str):
        return _TEXT_COMPARISONS[comparison](str(value), constant)
    left, right = as_number(value), as_number(constant)
    if left is None or right is None:
        return comparison == "!="
    return _COMPARISONS[comparison](left, right)


def where_holds(signal: Signal, where: Iterable[Condition]) -> bool:
    """Whether every condition holds of this signal."""
    return all(holds(signal.properties.get(name), sign, constant) for name, sign, constant in where)


def is_of(signal: Signal, ref: Ref) -> bool:
    """Whether the signal is what the reference means."""
    return signal.type == ref.type and where_holds(signal, ref.where)


def is_matched(trigger: Signal, target: Signal, match: dict[str, str]) -> bool:
    """Whether all `match` values are equal; a missing value matches nothing.

    Choice: values match as they are written, so 2 and 2.0 do not.
    """
    for of_trigger, of_target in match.items():
        left, right = trigger.properties.get(of_trigger), target.properties.get(of_target)
        if left is None or right is None or str(left) != str(right):
            return False
    return True


def due_at(value: object, time_zone: str, *, starts: bool = False) -> int | None:
    """The instant that a deadline property means, or None where it means none; a bare date `starts` a slot, or ends.

    Choice: the end of a day is its last microsecond, so the next midnight is too late. An instant without an
    offset is read in the time zone of the source (design, section 4); where clocks change and it came twice, or
    never, its later reading counts.
    """
    if not isinstance(value, str):
        return None
    zone = ZoneInfo(time_zone)
    try:
        if _BARE_DATE.fullmatch(value):
            day = date.fromisoformat(value) + timedelta(days=0 if starts else 1)
            return _later_reading(datetime.combine(day, time()), zone) - (0 if starts else 1)
        if not _INSTANT.fullmatch(value):
            return None
        instant = datetime.fromisoformat(value)
    except ValueError:
        return None
    if instant.tzinfo is None:
        return _later_reading(instant, zone)
    return (instant - _EPOCH) // _MICROSECOND


def _later_reading(wall: datetime, zone: ZoneInfo) -> int:
    return max((wall.replace(tzinfo=zone, fold=fold) - _EPOCH) // _MICROSECOND for fold in (0, 1))


# Journeys ---------------------------------------------------------------------------------------------------


def units_of(signal: Signal, per: str) -> tuple[str, ...]:
    """The units the signal belongs to: its person, or its values of one object."""
    if per == "person":
        return () if signal.person is None else (signal.person,)
    return tuple(dict.fromkeys(signal.objects.get(per, ())))


def by_unit(signals: Iterable[Signal], per: str) -> dict[str, list[Signal]]:
    """The signals of each unit, in order."""
    found: dict[str, list[Signal]] = {}
    for signal in in_order(signals):
        for unit in units_of(signal, per):
            found.setdefault(unit, []).append(signal)
    return found


def stitch(journey_map: Map, signals: Iterable[Signal], as_of: int) -> list[Journey]:
    """The journeys of a map as they are known at `as_of`; `look_back` is not covered here."""
    known = [signal for signal in signals if not signal.timeless and signal.at <= as_of]
    journeys = []
    for unit, lived in sorted(by_unit(known, journey_map.per).items()):
        if journey_map.per == "person":
            journeys.extend(_stitch_person(journey_map, unit, lived, as_of))
        else:
            journeys.extend(_stitch_object(journey_map, unit, lived, as_of))
    return journeys


def _stitch_object(journey_map: Map, unit: str, lived: list[Signal], as_of: int) -> list[Journey]:
    """All signals of the object are one journey, if it has started."""
    if journey_map.starts is not None and not any(is_of(signal, journey_map.starts) for signal in lived):
        return []
    closed_at = _closing(journey_map, lived, journey_map.quiet_us, as_of)
    return [Journey(unit, tuple(lived), closed_at)]


def _stitch_person(journey_map: Map, unit: str, lived: list[Signal], as_of: int) -> list[Journey]:
    """Cut after a long wait and after an end; each piece counts from its first start."""
    quiet_us = DEFAULT_QUIET_US if journey_map.quiet_us is None else journey_map.quiet_us
    pieces: list[list[Signal]] = []
    for signal in lived:
        last = pieces[-1][-1] if pieces else None
        if last is None or signal.at - last.at > quiet_us or _is_end(journey_map, last):
            pieces.append([])
        pieces[-1].append(signal)
    journeys = []
    for piece in pieces:
        kept = _from_first_start(journey_map, piece)
        if kept:
            journeys.append(Journey(unit, tuple(kept), _closing(journey_map, kept, quiet_us, as_of)))
    return journeys


def _from_first_start(journey_map: Map, piece: list[Signal]) -> list[Signal]:
    if journey_map.starts is None:
        return piece
    for place, signal in enumerate(piece):
        if is_of(signal, journey_map.starts):
            return piece[place:]
    return []


def _is_end(journey_map: Map, signal: Signal) -> bool:
    return any(is_of(signal, end) for end in journey_map.ends)


def _closing(journey_map: Map, lived: list[Signal], quiet_us: int | None, as_of: int) -> int | None:
    """When the journey closed: at its first end, else when it had been quiet; None while it is open."""
    for signal in lived:
        if _is_end(journey_map, signal):
            return signal.at
    if quiet_us is not None and as_of >= lived[-1].at + quiet_us:
        return lived[-1].at + quiet_us
    return None


# Promises ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Asked:
    """One promise asked of one trigger, and all there is to answer it."""

    promise: Promise
    unit: str
    trigger: Signal
    lived: list[Signal]
    closed_at: int | None
    known: list[Signal]
    as_of: int
    time_zone: str
    is_undated: bool
    """A target of the unit is known to have happened, and nobody can say when."""
    part: str | None = None
    """What it is about, where it is judged for each part; None also where nobody names one."""
    time_zones: dict[str, str] = field(default_factory=dict)
    span: tuple[int, int] | None = None
    """First and last instant of the hour, of a promise about a place."""
    deaf: tuple[tuple[str, int, int], ...] = ()
    """Times in which a source was deaf where the promise was made."""

    def answer(
        self, verdict: str, deadline_us: int | None, target: Signal | None, told: Told | None = None
    ) -> Verdict:
        target_at = None if target is None else target.at
        return Verdict(
            self.promise.name,
            self.unit,
            self.trigger.key,
            verdict,
            deadline_us,
            target_at,
            self.part,
            told or Told(),
        )


def judge(journey_map: Map, signals: Iterable[Signal], as_of: int) -> list[Verdict]:
    """All verdicts of all promises of a map as they are known at `as_of`."""
    log = list(signals)
    known = in_order(signal for signal in log if not signal.timeless and signal.at <= as_of)
    undated = [signal for signal in log if signal.timeless]
    journeys = stitch(journey_map, known, as_of)
    answers = {
        "expect": _judge_expect,
        "never": _judge_never,
        "of": _judge_count,
        "measure": _judge_measure,
        "preceded_by": _judge_preceded,
        "since": _judge_same,
    }
    verdicts = []
    for promise in journey_map.promises:
        for asked in _asked(journey_map, promise, journeys, known, undated, as_of):
            verdict = answers[promise.pattern](asked)
            verdicts.append(_contested(asked, verdict))
    return verdicts


def _asked(
    journey_map: Map,
    promise: Promise,
    journeys: list[Journey],
    known: list[Signal],
    undated: list[Signal],
    as_of: int,
) -> list[_Asked]:
    """Each trigger of each unit once; without `after`, each journey once.

    Choice: a trigger that carries several units is judged in each of them. Where the promise has a `per` of
    its own and the trigger lies in several journeys, the first of them to close closes the window.
    """
    lived = by_unit(known, promise.per)
    found: dict[tuple[str, str | None, RowKey], _Asked] = {}
    everything = []
    for journey in journeys:
        if promise.after is None and promise.place is not None:
            continue
        if promise.after is None:
            first = journey.signals[0]
            zone = journey_map.time_zones.get(first.source, "UTC")
            inside = list(journey.signals)
            everything.append(
                _Asked(promise, journey.unit, first, inside, journey.closed_at, known, as_of, zone, False)
            )
            continue
        for trigger in journey.signals:
            if not is_of(trigger, promise.after):
                continue
            if promise.only_for is not None and not where_holds(trigger, promise.only_for):
                continue
            zone = journey_map.time_zones.get(trigger.source, "UTC")
            units = (journey.unit,) if promise.per == journey_map.per else units_of(trigger, promise.per)
            for unit in units:
                for part in _parts(promise, trigger, lived[unit]):
                    earlier = found.get((unit, part, trigger.key))
                    closed_at = _first_of(journey.closed_at, earlier.closed_at if earlier else None)
                    happened = [signal for signal in undated if unit in units_of(signal, promise.per)]
                    is_undated = any(_is_target(promise, trigger, part, signal) for signal in happened)
                    found[unit, part, trigger.key] = _Asked(
                        promise,
                        unit,
                        trigger,
                        [signal for signal in lived[unit] if _speaks_of(promise, part, signal)],
                        closed_at,
                        known,
                        as_of,
                        zone,
                        is_undated,
                        part,
                        journey_map.time_zones,
                        deaf=_deaf_there(journey_map, trigger, journey),
                    )
    if promise.place is not None:
        everything = _asked_of_places(promise, known, as_of)
    return everything + list(found.values())


def _deaf_there(journey_map: Map, trigger: Signal, journey: Journey) -> tuple[tuple[str, int, int], ...]:
    """Where: the first store that the trigger names, else the first that its journey names; nobody knows of one: only everywhere."""
    stores = [
        store for signal in (trigger, *in_order(journey.signals)) for store in units_of(signal, "store")
    ]
    place = stores[0] if stores else None
    return tuple(
        (source, since, until) for source, store, since, until in journey_map.deaf if store in {None, place}
    )


def _asked_of_places(promise: Promise, known: list[Signal], as_of: int) -> list[_Asked]:
    """Each place and hour (or day) of the clock, UTC, in which something was measured; shown at the first measurement."""
    namespace, length = promise.place or ("", 1)
    found = []
    for place, lived in by_unit(known, namespace).items():
        for number in sorted({signal.at // length for signal in lived}):
            inside = [signal for signal in lived if signal.at // length == number]
            name = promise.bound[0] if promise.bound else ""
            measured = [
                s
                for s in inside
                if is_of(s, promise.target) and as_number(s.properties.get(name)) is not None
            ]
            if measured:
                span = (number * length, (number + 1) * length - 1)
                found.append(
                    _Asked(promise, place, measured[0], inside, None, known, as_of, "UTC", False, span=span)
                )
    return found


def _first_of(*instants: int | None) -> int | None:
    return min((instant for instant in instants if instant is not None), default=None)


def _parts(promise: Promise, trigger: Signal, lived: list[Signal]) -> list[str | None]:
    """The parts that the trigger names, else those that signals of its unit name; [None] is the whole."""
    if promise.each is None:
        return [None]
    own = units_of(trigger, promise.each)
    named = own or [part for signal in lived for part in units_of(signal, promise.each)]
    return list(dict.fromkeys(named)) or [None]


def _speaks_of(promise: Promise, part: str | None, signal: Signal) -> bool:
    """Whether a signal of the unit speaks of a part: it names it, or names none."""
    if promise.each is None:
        return True
    named = units_of(signal, promise.each)
    return not named or part in named


def _is_target(promise: Promise, trigger: Signal, part: str | None, signal: Signal) -> bool:
    """Whether a signal of the unit is what the promise speaks of, whenever it came; a part's target names it."""
    if promise.each is not None:
        named = units_of(signal, promise.each)
        if (part is None and named) or (part is not None and part not in named):
            return False
    return is_of(signal, promise.target) and is_matched(trigger, signal, promise.match)


def _targets(asked: _Asked) -> list[Signal]:
    """Signals of the unit that fulfil (or break) the promise, at any time after the trigger.

    Choice: what is forbidden must surely come after; at the very instant of the trigger another file is no proof.
    """
    promise, trigger = asked.promise, asked.trigger
    found = []
    for signal in asked.lived:
        if promise.pattern in {"never", "of"}:
            follows = is_surely_before(trigger, signal)
        elif promise.looks_back:
            follows = is_after(trigger, signal)
        elif promise.between is not None and not _has_begun(asked):
            # Choice: before its slot a target breaks the promise, so there too it must surely come after.
            follows = is_surely_before(trigger, signal)
        else:
            follows = is_after(signal, trigger)
        if follows and _is_target(promise, trigger, asked.part, signal):
            found.append(signal)
    return found


def _is_waived(asked: _Asked, window: Sequence[Signal], decided_by: Signal | None) -> bool:
    """Whether the trigger itself, or a signal of the window before the deciding one, waives the promise.

    Choice: a waiver at the very end of a window that includes its end still counts. Of a waiver and a target
    at the same instant in two files, each counts as after the other, so the waiver counts as before. A measure
    without `after` has no trigger that a waiver must follow: the journey's first signal may waive.
    """
    promise, trigger = asked.promise, asked.trigger
    if promise.unless_where is not None and where_holds(trigger, promise.unless_where):
        return True
    if promise.unless is None:
        return False
    for signal in window:
        if not is_of(signal, promise.unless):
            continue
        if promise.after is not None and not is_after(signal, trigger):
            continue
        if decided_by is None or is_after(decided_by, signal):
            return True
    return False


def _is_covered(
    asked: _Asked, start: int, end: int, *, quiet_from: int | None = None, is_seen: bool = False
) -> bool:
    """Whether every source that could have shown the target was heard before and after the window, and not deaf in it.

    Choice: a target that no source has ever emitted could not have been seen, so nothing covers it. A target that was seen too late was
    seen, so no silence hid it.
    """
    sources = asked.promise.proven_by
    if sources is None:
        target_type = asked.promise.target.type
        sources = tuple({signal.source for signal in asked.known if signal.type == target_type})
    for source in sources:
        heard = [signal.at for signal in asked.known if signal.source == source]
        if not heard or min(heard) > start or max(heard) < end:
            return False
        for deaf, since, until in asked.deaf:
            if (
                deaf == source
                and not is_seen
                and since < end
                and until > (start if quiet_from is None else quiet_from)
            ):
                return False
    return len(sources) > 0


def _judge_expect(asked: _Asked) -> Verdict:
    if asked.promise.every_us is not None:
        return _judge_rhythm(asked)
    if asked.promise.sum:
        return _judge_sum(asked)
    first = _window(asked, asked.trigger)
    window, is_revised = first, False
    targets = _targets(asked)
    revisions: dict[int, tuple[int | None, int]] = {}
    for signal in asked.lived:
        if asked.promise.revised_by is None or not is_of(signal, asked.promise.revised_by):
            continue
        new = _window(asked, signal)
        # Choice: of several revisions at one instant the one that leaves most time counts.
        if new[1] is not None and new[1] >= revisions.get(signal.at, (None, new[1]))[1]:
            best = revisions.get(signal.at)
            start = new[0] if best is None or best[1] < new[1] else max(best[0] or 0, new[0] or 0)
            revisions[signal.at] = (start if asked.promise.between else None, new[1])
    for instant in sorted(revisions):
        if instant <= asked.trigger.at or (targets and targets[0].at <= instant):
            continue
        if window[1] is None or instant > window[1]:
            break
        window, is_revised = revisions[instant], True
    verdict, shown = _expected(asked, window, targets)
    original = (_expected(asked, first, targets)[0], first[1]) if is_revised else None
    return asked.answer(verdict, window[1], shown, Told(from_us=window[0], original=original))


def _expected(
    asked: _Asked, window: tuple[int | None, int | None], targets: list[Signal], *, is_sum: bool = False
) -> tuple[str, Signal | None]:
    """The verdict for a window, and the target shown beside it."""
    trigger = asked.trigger
    start, deadline = window
    shown = targets[0] if targets else None
    if deadline is None:
        # Choice: without a window no signal can waive, but the trigger itself still can.
        return "waived" if _is_waived(asked, (), None) else "unobservable", shown

    # A deadline before its trigger leaves the instant of the trigger as the window, and no target in it.
    end = max(deadline, trigger.at)
    inside = [signal for signal in asked.lived if signal.at <= end]
    in_window = [target for target in targets if target.at <= deadline]
    first = in_window[0] if in_window else None

    if _is_waived(asked, inside, first):
        return "waived", shown
    if first is not None:
        return "broken" if start is not None and first.at < start else "kept", shown
    if deadline > asked.as_of:
        return "pending", shown
    is_seen = bool(targets) and not is_sum
    covered = _is_covered(asked, trigger.at, end, is_seen=is_seen) and not asked.is_undated
    return "broken" if covered else "unobservable", shown


def _window(asked: _Asked, signal: Signal) -> tuple[int | None, int | None]:
    """Start of the slot (None: no slot) and deadline that the trigger, or what revises it, gives; a slot lacking one end is none."""
    promise = asked.promise
    zone = asked.time_zones.get(signal.source, "UTC")
    if promise.between is not None:
        start = due_at(signal.properties.get(promise.between[0]), zone, starts=True)
        end = due_at(signal.properties.get(promise.between[1]), zone)
        return (start, end) if start is not None and end is not None and start <= end else (None, None)
    if promise.before is not None:
        return None, due_at(signal.properties.get(promise.before), zone)
    return None, None if promise.within_us is None else signal.at + promise.within_us


def _has_begun(asked: _Asked) -> bool:
    start = _window(asked, asked.trigger)[0]
    return start is not None and start <= asked.trigger.at


def _judge_sum(asked: _Asked) -> Verdict:
    ((of_trigger, of_target),) = asked.promise.sum.items()
    wanted = as_number(asked.trigger.properties.get(of_trigger))
    counted = [
        target for target in _targets(asked) if as_number(target.properties.get(of_target)) is not None
    ]
    deadline = _window(asked, asked.trigger)[1]
    reached, total, in_time = None, 0.0, 0.0
    for instant in sorted({target.at for target in counted}):
        together = [target for target in counted if target.at == instant]
        total += sum(as_number(target.properties.get(of_target)) or 0.0 for target in together)
        if deadline is not None and instant <= deadline:
            in_time = total
        if reached is None and wanted is not None and round(total, 6) >= round(wanted, 6):
            reached = together[0]
    found = round(in_time, 6) if wanted is not None and deadline is not None else None
    told = Told(found=found, asked=wanted)
    if _is_waived(asked, (), None):
        return asked.answer("waived", deadline, reached, told)
    if deadline is None or wanted is None:
        return asked.answer("unobservable", deadline, reached, told)
    if wanted <= 0:
        return asked.answer("waived", deadline, reached, told)
    verdict, _ = _expected(asked, (None, deadline), [] if reached is None else [reached], is_sum=True)
    return asked.answer(verdict, deadline, reached, told)


def _judge_rhythm(asked: _Asked) -> Verdict:
    """Choice: what ends at the very instant of a breach ends before it."""
    trigger = asked.trigger
    end, window = _never_window(asked)
    beats = [target.at for target in _targets(asked) if target.at > trigger.at]
    heard = trigger.at
    for beat in sorted(beats):
        if beat > _next_due(asked, heard):
            break
        heard = beat
    breach = _next_due(asked, heard)
    late = [target for target in _targets(asked) if target.at > breach]
    if end is not None and breach >= end:
        verdict = "waived" if _is_waived(asked, window, None) else "kept"
        return asked.answer(verdict, end, None)
    shown = late[0] if late and breach <= asked.as_of else None
    if _is_waived(asked, [signal for signal in asked.lived if signal.at <= breach], None):
        return asked.answer("waived", breach, shown)
    if breach > asked.as_of:
        return asked.answer("pending", breach, None)
    covered = _is_covered(asked, trigger.at, breach, quiet_from=heard) and not asked.is_undated
    return asked.answer("broken" if covered else "unobservable", breach, shown)


def _next_due(asked: _Asked, heard: int) -> int:
    """By when the next must come: a time after the last, or opening time where the trigger was made."""
    promise = asked.promise
    if promise.clock is None:
        assert promise.every_us is not None
        return heard + promise.every_us
    due = promise.clock(asked.trigger, heard)
    assert due is not None
    return due


def _judge_never(asked: _Asked) -> Verdict:
    return _judge_forbidden(asked, 0)


def _judge_count(asked: _Asked) -> Verdict:
    return _judge_forbidden(asked, asked.promise.limit or 0)


def _judge_forbidden(asked: _Asked, limit: int) -> Verdict:
    """Broken by the one target too many."""
    end, window = _never_window(asked)
    in_window = [target for target in _targets(asked) if target in window]
    if asked.promise.until is not None and asked.closed_at is not None:
        # Choice: a journey that closed before the trigger is read like a deadline before its trigger.
        in_window = [target for target in in_window if target.at <= asked.closed_at]
    first = in_window[limit] if len(in_window) > limit else None
    told = None
    if asked.promise.pattern == "of":
        told = Told(found=float(len(in_window)), asked=float(limit))

    if _is_waived(asked, window, first):
        return asked.answer("waived", end, first, told)
    if first is not None:
        return asked.answer("broken", end, first, told)
    if end is None or end > asked.as_of:
        return asked.answer("pending", end, None, told)
    covered = _is_covered(asked, asked.trigger.at, end) and not asked.is_undated
    return asked.answer("kept" if covered else "unobservable", end, None, told)


def _never_window(asked: _Asked) -> tuple[int | None, list[Signal]]:
    """Where the window ends, None while it is open, and the signals of the unit before its end.

    Choice: S itself is outside, and so is what another file says at the instant of S. A closing is included,
    because the signal that closes the journey may be the very one that should never have come.
    """
    promise, trigger, lived = asked.promise, asked.trigger, asked.lived
    if promise.within_us is not None:
        end = trigger.at + promise.within_us
        return end, [signal for signal in lived if signal.at <= end]
    if promise.until is None:
        raise ValueError(f"promise {promise.name!r} needs within or until")
    window = lived
    closing = None if asked.closed_at is None else max(asked.closed_at, trigger.at)
    if closing is not None:
        window = [signal for signal in window if signal.at <= closing]
    for stop in lived:
        if is_of(stop, promise.until) and is_after(stop, trigger):
            window = [signal for signal in window if is_surely_before(signal, stop)]
            return _first_of(stop.at, closing), window
    return closing, window


def _judge_measure(asked: _Asked) -> Verdict:
    promise = asked.promise
    if promise.bound is None:
        raise ValueError(f"promise {promise.name!r} needs at_least or at_most")
    name, side, limit = promise.bound
    if asked.span is not None:
        verdict = _judge_measure(replace(asked, span=None))
        return replace(verdict, deadline_us=asked.span[1], told=Told(from_us=asked.span[0]))
    end = None if promise.within_us is None else asked.trigger.at + promise.within_us
    window = [signal for signal in asked.lived if end is None or signal.at <= end]
    if promise.after is None:
        # Anywhere in the journey: its first signal, shown as the trigger, may be the measurement.
        asked_for = [signal for signal in window if is_of(signal, promise.target)]
    else:
        asked_for = [signal for signal in _targets(asked) if signal in window]
    measured = [signal for signal in asked_for if as_number(signal.properties.get(name)) is not None]
    first = measured[0] if measured else None

    if _is_waived(asked, window, first):
        return asked.answer("waived", end, first)
    if first is not None:
        sign = {"at_least": ">=", "at_most": "<="}[side]
        kept = all(holds(signal.properties.get(name), sign, limit) for signal in measured)
        return asked.answer("kept" if kept else "broken", end, first)
    is_over = asked.closed_at is not None if end is None else end <= asked.as_of
    return asked.answer("unobservable" if is_over else "pending", end, None)


# Looking back -----------------------------------------------------------------------------------------------


def _waives_back(asked: _Asked, since: int) -> bool:
    """Whether a waiver came before the trigger, no earlier than an instant."""
    promise = asked.promise
    return promise.unless is not None and any(
        is_of(signal, promise.unless) and signal.at >= since and is_after(asked.trigger, signal)
        for signal in asked.lived
    )


def _is_excused(asked: _Asked) -> bool:
    where = asked.promise.unless_where
    return where is not None and where_holds(asked.trigger, where)


def _since(promise: Promise, trigger: Signal) -> int | None:
    """How far back is looked; None: to the first signal there is."""
    if promise.reach is not None:
        return promise.reach(trigger)
    return None if promise.within_us is None else trigger.at - promise.within_us


def _judge_preceded(asked: _Asked) -> Verdict:
    promise, trigger = asked.promise, asked.trigger
    unit = [signal for signal in asked.known if asked.unit in units_of(signal, promise.per)]
    start = _since(promise, trigger)
    if start is None:
        start = min(signal.at for signal in unit)
    targets = _targets(asked)
    latest = targets[-1] if targets else None
    told = Told(from_us=start)
    if _is_excused(asked):
        return asked.answer("waived", trigger.at, latest, told)
    if latest is not None and latest.at >= start:
        return asked.answer("kept", trigger.at, latest, told)
    if _waives_back(asked, start):
        return asked.answer("waived", trigger.at, latest, told)
    covered = _is_covered(asked, start, trigger.at) and not asked.is_undated
    return asked.answer("broken" if covered else "unobservable", trigger.at, latest, told)


def _judge_same(asked: _Asked) -> Verdict:
    """Choice: at the trigger's instant another file may have come before it, and is asked only whether it agrees."""
    promise, trigger = asked.promise, asked.trigger
    targets = [
        target
        for target in _targets(asked)
        if (since := _since(promise, trigger)) is None or target.at >= since
    ]
    agreeing = [target for target in targets if _agrees(asked, target) is True]
    sure = [target for target in targets if is_surely_before(target, trigger)]
    last_at = sure[-1].at if sure else None
    last_of_file = {(target.source, target.file): target for target in sure if target.at == last_at}
    lasts = list(last_of_file.values())
    tied = [target for target in agreeing if not is_surely_before(target, trigger)]
    sure_agrees = [target for target in lasts if target in agreeing]
    told = Told(from_us=last_at)
    found = tied or sure_agrees or lasts
    shown = found[0] if found else None
    if _is_excused(asked):
        return asked.answer("waived", trigger.at, shown, told)
    if tied or sure_agrees:
        return asked.answer("kept", trigger.at, shown, told)
    if last_at is None or any(_agrees(asked, target) is None for target in lasts):
        return asked.answer("unobservable", trigger.at, shown, told)
    if _waives_back(asked, last_at):
        return asked.answer("waived", trigger.at, shown, told)
    covered = _is_covered(asked, last_at, trigger.at) and not asked.is_undated
    return asked.answer("broken" if covered else "unobservable", trigger.at, shown, told)


def _agrees(asked: _Asked, target: Signal) -> bool | None:
    """Whether all compared values are the same, as numbers where both are; None where one is missing."""
    agrees = True
    for of_trigger, of_target in asked.promise.same.items():
        left, right = asked.trigger.properties.get(of_trigger), target.properties.get(of_target)
        if left is None or right is None:
            return None
        numbers = as_number(left), as_number(right)
        agrees = agrees and (numbers[0] == numbers[1] if None not in numbers else str(left) == str(right))
    return agrees


# Denied -----------------------------------------------------------------------------------------------------


def _contested(asked: _Asked, verdict: Verdict) -> Verdict:
    """Kept by the record and denied by the customer, later than the trigger and not before what kept it: contested."""
    denial = asked.promise.contradicted_by
    if denial is None or verdict.verdict != "kept":
        return verdict
    since = asked.trigger.at if verdict.target_at is None else verdict.target_at
    denied = [
        signal.at
        for signal in asked.lived
        if is_of(signal, denial) and signal.at > asked.trigger.at and signal.at >= since
    ]
    if not denied:
        return verdict
    told = verdict.told
    return replace(verdict, verdict="contested", told=replace(told, denied_at=max(denied)))
