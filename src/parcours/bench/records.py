"""Linking of customer records: accuracy on public sets, speed beside plain Splink, and a small addition to many known records."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from parcours.bench.child import run_module
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, Pair, figure, stays_below, times_the_peer

if TYPE_CHECKING:
    from typing import Any

RECORDS = 1_000_000
PEER = "plain Splink"
AT_MOST_TIMES_SPLINK = 1.2
AT_MOST_BYTES = 10e9
AT_MOST_SECONDS_FOR_NEWS = 30.0
KNOWN_SHARE, NEW_SHARE = 0.9, 0.015  # of the records: 900 thousand known and 15 thousand new of a million
# F1 over pairs after clustering, by the file below the data's folder.
AT_LEAST_F1 = {
    "febrl/dataset1.csv": 0.995,
    "febrl/dataset2.csv": 0.995,
    "febrl/dataset3.csv": 0.99,
    "splink/fake_1000.csv": 0.93,
}


def bench_records(
    records: int = RECORDS, data: Path | None = None, progress: Progress = silent
) -> list[BenchRow]:
    """Measure accuracy where public sets are given, and speed on invented records.

    Args:
        records: How many are invented.
        data: Folder that holds `febrl/` and `splink/`; without it accuracy is told on invented records only.
        progress: Told before each step.

    Returns:
        F1 of each set; time and peak memory beside plain Splink with the same records, comparisons and rules; time of the addition.
    """
    sets = [name for name in AT_LEAST_F1 if data is not None and (data / name).is_file()]
    rows = [_accuracy(data / name, name, progress) for name in sets if data is not None]
    with tempfile.TemporaryDirectory(prefix="parcours-records-") as folder:
        return [*rows, *_speed(Path(folder), records, progress), *_news(Path(folder), records, progress)]


def _accuracy(file: Path, name: str, progress: Progress) -> BenchRow:
    progress(f"linking {name}")
    with tempfile.TemporaryDirectory(prefix="parcours-records-") as folder:
        told = _ours(file, Path(folder))
    least = AT_LEAST_F1[name]
    return BenchRow(
        "records", name, "F1 of pairs", "ratio", told["f1"], None, None, None, least, told["f1"] >= least
    )


def _speed(folder: Path, records: int, progress: Progress) -> list[BenchRow]:
    file = folder / "records.parquet"
    progress(f"inventing {records:,} records")
    run_module("parcours.bench.record_data", "parcours.bench.record_data", file, "--records", str(records))
    progress(f"linking {records:,} records")
    ours = _ours(file, folder)
    progress(f"linking them with {PEER}")
    peer = run_module(PEER, "parcours.bench.plain_splink", folder, "--truth", file).answer
    case = f"{records:,} records"
    time = Pair("records", case, "time", "s", ours["seconds"], peer["seconds"], PEER)
    memory = Pair("records", case, "peak memory", "bytes", ours["peak_bytes"], peer["peak_bytes"], PEER)
    return [
        times_the_peer(time, AT_MOST_TIMES_SPLINK),
        times_the_peer(memory),
        stays_below("records", case, "peak memory", "bytes", ours["peak_bytes"], AT_MOST_BYTES),
        *(_beside(case, key, ours, peer) for key in ("precision", "recall")),
    ]


def _news(folder: Path, records: int, progress: Progress) -> list[BenchRow]:
    known, new = int(records * KNOWN_SHARE), int(records * NEW_SHARE)
    progress(f"{new:,} new records into {known:,} known")
    arguments = (folder / "records.parquet", folder / "workspace", "--known", str(known), "--new", str(new))
    told = run_module("parcours", "parcours.bench.record_news", *arguments).answer
    case = f"{new:,} new into {known:,}"
    return [
        stays_below("records", case, "time", "s", told["seconds"], AT_MOST_SECONDS_FOR_NEWS),
        BenchRow(
            "records",
            case,
            "ids of untouched people that changed",
            "people",
            told["changed"],
            None,
            None,
            None,
            0,
            told["changed"] == 0,
        ),
        figure("records", case, "first linking", "s", told["first_s"]),
        figure("records", case, "peak memory", "bytes", told["peak_bytes"]),
    ]


def _beside(case: str, key: str, ours: dict[str, Any], peer: dict[str, Any]) -> BenchRow:
    return BenchRow("records", case, f"{key} of pairs", "ratio", ours[key], peer[key], PEER, None, None, None)


def _ours(file: Path, folder: Path) -> Any:  # the JSON of the child
    return run_module("parcours", "parcours.bench.ours_records", file, folder).answer
