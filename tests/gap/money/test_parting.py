"""What a broken promise does in a part of the people, in a world whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from parcours.gap.money.effect import Compared, estimate_effects
from parcours.gap.money.known import Units
from parcours.gap.money.parting import FEWEST, distance_apart, tell_parts

SIZE = 24_000
LOSES = {"lyon": 3.0, "nice": 1.0}  # per broken promise


def world(seed: int) -> tuple[Units, Compared, np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
    """Two places. Who buys much is let down more often and loses as much as anybody; Lyon loses 3, Nice 1, ten in Tours 1."""
    chance = np.random.default_rng(seed)
    buys = chance.standard_normal(SIZE)
    place = np.where(chance.random(SIZE) < 0.5, "lyon", "nice").astype(object)
    place[:10] = "tours"
    broken = chance.random(SIZE) < 1 / (1 + np.exp(2 - 0.7 * buys))
    broken[:10] = True
    loses = np.where(place == "lyon", LOSES["lyon"], LOSES["nice"])
    outcome = -2 * buys + loses * broken + chance.standard_normal(SIZE)
    number = np.arange(SIZE)
    hour = np.where(number % 2 == 0, 9, 15)
    units = Units(number, number, broken, hour, number % 7, {"store": list(place)})
    known = np.column_stack([buys, place == "lyon", hour > 12])
    return units, Compared(broken, known, number, None), outcome[:, None]


def test_each_place_has_its_own_effect() -> None:
    """3 in Lyon and 1 in Nice lie in their intervals, and those do not meet; both halves of the day lose 2 each."""
    units, compared, outcome = world(7)
    effects = estimate_effects(compared, outcome)
    assert effects is not None
    one = np.ones(1)
    parts = {
        tuple(part.slice.items()): part
        for part in tell_parts(units, compared.known, effects, {"sales_minor": one}, one)
    }
    told = {name: parts[("store", name),].loss for name in LOSES}
    for name, loses in LOSES.items():
        figure = told[name]
        assert figure is not None
        assert figure.low - 0.02 <= loses <= figure.high + 0.02
    assert told["lyon"] is not None
    assert told["nice"] is not None
    assert told["lyon"].low > told["nice"].high
    for hours in ("6-12", "12-18"):
        loss = parts[("hours", hours),].loss
        assert loss is not None
        assert loss.mean == pytest.approx(2.0, abs=0.15)


def test_where_there_are_few_nothing_is_told() -> None:
    """Ten broken in Tours, and why; a part without any is left out."""
    units, compared, outcome = world(8)
    effects = estimate_effects(compared, outcome)
    assert effects is not None
    told = tell_parts(units, compared.known, effects, {"sales_minor": np.ones(1)}, np.ones(1))
    (tours,) = [part for part in told if part.slice == {"store": "tours"}]
    assert (tours.broken, tours.effects, tours.loss) == (10, {}, None)
    assert tours.why is not None
    assert (tours.why.code, tours.why.facts) == ("few_here", {"broken": 10, "fewest": FEWEST})
    assert not any(part.slice == {"hours": "0-6"} for part in told)


def test_parts_make_up_the_whole() -> None:
    """Broken promises of all days are those compared, and the whole of them has the effect over everything."""
    units, compared, outcome = world(9)
    effects = estimate_effects(compared, outcome)
    assert effects is not None
    told = tell_parts(units, compared.known, effects, {"sales_minor": np.ones(1)}, np.ones(1))
    assert sum(part.broken for part in told if "days" in part.slice) == int(effects.broken.sum())
    everywhere = effects.within(np.ones(len(effects.rows), np.bool_))
    assert everywhere is not None
    assert everywhere.mean == pytest.approx(effects.mean)
    assert everywhere.of(np.ones(1)).error == pytest.approx(effects.of(np.ones(1)).error)


def test_a_distance_is_told_in_spreads() -> None:
    """By hand: broken 1 and 3, kept 0 and 2: means 2 and 1, both with a spread of 1; weighted towards the 2 they meet at 0."""
    known, broken = np.array([[1.0], [3.0], [0.0], [2.0]]), np.array([True, True, False, False])
    assert distance_apart(known, broken, np.array([1.0, 1.0])) == pytest.approx(1.0)
    assert distance_apart(known, broken, np.array([0.0, 2.0])) == pytest.approx(0.0)
