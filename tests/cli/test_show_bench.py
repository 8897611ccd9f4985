"""Figures of benches are legible without powers of ten."""

from __future__ import annotations

from dataclasses import asdict

from parcours.bench.rows import Pair, stays_below, times_the_peer
from parcours.cli.show.bench import bench_lines


def test_bytes_are_megabytes_and_their_ratio_stays_a_ratio() -> None:
    """536,000,000 bytes are 536 MB of 8,000; over 240 MB they are 2.23 times as many, of 3."""
    pair = Pair("b", "c", "peak memory", "bytes", 5.36e8, 2.4e8, "by hand")
    rows = [stays_below("b", "c", "peak memory", "bytes", 5.36e8, 8e9), times_the_peer(pair, 3)]
    lines = [line.plain.split() for line in bench_lines([asdict(row) for row in rows])]

    assert lines[1][2:7] == ["peak", "memory", "(MB)", "536", "8,000"]
    assert lines[2][-8:] == ["536", "240", "2.23", "3", "✓", "yes", "by", "hand"]


def test_large_figures_keep_their_digits_and_small_ones_three() -> None:
    """1,234.6 s are 1,235; 0.9248 are 0.925."""
    pair = Pair("b", "c", "time", "s", 0.9248, 1234.6, "by hand")
    line = list(bench_lines([asdict(times_the_peer(pair))]))[1].plain.split()

    assert {"0.925", "1,235"} <= set(line)
