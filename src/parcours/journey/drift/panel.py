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
_SURE = 1e-9  # no share is expected to be all
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
    expected, spread = usual(family, cases, told), np.ones(len(told))
    if family is Family.MEAN and squares is not None:
        mean = _ratio(told.sum(axis=1), cases.sum(axis=1))
        spread = np.sqrt(np.maximum(_ratio(squares, cases.sum(axis=1)) - mean**2, 1e-6))
    panel = Panel(family, cases, told, expected, spread, np.ones(len(told)))
    noise = _noise(panel)
    if family is Family.SHARE and groups is not None:
        noise = _pooled(noise, groups)
    return Panel(family, cases, told, expected, spread, noise)


def usual(family: Family, cases: Figures, told: Figures) -> Figures:
    """(series, days) what would be told if nothing but the weekday mattered."""
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
    return cases * own


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
    if panel.family is Family.MEAN:
        error = panel.spread[:, None] * np.sqrt(_over(1, inside.cases) + _over(1, outside.cases))
        apart = level(panel, inside) - level(panel, outside)
        return np.asarray(np.where(error > 0, apart / np.maximum(error, 1e-12), 0.0) / noise)
    rare_in, rare_out, sign = _rarer(panel, inside), _rarer(panel, outside), _sign(panel)
    both = _ratio(rare_in.told + rare_out.told, rare_in.expected + rare_out.expected)
    apart = _ratio(rare_in.told, rare_in.expected) - _ratio(rare_out.told, rare_out.expected)
    found = np.zeros_like(apart)
    for own in (rare_in, rare_out):
        told, expected = np.maximum(own.told, 0.0), own.expected * both
        if panel.family is Family.RATE:
            found += told * _log(told, expected) - told + expected
        else:
            expected = np.minimum(expected, own.cases * (1 - _SURE))
            told = np.minimum(told, own.cases)
            rest, other = own.cases - told, own.cases - expected
            found += told * _log(told, expected) + rest * _log(rest, other)
    known = (inside.cases > 0) & (outside.cases > 0) & (rare_in.expected > 0) & (rare_out.expected > 0)
    size = np.sqrt(2 * np.maximum(found, 0.0))
    return np.asarray(np.where(known, sign * np.sign(apart) * size, 0.0) / noise)


def _rarer(panel: Panel, sums: Sums) -> Sums:
    """Of a share, those that did it or those that did not, whichever are fewer: a usual weekday then multiplies it."""
    common = _is_common(panel)
    told = np.where(common, sums.cases - sums.told, sums.told)
    return Sums(sums.cases, told, np.where(common, sums.cases - sums.expected, sums.expected))


def _is_common(panel: Panel) -> NDArray[np.bool_]:
    if panel.family is not Family.SHARE:
        return np.zeros((len(panel.cases), 1), np.bool_)
    return np.asarray((panel.told.sum(axis=1) > panel.cases.sum(axis=1) / 2)[:, None])


def _sign(panel: Panel) -> Figures:
    return np.where(_is_common(panel), -1.0, 1.0)


def level(panel: Panel, sums: Sums) -> Figures:
    """The figure of stretches as on a usual weekday: a share, cases a day, or a mean."""
    if panel.family is Family.MEAN:
        usual = _ratio(panel.told.sum(axis=1), panel.cases.sum(axis=1))[:, None]
        return np.asarray(usual + _ratio(sums.told - sums.expected, sums.cases))
    common = _is_common(panel)
    own, all_ = _rarer(panel, sums), panel.cases.sum(axis=1)[:, None]
    whole = _ratio(panel.told.sum(axis=1)[:, None], all_)
    found = np.where(common, 1 - whole, whole) * _ratio(own.told, own.expected)
    found = np.where(common, 1 - found, found)
    return np.asarray(np.clip(found, 0, 1) if panel.family is Family.SHARE else found)


def _log(told: Figures, expected: Figures) -> Figures:
    """Logarithm of a ratio; 0 where nothing was told, which weighs nothing."""
    return np.asarray(np.log(np.maximum(told, 1e-300) / np.maximum(expected, 1e-300)) * (told > 0))


def _ratio(part: Figures, whole: Figures) -> Figures:
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)


def _over(one: float, cases: Figures) -> Figures:
    return np.asarray(np.divide(one, cases, out=np.full(cases.shape, np.inf), where=cases > 0))
