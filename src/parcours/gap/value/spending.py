"""How much customers spend when they buy: the Gamma-Gamma model.

Each has a mean of their own; who was seen once or twice is drawn towards everybody's.
Source: Fader and Hardie (2013), The Gamma-Gamma Model of Monetary Value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import digamma, gammaln

from parcours.gap.value.likelihood import NotEstimable, most_likely

if TYPE_CHECKING:
    from parcours.gap.value.histories import Histories, Integers, Ratios

_FEWEST = 50  # customers who came back and paid something


@dataclass(frozen=True)
class Spending:
    """A fitted Gamma-Gamma model.

    Attributes:
        p, q: Shapes of amounts within, and of their scale between customers.
        v: Scale, in the unit of amounts.
        customers: Fitted on.
    """

    p: float
    q: float
    v: float
    customers: int

    @property
    def mean(self) -> float:
        """What a purchase of somebody unknown comes to."""
        return self.p * self.v / (self.q - 1)

    def expected(self, repeats: Integers, spent: Ratios) -> Ratios:
        """What the next purchase (n,) of each comes to.

        Args:
            repeats: (n,) int64, purchases that `spent` is the mean of.
            spent: (n,) float64; not looked at where `repeats` is 0.

        Source:
            Fader and Hardie (2013), equation 5.

        Example:
            >>> cdnow = Spending(6.25, 3.74, 15.44, 946)
            >>> f"{cdnow.expected(np.array([2]), np.array([22.35]))[0]:.2f}"  # 6.25 (15.44 + 2 x 22.35) / (2 x 6.25 + 2.74)
            '24.66'
        """
        amount: Ratios = self.p * (self.v + repeats * spent) / (self.p * repeats + self.q - 1)
        return amount


def fit_spending(told: Histories) -> Spending | NotEstimable:
    """The Gamma-Gamma model of the customers who came back and paid something, by maximum likelihood."""
    paid = (told.repeats > 0) & (told.spent > 0)
    x, z = told.repeats[paid].astype(np.float64), told.spent[paid]
    if len(x) < _FEWEST:
        return NotEstimable(
            f"{len(x)} customers came back and paid; at least {_FEWEST} are needed to tell what people spend"
        )
    scale = float(z.mean())
    z = z / scale
    if np.ptp(z) == 0:
        return NotEstimable("everybody spends the same; there is nothing to learn of how people differ")

    def likelihood(parameters: Ratios) -> tuple[float, Ratios]:
        p, q, v = parameters
        shape, sums = p * x, v + x * z
        height = np.mean(
            gammaln(shape + q)
            - gammaln(shape)
            - gammaln(q)
            + q * np.log(v)
            + (shape - 1) * np.log(z)
            + shape * np.log(x)
            - (shape + q) * np.log(sums)
        )
        both = digamma(shape + q)
        slope = np.array(
            [
                np.mean(x * (both - digamma(shape) + np.log(z) + np.log(x) - np.log(sums))),
                np.mean(both - digamma(q) + np.log(v) - np.log(sums)),
                np.mean(q / v - (shape + q) / sums),
            ]
        )
        return float(height), slope

    found = most_likely(likelihood, (2.0, 2.0, 1.0))
    if isinstance(found, NotEstimable):
        return found
    (p, q, v), _ = found
    if q <= 1:
        return NotEstimable("a few customers spend so much more than all others that no mean can be told")
    return Spending(float(p), float(q), float(v * scale), len(x))
