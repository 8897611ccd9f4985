"""Every bench by the name `parcours bench NAME` knows it by."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parcours.bench.errors import NoBenchData, NoPicture, PictureUnwritable, UnknownBench
from parcours.bench.graph import bench_graph
from parcours.bench.identity_graph import bench_identity_graph
from parcours.bench.identity_undo import bench_identity_undo
from parcours.bench.incremental import bench_incremental
from parcours.bench.olist import bench_olist
from parcours.bench.pipeline import bench_pipeline
from parcours.bench.records import bench_records
from parcours.bench.report import bench_report
from parcours.bench.small_runs import bench_small_runs
from parcours.bench.truth import bench_truth
from parcours.lake import open_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parcours.bench.rows import BenchRow

BENCHES: dict[str, Callable[..., list[BenchRow]]] = {
    "graph": bench_graph,
    "identity-graph": bench_identity_graph,
    "identity-undo": bench_identity_undo,
    "pipeline": bench_pipeline,
    "incremental": bench_incremental,
    "small-runs": bench_small_runs,
    "records": bench_records,
    "report": bench_report,
    "truth": bench_truth,
    "olist": bench_olist,
}
PICTURED = ("pipeline", "small-runs")


@dataclass(frozen=True)
class Wanted:
    """What somebody asks of benches; each takes what it knows, and its own defaults for the rest.

    Attributes:
        data: Folder of real data, for `olist` and `records`; or a simulated workspace that was run, for `truth`.
        signals: Sizes: those of `pipeline` (a single one is measured with a tenth of it), the largest for `graph`,
            `incremental`, `records`, `identity-graph` (pairs) and `identity-undo`.
        runs: Runs of `small-runs`.
        memory: Bound on every engine of `pipeline`, `incremental` and `small-runs`.
        plot: SVG file for the picture of `pipeline` or `small-runs`.
    """

    data: Path | None = None
    signals: Sequence[int] = ()
    runs: int | None = None
    memory: str | None = None
    plot: Path | None = None


def run_benches(name: str | None, wanted: Wanted, tell: Callable[[str], None]) -> list[dict[str, Any]]:
    """Run one bench, or all that can run.

    Args:
        name: Which; all by default, without `olist` where no data are given.
        wanted: Sizes, data, where to draw.
        tell: Told before each step.

    Returns:
        Rows `bench, case, metric, unit, ours, peer, peer_name, ratio, target, holds`.

    Raises:
        UnknownBench: There is none of that name.
        NoBenchData: It needs data that were not given.
        NoPicture: It draws none.
        PictureUnwritable: Its picture could not be written at the end.
        EngineProblem: `memory` is not an amount.
    """
    if name is not None and name not in BENCHES:
        raise UnknownBench(name, BENCHES)
    if name == "olist" and wanted.data is None:
        raise NoBenchData(name)
    if wanted.plot is not None:
        _check_plot(name, wanted.plot)
    if wanted.memory is not None:
        _check_memory(wanted.memory)
    names = [name] if name else [each for each in BENCHES if each != "olist" or wanted.data]
    return [asdict(row) for each in names for row in BENCHES[each](**_arguments(each, wanted), progress=tell)]


def _arguments(name: str, wanted: Wanted) -> dict[str, Any]:
    """What a bench is called with, beside its defaults."""
    largest = max(wanted.signals, default=None)
    sizes = (largest // 10, largest) if largest and len(wanted.signals) == 1 else wanted.signals
    scale = {"memory": wanted.memory}
    given: dict[str, dict[str, Any]] = {
        "graph": {"signals": largest},
        "identity-graph": {"pairs": largest},
        "identity-undo": {"signals": largest},
        "pipeline": {"sizes": sizes or None, "plot": wanted.plot, **scale},
        "incremental": {"signals": largest, **scale},
        "small-runs": {"runs": wanted.runs, "plot": wanted.plot, **scale},
        "records": {"records": largest, "data": wanted.data},
        "truth": {"workspace": wanted.data if wanted.data and (wanted.data / "truth").is_dir() else None},
        "olist": {"data": wanted.data},
    }
    return {key: value for key, value in given.get(name, {}).items() if value is not None}


def _check_plot(name: str | None, plot: Path) -> None:
    """Said now, not after half an hour of measuring."""
    if name not in PICTURED:
        raise NoPicture(name, PICTURED)
    try:
        plot.open("a").close()
    except OSError as problem:
        raise PictureUnwritable(plot, problem.strerror or "no reason given") from None


def _check_memory(memory: str) -> None:
    """In words of ours, which a contender would not find."""
    with tempfile.TemporaryDirectory(prefix="parcours-bench-") as folder:
        open_engine(Path(folder) / "spill", memory).close()
