"""How long was waited while it was open: time between two instants on a calendar, place by place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from parcours.journey.opening import Wait, clock_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.gap.money.lives import Integers, Ratios
    from parcours.journey.opening import Schedule, Timetable

HOUR_US = 3_600_000_000
_ANY = Wait(1, in_days=False)  # only the counting up to an instant is used


def open_hours(timetable: Timetable, place: Sequence[str | None], since: Integers, until: Integers) -> Ratios:
    """Opening hours (n,) from one instant to another; NaN where nobody knows the hours of the place.

    Args:
        timetable: The calendar.
        place: (n,) places as the calendar names them; None: not known.
        since: (n,) int64, microseconds UTC.
        until: (n,) int64, not before `since`.

    Example:
        >>> from parcours.journey.opening import Schedule, Timetable
        >>> nine_to_six = Schedule("UTC", (((9 * 60, 18 * 60),),) * 7)
        >>> monday_5pm, tuesday_10am = np.array([1_709_571_600]), np.array([1_709_632_800])
        >>> open_hours(Timetable(None, nine_to_six, {}), [None], monday_5pm * 10**6, tuesday_10am * 10**6).tolist()
        [2.0]
    """
    hours = np.full(len(since), np.nan)
    names = np.array(["" if name is None else name for name in place])
    for name in np.unique(names).tolist():
        schedule = timetable.at(name or None)
        own = names == name
        if schedule is not None:
            hours[own] = _between(schedule, since[own], until[own])
    return hours


def _between(schedule: Schedule, since: Integers, until: Integers) -> Ratios:
    clock = clock_of(schedule, int(since.min()), int(until.max()), _ANY).start
    begins = np.array([row.since_us for row in clock], np.int64)
    counted = np.array([row.counted for row in clock], np.int64)
    runs = np.array([row.runs for row in clock], np.bool_)

    def open_by(moment: Integers) -> Integers:
        row = np.searchsorted(begins, moment, side="right") - 1
        passed: Integers = counted[row] + np.where(runs[row], moment - begins[row], 0)
        return passed

    hours: Ratios = (open_by(until) - open_by(since)) / HOUR_US
    return hours
