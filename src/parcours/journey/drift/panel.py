"""Daily counts of what may move, and how unlike two stretches of days are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Figures = NDArray[np.float64]
    Places = NDArray[np.int64]

WEEK = 7
_SHRUNK = 50  # cases by which a weekday is drawn towards the whole week
_QUIET = 0.4  # quantile of what is seen between neighbouring stretches; below the median, since what moved is among it
_QUIET_NORMAL = 0.5244  # of a normal deviate's size
_STRETCHES = (1, 7, 28)  # days over which the noise is learnt
_FOR_STRETCH = 15  # times as many days must be known


class Family(StrEnum):
    """What a daily figure is."""

    SHARE = "share"  # cases that did something, of all cases
    RATE = "rate"  # cases a day
    MEAN = "mean"  # of a score


@dataclass(frozen=True)
class Panel:
    """Series of one family, day by day.

    Attributes:
        family: Of figures.
        cases: (series, days) those looked at; for a rate 1 a day.
        told: (series, days) those that did it, all that came, or the sum of scores.
        expected: (series, days) what `told` would be if nothing but the weekday mattered, and what is explained already.
        spread: (series,) standard deviation of one score; 1 elsewhere.
        noise: (series,) how much more figures vary than by chance alone; ratio of variances, >= 1.
    """

    family: Family
    cases: Figures
    told: Figures
    expected: Figures
    spread: Figures
    noise: Figures

    @property
    def days(self) -> int:
        """Length of the series."""
        return int(self.cases.shape[1])

    def rows(self, chosen: Places | slice) -> Panel:
        """Some of its series."""
        parts = (self.cases, self.told, self.expected, self.spread, self.noise)
        return Panel(self.family, *(part[chosen] for part in parts))


@dataclass(frozen=True)
class Sums:
    """Totals of stretches: cases, told, expected, each of one shape."""

    cases: Figures
    told: Figures
    expected: Figures

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.cases + other.cases, self.told + other.told, self.expected + other.expected)


class Running:
    """Running totals of a panel, from which any stretch is read."""

    def __init__(self, panel: Panel) -> None:
        self._totals = tuple(
            np.concatenate([np.zeros((len(part), 1)), part.cumsum(axis=1)], axis=1)
            for part in (panel.cases, panel.told, panel.expected)
        )

    def between(self, first: Places, end: Places) -> Sums:
        """(series, stretches) totals of days `first` to `end`, the latter no more in it."""
        return Sums(*(total[:, end] - total[:, first] for total in self._totals))


def panel_of(
    family: Family,
    cases: Figures,
    told: Figures,
    squares: Figures | None = None,
    groups: Places | None = None,
) -> Panel:
    """A panel whose weekdays and noise are learnt from itself.

    Args:
        family: Of figures.
        cases: (series, days); for a rate ignored.
        told: (series, days).
        squares: (series,) sums of squared scores, for means.
        groups: (series,) a number for all that tell one thing of different slices; None: each tells its own.
    """
    if family is Family.RATE:
        cases = np.ones_like(told)
    weekday = np.arange(cases.shape[1]) % WEEK
    own = np.zeros_like(told)
    whole = _ratio(told.sum(axis=1), cases.sum(axis=1))[:, None]
    for day in range(WEEK):
        at = weekday == day
        if family is Family.RATE:
            own[:, at] = _usual_weekday(told, at)[:, None] * whole
        else:
            some = told[:, at].sum(axis=1, keepdims=True) + _SHRUNK * whole
            own[:, at] = some / (cases[:, at].sum(axis=1, keepdims=True) + _SHRUNK)
    spread = np.ones(len(told))
    if family is Family.MEAN and squares is not None:
        mean = whole[:, 0]
        spread = np.sqrt(np.maximum(_ratio(squares, cases.sum(axis=1)) - mean**2, 1e-6))
    panel = Panel(family, cases, told, cases * own, spread, np.ones(len(told)))
    noise = _noise(panel)
    if family is Family.SHARE and groups is not None:
        noise = _pooled(noise, groups)
    return Panel(family, cases, told, cases * own, spread, noise)


def _pooled(noise: Figures, groups: Places) -> Figures:
    """(series,) drawn towards what is usual in the group: one series is too short to know its own noise well, and shares are much alike."""
    usual = np.array([np.median(noise[groups == group]) for group in range(int(groups.max()) + 1)])
    return np.asarray(np.sqrt(noise * usual[groups]))


def _usual_weekday(told: Figures, at: NDArray[np.bool_]) -> Figures:
    """(series,) how busy a weekday is beside the week around it: the median of its weeks, so that one odd week matters little."""
    smooth = np.apply_along_axis(np.convolve, 1, told, np.ones(WEEK) / WEEK, "same")
    days = np.flatnonzero(at)
    days = days[(days >= WEEK // 2) & (days < told.shape[1] - WEEK // 2)]
    if not len(days):
        return np.ones(len(told))
    # Where a series is rare its median is 0 on all days; the mean says more there.
    middle = np.median(_ratio(told[:, days], smooth[:, days]), axis=1)
    mean = _ratio(told[:, days].sum(axis=1), smooth[:, days].sum(axis=1))
    return np.where(whole_week(told) >= WEEK, middle, mean)


def whole_week(told: Figures) -> Figures:
    """(series,) told in a week, on average."""
    return np.asarray(told.mean(axis=1) * WEEK)


def _noise(panel: Panel) -> Figures:
    """(series,) variance between neighbouring stretches beyond chance, the largest of several lengths of stretch."""
    running, noise = Running(panel), np.ones(len(panel.cases))
    for length in _STRETCHES:
        if panel.days < _FOR_STRETCH * length:
            break
        middle = np.arange(length, panel.days - length + 1)
        strength = unlike(
            panel, running.between(middle, middle + length), running.between(middle - length, middle)
        )
        noise = np.maximum(noise, (np.quantile(np.abs(strength), _QUIET, axis=1) / _QUIET_NORMAL) ** 2)
    return noise


def unlike(panel: Panel, inside: Sums, outside: Sums) -> Figures:
    """How unlike two stretches are, in standard deviations of what chance and the series' own noise do; above 0: more inside.

    Source:
        Signed root of the likelihood ratio of one figure against two (binomial, Poisson, normal), over an estimated dispersion:
        McCullagh and Nelder (1989), Generalized Linear Models, chapter 4 and 9.
    """
    noise = np.sqrt(panel.noise)[:, None]
    level_in, level_out = level(panel, inside), level(panel, outside)
    if panel.family is Family.MEAN:
        error = panel.spread[:, None] * np.sqrt(_over(1, inside.cases) + _over(1, outside.cases))
        return np.asarray(np.where(error > 0, (level_in - level_out) / np.maximum(error, 1e-12), 0.0) / noise)
    if panel.family is Family.RATE:
        both = _ratio(inside.told + outside.told, inside.expected + outside.expected)
        found = _count_ratio(inside.told, inside.expected * both) + _count_ratio(
            outside.told, outside.expected * both
        )
    else:
        both = _ratio(
            level_in * inside.cases + level_out * outside.cases, inside.cases + outside.cases
        )
        found = inside.cases * _divergence(level_in, both) + outside.cases * _divergence(level_out, both)
    known = (inside.cases > 0) & (outside.cases > 0) & (inside.expected > 0) & (outside.expected > 0)
    size = np.sqrt(2 * np.maximum(found, 0.0))
    return np.asarray(np.where(known, np.sign(level_in - level_out) * size, 0.0) / noise)


def level(panel: Panel, sums: Sums) -> Figures:
    """The figure of stretches as on a usual weekday: a share, cases a day, or a mean."""
    if panel.family is Family.MEAN:
        usual = _ratio(panel.told.sum(axis=1), panel.cases.sum(axis=1))[:, None]
        return np.asarray(usual + _ratio(sums.told - sums.expected, sums.cases))
    whole = _ratio(panel.told.sum(axis=1), panel.cases.sum(axis=1))[:, None]
    found = whole * _ratio(sums.told, sums.expected)
    return np.asarray(np.clip(found, 0, 1) if panel.family is Family.SHARE else found)


def _count_ratio(told: Figures, expected: Figures) -> Figures:
    return np.asarray(told * np.log(np.maximum(_ratio(told, expected), 1e-300)) * (told > 0) - told + expected)


def _divergence(share: Figures, other: Figures) -> Figures:
    """Kullback and Leibler's, of one coin from another."""
    safe = np.clip(other, 1e-12, 1 - 1e-12)
    yes = np.where(share > 0, share * np.log(np.maximum(share, 1e-300) / safe), 0.0)
    no = np.where(share < 1, (1 - share) * np.log(np.maximum(1 - share, 1e-300) / (1 - safe)), 0.0)
    return np.asarray(yes + no)


def _ratio(part: Figures, whole: Figures) -> Figures:
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)


def _over(one: float, cases: Figures) -> Figures:
    return np.divide(one, cases, out=np.full(cases.shape, np.inf), where=cases > 0)
