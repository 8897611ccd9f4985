"""Classes of people who go about things alike: a mixture of Dirichlet-multinomials over groups of habits.

How much somebody does is not asked, only how: within each group of habits (ways of buying, channels looked at, ...) the counts of a person
are spread as their class spreads them, with the person's own dice around it. So three purchases alike say little, and thirty a lot:
a person with few signals stays uncertain. Source: Minka (2012), Estimating a Dirichlet distribution, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ratios = NDArray[np.float64]
    Integers = NDArray[np.int64]

MOST = 40  # occasions of one habit that still tell more; larger counts are scaled down with their group
STARTS = 10
_SHORT, _LONG = 20, 200  # rounds of each start, and of the best one
_STEADY = 1e-5  # gain of log-likelihood a person below which nothing moves
_PRIOR_PEOPLE, _PRIOR_DISPERSION = (
    5.0,
    0.1,
)  # a class begins as if five people had told it nothing in particular
_LOWEST, _HIGHEST = 0.01, 50.0
_OCCASIONS, _TOTALS = np.arange(MOST), np.arange(2 * MOST)
_ALIKE = 6.0  # least sum of alphas: where shares of a habit differ more than that within a class (sd 0.19 around a half), it is two


@dataclass(frozen=True)
class Patterns:
    """People who did the same are one pattern.

    Attributes:
        cells: (n_pattern, n_cell) sparse 0/1; a cell is one habit, or one group, at one count.
        weights: (n_pattern,) people.
        of_person: (n_person,) pattern of each.
        groups: Columns of each group.
    """

    cells: sparse.csr_matrix
    weights: Ratios
    of_person: Integers
    groups: tuple[Integers, ...]

    def drawn(self, people: Integers) -> Patterns:
        """Only these people, as often as they are named."""
        weights = np.bincount(self.of_person[people], minlength=len(self.weights)).astype(np.float64)
        return replace(self, weights=weights)


@dataclass(frozen=True)
class Mixture:
    """Classes.

    Attributes:
        shares: (n_class,) ratios, sum to 1.
        alphas: (n_class, n_habit) of the Dirichlet of each group; their sum over a group tells how alike its people are.
        groups: Columns of each group.
        log_likelihood: Mean a person.
    """

    shares: Ratios
    alphas: Ratios
    groups: tuple[Integers, ...]
    log_likelihood: float

    def posterior(self, patterns: Patterns) -> Ratios:
        """(n_pattern, n_class) probability of each class; rows sum to 1."""
        scores = patterns.cells @ _table(self.alphas, self.groups) + np.log(self.shares)
        return _softmax(scores)[0]

    def spread(self) -> Ratios:
        """(n_class, n_habit) mean share of each habit within its group."""
        told = np.empty_like(self.alphas)
        for columns in self.groups:
            told[:, columns] = self.alphas[:, columns] / self.alphas[:, columns].sum(1, keepdims=True)
        return told


def find_patterns(counts: sparse.csr_matrix, groups: Sequence[Integers]) -> Patterns:
    """Group people by what they did.

    Args:
        counts: (n_person, n_habit) occasions, >= 0.
        groups: Columns of each group; together they are all columns.
    """
    scaled = _scaled(counts, groups)
    key = np.random.default_rng(0).integers(1, 2**62, counts.shape[1], dtype=np.int64) | 1
    hashed = scaled.astype(np.int64) @ key  # wraps around: 64 bits tell patterns apart
    _, first, of_person = np.unique(hashed, return_index=True, return_inverse=True)
    weights = np.bincount(of_person, minlength=len(first)).astype(np.float64)
    return Patterns(_cells(scaled[first], groups), weights, of_person.astype(np.int64).ravel(), tuple(groups))


def _scaled(counts: sparse.csr_matrix, groups: Sequence[Integers]) -> sparse.csr_matrix:
    """No group above `MOST` occasions."""
    found = counts.tocsr().astype(np.float64)
    for columns in groups:
        total = np.asarray(found[:, columns].sum(axis=1)).ravel()
        scale = np.minimum(1.0, MOST / np.maximum(total, 1))
        if (scale < 1).any():
            kept = np.ones(found.shape[1])
            picked = np.zeros(found.shape[1])
            kept[columns], picked[columns] = 0, 1
            found = found @ sparse.diags(kept) + sparse.diags(scale) @ found @ sparse.diags(picked)
    found.data = np.minimum(np.rint(found.data), MOST)
    found.eliminate_zeros()
    return found.tocsr()


def _cells(counts: sparse.csr_matrix, groups: Sequence[Integers]) -> sparse.csr_matrix:
    habits = counts.tocoo()
    rows, cells = [habits.row], [habits.col * MOST + habits.data.astype(np.int64) - 1]
    for place, columns in enumerate(groups):
        total = np.minimum(np.asarray(counts[:, columns].sum(axis=1)).ravel(), 2 * MOST).astype(np.int64)
        some = np.flatnonzero(total)
        rows.append(some)
        cells.append((counts.shape[1] + 2 * place) * MOST + total[some] - 1)
    row, cell = np.concatenate(rows), np.concatenate(cells)
    shape = (counts.shape[0], (counts.shape[1] + 2 * len(groups)) * MOST)
    return sparse.csr_matrix((np.ones(len(row)), (row, cell)), shape=shape)


def _table(alphas: Ratios, groups: Sequence[Integers]) -> Ratios:
    """(n_cell, n_class) what each cell adds to the log-likelihood."""
    # The logarithm of gamma(a + n) / gamma(a) is a sum of n logarithms.
    own = np.log(alphas[:, :, None] + _OCCASIONS).cumsum(axis=2)
    totals = np.stack([alphas[:, columns].sum(1) for columns in groups], axis=1)
    whole = -np.log(totals[:, :, None] + _TOTALS).cumsum(axis=2)
    return np.concatenate([own.reshape(len(alphas), -1), whole.reshape(len(alphas), -1)], axis=1).T


def _softmax(scores: Ratios) -> tuple[Ratios, Ratios]:
    top = scores.max(axis=1, keepdims=True)
    grown = np.exp(scores - top)
    total = grown.sum(axis=1, keepdims=True)
    return grown / total, (top + np.log(total)).ravel()


def fit(patterns: Patterns, classes: int, rng: np.random.Generator, starts: int = STARTS) -> Mixture:
    """Find classes by expectation and maximisation, from the best of a few starts.

    Args:
        patterns: Of at least one person.
        classes: How many, >= 1.
        rng: For the starts.
        starts: How many are tried.
    """
    some = np.flatnonzero(patterns.weights)
    used = replace(patterns, cells=patterns.cells[some], weights=patterns.weights[some])
    begun = [_improve(used, _start(used, classes, rng), _SHORT) for _ in range(starts if classes > 1 else 1)]
    return _improve(used, max(begun, key=lambda found: found.log_likelihood), _LONG)


def taught(patterns: Patterns, ownership: Ratios, rounds: int = 40) -> Mixture:
    """The classes of people of whom it is known where they belong.

    Args:
        patterns: Of at least one person.
        ownership: (n_pattern, n_class) share of the people of each pattern that belong to each class; rows sum to 1.
        rounds: Of the fixed point.
    """
    habits = sum(len(columns) for columns in patterns.groups)
    classes = ownership.shape[1]
    found = Mixture(np.full(classes, 1 / classes), np.full((classes, habits), 0.5), patterns.groups, -np.inf)
    for _ in range(rounds):
        found = _maximised(patterns, found, ownership)
    return found


def _start(patterns: Patterns, classes: int, rng: np.random.Generator) -> Mixture:
    """Classes as a few people drawn at random would have them."""
    habits = sum(len(columns) for columns in patterns.groups)
    loose = Mixture(np.full(classes, 1 / classes), np.full((classes, habits), 0.5), patterns.groups, -np.inf)
    ownership = rng.dirichlet(np.full(classes, 0.3), len(patterns.weights))
    return _maximised(patterns, loose, ownership)


def _improve(patterns: Patterns, found: Mixture, rounds: int) -> Mixture:
    total = patterns.weights.sum()
    for _ in range(rounds):
        ownership, likelihood = _softmax(
            patterns.cells @ _table(found.alphas, found.groups) + np.log(found.shares)
        )
        mean = float(patterns.weights @ likelihood / total)
        gain, before = mean - found.log_likelihood, found.log_likelihood
        found = replace(_maximised(patterns, found, ownership), log_likelihood=mean)
        if np.isfinite(before) and gain < _STEADY:
            break
    return found


def _maximised(patterns: Patterns, found: Mixture, ownership: Ratios) -> Mixture:
    """Shares and alphas given who belongs where; alphas by three rounds of Minka's fixed point."""
    owned = ownership * patterns.weights[:, None]
    shares = owned.sum(axis=0) + 1
    held = np.asarray(patterns.cells.T @ owned).T  # (n_class, n_cell) people at each count
    classes, habits = found.alphas.shape
    own = _at_least(held[:, : habits * MOST].reshape(classes, habits, MOST))
    whole = _at_least(held[:, habits * MOST :].reshape(classes, len(found.groups), 2 * MOST))
    within = np.zeros((habits, len(found.groups)))
    for place, columns in enumerate(found.groups):
        within[columns, place] = 1.0
    alphas = found.alphas
    for _ in range(3):
        alphas = _fixed_point(alphas, own, whole, within)
    return Mixture(shares / shares.sum(), alphas, found.groups, found.log_likelihood)


def _at_least(held: Ratios) -> Ratios:
    """(..., n) people at each count or more."""
    return np.asarray(held[..., ::-1].cumsum(axis=-1)[..., ::-1])


def _fixed_point(alphas: Ratios, own: Ratios, whole: Ratios, within: Ratios) -> Ratios:
    """Better alphas; digamma(a + n) - digamma(a) is a sum of n reciprocals, so people at each count or more are all it takes.

    Args:
        alphas: (n_class, n_habit).
        own: (n_class, n_habit, 40) people at each count of a habit, or more.
        whole: (n_class, n_group, 80) people at each count of a group, or more.
        within: (n_habit, n_group) 1 where a habit is of a group, else 0; each is of one.
    """
    above = (own / (alphas[:, :, None] + _OCCASIONS)).sum(axis=2)
    below = (whole / ((alphas @ within)[:, :, None] + _TOTALS)).sum(axis=2)
    new: Ratios = (alphas * above + _PRIOR_PEOPLE * _PRIOR_DISPERSION) / (below @ within.T + _PRIOR_PEOPLE)
    new = np.clip(new, _LOWEST, _HIGHEST)
    new *= np.maximum(1.0, _ALIKE / (new @ within)) @ within.T
    return new
