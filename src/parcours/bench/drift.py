"""Drifts planted in a synthetic retailer: which are found, how near their day, for whom; and what is told where nothing was planted."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from parcours.bench.child import run_module
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, at_least, at_most, figure
from parcours.gap.mining.choice import Choice
from parcours.gap.mining.drift.telling import default_choices, drift, ranked
from parcours.gap.results import open_results
from parcours.kernel.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.gap.mining.drift.telling import Finding

PEOPLE, QUIET_PEOPLE, DAYS = 20_000, 6_000, 120
SEEDS, QUIET_SEEDS, FIRST_SEED = 10, 20, 301
NEAR_DAYS = 3
FOUND, RIGHT_SLICE, FALSE_ALARMS = 0.9, 0.8, 1
_START = date(2026, 3, 1)
_MONTH, _OUTAGE, _VIRAL = 30, 21, 4  # days


@dataclass(frozen=True)
class Planted:
    """One drift planted in one retailer.

    Attributes:
        line: Of the planting file.
        since: First day.
        slices: Any of these is the right one; each (slice, beginning of its value), empty: everybody.
        per: Journeys in which it is to be found; None: those of the maps.
    """

    line: str
    since: date
    slices: tuple[tuple[str, str] | None, ...]
    per: str | None


@dataclass
class Score:
    """Counts over retailers."""

    planted: int = 0
    found: int = 0
    first: int = 0
    right: int = 0
    days_off: int = 0
    quiet: int = 0
    alarms: int = 0
    findings: int = 0


def bench_drift(people: int = PEOPLE, seeds: int = SEEDS, progress: Progress = silent) -> list[BenchRow]:
    """Plant one drift in each of some retailers and none in twice as many, and look what is told at default settings.

    Args:
        people: Of each retailer in which something is planted; the quiet ones have three tenths of them.
        seeds: How many of the former.
        progress: Told before each step.

    Returns:
        Drifts found within three days, those with the right slice, those told first, and quiet retailers of which something is told.
    """
    score = Score()
    for number in range(seeds):
        item = plant(FIRST_SEED + number)
        progress(f"drift, {people:,} people, {item.line}")
        with tempfile.TemporaryDirectory(prefix="parcours-drift-") as folder:
            shop = lived(Path(folder), people, FIRST_SEED + number, f"drifts:\n  - {item.line}\n")
            add(score, item, told(shop, item.per))
    few = people * QUIET_PEOPLE // PEOPLE
    for number in range(seeds * QUIET_SEEDS // SEEDS):
        progress(f"drift, quiet retailer {number + 1}, {few:,} people")
        with tempfile.TemporaryDirectory(prefix="parcours-drift-") as folder:
            found = told(lived(Path(folder), few, FIRST_SEED + 100 + number, "gaps: []\n"), None)
            score.quiet += 1
            score.findings += len(found)
            score.alarms += bool(found)
    return _rows(
        score, f"{seeds} retailers of {people:,} people, {DAYS} days", f"{score.quiet} of {few:,} people"
    )


def plant(seed: int) -> Planted:
    """The drift of a retailer, each kind in turn: its day is drawn, between the 40th and the 70th."""
    chance = np.random.default_rng(seed)
    since = _START + timedelta(days=int(chance.integers(40, 70)))
    app = (("channel", "app"), ("touchpoint", "app"))
    kinds = (
        Planted(f"{{drift: app-share, since: {since}, share: 0.7}}", since, (*app, ("channel", "web"), ("touchpoint", "web")), None),
        Planted(f"{{drift: lockers, since: {since}, share: 0.25}}", since, (("touchpoint", "store.locker"), ("touchpoint", "store.desk")), None),
        Planted(_passing("checkout-broken", since, _MONTH, "channel: app, share: 0.5"), since, app, "visit"),
        Planted(_passing("checkout-broken", since, _OUTAGE, "share: 0.8"), since, (None,), "visit"),
        Planted(_passing("viral", since, _VIRAL, "channel: web, times: 4"), since, (("channel", "web"), ("touchpoint", "web"), ("source", "web")), "visit"),
    )  # fmt: skip
    return kinds[seed % len(kinds)]


def _passing(kind: str, since: date, days: int, more: str) -> str:
    return f"{{drift: {kind}, since: {since}, until: {since + timedelta(days=days - 1)}, {more}}}"


def lived(folder: Path, people: int, seed: int, planting: str) -> Workspace:
    """A retailer, simulated and run to the end of its data."""
    file, shop = folder / "planted.yaml", folder / "shop"
    file.write_text(planting, "utf-8")
    simulate = [sys.executable, "-m", "parcours.cli.main", "simulate", "-w", str(shop), "--gaps", str(file)]
    size = ["--people", str(people), "--days", str(DAYS), "--seed", str(seed), "--start", _START.isoformat()]
    subprocess.run([*simulate, *size], check=True, capture_output=True)
    plan = json.loads((shop / "truth" / "plan.json").read_text("utf-8"))
    last_day = date.fromisoformat(plan["start"]) + timedelta(days=plan["days"] - 1)
    run_module(
        "parcours run", "parcours.cli.main", "run", "-w", shop, "--as-of", str(last_day), "--format", "json"
    )
    return Workspace(shop)


def told(shop: Workspace, per: str | None) -> list[Finding]:
    """What is said to have moved."""
    with open_results(shop) as results:
        choices = default_choices(results) if per is None else [Choice(per=per)]
        return ranked(drift(results, choices))


def add(score: Score, item: Planted, found: list[Finding]) -> None:
    """Hold what is told against what was planted: the first finding near its day counts."""
    score.planted += 1
    near = [one for one in found if abs((one.since - item.since).days) <= NEAR_DAYS]
    if not near:
        return
    score.found += 1
    score.first += near[0].finding == 1
    score.right += is_right(item, near[0].slice)
    score.days_off += abs((near[0].since - item.since).days)


def is_right(item: Planted, told_slice: Mapping[str, str]) -> bool:
    """The slice of a finding is one of those that say it.

    Example:
        >>> item = Planted("", date(2026, 1, 1), (("touchpoint", "app"), None), None)
        >>> is_right(item, {"touchpoint": "app.checkout"}), is_right(item, {}), is_right(item, {"channel": "web"})
        (True, True, False)
    """
    if not told_slice:
        return None in item.slices
    return any(told_slice.get(one[0], "").startswith(one[1]) for one in item.slices if one is not None)


def _rows(score: Score, case: str, quiet: str) -> list[BenchRow]:
    planted = max(1, score.planted)
    return [
        at_least("drift", case, f"found within {NEAR_DAYS} days", "ratio", score.found / planted, FOUND),
        at_least("drift", case, "and for whom", "ratio", score.right / planted, RIGHT_SLICE),
        figure("drift", case, "and told first", "ratio", score.first / planted),
        figure("drift", case, "days off, mean of those found", "days", score.days_off / max(1, score.found)),
        at_most("drift", quiet, "quiet retailers of which something is told", "retailers", score.alarms, FALSE_ALARMS * score.quiet / QUIET_SEEDS),
        figure("drift", quiet, "findings told of them", "findings", score.findings),
    ]  # fmt: skip
