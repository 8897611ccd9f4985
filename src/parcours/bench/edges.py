"""The answer every mining contender prints, and how two answers are compared."""

from __future__ import annotations

import hashlib
import json
import sys
from typing import TYPE_CHECKING, NamedTuple

from parcours.bench.child import peak_of_this_process

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SAME_WITHIN_S = 1e-3  # medians of whole seconds are multiples of a half; beyond this they differ


class Edge(NamedTuple):
    """One transition between signal types of the same case, at equal instants in the file's order.

    Attributes:
        source: Type before.
        target: Type right after it.
        transition_count: Times this happened.
        wait_median_s: Median wait between the two, interpolated; seconds.
    """

    source: str
    target: str
    transition_count: int
    wait_median_s: float


def digest(edges: Iterable[Edge]) -> str:
    """One text for the whole graph; equal graphs have equal digests, whatever the order of their edges.

    Example:
        >>> one, two = Edge("a", "b", 2, 1.5), Edge("b", "a", 1, 0.0)
        >>> digest([one, two]) == digest([two, one]) != digest([one])
        True
    """
    lines = sorted(f"{e.source}\t{e.target}\t{e.transition_count}\t{e.wait_median_s:.3f}" for e in edges)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def differing_edges(ours: Iterable[Edge], theirs: Iterable[Edge]) -> int:
    """Edges that only one graph has, or whose counts or median waits are not the same.

    Example:
        >>> differing_edges([Edge("a", "b", 2, 1.5)], [Edge("a", "b", 2, 1.5), Edge("b", "a", 1, 0.0)])
        1
    """
    one, other = ({(edge.source, edge.target): edge for edge in graph} for graph in (ours, theirs))
    return sum(not _same(one.get(pair), other.get(pair)) for pair in one.keys() | other.keys())


def _same(one: Edge | None, other: Edge | None) -> bool:
    if one is None or other is None:
        return False
    return (
        one.transition_count == other.transition_count
        and abs(one.wait_median_s - other.wait_median_s) < SAME_WITHIN_S
    )


def print_answer(edges: list[Edge], stages: Mapping[str, float]) -> None:
    """Print one JSON object: `seconds`, `stages`, `peak_bytes`, `transitions`, `digest`, `edges`."""
    answer = {
        "seconds": sum(stages.values()),
        "stages": dict(stages),
        "peak_bytes": peak_of_this_process(),
        "transitions": sum(edge.transition_count for edge in edges),
        "digest": digest(edges),
        "edges": edges,
    }
    json.dump(answer, sys.stdout)
