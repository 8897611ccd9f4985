"""Accuracy of identity is that of the papers, on cases worked out by hand and against counting pair by pair."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.identity.evaluating import bcubed, pairwise

PEOPLE = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=25)


def test_what_is_right_is_one() -> None:
    """Names of people do not matter, who is with whom does."""
    found, truth = np.array([7, 7, 3, 9]), np.array([1, 1, 2, 5])

    assert (pairwise(found, truth).f1, bcubed(found, truth).f1) == (1.0, 1.0)


def test_everybody_put_together_has_all_recall_and_little_precision() -> None:
    """Four identifiers of two people, two each: 2 of 6 pairs are right; each identifier is with 2 of 4 of its own."""
    found, truth = np.array([1, 1, 1, 1]), np.array([1, 1, 2, 2])

    assert pairwise(found, truth).precision == pytest.approx(2 / 6)
    assert bcubed(found, truth).precision == pytest.approx(2 / 4)
    assert (pairwise(found, truth).recall, bcubed(found, truth).recall) == (1.0, 1.0)


def test_nobody_put_together_is_never_wrong() -> None:
    """No pair was made, so none is false; none was found either."""
    found, truth = np.array([1, 2, 3]), np.array([1, 1, 2])

    assert (pairwise(found, truth).precision, pairwise(found, truth).recall) == (1.0, 0.0)
    assert bcubed(found, truth).recall == pytest.approx((1 / 2 + 1 / 2 + 1) / 3)


def test_nothing_to_tell_apart() -> None:
    """Without identifiers nothing is wrong."""
    nothing = np.zeros(0, np.int64)

    assert (pairwise(nothing, nothing).f1, bcubed(nothing, nothing).f1) == (1.0, 1.0)


@given(PEOPLE)
def test_pairs_are_those_counted_one_by_one(rows: list[tuple[int, int]]) -> None:
    """The same figures as looking at each pair, and each identifier, in turn."""
    found, truth = (np.array([row[part] for row in rows], np.int64) for part in (0, 1))
    pairs = list(combinations(rows, 2))
    right = sum(one[0] == other[0] and one[1] == other[1] for one, other in pairs)
    made, true = (sum(one[part] == other[part] for one, other in pairs) for part in (0, 1))
    told = pairwise(found, truth)

    assert told.precision == pytest.approx(right / made if made else 1)
    assert told.recall == pytest.approx(right / true if true else 1)
    if rows:
        of_each = [
            sum(one == other for other in rows) / sum(one[0] == other[0] for other in rows) for one in rows
        ]
        assert bcubed(found, truth).precision == pytest.approx(sum(of_each) / len(rows))
