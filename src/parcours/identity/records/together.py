"""What strangers agree in together: who was born in one year is named alike, who lives in one street has one postcode, mailboxes are made of names.

Taken one by one, such agreements look like twice the evidence. Here the pairs that are surely two people tell how much more often they agree
in two comparisons at once than chance alone would have it, and that much is taken off. Only the strongest dependences that form a tree are
told, so that none is taken off twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from parcours.identity.records.patterns import Patterns

    Floats = NDArray[np.float64]

TOGETHER = "together"  # the comparison's name where the evidence of a pair is told
_CAUTION = 5.0  # pairs that agree as chance has it, added to what was seen: a handful is no habit
_LEAST_BITS = 0.05


@dataclass(frozen=True)
class Dependence:
    """Two comparisons in which strangers agree together.

    Attributes:
        first: Place of the one.
        second: Place of the other.
        bits: (levels of first, levels of second) float64, how much more often strangers show both levels than chance has it; log2, never
            below 0. Nothing is said of level 0: who differs in something is not looked at for it.
    """

    first: int
    second: int
    bits: Floats


def learn_together(
    looked_at: Patterns,
    apart: NDArray[np.bool_],
    sample: Patterns,
    strangers: Sequence[Floats],
    pairs: float,
) -> list[Dependence]:
    """The dependences among strangers.

    Args:
        looked_at: Pairs that agree in something.
        apart: (n_pattern,) bool, those that are surely two people.
        sample: Pairs drawn at random, or all; they tell how often two comparisons can be made at once.
        strangers: By comparison (n_level,) float64, how often strangers show each level.
        pairs: How many there are in all.

    Source:
        Chow and Liu (1968), IEEE Transactions on Information Theory 14:462-467: the tree that says most of a joint distribution. For linkage, that
        agreement of strangers depends on each other: Thibaudeau (1993), Survey Methodology 19:31-38.
    """
    counts = np.where(apart, looked_at.counts, 0.0)
    found = {}
    for first in range(len(strangers)):
        for second in range(first + 1, len(strangers)):
            both = (sample.levels[:, first] >= 0) & (sample.levels[:, second] >= 0)
            told = pairs * float(sample.counts[both].sum() / max(sample.counts.sum(), 1.0))
            chance = told * np.outer(strangers[first], strangers[second])
            seen = _counted(looked_at.levels[:, [first, second]], counts, chance.shape)
            bits = np.maximum(np.log2((seen + _CAUTION) / (chance + _CAUTION)), 0.0)
            bits[0, :] = bits[:, 0] = 0.0
            bits[bits < _LEAST_BITS] = 0.0
            found[first, second] = Dependence(first, second, bits), float((seen * bits).sum())
    return _tree({place: told for place, told in found.items() if told[1] > 0}, len(strangers))


def bits_together(dependences: Iterable[Dependence], levels: NDArray[np.int64]) -> Floats:
    """What agreeing together takes off the evidence of each pattern, in bits, never below 0; levels (n_pattern, n_comparison), -1 not told.

    Example:
        >>> habit = Dependence(0, 1, np.array([[0.0, 0.0], [0.0, 3.0]]))
        >>> bits_together([habit], np.array([[1, 1], [1, 0], [1, -1]])).tolist()
        [3.0, 0.0, 0.0]
    """
    found = np.zeros(len(levels))
    for each in dependences:
        first, second = levels[:, each.first], levels[:, each.second]
        told = (first >= 0) & (second >= 0)
        found[told] += each.bits[first[told], second[told]]
    return found


def written(dependences: Iterable[Dependence]) -> list[dict[str, Any]]:
    """Dependences as a model keeps them."""
    return [{"first": d.first, "second": d.second, "bits": d.bits.round(4).tolist()} for d in dependences]


def read(told: Iterable[dict[str, Any]]) -> list[Dependence]:
    """Dependences of a model that was kept."""
    return [Dependence(d["first"], d["second"], np.array(d["bits"], np.float64)) for d in told]


def _counted(levels: NDArray[np.int64], counts: Floats, shape: tuple[int, int]) -> Floats:
    told = (levels >= 0).all(axis=1)
    cells = np.ravel_multi_index((levels[told, 0], levels[told, 1]), shape)
    return np.asarray(
        np.bincount(cells, counts[told], minlength=shape[0] * shape[1]).reshape(shape), np.float64
    )


def _tree(found: dict[tuple[int, int], tuple[Dependence, float]], size: int) -> list[Dependence]:
    """Those that say most, without a ring."""
    if not found:
        return []
    first, second = np.array(sorted(found)).T
    worth = np.array([found[place][1] for place in sorted(found)])
    taken = minimum_spanning_tree(coo_matrix((-worth, (first, second)), shape=(size, size))).tocoo()
    ends = sorted((min(a, b), max(a, b)) for a, b in zip(taken.row.tolist(), taken.col.tolist(), strict=True))
    return [found[place][0] for place in ends]
