"""Streams of signals and their silences, from one table of hours."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from parcours.gap.listening.rhythm import DAY_H, WEEK_H, Rhythm
from parcours.gap.listening.silence import Silences, find_silences, hours_of, hours_to_tell
from parcours.gap.listening.spans import Silence
from parcours.gap.listening.thinning import find_thin
from parcours.journey.brand import NONE, public_holidays
from parcours.kernel.clock import EPOCH, SECOND_US

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from parcours.journey.brand import Brand
    from parcours.lake import Engine

    Integers = NDArray[np.int64]
    Figures = NDArray[np.float64]

PLACE = "store"
FALSE_ALARMS = 0.01  # healthy streams of which a silence is taken for deafness, at most
_HOUR_US = 3600 * SECOND_US
_YEAR_US = 31_556_952 * SECOND_US
_AROUND_DAYS = 2  # before and after a day that is like no other, habits change too
_ROUNDS = 2  # what is found thin is left out of learning once
_RUN_UP_US = WEEK_H * _HOUR_US  # of a type, from its first signal
_PATIENCE_H = 48  # with a stream too thin to tell
_LEAST_WEEKS = 2  # of a source; a rhythm of the week shows in no less
_LAST_WEEKS = 4  # that tell what is to be expected after the last signal
_LEAST_SIGNALS = 30  # of a stream
_MONDAY_H = 4 * DAY_H  # 1970-01-05
_CELLS = 4_000_000  # hours of streams looked at together: some hundred megabytes


@dataclass(frozen=True)
class Stream:
    """What one source says of one place, or of all.

    Attributes:
        source: Its name.
        place: Object id; None: all it says.
        signals: How many.
        first_at, last_at: Microseconds UTC.
        first_day: Days since 1970-01-01, of the arrays' first day on the wall.
        heard: (n_day,) float64, signals by day.
        expected: (n_day,) float64, signals that were to be expected; None where the stream is too thin to learn a rhythm from.
        week: (168,) float64, signals to be expected hour by hour from a Monday on, in the last weeks; None with `expected`.
        tells_within_h: Hours after which a silence is told from a healthy one, in the mean; None: it would have to last longer than all that was heard.
    """

    source: str
    place: int | None
    signals: int
    first_at: int
    last_at: int
    first_day: int
    heard: Figures
    expected: Figures | None
    week: Figures | None
    tells_within_h: float | None


@dataclass(frozen=True)
class Hearing:
    """Streams, those of a whole source before its places, and their silences in order of time."""

    streams: tuple[Stream, ...]
    silences: tuple[Silence, ...]


def listen(
    engine: Engine,
    sources: Mapping[int, str],
    places: tuple[int, Collection[int]],
    clock: tuple[str, Collection[date]],
    as_of: int,
    types: Mapping[int, str] | None = None,
) -> Hearing:
    """Learn how each source is heard, everywhere and at each place, and find the silences its rhythm does not explain.

    A silence is deafness where its chance, times the silences that the stream could have had, is below `FALSE_ALARMS`: so of a hundred
    healthy streams at most one is accused of a silence at all. A stream of fewer than two weeks, or thirty signals, tells nothing.

    Args:
        engine: Holds the view `signal`.
        sources: Code of each source to its name.
        places: Code of the namespace that names places (-1: none does), and codes of the sources that name some.
        clock: Time zone, and days that are like no others.
        as_of: Instant of the run, microseconds UTC; what comes later does not exist.
        types: Code of each type to its name, where a type is listened to on its own within each source; None: all types are one.

    Source:
        docs/explanation/listening.md; ADR-0019.
    """
    namespace_id, placed = places
    engine.register("placed_source", pa.table({"source_id": pa.array(sorted(placed), pa.int32())}))
    found = engine.model("parcours.gap", "heard_hour", {"as_of": as_of, "namespace_id": namespace_id})
    hours = _Hours.of(found, clock[0])
    typed = None if types is None else _hours_of_types(engine, clock[0], as_of)
    streams: list[Stream] = []
    silences: list[Silence] = []
    for code, name in sorted(sources.items(), key=lambda pair: pair[1]):
        of_source = hours.take(hours.source == code)
        if len(of_source.hour):
            grid = _Grid(name, of_source, clock[1])
            for more, told in _source(grid, of_source):
                streams += more
                silences += told
            if types is not None and typed is not None:
                silences += _of_types(grid, typed.take(typed.source == code), types)
    return Hearing(
        tuple(streams),
        tuple(sorted(silences, key=lambda item: (item.since, item.source, item.place or 0, item.type or ""))),
    )


def quiet_since(stream: Stream, newest: int, zone: str) -> int | None:
    """The last signal of a stream that is silent at the end of what all sources saw; None where a healthy one may be so.

    Args:
        stream: The whole of a source.
        newest: Last signal of all sources, microseconds UTC.
        zone: Of the clock on the wall.
    """
    silent_h = (newest - stream.last_at) / _HOUR_US
    if stream.week is None or stream.tells_within_h is None:
        return stream.last_at if silent_h > _PATIENCE_H else None
    hours = np.arange(stream.last_at // _HOUR_US + 1, newest // _HOUR_US)
    missed = stream.week[(_on_the_wall(hours, zone) - _MONDAY_H) % WEEK_H].sum()
    return stream.last_at if missed > stream.tells_within_h * stream.week.mean() else None


def place_word(namespaces: Collection[str], brand: Brand) -> str | None:
    """Namespace whose objects are places: stores, else what a calendar of the brand is `by`; None where nothing names a place."""
    words = [PLACE, *(calendar.by for calendar in brand.calendars.values() if calendar.by is not None)]
    return next((word for word in words if word in namespaces), None)


def odd_days(brand: Brand, region: str, spans: Collection[Sequence[int]]) -> set[date]:
    """Days that are like no others: public holidays of the brand's calendars, else of the region, and days on which a calendar is closed.

    Args:
        brand: With its calendars.
        region: Two letters of a country.
        spans: First and last instants in question, microseconds UTC.
    """
    if not spans:
        return set()
    first, last = (
        pick(ends) // _YEAR_US + EPOCH.year
        for pick, ends in ((min, [s[0] for s in spans]), (max, [s[1] for s in spans]))
    )
    calendars = brand.calendars.values()
    countries = {calendar.holidays for calendar in calendars if calendar.holidays} - {NONE} or {region}
    days = {day for calendar in calendars for day in calendar.closed}
    for country in countries:
        with contextlib.suppress(ValueError):  # a region need not be a country whose holidays are known
            days |= {day for year in range(first - 1, last + 2) for day in public_holidays(country, year)}
    return days


@dataclass(frozen=True)
class _Hours:
    """Heard hours as arrays of equal length; `hour` is that of the clock on the wall, `place` 0 where there is none."""

    source: Integers
    place: Integers
    is_placed: NDArray[np.bool_]
    hour: Integers
    signals: Integers
    first_at: Integers
    last_at: Integers

    @classmethod
    def of(cls, table: pa.Table, zone: str) -> _Hours:
        """From the model's rows."""
        named = table["place_id"]
        columns = [
            table[name].to_numpy() for name in ("source_id", "hour_id", "signals", "first_at", "last_at")
        ]
        source, hour, signals, first_at, last_at = (column.astype(np.int64) for column in columns)
        place = named.fill_null(0).to_numpy().astype(np.int64)
        return cls(
            source, place, named.is_valid().to_numpy(), _on_the_wall(hour, zone), signals, first_at, last_at
        )

    def take(self, which: NDArray[np.bool_]) -> _Hours:
        """Some of them."""
        return _Hours(
            self.source[which],
            self.place[which],
            self.is_placed[which],
            self.hour[which],
            self.signals[which],
            self.first_at[which],
            self.last_at[which],
        )


def _on_the_wall(hour: Integers, zone: str) -> Integers:
    """Hours since 1970 as the clock in a zone shows them; where it is off by part of an hour, the hour it began."""
    known, place = np.unique(hour, return_inverse=True)
    clock = ZoneInfo(zone)
    offsets = [
        datetime.fromtimestamp(int(at) * 3600, UTC).astimezone(clock).utcoffset() or timedelta()
        for at in known
    ]
    shown = known + np.array([offset // timedelta(hours=1) for offset in offsets], np.int64)
    walls: Integers = shown[place]
    return walls


def _hours_of_types(engine: Engine, zone: str, as_of: int) -> _Hours:
    """Hours in which each type of each source was heard; the type stands where a place would."""
    found = engine.model("parcours.gap", "heard_type_hour", {"as_of": as_of})
    return _Hours.of(found.rename_columns(["source_id", "place_id", *found.column_names[2:]]), zone)


def _of_types(grid: _Grid, hours: _Hours, types: Mapping[int, str]) -> list[Silence]:
    """Times in which one type of a source was not heard while the others went on.

    Before its first signal a type may not have been known, and in its first week what it follows, such as a collection its order, runs up.
    """
    codes = np.unique(hours.place)
    if len(codes) < 2:  # noqa: PLR2004 - one type is the whole source
        return []
    streams, silences = grid.listen(hours, codes)
    began = {stream.place: stream.first_at for stream in streams}
    return [
        item._replace(place=None, type=types[item.place])
        for item in silences
        if item.place is not None and item.since >= began[item.place] + _RUN_UP_US
    ]


def _source(grid: _Grid, hours: _Hours) -> Iterator[tuple[list[Stream], list[Silence]]]:
    """The whole of a source, then its places, as many at once as fit."""
    yield grid.listen(hours, None)
    placed = hours.take(hours.is_placed)
    ids, place = np.unique(placed.place, return_inverse=True)
    if len(ids) < 2:  # noqa: PLR2004 - one place is the whole source
        return
    busiest = np.argsort(-np.bincount(place, weights=placed.signals), kind="stable")
    at_once = max(2, _CELLS // grid.length)
    for start in range(0, len(ids), at_once):
        chosen = np.sort(ids[busiest[start : start + at_once]])
        yield grid.listen(placed.take(np.isin(placed.place, chosen)), chosen)


class _Grid:
    """The hours of a source in whole weeks.

    Args:
        name: Of the source.
        hours: All of the source.
        odd_days: Days that are like no others.
    """

    def __init__(self, name: str, hours: _Hours, odd_days: Collection[date]) -> None:
        first, last = int(hours.hour.min()), int(hours.hour.max())
        self._name = name
        self._ends = int(hours.first_at.min()), int(hours.last_at.max())
        self._origin = first - (first - _MONDAY_H) % WEEK_H
        self.length = -(-(last - self._origin + 1) // WEEK_H) * WEEK_H
        self._heard = np.zeros(self.length, bool)
        self._heard[first - self._origin : last - self._origin] = True  # the last hour may not be over
        self._counted = np.ones(self.length, bool)
        for day in odd_days:
            begins = (day - EPOCH.date()).days * DAY_H - self._origin
            self._counted[max(begins, 0) : max(begins + DAY_H, 0)] = False
        days = ~self._counted.reshape(-1, DAY_H).all(axis=1)
        reach = np.ones(2 * _AROUND_DAYS + 1)
        self._unsure = np.convolve(days, reach)[_AROUND_DAYS:-_AROUND_DAYS] > 0
        self._can_learn = last - first >= _LEAST_WEEKS * WEEK_H

    def listen(self, hours: _Hours, ids: Integers | None) -> tuple[list[Stream], list[Silence]]:
        """Streams of some places, and their silences; without places, of the whole source, where none of its places is then looked at."""
        row = np.zeros(len(hours.hour), np.int64) if ids is None else np.searchsorted(ids, hours.place)
        places = [None] if ids is None else [int(place) for place in ids]
        cells = _Cells(row, hours.hour - self._origin, hours, (len(places), self.length))
        streams = [self._stream(cells, number, place) for number, place in enumerate(places)]
        learnt = np.flatnonzero(cells.counts.sum(axis=1) >= _LEAST_SIGNALS)
        if not (self._can_learn and len(learnt)):
            return streams, []
        counts = cells.counts[learnt]
        found, thin, rhythm = self._find(counts, has_sisters=ids is not None)
        waits = hours_to_tell(counts.sum(axis=1), rhythm, FALSE_ALARMS)
        for number, of_stream in enumerate(learnt):
            streams[of_stream] = _with_rhythm(
                streams[of_stream], rhythm.expected[number], float(waits[number])
            )
        silences = [
            Silence(
                self._name,
                places[learnt[number]],
                *cells.ends(learnt[number], first, until, self._ends),
                round(float(count), 1),
                None,
                float(counts[number, first:until].sum()),
            )
            for each in (found, thin)
            for number, first, until, count in zip(
                each.stream, each.first, each.until, each.missed, strict=True
            )
        ]
        if ids is None:
            for each in (found, thin):
                self._counted &= ~hours_of(each, counts.shape)[0]
        return streams, silences

    def _find(self, counts: Figures, *, has_sisters: bool) -> tuple[Silences, Silences, Rhythm]:
        """Silences, and days that brought far too little, with the silences in them; once such days are found, the rhythm is learnt without."""
        left_out = np.zeros(counts.shape, bool)
        for _ in range(_ROUNDS):
            silences, rhythm = find_silences(
                counts,
                self._heard,
                self._counted,
                FALSE_ALARMS,
                has_sisters=has_sisters,
                unsure=self._unsure,
                left_out=left_out,
            )
            heard = self._heard & ~hours_of(silences, counts.shape)
            thin = find_thin(counts, heard, rhythm, FALSE_ALARMS, self._unsure)
            if not len(thin.stream):
                break
            left_out = hours_of(thin, counts.shape)
        inside = hours_of(thin, counts.shape)
        within = inside[silences.stream, silences.first] & inside[silences.stream, silences.until - 1]
        return silences.take(~within), thin, rhythm

    def _stream(self, cells: _Cells, number: int, place: int | None) -> Stream:
        return Stream(
            source=self._name,
            place=place,
            signals=int(cells.counts[number].sum()),
            first_at=int(cells.first_at[number].min()),
            last_at=int(cells.last_at[number].max()),
            first_day=self._origin // DAY_H,
            heard=_by_day(cells.counts[number]),
            expected=None,
            week=None,
            tells_within_h=None,
        )


class _Cells:
    """Signals of streams by hour, with the first and the last instant in each; both are far away where there is none."""

    def __init__(self, row: Integers, column: Integers, hours: _Hours, shape: tuple[int, int]) -> None:
        self.counts = np.zeros(shape)
        self.first_at = np.full(shape, np.iinfo(np.int64).max)
        self.last_at = np.full(shape, np.iinfo(np.int64).min)
        np.add.at(self.counts, (row, column), hours.signals)
        np.minimum.at(self.first_at, (row, column), hours.first_at)
        np.maximum.at(self.last_at, (row, column), hours.last_at)

    def ends(self, row: int, first: int, until: int, of_source: tuple[int, int]) -> tuple[int, int]:
        """Last signal before an hour and first one from another on; the source's own where there is none."""
        before, after = self.last_at[row, :first], self.first_at[row, until:]
        since = before.max() if (self.counts[row, :first] > 0).any() else of_source[0]
        return int(since), int(after.min() if (self.counts[row, until:] > 0).any() else of_source[1])


def _with_rhythm(stream: Stream, expected: Figures, wait_h: float) -> Stream:
    lasts_h = (stream.last_at - stream.first_at) / _HOUR_US
    return replace(
        stream,
        expected=_by_day(expected),
        week=expected.reshape(-1, WEEK_H)[-_LAST_WEEKS:].mean(axis=0),
        tells_within_h=wait_h if wait_h < lasts_h else None,
    )


def _by_day(figures: Figures) -> Figures:
    summed: Figures = figures.reshape(-1, DAY_H).sum(axis=1)
    return summed
