"""What people did, in the order of time, so that anything before or after a moment is found at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Ratios = NDArray[np.float64]

DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Events:
    """Things of one kind that people did, ordered by person and time.

    Attributes:
        person: (n,) int64, row of the person.
        moment: (n,) int64, microseconds UTC.
        amount: (n,) float64, what each counts: hundredths of a currency, or a score.
        channel: (n,) int64, code of the channel; -1 where nobody says.
    """

    person: Integers
    moment: Integers
    amount: Ratios
    channel: Integers

    @cached_property
    def _sums(self) -> Ratios:
        sums: Ratios = np.concatenate([[0.0], np.cumsum(self.amount)])
        return sums

    def before(self, person: Integers, moment: Integers, *, or_at: bool = False) -> Integers:
        """Place (m,) after the last event of each person before a moment, or at it."""
        # One number sorts people and then time: the rank of the instant among all, behind the person.
        instants = self._instants
        rank = np.searchsorted(instants, moment, side="right" if or_at else "left")
        width = len(instants) + 1
        place: Integers = np.searchsorted(self._order, person * width + rank, side="left").astype(np.int64)
        return place

    @cached_property
    def _instants(self) -> Integers:
        return np.unique(self.moment)

    @cached_property
    def _order(self) -> Integers:
        return self.person * (len(self._instants) + 1) + np.searchsorted(self._instants, self.moment)

    def start(self, person: Integers) -> Integers:
        """Place (m,) of each person's first event."""
        return np.searchsorted(self.person, person, side="left").astype(np.int64)

    def count(self, person: Integers, since: Integers, until: Integers) -> Ratios:
        """How many (m,) from after `since` up to and with `until`."""
        first, last = self.before(person, since, or_at=True), self.before(person, until, or_at=True)
        return (last - first).astype(np.float64)

    def total(self, person: Integers, since: Integers, until: Integers) -> Ratios:
        """What they come to (m,), from after `since` up to and with `until`."""
        return self.sum(self.before(person, since, or_at=True), self.before(person, until, or_at=True))

    def sum(self, first: Integers, last: Integers) -> Ratios:
        """What events come to (m,), from one place up to before another."""
        together: Ratios = self._sums[last] - self._sums[first]
        return together

    def at(self, person: Integers, moment: Integers) -> Ratios:
        """What they come to (m,) at the very moment."""
        return self.sum(self.before(person, moment), self.before(person, moment, or_at=True))

    def last_before(self, person: Integers, moment: Integers) -> tuple[Integers, Ratios]:
        """(instant, amount) (m,) of the last event before a moment; (-1, 0) where there is none."""
        return self.last(self.start(person), self.before(person, moment))

    def last(self, first: Integers, end: Integers) -> tuple[Integers, Ratios]:
        """(instant, amount) (m,) of the last event from one place up to before another; (-1, 0) where there is none."""
        known = end > first
        safe = np.where(known, end - 1, 0)
        if not len(self.person):
            return np.full(len(first), -1), np.zeros(len(first))
        return np.where(known, self.moment[safe], -1), np.where(known, self.amount[safe], 0.0)
