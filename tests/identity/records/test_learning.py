"""What is learnt: shares of a mixture made by hand are found again, couples teach nothing, a handful has a model that asks for all."""

from __future__ import annotations

import numpy as np
import pytest

from parcours.identity.records.comparing import comparisons, splink_comparison
from parcours.identity.records.fixed import fixed_model
from parcours.identity.records.households import are_two
from parcours.identity.records.learning import Slots, maximise
from parcours.identity.records.patterns import Patterns

NAMES = ("given_name", "family_name", "birth_date", "email")


def test_a_mixture_is_taken_apart() -> None:
    """A hundred thousand pairs, two in a hundred of one person, three questions: from the exact counts of all eight patterns, m and the share come back."""
    agree = np.array([0.05, 0.95, 0.2, 0.8, 0.3, 0.7])
    strangers = np.array([0.99, 0.01, 0.9, 0.1, 0.97, 0.03])
    levels = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)])
    chance = [
        np.prod([told[2 * k + row[k]] for k in range(3)]) for told in (agree, strangers) for row in levels
    ]
    counts = 100_000 * (0.02 * np.array(chance[:8]) + 0.98 * np.array(chance[8:]))
    start = np.array([0.1, 0.9] * 3)
    patterns = Patterns(np.arange(8), levels, counts)
    found, share = maximise(
        Slots((2, 2, 2), (0, 2, 4)), patterns, strangers, start, 0.001, 100_000.0, np.zeros(8)
    )

    assert found == pytest.approx(agree, abs=0.005)
    assert share == pytest.approx(0.02, rel=0.01)


def test_couples_are_two() -> None:
    """Other given names: two, unless the birth date is the same; where no given name is told, nobody knows."""
    asked = [splink_comparison(item) for item in comparisons(("given_name", "birth_date"))]
    # given name: 5 same ... 1 alike, 0 different; birth date: 4 same, 3 one digit off, 0 different, -1 not told
    levels = np.array([[0, 0], [0, -1], [1, 2], [0, 4], [0, 3], [5, 0], [-1, 0]])

    assert are_two(asked, levels).tolist() == [True, True, True, False, False, False, False]


def test_a_handful_is_weighed_by_what_is_known_anywhere() -> None:
    """Every comparison's probabilities sum to 1, the same speaks for one person, different against it, and no value is rare."""
    asked = [splink_comparison(item) for item in comparisons((*NAMES, "phone", "street", "postcode", "city"))]
    model = fixed_model(asked, 10)

    assert model["terms"] == {}
    for item in model["comparisons"]:
        levels = item["comparison_levels"][1:]
        for key in ("m_probability", "u_probability"):
            assert sum(level[key] for level in levels) == pytest.approx(1)
        assert levels[0]["m_probability"] > levels[0]["u_probability"]
        assert levels[-1]["m_probability"] < levels[-1]["u_probability"]
        assert not any(key.startswith("tf_") for level in levels for key in level)
