"""How often customers buy, and whether they have left: the BG/NBD model.

While they are customers they buy at a pace of their own; after any purchase they may leave for good, each with a chance of their own.
Source: Fader, Hardie and Lee (2005), Marketing Science 24:275-284.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaln, digamma, gammaln, hyp2f1

from parcours.gap.value.likelihood import NotEstimable, most_likely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parcours.gap.value.histories import Histories, Integers, Ratios

_FEWEST = 50  # customers who came back; below, four parameters are not learnt
_LOST = 1e6  # a difference multiplied by more has lost six of its sixteen digits
_NODES = 241  # of the integral over chances to leave
_REACH = 60.0  # log odds beyond which no chance to leave matters
_BLOCK = 4_096  # customers whose integrals are taken at once: 8 MB a column


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
        purchases: Ratios = self._if_alive(repeats, age_weeks, weeks)
        return purchases * self.alive(repeats, recency_weeks, age_weeks)

    def _if_alive(self, repeats: Integers, age_weeks: Ratios, weeks: float | Ratios) -> Ratios:
        """By the series of equation 10 where it can be summed, else by the integral that it stands for."""
        shape: Ratios = self.r + repeats.astype(np.float64)
        end: Ratios = self.alpha + age_weeks + weeks
        ahead: Ratios = weeks / (self.alpha + age_weeks)
        third = self.a + self.b + repeats - 1
        with np.errstate(all="ignore"):
            series = hyp2f1(shape, self.b + repeats, third, weeks / end)
            factor = third / (self.a - 1)
            purchases: Ratios = factor * (1 - ((self.alpha + age_weeks) / end) ** shape * series)
        told = np.isfinite(purchases) & (np.abs(factor) < _LOST) & (np.abs(third) > 1 / _LOST)
        rest = np.flatnonzero(~told)
        for start in range(0, len(rest), _BLOCK):
            some = rest[start : start + _BLOCK]
            purchases[some] = _until_they_leave(
                self.a, self.b + repeats[some].astype(np.float64), shape[some], ahead[some]
            )
        return np.maximum(purchases, 0.0)

    def _odds_left(self, repeats: Integers, recency_weeks: Ratios, age_weeks: Ratios) -> Ratios:
        came_back = repeats > 0
        ratio = (self.alpha + age_weeks) / (self.alpha + recency_weeks)
        log_odds = np.log(self.a) - np.log(self.b + np.maximum(repeats, 1) - 1)
        log_odds = log_odds + (self.r + repeats) * np.log(ratio)
        odds: Ratios = np.where(came_back, np.exp(np.minimum(log_odds, 700.0)), 0.0)
        return odds


def _until_they_leave(a: float, b: Ratios, shape: Ratios, ahead: Ratios) -> Ratios:
    """Purchases (n,) expected of who is alive, as the mean over their chances p to leave after each: finite for all parameters.

    Of who leaves with chance p, (1 - (1 + p ahead) ** -shape) / p purchases are expected. The mean is taken by the trapezoidal rule over
    the log odds of p, after what is linear in p, whose mean is known, has been taken off: what is left is nothing at both ends.

    Args:
        a: Chances to leave are beta distributed with a and `b`.
        b: (n,) float64.
        shape: (n,) float64, of the gamma distribution of the pace.
        ahead: (n,) float64, weeks to come, in units of its rate.

    Source:
        Fader, Hardie and Lee (2005), equation 8, before their integral is written as a series; rule: Trefethen and Weideman (2014),
        SIAM Review 56:385-458.
    """
    if_loyal, if_once = shape * ahead, -np.expm1(-shape * np.log1p(ahead))
    middle, spread = np.log(a) - np.log(b), np.sqrt(1 / a + 1 / b)
    low = np.maximum(-_REACH, middle - _REACH * spread)
    high = np.minimum(_REACH, middle + _REACH * spread)
    step = ((high - low) / (_NODES - 1))[:, None]
    odds = low[:, None] + step * np.arange(_NODES)
    log_leaves, log_stays = -np.logaddexp(0.0, -odds), -np.logaddexp(0.0, odds)
    leaves, loyal = np.exp(log_leaves), if_loyal[:, None]
    bought = -np.expm1(-shape[:, None] * np.log1p(leaves * ahead[:, None])) / leaves
    bent = loyal - bought - leaves * (loyal - if_once[:, None])
    density = np.exp(a * log_leaves + b[:, None] * log_stays - betaln(a, b)[:, None])
    mean: Ratios = if_loyal - a / (a + b) * (if_loyal - if_once) - (step * density * bent).sum(axis=1)
    return np.clip(mean, 0.0, if_loyal)


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
