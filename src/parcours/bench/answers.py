"""Holds answers against each other: a comparison of speed is worth something only where they are equal."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    Row = dict[str, Any]  # a row of a command's JSON


def differing_rows(ours: Sequence[Row], other: Sequence[Row]) -> int:
    """Rows that one answer has and the other has not; a row with another figure counts once.

    Args:
        ours: Rows of a command's JSON, in any order.
        other: Rows of the same command.

    Example:
        >>> differing_rows([{"kept": 1}, {"kept": 2}], [{"kept": 2}, {"kept": 3}])
        1
        >>> differing_rows([{"kept": 1}], [])
        1
    """
    here, there = (Counter(json.dumps(row, sort_keys=True) for row in rows) for rows in (ours, other))
    return max((here - there).total(), (there - here).total())


def differing_promises(gaps: Sequence[Row], floor: dict[str, dict[str, int]]) -> int:
    """Promises whose triggers or kept triggers are not those of the floor.

    Args:
        gaps: Rows of `parcours gaps --format json`; those of a slice or a period are left out.
        floor: `{promise: {triggers, kept}}`.

    Example:
        >>> gaps = [{"promise": "p01", "slice": {}, "period": None, "eligible": 5, "kept": 2}]
        >>> differing_promises(gaps, {"p01": {"triggers": 5, "kept": 2}, "p02": {"triggers": 1, "kept": 0}})
        1
    """
    ours = {
        row["promise"]: {"triggers": row["eligible"], "kept": row["kept"]}
        for row in gaps
        if not row["slice"] and row["period"] is None
    }
    return sum(ours.get(promise) != floor.get(promise) for promise in ours.keys() | floor.keys())
