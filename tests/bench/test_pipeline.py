"""Figures of the batch loop add up and are held against the right bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bench.given import measured
from parcours.bench.answers import differing_rows
from parcours.bench.pipeline import BESIDE_STAGES, READING, _growth, _rows, bench_pipeline

if TYPE_CHECKING:
    from pathlib import Path


def test_stages_start_up_and_reading_add_up_to_the_whole() -> None:
    """10 s of a run are 6 of import, 3 of journeys and 1 beside them; 2 s more read the gaps."""
    done = measured(1_000_000, 1.0)

    assert done.stages_s == {"import": 6.0, "journeys": 3.0, BESIDE_STAGES: 1.0, READING: 2.0}
    assert sum(done.stages_s.values()) == done.wall_s == 12.0


def test_the_floor_is_not_charged_for_the_graph_it_draws_besides() -> None:
    """5 s with 1 s of graph are 4 s; ours are 12, so three times as many."""
    row = _rows(measured(1_000_000, 1.0), bound=True)[0]

    assert (row.ours, row.peer, row.ratio, row.target, row.holds) == (12.0, 4.0, 3.0, 3.0, True)


def test_only_the_largest_size_is_bound() -> None:
    """Start-up weighs on a small file."""
    assert _rows(measured(1_000_000, 1.0), bound=False)[0].target is None


def test_bytes_are_held_against_the_floor_and_the_input() -> None:
    """3,000 written against 1,000; 400 kept of a file of 100."""
    rows = {row.metric: row for row in _rows(measured(1_000_000, 1.0), bound=False)}

    assert rows["bytes written: ours / peer"].ratio == 3.0
    assert rows["bytes kept in .parcours: ours / peer"].ratio == 4.0


@pytest.mark.parametrize(("scale", "holds"), [(150.0, True), (151.0, False)])
def test_a_signal_may_cost_half_as_much_again_in_a_large_file(scale: float, holds: bool) -> None:  # noqa: FBT001 - a table of cases
    """1 M at scale 1 cost 12 s per million; 100 M at scale 150 cost 18, one and a half times as many."""
    row = _growth(measured(1_000_000, 1.0), measured(100_000_000, scale))

    assert row.peer == 12.0
    assert row.ours == pytest.approx(12.0 * scale / 100)
    assert row.holds is holds


def test_a_peak_of_eight_gigabytes_is_too_much() -> None:
    """Below means below; the larger of the two processes counts."""
    rows = {row.metric: row.holds for row in _rows(measured(1_000_000, 1.0, peak_gb=8.0), bound=False)}

    assert rows["peak memory"] is False


def test_an_answer_with_another_figure_differs_by_one_row() -> None:
    """However rows are ordered, and however keys are."""
    ours = [{"promise": "p01", "kept": 2}, {"promise": "p02", "kept": 3}]

    assert differing_rows(ours, [{"kept": 3, "promise": "p02"}, {"kept": 2, "promise": "p01"}]) == 0
    assert differing_rows(ours, [{"promise": "p02", "kept": 4}, ours[0]]) == 1
    assert differing_rows(ours, [*ours, ours[0]]) == 1


@pytest.mark.heavy
def test_both_sizes_are_measured_and_drawn_with_the_same_answer(tmp_path: Path) -> None:
    """Real children over small files: every figure is there, no promise is judged otherwise than by hand."""
    plot = tmp_path / "pipeline.svg"

    rows = bench_pipeline((10_000, 20_000), memory="1GB", plot=plot)

    alike = [row.ours for row in rows if row.metric.startswith("same answer")]
    assert alike == [0, 0]
    assert {row.case for row in rows} == {"10,000 signals", "20,000 signals"}
    assert all(row.ours > 0 for row in rows if not row.metric.startswith(("same answer", "time of stage")))
    assert "20,000 signals" in plot.read_text("utf-8")
