"""Who is joined: likely pairs, unless the rest of the evidence speaks against it."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from parcours.identity.records.clustering import MOST_RECORDS, average_linkage, cluster

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.int64]

BITS = st.floats(-15, 15)


def clustered(
    size: int, bits: dict[tuple[int, int], float], told: set[tuple[int, int]] | None = None
) -> list[int]:
    """Groups at 4 bits, of pairs all of which can be weighed; `told` are those looked at before."""
    shown = sorted(told if told is not None else bits)
    left, right = (np.array([pair[side] for pair in shown], np.int64) for side in (0, 1))
    weights = np.array([bits[pair] for pair in shown], float)

    def weigh(records: Places, groups: Places) -> tuple[Places, Places, NDArray[np.float64]]:
        of = dict(zip(records.tolist(), groups.tolist(), strict=True))
        inner = [
            pair for pair in sorted(bits) if pair[0] in of and pair[1] in of and of[pair[0]] == of[pair[1]]
        ]
        a, b = (np.array([pair[side] for pair in inner], np.int64) for side in (0, 1))
        return a, b, np.array([bits[pair] for pair in inner], float)

    found = cluster(size, (left, right, weights), np.ones(len(shown), bool), 4.0, weigh)
    return [int(group) for group in found]


def test_one_false_pair_does_not_weld_two_people() -> None:
    """Two people of three records, sure among themselves: one likely pair between them stands against eight that are not."""
    bits = dict.fromkeys(combinations(range(6), 2), -6.0)
    for group in ((0, 1, 2), (3, 4, 5)):
        bits |= dict.fromkeys(combinations(group, 2), 9.0)
    bits[2, 3] = 6.0
    looked_at = {pair for pair, weight in bits.items() if weight > 0}

    assert clustered(6, bits, looked_at) == [0, 0, 0, 3, 3, 3]


def test_a_chain_holds_where_its_ends_do_not_speak_against_it() -> None:
    """0-1 and 1-2 are sure, 0-2 says little: one person. 0-2 plainly not: the surer pair stays."""
    assert clustered(3, {(0, 1): 9.0, (1, 2): 8.0, (0, 2): -1.0}) == [0, 0, 0]
    assert clustered(3, {(0, 1): 9.0, (1, 2): 8.0, (0, 2): -14.0}) == [0, 0, 2]


def test_what_may_not_join_joins_nobody() -> None:
    """However heavy: a pair that somebody must decide leaves both apart."""
    pairs = np.array([0]), np.array([1]), np.array([30.0])

    assert cluster(2, pairs, np.zeros(1, bool), 4.0, lambda *_: pairs).tolist() == [0, 1]


def test_a_monstrous_group_is_held_by_its_surest_pairs_only() -> None:
    """A chain far longer than any person falls apart where it is weakest, without every pair of it being weighed."""
    size = 3 * MOST_RECORDS
    chain = {(n, n + 1): 12.0 if (n + 1) % 10 else 5.0 for n in range(size - 1)}
    found = clustered(size, chain)

    assert max(np.bincount(found)) <= 10


@given(
    st.integers(2, 7).flatmap(
        lambda n: st.tuples(st.just(n), st.lists(BITS, min_size=n * (n - 1) // 2, max_size=n * (n - 1) // 2))
    )
)
def test_groups_are_held_by_likely_pairs_and_sound_on_the_whole(case: tuple[int, list[float]]) -> None:
    """Every group hangs together by pairs from 4 bits on, its pairs sum to more than nothing, and no two groups should be one."""
    size, weights = case
    bits = dict(zip(combinations(range(size), 2), weights, strict=True))
    table = np.zeros((size, size))
    for (a, b), weight in bits.items():
        table[a, b] = table[b, a] = weight
    group = average_linkage(table, table >= 4.0)

    for name in set(group.tolist()):
        members = np.flatnonzero(group == name)
        assert name == members[0]
        if len(members) > 1:
            assert table[np.ix_(members, members)].sum() > 0
            assert all((table[member, members] >= 4.0).any() for member in members)
    for one, two in combinations(sorted(set(group.tolist())), 2):
        between = table[np.ix_(group == one, group == two)]
        assert between.mean() <= 1e-9 or between.max() < 4.0


@given(
    st.permutations(range(5)),
    st.lists(st.floats(-15, 15).map(lambda x: round(x, 3)), min_size=10, max_size=10, unique=True),
)
def test_the_order_of_records_does_not_matter(order: list[int], weights: list[float]) -> None:
    """The same evidence under other numbers gives the same groups."""
    bits = dict(zip(combinations(range(5), 2), weights, strict=True))
    table = np.zeros((5, 5))
    for (a, b), weight in bits.items():
        table[a, b] = table[b, a] = weight
    moved = table[np.ix_(order, order)]
    first, second = average_linkage(table, table >= 4.0), average_linkage(moved, moved >= 4.0)

    for a, b in combinations(range(5), 2):
        assert (first[order[a]] == first[order[b]]) == (second[a] == second[b])
