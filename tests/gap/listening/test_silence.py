"""A silence is told where the stream's own rhythm cannot explain it, and nowhere else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import nbinom

from parcours.gap.listening.rhythm import DAY_H, WEEK_H, Rhythm, learn_rhythm
from parcours.gap.listening.silence import all_silences, find_silences, hours_to_tell, log_bound

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Figures = NDArray[np.float64]

OPEN = np.zeros(WEEK_H)
OPEN[: 6 * DAY_H] = np.tile(np.repeat([0.0, 1.0, 0.0], [9, 10, 5]), 6)  # Monday to Saturday, 9 to 19 h
WEEKS = 12
ALWAYS = np.ones(WEEKS * WEEK_H, bool)


def lived(a_day: float, streams: int = 1, seed: int = 3, shape: float | None = None) -> Figures:
    """Counts of streams that say so much a day while they are open, days straying by a gamma distribution."""
    chance = np.random.default_rng(seed)
    level = (
        np.ones((streams, WEEKS * 7))
        if shape is None
        else chance.gamma(shape, 1 / shape, (streams, WEEKS * 7))
    )
    rate = np.tile(OPEN, WEEKS) * a_day / 10 * np.repeat(level, DAY_H, axis=1)
    return chance.poisson(rate).astype(np.float64)


def hours(week: int, day: int, first: int, until: int) -> slice:
    """Hours of the wall clock, `until` counted from the same midnight."""
    begins = week * WEEK_H + day * DAY_H
    return slice(begins + first, begins + until)


def found(counts: Figures, *, sisters: bool = False) -> list[tuple[int, int, int]]:
    """Silences told at one per cent."""
    told, _ = find_silences(counts, ALWAYS, ALWAYS, 0.01, has_sisters=sisters)
    return [(int(s), int(a), int(b)) for s, a, b in zip(told.stream, told.first, told.until, strict=True)]


def of_a_day(heard: float, rest: float, missed: float, shape: float) -> float:
    """Logarithm of the chance of four silent hours at the end of a day of which the rest is known."""
    counts, expected = np.zeros((1, WEEK_H)), np.zeros((1, WEEK_H))
    counts[0, 10], expected[0, 10], expected[0, 14:18] = heard, rest, missed / 4
    rhythm = Rhythm(expected, np.ones(1), np.array([shape]))
    told = all_silences(counts, np.ones(WEEK_H, bool), rhythm)
    return float(told.log_chance[told.first == 11][0])


def test_the_worked_example_of_the_page() -> None:
    """(110 / 150) ^ 110: logarithm -34.12; with 6 heard, (110 / 150) ^ 56: -17.37."""
    assert of_a_day(60, 60, 40, 50) == pytest.approx(-34.117, abs=0.001)
    assert of_a_day(6, 60, 40, 50) == pytest.approx(-17.369, abs=0.001)


@given(st.integers(1, 80), st.floats(1, 80), st.floats(3.01, 80), st.floats(0.5, 500))
def test_the_chance_is_that_of_a_negative_binomial(
    heard: int, rest: float, missed: float, shape: float
) -> None:
    """A gamma level updated by what was heard makes what is to come negative binomial: SciPy says the same of none."""
    theirs = nbinom.logpmf(0, heard + shape, (shape + rest) / (shape + rest + missed))

    assert of_a_day(heard, rest, missed, shape) == pytest.approx(theirs, rel=1e-6)


def test_days_multiply_and_closed_hours_say_nothing() -> None:
    """Monday 16 h to Wednesday 11 h: 3 + 10 + 2 open hours at 4 an hour, without straying e to the -60."""
    expected = np.tile(OPEN * 4, 2)[None, :]
    counts = expected.copy()
    counts[0, hours(1, 0, 16, 2 * DAY_H + 11)] = 0.0
    rhythm = Rhythm(expected, np.ones(1), np.array([1e9]))
    told = all_silences(counts, np.ones(2 * WEEK_H, bool), rhythm)

    assert len(told.first) == 1  # nights and the Sunday bring nothing, so they are not even looked at
    assert (told.first[0], told.until[0]) == (WEEK_H + 16, WEEK_H + 2 * DAY_H + 11)
    assert told.missed[0] == pytest.approx(60)
    assert told.log_chance[0] == pytest.approx(-60, rel=1e-5)


def test_a_till_silent_on_sunday_is_closed_and_one_silent_on_saturday_is_deaf() -> None:
    """Forty receipts a day: no Sunday is told, and of the Saturday that is silent from two o'clock on, all of it."""
    counts = lived(40)
    counts[0, hours(6, 5, 12, DAY_H)] = 0.0

    told = found(counts)

    assert len(told) == 1
    _, first, until = told[0]
    assert first <= 6 * WEEK_H + 5 * DAY_H + 12
    assert until >= 7 * WEEK_H + 9  # it is heard again on Monday


def test_a_silence_of_weeks_is_one_silence() -> None:
    """It does not become the rhythm, for it is left out of learning."""
    counts = lived(12)
    counts[0, hours(3, 2, 11, 33 * DAY_H)] = 0.0

    told = found(counts)

    assert len(told) == 1
    assert told[0][2] - told[0][1] >= 33 * DAY_H - 11


@pytest.mark.parametrize("shape", [None, 8.0], ids=["even days", "uneven days"])
def test_of_a_hundred_healthy_streams_about_one_is_accused(shape: float | None) -> None:
    """400 streams at 1 %: 4 are expected; 12 or more come by chance once in a thousand times (Poisson)."""
    told = {stream for stream, *_ in found(lived(15, streams=400, shape=shape))}

    assert len(told) < 12


def test_signals_that_come_in_clumps_are_no_more_often_accused() -> None:
    """Visits of ten pages: single pages are forty times likelier to be missed together than by chance."""
    counts = lived(8, streams=200) * 10

    assert (
        len({stream for stream, *_ in found(counts)}) < 8
    )  # 2 are expected; 8 come once in a thousand times


def test_growth_and_a_season_are_no_silence() -> None:
    """From ten a day to forty in six weeks, and back: what the weeks around bring is expected, not what the year brings."""
    rate = np.tile(OPEN, WEEKS) * np.repeat(np.interp(np.arange(WEEKS), [0, 6, 11], [1.0, 4.0, 1.0]), WEEK_H)
    counts = np.random.default_rng(5).poisson(rate, (50, len(rate))).astype(np.float64)

    assert len({stream for stream, *_ in found(counts)}) <= 4


def test_a_day_that_all_stores_keep_closed_is_no_deafness_and_one_store_alone_is_deaf() -> None:
    """On Tuesday of the fifth week all six stay closed; on that of the seventh only the third is silent."""
    counts = lived(40, streams=6)
    counts[:, hours(4, 1, 0, DAY_H)] = 0.0
    counts[2, hours(6, 1, 0, DAY_H)] = 0.0

    told = found(counts, sisters=True)

    assert [stream for stream, *_ in told] == [2]
    assert told[0][1] <= 6 * WEEK_H + DAY_H + 9


def test_two_slow_days_before_a_holiday_are_no_silence_and_five_are() -> None:
    """A Friday and a Saturday without any of twelve, then a holiday: k of 2 makes it (2 / 14) ^ 4, e to the -7.8; not before Monday."""
    counts = lived(12)
    unsure = np.zeros(WEEKS * 7, bool)
    unsure[5 * 7 + 4 : 5 * 7 + 7] = True
    two, five = counts.copy(), counts.copy()
    two[0, hours(5, 4, 0, 3 * DAY_H)] = 0.0
    five[0, hours(5, 1, 0, 6 * DAY_H)] = 0.0

    def told(lived_by: Figures, unsure_days: NDArray[np.bool_] | None) -> int:
        silences, _ = find_silences(lived_by, ALWAYS, ALWAYS, 0.01, has_sisters=False, unsure=unsure_days)
        return len(silences.first)

    assert told(two, unsure) == 0
    assert told(two, None) == told(five, unsure) == 1


def test_closed_hours_are_expected_to_bring_next_to_nothing() -> None:
    """Of ten signals an hour, a Sunday that never brought any is to bring fewer than one in a hundred of a day."""
    rhythm = learn_rhythm(lived(100), ALWAYS[None, :], ALWAYS, has_sisters=False)
    weeks = rhythm.expected.reshape(WEEKS, 7, DAY_H)

    assert weeks[:, 6].sum(axis=1).max() < 1.0
    assert weeks[:, 0].sum(axis=1) == pytest.approx(np.full(WEEKS, 100), rel=0.15)


def test_clump_and_shape_are_recovered() -> None:
    """Single signals are clumps of one; tens are clumps of ten; days that stray as a gamma of shape 8 are told as such."""
    learnt = [learn_rhythm(counts, np.ones(counts.shape, bool), ALWAYS, has_sisters=False) for counts in (lived(50, 30), lived(20, 30) * 10, lived(50, 30, shape=8.0))]  # fmt: skip

    assert np.median(learnt[0].clump) == pytest.approx(1.0, abs=0.2)
    assert np.median(learnt[1].clump) == pytest.approx(10.0, rel=0.15)
    assert np.median(learnt[2].shape) == pytest.approx(8.0, rel=0.35)
    assert np.median(learnt[0].shape) > 50


def test_patience_is_what_it_says() -> None:
    """Ten an hour all day long, a thousand clumps: 1 % of a thousandth is e to the -11.5, so 1.15 hours; two a day: 5.8 days."""
    for hourly, expected_h in ((10.0, 1.151), (2 / 24, 138.2)):
        rhythm = Rhythm(np.full((1, WEEK_H), hourly), np.ones(1), np.array([1e6]))

        assert log_bound(np.array([1000.0]), rhythm, 0.01)[0] == pytest.approx(math.log(1e-5))
        assert hours_to_tell(np.array([1000.0]), rhythm, 0.01)[0] == pytest.approx(expected_h, rel=0.01)
