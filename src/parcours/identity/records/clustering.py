"""From pairs to people: who is joined by likely pairs, unless the rest of the evidence speaks against it.

Joining whatever a chain of likely pairs connects lets one false pair weld two people. Here groups are joined in the order of their mean
evidence, over all pairs between them, and only while that mean speaks for it: average linkage on log-odds. One false pair between two
people of four records each stands against fifteen others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Places = NDArray[np.int64]
    Bits = NDArray[np.float64]
    Pairs = tuple[Places, Places, Bits]

MOST_RECORDS = 100  # of a group whose every pair is weighed; beyond, only surer pairs hold it together
_MOST_BITS = 20.0  # one pair never counts for more: what two records share by mistake is no surer than that
_STEP_BITS = 2.0


def cluster(
    size: int,
    pairs: Pairs,
    may_join: NDArray[np.bool_],
    merge_bits: float,
    weigh: Callable[[Places, Places], Pairs],
) -> Places:
    """The group of each record.

    Args:
        size: How many records there are; they are numbered from 0.
        pairs: (left, right, bits), each (n,): pairs that were looked at and their log-odds.
        may_join: (n,) bool, pairs that may join groups at all.
        merge_bits: From here on a pair joins.
        weigh: Answers all pairs within given groups: called with records and their groups, (k,) each.

    Returns:
        (size,) int64, equal for the records of one group; the lowest record of it.
    """
    left, right, bits = pairs
    joins = may_join & (bits >= merge_bits)
    group = components(size, left[joins], right[joins])
    group = _cut_large(group, left, right, bits, joins)
    loose = _loose(group, left, right, bits)
    if not len(loose):
        return _lowest(group)
    inside = np.flatnonzero(np.isin(group, loose))
    inner = weigh(inside, group[inside])
    apart = {(int(a), int(b)) for a, b in zip(left[~may_join], right[~may_join], strict=True)}
    for members, table, links in _tables(group, inside, inner, apart, merge_bits):
        group[members] = members[average_linkage(table, links)]
    return _lowest(group)


def average_linkage(bits: Bits, links: NDArray[np.bool_]) -> Places:
    """Join groups in the order of their mean evidence.

    Args:
        bits: (n, n) float64, log-odds that two records are one person; symmetric.
        links: (n, n) bool, pairs that may join two groups.

    Returns:
        (n,) int64, for each record the lowest of its group.

    Source:
        Bansal, Blum and Chawla (2004), Correlation clustering, Machine Learning 56:89-113, for the aim (agreements kept, disagreements cut);
        Sokal and Michener (1958) for the order.

    Example:
        Two pairs of records and one false bridge: 0-1 and 2-3 are sure, 1-2 is likely, the rest is not.

        >>> bits = np.array([[0, 9, -5, -5], [9, 0, 6, -5], [-5, 6, 0, 9], [-5, -5, 9, 0]], float)
        >>> average_linkage(bits, bits > 4).tolist()
        [0, 0, 2, 2]
    """
    count = len(bits)
    total, linked = np.clip(bits, -_MOST_BITS, _MOST_BITS), links.copy()
    np.fill_diagonal(linked, val=False)
    sizes, group = np.ones(count), np.arange(count)
    while linked.any():
        mean = np.where(linked, total / np.outer(sizes, sizes), -np.inf)
        first, second = sorted(divmod(int(mean.argmax()), count))
        if mean[first, second] <= 0:
            break
        total[first] += total[second]
        total[:, first] += total[:, second]
        linked[first] |= linked[second]
        linked[:, first] |= linked[:, second]
        linked[second] = linked[:, second] = False
        linked[first, first] = False
        sizes[first] += sizes[second]
        group[group == second] = first
    return group


def components(size: int, left: Places, right: Places) -> Places:
    """The number of the component of each of `size` records, whose pairs are (left, right)."""
    graph = coo_matrix((np.ones(len(left), bool), (left, right)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _cut_large(group: Places, left: Places, right: Places, bits: Bits, joins: NDArray[np.bool_]) -> Places:
    """Hold only surer pairs in groups that are too large to weigh every pair of them."""
    threshold = bits[joins].min(initial=0.0)
    while (large := np.flatnonzero(np.bincount(group, minlength=1) > MOST_RECORDS)).size:
        threshold += _STEP_BITS
        weak = np.isin(group[left], large) & (bits < threshold)
        joins = joins & ~weak
        group = components(len(group), left[joins], right[joins])
    return group


def _loose(group: Places, left: Places, right: Places, bits: Bits) -> Places:
    """Groups in which some pair was not looked at, or speaks against it."""
    sizes = np.bincount(group, minlength=1)
    within = (group[left] == group[right]) & (bits > 0)
    held = np.bincount(group[left[within]], minlength=len(sizes))
    return np.flatnonzero((sizes > 2) & (held < sizes * (sizes - 1) // 2))  # noqa: PLR2004 - a pair has nothing between


def _tables(
    group: Places, inside: Places, inner: Pairs, apart: set[tuple[int, int]], merge_bits: float
) -> list[tuple[Places, Bits, NDArray[np.bool_]]]:
    """Of each loose group: its records, the evidence between all of them, and the pairs that may join."""
    left, right, bits = inner
    order = np.argsort(group[left], kind="stable")
    left, right, bits = left[order], right[order], bits[order]
    members = inside[np.lexsort((inside, group[inside]))]
    starts = np.flatnonzero(np.diff(group[members], prepend=-1))
    found = []
    for own in np.split(members, starts[1:]):
        begin, end = np.searchsorted(group[left], [group[own[0]], group[own[0]] + 1])
        a, b = (np.searchsorted(own, side[begin:end]) for side in (left, right))
        table = np.full((len(own), len(own)), -_MOST_BITS)
        table[a, b] = table[b, a] = bits[begin:end]
        links = table >= merge_bits
        for x, y in zip(left[begin:end], right[begin:end], strict=True):
            if (int(x), int(y)) in apart or (int(y), int(x)) in apart:
                i, j = np.searchsorted(own, [x, y])
                links[i, j] = links[j, i] = False
        found.append((own, table, links))
    return found


def _lowest(group: Places) -> Places:
    """Each group named by its lowest record."""
    first = np.full(int(group.max(initial=-1)) + 1, len(group), np.int64)
    np.minimum.at(first, group, np.arange(len(group)))
    return first[group]
