"""The slow, obvious second implementation of calendars: it looks at one minute after the other.

Written from `docs/reference/promises.md` alone. It shares no code with the product.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Callable

MINUTE_US = 60 * 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FAR = 40 * 24 * 60
"""Minutes after which nobody looks any more."""

Hours = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Shop:
    """One place: hours of each weekday from Monday, days with other hours (none: closed), cut-off as `18:00`."""

    zone: str
    week: tuple[Hours, ...]
    other: dict[date, Hours] = field(default_factory=dict)
    cut_off: str | None = None

    def hours(self, day: date) -> Hours:
        """What the door of the shop says of a day."""
        return self.other.get(day, self.week[day.weekday()])


def reading(day: date, clock: str, zone: str) -> int:
    """The later instant at which clocks show this, microseconds UTC."""
    hours, minutes = (int(part) for part in clock.split(":"))
    wall = datetime(day.year, day.month, day.day) + timedelta(hours=hours, minutes=minutes)  # noqa: DTZ001 - of a wall
    return max((wall.replace(tzinfo=ZoneInfo(zone), fold=fold) - _EPOCH) // _MICROSECOND for fold in (0, 1))


def day_at(at: int, zone: str) -> date:
    """The day at an instant."""
    return (_EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone)).date()


def is_open(shop: Shop, at: int) -> bool:
    """Whether the shop is open at an instant."""
    day = day_at(at, shop.zone)
    return any(reading(day, a, shop.zone) <= at < reading(day, b, shop.zone) for a, b in shop.hours(day))


def is_late(shop: Shop, at: int) -> bool:
    """Whether the cut-off of the day has come."""
    return shop.cut_off is not None and at >= reading(day_at(at, shop.zone), shop.cut_off, shop.zone)


def due_in_open_time(shop: Shop, trigger: int, waited: int) -> int | None:
    """The first instant at which the shop has been open for so long, counted minute by minute."""
    start_day = day_at(trigger, shop.zone)
    at, left = trigger, waited
    for _ in range(_FAR):
        next_minute = (at // MINUTE_US + 1) * MINUTE_US
        counts = is_open(shop, at) and not (is_late(shop, trigger) and day_at(at, shop.zone) == start_day)
        if counts and next_minute - at >= left:
            return at + left
        if counts:
            left -= next_minute - at
        at = next_minute
    return None


def due_in_days(shop: Shop, trigger: int, days: int) -> int | None:
    """The end of so many working days after the one that the trigger counts for."""
    day = day_at(trigger, shop.zone)
    if is_late(shop, trigger):
        day += timedelta(days=1)
    left = days
    for _ in range(_FAR // (24 * 60)):
        if shop.hours(day):
            if left == 0:
                return reading(day, "24:00", shop.zone) - 1
            left -= 1
        day += timedelta(days=1)
    return None


def reach_back(due: Callable[[int], int | None], trigger: int) -> int | None:
    """The first instant from which what is waited for would not be over before the trigger, found by halving; None: too long ago."""
    early, late = trigger - _FAR * MINUTE_US, trigger
    begins = due(early)
    if begins is None or begins >= trigger:
        return None
    while late - early > 1:
        middle = (early + late) // 2
        over = due(middle)
        if over is None or over >= trigger:
            late = middle
        else:
            early = middle
    return late
