"""Tokens that were seen together are one person: connected components with stable names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Tokens = NDArray[np.int64]


def assign_people(
    token: Tokens, first_at: Tokens, left: Tokens, right: Tokens, known_token: Tokens, known_person: Tokens
) -> tuple[Tokens, Tokens, Tokens]:
    """Name the person of every token.

    A person keeps the id it had; where people turn out to be one, the one whose founding token was seen first stays, and a new
    person is founded by its token seen first. The result does not depend on the order of the inputs.

    Args:
        token: (n,) int64, every token seen; repeats are welcome.
        first_at: (n,) int64, when each was first seen, microseconds UTC.
        left: (m,) int64, one end of each link; its tokens are among `token`.
        right: (m,) int64, the other end.
        known_token: (k,) int64, tokens of the last run; among `token`.
        known_person: (k,) int64, the person each had: a token itself.

    Returns:
        (tokens, people, first_at): each (t,) int64, sorted by token, one row per distinct token.

    Example:
        >>> a = np.array([3, 1, 2]), np.array([30, 10, 20])
        >>> none = np.array([], np.int64)
        >>> _, people, _ = assign_people(*a, np.array([3]), np.array([2]), none, none)
        >>> people.tolist()
        [1, 2, 2]
    """
    tokens, code = _coded(np.concatenate([token, left, right, known_token, known_person]))
    ends = np.cumsum([len(token), len(left), len(right), len(known_token)])
    of_token, of_left, of_right, of_known, of_person = np.split(code, ends)
    seen = np.full(len(tokens), np.iinfo(np.int64).max, np.int64)
    np.minimum.at(seen, of_token, first_at)
    component = _components(
        np.concatenate([of_left, of_known]), np.concatenate([of_right, of_person]), len(tokens)
    )
    founder = np.ones(len(tokens), np.int8)
    founder[of_person] = 0
    order = np.lexsort((tokens, seen, founder, component))
    ordered = component[order]
    leads = np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(order) else np.zeros(0, bool)
    person_of_component = np.empty(int(component.max(initial=-1)) + 1, np.int64)
    person_of_component[ordered[leads]] = tokens[order[leads]]
    return tokens, person_of_component[component], seen


def distinct(values: Tokens) -> Tokens:
    """The distinct values, sorted: by sorting, which is several times faster here than numpy's hashing `unique`."""
    ordered = np.sort(values)
    if not len(ordered):
        return ordered
    new: Tokens = ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])]
    return new


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


def among(values: Tokens, ordered: Tokens) -> NDArray[np.bool_]:
    """Which of `values` are in `ordered`, which is sorted."""
    if not len(ordered):
        return np.zeros(len(values), bool)
    place = np.minimum(np.searchsorted(ordered, values), len(ordered) - 1)
    return np.asarray(ordered[place] == values)


def _components(left: NDArray[np.int64], right: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    from scipy.sparse import coo_array  # noqa: PLC0415 - two tenths of a second at import
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    if not size:
        return np.zeros(0, np.int64)
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, np.int64)
