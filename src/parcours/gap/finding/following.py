"""One cause is told once: what is broken for the same people as a stronger finding of another promise follows from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from parcours.gap.finding.explaining import within

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from parcours.gap.finding.cases import PromiseCases
    from parcours.gap.finding.types import Where

_MOST_OF_IT = 0.5  # of its broken promises
_LOOKED_AT = (
    20_000  # broken promises of a finding, about, evenly over its time: enough to tell whose most are
)
Key = tuple[str, str]  # map, promise


def tell_once(
    explained: Mapping[Key, tuple[Where, ...]], cases: Mapping[Key, PromiseCases]
) -> dict[Key, tuple[Where, ...]]:
    """Findings, those that follow from another with its promise.

    A finding follows from a stronger one of another promise if that one's broken promises were made to the people, or on the journeys, of more
    than half of its own.
    """
    strongest = sorted(
        ((key, number) for key, found in explained.items() for number in range(len(found))),
        key=lambda item: (-explained[item[0]][item[1]].evidence, item),
    )
    told: dict[Key, list[Where]] = {key: list(found) for key, found in explained.items()}
    leading: list[Key] = []
    reached: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    for key, number in strongest:
        own = cases[key]
        broken = np.flatnonzero(own.is_broken & within(own, told[key][number]))
        some = broken[:: max(1, len(broken) // _LOOKED_AT)]
        for other, (their_journeys, their_people) in zip(leading, reached, strict=True):
            if other == key:
                continue
            same = _is_among(own.person[some], their_people)
            if other[0] == key[0]:
                same |= _is_among(own.journey[some], their_journeys)
            if same.mean() > _MOST_OF_IT:
                told[key][number] = replace(told[key][number], follows=other)
                break
        else:
            leading.append(key)
            reached.append((np.unique(own.journey[broken]), np.unique(own.person[broken])))
    return {key: tuple(found) for key, found in told.items()}


def _is_among(ids: NDArray[np.int64], known: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) bool: those in an ascending array; 0, nobody, is in none."""
    place = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.asarray((known[place] == ids) & (ids != 0))
