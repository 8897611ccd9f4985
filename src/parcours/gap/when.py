"""Parts of the week and days as they are written on the command line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from parcours.kernel.errors import ParcoursError

HOURS = 24
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOURS = re.compile(r"(\d{1,2})-(\d{1,2})")


class UnreadableWhen(ParcoursError, ValueError):
    """A text that should say which days or hours does not."""

    code = "gap.unreadable_when"

    def __init__(self, text: str, what: str, fix: str) -> None:
        super().__init__(f"{text!r} does not say which {what}", fix=fix, what=what)


@dataclass(frozen=True)
class When:
    """Days and hours, in the workspace's time zone, on which promises were made; None asks for all.

    Attributes:
        days: First and last weekday, 0 is Monday.
        hours: From the first hour to the one that is no more meant.
        since: First day.
        until: Last day.
    """

    days: tuple[int, int] | None = None
    hours: tuple[int, int] | None = None
    since: date | None = None
    until: date | None = None

    @classmethod
    def read(cls, days: str | None, hours: str | None, since: str | None, until: str | None) -> When:
        """As written on the command line.

        Raises:
            UnreadableWhen: One of them cannot be read.
        """
        return cls(
            None if days is None else parse_days(days),
            None if hours is None else parse_hours(hours),
            None if since is None else parse_day(since),
            None if until is None else parse_day(until),
        )

    @property
    def bound(self) -> dict[str, Any]:
        """Parameters of the model `verdict_evidence`."""
        first_day, last_day = self.days or (None, None)
        from_hour, to_hour = self.hours or (None, None)
        return {
            "first_day": first_day,
            "last_day": last_day,
            "from_hour": from_hour,
            "to_hour": to_hour,
            "since": self.since,
            "until": self.until,
        }


def parse_days(text: str) -> tuple[int, int]:
    """First and last weekday of a text such as `sat` or `mon-fri`; 0 is Monday.

    Raises:
        UnreadableWhen: It is no day or range of days, or ends before it begins.

    Example:
        >>> parse_days("sat"), parse_days("mon-fri")
        ((5, 5), (0, 4))
    """
    names = text.strip().lower().split("-")
    if len(names) > 2 or not all(name in _DAYS for name in names):  # noqa: PLR2004 - first and last
        raise UnreadableWhen(
            text, "days of the week", "write one as sat, or the first and the last as mon-fri"
        )
    first, last = _DAYS.index(names[0]), _DAYS.index(names[-1])
    if first > last:
        raise UnreadableWhen(
            text, "days of the week", "a week goes from mon to sun: name the earlier day first"
        )
    return first, last


def parse_hours(text: str) -> tuple[int, int]:
    """From the first hour to the one that is no more meant, of a text such as `14-18`.

    Raises:
        UnreadableWhen: It is no such pair in 0 to 24, or ends before it begins.

    Example:
        >>> parse_hours("14-18")
        (14, 18)
    """
    found = _HOURS.fullmatch(text.strip())
    start, end = (int(found[1]), int(found[2])) if found else (0, 0)
    if not start < end <= HOURS:
        raise UnreadableWhen(
            text, "hours of the day", "write them as 14-18: from 14:00 until just before 18:00"
        )
    return start, end


def parse_day(text: str) -> date:
    """A day such as `2026-09-26`.

    Raises:
        UnreadableWhen: It is none.

    Example:
        >>> parse_day("2026-09-26")
        datetime.date(2026, 9, 26)
    """
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise UnreadableWhen(text, "day", "write it as 2026-09-26") from None
