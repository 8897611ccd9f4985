"""The few journeys that stand for the others: distances and choices against slow, plain implementations."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.journey.mined import distance, typical
from parcours.journey.mined.distance import Paths
from parcours.journey.mined.typical import choose_typical

if TYPE_CHECKING:
    from collections.abc import Sequence

distinct = st.lists(
    st.lists(st.integers(1, 4), min_size=1, max_size=6).map(tuple), min_size=1, max_size=9, unique=True
)


def edits(path: Sequence[int], other: Sequence[int]) -> int:
    """Levenshtein's distance, by its definition."""
    if not path or not other:
        return len(path) + len(other)
    replaced = edits(path[1:], other[1:]) + (path[0] != other[0])
    return min(edits(path[1:], other) + 1, edits(path, other[1:]) + 1, replaced)


@given(distinct, st.sampled_from([0.0, 0.2, 0.25, 0.5, 0.75]), st.data())
def test_near_paths_are_those_within_the_distance(
    paths: list[tuple[int, ...]], within: float, data: st.DataObject
) -> None:
    """Neither bound leaves out a path that is near, and how far each is, is counted by the definition."""
    known = Paths.of(paths)
    place = data.draw(st.integers(0, len(paths) - 1))
    path = paths[known.order[place]]
    near, far = known.near(place, within)
    told = {int(known.order[other]): ratio for other, ratio in zip(near, far.tolist(), strict=True)}
    by_hand = {number: edits(path, other) / max(len(path), len(other)) for number, other in enumerate(paths)}

    assert told == pytest.approx({number: ratio for number, ratio in by_hand.items() if ratio <= within})


def test_long_paths_are_looked_at_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """However little room there is, distances are the same: [1 2 3] is 1 of 3 from [1 2] and from [1 2 4], and 1 of 4 from [1 2 3 4]."""
    monkeypatch.setattr(distance, "_CELLS", 1)
    known = Paths.of([[1, 2, 3], [1, 2], [1, 2, 4], [1, 2, 3, 4], [9]])
    near, far = known.near(int(np.flatnonzero(known.order == 0)[0]), 0.5)

    told = dict(zip(known.order[near].tolist(), far.tolist(), strict=True))
    assert told == pytest.approx({0: 0, 1: 1 / 3, 2: 1 / 3, 3: 1 / 4})


def _fewest_by_trying(paths: list[tuple[int, ...]], counts: list[int], share: float, within: float) -> int:
    """How few paths cover the share: every combination is tried."""
    like = [
        {
            n
            for n, other in enumerate(paths)
            if edits(path, other) <= within * max(len(path), len(other)) + 1e-9
        }
        for path in paths
    ]
    for size in range(len(paths) + 1):
        for chosen in combinations(like, size):
            if sum(counts[n] for n in set().union(*chosen)) >= share * sum(counts) - 1e-9:
                return size
    raise AssertionError


@given(distinct, st.sampled_from([0.25, 0.5]), st.floats(0.1, 1), st.data())
def test_no_fewer_paths_cover_the_share(
    paths: list[tuple[int, ...]], within: float, share: float, data: st.DataObject
) -> None:
    """As few as trying every combination finds; they cover what is told, and each journey counts at one of them."""
    counts = sorted((data.draw(st.integers(1, 20)) for _ in paths), reverse=True)
    found = choose_typical(paths, counts, share=share, within=within)

    assert found.is_fewest
    assert len(found.typical) == _fewest_by_trying(paths, counts, share, within)
    assert found.covered >= share - 1e-9
    assert sum(item.journeys for item in found.typical) == pytest.approx(found.covered * sum(counts))
    members = [member for item in found.typical for member in item.members]
    assert len(members) == len(set(members))
    assert all(item.variant in item.members and item.distance_mean <= within + 1e-9 for item in found.typical)


def test_the_greedy_rule_answers_where_the_fewest_are_not_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths of which each is like its neighbours: the greedy rule takes the middle first; it says that fewer are not excluded."""
    monkeypatch.setattr(typical, "_MOST_PATTERNS", 0)
    paths = [[1, 1, 1, 1], [1, 1, 1, 2], [1, 1, 2, 2], [1, 2, 2, 2], [2, 2, 2, 2]]
    found = choose_typical(paths, [5, 4, 3, 2, 1], share=1.0, within=0.25)

    # The second is like the first and third: 12 of 15. The fourth adds itself and the fifth.
    assert [item.variant for item in found.typical] == [1, 3]
    assert [item.journeys for item in found.typical] == [12, 3]
    assert (found.covered, found.is_fewest) == (1.0, False)


def test_more_paths_are_looked_at_until_the_share_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    """With two candidates at a time, four paths that are unlike each other need all four."""
    monkeypatch.setattr(typical, "_CANDIDATES", 2)
    found = choose_typical([[1], [2], [3], [4]], [4, 3, 2, 1], share=1.0, within=0.0)

    assert [item.variant for item in found.typical] == [0, 1, 2, 3]
    assert found.is_fewest


def test_without_journeys_nothing_is_typical() -> None:
    """Nothing covers all of nothing."""
    assert choose_typical([], [], share=0.9, within=0.2).typical == ()
