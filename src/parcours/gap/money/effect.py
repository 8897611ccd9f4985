"""What a broken promise does to those it was broken to: a doubly robust comparison with those to whom it was kept.

Two models, either of which may be wrong: how likely the promise was to be broken, and what would have happened had it been kept; both from
what was known before, both applied only to people they were not learnt from.
Source: Robins, Rotnitzky and Zhao (1994); cross-fitting: Chernozhukov et al. (2018). ADR-0022.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg
from scipy.special import expit, stdtrit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Integers = NDArray[np.int64]
    Claims = NDArray[np.bool_]
    Ratios = NDArray[np.float64]

FOLDS = 5
RIDGE = 10.0  # penalty on standardised columns: log odds beyond 0.6 a spread need evidence, so that a few heavy buyers do not decide
SURE = 0.95  # who was more likely than this to be let down has nobody to be compared with
LEVEL = 0.90  # of every interval
FEWEST_CLUSTERS = 4  # effective stores; below, their differences cannot be learnt
_STEPS, _STILL = 30, 1e-10  # of the search for a maximum; relative
_FARTHEST = (
    4.0  # spreads; who lies further out counts as lying there, for lines are not known to go on so far
)
_FLOOR, _SMALLEST = 1e-9, 1e-4


@dataclass(frozen=True)
class Compared:
    """Promises kept and broken, one row a promise made.

    Attributes:
        broken: (n,) bool.
        known: (n, k) float64, what was known of each when the promise was made.
        person: (n,) int64, to whom; a person's rows are never on both sides of a split.
        store: (n,) int64, where; None where nobody says.
        lot: (n,) int64, one number a person, by which people are shared out for cross-fitting: it must not hang on the workspace's secret, as
            ids do; None: the person's own.
    """

    broken: Claims
    known: Ratios
    person: Integers
    store: Integers | None
    lot: Integers | None = None


@dataclass(frozen=True)
class Effect:
    """A mean per broken promise.

    Attributes:
        mean: Of the broken, less what it would have been had the promise been kept.
        error: Its standard error.
        margin: Half the width of its 90 % interval.
        influence: (n,) float64 of the rows compared; its sum over a person, over n, is what that person adds to the error.
    """

    mean: float
    error: float
    margin: float
    influence: Ratios


@dataclass(frozen=True)
class Effects:
    """Mean effects on those let down, of several outcomes at once.

    Attributes:
        mean: (m,) float64, per broken promise.
        influence: (n, m) float64 of the rows compared.
        residual: (n, m) float64, outcomes less what they would have been had the promise been kept.
        broken: (n,) bool.
        chance: (n,) float64, how likely each promise was to be broken.
        weight: (n,) float64 of the kept, summing to the broken; 0 of the broken.
        rows: (n,) int64, rows of `Compared` that are compared at all.
        person: (n,) int64.
        store: (n,) int64; None: errors are clustered by person alone.
        cluster_count: Effective number of stores, else of people.
    """

    mean: Ratios
    influence: Ratios
    residual: Ratios
    broken: Claims
    chance: Ratios
    weight: Ratios
    rows: Integers
    person: Integers
    store: Integers | None
    cluster_count: float

    def of(self, parts: Ratios) -> Effect:
        """The effect on a sum of outcomes, each times its part (m,)."""
        influence = self.influence @ parts
        error = np.sqrt(_variance(influence, self.person, self.store))
        quantile = stdtrit(max(self.cluster_count - 1, 1), 0.5 + LEVEL / 2)
        return Effect(float(self.mean @ parts), float(error), float(quantile * error), influence)

    def within(self, chosen: Claims) -> Effects | None:
        """The effects on those let down in a part of the rows compared, by the same two models.

        Args:
            chosen: (n,) bool.

        Returns:
            None where nobody there was let down, or nobody had the promise kept.
        """
        if not (chosen & self.broken).any() or not (chosen & ~self.broken).any():
            return None
        store = None if self.store is None else self.store[chosen]
        return _contrast(
            self.residual[chosen],
            self.broken[chosen],
            self.chance[chosen],
            self.rows[chosen],
            self.person[chosen],
            store,
        )


def estimate_effects(compared: Compared, outcomes: Ratios) -> Effects | None:
    """The effect on the broken (ATT) of each outcome, with errors clustered by store and person.

    Args:
        compared: Rows to be compared.
        outcomes: (n, m) float64.

    Returns:
        None where nobody let down is comparable with anybody.

    Source:
        Score of the ATT with normalised weights; errors two ways: Cameron, Gelbach and Miller (2011); effective number of
        clusters in the manner of Carter, Schnepel and Steigerwald (2017).
    """
    fold = (compared.person if compared.lot is None else compared.lot) % FOLDS
    known, broken = compared.known, compared.broken.astype(np.float64)
    chance, untroubled = np.zeros(len(broken)), np.zeros(outcomes.shape)
    for part in range(FOLDS):
        test = fold == part
        if not test.any():
            continue
        train = ~test
        if not compared.broken[train].any() or compared.broken[train].all():
            return None
        columns = _standardised(known, train)
        chance[test] = expit(columns[test] @ _logistic(columns[train], broken[train]))
        calm = train & ~compared.broken
        untroubled[test] = columns[test] @ _ridge(columns[calm], outcomes[calm])
    rows = np.flatnonzero(chance <= SURE)
    hit = compared.broken[rows]
    if not hit.any() or hit.all():
        return None
    store = None if compared.store is None else compared.store[rows]
    return _contrast(outcomes[rows] - untroubled[rows], hit, chance[rows], rows, compared.person[rows], store)


def _contrast(
    residual: Ratios, hit: Claims, chance: Ratios, rows: Integers, person: Integers, store: Integers | None
) -> Effects:
    """Broken beside kept ones that weigh as much as people like the broken."""
    weight = np.where(hit, 0.0, chance / (1 - chance))
    weight *= hit.sum() / weight.sum()
    of_broken = residual[hit].mean(axis=0)
    of_kept = weight @ residual / hit.sum()
    influence = np.where(hit[:, None], residual - of_broken, -weight[:, None] * (residual - of_kept))
    influence *= len(rows) / hit.sum()
    count = float(len(np.unique(person)))
    if store is not None:
        let_down = np.bincount(store, hit).astype(np.float64)
        effective = float(let_down.sum() ** 2 / (let_down**2).sum())
        store, count = (store, effective) if effective >= FEWEST_CLUSTERS else (None, count)
    return Effects(of_broken - of_kept, influence, residual, hit, chance, weight, rows, person, store, count)


def _standardised(known: Ratios, train: Claims) -> Ratios:
    """Columns with mean 0 and spread 1 among the rows that are learnt from, after a column of ones."""
    mean, spread = known[train].mean(axis=0), known[train].std(axis=0)
    tells = spread > _FLOOR * (
        1 + np.abs(mean)
    )  # else all are alike but for rounding, which must not be blown up
    scaled = np.where(tells, (known - mean) / np.where(tells, spread, 1.0), 0.0)
    return np.column_stack([np.ones(len(known)), np.clip(scaled, -_FARTHEST, _FARTHEST)])


def _ridge(columns: Ratios, outcomes: Ratios) -> Ratios:
    gram = columns.T @ columns
    gram[np.diag_indices_from(gram)] += RIDGE * np.r_[0.0, np.ones(len(gram) - 1)]
    coefficients: Ratios = linalg.solve(gram, columns.T @ outcomes, assume_a="pos")
    return coefficients


def _logistic(columns: Ratios, claims: Ratios) -> Ratios:
    """Coefficients of a logistic regression with a ridge, by Newton's method; a step that leads down is halved."""
    penalty = RIDGE * np.r_[0.0, np.ones(columns.shape[1] - 1)]
    coefficients = np.zeros(columns.shape[1])
    share = claims.mean()
    coefficients[0] = np.log(share / (1 - share))

    def height(candidate: Ratios) -> float:
        told = columns @ candidate
        return float(claims @ told - np.logaddexp(0.0, told).sum() - penalty @ candidate**2 / 2)

    reached = height(coefficients)
    for _ in range(_STEPS):
        chance = expit(columns @ coefficients)
        slope = columns.T @ (claims - chance) - penalty * coefficients
        bend = (columns * (chance * (1 - chance))[:, None]).T @ columns + np.diag(penalty + _FLOOR)
        step = linalg.solve(bend, slope, assume_a="pos")
        size = 1.0
        while (tried := height(coefficients + size * step)) < reached and size > _SMALLEST:
            size /= 2
        if tried <= reached + _STILL * abs(reached):
            break
        coefficients, reached = coefficients + size * step, tried
    return coefficients


def _variance(influence: Ratios, person: Integers, store: Integers | None) -> float:
    """Of a mean whose errors go together within a person, and within a store where there are enough of these.

    With few stores the two-way figure is itself uncertain, so it never falls below the one by person.
    """
    by_person = _clustered(influence, person)
    if store is None:
        return by_person
    in_store = person * np.int64(1_000_003) + store  # a person in a store; wraps round, as a hash may
    two_ways = _clustered(influence, store) + by_person - _clustered(influence, in_store)
    return max(two_ways, by_person)


def _clustered(influence: Ratios, cluster: Integers) -> float:
    names, number = np.unique(cluster, return_inverse=True)
    sums = np.bincount(number, influence)
    return float(len(names) / max(len(names) - 1, 1) * (sums @ sums) / len(influence) ** 2)
