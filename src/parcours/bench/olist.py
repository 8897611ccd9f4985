"""The first real input: how long one waits for the gaps of a marketplace's 8,135 orders."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from statistics import median

from parcours.bench.child import run_module
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, stays_below

EXAMPLE = Path(__file__).parents[3] / "examples" / "olist"  # of a checkout; a wheel has no examples
CONFIGURATION = ("parcours.toml", "brand.yaml", "sources", "maps", "surveys")
COLD_RUNS = 3
BELOW_S = 10.0


def bench_olist(data: Path, workspace: Path = EXAMPLE, progress: Progress = silent) -> list[BenchRow]:
    """Measure cold runs: a new process in a new copy of the workspace, nothing kept from before.

    Args:
        data: Folder of the Olist CSV files; nobody may redistribute them, so they are linked.
        workspace: The example's configuration.
        progress: Told before each run.

    Returns:
        One row: median seconds of the whole process.
    """
    taken_s = []
    for turn in range(1, COLD_RUNS + 1):
        progress(f"olist, cold run {turn} of {COLD_RUNS}")
        taken_s.append(_cold_run_s(data, workspace))
    return [stays_below("olist", "8,135 orders, cold", "time of run", "s", median(taken_s), BELOW_S)]


def _cold_run_s(data: Path, workspace: Path) -> float:
    with tempfile.TemporaryDirectory(prefix="parcours-olist-") as folder:
        fresh = _copy(workspace, Path(folder) / "olist")
        (fresh / "data").symlink_to(data.resolve(), target_is_directory=True)
        verb = ("run", "-w", fresh, "--format", "json")
        return run_module("parcours run", "parcours.cli.main", *verb).wall_s


def _copy(workspace: Path, fresh: Path) -> Path:
    """What the example says, without what earlier runs left in it."""
    fresh.mkdir()
    for name in CONFIGURATION:
        if (workspace / name).is_dir():
            shutil.copytree(workspace / name, fresh / name)
        elif (workspace / name).exists():
            shutil.copy(workspace / name, fresh / name)
    return fresh
