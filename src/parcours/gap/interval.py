"""How sure we are of a share of kept promises: sampling and what could not be observed, in one interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Z_95 = 1.959963984540054  # two-sided 95 % of the normal distribution


def kept_interval(
    kept: ArrayLike, broken: ArrayLike, unobservable: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bounds that hold the true kept share 95 % of the time, whatever became of the unobservable.

    Args:
        kept: (n,) verdicts, >= 0; may be weights, then the counts are effective ones.
        broken: (n,) verdicts, >= 0.
        unobservable: (n,) verdicts, >= 0.

    Returns:
        (low, high): each (n,) float64, ratios in [0, 1]; `low` counts the unobservable as broken, `high` as kept; NaN where there
        is no verdict at all.

    Source:
        Wilson (1927), JASA 22:209-212, score interval. ADR-0006.

    Example:
        >>> low, high = kept_interval([8], [2], [0])
        >>> f"{low[0]:.3f} {high[0]:.3f}"
        '0.490 0.943'
        >>> low, high = kept_interval([8], [2], [10])
        >>> f"{low[0]:.3f} {high[0]:.3f}"
        '0.219 0.972'
    """
    kept, broken, unobservable = (np.asarray(counts, np.float64) for counts in (kept, broken, unobservable))
    total = kept + broken + unobservable
    low, _ = _wilson(kept, total)
    _, high = _wilson(kept + unobservable, total)
    return low, high


def sampling_interval(kept: ArrayLike, broken: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bounds that hold the true kept share of what could be observed 95 % of the time: chance alone.

    Args:
        kept: (n,) verdicts, >= 0; may be weights, then the counts are effective ones.
        broken: (n,) verdicts, >= 0.

    Returns:
        (low, high): each (n,) float64, ratios in [0, 1]; NaN where nothing was judged.

    Source:
        Wilson (1927), JASA 22:209-212, score interval. ADR-0006.

    Example:
        >>> low, high = sampling_interval([8], [2])
        >>> f"{low[0]:.3f} {high[0]:.3f}"
        '0.490 0.943'
    """
    kept, broken = (np.asarray(counts, np.float64) for counts in (kept, broken))
    return _wilson(kept, kept + broken)


def observability_interval(
    kept: ArrayLike, broken: ArrayLike, unobservable: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The kept shares that these very cases can have had, all of what nobody saw broken, and all of it kept: silence alone.

    Args:
        kept: (n,) verdicts, >= 0, or weights.
        broken: (n,) verdicts, >= 0, or weights.
        unobservable: (n,) verdicts, >= 0, or weights.

    Returns:
        (low, high): each (n,) float64, ratios in [0, 1]; NaN where there is no verdict at all.

    Source:
        Manski (1989), Journal of Human Resources 24:343-360. ADR-0019.

    Example:
        >>> low, high = observability_interval([8], [2], [10])
        >>> f"{low[0]:.1f} {high[0]:.1f}"
        '0.4 0.9'
    """
    kept, broken, unobservable = (np.asarray(counts, np.float64) for counts in (kept, broken, unobservable))
    total = kept + broken + unobservable
    with np.errstate(invalid="ignore"):
        return kept / total, (kept + unobservable) / total


def effective_count(weight: NDArray[np.float64], weight_squared: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many equally weighted cases carry as much as these weighted ones.

    Args:
        weight: (n,) sum of weights.
        weight_squared: (n,) sum of squared weights.

    Returns:
        (n,) float64, cases; 0 where there is no weight.

    Source:
        Kish (1965), Survey Sampling, section 8.2.
    """
    return np.divide(weight**2, weight_squared, out=np.zeros_like(weight), where=weight_squared > 0)


def _wilson(
    successes: NDArray[np.float64], total: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    with np.errstate(invalid="ignore", divide="ignore"):
        share = successes / total
        square = Z_95**2
        centre = share + square / (2 * total)
        spread = Z_95 * np.sqrt(share * (1 - share) / total + square / (4 * total**2))
        scale = 1 + square / total
        low = np.where(successes == 0, 0.0, np.maximum(0.0, (centre - spread) / scale))
        high = np.where(successes == total, 1.0, np.minimum(1.0, (centre + spread) / scale))
    empty = total == 0
    return np.where(empty, np.nan, low), np.where(empty, np.nan, high)
