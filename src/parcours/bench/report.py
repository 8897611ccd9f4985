"""The page that is passed on: how long it takes to write, how large it is, how soon it is seen, and whether everybody can use it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from parcours.bench.child import run_child, run_module
from parcours.bench.environments import PEERS, peer_python
from parcours.bench.errors import NoBrowser
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, stays_below

CASE = "template click-and-collect"
AS_OF = "2026-11-15"
BELOW_S, BELOW_MB, PAINT_BELOW_S = 10.0, 3.0, 1.0


def bench_report(progress: Progress = silent) -> list[BenchRow]:
    """Measure the report of the template's shop.

    Args:
        progress: Told before each step.

    Returns:
        Seconds of the whole command, megabytes, seconds to the first paint in Chromium, grave faults that axe-core finds.

    Raises:
        NoBrowser: Chromium is not installed.
    """
    chromium = shutil.which("chromium")
    if chromium is None:
        raise NoBrowser
    with tempfile.TemporaryDirectory(prefix="parcours-report-") as folder:
        shop, page = Path(folder) / "shop", Path(folder) / "report.html"
        progress("report, the shop")
        _make(shop)
        progress("report, the page")
        verb = ("report", "-w", shop, "-o", page, "--format", "json")
        written = run_module("parcours report", "parcours.cli.main", *verb)
        progress("report, in Chromium")
        seen = run_child(
            "Chromium", [peer_python("browser"), PEERS / "browser_page.py", chromium, page]
        ).answer
        size_mb = page.stat().st_size / 1e6
    return [
        stays_below("report", CASE, "time of report", "s", written.wall_s, BELOW_S),
        stays_below("report", CASE, "size of the file", "MB", size_mb, BELOW_MB),
        stays_below("report", CASE, "first paint in Chromium, median", "s", seen["paint_s"], PAINT_BELOW_S),
        stays_below("report", CASE, "serious or critical of axe-core", "rules", seen["grave"], 1),
    ]


def _make(shop: Path) -> None:
    """The template's shop, run; `init` speaks to people only, so what it prints is left aside."""
    init = [sys.executable, "-m", "parcours.cli.main", "init", str(shop), "--template", "click-and-collect"]
    subprocess.run(init, check=True, capture_output=True)
    verb = ("run", "-w", shop, "--as-of", AS_OF, "--format", "json")
    run_module("parcours run", "parcours.cli.main", *verb)
