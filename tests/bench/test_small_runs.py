"""Small runs are counted rightly, and their exports are what they should be."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from bench.given import hours
from parcours.bench.child import Outcome
from parcours.bench.hourly import COLUMNS, SYSTEMS, live, make_hourly, write_hour
from parcours.bench.retailer import PLACES
from parcours.bench.small_runs import _rows, bench_small_runs

if TYPE_CHECKING:
    from pathlib import Path

NO_OUTCOMES = [Outcome([], 1.0, 10**9, 5_000)]


def test_files_at_the_end_are_held_against_a_fifth_of_the_way() -> None:
    """Two files more each: 100 + 2 * 99 after the last of 100 runs, 100 + 2 * 19 after the 20th; 298/138 is too much."""
    rows = {row.metric: row for row in _rows(hours(100, 2), NO_OUTCOMES, 0)}
    row = rows["most files of the lake: ours / peer"]

    assert (row.ours, row.peer, row.holds) == (298, 138, False)
    assert row.peer_name == "parcours after 20 runs"


def test_a_lake_that_is_tidied_holds_both_bounds() -> None:
    """Always 100 files."""
    rows = {row.metric: row for row in _rows(hours(100, 0), NO_OUTCOMES, 0)}

    assert rows["most files of the lake"].holds is True
    assert rows["most files of the lake: ours / peer"].ratio == 1.0
    assert rows["time of a run, median: ours / peer"].ratio == 1.0
    assert rows["bytes written a run"].ours == 50


@pytest.mark.parametrize(("files_a_run", "holds"), [(9, True), (10, False)])
def test_no_run_may_leave_more_files_than_the_bound(files_a_run: int, holds: bool) -> None:  # noqa: FBT001 - a table of cases
    """100 and 99 times 9 are 991; 100 and 99 times 10 are 1,090."""
    rows = {row.metric: row for row in _rows(hours(100, files_a_run), NO_OUTCOMES, 0)}

    assert rows["most files of the lake"].holds is holds


def test_the_systems_see_every_channel_once() -> None:
    """No place is left out, none is seen twice."""
    seen = [channel for channels in SYSTEMS.values() for channel in channels]

    assert sorted(seen) == sorted({place.channel for place in PLACES})


def test_an_hour_has_twenty_signals_a_system_within_it(tmp_path: Path) -> None:
    """Hour 30 is the second day from 6 to 7 o'clock; the same hour gives the same rows, another other rows."""
    for data, hour in (("one", 30), ("two", 30), ("two", 31)):
        write_hour(tmp_path / data, hour)
    for name, channels in SYSTEMS.items():
        with (tmp_path / "one" / name / "000030.csv").open(encoding="utf-8", newline="") as file:
            head, *rows = csv.reader(file)
        instants = [datetime.fromisoformat(row[0]) for row in rows]

        assert tuple(head) == COLUMNS
        assert len(rows) == 20
        assert {row[3] for row in rows} <= set(channels)
        assert instants == sorted(instants)
        assert (
            datetime(2025, 1, 2, 6, tzinfo=UTC)
            <= instants[0]
            <= instants[-1]
            < datetime(2025, 1, 2, 7, tzinfo=UTC)
        )
        again, other = (tmp_path / "two" / name / f"0000{hour}.csv" for hour in (30, 31))
        assert again.read_text("utf-8") == (tmp_path / "one" / name / "000030.csv").read_text("utf-8")
        assert again.read_text("utf-8") != other.read_text("utf-8")


def test_the_first_hour_shows_every_place(tmp_path: Path) -> None:
    """A map may then speak of every type."""
    write_hour(tmp_path, 0)
    rows = [line for file in tmp_path.rglob("*.csv") for line in csv.reader(file.open(encoding="utf-8"))]

    assert {place.touchpoint for place in PLACES} <= {row[4] for row in rows}


@pytest.mark.heavy
def test_files_are_those_of_the_lake(tmp_path: Path) -> None:
    """After two runs there are tables and logs, and both are counted."""
    workspace = make_hourly(tmp_path / "shop", tmp_path / "shop" / "data")

    lived = live(workspace, 0, 2, "1GB")

    lake = tmp_path / "shop" / ".parcours" / "lake"
    files = [file for file in lake.rglob("*") if file.is_file()]
    assert lived[-1].files == len(files)
    assert lived[-1].lake_bytes == sum(file.stat().st_size for file in files)
    assert lived[-1].data_files == len(
        [file for file in files if file.suffix == ".parquet" and "_delta_log" not in file.parts]
    )


@pytest.mark.heavy
def test_many_small_runs_give_the_answer_of_one(tmp_path: Path) -> None:
    """Real runs, ten of them, then one over all their files."""
    plot = tmp_path / "runs.svg"

    rows = bench_small_runs(10, memory="1GB", plot=plot)

    assert [row.ours for row in rows if row.metric.startswith("same answer")] == [0]
    assert "10 runs" in plot.read_text("utf-8")
