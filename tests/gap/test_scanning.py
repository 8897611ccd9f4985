"""What is searched: planted windows are found, chance is not, and a slow reading of the same rule agrees on evidence and chance."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.gap.finding.evidence import evidence, log_chance
from parcours.gap.finding.scanning import FEWEST_CASES, Cases, Window, worst_window

Group = tuple[tuple[int, int], ...]


def likelihood(broken: int, cases: int) -> float:
    """Logarithm of the likelihood of a rate at its best."""
    return sum(part * math.log(part / cases) for part in (broken, cases - broken) if part)


def drawn(
    chance: np.random.Generator,
    size: int,
    inside: Group = (),
    *,
    weekday: int | None = None,
    since: int = 0,
    broken: float = 0.05,
) -> Cases:
    """Five places, two channels, 100 days from a Thursday on, 9 to 20 h; 5 % broken, but `broken` where it is planted."""
    codes = np.stack([chance.integers(0, values, size) for values in (5, 2)]).astype(np.int32)
    day, hour = chance.integers(0, 100, size), chance.integers(9, 20, size)
    cases = Cases(codes, (5, 2), day, hour, np.zeros(size, np.bool_))
    planted = cases.of_group(inside) & (day >= since)
    if weekday is not None:
        planted &= cases.weekday == weekday
    risk = np.where(planted & (broken > 0.05), broken, 0.05)
    return Cases(codes, (5, 2), day, hour, chance.random(size) < risk)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40), st.integers(0, 40))
@settings(deadline=None)  # a machine may be busy
def test_evidence_is_the_ratio_of_likelihoods(bad: int, good: int, rest_bad: int, rest_good: int) -> None:
    """Two rates against one, by logarithms of fractions; nought where the inside is not worse."""
    inside, rest = bad + good, rest_bad + rest_good
    found = float(evidence(np.array(bad), np.array(inside), bad + rest_bad, inside + rest))
    if not inside or not rest or bad * rest <= rest_bad * inside:
        assert found == 0
    else:
        slow = (
            likelihood(bad, inside) + likelihood(rest_bad, rest) - likelihood(bad + rest_bad, inside + rest)
        )
        assert found == pytest.approx(slow, abs=1e-9)


@given(st.integers(1, 30), st.data())
@settings(deadline=None)  # as above
def test_the_chance_is_fishers(cases: int, data: st.DataObject) -> None:
    """So many or more, counted draw by draw with whole numbers."""
    everyone = cases + data.draw(st.integers(1, 60))
    broken = data.draw(st.integers(0, everyone))
    bad = data.draw(st.integers(0, cases))
    draws = sum(
        math.comb(broken, found) * math.comb(everyone - broken, cases - found)
        for found in range(bad, min(cases, broken) + 1)
    )
    slow = draws / math.comb(everyone, cases)
    assert math.exp(log_chance(bad, cases, broken, everyone)) == pytest.approx(slow, rel=1e-9, abs=1e-300)


@pytest.mark.parametrize(
    ("group", "weekday", "since", "broken"),
    [
        (((0, 2),), None, 0, 0.20),
        (((0, 2),), 5, 0, 0.50),
        (((0, 2),), None, 60, 0.30),
        (((0, 2), (1, 1)), None, 0, 0.30),
        ((), 5, 0, 0.20),
        ((), None, 70, 0.15),
    ],
    ids=[
        "a place",
        "its Saturdays",
        "since a day",
        "a place in a channel",
        "Saturdays everywhere",
        "everywhere since a day",
    ],
)
def test_what_is_planted_is_found(group: Group, weekday: int | None, since: int, broken: float) -> None:
    """In each form a finding can have: its group, its weekday, and a stretch that begins within three days of the planted one."""
    found = worst_window(
        drawn(np.random.default_rng(7), 4_000, group, weekday=weekday, since=since, broken=broken), 10
    )
    assert found is not None
    assert found.group == group
    assert found.part[0] == (9 if weekday is None else weekday)
    assert (found.days is None) == (since == 0)
    if found.days is not None:
        assert abs(found.days[0] - since) <= 3
        assert found.days[1] >= 98
    assert found.log_p < math.log(0.01)


def test_chance_is_rarely_told() -> None:
    """In 200 searches of noise, 1 % each: five or more would happen once in 20,000 times."""
    chance = np.random.default_rng(11)
    assert sum(worst_window(drawn(chance, 600)) is not None for _ in range(200)) < 5


def test_the_more_share_the_chance_the_less_is_told() -> None:
    """A window of 1 in 1,000 for one promise is one of 1 in 10 for a hundred."""
    cases = drawn(np.random.default_rng(3), 2_000, ((0, 1),), broken=0.16)
    one, many = worst_window(cases, 1, chance=1.0), worst_window(cases, 100, chance=100.0)
    assert one is not None
    assert many is not None
    assert many.log_p - one.log_p == pytest.approx(math.log(100))


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_a_window_counts_the_cases_that_it_says(seed: int) -> None:
    """Its counts are those of its group, part of the week and days, whatever is told."""
    cases = drawn(np.random.default_rng(seed), 500)
    found = worst_window(cases, chance=1e9)
    assert found is None or counted(cases, found) == (found.bad, found.cases)


def counted(cases: Cases, found: Window) -> tuple[int, int]:
    """Bad and all cases of a window, one by one."""
    ranges = (*((day, day) for day in range(7)), (0, 4), (5, 6), (0, 6))
    (first, last), start, end = ranges[found.part[0]], found.part[1], found.part[2]
    inside = [
        place
        for place in range(len(cases.day))
        if all(cases.codes[attribute][place] == value for attribute, value in found.group)
        and first <= (int(cases.day[place]) + 3) % 7 <= last
        and start <= cases.hour[place] < end
        and (found.days is None or found.days[0] <= cases.day[place] <= found.days[1])
    ]
    return sum(bool(cases.is_bad[place]) for place in inside), len(inside)


@pytest.mark.parametrize("size", [0, 1, FEWEST_CASES - 1])
def test_of_few_nothing_is_told(size: int) -> None:
    """Below twenty cases read the list."""
    empty = np.zeros(size, np.int64)
    assert (
        worst_window(Cases(np.zeros((1, size), np.int32), (1,), empty, empty, np.ones(size, np.bool_)))
        is None
    )
