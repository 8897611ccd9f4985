"""Days on which a stream says far less than it should: not silent, and not heard as it should be either."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from parcours.gap.listening.rhythm import DAY_H
from parcours.gap.listening.silence import UNSURE_SHAPE, Silences

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parcours.gap.listening.rhythm import Rhythm

    Claims = NDArray[np.bool_]
    Figures = NDArray[np.float64]
    Integers = NDArray[np.int64]

THIN = 1 / 3  # of what is expected; what brings more than this has a slow day, however unlikely
_LEAST_ASKED = 3.0  # clumps; a day that is to bring fewer tells nothing
_FLOOR = 1e-300  # of chances; the logarithm of nothing is no number


def find_thin(
    counts: Figures, heard: Claims, rhythm: Rhythm, false_alarms: float, unsure: Claims | None = None
) -> Silences:
    """Days in a row on each of which less than a third came of what was to come, too unlikely for the stream's own days.

    What a day brings is negative binomial: clumps by chance, at a level that is gamma distributed. The chances of a row's days are combined as
    Fisher does; a row is told where that, times all rows of days that the stream could have had, is below `false_alarms`.

    Args:
        counts: (n_stream, n_hour) float64, signals; n_hour in whole weeks.
        heard: (n_stream, n_hour), hours that are looked at: not those of silences, which are told already.
        rhythm: What is to be expected of the streams.
        false_alarms: Share of healthy streams, in (0, 1).
        unsure: (n_day,), days around public holidays; none by default.

    Returns:
        Rows of days as hours; `missed` is what was expected and did not come.

    Source:
        Negative binomial: Anscombe (1949), Biometrics 5:165-173. Fisher (1932), Statistical Methods for Research Workers, section 21.1.
    """
    came = _by_day(counts * heard) / rhythm.clump[:, None]
    asked = _by_day(rhythm.expected * heard) / rhythm.clump[:, None]
    thin = (asked >= _LEAST_ASKED) & (came < THIN * asked)
    chance = np.zeros_like(asked)
    shape = np.repeat(rhythm.shape[:, None], asked.shape[1], axis=1)
    if unsure is not None:
        shape[:, unsure] = np.minimum(shape[:, unsure], UNSURE_SHAPE)
    chance[thin] = log_chance_of_less(came[thin], asked[thin], shape[thin])
    stream, first, until, days = _rows(thin, asked >= _LEAST_ASKED)
    summed, lacking = (
        np.pad(np.cumsum(figures, axis=1), ((0, 0), (1, 0)))
        for figures in (chance, (asked - came) * rhythm.clump[:, None])
    )
    together = summed[stream, until] - summed[stream, first]
    combined = np.log(np.maximum(special.gammaincc(days, -together), _FLOOR))
    missed = lacking[stream, until] - lacking[stream, first]
    telling = (asked >= _LEAST_ASKED).sum(axis=1)
    bound = np.log(false_alarms) - np.log(np.maximum(telling * (telling + 1) / 2, 1.0))
    found = Silences(stream, first * DAY_H, until * DAY_H, missed, combined)
    return found.take(combined < bound[stream])


def _rows(thin: Claims, telling: Claims) -> tuple[Integers, Integers, Integers, Integers]:
    """Longest rows of thin days: (stream, first, until, thin days). Days that tell nothing, closed ones say, do not part a row."""
    stream, day = np.nonzero(thin)
    place = np.cumsum(telling, axis=1)[stream, day]
    begins = np.ones(len(stream), bool)
    begins[1:] = (np.diff(stream) != 0) | (np.diff(place) != 1)
    starts = np.flatnonzero(begins)
    ends = np.append(starts, len(stream))[1:]
    return stream[starts], day[starts], day[ends - 1] + 1, ends - starts


def log_chance_of_less(came: Figures, asked: Figures, shape: Figures) -> Figures:
    """Natural logarithm of the chance that a healthy day brings no more than it did; all in clumps.

    Example:
        >>> import numpy as np
        >>> one = np.ones(1)
        >>> round(float(np.exp(log_chance_of_less(0 * one, 2 * one, 1 * one))[0]), 4)  # (k / (k + M)) ** k = 1 / 3
        0.3333
    """
    chance: Figures = np.log(np.maximum(special.betainc(shape, came + 1, shape / (shape + asked)), _FLOOR))
    return chance


def _by_day(figures: Figures) -> Figures:
    summed: Figures = figures.reshape(len(figures), -1, DAY_H).sum(axis=2)
    return summed
