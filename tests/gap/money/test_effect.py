"""A comparison that is right where either of its two models is right, and whose interval holds the truth as often as it says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from parcours.gap.money.effect import Compared, Effects, estimate_effects

PEOPLE = 2_000


def effects_of(compared: Compared, outcomes: np.ndarray) -> Effects:
    """Effects that must be there."""
    effects = estimate_effects(compared, outcomes)
    assert effects is not None
    return effects


def test_it_is_the_difference_of_means_where_nothing_else_was_known() -> None:
    """Two broken with 1 and 3, four kept with 4, 4, 6 and 6: 2 - 5 = -3, whatever the folds, for the one thing known says nothing."""
    times = 200
    broken = np.tile([True, True, False, False, False, False], times)
    outcome = np.tile([1.0, 3.0, 4.0, 4.0, 6.0, 6.0], times)[:, None]
    person = np.repeat(np.arange(times), 6)
    effect = effects_of(Compared(broken, np.zeros((len(broken), 1)), person, None), outcome).of(np.ones(1))

    assert effect.mean == pytest.approx(-3.0, abs=1e-9)


def test_somebody_who_was_worse_before_is_no_loss() -> None:
    """Breaking follows what people spent before, and so does what they spend after; the promise itself costs 1."""
    rng = np.random.default_rng(3)
    before = rng.normal(size=20_000)
    broken = rng.random(20_000) < expit(before - 1)
    after = 5 * before + rng.normal(size=20_000) - broken
    plain = after[broken].mean() - after[~broken].mean()
    compared = Compared(broken, before[:, None], np.arange(20_000), None)
    effect = effects_of(compared, after[:, None]).of(np.ones(1))

    assert plain > 3
    assert abs(effect.mean + 1) < 4 * effect.error


@pytest.mark.parametrize("seen", ["chance", "outcome"])
def test_one_right_model_is_enough(seen: str) -> None:
    """What is seen explains who is let down, or what they do, as straight lines; the other of the two is bent out of its reach."""
    rng = np.random.default_rng(4)
    line = rng.normal(size=60_000)
    bent = line**2 - 1
    broken = rng.random(60_000) < expit((line if seen == "chance" else bent) - 1.5)
    after = 3 * (bent if seen == "chance" else line) + rng.normal(size=60_000) - 2 * broken
    effect = effects_of(Compared(broken, line[:, None], np.arange(60_000), None), after[:, None]).of(
        np.ones(1)
    )

    assert abs(effect.mean + 2) < 4 * effect.error


def test_the_interval_holds_the_truth_nine_times_in_ten() -> None:
    """200 worlds whose effect differs from person to person: between 82 and 97 % of the intervals hold the mean of the let down."""
    inside = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        known = rng.normal(size=(PEOPLE, 3))
        broken = rng.random(PEOPLE) < expit(0.7 * known[:, 0] - 2)
        gains = -1 + 0.5 * known[:, 0]
        after = 2 * known[:, 0] + known[:, 1] + rng.normal(size=PEOPLE) + broken * gains
        compared = Compared(broken, known, rng.integers(0, 2**40, PEOPLE), None)
        effect = effects_of(compared, after[:, None]).of(np.ones(1))
        inside += abs(effect.mean - gains[broken].mean()) <= effect.margin

    assert 164 <= inside <= 194


def test_people_who_are_told_twice_are_one_witness() -> None:
    """Every row four times over, of the same person: the interval stays as wide, where rows alone would halve it."""
    rng = np.random.default_rng(5)
    known, broken = rng.normal(size=(PEOPLE, 2)), rng.random(PEOPLE) < 0.3
    after, person = rng.normal(size=PEOPLE) + broken, np.arange(PEOPLE)
    once = effects_of(Compared(broken, known, person, None), after[:, None]).of(np.ones(1))
    often = effects_of(
        Compared(np.repeat(broken, 4), np.repeat(known, 4, axis=0), np.repeat(person, 4), None),
        np.repeat(after, 4)[:, None],
    ).of(np.ones(1))

    assert often.error == pytest.approx(once.error, rel=0.02)


def test_stores_with_ways_of_their_own_widen_the_interval() -> None:
    """Twelve stores in which those let down fare differently; by people alone the interval would be far too narrow."""
    rng = np.random.default_rng(6)
    store = np.repeat(np.arange(12), 300)
    broken = rng.random(3_600) < 0.3
    after = rng.normal(size=3_600) + broken * rng.normal(size=12)[store]
    known, person = rng.normal(size=(3_600, 1)), np.arange(3_600)
    by_store = effects_of(Compared(broken, known, person, store), after[:, None])
    by_person = effects_of(Compared(broken, known, person, None), after[:, None])

    assert by_store.of(np.ones(1)).error > 3 * by_person.of(np.ones(1)).error
    assert 11 < by_store.cluster_count <= 12


def test_too_few_stores_are_not_learnt_from() -> None:
    """Where all that was broken was broken in three stores, errors are clustered by people, and so it is told."""
    rng = np.random.default_rng(7)
    store, broken = rng.integers(0, 3, 900), rng.random(900) < 0.3
    effects = effects_of(
        Compared(broken, rng.normal(size=(900, 1)), np.arange(900), store), rng.normal(size=(900, 1))
    )

    assert effects.store is None


def test_who_was_bound_to_be_let_down_is_compared_with_nobody() -> None:
    """In one place every promise breaks: its people have nobody like them, and are left out."""
    rng = np.random.default_rng(8)
    doomed = rng.random(4_000) < 0.2
    broken = doomed | (rng.random(4_000) < 0.2)
    known = np.column_stack([doomed, rng.normal(size=4_000)]).astype(float)
    effects = effects_of(Compared(broken, known, np.arange(4_000), None), rng.normal(size=(4_000, 1)))

    assert not doomed[effects.rows].any()


def test_nothing_is_said_without_both_sides() -> None:
    """All broken, or none: there is no comparison, and no fault."""
    known, outcome, person = np.zeros((60, 1)), np.ones((60, 1)), np.arange(60)

    assert estimate_effects(Compared(np.ones(60, bool), known, person, None), outcome) is None
    assert estimate_effects(Compared(np.zeros(60, bool), known, person, None), outcome) is None


def test_the_order_of_rows_changes_nothing_that_is_told() -> None:
    """Sums may differ in their last bits, and nothing else."""
    rng = np.random.default_rng(9)
    known, broken = rng.normal(size=(PEOPLE, 3)), rng.random(PEOPLE) < 0.2
    after, person = rng.normal(size=(PEOPLE, 1)), rng.integers(0, 2**40, PEOPLE)
    order = rng.permutation(PEOPLE)
    one = effects_of(Compared(broken, known, person, None), after).of(np.ones(1))
    other = effects_of(Compared(broken[order], known[order], person[order], None), after[order]).of(
        np.ones(1)
    )

    assert (one.mean, one.error) == pytest.approx((other.mean, other.error), rel=1e-9)
