"""When a clock runs that counts opening time or working days: calendars as stretches of time that add up.

A calendar becomes two small tables for each set of hours, so that a deadline is two look-ups: `start` says how much had been counted
when the clock of a trigger starts, `due` says at which instant so much more has been. Both are cut into stretches that one whole number
names, so each look-up is an equality join. What is counted is microseconds of opening time, or working days.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from parcours.journey.brand import NONE, minutes_of, public_holidays, read_days, read_spans
from parcours.kernel.clock import EPOCH, SECOND_US, duration_us

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from parcours.journey.brand import Brand, Calendar, Hours, Spans

DAY_US = 86_400 * SECOND_US
STRETCH_US = 4 * 3_600 * SECOND_US
"""Opening time that one stretch of `due` holds at most; short enough that a stretch is few rows."""
FARTHEST_DAYS = 3 * 366
"""How far after the last trigger an opening is looked for."""
_MICROSECOND = timedelta(microseconds=1)
_WORKING_DAYS = re.compile(r"(\d{1,3}) working days?")
_LONG = re.compile(r"\d\s*[dw]\b")


@dataclass(frozen=True)
class Schedule:
    """The hours of one place, or of all places that no calendar names.

    Attributes:
        zone: Time zone of its clock on the wall.
        week: What is open on each weekday, Monday first.
        opened: Days that have hours of their own.
        closed: Days without any.
        country: Whose public holidays are closed; None: nobody's.
        cut_off: Minutes since midnight from which on a trigger counts as one of the next day; None: never.
    """

    zone: str
    week: tuple[Spans, ...]
    opened: tuple[tuple[date, Spans], ...] = ()
    closed: frozenset[date] = frozenset()
    country: str | None = None
    cut_off: int | None = None

    def spans_on(self, day: date) -> Spans:
        """What is open on a day: its own hours, else none where it is closed or a holiday, else its weekday's."""
        for own, spans in self.opened:
            if own == day:
                return spans
        if day in self.closed or (self.country is not None and day in _holidays(self.country, day.year)):
            return ()
        return self.week[day.weekday()]


class Start(NamedTuple):
    """A stretch of time in which triggers come.

    Attributes:
        day: Days of 24 hours since the first trigger; no row reaches from one into another.
        since_us: Its first instant, microseconds UTC.
        until_us: The first instant after it.
        runs: The clock starts at the trigger itself and not later.
        counted: What had been counted when the clock starts; where it runs, at `since_us`.
    """

    day: int
    since_us: int
    until_us: int
    runs: bool
    counted: int


class Due(NamedTuple):
    """A stretch of what is counted.

    Attributes:
        stretch: Its number: what is counted, less one, by the length of a stretch.
        counted_from: The least that is counted in it.
        counted_until: The most.
        due_from: The instant at which the least has been counted, microseconds UTC.
        runs: Each one more takes a microsecond; else all of it is counted at that instant.
    """

    stretch: int
    counted_from: int
    counted_until: int
    due_from: int
    runs: bool = True


class Clock(NamedTuple):
    """Both tables of a set of hours."""

    start: list[Start]
    due: list[Due]


class Wait(NamedTuple):
    """What a promise waits for on a calendar: microseconds of opening time, or working days.

    Attributes:
        amount: How much.
        in_days: Of working days.
    """

    amount: int
    in_days: bool

    @property
    def stretch(self) -> int:
        """Length of a stretch of `due`."""
        return 1 if self.in_days else STRETCH_US


@dataclass(frozen=True)
class Timetable:
    """A calendar, place by place.

    Attributes:
        by: Object or property of a trigger that names its place; None: all places are alike.
        common: Hours where no other are known; None: there are none, and nobody can say.
        places: Place to its hours.
    """

    by: str | None
    common: Schedule | None
    places: Mapping[str, Schedule]

    def at(self, place: str | None) -> Schedule | None:
        """The hours of a place."""
        return self.common if place is None else self.places.get(place, self.common)


def timetables_of(brand: Brand, zone: str) -> dict[str, Timetable]:
    """The calendars of a brand by name; `zone` is the time zone of those that name none."""
    return {name: timetable_of(calendar, zone) for name, calendar in brand.calendars.items()}


def timetable_of(calendar: Calendar, zone: str) -> Timetable:
    """A calendar as it counts.

    A place's own words replace its calendar's, but `closed` and `opened`, which add to them: there a place's own date wins.

    Args:
        calendar: As read.
        zone: Time zone where the calendar names none.
    """
    places = {name: _schedule(calendar, own, zone) for name, own in calendar.places.items()}
    known = {name: schedule for name, schedule in places.items() if schedule is not None}
    return Timetable(calendar.by, _schedule(calendar, calendar, zone), known)


def read_wait(text: str) -> Wait:
    """What a promise waits for on a calendar.

    Raises:
        ValueError: It cannot be read, is nothing, or counts days of which nobody knows whether they are 24 hours.

    Example:
        >>> read_wait("5 working days"), read_wait("2h").amount
        (Wait(amount=5, in_days=True), 7200000000)
    """
    if found := _WORKING_DAYS.fullmatch(text.strip()):
        return Wait(int(found[1]), in_days=True)
    if _LONG.search(text):
        raise ValueError(
            f"{text!r} on a calendar can be read in two ways; write `5 working days`, or hours of opening time"
        )
    amount = duration_us(text)
    if amount == 0:
        raise ValueError("a promise that waits for no time at all; write how long")
    return Wait(amount, in_days=False)


def is_working_days(text: str) -> bool:
    """A duration is counted in working days."""
    return _WORKING_DAYS.fullmatch(text.strip()) is not None


def _schedule(calendar: Calendar, own: Hours, zone: str) -> Schedule | None:
    week = _week(own) or _week(calendar)
    if week is None:
        return None
    country = own.holidays if own.holidays is not None else calendar.holidays
    cut_off = own.cut_off if own.cut_off is not None else calendar.cut_off
    opened = {day: text for day, text in calendar.opened.items() if day not in own.closed} | own.opened
    return Schedule(
        zone=own.zone or calendar.zone or zone,
        week=week,
        opened=tuple((day, read_spans(text)) for day, text in sorted(opened.items())),
        closed=frozenset(calendar.closed) | frozenset(own.closed),
        country=None if country in {None, NONE} else country,
        cut_off=None if cut_off is None else minutes_of(cut_off),
    )


def _week(hours: Hours) -> tuple[Spans, ...] | None:
    """What is open on each weekday; None where the hours do not say."""
    whole = ((0, 24 * 60),)
    if hours.working_days:
        return (*[whole] * 5, (), ())
    if hours.open is None:
        return None
    said = {day: read_spans(text) for days, text in hours.open.items() for day in read_days(days)}
    return tuple(said.get(day, ()) for day in range(7))


@cache
def _holidays(country: str, year: int) -> frozenset[date]:
    return public_holidays(country, year)


@lru_cache(maxsize=100_000)
def instant_on(day: date, minutes: int, zone: str) -> int:
    """The instant at which clocks in a zone show so many minutes after midnight, microseconds UTC.

    A time that comes twice, or never, because clocks change, is its later reading.

    Example:
        >>> instant_on(date(2026, 3, 29), 120, "Europe/Paris") == instant_on(date(2026, 3, 29), 180, "Europe/Paris")
        True
    """
    wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
    place = ZoneInfo(zone)
    return max((wall.replace(tzinfo=place, fold=fold) - EPOCH) // _MICROSECOND for fold in (0, 1))


def day_of(instant_us: int, zone: str) -> date:
    """The day that a calendar on the wall shows at an instant."""
    return (EPOCH + timedelta(microseconds=instant_us)).astimezone(ZoneInfo(zone)).date()


def openings_on(schedule: Schedule, day: date) -> list[tuple[int, int]]:
    """From and until of what is open on a day, microseconds UTC; what clocks skip is not open."""
    found: list[tuple[int, int]] = []
    for minutes in schedule.spans_on(day):
        begins, ends = (instant_on(day, clock, schedule.zone) for clock in minutes)
        begins = max(begins, found[-1][1]) if found else begins
        if begins < ends:
            found.append((begins, ends))
    return found


class _Day(NamedTuple):
    """A day of a schedule: its first instant, the first of the next, the cut-off, and what is open (from, until, counted before)."""

    since: int
    until: int
    cut: int
    openings: list[tuple[int, int, int]]


def _days(schedule: Schedule, first_us: int, last_us: int, wait: Wait) -> list[_Day]:
    """Days from the first trigger's until so much has been counted after the last trigger's."""
    day, last = day_of(first_us, schedule.zone), day_of(last_us, schedule.zone)
    farthest = last + timedelta(days=FARTHEST_DAYS)
    found: list[_Day] = []
    counted, from_then_on = 0, None
    while day <= farthest:
        since, until = (instant_on(day, clock, schedule.zone) for clock in (0, 24 * 60))
        cut = until if schedule.cut_off is None else instant_on(day, schedule.cut_off, schedule.zone)
        here = _Day(since, until, min(max(cut, since), until), [])
        opened = openings_on(schedule, day)
        if opened and day > last and from_then_on is None:
            from_then_on = counted
        if wait.in_days and opened:
            counted += 1
            here.openings.append((since, until, counted))
        for begins, ends in () if wait.in_days else opened:
            here.openings.append((begins, ends, counted))
            counted += ends - begins
        found.append(here)
        if from_then_on is not None and counted - from_then_on > wait.amount:
            break
        day += timedelta(days=1)
    return found


def clock_of(schedule: Schedule, first_us: int, last_us: int, wait: Wait) -> Clock:
    """The tables of a schedule.

    Args:
        schedule: The hours.
        first_us: Instant of the first trigger, microseconds UTC.
        last_us: Instant of the last.
        wait: The most that is waited for.
    """
    days = _days(schedule, first_us, last_us, wait)
    openings = [opening for day in days for opening in day.openings]
    begins = [opening[0] for opening in openings]
    start: list[Start] = []
    for day in days:
        edges = {day.since, day.until, day.cut, *(edge for opening in day.openings for edge in opening[:2])}
        for since, until in pairwise(sorted(edges)):
            inside = next((opening for opening in day.openings if opening[0] <= since < opening[1]), None)
            if inside is not None and since < day.cut:
                counted = inside[2] if wait.in_days else inside[2] + since - inside[0]
                start += day_by_day(first_us, since, until, counted, runs=not wait.in_days)
            elif (place := bisect_left(begins, since if since < day.cut else day.until)) < len(openings):
                start += day_by_day(first_us, since, until, openings[place][2], runs=False)
    if wait.in_days:
        return Clock(start, [Due(number - 1, number, number, until - 1) for _, until, number in openings])
    due = [
        stretch_by_stretch(counted + 1, counted + ends - begins, begins + 1, STRETCH_US)
        for begins, ends, counted in openings
    ]
    return Clock(start, [row for rows in due for row in rows])


def day_by_day(origin: int, since: int, until: int, counted: int, *, runs: bool) -> Iterator[Start]:
    """A stretch of time cut where days of 24 hours since the origin end; instants in microseconds UTC."""
    at = since
    while at < until:
        day = (at - origin) // DAY_US
        ends = min(until, origin + (day + 1) * DAY_US)
        yield Start(day, at, ends, runs, counted + (at - since if runs else 0))
        at = ends


def stretch_by_stretch(
    least: int, most: int, due_from: int, length: int, *, runs: bool = True
) -> Iterator[Due]:
    """What is counted from `due_from` on, cut where stretches of a length end."""
    counted = least
    while counted <= most:
        stretch = (counted - 1) // length
        until = min(most, (stretch + 1) * length)
        yield Due(stretch, counted, until, due_from + (counted - least if runs else 0), runs)
        counted = until + 1


def counted_parts(schedule: Schedule, at_us: int, wait: Wait) -> list[tuple[int, int]]:
    """How a deadline is counted from a trigger: from and until of each stretch of opening time, or of each working day after the first.

    Args:
        schedule: The hours.
        at_us: Instant of the trigger, microseconds UTC.
        wait: What is waited for.

    Returns:
        Instants, microseconds UTC; the last one is the deadline (of working days, an instant after it). Fewer where it never opens again.
    """
    parts: list[tuple[int, int]] = []
    left = wait.amount + wait.in_days
    first = day_of(at_us, schedule.zone)
    for number in range(FARTHEST_DAYS):
        day = first + timedelta(days=number)
        midnight = instant_on(day, 24 * 60, schedule.zone)
        if (
            number == 0
            and schedule.cut_off is not None
            and at_us >= instant_on(day, schedule.cut_off, schedule.zone)
        ):
            continue
        openings = openings_on(schedule, day)
        if wait.in_days:
            openings = [(instant_on(day, 0, schedule.zone), midnight)] if openings else []
        for begins, ends in openings:
            since = begins if wait.in_days else max(begins, at_us)
            if left > 0 and since < ends:
                until = ends if wait.in_days else min(ends, since + left)
                left -= 1 if wait.in_days else until - since
                parts.append((since, until))
        if left <= 0:
            break
    return parts[1:] if wait.in_days and wait.amount else parts
