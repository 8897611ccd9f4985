"""Time as the shops live it: clocks on the wall, opening days, French public holidays, seasons, sales, busy hours.

Everything is looked up in a grid of hours in UTC, so a million instants cost one look-up.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import holidays
import numpy as np

from parcours.simulate.columns import DAY, HOUR, MINUTE, Claims, Integers, Ratios

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.simulate.stores import Store

PARIS = ZoneInfo("Europe/Paris")
BEFORE_DAYS, AFTER_DAYS = 45, 75  # simulated around the data: habits have a past, effects a future
SATURDAY, SUNDAY = 5, 6
ONLINE = 0  # profile of orders on the site; profiles 1.. are those of the stores
_CLOSED_ON = {
    (1, 1),
    (5, 1),
    (7, 14),
    (8, 15),
    (11, 1),
    (12, 25),
}  # month, day: stores keep closed; other holidays are busy
_LAST_MINUTES = 10 * MINUTE  # nobody is served who comes later
# Relative to an ordinary month: people are away in August, back in September, and give in December.
_SEASON = (1.05, 0.85, 0.95, 0.95, 0.95, 1.0, 1.0, 0.8, 1.08, 1.0, 1.12, 1.5)
_SALES, _SALES_DAYS, _BLACK_FRIDAY = 1.5, 28, 2.2
_STORE_WEEK = (0.8, 0.8, 1.05, 0.85, 1.1, 3.2, 0.9)  # Monday first; no school on Wednesday afternoon
_ONLINE_WEEK = (1.1, 1.0, 1.0, 0.95, 0.9, 0.95, 1.15)
_STORE_HOURS = (
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    0.2,
    0.4,
    0.8,
    1.0,
    0.9,
    0.7,
    1.4,
    1.7,
    1.8,
    1.6,
    1.2,
    0.7,
    0.2,
    0,
    0,
    0,
)
_ONLINE_HOURS = (
    0.4,
    0.2,
    0.1,
    0.05,
    0.05,
    0.1,
    0.3,
    0.6,
    0.8,
    1.0,
    1.1,
    1.1,
    1.3,
    1.2,
    1.0,
    1.0,
    1.0,
    1.1,
    1.2,
    1.4,
    1.8,
    2.0,
    1.6,
    0.9,
)


class Calendar:
    """The hours of the simulation.

    Args:
        start: First day of the data.
        days: Days of data.
        stores: The stores, in the order in which arrays name them.

    Attributes:
        begins_at: First instant of the data.
        ends_at: First instant after the data.
        origin: First instant that is simulated at all.
        horizon: First instant after all that is simulated.
    """

    def __init__(self, start: date, days: int, stores: Sequence[Store]) -> None:
        self.begins_at, self.ends_at = midnight(start), midnight(start + timedelta(days=days))
        self.origin = midnight(start - timedelta(days=BEFORE_DAYS))
        self.horizon = midnight(start + timedelta(days=days + AFTER_DAYS))
        hours = (self.horizon - self.origin) // HOUR + 1
        instants = self.origin + HOUR * np.arange(hours + 48, dtype=np.int64)
        self._offset = np.array([_offset_s(int(instant)) for instant in instants], dtype=np.int64)
        self._first_day = (self.origin + int(self._offset[0])) // DAY
        last = (int(instants[-1]) + int(self._offset[-1])) // DAY
        self._days = [date(1970, 1, 1) + timedelta(days=day) for day in range(self._first_day, last + 2)]
        self._opens = np.array([store.opens for store in stores], dtype=np.int64) * HOUR
        self._closes = np.array([store.closes for store in stores], dtype=np.int64) * HOUR
        self._open_days = _open_days(self._days, stores)
        self._next_open = _next_true(self._open_days)
        self._edges = instants[: hours + 1]
        self._busy = self._profiles(stores)
        self._cumulated = _cumulated(self._busy)

    def wall(self, at: Integers) -> Integers:
        """What the clocks in Paris show: seconds since 1970, as if it were UTC."""
        place = np.clip((at - self.origin) // HOUR, 0, len(self._offset) - 1)
        return at + self._offset[place]

    def weekday(self, at: Integers) -> Integers:
        """Day of the week in Paris, Monday 0."""
        return (self.wall(at) // DAY + 3) % 7

    def hour(self, at: Integers) -> Integers:
        """Hour of the day in Paris, 0..23."""
        return self.wall(at) % DAY // HOUR

    def day(self, at: Integers) -> Integers:
        """Day in Paris, days since 1970-01-01."""
        return self.wall(at) // DAY

    def instant(self, day: Integers, second: Integers) -> Integers:
        """The instant at which the clocks in Paris show this second of this day."""
        shown = day * DAY + second
        place = np.clip((shown - HOUR - self.origin) // HOUR, 0, len(self._offset) - 1)
        at: Integers = shown - self._offset[place]
        return at

    def moments(self, fraction: Ratios, profile: Integers) -> Integers:
        """Instants at which trade happens.

        Args:
            fraction: Of all the trade of the simulated time, in [0, 1): equal distances are equal amounts of trade.
            profile: Whose trade: `ONLINE`, or 1 + the store's place.
        """
        edges = np.tile(self._edges.astype(np.float64), len(self._busy))
        return np.interp(fraction * (1 - 1e-12) + profile, self._cumulated, edges).astype(np.int64)

    def busy(self, at: Integers, profile: Integers) -> Ratios:
        """How busy that hour is, 1 for the mean of the hours with any trade."""
        place = np.clip((at - self.origin) // HOUR, 0, self._busy.shape[1] - 1)
        return self._busy[profile, place]

    def is_open(self, store: Integers, at: Integers) -> Claims:
        """The store serves at that moment."""
        wall = self.wall(at)
        second = wall % DAY
        open_day = self._open_days[store, self._place(wall // DAY)]
        inside = (second >= self._opens[store]) & (second < self._closes[store] - _LAST_MINUTES)
        claims: Claims = open_day & inside
        return claims

    def open_time(self, store: Integers, at: Integers) -> Integers:
        """The moment itself while the store is open, else some minutes after it next opens."""
        wall = self.wall(at)
        second = wall % DAY
        too_late = second >= self._closes[store] - _LAST_MINUTES
        day = self._next_open[store, self._place(wall // DAY + too_late)] + self._first_day
        opening = self.instant(day, self._opens[store] + at % (50 * MINUTE))
        return np.where(self.is_open(store, at), at, opening)

    def seconds_to_closing(self, store: Integers, at: Integers) -> Integers:
        """Seconds until the store closes that day; negative after it."""
        return self._closes[store] - self.wall(at) % DAY

    def opening_after(self, store: Integers, at: Integers) -> Integers:
        """When the store opens on the first open day after that day, or today if it is not open yet."""
        wall = self.wall(at)
        later = wall % DAY >= self._opens[store]
        day = self._next_open[store, self._place(wall // DAY + later)] + self._first_day
        return self.instant(day, self._opens[store])

    def working_days_later(self, at: Integers, count: int) -> Integers:
        """The day (days since 1970) that many working days after the day of `at`; Sundays and holidays do not work."""
        working = np.array([day.weekday() != SUNDAY and day not in _holidays(day.year) for day in self._days])
        number = np.cumsum(working)
        first_of = np.flatnonzero(working)
        place = number[self._place(self.day(at))] + count - 1
        days: Integers = first_of[np.minimum(place, len(first_of) - 1)] + self._first_day
        return days

    def open_hours(self) -> tuple[Integers, Integers]:
        """Every hour of the data in which a store is open: (store, instant at which the hour begins)."""
        inside = np.arange((self.begins_at - self.origin) // HOUR, (self.ends_at - self.origin) // HOUR)
        store, place = np.nonzero(self._busy[1:, inside] > 0)
        return store.astype(np.int64), self._edges[inside[place]]

    def _place(self, day: Integers) -> Integers:
        return np.clip(day - self._first_day, 0, len(self._days) - 1)

    def _profiles(self, stores: Sequence[Store]) -> Ratios:
        """How busy each hour is, (1 + n_store, n_hour)."""
        middle = self._edges[:-1]
        wall = self.wall(middle)
        place, hour, weekday = self._place(wall // DAY), wall % DAY // HOUR, (wall // DAY + 3) % 7
        season = np.array([_season(day) for day in self._days])[place]
        online = np.array(_ONLINE_HOURS)[hour] * np.array(_ONLINE_WEEK)[weekday] * season
        lines = [online]
        for number, store in enumerate(stores):
            is_open = self._open_days[number, place] & (hour >= store.opens) & (hour < store.closes)
            lines.append(np.array(_STORE_HOURS)[hour] * np.array(_STORE_WEEK)[weekday] * season * is_open)
        busy = np.array(lines)
        mean: Ratios = busy.sum(axis=1) / np.maximum((busy > 0).sum(axis=1), 1)
        return busy / mean[:, None]


def closed_days(start: date, days: int) -> list[date]:
    """Public holidays on which every store keeps closed, in all the time that is simulated around some days of data."""
    first = start - timedelta(days=BEFORE_DAYS)
    around = (first + timedelta(days=number) for number in range(BEFORE_DAYS + days + AFTER_DAYS))
    return [day for day in around if _is_closed(day)]


def midnight(day: date) -> int:
    """The instant at which a day begins in Paris."""
    return int(datetime(day.year, day.month, day.day, tzinfo=PARIS).timestamp())


def _offset_s(instant: int) -> int:
    offset = datetime.fromtimestamp(instant, UTC).astimezone(PARIS).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


@cache
def _holidays(year: int) -> holidays.HolidayBase:
    return holidays.country_holidays("FR", years=year)


def _is_closed(day: date) -> bool:
    return day in _holidays(day.year) and (day.month, day.day) in _CLOSED_ON


def _open_days(days: Sequence[date], stores: Sequence[Store]) -> Claims:
    """Which stores are open on which days, (n_store, n_day)."""
    closed = np.array([_is_closed(day) for day in days])
    sunday = np.array([day.weekday() == SUNDAY for day in days])
    lines = [~closed & (~sunday | store.on_sunday) for store in stores]
    return np.array(lines, dtype=bool).reshape(len(stores), len(days))


def _next_true(claims: Claims) -> Integers:
    """For each place the next at which the claim holds, itself included; the last place where none does."""
    last = claims.shape[1] - 1
    places = np.where(claims, np.arange(claims.shape[1]), last)
    return np.minimum.accumulate(places[:, ::-1], axis=1)[:, ::-1].astype(np.int64)


def _cumulated(busy: Ratios) -> Ratios:
    """Share of a profile's trade until each hour, profile p shifted by p, all in one ascending line."""
    total: Ratios = np.cumsum(busy, axis=1) / busy.sum(axis=1, keepdims=True)
    lines: Ratios = np.concatenate([np.zeros((len(busy), 1)), total], axis=1) + np.arange(len(busy))[:, None]
    return lines.ravel()


def _season(day: date) -> float:
    if day in _sales_days(day.year):
        return _SALES
    return _BLACK_FRIDAY if day == _black_friday(day.year) else _SEASON[day.month - 1]


def _sales_days(year: int) -> set[date]:
    """The French sales: four weeks from the second Wednesday of January and from the last one of June."""
    january = next(
        date(year, 1, day) for day in range(8, 15) if date(year, 1, day).weekday() == 2
    )  # Wednesday
    june = next(
        date(year, 6, day) for day in range(30, 23, -1) if date(year, 6, day).weekday() == 2
    )  # Wednesday
    return {first + timedelta(days=day) for first in (january, june) for day in range(_SALES_DAYS)}


def _black_friday(year: int) -> date:
    return next(
        date(year, 11, day) for day in range(30, 22, -1) if date(year, 11, day).weekday() == 4
    )  # Friday
