"""How much better two rates explain some cases than one, and how often chance makes as bad a one. Counts in, figures out."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TABLE = 1 << 16  # counts told by a table at first; it grows by halves


@lru_cache(maxsize=4)
def _table(size: int) -> NDArray[np.float64]:
    """(size,) float64: n ln n for every count below `size`, nought for nought."""
    counts = np.arange(size, dtype=np.float64)
    counts[1:] *= np.log(counts[1:])
    return counts


@lru_cache(maxsize=4)
def _factorials(size: int) -> NDArray[np.float64]:
    """(size,) float64: ln n! for every count below `size`."""
    counts = np.arange(size, dtype=np.float64)
    counts[1:] = np.log(counts[1:])
    return np.cumsum(counts)


def _size_for(cases: int) -> int:
    """Of a table that tells so many cases."""
    size = _TABLE
    while size <= cases:
        size *= 2
    return size


def evidence(
    broken: NDArray[np.int64],
    cases: NDArray[np.int64],
    all_broken: NDArray[np.int64] | int,
    all_cases: NDArray[np.int64] | int,
) -> NDArray[np.float64]:
    """Log-likelihood ratio of two rates, inside and outside, against one for all.

    Args:
        broken: Inside; any shape, verdicts.
        cases: Inside, of the same shape.
        all_broken: Inside and outside together; a number, or of a shape that goes with it.
        all_cases: As well.

    Returns:
        The shape of `broken`, float64; 0 where the inside is not worse than the outside, or is empty or everything.

    Source:
        Kulldorff (1997), A spatial scan statistic, Communications in Statistics 26:1481-1496, Bernoulli model.

    Example:
        >>> round(float(evidence(np.array(24), np.array(80), 50, 1000)), 2)
        31.29
    """
    tell = _table(_size_for(int(np.max(all_cases))))
    rest_broken, rest = all_broken - broken, all_cases - cases
    ratio = tell[broken] + tell[cases - broken] - tell[cases]
    ratio += tell[rest_broken] + tell[rest - rest_broken] - tell[rest]
    ratio -= tell[all_broken] + tell[all_cases - all_broken] - tell[all_cases]
    return np.where(broken * rest > rest_broken * cases, ratio, 0.0)


def log_chance(broken: int, cases: int, all_broken: int, all_cases: int) -> float:
    """Natural logarithm of the chance of `broken` or more among `cases` drawn blindly: Fisher's exact test, one-sided.

    Args:
        broken: Inside, verdicts; <= cases.
        cases: Inside.
        all_broken: Inside and outside together.
        all_cases: As well.

    Source:
        Fisher (1935), The logic of inductive inference, JRSS 98:39-82; the tail of the hypergeometric distribution, summed.

    Example:
        >>> round(float(np.exp(log_chance(3, 3, 5, 10))), 6)  # 5/10 of 4/9 of 3/8
        0.083333
    """
    most = min(cases, all_broken)
    if broken > most:
        return -float("inf")
    tell = _factorials(_size_for(all_cases))
    found = np.arange(broken, most + 1)
    ways = (
        tell[cases] - tell[found] - tell[cases - found]
        + tell[all_cases - cases] - tell[all_broken - found] - tell[all_cases - cases - all_broken + found]
    )  # fmt: skip
    whole = tell[all_cases] - tell[all_broken] - tell[all_cases - all_broken]
    largest = ways.max()
    return min(0.0, float(largest + np.log(np.sum(np.exp(ways - largest))) - whole))
