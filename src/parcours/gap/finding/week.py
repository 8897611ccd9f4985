"""Parts of the week: ranges of days and runs of hours, counted all at once, and which of several that explain the same is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

DAYS, HOURS = 7, 24
WEEK = (0, 6)  # Monday to Sunday
DAY_RANGES = (*((day, day) for day in range(DAYS)), (0, 4), (5, 6), WEEK)
ALL_DAY = (0, HOURS)
_IN_RANGE = np.array([[first <= day <= last for day in range(DAYS)] for first, last in DAY_RANGES])
Part = tuple[int, int, int]  # place in `DAY_RANGES`, from this hour, to the one that is no more in it
WHOLE: Part = (len(DAY_RANGES) - 1, *ALL_DAY)


def windows(cells: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sums over each range of days and run of hours.

    Args:
        cells: (..., 7, hours) counts by weekday and hour.

    Returns:
        (..., ranges, hours + 1, hours + 1) int64, [range, from, until]; 0 where from >= until.
    """
    by_range = np.einsum("rd,...dh->...rh", _IN_RANGE.astype(cells.dtype), cells)
    sums = np.zeros((*by_range.shape[:-1], by_range.shape[-1] + 1), cells.dtype)
    by_range.cumsum(axis=-1, out=sums[..., 1:])
    return np.triu(sums[..., None, :] - sums[..., :, None], 1)


def within(cells: NDArray[np.int64], part: Part) -> NDArray[np.int64]:
    """Sum of the cells of one part: (..., 7, hours) to (...)."""
    (first, last), start, end = DAY_RANGES[part[0]], part[1], part[2]
    return np.asarray(cells[..., first : last + 1, start:end].sum(axis=(-2, -1)))


def part_count(cells: NDArray[np.int64], fewest: int) -> int:
    """Parts that differ in what they hold, and hold at least `fewest`; a place has no more of them than all places together.

    Args:
        cells: (7, hours) verdicts of all places.
        fewest: Verdicts, >= 1.
    """
    used = np.stack([cells[first : last + 1].sum(axis=0) > 0 for first, last in DAY_RANGES])
    starts, ends = np.pad(used, ((0, 0), (0, 1))), np.pad(used, ((0, 0), (1, 0)))
    return int((starts[:, :, None] & ends[:, None, :] & (windows(cells) >= fewest)).sum())


def wordiness(part: Part) -> tuple[int, int, Part]:
    """How much has to be said of a part: all day before some hours, the whole week before some days, else the fewest."""
    range_, start, end = part
    first, last = DAY_RANGES[range_]
    hours = 0 if (start, end) == ALL_DAY else end - start
    days = 0 if (first, last) == WEEK else last - first + 1
    return hours, days, part
