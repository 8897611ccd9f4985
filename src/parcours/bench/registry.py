"""Every bench by the name `parcours bench NAME` knows it by."""

from __future__ import annotations

import tempfile
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parcours.bench.errors import NoBenchData, NoPicture, PictureUnwritable, UnknownBench
from parcours.lake import open_engine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from parcours.bench.rows import BenchRow

BENCHES = (
    "graph",
    "mining",
    "identity-graph",
    "identity-undo",
    "pipeline",
    "promises",
    "declare",
    "xes",
    "incremental",
    "small-runs",
    "records",
    "report",
    "truth",
    "coverage",
    "drift",
    "gaps",
    "money",
    "value",
    "personas",
    "effects",
    "olist",
)
PICTURED = ("pipeline", "small-runs", "gaps")
_OF_EVENT_LOGS = ("declare", "xes")
_OF_REAL_DATA = ("effects", "olist")


@dataclass(frozen=True)
class Wanted:
    """What somebody asks of benches; each takes what it knows, and its own defaults for the rest.

    Attributes:
        data: Folder of real data, for `olist`, `declare` and `xes` (of event logs), `records`, `value` and `effects`; or a simulated workspace that was run, for `truth`.
        signals: Sizes: those of `pipeline` (a single one is measured with a tenth of it), the largest for `graph`, `mining`,
            `promises`, `incremental`, `records`, `identity-graph` (pairs), `identity-undo`, `gaps` and `personas` (people).
        runs: Runs of `small-runs`; retailers of `money`, `personas` and `drift`.
        memory: Bound on every engine of `pipeline`, `promises`, `incremental` and `small-runs`.
        plot: SVG file for the picture of `pipeline`, `small-runs` or `gaps`.
    """

    data: Path | None = None
    signals: Sequence[int] = ()
    runs: int | None = None
    memory: str | None = None
    plot: Path | None = None


def run_benches(name: str | None, wanted: Wanted, tell: Callable[[str], None]) -> list[dict[str, Any]]:
    """Run one bench, or all that can run.

    Args:
        name: Which; all by default, without those whose data are not given.
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
    if name is not None and not _has_data(name, wanted.data):
        raise NoBenchData(name)
    if wanted.plot is not None:
        _check_plot(name, wanted.plot)
    if wanted.memory is not None:
        _check_memory(wanted.memory)
    names = [name] if name else [each for each in BENCHES if _has_data(each, wanted.data)]
    return [asdict(row) for each in names for row in _bench(each)(**_arguments(each, wanted), progress=tell)]


def _bench(name: str) -> Callable[..., list[BenchRow]]:
    """`small-runs` is `bench_small_runs` of the module `small_runs`; who runs one does not wait for all the others."""
    module = name.replace("-", "_")
    found: Callable[..., list[BenchRow]] = getattr(
        import_module(f"parcours.bench.{module}"), f"bench_{module}"
    )
    return found


def _has_data(name: str, data: Path | None) -> bool:
    """Some benches are of real data, which nobody may redistribute."""
    if name in _OF_EVENT_LOGS:
        from parcours.bench.declare import LOG  # noqa: PLC0415 - who runs one does not wait for all the others

        return data is not None and (data / LOG).is_file()
    return name not in _OF_REAL_DATA or data is not None


def _arguments(name: str, wanted: Wanted) -> dict[str, Any]:
    """What a bench is called with, beside its defaults."""
    largest = max(wanted.signals, default=None)
    sizes = (largest // 10, largest) if largest and len(wanted.signals) == 1 else wanted.signals
    scale = {"memory": wanted.memory}
    given: dict[str, dict[str, Any]] = {
        "graph": {"signals": largest},
        "mining": {"signals": largest},
        "identity-graph": {"pairs": largest},
        "identity-undo": {"signals": largest},
        "pipeline": {"sizes": sizes or None, "plot": wanted.plot, **scale},
        "promises": {"signals": largest, **scale},
        "declare": {"data": wanted.data},
        "xes": {"data": wanted.data},
        "incremental": {"signals": largest, **scale},
        "small-runs": {"runs": wanted.runs, "plot": wanted.plot, **scale},
        "records": {"records": largest, "data": wanted.data},
        "truth": {"workspace": wanted.data if wanted.data and (wanted.data / "truth").is_dir() else None},
        "drift": {"people": largest, "seeds": wanted.runs},
        "gaps": {"people": largest, "plot": wanted.plot},
        "money": {"seeds": wanted.runs},
        "value": {"data": wanted.data, "customers": largest},
        "personas": {"people": largest, "seeds": wanted.runs},
        "effects": {"data": wanted.data},
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
