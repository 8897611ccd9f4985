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
    tokens, place = np.unique(token, return_inverse=True)
    seen = np.full(len(tokens), np.iinfo(np.int64).max, np.int64)
    np.minimum.at(seen, place, first_at)
    ends_a = np.concatenate([np.searchsorted(tokens, left), np.searchsorted(tokens, known_token)])
    ends_b = np.concatenate([np.searchsorted(tokens, right), np.searchsorted(tokens, known_person)])
    component = _components(ends_a, ends_b, len(tokens))
    founder = np.ones(len(tokens), np.int8)
    founder[np.searchsorted(tokens, np.unique(known_person))] = 0
    order = np.lexsort((tokens, seen, founder, component))
    ordered = component[order]
    leads = np.concatenate([[True], ordered[1:] != ordered[:-1]]) if len(order) else np.zeros(0, bool)
    person_of_component = np.empty(int(component.max(initial=-1)) + 1, np.int64)
    person_of_component[ordered[leads]] = tokens[order[leads]]
    return tokens, person_of_component[component], seen


def _components(left: NDArray[np.int64], right: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    from scipy.sparse import coo_array  # noqa: PLC0415 - two tenths of a second at import
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415

    if not size:
        return np.zeros(0, np.int64)
    graph = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    return np.asarray(labels, np.int64)
