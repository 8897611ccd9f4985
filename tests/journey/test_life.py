"""What a journey took of the customer, and trends of shares, counted by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.journey.life.contribution import removal_effects
from parcours.journey.life.effort import ACTS, weigh_effort
from parcours.journey.life.opened import opened_between
from parcours.journey.life.ways import trend, wilson
from parcours.journey.opening import Schedule, Timetable, instant_on

ZONE = "Europe/Paris"
WEEKDAYS = Schedule(ZONE, (*[((9 * 60, 12 * 60), (14 * 60, 18 * 60))] * 5, (), ()))
SUNDAYS = Schedule(ZONE, (*[()] * 6, ((10 * 60, 11 * 60),)))
FRIDAY, SUNDAY, MONDAY = date(2026, 11, 13), date(2026, 11, 15), date(2026, 11, 16)


def test_without_answers_every_act_is_one() -> None:
    """Two contacts, one of them repeated, and a change of channel are four acts."""
    acts = np.array([[2.0, 1, 1, 0, 0], [0, 0, 0, 0, 0]])
    found = weigh_effort(acts, np.full(2, np.nan))

    assert (found.is_calibrated, found.answers, found.agreement) == (False, 0, None)
    assert found.of(acts).tolist() == [4.0, 0.0]


@pytest.mark.parametrize("sign", [1, -1])
def test_weights_are_learnt_from_answers(sign: int) -> None:
    """Where people answer 1, plus 2 a contact and half a change of channel, that is found; and where high answers mean easy."""
    acts = np.random.default_rng(5).integers(0, 4, (400, 5)).astype(float)
    said = sign * (1 + 2 * acts[:, 0] + 0.5 * acts[:, 2])
    found = weigh_effort(acts, np.where(np.arange(400) < 200, said, np.nan))

    assert (found.is_calibrated, found.answers, found.sign) == (True, 200, sign)
    assert [found.weights[name] for name in ACTS] == pytest.approx([2, 0, 0.5, 0, 0], abs=1e-6)
    assert found.of(acts) == pytest.approx(said)


def test_answers_that_follow_nothing_teach_nothing() -> None:
    """Answers that have nothing to do with what happened leave one for each act, and the report can say why."""
    random = np.random.default_rng(11)
    acts, said = random.integers(0, 4, (300, 5)).astype(float), random.normal(size=300)
    found = weigh_effort(acts, said)

    assert not found.is_calibrated
    assert found.agreement is not None
    assert set(found.weights.values()) == {1.0}


def test_opening_time_is_what_was_open_between() -> None:
    """Friday 11:00 to Monday 10:00: 1 h + 4 h on Friday, 1 h on Monday; at a place open on Sunday, one hour; at night nothing."""
    timetable = Timetable("store", WEEKDAYS, {"Lyon": SUNDAYS})
    since = np.array([instant_on(FRIDAY, 11 * 60, ZONE)] * 2 + [instant_on(FRIDAY, 19 * 60, ZONE)])
    until = np.array([instant_on(MONDAY, 10 * 60, ZONE)] * 2 + [instant_on(FRIDAY, 20 * 60, ZONE)])

    assert opened_between(timetable, ["Nice", "Lyon", None], since, until).tolist() == [6 * 3600, 3600, 0]


def test_opening_time_of_unknown_hours_is_unknown() -> None:
    """A calendar that knows only places says nothing of another one."""
    timetable = Timetable("store", None, {"Lyon": SUNDAYS})
    at = np.array([instant_on(SUNDAY, 10 * 60 + 30, ZONE)])

    assert np.isnan(opened_between(timetable, [None], at, at + 1)).all()
    assert opened_between(timetable, ["Lyon"], at, at + 60_000_000).tolist() == [60]


def test_a_trend_is_that_of_armitage() -> None:
    """Of 100 each, 10, 20 and 30: slope 20 / 200 a month, z = 20 / sqrt(.2 x .8 x 200) = 3.5355; a flat share has none."""
    slope, chance = trend([10, 20, 30], [100, 100, 100])
    assert slope == pytest.approx(0.1)
    assert chance == pytest.approx(0.000407, abs=1e-6)
    assert trend([5, 5], [100, 100]) == (0.0, 1.0)
    assert trend([5], [100]) == (None, None)
    assert trend([0, 0], [100, 100]) == (None, None)


def test_shares_stay_between_nothing_and_all() -> None:
    """Wilson: none of ten may be up to 27.8 %, all of ten down to 72.2 %."""
    assert list(wilson(0, 10)) == pytest.approx([0, 0.2775], abs=1e-4)
    assert list(wilson(10, 10)) == pytest.approx([0.7225, 1], abs=1e-4)


Move = tuple[int | None, int | None, bool | None, int]


def _chance(moves: list[Move], without: int | None = None) -> float:
    """The chance of an outcome from the start, a node left out leading nowhere: two thousand steps of the chain, one after the other."""
    chances: dict[int | None, float] = {}
    for _ in range(2000):
        found: dict[int | None, float] = {}
        for here in {source for source, *_ in moves}:
            own = [move for move in moves if move[0] == here]
            total = sum(count for *_, count in own)
            found[here] = (
                sum(
                    count
                    * (
                        float(bool(converted))
                        if target is None
                        else 0.0
                        if target == without
                        else chances.get(target, 0.0)
                    )
                    for _, target, converted, count in own
                )
                / total
            )
        chances = found
    return chances[None]


@given(st.lists(st.tuples(st.lists(st.integers(1, 3), max_size=4), st.booleans()), min_size=1, max_size=8))
def test_the_effect_of_removal_is_that_of_leaving_a_node_out(episodes: list[tuple[list[int], bool]]) -> None:
    """By the fundamental matrix as by walking the chain again without the node."""
    counted: Counter[tuple[int | None, int | None, bool | None]] = Counter()
    for path, converted in episodes:
        places: list[int | None] = [None, *path]
        counted.update((source, target, None) for source, target in pairwise(places))
        counted[places[-1], None, converted] += 1
    moves: list[Move] = [(*key, count) for key, count in counted.items()]
    whole = _chance(moves)
    for node, effect in removal_effects(moves).items():
        expected = 1 - _chance(moves, node) / whole if whole else 0
        assert effect == pytest.approx(expected, abs=1e-6)
