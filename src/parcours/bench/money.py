"""What broken promises are said to cost, held against what they truly cost in simulated retailers."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from parcours.bench.child import run_module
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, figure, stays_below
from parcours.gap.money import priced_rows
from parcours.gap.results import open_results
from parcours.kernel.workspace import Workspace

PEOPLE, DAYS, SEEDS = 40_000, 180, 7
FEWEST = 1_000  # broken promises of a gap that is scored
_COVERED, _OFF = 0.85, 0.2  # targets: truth inside the interval, at least; median error, below
_GAPS = """gaps:
  - {gap: parcels, promise: by-the-date, kept: 0.8}
  - {gap: refunds, promise: refunded-in-5-days, kept: 0.6, leaves: 0.9}
  - {gap: answers, promise: answered-in-a-day, kept: 0.5, leaves: 0.9}
"""
_OF_STORES = "  - {gap: collections, promise: ready-in-2h, kept: 0.8}\n"
# Without stores every purchase is an order; with them, one at the till counts as far as somebody shows a card.
_STORES = {"no stores": 0, "6 stores": 6}
_UNNEEDED = ("web", "app")  # systems that tell nothing of purchases and contacts
_TRUTH = {"sales_minor": "spend_seen_effect_minor", "purchases": "purchases_seen_effect"}
Row = dict[str, Any]  # rows of CSV and of results


@dataclass(frozen=True)
class Case:
    """One planted gap and one outcome of it.

    Attributes:
        truth: What was lost per broken promise.
        told: What is said, with `mean`, `low` and `high`; None: said to be not estimable.
    """

    truth: float
    told: Row | None

    @property
    def is_inside(self) -> bool:
        """The truth lies in the interval."""
        return self.told is not None and bool(self.told["low"] <= self.truth <= self.told["high"])

    @property
    def off(self) -> float:
        """Error as a share of the truth."""
        return abs(self.told["mean"] - self.truth) / abs(self.truth) if self.told else 0.0


def bench_money(people: int = PEOPLE, seeds: int = SEEDS, progress: Progress = silent) -> list[BenchRow]:
    """Score estimated losses of planted gaps against the truth, seed by seed, in retailers without and with stores.

    Args:
        people: Of each retailer.
        seeds: How many retailers of each kind.
        progress: Told before each.

    Returns:
        For sales and purchases: share of truths inside the 90 % interval, median error; how many were said to be not estimable.
    """
    rows = []
    for kind, stores in _STORES.items():
        cases: dict[str, list[Case]] = {outcome: [] for outcome in _TRUTH}
        for seed in range(1, seeds + 1):
            progress(f"money, {kind}, retailer {seed} of {seeds}")
            with tempfile.TemporaryDirectory(prefix="parcours-money-") as folder:
                shop = _lived(Path(folder), people, seed, stores)
                for outcome, found in score(shop).items():
                    cases[outcome] += found
        rows += [row for outcome, found in cases.items() for row in _rows(outcome, found, f"{seeds}, {kind}")]
    return rows


def _rows(outcome: str, cases: list[Case], retailers: str) -> list[BenchRow]:
    name = outcome.removesuffix("_minor")
    told = [case for case in cases if case.told is not None]
    case = f"{name}: {len(cases)} gaps of {FEWEST:,} broken promises or more, retailers: {retailers}"
    rows = [figure("money", case, "said to be not estimable", "gaps", len(cases) - len(told))]
    if not told:
        return rows
    covered = sum(item.is_inside for item in told) / len(told)
    metric = "truth inside the 90 % interval"
    return [
        BenchRow("money", case, metric, "ratio", covered, None, None, None, _COVERED, covered >= _COVERED),
        stays_below("money", case, "median absolute error", "ratio", median(item.off for item in told), _OFF),
        *rows,
    ]


def score(shop: Workspace) -> dict[str, list[Case]]:
    """Outcome to the planted gaps with promises broken often enough."""
    with (shop.folder / "truth" / "gap.csv").open(encoding="utf-8", newline="") as file:
        gaps = [row for row in csv.DictReader(file) if int(row["treated"]) >= FEWEST]
    with open_results(shop) as results:
        priced = priced_rows(results)
    return {
        outcome: [
            Case(-float(gap[column]), priced[gap["map"], gap["promise"]]["checks"]["effects"].get(outcome))
            for gap in gaps
        ]
        for outcome, column in _TRUTH.items()
    }


def _lived(folder: Path, people: int, seed: int, stores: int) -> Workspace:
    """A retailer, simulated and run to the end of its data."""
    planted, shop = folder / "gaps.yaml", folder / "shop"
    planted.write_text(_GAPS + (_OF_STORES if stores else ""), "utf-8")
    size = ("--people", str(people), "--days", str(DAYS), "--seed", str(seed))
    simulate = (sys.executable, "-m", "parcours.cli.main", "simulate", "-w", str(shop), *size)
    size_of_stores = ("--stores", str(stores), "--gaps", str(planted))
    subprocess.run([*simulate, *size_of_stores], check=True, capture_output=True)
    for name in _UNNEEDED:
        (shop / "sources" / f"{name}.yaml").unlink()
        shutil.rmtree(shop / "data" / name)
    plan = json.loads((shop / "truth" / "plan.json").read_text("utf-8"))
    last_day = date.fromisoformat(plan["start"]) + timedelta(days=plan["days"] - 1)
    run_module(
        "parcours run",
        "parcours.cli.main",
        *("run", "-w", shop, "--as-of", str(last_day), "--format", "json"),
    )
    return Workspace(shop)
