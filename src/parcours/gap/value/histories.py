"""Purchases told per customer: how often they came back, when last, since when they are known, what they spent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Ratios = NDArray[np.float64]

WEEK_DAYS = 7


@dataclass(frozen=True)
class Histories:
    """One row a customer, in ascending order of their ids.

    Attributes:
        customer: (n,) int64, ids.
        repeats: (n,) int64, days with a purchase after the first one.
        recency_weeks: (n,) float64, from the first purchase to the last; 0 where there is one only.
        age_weeks: (n,) float64, from the first purchase to the end of what was observed.
        spent: (n,) float64, mean of what repeat days came to; 0 where there is none.
    """

    customer: Integers
    repeats: Integers
    recency_weeks: Ratios
    age_weeks: Ratios
    spent: Ratios

    def __len__(self) -> int:
        return len(self.customer)


def tell_histories(customer: Integers, day: Integers, amount: Ratios, until_day: int) -> Histories:
    """Purchases as histories; several of one customer on one day are one.

    Args:
        customer: (n,) int64, who bought; in any order.
        day: (n,) int64, when, whole days; those after `until_day` are not looked at.
        amount: (n,) float64, for how much.
        until_day: Last day observed.

    Source:
        Fader and Hardie (2005, revised 2013), the way in which they prepare CDNOW.

    Example:
        >>> told = tell_histories(np.array([7, 7, 7]), np.array([3, 10, 10]), np.array([5.0, 2.0, 4.0]), 17)
        >>> told.repeats.tolist(), told.recency_weeks.tolist(), told.age_weeks.tolist(), told.spent.tolist()
        ([1], [1.0], [2.0], [6.0])
    """
    seen = day <= until_day
    order = np.lexsort((day[seen], customer[seen]))
    customer, day, amount = customer[seen][order], day[seen][order], amount[seen][order]
    if not len(customer):
        nothing = np.zeros(0)
        return Histories(np.zeros(0, np.int64), np.zeros(0, np.int64), nothing, nothing, nothing)
    is_new = np.r_[True, customer[1:] != customer[:-1]]
    visits = np.flatnonzero(is_new | np.r_[True, day[1:] != day[:-1]])
    spent, who, when = np.add.reduceat(amount, visits), customer[visits], day[visits]
    first = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
    last = np.r_[first[1:], len(who)] - 1
    repeats = last - first
    total = np.add.reduceat(spent, first) - spent[first]
    return Histories(
        customer=who[first],
        repeats=repeats,
        recency_weeks=(when[last] - when[first]) / WEEK_DAYS,
        age_weeks=(until_day - when[first]) / WEEK_DAYS,
        spent=np.divide(total, repeats, out=np.zeros(len(first)), where=repeats > 0),
    )
