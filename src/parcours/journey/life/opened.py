"""Opening time between instants, for many pairs at once."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from parcours.journey.opening import day_of, openings_on

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from parcours.journey.opening import Schedule, Timetable


def opened_between(
    timetable: Timetable,
    places: Sequence[str | None],
    since_us: NDArray[np.int64],
    until_us: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Opening time between instants.

    Args:
        timetable: A calendar.
        places: (n,) place of each pair; None, or one the calendar does not name, has the common hours.
        since_us: (n,) microseconds UTC.
        until_us: (n,) microseconds UTC, not before `since_us`.

    Returns:
        (n,) float64, seconds; NaN where nobody knows the hours of a place.
    """
    found = np.full(len(since_us), np.nan)
    named = np.array([place if place in timetable.places else None for place in places], object)
    for place in {*named.tolist()}:
        schedule = timetable.at(place)
        own = np.flatnonzero(named == place) if place is not None else np.flatnonzero(named == None)  # noqa: E711 - element by element
        if schedule is not None and len(own):
            found[own] = _between(schedule, since_us[own], until_us[own])
    return found


def _between(
    schedule: Schedule, since_us: NDArray[np.int64], until_us: NDArray[np.int64]
) -> NDArray[np.float64]:
    edges, opened = _running(schedule, int(since_us.min()), int(until_us.max()))
    if not len(edges):
        return np.zeros(len(since_us))
    first = edges[0]  # counted from, so that differences keep every microsecond
    line = (edges - first).astype(np.float64)
    start, end = ((at - first).astype(np.float64) for at in (since_us, until_us))
    answer: NDArray[np.float64] = (np.interp(end, line, opened) - np.interp(start, line, opened)) / 1e6
    return answer


def _running(
    schedule: Schedule, first_us: int, last_us: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Edges of openings, microseconds UTC, and what had been open at each, microseconds."""
    day, last = day_of(first_us, schedule.zone), day_of(last_us, schedule.zone)
    edges: list[int] = []
    opened: list[float] = []
    counted = 0
    while day <= last:
        for begins, ends in openings_on(schedule, day):
            edges += (begins, ends)
            opened += (counted, counted + ends - begins)
            counted += ends - begins
        day += timedelta(days=1)
    return np.array(edges, np.int64), np.array(opened, np.float64)
