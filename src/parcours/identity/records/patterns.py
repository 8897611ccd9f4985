"""Compares pairs of records once, and counts how they compare: all that is learnt afterwards is learnt from the counts.

A pattern is one answer to every comparison. A million pairs show a few thousand patterns, so that what costs is asked of the engine once,
and expectation maximisation runs over counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parcours.identity.records.comparing import RECORDS_TO_COMPARE, level_sql

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from numpy.typing import NDArray

    from parcours.lake import Engine

    Comparisons = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Patterns:
    """How pairs compare, counted.

    Attributes:
        keys: (n_pattern,) int64, the pattern as one number, in the column `pattern` of the pairs.
        levels: (n_pattern, n_comparison) int64, Splink's number of the level: 0 different, up to the same; -1 nothing to compare.
        counts: (n_pattern,) float64, pairs.
    """

    keys: NDArray[np.int64]
    levels: NDArray[np.int64]
    counts: NDArray[np.float64]


def level_counts(comparisons: Comparisons) -> list[int]:
    """How many levels each comparison has, the one for nothing to compare left out."""
    return [len(item["comparison_levels"]) - 1 for item in comparisons]


def compare_pairs(engine: Engine, comparisons: Comparisons, pairs: str, target: str) -> None:
    """Make the table `target` of pairs and their patterns.

    Args:
        engine: Holds `record`.
        comparisons: As Splink's settings write them.
        pairs: SQL that answers (token, other_token).
        target: Name of the table that is made; token, other_token, pattern (all bigint).
    """
    names = sorted(engine.columns(RECORDS_TO_COMPARE).keys() - {"token", "first_at"})
    sides = ", ".join(f"l.{name} as {name}_l, r.{name} as {name}_r" for name in names)
    place, digits = 1, []
    for item, size in zip(comparisons, level_counts(comparisons), strict=True):
        digits.append(f"{place} * ({level_sql(item)} + 1)")
        place *= size + 1
    engine.run(
        f"create or replace table {target} as select token, other_token, cast({' + '.join(digits)} as bigint) as pattern "
        f"from (select p.token, p.other_token, {sides} from ({pairs}) as p "
        f"join ({RECORDS_TO_COMPARE}) as l on l.token = p.token join ({RECORDS_TO_COMPARE}) as r on r.token = p.other_token)"
    )


def count_patterns(engine: Engine, comparisons: Comparisons, table: str, condition: str = "true") -> Patterns:
    """The patterns of a table of pairs that `compare_pairs` made, in the order of their keys."""
    sql = f"select pattern, count(*) from {table} where {condition} group by pattern order by pattern"
    rows = engine.rows(sql)
    keys = np.array([key for key, _ in rows], np.int64)
    counts = np.array([count for _, count in rows], np.float64)
    return Patterns(keys, read_keys(keys, level_counts(comparisons)), counts)


def read_keys(keys: NDArray[np.int64], sizes: Sequence[int]) -> NDArray[np.int64]:
    """The levels that keys of patterns stand for.

    Args:
        keys: (n,) int64.
        sizes: How many levels each comparison has.

    Returns:
        (n, n_comparison) int64; -1 nothing to compare.

    Example:
        >>> read_keys(np.array([0, 7]), [2, 3]).tolist()
        [[-1, -1], [0, 1]]
    """
    levels = np.empty((len(keys), len(sizes)), np.int64)
    rest = keys
    for column, size in enumerate(sizes):
        rest, levels[:, column] = np.divmod(rest, size + 1)
    return levels - 1
