"""The only place that asks the time; instants are int64 microseconds since 1970-01-01 UTC."""

from __future__ import annotations

import functools
import re
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from parcours.kernel.errors import ParcoursError

if TYPE_CHECKING:
    from collections.abc import Callable

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND_US = 1_000_000
_UNITS_US = {
    "ms": 1_000,
    "s": SECOND_US,
    "m": 60 * SECOND_US,
    "min": 60 * SECOND_US,
    "h": 3_600 * SECOND_US,
    "d": 86_400 * SECOND_US,
    "w": 7 * 86_400 * SECOND_US,
}
_BETWEEN_S = 0.05
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d|w)\s*")


class UnreadableInstant(ParcoursError, ValueError):
    """A text that should be an instant is none."""

    code = "clock.unreadable_instant"

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is not an instant",
            fix="write it like 2026-09-12T14:07:00+02:00, or 2026-09-12 for the end of that day",
            text=text,
        )


class UnreadableDuration(ParcoursError, ValueError):
    """A text that should be a duration is none."""

    code = "clock.unreadable_duration"

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is not a duration",
            fix="write it like 90s, 30m, 2h, 5d or 1w (parts may follow: 1d 12h)",
        )


def now_us() -> int:
    """The present instant, microseconds UTC."""
    return time.time_ns() // 1_000


def today(zone: str = "UTC") -> date:
    """The present day on the clocks of a zone."""
    return (EPOCH + timedelta(microseconds=now_us())).astimezone(ZoneInfo(zone)).date()


def stopwatch() -> Callable[[], float]:
    """A function that answers the seconds since this call; monotonic, so clock changes do not matter."""
    started = time.perf_counter()
    return lambda: time.perf_counter() - started


def wait_until(holds: Callable[[], bool], at_most_s: float) -> bool:
    """Ask again and again until something holds; False where it still does not after the time, in seconds."""
    since_start = stopwatch()
    while not holds():
        if since_start() >= at_most_s:
            return False
        time.sleep(_BETWEEN_S)
    return True


def parse_duration(text: str) -> timedelta:
    """Read a duration such as `2h`, `30m`, `1d 12h`.

    Raises:
        UnreadableDuration: `text` is anything else, or is longer than a timedelta holds.

    Example:
        >>> parse_duration("1d 12h")
        datetime.timedelta(days=1, seconds=43200)
    """
    parts = list(_DURATION.finditer(text))
    if not parts or "".join(part.group(0) for part in parts) != text:
        raise UnreadableDuration(text)
    try:
        return timedelta(microseconds=sum(float(part[1]) * _UNITS_US[part[2]] for part in parts))
    except OverflowError:
        raise UnreadableDuration(text) from None


def duration_us(text: str) -> int:
    """The microseconds of a duration written like `2h`; see `parse_duration`."""
    return parse_duration(text) // timedelta(microseconds=1)


def parse_instant(text: str, zone: str = "UTC") -> int:
    """Read an instant; a naive one is in `zone`, a bare date means the end of that day.

    Returns:
        Microseconds UTC.

    Raises:
        UnreadableInstant: `text` is not ISO 8601.

    Example:
        >>> parse_instant("1970-01-01T01:00:00+01:00")
        0
        >>> parse_instant("1970-01-01")
        86399999999
    """
    try:
        if len(text.strip()) == len("2026-09-12"):
            day = date.fromisoformat(text.strip()) + timedelta(days=1)
            moment = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) - timedelta(microseconds=1)
        else:
            moment = datetime.fromisoformat(text.strip())
    except (ValueError, OverflowError):
        raise UnreadableInstant(text) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return (moment - EPOCH) // timedelta(microseconds=1)


def format_instant(instant_us: int | None, zone: str = "UTC") -> str | None:
    """ISO 8601 text of an instant in `zone`, to the second where nothing finer is known; None stays None.

    Example:
        >>> format_instant(0, "Europe/Paris")
        '1970-01-01T01:00:00+01:00'
    """
    if instant_us is None:
        return None
    return (EPOCH + timedelta(microseconds=instant_us)).astimezone(ZoneInfo(zone)).isoformat()


def is_time_zone(name: str) -> bool:
    """`name` is a zone of the IANA database, not the machine's own (`localtime`), which elsewhere is another."""
    return name in _time_zones()


@functools.cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime"})
