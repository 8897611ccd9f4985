"""How many classes there are: as many as come back when other people had been drawn, and as pay for themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from parcours.journey.personas.mixing import Mixture, fit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parcours.journey.personas.mixing import Patterns

MOST_CLASSES = 8  # a store team knows no more by heart
STABLE = 0.8
"""Adjusted Rand index of two searches above which they are taken for one. Steinley (2004), Psychological Methods 9:386-396."""
CONFIDENT = 0.5
"""Probability of a class below which somebody belongs to none."""
_RESAMPLES, _STARTS = 5, 4
_SMALLEST = 0.01  # of all people: a smaller class is no persona


@dataclass(frozen=True)
class Tried:
    """What was found with so many classes.

    Attributes:
        stability: Mean adjusted Rand index between the classes and those of resampled people; 1 for a single class.
        cost: Bayesian information criterion; the lower the better.
        smallest: Share of people in the smallest.
    """

    classes: int
    stability: float
    cost: float
    smallest: float


@dataclass(frozen=True)
class Chosen:
    """Classes, and what else was tried.

    Attributes:
        mixture: The classes, the largest first.
        stability: Of these.
    """

    mixture: Mixture
    stability: float
    tried: tuple[Tried, ...]


def choose_classes(patterns: Patterns, seed: int = 0) -> Chosen:
    """Find classes of people, as many as are stable and pay for themselves; one where nobody differs.

    Args:
        patterns: Of at least one person.
        seed: Of all that is drawn: the same people give the same classes.
    """
    rng = np.random.default_rng(seed)
    tried: list[tuple[Tried, Mixture]] = []
    for classes in range(1, MOST_CLASSES + 1):
        tried.append(_try(patterns, classes, rng))
        costs = [told.cost for told, _ in tried]
        if len(costs) - int(np.argmin(costs)) > 2:  # noqa: PLR2004 - two more classes in a row did not pay
            break
    fit_for_use = [pair for pair in tried if pair[0].stability >= STABLE and pair[0].smallest >= _SMALLEST]
    told, mixture = min(fit_for_use, key=lambda pair: pair[0].cost)
    return Chosen(mixture, told.stability, tuple(each for each, _ in tried))


def _try(patterns: Patterns, classes: int, rng: np.random.Generator) -> tuple[Tried, Mixture]:
    people = len(patterns.of_person)
    mixture = _largest_first(fit(patterns, classes, rng))
    labels = label(mixture.posterior(patterns))
    weights = patterns.weights
    facts = classes * sum(len(columns) for columns in patterns.groups) + classes - 1
    cost = -2 * mixture.log_likelihood * people + facts * np.log(people)
    if classes == 1:
        return Tried(1, 1.0, float(cost), 1.0), mixture
    agreed = []
    for _ in range(_RESAMPLES):
        drawn = patterns.drawn(rng.integers(0, people, people))
        other = fit(drawn, classes, rng, _STARTS)
        agreed.append(adjusted_rand(labels, label(other.posterior(patterns)), weights))
    sizes = np.bincount(labels + 1, weights, classes + 1)[1:] / people
    return Tried(classes, float(np.mean(agreed)), float(cost), float(sizes.min())), mixture


def _largest_first(found: Mixture) -> Mixture:
    order = np.argsort(-found.shares, kind="stable")
    return Mixture(found.shares[order], found.alphas[order], found.groups, found.log_likelihood)


def label(posterior: NDArray[np.float64]) -> NDArray[np.int64]:
    """(n,) the likeliest class of each row; -1 where none is likely enough."""
    return np.where(posterior.max(axis=1) >= CONFIDENT, posterior.argmax(axis=1), -1)


def adjusted_rand(
    one: NDArray[np.int64], other: NDArray[np.int64], weights: NDArray[np.float64] | None = None
) -> float:
    """How far two groupings of the same people agree, beyond chance: 1 the same, 0 as if drawn by lot.

    Args:
        one: (n,) labels, any integers.
        other: (n,) labels of the same people, any integers.
        weights: (n,) people of each row; None: one.

    Source:
        Hubert and Arabie (1985), Journal of Classification 2:193-218.

    Example:
        >>> import numpy as np
        >>> round(adjusted_rand(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])), 3)
        0.571
    """
    _, rows = np.unique(one, return_inverse=True)
    _, columns = np.unique(other, return_inverse=True)
    cells = np.bincount(rows * (columns.max() + 1) + columns, weights)

    def pairs(counts: NDArray[np.number[Any]]) -> float:
        return float((counts * (counts - 1)).sum() / 2)

    both = pairs(cells)
    in_one, in_other = pairs(np.bincount(rows, weights)), pairs(np.bincount(columns, weights))
    total = float(cells.sum())
    expected = in_one * in_other / (total * (total - 1) / 2) if total > 1 else 0.0
    most = (in_one + in_other) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)
