"""How sure we are that a promise is kept less often in one slice than in all the rest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parcours.gap.interval import Z_95, kept_interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    Row = dict[str, Any]  # a gap row as results answer it

_JUDGED = ("kept", "broken", "unobservable")
_DOUBT = 0.025  # one side of the 95 % that intervals use


@dataclass(frozen=True)
class Contrast:
    """A slice held against the rest.

    Attributes:
        row: The slice's gap row.
        rest_ratio: Kept share of everybody else; None: nobody else was judged.
        distance: How many standard errors the slice lies below the rest; negative: above.
        is_sure: It is worse beyond doubt, though the worst of many was looked for.
    """

    row: Row
    rest_ratio: float | None
    distance: float
    is_sure: bool


def contrast_slices(overall: Row, slices: Sequence[Row]) -> dict[str, list[Contrast]]:
    """Slices held against the rest of their promise, by dimension: the dimension that tells most first, in it the surest first.

    Both sides are as wide as their intervals, so what could not be observed makes a difference less sure.

    Args:
        overall: The promise's row over everything.
        slices: Its rows of single slices over the whole time; those nobody judged are left out.

    Source:
        Newcombe (1998), Statistics in Medicine 17:873-890, difference of two proportions from their Wilson intervals; the
        doubt is shared among all slices (Bonferroni).
    """
    judged = [row for row in slices if row["population"]["kept_ratio"] is not None]
    found: dict[str, list[Contrast]] = {}
    for row in judged:
        rest_ratio, distance = _against_rest(overall, row)
        is_sure = math.erfc(distance / math.sqrt(2)) / 2 * len(judged) < _DOUBT
        found.setdefault(next(iter(row["slice"])), []).append(Contrast(row, rest_ratio, distance, is_sure))
    for contrasts in found.values():
        contrasts.sort(key=lambda item: (-item.distance, -item.row["broken"]))
    return dict(sorted(found.items(), key=lambda pair: -pair[1][0].distance))


def _against_rest(overall: Row, row: Row) -> tuple[float | None, float]:
    """(kept share of the rest, standard errors between it and the slice)."""
    here, everywhere = row["population"], overall["population"]
    kept, broken, unseen = (max(0.0, everywhere[verdict] - here[verdict]) for verdict in _JUDGED)
    weight = kept + broken + unseen
    cases = sum(overall[verdict] - row[verdict] for verdict in _JUDGED)
    if cases <= 0 or kept + broken <= 0:
        return None, 0.0
    scale = min(1.0, cases / weight)  # weights stand for a population, but only cases were seen
    low, high = kept_interval([kept * scale], [broken * scale], [unseen * scale])
    rest_ratio = kept / (kept + broken)
    if rest_ratio >= here["kept_ratio"]:
        spread = math.hypot(here["high"] - here["kept_ratio"], rest_ratio - float(low[0]))
    else:
        spread = math.hypot(here["kept_ratio"] - here["low"], float(high[0]) - rest_ratio)
    return rest_ratio, Z_95 * (rest_ratio - here["kept_ratio"]) / spread if spread else 0.0


def rank_promises(overall: Sequence[Row]) -> list[Row]:
    """Promises as they should be looked at: goals missed for sure first, then those broken most often, then those nobody saw."""
    return sorted(
        overall,
        key=lambda row: (
            row["population"]["kept_ratio"] is None,
            not misses_goal(row),
            -row["population"]["broken"],
        ),
    )


def misses_goal(row: Row) -> bool:
    """Even the upper end of the interval lies below the map's goal."""
    high = row["population"]["high"]
    return row["goal"] is not None and high is not None and high < row["goal"]
