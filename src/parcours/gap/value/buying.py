"""How often customers buy, and whether they have left: the BG/NBD model.

While they are customers they buy at a pace of their own; after any purchase they may leave for good, each with a chance of their own.
Source: Fader, Hardie and Lee (2005), Marketing Science 24:275-284.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import digamma, gammaln, hyp2f1

from parcours.gap.value.likelihood import NotEstimable, most_likely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parcours.gap.value.histories import Histories, Integers, Ratios

_FEWEST = 50  # customers who came back; below, four parameters are not learnt
_NEAR = 1e-4  # a formula that divides by a - 1 is taken on both sides of it


@dataclass(frozen=True)
class Buying:
    """A fitted BG/NBD model.

    Attributes:
        r, alpha: Paces are gamma distributed: shape, and rate in weeks.
        a, b: Chances to leave are beta distributed.
        log_likelihood: Of all customers.
        customers: Fitted on.
    """

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    customers: int

    def alive(self, repeats: Integers, recency_weeks: Ratios, age_weeks: Ratios) -> Ratios:
        """Probability (n,) that each is still a customer; 1 for who never came back, as the model has it."""
        return 1 / (1 + self._odds_left(repeats, recency_weeks, age_weeks))

    def expected(
        self, repeats: Integers, recency_weeks: Ratios, age_weeks: Ratios, weeks: float | Ratios
    ) -> Ratios:
        """Purchases (n,) expected of each in the next `weeks`.

        Source:
            Fader, Hardie and Lee (2005), equation 10.

        Example:
            >>> cdnow = Buying(0.243, 4.414, 0.793, 2.426, -9582.4, 2357)
            >>> f"{cdnow.expected(np.array([2]), np.array([30.43]), np.array([38.86]), 39)[0]:.3f}"
            '1.226'
        """
        if abs(self.a - 1) < _NEAR:
            sides = (self._expected(self.a + shift, repeats, age_weeks, weeks) for shift in (-_NEAR, _NEAR))
            alive = sum(sides) / 2
        else:
            alive = self._expected(self.a, repeats, age_weeks, weeks)
        purchases: Ratios = np.maximum(alive * self.alive(repeats, recency_weeks, age_weeks), 0.0)
        return purchases

    def _expected(self, a: float, repeats: Integers, age_weeks: Ratios, weeks: float | Ratios) -> Ratios:
        """Of who is alive for sure."""
        end = self.alpha + age_weeks + weeks
        shape = self.r + repeats
        third = a + self.b + repeats - 1
        third = np.where(np.abs(third) < _NEAR, _NEAR, third)
        left = ((self.alpha + age_weeks) / end) ** shape * hyp2f1(shape, self.b + repeats, third, weeks / end)
        purchases: Ratios = third / (a - 1) * (1 - left)
        return purchases

    def _odds_left(self, repeats: Integers, recency_weeks: Ratios, age_weeks: Ratios) -> Ratios:
        came_back = repeats > 0
        ratio = (self.alpha + age_weeks) / (self.alpha + recency_weeks)
        log_odds = np.log(self.a) - np.log(self.b + np.maximum(repeats, 1) - 1)
        log_odds = log_odds + (self.r + repeats) * np.log(ratio)
        odds: Ratios = np.where(came_back, np.exp(np.minimum(log_odds, 700.0)), 0.0)
        return odds


def fit_buying(told: Histories) -> Buying | NotEstimable:
    """The BG/NBD model of some customers, by maximum likelihood.

    Customers with the same history are one case with a weight, so that a million take as long as their histories differ.
    """
    returned = int(np.count_nonzero(told.repeats))
    if returned < _FEWEST:
        return NotEstimable(
            f"{returned} of {len(told):,} customers bought again; at least {_FEWEST} are needed to tell how often people come back"
        )
    x, recency, age, count = _alike(told)
    scale = float(np.average(age, weights=count)) or 1.0  # of time, so that all parameters are near 1
    recency, age = recency / scale, age / scale
    kinds, kind = np.unique(x, return_inverse=True)
    of_kind = np.bincount(kind, count)
    share, came_back = count / count.sum(), x > 0
    kind_share = of_kind / count.sum()

    def likelihood(parameters: Ratios) -> tuple[float, Ratios]:
        r, alpha, a, b = parameters
        stays = np.log(alpha + age)
        leaves = np.log(alpha + recency)
        if_stayed = -(r + x) * stays
        if_left = np.where(
            came_back, np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * leaves, -np.inf
        )
        either = np.logaddexp(if_stayed, if_left)
        left = np.exp(if_left - either)
        stayed = 1 - left
        of_counts = gammaln(r + kinds) - gammaln(r) + r * np.log(alpha)
        of_counts += gammaln(a + b) + gammaln(b + kinds) - gammaln(b) - gammaln(a + b + kinds)
        height = kind_share @ of_counts + share @ either
        hazard = stayed / (alpha + age) + left / (alpha + recency)
        both = kind_share @ (digamma(a + b) - digamma(a + b + kinds))
        slope = np.array(
            [
                kind_share @ (digamma(r + kinds) - digamma(r))
                + np.log(alpha)
                - share @ (stayed * stays + left * leaves),
                r / alpha - share @ ((r + x) * hazard),
                both + share @ left / a,
                both
                + kind_share @ (digamma(b + kinds) - digamma(b))
                - share @ (left / (b + np.maximum(x, 1) - 1)),
            ]
        )
        return float(height), slope

    found = most_likely(likelihood, (1.0, 1.0, 1.0, 1.0))
    if isinstance(found, NotEstimable):
        return found
    (r, alpha, a, b), height = found
    # Paces per week instead of per `scale` weeks: every repeat adds the logarithm of the scale.
    total = float(height * count.sum() - np.log(scale) * (x @ count))
    return Buying(float(r), float(alpha * scale), float(a), float(b), total, len(told))


def _alike(told: Histories) -> tuple[Integers, Ratios, Ratios, NDArray[np.float64]]:
    """Histories that differ, and how many customers have each."""
    order = np.lexsort((told.age_weeks, told.recency_weeks, told.repeats))
    x, recency, age = told.repeats[order], told.recency_weeks[order], told.age_weeks[order]
    differs = np.r_[True, (np.diff(x) != 0) | (np.diff(recency) != 0) | (np.diff(age) != 0)]
    starts = np.flatnonzero(differs)
    count = np.diff(np.r_[starts, len(x)]).astype(np.float64)
    return x[starts], recency[starts], age[starts], count
