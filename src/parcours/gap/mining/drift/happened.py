"""Known events, such as releases, campaigns and closed stores, and which of them were near what moved."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from parcours.kernel.errors import ParcoursError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_SINCE, _UNTIL, _WHAT = ("at", "since"), "until", "what"
_NEAR_DAYS = 7  # from an event to what it may explain
_BEFORE_DAYS = 3  # what moved may be dated so much too early


class UnreadableEvents(ParcoursError, ValueError):
    """The file of known events cannot be read."""

    code = "mining.unreadable_events"

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what, fix=fix)


@dataclass(frozen=True)
class Happened:
    """A known event.

    Attributes:
        since, until: First and last day; one day where `until` is not said.
        what: Words.
        slice: Whom it was about; empty: everybody.
    """

    since: date
    until: date
    what: str
    slice: Mapping[str, str]


@dataclass(frozen=True)
class Near:
    """An event near a finding.

    Attributes:
        what: Words.
        since, until: ISO days.
        days: From its first day to the first day of the finding; below 0: the finding comes first.
        same_slice: It is about the same people; None: it says of nobody.
    """

    what: str
    since: str
    until: str
    days: int
    same_slice: bool | None


def read_events(path: Path) -> list[Happened]:
    """Read known events: columns `at` or `since`, `what`, where wanted `until`, and slices such as `platform` or `store`.

    Raises:
        UnreadableEvents: There is no such file, a column is missing, or a day cannot be read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = [name for name in reader.fieldnames or () if name]
            begins = next((name for name in _SINCE if name in columns), None)
            if begins is None or _WHAT not in columns:
                raise UnreadableEvents(
                    f"{path} has the columns {', '.join(columns) or 'of an empty file'}",
                    "name its first columns at,what; until and slices such as platform may follow",
                )
            rows = list(reader)
    except OSError as problem:
        raise UnreadableEvents(
            f"{path} cannot be read: {problem.strerror}", "give the path of a CSV file"
        ) from None
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableEvents(f"{path} is no CSV text in UTF-8", "save it as CSV, UTF-8") from None
    slices = [name for name in columns if name not in {*_SINCE, _UNTIL, _WHAT}]
    return [_event(path, number, row, begins, slices) for number, row in enumerate(rows, 2)]


def _event(
    path: Path, line: int, row: Mapping[str, str | None], begins: str, slices: Sequence[str]
) -> Happened:
    since = _day(path, line, row.get(begins) or "")
    until = _day(path, line, row[_UNTIL] or "") if (row.get(_UNTIL) or "").strip() else since
    told = {name: (row.get(name) or "").strip() for name in slices}
    return Happened(
        since,
        max(since, until),
        (row.get(_WHAT) or "").strip(),
        {key: value for key, value in told.items() if value},
    )


def _day(path: Path, line: int, text: str) -> date:
    try:
        return datetime.fromisoformat(text.strip()).date()
    except ValueError:
        raise UnreadableEvents(
            f"{path}, line {line}: {text!r} is no day", "write it like 2026-09-12"
        ) from None


def near(
    events: Sequence[Happened], since: date, until: date | None, slice_: Mapping[str, str]
) -> tuple[Near, ...]:
    """Events that may explain what moved: begun shortly before it, about the same people or nobody in particular; the nearest first.

    An event about other people than the finding is left out. What ends with an event (a campaign, a closed store) is near it too.
    """
    found = []
    for event in events:
        days = (since - event.since).days
        ends_with_it = abs((since - event.until).days) <= _BEFORE_DAYS
        lasts_as_long = (
            until is not None and event.since <= since and abs((until - event.until).days) <= _BEFORE_DAYS
        )
        if not (-_BEFORE_DAYS <= days <= _NEAR_DAYS or ends_with_it or lasts_as_long):
            continue
        shared = [name for name in event.slice if name in slice_]
        if any(event.slice[name].casefold() != slice_[name].casefold() for name in shared):
            continue
        same = bool(shared) if event.slice else None
        found.append(Near(event.what, str(event.since), str(event.until), days, same))
    return tuple(sorted(found, key=lambda item: (not item.same_slice, abs(item.days))))
