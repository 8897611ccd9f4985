"""Effort: what a journey took of the customer, counted from behaviour and, where people answered, in the words of their answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import nnls
from scipy.stats import spearmanr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

ACTS = ("contacts", "repeats", "switches", "ping_pong", "rework")
"""What counts as an act; a repeated contact is an act more than the contact it is."""
FEWEST_ANSWERS = 50  # below, weights of five acts are not learnt
_PARTS = 5
_TRUSTED = 0.05  # chance of rank order this good in journeys that were not learnt from


@dataclass(frozen=True)
class Effort:
    """How acts weigh.

    Attributes:
        weights: Of each act, in points of the answers where calibrated, else 1 each.
        base: Points of a journey without any act; 0 where not calibrated.
        sign: 1: higher answers mean more effort, or nobody answered; -1: higher answers mean it was easy.
        answers: Journeys with an answer.
        agreement: Rank correlation of computed and answered effort in journeys that were not learnt from; None: too few answers.
        is_calibrated: Effort is in points of the answers; else in acts.
    """

    weights: Mapping[str, float]
    base: float
    sign: int
    answers: int
    agreement: float | None
    is_calibrated: bool

    def of(self, acts: NDArray[np.float64]) -> NDArray[np.float64]:
        """Effort (n,) of journeys with acts (n, 5): points as people answer, where calibrated; else acts."""
        points = self.base + acts @ np.array([self.weights[name] for name in ACTS])
        return np.asarray(self.sign * points if self.is_calibrated else points, np.float64)


def weigh_effort(acts: NDArray[np.float64], said: NDArray[np.float64]) -> Effort:
    """Learn what acts weigh from those who said how hard it was.

    Weights are never negative: an act that made a journey easier would be a sign of something else. They are taken only if they order
    journeys that they were not learnt from better than chance does.

    Args:
        acts: (n, 5) float64, acts of each journey in the order of `ACTS`.
        said: (n,) float64, the answer; NaN where nobody answered.

    Source:
        Non-negative least squares: Lawson and Hanson (1974), chapter 23; five-fold cross-validation.
    """
    answered = ~np.isnan(said)
    x, y = acts[answered], said[answered]
    plain = Effort(dict.fromkeys(ACTS, 1.0), 0.0, 1, len(y), None, is_calibrated=False)
    if len(y) < FEWEST_ANSWERS or np.ptp(y) == 0 or not x.any():
        return plain
    sign = -1 if np.cov(x.sum(1), y)[0, 1] < 0 else 1
    agreement, chance = _agreement(x, sign * y)
    if not (agreement > 0 and chance < _TRUSTED):
        return Effort(plain.weights, 0.0, 1, len(y), agreement, is_calibrated=False)
    weights, base = _learn(x, sign * y)
    return Effort(
        dict(zip(ACTS, weights.tolist(), strict=True)), base, sign, len(y), agreement, is_calibrated=True
    )


def _learn(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Weights (5,), none negative, and what is said of a journey without acts, of either sign."""
    one = np.ones((len(x), 1))
    found, _ = nnls(np.hstack([x, one, -one]), y)
    return found[:-2], float(found[-2] - found[-1])


def _agreement(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Rank correlation of answers with what is computed for them by weights learnt from the others, and its chance."""
    computed = np.empty(len(y))
    part = np.arange(len(y)) % _PARTS
    for number in range(_PARTS):
        weights, base = _learn(x[part != number], y[part != number])
        computed[part == number] = base + x[part == number] @ weights
    if np.ptp(computed) == 0:
        return 0.0, 1.0
    found = spearmanr(computed, y)
    return float(found.statistic), float(found.pvalue)
