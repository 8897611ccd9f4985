"""What two cohorts of journeys do otherwise: transitions that one takes more often, or waits longer at, beyond chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr
from scipy.stats import false_discovery_control, fisher_exact

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from parcours.lake import Engine

_FEWEST_EXPECTED = 5  # in each cell; below, the exact test is taken


@dataclass(frozen=True)
class Difference:
    """A transition of two cohorts.

    Attributes:
        source, target: Nodes; None is the start or the end.
        journeys_chosen, journeys_other: That take it.
        share_chosen, share_other: Ratio of all journeys of the cohort.
        chance: Of shares so far apart by chance alone, corrected for all transitions looked at.
        wait_chosen_s, wait_other_s: Median waits, seconds; None: no wait.
        wait_chance: Of waits so different, corrected likewise; None where a cohort has no wait.
    """

    source: int | None
    target: int | None
    journeys_chosen: int
    journeys_other: int
    share_chosen: float
    share_other: float
    chance: float
    wait_chosen_s: float | None
    wait_other_s: float | None
    wait_chance: float | None


def differences(engine: Engine) -> tuple[list[Difference], int, int]:
    """Compare the cohorts of `cohort (journey, is_chosen)` transition by transition.

    Shares of journeys are compared by the two-proportion test, exactly where few are expected; waits by how many lie above the median of both
    (Mood's test). The chance is that of Benjamini and Hochberg (1995), for shares and for waits each.

    Args:
        engine: Holds `move` and `cohort`.

    Returns:
        (differences, journeys chosen, other journeys): the least likely chance first, then the largest difference; empty where a cohort is.
    """
    sizes = {
        row["is_chosen"]: row["journeys"] for row in engine.model(__package__, "cohort_size").to_pylist()
    }
    chosen, other = sizes.get(True, 0), sizes.get(False, 0)
    rows = engine.model(__package__, "cohort_edge").to_pylist() if chosen and other else []
    if not rows:
        return [], chosen, other
    shares = two_shares(
        [row["journeys_chosen"] for row in rows],
        [chosen] * len(rows),
        [row["journeys_other"] for row in rows],
        [other] * len(rows),
    )
    waits = two_shares(
        *(
            [row[name] for row in rows]
            for name in ("slow_chosen", "waits_chosen", "slow_other", "waits_other")
        )
    )
    found = [
        Difference(
            row["source"],
            row["target"],
            row["journeys_chosen"],
            row["journeys_other"],
            row["journeys_chosen"] / chosen,
            row["journeys_other"] / other,
            float(share),
            row["wait_chosen_s"],
            row["wait_other_s"],
            None if np.isnan(wait) else float(wait),
        )
        for row, share, wait in zip(rows, _corrected(shares), _corrected(waits), strict=True)
    ]
    return sorted(found, key=_rank), chosen, other


def _rank(found: Difference) -> tuple[float, float, int, int]:
    apart = -abs(found.share_chosen - found.share_other)
    return min(found.chance, found.wait_chance or 1.0), apart, found.source or 0, found.target or 0


def _corrected(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    """Chances after Benjamini and Hochberg; NaN stays."""
    known = ~np.isnan(chances)
    found = np.full(len(chances), np.nan)
    if known.any():
        found[known] = false_discovery_control(chances[known])
    return found


def two_shares(
    hits: Sequence[int], totals: Sequence[int], other_hits: Sequence[int], other_totals: Sequence[int]
) -> NDArray[np.float64]:
    """The chance of two shares so far apart where there is one, for each pair (n,); NaN where a side has no case.

    Example:
        >>> round(float(two_shares([30], [100], [10], [100])[0]), 5)
        0.00041
        >>> round(float(two_shares([3], [4], [0], [4])[0]), 4)
        0.1429
    """
    a, n, b, m = (np.array(counts, np.float64) for counts in (hits, totals, other_hits, other_totals))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (a + b) / (n + m)
        z = (a / n - b / m) / np.sqrt(ratio * (1 - ratio) * (1 / n + 1 / m))
        found = np.asarray(2 * ndtr(-np.abs(z)), np.float64)
        expected = np.minimum(np.minimum(n, m) * ratio, np.minimum(n, m) * (1 - ratio))
    found[(n == 0) | (m == 0)] = np.nan
    found[(n > 0) & (m > 0) & ((ratio == 0) | (ratio == 1))] = 1.0
    for place in np.flatnonzero(~np.isnan(found) & (found < 1) & (expected < _FEWEST_EXPECTED)).tolist():
        table = [
            [hits[place], totals[place] - hits[place]],
            [other_hits[place], other_totals[place] - other_hits[place]],
        ]
        found[place] = fisher_exact(table).pvalue
    return found
