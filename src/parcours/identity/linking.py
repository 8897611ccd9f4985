"""Tokens that were seen together are one person, as far as the evidence carries.

What is decided depends on the set of edges alone, never on their order: hubs are found on all edges at once, components are vectorised,
and only components in which a rule or a decision forbids something are united edge by edge, in one canonical order (`careful`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from parcours.identity.careful import Bond, Union
from parcours.identity.types import ACCOUNTS, CONTACTS, Decisions, Edges, Hubs, Kind, Rules, Solved

if TYPE_CHECKING:
    from collections.abc import Container

    from numpy.typing import NDArray

    from parcours.identity.careful import Side
    from parcours.identity.types import Tokens, Why

    Claims = NDArray[np.bool_]
    Places = NDArray[np.int64]


_INFERRED = 1.5  # found by comparing records: after all that was seen of accounts and contacts, before occasions and devices


def solve(edges: Edges, rules: Rules, decisions: Decisions | None = None) -> Solved:
    """Tell who is who.

    Args:
        edges: All evidence; each unordered pair once.
        rules: What it carries.
        decisions: What people decided.

    Example:
        >>> rules = Rules({7: Kind.DEVICE})
        >>> account, browser = np.array([10, 20]), np.array([30, 30])
        >>> spaces = np.array([1, 1], np.int32), np.array([7, 7], np.int32)
        >>> shared = Edges(account, browser, *spaces, np.array([1, 2]), np.array([False, False]))
        >>> solve(shared, rules).group.tolist()
        [0, 1, 2]
    """
    return _Graph(edges, rules, decisions or Decisions()).solve()


class _Graph:
    """The evidence with tokens coded to small integers."""

    def __init__(self, edges: Edges, rules: Rules, decisions: Decisions) -> None:
        self.edges, self.rules, self.decisions = edges, rules, decisions
        self.tokens, code = _coded(np.concatenate([edges.left, edges.right]))
        self.left, self.right = code[: len(edges)], code[len(edges) :]
        size = len(self.tokens)
        self.first_at = np.full(size, np.iinfo(np.int64).max, np.int64)
        np.minimum.at(self.first_at, self.left, edges.first_at)
        np.minimum.at(self.first_at, self.right, edges.first_at)
        self.space = np.zeros(size, np.int32)
        self.space[self.left], self.space[self.right] = edges.left_space, edges.right_space
        self.spaces = [int(code) for code in np.flatnonzero(np.bincount(self.space))] if size else []
        kinds = np.full(max(self.spaces, default=0) + 1, Kind.ACCOUNT, np.int8)
        for space in self.spaces:
            kinds[space] = rules.kinds.get(space, Kind.ACCOUNT)
        self.kind = kinds[self.space]
        self.limits = np.array(
            [[rules.limit(space, of) for of in (ACCOUNTS, CONTACTS)] for space in range(len(kinds))],
            np.int64,
        ).reshape(-1, 2)
        self.together = self._coded_pairs()

    def solve(self) -> Solved:
        """Strong evidence first, then what devices and occasions add to it, then what is forbidden."""
        known = self.kind <= Kind.CONTACT
        self.strength = np.maximum(self.kind[self.left], self.kind[self.right])
        open_ = (self.left != self.right) & (self.strength < Kind.SHARED)
        strong = open_ & (self.strength <= Kind.CONTACT)
        crowd = self._crowd_of_known(strong & ~self.edges.inferred)
        strong &= self._carry(crowd)
        core = self._components(strong)
        weak = open_ & (self.strength > Kind.CONTACT) & self._carry(crowd)
        crowd = np.maximum(crowd, self._crowd_of_weak(weak, core))
        weak &= self._carry(crowd)
        group = connected(core[self.left[weak]], core[self.right[weak]], int(core.max(initial=-1)) + 1)[core]
        followed = strong | weak
        group, refused = self._reconsider(group, followed, self._troubled(group, core, known))
        followed[list(refused)] = False
        hub = np.flatnonzero(crowd[:, 0])
        hubs = Hubs(self.tokens[hub], crowd[hub, 0], crowd[hub, 1])
        component = self._reach(group, open_ & ~followed)
        return Solved(self.tokens, self.space, self.first_at, group, component, followed, hubs, refused)

    def _reach(self, group: Places, left_aside: Claims) -> Tokens:
        """The smallest token that evidence leads to, where edges that were not followed lead on too."""
        ends = np.array(self.together, np.int64).reshape(-1, 2)
        left = group[np.concatenate([self.left[left_aside], ends[:, 0]])]
        right = group[np.concatenate([self.right[left_aside], ends[:, 1]])]
        label = connected(left, right, int(group.max(initial=-1)) + 1)[group]
        first = np.full(int(label.max(initial=-1)) + 1, len(self.tokens), np.int64)
        np.minimum.at(first, label, np.arange(len(self.tokens)))
        return self.tokens[first[label]]

    def _coded_pairs(self) -> list[tuple[int, int]]:
        """Pairs that somebody decided are one person, both of whose tokens were seen."""
        found = []
        for pair in self.decisions.together:
            if all(among(np.array(pair, np.int64), self.tokens)):
                one, other = np.searchsorted(self.tokens, pair)
                found.append((int(one), int(other)))
        return found

    def _components(self, chosen: Claims) -> Places:
        ends = np.array(self.together, np.int64).reshape(-1, 2)
        left = np.concatenate([self.left[chosen], ends[:, 0]])
        return connected(left, np.concatenate([self.right[chosen], ends[:, 1]]), len(self.tokens))

    def _carry(self, crowd: Places) -> Claims:
        """Edges none of whose tokens is a hub."""
        hub = crowd[:, 0] > 0
        return ~(hub[self.left] | hub[self.right])

    def _crowd_of_known(self, strong: Claims) -> Places:
        """Of each account and contact that is a hub: with how many of one namespace it was seen, and how many are plausible."""
        found = self._nobody()
        near, far = self._both_ways(strong)
        for space in self.spaces:
            counts = np.bincount(near[self.space[far] == space], minlength=len(self.tokens))
            self._raise(found, counts, space)
        return found

    def _crowd_of_weak(self, weak: Claims, core: Places) -> Places:
        """Of each device and occasion that is a hub: with how many people of one namespace it was seen, and how many are plausible."""
        near, far = self._both_ways(weak)
        known = self.kind[far] <= Kind.CONTACT
        near, far = near[known], far[known]
        several = np.bincount(near, minlength=len(self.tokens))[near] > 1
        near, person, space = near[several], core[far[several]], self.space[far[several]]
        people = int(core.max(initial=0)) + 1
        found = self._nobody()
        for code in self.spaces:
            chosen = space == code
            pairs = distinct(near[chosen] * people + person[chosen])
            self._raise(found, np.bincount(pairs // people, minlength=len(self.tokens)), code)
        return found

    def _both_ways(self, chosen: Claims) -> tuple[Places, Places]:
        """Each chosen edge seen from either end."""
        left, right = self.left[chosen], self.right[chosen]
        return np.concatenate([left, right]), np.concatenate([right, left])

    def _nobody(self) -> Places:
        return np.zeros((len(self.tokens), 2), np.int64)

    def _raise(self, found: Places, counts: Places, space: int) -> None:
        """Enter tokens seen with more of a namespace than is plausible; the largest figure stays."""
        kind = self.rules.kinds.get(space, Kind.ACCOUNT)
        limit = (
            self.limits[:, int(kind)][self.space]
            if kind <= Kind.CONTACT
            else np.full(len(counts), len(counts))
        )
        over = (counts > limit) & (counts > found[:, 0])
        if self.decisions.carrying:
            over &= ~among(self.tokens, np.array(sorted(self.decisions.carrying), np.int64))
        found[over, 0], found[over, 1] = counts[over], limit[over]

    def _troubled(self, group: Places, core: Places, known: Claims) -> Claims:
        """Groups in which something is forbidden: too many identifiers, two accounts, or people who were decided to be two."""
        size = int(group.max(initial=-1)) + 1
        found = np.bincount(group[known], minlength=size) > self.rules.max_identifiers
        group_of_core = np.zeros(int(core.max(initial=-1)) + 1, np.int64)
        group_of_core[core] = group
        for space in self.spaces:
            if self.rules.kinds.get(space, Kind.ACCOUNT) == Kind.ACCOUNT:
                holders = distinct(core[self.space == space])
                found |= np.bincount(group_of_core[holders], minlength=size) > 1
        for apart in self.decisions.apart:
            sides = [set(group[self._places(side)].tolist()) for side in apart.sides]
            found[list(sides[0] & sides[1])] = True
        return found

    def _reconsider(
        self, group: Places, followed: Claims, troubled: Claims
    ) -> tuple[Places, dict[int, tuple[Why, int]]]:
        """Troubled groups again, edge by edge; answers all groups, and the edges refused."""
        if not troubled.any():
            return group, {}
        places = np.flatnonzero(troubled[group])
        known = {
            place: (space, Kind(kind))
            for place, space, kind in zip(
                places.tolist(), self.space[places].tolist(), self.kind[places].tolist(), strict=True
            )
        }
        union = Union(known, self._sides(), self.rules.max_identifiers)
        refused = union.follow(self._bonds(followed & troubled[group[self.left]], known))
        group = group.copy()
        number = int(group.max()) + 1
        for members in union.groups():
            group[members] = number
            number += 1
        return np.unique(group, return_inverse=True)[1].reshape(-1), refused

    def _bonds(self, chosen: Claims, known: Container[int]) -> list[Bond]:
        """What somebody decided, then edges from the strongest to the weakest, from the earliest to the latest."""
        edges = self.edges
        places = np.flatnonzero(chosen)
        strength = np.maximum(self.strength, np.where(edges.inferred, _INFERRED, 0))
        keys = (self.right, self.left, edges.first_at, strength)
        order = places[np.lexsort([key[places] for key in keys])]
        weakest = np.where(self.kind[self.left] >= self.kind[self.right], self.left, self.right)[order]
        trusted = self._places(self.decisions.carrying)
        limits = np.where(
            np.isin(weakest, trusted), len(self.tokens), self.limits[self.space[weakest], ACCOUNTS]
        )
        columns = (order, self.left[order], self.right[order], self.strength[order] > Kind.CONTACT, limits)
        decided = [Bond(-1, one, other) for one, other in self.together if one in known]
        return decided + [Bond(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]

    def _sides(self) -> dict[int, set[Side]]:
        """Place of a token to the sides that decisions put it on."""
        found: dict[int, set[Side]] = {}
        for number, apart in enumerate(self.decisions.apart):
            for side, tokens in enumerate(apart.sides):
                for place in self._places(tokens).tolist():
                    found.setdefault(place, set()).add((number, side))
        return found

    def _places(self, tokens: frozenset[int]) -> Places:
        """Where those of `tokens` that were seen stand."""
        asked = np.array(sorted(tokens), np.int64)
        return np.searchsorted(self.tokens, asked[among(asked, self.tokens)])


def name_people(solved: Solved, known_person: Tokens, former: Tokens) -> Tokens:
    """Name every group after one of its tokens.

    Whoever is there already keeps the name, and of several the one whose founding token was seen first stays. Whoever was split off gets
    back the name they had before a merge. All others are named after their token seen first. Names differ, as each is a token of the group.

    Args:
        solved: Who is who.
        known_person: (k,) int64, people of the last run.
        former: (f,) int64, people of earlier runs that a merge ended.

    Returns:
        (t,) int64, the person of each of `solved.tokens`.
    """
    size = len(solved.tokens)
    rank = np.full(size, 2, np.int8)
    for people, value in ((former, 1), (distinct(known_person), 0)):
        there = people[among(people, solved.tokens)]
        rank[np.searchsorted(solved.tokens, there)] = value
    place = np.arange(size)
    left = np.ones(size, bool)
    groups = int(solved.group.max(initial=-1)) + 1
    for key in (rank, solved.first_at, place):
        best = np.full(groups, np.iinfo(np.int64).max, np.int64)
        np.minimum.at(best, solved.group[left], key[left])
        left &= key == best[solved.group]
    name = np.empty(groups, np.int64)
    name[solved.group[left]] = solved.tokens[left]
    return name[solved.group]


def distinct(values: Tokens) -> Tokens:
    """The distinct values, sorted: by sorting, which is several times faster here than numpy's hashing `unique`."""
    ordered = np.sort(values)
    if not len(ordered):
        return ordered
    new: Tokens = ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])]
    return new


def among(values: Tokens, ordered: Tokens) -> Claims:
    """Which of `values` are in `ordered`, which is sorted."""
    if not len(ordered):
        return np.zeros(len(values), bool)
    place = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return np.asarray(ordered[place] == values)


def _coded(values: Tokens) -> tuple[Tokens, Tokens]:
    """The distinct values, sorted, and the place of each value among them.

    One sort serves every column: looking random values up in a sorted array costs a cache miss a step.
    """
    order = np.argsort(values)
    ordered = values[order]
    new = np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(ordered) else np.zeros(0, bool)
    code = np.empty(len(values), np.int64)
    code[order] = np.cumsum(new) - 1
    return ordered[new], code


def connected(left: Places, right: Places, size: int) -> Places:
    """Connected components of the places 0 to `size` - 1, numbered from 0.

    Args:
        left: (m,) int64, one end of each edge.
        right: (m,) int64, the other.
        size: How many places there are.

    Example:
        >>> connected(np.array([0, 3]), np.array([2, 2]), 5).tolist()
        [0, 1, 0, 0, 2]
    """
    from scipy.sparse import coo_array  # noqa: PLC0415 - two tenths of a second at import
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    if not size:
        return np.zeros(0, np.int64)
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, np.int64)
