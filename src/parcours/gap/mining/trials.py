"""Journeys as a trial that nobody planned: some had an interaction by a landmark, the others had not, and only what comes after it counts.

Source: the landmark of Anderson, Cain and Gelber (1983), J Clin Oncol 1:710-719: who had to wait for the interaction must not seem slower, or safer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parcours.gap.money.lives import DAY_US, Events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Claims = NDArray[np.bool_]
    Ratios = NDArray[np.float64]

_BY_THEN = 0.95  # share of the interactions after an anchor that have happened by the landmark
_NODES = 15  # whose visits before the anchor are known, the most frequent
_PERIODS, _DAYS, _SIX_HOURS_US = 5, 7, DAY_US // 4
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Walked:
    """Rows of journeys, ordered by journey and place.

    Attributes:
        journey: (n,) int64, counted from 0 without a gap.
        node: (n,) int64.
        at: (n,) int64, microseconds UTC.
        person: (journeys,) int64, by journey; a journey of nobody known has a number of its own.
        closed: (journeys,) int64, when each was over; a large number: not yet.
        offset_us: Of the workspace's clock to UTC, where hours and days are told.
    """

    journey: Integers
    node: Integers
    at: Integers
    person: Integers
    closed: Integers
    offset_us: int

    def first_after(self, node: int, since: Integers) -> Integers:
        """(journeys,) int64, the first visit of a node after an instant of each journey; a large number: none."""
        mine = np.flatnonzero((self.node == node) & (self.at > since[self.journey]))
        found = np.full(len(self.person), _NEVER)
        np.minimum.at(found, self.journey[mine], self.at[mine])
        return found

    def visits(self, node: int) -> Events:
        """All visits of a node."""
        mine = self.node == node
        nothing = np.zeros(int(mine.sum()))
        order = np.lexsort((self.at[mine], self.journey[mine]))
        return Events(self.journey[mine][order], self.at[mine][order], nothing, nothing.astype(np.int64))


@dataclass(frozen=True)
class Trial:
    """Journeys that could still go either way at the landmark, one row each.

    Attributes:
        journey: (m,) int64.
        had: (m,) bool, had the interaction by then.
        later: (m,) bool, had it only after that.
        came: (m,) bool, what is asked about came after that, in time.
        known: (m, k) float64, what had happened up to the anchor.
    """

    journey: Integers
    had: Claims
    later: Claims
    came: Claims
    known: Ratios


def anchored(walked: Walked, anchor: int) -> Integers:
    """(journeys,) int64, the first visit of the anchor; a large number: none."""
    return walked.first_after(anchor, np.full(len(walked.person), -1))


def landmark_of(walked: Walked, begins: Integers, of: int) -> int | None:
    """How long after the anchor nineteen of twenty interactions have happened; microseconds; None: it never follows it.

    Args:
        walked: Rows of journeys.
        begins: (journeys,) first visit of the anchor.
        of: The interaction.
    """
    first = walked.first_after(of, begins)
    waits = (first - begins)[(first < _NEVER) & (begins < _NEVER)]
    return int(np.quantile(waits, _BY_THEN, method="inverted_cdf")) if len(waits) else None


def make_trial(
    walked: Walked, begins: Integers, landmark_us: int, *, of: int, on: int, within_us: int, until: int
) -> Trial:
    """Those who had the interaction by the landmark, and those who had not.

    Who had what is asked about before it, or was over by then, is on neither side: nothing could follow.

    Args:
        walked: Rows of journeys.
        begins: (journeys,) first visit of the anchor.
        landmark_us: From the anchor.
        of: The interaction.
        on: What may follow.
        within_us: How long after the landmark it counts.
        until: Last instant that was observed; who has not lived through that is left out.
    """
    started = np.flatnonzero(begins < _NEVER)
    end = begins[started] + landmark_us
    had, came = (walked.first_after(node, begins)[started] for node in (of, on))
    stays = (came > end) & (walked.closed[started] > end) & (end + within_us <= until)
    journey, end, had, came = (array[stays] for array in (started, end, had, came))
    known = np.zeros((0, 0))
    if len(journey):
        columns = np.column_stack(list(_known(walked, journey, begins[journey])))
        known = columns[:, np.ptp(columns, axis=0) > 0]
    return Trial(journey, had <= end, (had > end) & (had < _NEVER), came - within_us <= end, known)


def _known(walked: Walked, journey: Integers, start: Integers) -> Iterator[Ratios]:
    """What had happened up to and with the anchor, and when that was."""
    everything = Events(walked.journey, walked.at, np.zeros(len(walked.at)), walked.node)
    now, begin = everything.before(journey, start, or_at=True), everything.start(journey)
    yield np.log1p(now - begin)
    yield np.log1p((start - walked.at[begin]) / DAY_US)
    before = np.maximum(everything.before(journey, start) - 1, begin)
    yield np.log1p((start - walked.at[before]) / DAY_US)
    names, counts = np.unique(walked.node, return_counts=True)
    for node in names[np.argsort(-counts, kind="stable")][:_NODES].tolist():
        visits = walked.visits(node)
        yield np.log1p(visits.before(journey, start, or_at=True) - visits.start(journey))
        yield (walked.node[before] == node).astype(np.float64)
    clock = start + walked.offset_us
    yield from _each(clock // _SIX_HOURS_US % 4)
    yield from _each(clock // DAY_US % _DAYS)
    yield from _each(np.searchsorted(np.quantile(start, np.arange(1, _PERIODS) / _PERIODS), start))


def _each(values: Integers) -> Iterator[Ratios]:
    for value in np.unique(values).tolist():
        yield (values == value).astype(np.float64)
