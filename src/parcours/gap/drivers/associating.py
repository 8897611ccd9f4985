"""How far things go together with an outcome once all else known is held alike: a regression with errors clustered by person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import linalg

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ratios = NDArray[np.float64]
    Integers = NDArray[np.int64]

RIDGE = 10.0  # penalty on standardised columns of what was known before; on what is told there is none
LEVEL = 0.95  # of all intervals together
_ALIKE = (
    0.9  # of a column's variance explained by another or by all others before it: they cannot be told apart
)
_DRAWS, _SEED = 100_000, 20260912
_FLOOR = 1e-9


@dataclass(frozen=True)
class Association:
    """Slopes of an outcome.

    Attributes:
        columns: (k,) places of the columns that could be told apart.
        slope: (k,) float64, of the outcome, for one more of each.
        covariance: (k, k) float64.
        same_as: Place of a column that could not be told apart to the one it goes with.
    """

    columns: tuple[int, ...]
    slope: Ratios
    covariance: Ratios
    same_as: dict[int, int]

    @property
    def error(self) -> Ratios:
        """(k,) float64, standard errors."""
        errors: Ratios = np.sqrt(np.diag(self.covariance))
        return errors

    @property
    def correlation(self) -> Ratios:
        """(k, k) float64 of the slopes."""
        scale = np.where(self.error > 0, self.error, 1.0)
        together: Ratios = self.covariance / np.outer(scale, scale)
        return together


def associate(
    columns: Ratios, outcome: Ratios, known: Ratios, person: Integers, held: Ratios | None = None
) -> Association:
    """Slopes of an outcome on columns, all held alike, and so is what was known before.

    Args:
        columns: (n, k) float64.
        outcome: (n,) float64.
        known: (n, q) float64, what was known before.
        person: (n,) int64; errors of one person's rows go together.
        held: (n, h) float64, held alike without penalty and not told; None: nothing.

    Source:
        Frisch and Waugh (1933): what `known` explains is taken out of both sides, then least squares. Errors: Liang and Zeger (1986),
        Biometrika 73:13-22, clustered by person.
    """
    k = columns.shape[1]
    others = np.zeros((len(outcome), 0)) if held is None else held
    everything = _unexplained(np.column_stack([others, columns]), known)
    left = _unexplained(outcome[:, None], known)[:, 0]
    taken, same_as = _told_apart(everything, others.shape[1])
    if not taken:
        return Association((), np.zeros(0), np.zeros((0, 0)), same_as)
    chosen = everything[:, taken]
    inverse = linalg.pinvh(chosen.T @ chosen)
    slope = inverse @ (chosen.T @ left)
    covariance = _clustered(chosen, left - chosen @ slope, person, inverse)
    own = [number for number, place in enumerate(taken) if place >= others.shape[1]]
    places = tuple(taken[number] - others.shape[1] for number in own)
    assert k >= len(places)  # noqa: S101 - a column is told once
    return Association(places, slope[own], covariance[np.ix_(own, own)], same_as)


def _unexplained(columns: Ratios, known: Ratios) -> Ratios:
    """What is left of columns once what was known explains its part; a mean is always taken out."""
    centred: Ratios = columns - columns.mean(axis=0)
    if not known.shape[1]:
        return centred
    spread = known.std(axis=0)
    scaled = (known - known.mean(axis=0)) / np.where(spread > _FLOOR, spread, 1.0)
    gram = scaled.T @ scaled
    gram[np.diag_indices_from(gram)] += RIDGE
    left: Ratios = centred - scaled @ linalg.solve(gram, scaled.T @ centred, assume_a="pos")
    return left


def _told_apart(columns: Ratios, held: int) -> tuple[list[int], dict[int, int]]:
    """Columns taken one after the other, and which of those not taken go with which; the first `held` are not named."""
    taken: list[int] = []
    same_as: dict[int, int] = {}
    for number in range(columns.shape[1]):
        own = columns[:, number]
        size = float(own @ own)
        if size <= _FLOOR * len(own):
            continue
        before = columns[:, taken]
        left = own - before @ linalg.lstsq(before, own)[0] if taken else own
        if float(left @ left) >= (1 - _ALIKE) * size:
            taken.append(number)
        elif number >= held:
            nearest = taken[int(np.argmax(np.abs(own @ before) / np.sqrt((before**2).sum(axis=0))))]
            same_as[number - held] = nearest - held
    return taken, same_as


def _clustered(columns: Ratios, residual: Ratios, person: Integers, inverse: Ratios) -> Ratios:
    """(k, k) covariance of slopes whose errors go together within a person."""
    names, number = np.unique(person, return_inverse=True)
    scores = np.zeros((len(names), columns.shape[1]))
    np.add.at(scores, number, columns * residual[:, None])
    few = len(names) / max(len(names) - 1, 1)
    covariance: Ratios = few * inverse @ (scores.T @ scores) @ inverse
    return covariance


def joint_level(blocks: Sequence[Ratios]) -> float:
    """How many standard errors make intervals that hold all together.

    Args:
        blocks: Correlations of figures; those of different blocks are taken as independent.

    Source:
        Hothorn, Bretz and Westfall (2008), Biometrical Journal 50:346-363: the largest of correlated normal figures, here by drawing.

    Example:
        >>> f"{joint_level([np.eye(1)]):.1f} {joint_level([np.eye(10)]):.1f} {joint_level([np.ones((10, 10))]):.1f}"
        '2.0 2.8 2.0'
    """
    chance = np.random.default_rng(_SEED)
    largest = np.zeros(_DRAWS)
    for block in blocks:
        if not len(block):
            continue
        values, vectors = np.linalg.eigh(block)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        drawn = np.abs(chance.standard_normal((_DRAWS, len(block))) @ root.T)
        largest = np.maximum(largest, drawn.max(axis=1))
    return float(np.quantile(largest, LEVEL))
