"""How often a stream is heard while all is well: its expected signals, hour by hour, and how far days stray from that.

A stream is what one source says of one place, or of all. Everything is an array over hours of the clock on the wall, in whole weeks from a
Monday, so that an hour of the week is a column.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Figures = NDArray[np.float64]
    Claims = NDArray[np.bool_]

WEEK_H, DAY_H = 168, 24
_WEEKS_AROUND = 6  # before and after: the rhythm of a week is that of the weeks around it, so seasons and growth are in it
_PRIOR_SIGNALS = 0.5  # what is known of an hour of the week before it was looked at, in signals (Jeffreys)
_ELSEWHERE = 0.02  # weight of the weeks further away, where those around tell nothing
_SISTER_SIGNALS = 5.0  # as many signals of sisters as move a day halfway from the ordinary to what they show
_BLOCKS_H = (1, 2, 4, 8)  # hours in which what belongs together comes together
_MOST_REGULAR = 1e6  # shape of days that stray no further than chance


@dataclass(frozen=True)
class Rhythm:
    """What streams say while all is well.

    Attributes:
        expected: (n_stream, n_hour) float64, signals; 0 where nothing is to be expected.
        clump: (n_stream,) float64, signals that come together, >= 1: a visit, an order with all that is told of it.
        shape: (n_stream,) float64, of the gamma distribution of days' levels, mean 1: the smaller, the further days stray.
    """

    expected: Figures
    clump: Figures
    shape: Figures


def learn_rhythm(counts: Figures, healthy: Claims, counted: Claims, *, has_sisters: bool) -> Rhythm:
    """Learn the rhythm of streams from the hours in which they were healthy.

    An hour of the week is expected to bring what it brought in the weeks around, smoothed by what its weekday and its hour of the day bring; a
    closed hour brings nothing. Where streams are sisters, each day is scaled by what the others brought on it. How far days stray
    beyond chance is told by their spread, as of a negative binomial.

    Args:
        counts: (n_stream, n_hour) float64, signals; n_hour in whole weeks.
        healthy: (n_stream, n_hour), hours to learn from.
        counted: (n_hour,), hours that are like others; not those of public holidays.
        has_sisters: The streams are places of one source, which share their quiet and busy days.

    Source:
        Gamma-Poisson shrinkage: Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 2.6; shape by moments: Anscombe (1949),
        Biometrics 5:165-173.
    """
    learnt = healthy & counted
    heard = np.where(learnt, counts, 0.0)
    level = np.ones_like(counts)
    if has_sisters:
        expected = _weekly(heard, learnt.astype(np.float64)) * counted
        level = np.repeat(_level_of_sisters(heard, expected * learnt), DAY_H, axis=1)
    expected = _weekly(heard, learnt * level) * level * counted
    asked = expected * learnt
    clump = np.max([_clump(heard, asked, hours) for hours in _BLOCKS_H], axis=0)
    return Rhythm(
        expected, clump, _shape(_by(DAY_H, heard) / clump[:, None], _by(DAY_H, asked) / clump[:, None])
    )


def _weekly(heard: Figures, exposure: Figures) -> Figures:
    """Signals an hour, by hour of the week and the weeks around; (n_stream, n_hour)."""
    streams, hours = heard.shape
    weeks = hours // WEEK_H
    signals, seen = (_around(figures.reshape(streams, weeks, 7, DAY_H)) for figures in (heard, exposure))
    rate = _ratio(signals.sum(axis=(2, 3), keepdims=True), seen.sum(axis=(2, 3), keepdims=True))
    of_day = _ratio(signals.sum(axis=3, keepdims=True), seen.sum(axis=3, keepdims=True))
    of_hour = _ratio(signals.sum(axis=2, keepdims=True), seen.sum(axis=2, keepdims=True))
    prior = _ratio(of_day * of_hour, rate)
    smoothed = _ratio((signals + _PRIOR_SIGNALS) * prior, seen * prior + _PRIOR_SIGNALS)
    return smoothed.reshape(streams, hours)


def _around(figures: Figures) -> Figures:
    """Sums over the weeks around each week, and a little of all of them; axis 1 is the week."""
    weeks = figures.shape[1]
    summed = np.concatenate([np.zeros_like(figures[:, :1]), np.cumsum(figures, axis=1)], axis=1)
    last = np.minimum(np.arange(weeks) + _WEEKS_AROUND + 1, weeks)
    first = np.maximum(np.arange(weeks) - _WEEKS_AROUND, 0)
    around: Figures = summed[:, last] - summed[:, first] + _ELSEWHERE * summed[:, -1:]
    return around


def _level_of_sisters(heard: Figures, expected: Figures) -> Figures:
    """How busy each day was for the other streams, 1 for an ordinary one; (n_stream, n_day)."""
    of_day, asked = _by(DAY_H, heard), _by(DAY_H, expected)
    others, other_asked = of_day.sum(axis=0) - of_day, asked.sum(axis=0) - asked
    level: Figures = (others + _SISTER_SIGNALS) / (other_asked + _SISTER_SIGNALS)
    return level


def _clump(heard: Figures, expected: Figures, hours: int) -> Figures:
    """Spread of blocks of hours within their days, over that of signals which come one by one; (n_stream,)."""
    blocks, asked = _by(hours, heard), _by(hours, expected)
    of_day, asked_of_day = (
        np.repeat(_by(DAY_H, figures), DAY_H // hours, axis=1) for figures in (heard, expected)
    )
    share = _ratio(asked, asked_of_day)
    beside = (blocks - of_day * share) ** 2
    return np.maximum(
        _ratio((beside * (share > 0)).sum(axis=1), (of_day * share * (1 - share)).sum(axis=1)), 1.0
    )


def _shape(of_day: Figures, asked: Figures) -> Figures:
    """Shape of the gamma distribution of days' levels, by the method of moments; (n_stream,)."""
    beyond_chance = ((of_day - asked) ** 2 - asked).sum(axis=1)
    shape = _ratio((asked**2).sum(axis=1), np.maximum(beyond_chance, 0.0))
    return np.where(beyond_chance > 0, np.minimum(shape, _MOST_REGULAR), _MOST_REGULAR)


def _by(hours: int, figures: Figures) -> Figures:
    """Sums of so many hours."""
    summed: Figures = figures.reshape(len(figures), -1, hours).sum(axis=2)
    return summed


def _ratio(part: Figures, whole: Figures) -> Figures:
    return np.divide(part, whole, out=np.zeros(np.broadcast(part, whole).shape), where=whole > 0)
