"""Tables as arrays of equal length: the form in which everything moves through the simulation.

Instants are int64 seconds since 1970-01-01 UTC; `NEVER` stands for what does not happen.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Integers = NDArray[np.int64]
Ratios = NDArray[np.float64]
Claims = NDArray[np.bool_]
Rows = Integers | Claims

NEVER = np.int64(2**60)
_INSTANT_BITS = 33  # seconds since 1970 until the year 2242
MINUTE, HOUR, DAY = 60, 3_600, 86_400  # seconds


@dataclass(frozen=True)
class Columns:
    """Base of all tables: every field is an array with one entry a row."""

    def take(self, rows: Rows) -> Self:
        """The same table, some rows only."""
        return replace(self, **{part.name: getattr(self, part.name)[rows] for part in fields(self)})

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))


def joined(tables: Sequence[Columns]) -> dict[str, NDArray[np.generic]]:
    """The arrays of several tables of one kind, one behind the other."""
    names = [part.name for part in fields(tables[0])]
    return {name: np.concatenate([getattr(table, name) for table in tables]) for name in names}


def waits_s(luck: Ratios, mean_s: float | Ratios) -> Integers:
    """Waiting times that are mostly short and sometimes long (exponential), seconds, from luck in [0, 1)."""
    return np.rint(-np.log1p(-luck) * mean_s).astype(np.int64)


def between(luck: Ratios, low: float | Ratios, high: float | Ratios) -> Integers:
    """Whole numbers between two bounds, all alike, from luck in [0, 1)."""
    whole: Integers = np.rint(low + luck * (np.asarray(high) - low)).astype(np.int64)
    return whole


def chosen(luck: Ratios, shares: Sequence[float]) -> Integers:
    """Place in a list, as likely as its share (shares need not add up to 1), from luck in [0, 1)."""
    bounds = np.cumsum(np.asarray(shares, dtype=np.float64))
    places = np.searchsorted(bounds / bounds[-1], luck, side="right")
    return np.minimum(places, len(bounds) - 1).astype(np.int64)


def chosen_by_row(luck: Ratios, shares: Ratios, row: Integers) -> Integers:
    """Like `chosen`, where `row` says which line of `shares (n_line, n_choice)` holds for each."""
    bounds = np.cumsum(shares, axis=1)
    bounds /= bounds[:, -1:]
    places = (luck[:, None] >= bounds[row]).sum(axis=1)
    chosen_places: Integers = np.minimum(places, shares.shape[1] - 1).astype(np.int64)
    return chosen_places


def earlier_in_group(group: Integers, counted: Claims) -> Integers:
    """For each row, how many rows before it in its group are counted; rows of a group stand together.

    Example:
        >>> earlier_in_group(np.array([1, 1, 1, 2, 2]), np.array([True, False, True, True, True])).tolist()
        [0, 1, 1, 0, 1]
    """
    if len(group) == 0:
        return np.zeros(0, dtype=np.int64)
    before: Integers = np.cumsum(counted) - counted
    first = np.concatenate([[True], group[1:] != group[:-1]])
    base: Integers = before[first]
    since_first: Integers = before - base[np.cumsum(first) - 1]
    return since_first


def earliest_before(group: Integers, at: Integers) -> Integers:
    """For each row, the earliest instant of the rows before it in its group; `NEVER` for the first.

    Args:
        group: Numbers from 0 to 2**28, ascending.
        at: Instants >= 0, or `NEVER`.

    Example:
        >>> earliest_before(np.array([1, 1, 1, 2]), np.array([7, 5, 6, 9])).tolist()[1:3]
        [7, 5]
    """
    if len(group) == 0:
        return np.zeros(0, dtype=np.int64)
    base = group << (_INSTANT_BITS + 1)  # far enough apart for a later group to lie below all earlier ones
    lowest = np.minimum.accumulate(np.minimum(at, 1 << _INSTANT_BITS) - base)
    before = np.concatenate([[1 << _INSTANT_BITS], lowest[:-1] + base[1:]])
    is_first = np.concatenate([[True], group[1:] != group[:-1]])
    earliest: Integers = np.where(is_first | (before >= 1 << _INSTANT_BITS), NEVER, before)
    return earliest
