"""The search: the stretch of days in which a series moved most, with both its ends, or since a day on which it has not come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from parcours.journey.drift.panel import WEEK, Family, Panel, Running, level, unlike

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parcours.journey.drift.panel import Figures, Places, Sums

CHANCE = 0.01  # of telling anything in a history in which nothing moved
_FEWEST_BEFORE, _MOST_BEFORE, _OF_DAYS = (
    10,
    28,
    8,
)  # days there must be before a stretch: a part of all of them, within bounds
_LONGEST = 0.4  # of all days: what lasts longer has not moved, it is how things are
_GROWTH = 1.24  # of lengths tried one after the other
_FLANK, _LONG_FLANK = 28, 91  # days beside a stretch that it is held against, at least and at most
_SINCE = (3, 7, 14, 28, 56, 91)  # days after a day that must differ from those before
_KEPT_UP = 0.5  # of a move must be there to the end, if it has no end
_OPEN_DAYS = 3  # a stretch that ends so near the end of the data has no end yet
_DEARER = 8.0  # of strength squared, by which two ends must explain more than one
_FEWEST_DAYS = 3  # of a stretch in which more or fewer come; shorter ones are holidays and week-ends
_LOOKS = 10  # stretches of a day that are not each other's shadows, about
_FEWEST = {Family.SHARE: 30.0, Family.RATE: 0.0, Family.MEAN: 20.0}  # cases inside
_FEWEST_TOLD = 15.0  # that did it, or would have been expected to
_AT_ONCE = 4_000_000  # figures held at a time


@dataclass(frozen=True)
class Moves:
    """The most telling stretch of each series.

    Attributes:
        first: (series,) first day of it.
        end: (series,) first day no more in it; the number of days where it has no end.
        strength: (series,) in standard deviations; 0: none.
    """

    first: Places
    end: Places
    strength: Figures


def bound(series: int, days: int, shared: int = 1) -> float:
    """Standard deviations beyond which a move is told: Bonferroni over series and stretches.

    Args:
        series: Looked at.
        days: Of each.
        shared: Searches that share one chance of a false alarm.

    Noise is learnt from the series itself, so Student's distribution is taken and not the normal one.

    Example:
        >>> bound(1, 100) < bound(1000, 100), bound(1000, 100) < bound(1000, 100, shared=5)
        (True, True)
    """
    looks = max(1, series) * max(1, days) * _LOOKS * shared
    return float(-stdtrit(max(20, days / 3), CHANCE / (2 * looks)))


def scan(panel: Panel) -> Moves:
    """Look at every series for the stretch that is most unlike the days around it."""
    count = len(panel.cases)
    found = Moves(np.zeros(count, np.int64), np.zeros(count, np.int64), np.zeros(count))
    stretches = _stretches(panel.days)
    starts = _starts(panel.days)
    each = max(1, _AT_ONCE // max(1, len(stretches[0]) + len(starts)))
    for place in range(0, count, each):
        own = slice(place, place + each)
        _scan(
            panel.rows(own), stretches, starts, Moves(found.first[own], found.end[own], found.strength[own])
        )
    return found


def _scan(panel: Panel, stretches: tuple[Places, Places], starts: Places, found: Moves) -> None:
    """Write into `found` the most telling stretch of each of some series."""
    running, rows = Running(panel), np.arange(len(panel.cases))
    if (stretches[1] - stretches[0] >= _FEWEST_DAYS).any():
        first, end = stretches
        if panel.family is Family.RATE:
            long = end - first >= _FEWEST_DAYS
            first, end = first[long], end[long]
        strength = strength_between(panel, running, first, end)
        best = np.abs(strength).argmax(axis=1)
        found.strength[:], found.first[:], found.end[:] = strength[rows, best], first[best], end[best]
    for length in _SINCE:
        own = starts[starts <= panel.days - min(length, 2 * _OPEN_DAYS)]
        if not len(own):
            continue
        strength = strength_since(panel, running, own, length)
        best = np.abs(strength).argmax(axis=1)
        open_ = strength[rows, best]
        better = open_**2 + np.where(found.end == panel.days, 0.0, _DEARER) > found.strength**2
        found.strength[better], found.first[better], found.end[better] = (
            open_[better],
            own[best[better]],
            panel.days,
        )


def strength_between(panel: Panel, running: Running, first: Places, end: Places) -> Figures:
    """(series, stretches) how unlike stretches are to the days before and after them."""
    inside, outside = running.between(first, end), around(panel, running, first, end)
    return np.where(_is_enough(panel, inside, outside), unlike(panel, inside, outside), 0.0)


def around(panel: Panel, running: Running, first: Places, end: Places) -> Sums:
    """What stretches with two ends are held against."""
    flank = np.clip(2 * (end - first), _FLANK, _LONG_FLANK)
    before = running.between(np.maximum(0, first - flank), first)
    return before + running.between(end, np.minimum(panel.days, end + flank))


def window(panel: Panel, first: int, end: int) -> Places:
    """The days that a stretch is held against."""
    if end >= panel.days:
        return np.arange(max(0, first - _before(panel)), first)
    flank = int(np.clip(2 * (end - first), _FLANK, _LONG_FLANK))
    return np.concatenate(
        [np.arange(max(0, first - flank), first), np.arange(end, min(panel.days, end + flank))]
    )


def strength_since(panel: Panel, running: Running, first: Places, length: int) -> Figures:
    """(series, starts) how unlike so many days from a day on are to those before; 0 where it did not stay so to the end."""
    end = np.minimum(panel.days, first + length)
    inside, before = (
        running.between(first, end),
        running.between(np.maximum(0, first - _before(panel)), first),
    )
    strength = np.where(_is_enough(panel, inside, before), unlike(panel, inside, before), 0.0)
    last = np.minimum(end, panel.days - 2 * WEEK)
    rest = running.between(np.maximum(last, first), np.full_like(first, panel.days))
    now, then = level(panel, rest) - level(panel, before), level(panel, inside) - level(panel, before)
    stays = (now * np.sign(then) >= _KEPT_UP * np.abs(then)) | (rest.cases <= 0)
    return np.where(stays, strength, 0.0)


def _before(panel: Panel) -> int:
    return 2 * _FLANK if panel.family is Family.RATE else _LONG_FLANK


def _is_enough(panel: Panel, inside: Sums, outside: Sums) -> NDArray[np.bool_]:
    fewest = _FEWEST[panel.family]
    enough = (inside.cases >= fewest) & (outside.cases >= fewest)
    if panel.family is Family.MEAN:
        return enough
    would = level(panel, outside) * inside.cases
    return enough & (np.maximum(inside.told, would) >= _FEWEST_TOLD)


def _stretches(days: int) -> tuple[Places, Places]:
    """First day and end of stretches of all lengths, long ones not from every day."""
    first, end = [], []
    length = 2
    while length <= _LONGEST * days:
        own = np.arange(_before_any(days), days - length - _OPEN_DAYS + 1, max(1, length // 6))
        first.append(own)
        end.append(own + length)
        length = max(length + 1, round(length * _GROWTH))
    if not first:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    return np.concatenate(first), np.concatenate(end)


def _starts(days: int) -> Places:
    return np.arange(_before_any(days), max(days - 1, 0), dtype=np.int64)


def _before_any(days: int) -> int:
    """Days before any stretch; where people are known from before, the first of them are not as the others."""
    return int(np.clip(days // _OF_DAYS, _FEWEST_BEFORE, _MOST_BEFORE))


def refined(panel: Panel, row: int, first: int, end: int) -> tuple[int, int]:
    """The same stretch with its ends found day by day."""
    own = panel.rows(slice(row, row + 1))
    running, days = Running(own), own.days
    reach = max(4, (end - first) // 4)
    lowest = _before_any(days)
    firsts = np.arange(max(lowest, first - reach), min(days - 1, first + reach) + 1)
    if end >= days:
        stop = np.full_like(firsts, min(days, first + max(_SINCE[3], reach)))
        inside = running.between(firsts, stop)
        before = running.between(np.full_like(firsts, max(0, first - _before(own))), firsts)
        return int(firsts[np.abs(unlike(own, inside, before)).argmax()]), days
    ends = np.arange(max(first + 1, end - reach), min(days - 1, end + reach) + 1)
    pairs = np.array([(a, b) for a in firsts for b in ends if b - a > 1])
    # All are held against the same days, or the flanks would move with the ends.
    flank = int(np.clip(2 * (end - first), _FLANK, _LONG_FLANK))
    low, high = np.full(len(pairs), max(0, first - flank)), np.full(len(pairs), min(days, end + flank))
    inside = running.between(pairs[:, 0], pairs[:, 1])
    outside = running.between(low, pairs[:, 0]) + running.between(pairs[:, 1], high)
    best = int(np.abs(unlike(own, inside, outside)).argmax())
    return int(pairs[best, 0]), int(pairs[best, 1])
