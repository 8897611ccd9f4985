"""One row of a measurement, and the few ways in which ours is held against a peer's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BenchRow:
    """One figure of ours, beside a peer's where there is one.

    Attributes:
        bench: Name in the registry.
        case: Input, with its size.
        metric: What was measured and, where there is a ratio, which way it goes.
        unit: Unit of `ours` and `peer`.
        ours: Our figure.
        peer: The peer's figure on the same input in the same run; null when nobody is compared.
        peer_name: Who that is; null when nobody is compared.
        ratio: As `metric` says; null without peer, or when the divisor is 0.
        target: Bound of `ratio`, or of `ours` where there is no ratio; null when none was set.
        holds: Whether the bound is kept; null when there is no target.
    """

    bench: str
    case: str
    metric: str
    unit: str
    ours: float
    peer: float | None
    peer_name: str | None
    ratio: float | None
    target: float | None
    holds: bool | None


@dataclass(frozen=True)
class Pair:
    """Ours and a peer's figure for the same thing.

    Attributes:
        what: What was measured: `time`, `peak memory`.
    """

    bench: str
    case: str
    what: str
    unit: str
    ours: float
    peer: float
    peer_name: str


def times_faster(pair: Pair, at_least: float | None = None) -> BenchRow:
    """Peer over ours: above 1 we need less.

    Example:
        >>> row = times_faster(Pair("graph", "5 M", "time", "s", 2.0, 18.0, "pm4py"), at_least=8)
        >>> row.ratio, row.holds, row.metric
        (9.0, True, 'time: peer / ours')
    """
    ratio = _ratio(pair.peer, pair.ours)
    holds = None if at_least is None else ratio is not None and ratio >= at_least
    return _row(pair, f"{pair.what}: peer / ours", ratio, at_least, holds=holds)


def times_the_peer(pair: Pair, at_most: float | None = None) -> BenchRow:
    """Ours over peer: above 1 we need more.

    Example:
        >>> row = times_the_peer(Pair("pipeline", "20 M", "time", "s", 80.0, 20.0, "hand-written"), at_most=3)
        >>> row.ratio, row.holds, row.metric
        (4.0, False, 'time: ours / peer')
    """
    ratio = _ratio(pair.ours, pair.peer)
    holds = None if at_most is None else ratio is not None and ratio <= at_most
    return _row(pair, f"{pair.what}: ours / peer", ratio, at_most, holds=holds)


def stays_below(bench: str, case: str, metric: str, unit: str, ours: float, limit: float) -> BenchRow:
    """Our figure alone against a limit in its own unit.

    Example:
        >>> stays_below("olist", "cold run", "time", "s", 10.0, 10).holds
        False
    """
    return BenchRow(bench, case, metric, unit, ours, None, None, None, limit, ours < limit)


def reaches(bench: str, case: str, metric: str, unit: str, ours: float, target: float) -> BenchRow:
    """Our figure alone, which is to reach a target.

    Example:
        >>> reaches("coverage", "3 retailers", "recall", "ratio", 0.96, 0.95).holds
        True
    """
    return BenchRow(bench, case, metric, unit, ours, None, None, None, target, ours >= target)


def stays_within(bench: str, case: str, metric: str, unit: str, ours: float, target: float) -> BenchRow:
    """Our figure alone, which is not to pass a target.

    Example:
        >>> stays_within("coverage", "3 retailers", "false alarms", "ratio", 0.02, 0.01).holds
        False
    """
    return BenchRow(bench, case, metric, unit, ours, None, None, None, target, ours <= target)


def figure(bench: str, case: str, metric: str, unit: str, ours: float) -> BenchRow:
    """Our figure alone, with no bound set.

    Example:
        >>> figure("truth", "20 retailers", "false alarms", "retailers", 0).holds is None
        True
    """
    return BenchRow(bench, case, metric, unit, ours, None, None, None, None, None)


def at_least(bench: str, case: str, metric: str, unit: str, ours: float, limit: float) -> BenchRow:
    """Our figure alone, that is to reach a bound.

    Example:
        >>> at_least("gaps", "20 retailers", "recall", "ratio", 0.9, 0.9).holds
        True
    """
    return BenchRow(bench, case, metric, unit, ours, None, None, None, limit, ours >= limit)


def at_most(bench: str, case: str, metric: str, unit: str, ours: float, limit: float) -> BenchRow:
    """Our figure alone, that is not to exceed a bound.

    Example:
        >>> at_most("gaps", "20 retailers", "false alarms", "retailers", 2, 1).holds
        False
    """
    return BenchRow(bench, case, metric, unit, ours, None, None, None, limit, ours <= limit)


def same_answer(bench: str, case: str, differing: int, unit: str, peer_name: str) -> BenchRow:
    """A comparison of speed is worth something only between equal answers: none may differ.

    Args:
        bench: Name in the registry.
        case: Input, with its size.
        differing: Parts of the answer that are not equal.
        unit: What a part is.
        peer_name: Whose answer ours is compared with.

    Example:
        >>> same_answer("graph", "5 M", 1, "edges", "pm4py").holds
        False
    """
    return BenchRow(
        bench, case, "same answer: differing", unit, differing, None, peer_name, None, 0, differing == 0
    )


def _row(
    pair: Pair, metric: str, ratio: float | None, target: float | None, *, holds: bool | None
) -> BenchRow:
    return BenchRow(
        pair.bench, pair.case, metric, pair.unit, pair.ours, pair.peer, pair.peer_name, ratio, target, holds
    )


def _ratio(dividend: float, divisor: float) -> float | None:
    return dividend / divisor if divisor else None
