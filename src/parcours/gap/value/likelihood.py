"""The highest likelihood of a model whose parameters are all positive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Ratios = NDArray[np.float64]
    Likelihood = Callable[[Ratios], tuple[float, Ratios]]

_FAR = 12.0  # a parameter beyond e^12, or below e^-12, in the unit of the data is no estimate
_TOLERANCE = 1e-12  # of the mean likelihood
_STEPS = 2_000


@dataclass(frozen=True)
class NotEstimable:
    """Why the data do not tell; a sentence."""

    why: str


def most_likely(likelihood: Likelihood, start: Sequence[float]) -> tuple[Ratios, float] | NotEstimable:
    """The parameters under which the data are likeliest.

    Args:
        likelihood: Parameters (k,) to the logarithm of the likelihood per case, and its gradient (k,).
        start: Where to begin; all > 0.

    Returns:
        (parameters, likelihood per case).
    """

    def loss(logarithms: Ratios) -> tuple[float, Ratios]:
        parameters = np.exp(logarithms)
        height, slope = likelihood(parameters)
        return -height, -slope * parameters

    begin = np.log(np.asarray(start, np.float64))
    found = minimize(
        loss,
        begin,
        jac=True,
        method="L-BFGS-B",
        bounds=[(-_FAR, _FAR)] * len(begin),
        options={"ftol": _TOLERANCE, "gtol": 1e-9, "maxiter": _STEPS, "maxfun": _STEPS},
    )
    if not np.isfinite(found.fun) or np.any(np.abs(found.x) > _FAR - 1e-6):
        return NotEstimable("the data fit no such model: one of its parameters runs away")
    return np.exp(found.x), -float(found.fun)
