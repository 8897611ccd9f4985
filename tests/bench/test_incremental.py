"""A day added to what was run before gives what one run over both files gives."""

from __future__ import annotations

import pytest

from parcours.bench.child import Outcome
from parcours.bench.incremental import COLD, _rows, _Runs, bench_incremental


def outcome(wall_s: float, import_s: float, written: int) -> Outcome:
    """A run that took so long, of which so long was import."""
    stages = [{"stage": "import", "seconds": import_s, "rows": 1}]
    return Outcome({"stages": stages}, wall_s, 10**9, written)


def test_a_fifth_of_the_cold_run_is_allowed() -> None:
    """20 s of 100 hold, 21 s do not; the parts have no bound of their own."""
    runs = [
        _Runs(
            outcome(100.0, 50.0, 1_000),
            outcome(s, 5.0, 100),
            outcome(1.0, 0.1, 0),
            outcome(7.0, 0.0, 0),
            outcome(2.0, 0.0, 0),
        )
        for s in (20.0, 21.0)
    ]
    holding, missing = ({row.metric: row for row in _rows("case", run, 0.2)} for run in runs)

    assert holding["time of run: ours / peer"].holds is True
    assert missing["time of run: ours / peer"].holds is False
    assert holding["time of stage: import: ours / peer"].ratio == 0.1
    assert holding["time of stage: import: ours / peer"].holds is None
    assert holding["bytes written: ours / peer"].ratio == 0.1
    assert holding["time of a run with nothing new"].ours == 1.0
    assert (holding["time of the first gaps after it"].ours, holding["time of the next gaps"].ours) == (
        7.0,
        2.0,
    )
    assert holding["time of run: ours / peer"].peer_name == COLD


@pytest.mark.heavy
def test_a_day_added_gives_the_gaps_of_one_run_over_both_files() -> None:
    """As of now and every night: journeys that go on, promises still pending and people who turn out to be one are made anew where they must be."""
    rows = bench_incremental(20_000, 1_000, memory="1GB")

    assert {row.case for row in rows} == {
        "1,000 signals added to 20,000",
        "1,000 signals added to 20,000, every night",
    }
    assert [row.ours for row in rows if row.metric.startswith("same answer")] == [0]
    assert all(row.ours > 0 for row in rows if row.metric.startswith(("time of run", "bytes", "peak")))
