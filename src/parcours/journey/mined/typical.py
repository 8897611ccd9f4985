"""The few journeys that are like most of the others: the fewest paths such that a share of journeys lies within a distance of one of them.

Source: representative journeys of Bernard and Andritsos (2018), here as a covering problem; Feige (1998) for the greedy rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, hstack, identity

from parcours.journey.mined.distance import Paths

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Covers = list[
        tuple[NDArray[np.int64], NDArray[np.float64]]
    ]  # of each candidate: paths it is like, and how far they are

_CANDIDATES = 300  # paths looked at at first, the most frequent ones
_MOST_CANDIDATES = 900
_MOST_PATTERNS = 3_000  # kinds of paths that the exact solution is asked for
_MOST_NODES = 2_000  # of its search; the same on every machine
_SLACK = 1e-9


@dataclass(frozen=True)
class Typical:
    """A path that stands for others.

    Attributes:
        variant: Its place in the list of paths.
        journeys: That it stands for: those nearest to it.
        members: Places of the paths it stands for, itself among them.
        distance_mean: Of these journeys from it, ratio in [0, 1].
    """

    variant: int
    journeys: int
    members: tuple[int, ...]
    distance_mean: float


@dataclass(frozen=True)
class Chosen:
    """Typical paths.

    Attributes:
        typical: The one that stands for most journeys first.
        covered: Ratio of journeys that some typical path stands for.
        is_fewest: It is proven that fewer cannot cover the share that was asked for.
    """

    typical: tuple[Typical, ...]
    covered: float
    is_fewest: bool


def choose_typical(
    paths: Sequence[Sequence[int]], counts: Sequence[int], *, share: float, within: float
) -> Chosen:
    """Choose the fewest paths that stand for a share of journeys.

    Where paths are many, candidates are the most frequent ones, and more are looked at only while the share is not reached. The fewest are
    proven (integer programming) where all paths are candidates and kinds of them few; else the greedy rule answers: the path that adds most journeys, again and again.

    Args:
        paths: Distinct, as node codes, the most frequent first.
        counts: Journeys of each.
        share: Of journeys, in [0, 1].
        within: Distance up to which a path stands for another, a ratio in [0, 1).

    Example:
        >>> found = choose_typical([[1, 2, 3], [1, 2, 2, 3], [7, 8]], [6, 3, 1], share=0.9, within=0.25)
        >>> [(item.variant, item.journeys) for item in found.typical], found.covered
        ([(0, 9)], 0.9)
    """
    if not paths:
        return Chosen((), 1.0, is_fewest=True)
    weights = np.asarray(counts, np.float64)
    known = Paths.of(paths)
    where = np.empty(len(paths), np.int64)  # place in `known` of each path
    where[known.order] = np.arange(len(paths))
    covers: Covers = []
    wanted = share * weights.sum() - _SLACK
    chosen: list[int] = []
    while len(covers) < min(len(paths), _MOST_CANDIDATES):
        for variant in range(len(covers), min(len(covers) + _CANDIDATES, len(paths))):
            near, far = known.near(int(where[variant]), within)
            covers.append((known.order[near], far))
        chosen = _greedy(covers, weights, wanted)
        if _covered(covers, chosen, weights) >= wanted:
            break
    is_fewest = len(chosen) <= 1
    if chosen and len(covers) == len(paths):
        chosen, is_fewest = _fewest(covers, weights, wanted, chosen)
    return Chosen(
        _assigned(covers, chosen, weights),
        _covered(covers, chosen, weights) / float(weights.sum()),
        is_fewest=is_fewest,
    )


def _covered(covers: Covers, chosen: Sequence[int], weights: NDArray[np.float64]) -> float:
    found = np.zeros(len(weights), bool)
    for candidate in chosen:
        found[covers[candidate][0]] = True
    return float(weights[found].sum())


def _greedy(covers: Covers, weights: NDArray[np.float64], wanted: float) -> list[int]:
    """The candidate that adds most, again and again; ties go to the more frequent path."""
    left = weights.copy()
    gains = np.array([left[near].sum() for near, _ in covers])
    chosen: list[int] = []
    covered = 0.0
    while covered < wanted and gains.max(initial=0) > 0:
        best = int(np.argmax(gains))
        # Gains only fall: who is still ahead when counted anew is the best.
        anew = left[covers[best][0]].sum()
        if anew < gains[best]:
            gains[best] = anew
            continue
        chosen.append(best)
        covered += float(anew)
        left[covers[best][0]] = 0
        gains[best] = 0
    return chosen


def _fewest(
    covers: Covers, weights: NDArray[np.float64], wanted: float, greedy: list[int]
) -> tuple[list[int], bool]:
    """The fewest candidates that cover enough, and of these the most frequent; the greedy ones where that is too large to prove."""
    rows = np.concatenate([near for near, _ in covers])
    columns = np.repeat(np.arange(len(covers)), [len(near) for near, _ in covers])
    is_like = csr_array((np.ones(len(rows)), (rows, columns)), shape=(len(weights), len(covers)))
    kinds: dict[bytes, int] = {}
    kind = np.array(
        [
            kinds.setdefault(
                is_like.indices[is_like.indptr[row] : is_like.indptr[row + 1]].tobytes(), len(kinds)
            )
            for row in range(len(weights))
        ]
    )
    if len(kinds) > _MOST_PATTERNS:
        return greedy, len(greedy) <= 1
    _, first = np.unique(kind, return_index=True)
    worth = np.bincount(kind, weights) / weights.sum()
    own = weights[: len(covers)] / weights.sum()
    # More frequent paths break ties; all of them together weigh less than one path.
    cost = np.concatenate([1 - own / 2, np.zeros(len(kinds))])
    covered = hstack([is_like[first], -identity(len(kinds))])
    enough = np.concatenate([np.zeros(len(covers)), worth])
    found = milp(
        cost,
        integrality=np.concatenate([np.ones(len(covers)), np.zeros(len(kinds))]),
        bounds=Bounds(0, 1),
        constraints=[
            LinearConstraint(covered, 0, np.inf),
            LinearConstraint(enough[None, :], wanted / weights.sum(), np.inf),
        ],
        options={"node_limit": _MOST_NODES},
    )
    if found.status != 0:
        return greedy, len(greedy) <= 1
    return np.flatnonzero(found.x[: len(covers)] > 0.5).tolist(), True  # noqa: PLR2004 - a whole number up to rounding


def _assigned(covers: Covers, chosen: Sequence[int], weights: NDArray[np.float64]) -> tuple[Typical, ...]:
    """Each path goes to the nearest chosen one, to the more frequent one where two are as near."""
    nearest = np.full(len(weights), np.inf)
    owner = np.full(len(weights), -1)
    for candidate in sorted(chosen):
        near, far = covers[candidate]
        closer = far < nearest[near] - _SLACK
        owner[near[closer]] = candidate
        nearest[near[closer]] = far[closer]
    found = []
    for candidate in chosen:
        own = np.flatnonzero(owner == candidate)
        journeys = weights[own].sum()
        mean = float(weights[own] @ nearest[own] / journeys)
        found.append(Typical(candidate, int(journeys), tuple(own.tolist()), mean))
    return tuple(sorted(found, key=lambda item: (-item.journeys, item.variant)))
