"""Classes of people who go about things alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from scipy.special import gammaln

from parcours.journey.personas import adjusted_rand, call, choose_classes, find_patterns, label
from parcours.journey.personas.mixing import Mixture, taught
from parcours.journey.personas.naming import told_apart

GROUPS = (np.array([0, 1, 2]), np.array([3, 4]))


def people(seed: int, each: int = 150) -> tuple[np.ndarray, np.ndarray]:
    """Counts of three kinds of people, eight occasions in the first group and three in the second, and their kind."""
    rng = np.random.default_rng(seed)
    habits = ((0.9, 0.05, 0.05), (0.05, 0.9, 0.05), (0.05, 0.05, 0.9))
    counts = np.concatenate([rng.multinomial(8, habit, each) for habit in habits])
    other = rng.multinomial(3, (0.5, 0.5), 3 * each)
    return np.concatenate([counts, other], axis=1).astype(float), np.repeat([0, 1, 2], each)


def test_kinds_that_differ_are_found_as_many_as_there_are() -> None:
    """Three kinds give three classes, and nearly everybody is in theirs."""
    counts, kind = people(1)
    patterns = find_patterns(sparse.csr_matrix(counts), GROUPS)

    chosen = choose_classes(patterns)

    found = label(chosen.mixture.posterior(patterns))[patterns.of_person]
    assert len(chosen.mixture.shares) == 3
    assert chosen.stability > 0.95
    assert adjusted_rand(kind, found) > 0.95


def test_where_all_are_alike_there_is_one_class() -> None:
    """Chance alone makes no kinds."""
    counts = np.random.default_rng(2).multinomial(8, (0.4, 0.3, 0.3), 300).astype(float)
    patterns = find_patterns(sparse.csr_matrix(counts), (np.arange(3),))

    assert len(choose_classes(patterns).mixture.shares) == 1


def test_the_same_people_give_the_same_classes() -> None:
    """Nothing is left to the luck of the day."""
    patterns = find_patterns(sparse.csr_matrix(people(3)[0]), GROUPS)

    one, other = (choose_classes(patterns).mixture for _ in range(2))

    assert np.array_equal(one.alphas, other.alphas)


def test_more_of_the_same_is_surer() -> None:
    """Two purchases alike tell less than eight: a person with few signals is not certain."""
    mixture = Mixture(np.array([0.5, 0.5]), np.array([[6.0, 2.0], [2.0, 6.0]]), (np.arange(2),), 0.0)
    patterns = find_patterns(sparse.csr_matrix([[2.0, 0.0], [8.0, 0.0], [0.0, 0.0]]), (np.arange(2),))

    few, many, nothing = mixture.posterior(patterns)[patterns.of_person]

    # Two alike: 6*7 / (8*9) against 2*3 / (8*9), that is 42 against 6.
    assert few[0] == pytest.approx(42 / 48)
    assert many[0] > few[0]
    assert nothing[0] == pytest.approx(0.5)


@given(
    st.lists(st.integers(0, 9), min_size=3, max_size=3), st.lists(st.floats(0.1, 9), min_size=3, max_size=3)
)
def test_the_likelihood_is_that_of_the_law(counts: list[int], alphas: list[float]) -> None:
    """Odds of two classes are those of the Dirichlet-multinomial formula, written down directly."""
    other = [1.0, 1.0, 1.0]

    def log_law(alpha: np.ndarray) -> float:
        seen = np.array(counts)
        own = gammaln(seen + alpha).sum() - gammaln(alpha).sum()
        return float(own + gammaln(alpha.sum()) - gammaln(seen.sum() + alpha.sum()))

    mixture = Mixture(np.array([0.5, 0.5]), np.array([alphas, other]), (np.arange(3),), 0.0)
    patterns = find_patterns(sparse.csr_matrix([[float(each) for each in counts]]), (np.arange(3),))

    found = mixture.posterior(patterns)[0]

    expected = 1 / (1 + np.exp(log_law(np.array(other)) - log_law(np.array(alphas))))
    assert found[0] == pytest.approx(expected, abs=1e-9)


def test_a_class_is_learnt_from_whom_it_is_known_of() -> None:
    """Told who belongs where, the mean shares are those of the people."""
    counts, kind = people(4)
    patterns = find_patterns(sparse.csr_matrix(counts), GROUPS)
    owned = np.zeros((len(patterns.weights), 3))
    np.add.at(owned, (patterns.of_person, kind), 1.0)

    found = taught(patterns, owned / patterns.weights[:, None]).spread()

    assert np.allclose(
        np.diag(found[:, :3]), 0.9, atol=0.08
    )  # a class begins as if five people had told it nothing


def test_agreement_by_lot_is_nought() -> None:
    """Groups drawn by lot agree no more than chance has it, the same groups wholly, whatever they are called."""
    rng = np.random.default_rng(5)
    one, other = rng.integers(0, 4, 4_000), rng.integers(0, 3, 4_000)

    assert abs(adjusted_rand(one, other)) < 0.01
    assert adjusted_rand(one, 7 - one) == 1.0


@pytest.mark.parametrize(
    ("shares", "name"),
    [
        ({("doing", "look"): 0.95, ("doing", "buy"): 0.05}, "Looks, hardly buys"),
        ({("doing", "buy"): 0.5, ("buying", "store_only"): 0.9, ("buying", "online_only"): 0.1}, "Buys in store"),
        ({("doing", "buy"): 0.5, ("buying", "looked_soon"): 0.5, ("buying", "store_only"): 0.5}, "Looks online, buys in store"),
        ({("doing", "buy"): 0.5, ("buying", "click_and_collect"): 1.0}, "Orders online, collects in store"),
        ({("doing", "buy"): 0.5, ("buying", "click_and_collect"): 0.5, ("buying", "store_only"): 0.5}, "Buys in store and online"),
        ({("doing", "ask"): 0.3, ("doing", "look"): 0.7}, "Asks and returns often"),
    ],
)  # fmt: skip
def test_a_name_says_how_its_people_go_about_it(shares: dict[tuple[str, str], float], name: str) -> None:
    """In words of the trade, in both languages."""
    found = call(shares)

    assert found["en"] == name
    assert found["fr"] not in {"", name}


def test_no_two_personas_are_called_the_same() -> None:
    """What one does more than the other is added."""
    shares = [
        {("doing", "buy"): 1.0, ("asking", "phone"): 0.9, ("asking", "chat"): 0.1},
        {("doing", "buy"): 1.0, ("asking", "phone"): 0.1, ("asking", "chat"): 0.9},
    ]

    found = told_apart([{"en": "Buys"}, {"en": "Buys"}], shares)

    assert [each["en"] for each in found] == ["Buys, asks by phone", "Buys, asks by chat"]
