"""How far back a promise looks on a calendar: to the earliest instant from which a deadline would not lie before the trigger.

So `whenever B, preceded_by A, within D` and `after A, expect B, within D` mean the same days and hours. The tables are shaped as those of
`opening` and answered by the same query: `start` says how much has been counted up to a trigger, `due` from which instant on so much less had been.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from parcours.journey.opening import (
    FARTHEST_DAYS,
    Clock,
    Due,
    Start,
    clock_of,
    day_by_day,
    day_of,
    instant_on,
    openings_on,
    stretch_by_stretch,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.journey.opening import Schedule, Wait

_SPARE_DAYS = 2  # counted beyond what is waited for, so that no answer is the edge of the tables


def clock_back(schedule: Schedule, first_us: int, last_us: int, wait: Wait) -> Clock:
    """The tables of a schedule, looking back; what is waited for is then taken off.

    Args:
        schedule: The hours.
        first_us: Instant of the first trigger, microseconds UTC.
        last_us: Instant of the last.
        wait: The most that is looked back.
    """
    since = _early_enough(schedule, first_us, wait)
    forward = clock_of(schedule, since, last_us, wait)
    starts = list(_counted_by(forward.due, first_us, since))
    return Clock(starts, list(_reached_at(forward.start, wait.stretch)))


def _early_enough(schedule: Schedule, first_us: int, wait: Wait) -> int:
    """An instant before which nothing that a trigger looks back to can lie, microseconds UTC."""
    day, counted, spare = day_of(first_us, schedule.zone), 0, 0
    for _ in range(FARTHEST_DAYS):
        day -= timedelta(days=1)
        openings = openings_on(schedule, day)
        counted += bool(openings) if wait.in_days else sum(ends - begins for begins, ends in openings)
        spare += counted > wait.amount and bool(openings)
        if spare > _SPARE_DAYS:
            break
    return instant_on(day, 0, schedule.zone)


def _counted_by(due: Sequence[Due], origin: int, since: int) -> Iterator[Start]:
    """How much must be counted for a deadline to be no earlier than an instant."""
    for row in due:
        yield from day_by_day(origin, since, row.due_from, row.counted_from, runs=False)
        since = row.due_from + row.counted_until - row.counted_from + 1
        yield from day_by_day(origin, row.due_from, since, row.counted_from, runs=True)


def _reached_at(start: Sequence[Start], length: int) -> Iterator[Due]:
    """The first instant whose clock begins at so much, or more; at the edge of the tables nobody can say."""
    rows = sorted(start, key=lambda row: row.since_us)
    reached = rows[0].counted if rows else 0
    for row in rows:
        most = row.counted + (row.until_us - 1 - row.since_us if row.runs else 0)
        yield from stretch_by_stretch(reached + 1, min(row.counted, most), row.since_us, length, runs=False)
        reached = max(reached, row.counted)
        if most > reached:
            yield from stretch_by_stretch(reached + 1, most, row.since_us + reached + 1 - row.counted, length)
            reached = most
