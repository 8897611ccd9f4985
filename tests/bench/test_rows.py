"""A ratio says which way it goes, and a target is kept or not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from parcours.bench.rows import Pair, same_answer, stays_below, times_faster, times_the_peer

seconds = st.floats(min_value=1e-3, max_value=1e5)


def pair(ours: float, peer: float) -> Pair:
    """Ours and a peer's seconds."""
    return Pair("graph", "5,000,000 signals", "time", "s", ours, peer, "pm4py")


def test_eight_times_faster_is_the_peer_over_ours() -> None:
    """16 s against our 2 s is 8 times faster, and 8 is at least 8."""
    row = times_faster(pair(2.0, 16.0), at_least=8)

    assert (row.ratio, row.target, row.holds) == (8.0, 8, True)
    assert (row.ours, row.peer, row.peer_name, row.unit) == (2.0, 16.0, "pm4py", "s")


def test_three_times_the_floor_is_ours_over_the_peer() -> None:
    """60 s against 20 s is 3 times, which is at most 3; 61 s is not."""
    assert times_the_peer(pair(60.0, 20.0), at_most=3).holds is True
    assert times_the_peer(pair(61.0, 20.0), at_most=3).holds is False


def test_the_metric_names_the_direction_of_the_ratio() -> None:
    """Nobody has to guess whether large is good."""
    assert times_faster(pair(1, 2)).metric == "time: peer / ours"
    assert times_the_peer(pair(1, 2)).metric == "time: ours / peer"


def test_without_target_nothing_is_held() -> None:
    """A figure shown for information is neither kept nor broken."""
    assert times_faster(pair(1, 2)).holds is None
    assert times_the_peer(pair(1, 2)).holds is None


def test_a_ratio_over_nothing_is_null_and_keeps_no_target() -> None:
    """A peer that took no time was not measured."""
    row = times_the_peer(pair(1.0, 0.0), at_most=3)

    assert row.ratio is None
    assert row.holds is False


def test_an_absolute_limit_is_strict_and_has_no_peer() -> None:
    """Below ten seconds means below."""
    row = stays_below("olist", "cold", "time of run", "s", 9.9, limit=10)

    assert row.holds is True
    assert (row.peer, row.peer_name, row.ratio) == (None, None, None)
    assert stays_below("olist", "cold", "time of run", "s", 10.0, limit=10).holds is False


def test_one_differing_part_breaks_the_answer() -> None:
    """Fast and wrong is no result."""
    assert same_answer("graph", "5 M", 0, "edges", "pm4py").holds is True
    assert same_answer("graph", "5 M", 1, "edges", "pm4py").holds is False


@given(seconds, seconds)
def test_both_directions_are_reciprocal(ours: float, peer: float) -> None:
    """What is twice as fast takes half as long."""
    faster, times = times_faster(pair(ours, peer)).ratio, times_the_peer(pair(ours, peer)).ratio

    assert faster is not None
    assert times is not None
    assert abs(faster * times - 1) < 1e-9
