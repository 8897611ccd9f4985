"""Silences planted in a synthetic retailer: which are found, what healthy is called deaf, and whether anybody is accused wrongly."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from parcours.bench.child import run_module
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, figure, reaches, stays_within
from parcours.bench.truth import verdicts_of_truth
from parcours.gap.listening.reading import hearing_of, place_names
from parcours.gap.results import open_results
from parcours.kernel.clock import EPOCH
from parcours.kernel.workspace import Workspace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.gap.listening import Hearing
    from parcours.gap.results import Results

PEOPLE, DAYS, SEEDS = 20_000, 120, 3
FIRST_SEED = 101
RECALL, FALSE_ALARMS, AGREEMENT = 0.95, 0.01, 0.999
_HOUR_US = 3_600_000_000
_WHOLE = (
    "stores",
    "tills",
    "carriers",
    "notices",
    "care",
    "returns",
    "survey",
    "kiosk",
)  # fall silent everywhere
_SHARED = ("stores", "tills")  # fall silent in one store
_OWN_STORES = ("Lyon Part-Dieu", "Paris Rivoli", "Lille Centre", "Nantes Atlantis", "Toulouse Capitole")
_ZONE = ZoneInfo("Europe/Paris")


@dataclass(frozen=True)
class Planted:
    """A silence of the truth; instants in microseconds UTC, `store` empty where it is everywhere."""

    source: str
    store: str
    since: int
    until: int


@dataclass
class Score:
    """Hours over several retailers.

    Attributes:
        planted, found: Hours of silences, and of these within what was called deaf.
        tellable, found_tellable: The same of silences as long as the coverage itself says it takes to tell one.
        healthy, alarmed: Hours of streams outside all planted silences, and of these called deaf.
        judged, agreed, accused: Settled promises judged kept or broken; with the true verdict; called broken that were kept.
        lost, spared: Settled promises that a silence hid, and of these not observable.
    """

    planted: float = 0.0
    found: float = 0.0
    tellable: float = 0.0
    found_tellable: float = 0.0
    healthy: float = 0.0
    alarmed: float = 0.0
    judged: int = 0
    agreed: int = 0
    accused: int = 0
    lost: int = 0
    spared: int = 0


def bench_coverage(people: int = PEOPLE, seeds: int = SEEDS, progress: Progress = silent) -> list[BenchRow]:
    """Score retailers in which whole systems, and single stores of shared ones, fall silent for hours to days.

    Args:
        people: Of each retailer.
        seeds: How many retailers.
        progress: Told before each step.

    Returns:
        Recall of deaf hours, healthy hours called deaf, agreement of verdicts, and how many promises that a silence hid accuse nobody.
    """
    score, silences = Score(), 0
    for seed in range(FIRST_SEED, FIRST_SEED + seeds):
        progress(f"coverage, {people:,} people, seed {seed}")
        with tempfile.TemporaryDirectory(prefix="parcours-coverage-") as folder:
            shop = _lived(Path(folder), people, seed)
            planted = read_planted(shop.folder / "truth" / "silent.csv")
            silences += len(planted)
            with open_results(shop) as results:
                hearing = hearing_of(results)
                add_hours(score, hearing, place_names(results, hearing), planted)
                _add_verdicts(score, results, shop)
    return _rows(score, f"{seeds} retailers of {people:,} people, {silences} silences")


def _rows(score: Score, case: str) -> list[BenchRow]:
    def share(part: float, whole: float) -> float:
        return part / whole if whole else 1.0

    told = f"{case}, {score.planted:,.0f} hours"
    return [
        reaches("coverage", told, "deaf hours found, of silences long enough to tell", "ratio", share(score.found_tellable, score.tellable), RECALL),
        figure("coverage", told, "deaf hours found, of all", "ratio", share(score.found, score.planted)),
        stays_within("coverage", f"{score.healthy:,.0f} healthy hours of streams", "called deaf", "ratio", share(score.alarmed, score.healthy), FALSE_ALARMS),
        reaches("coverage", f"{score.judged:,} settled promises judged", "same verdict as the truth", "ratio", share(score.agreed, score.judged), AGREEMENT),
        figure("coverage", f"{score.judged:,} settled promises judged", "kept and called broken", "promises", score.accused),
        figure("coverage", f"{score.lost:,} promises that a silence hid", "not observable", "ratio", share(score.spared, score.lost)),
    ]  # fmt: skip


def plant(seed: int, start: date) -> str:
    """The planting file of a retailer: three systems fall silent for 6 hours to 6 days, four single stores for one to ten days.

    Lengths are drawn evenly on a logarithmic scale, beginnings evenly, between the second week and the second last.
    """
    chance = np.random.default_rng(seed)
    lines = ["silent:"]
    whole = chance.choice(_WHOLE, 3, replace=False)
    stores = chance.choice(len(_SHARED) * len(_OWN_STORES), 4, replace=False)
    chosen = [(str(source), "", 6.0, 144.0) for source in whole]
    chosen += [(_SHARED[place % 2], _OWN_STORES[place // 2], 24.0, 240.0) for place in stores]
    for source, store, shortest, longest in chosen:
        hours = float(np.exp(chance.uniform(np.log(shortest), np.log(longest))))
        begins = datetime(start.year, start.month, start.day) + timedelta(  # noqa: DTZ001 - a clock on the wall
            minutes=int(chance.uniform(14, DAYS - 14) * 1440)
        )
        until = begins + timedelta(minutes=int(hours * 60))
        where = f", store: {store}" if store else ""
        lines.append(
            f"  - {{source: {source}{where}, since: {begins.isoformat()}, until: {until.isoformat()}}}"
        )
    return "\n".join(lines) + "\n"


def _lived(folder: Path, people: int, seed: int) -> Workspace:
    """A retailer, simulated with silences and run to the end of its data."""
    start = date(2026, 7, 19)
    planting, shop = folder / "silent.yaml", folder / "shop"
    planting.write_text(plant(seed, start), "utf-8")
    simulate = [
        sys.executable,
        "-m",
        "parcours.cli.main",
        "simulate",
        "-w",
        str(shop),
        "--gaps",
        str(planting),
    ]
    size = ["--people", str(people), "--days", str(DAYS), "--seed", str(seed), "--start", start.isoformat()]
    subprocess.run([*simulate, *size], check=True, capture_output=True)
    plan = json.loads((shop / "truth" / "plan.json").read_text("utf-8"))
    last_day = date.fromisoformat(plan["start"]) + timedelta(days=plan["days"] - 1)
    run_module(
        "parcours run", "parcours.cli.main", "run", "-w", shop, "--as-of", str(last_day), "--format", "json"
    )
    return Workspace(shop)


def read_planted(path: Path) -> list[Planted]:
    """Silences of a truth's `silent.csv` that end."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["until"]]
    return [
        Planted(row["source"], row["store"], _instant(row["since"]), _instant(row["until"])) for row in rows
    ]


def _instant(text: str) -> int:
    moment = datetime.fromisoformat(text)
    return (moment.replace(tzinfo=moment.tzinfo or _ZONE) - EPOCH) // timedelta(microseconds=1)


def add_hours(score: Score, hearing: Hearing, places: dict[int, str], planted: Sequence[Planted]) -> None:
    """Count hours of silences and of health.

    What is called deaf and meets a planted silence of its stream is that silence, also where the nights around it were silent anyway. A
    place lies in the silences of its whole source, so these are no health of it.
    """
    waits = {
        (stream.source, places.get(stream.place or 0, "")): stream.tells_within_h
        for stream in hearing.streams
    }
    called: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for silence in hearing.silences:
        if silence.type is not None:  # the source, and its places, are heard all the same
            continue
        called.setdefault((silence.source, places.get(silence.place or 0, "")), []).append(
            (silence.since, silence.until)
        )
    for item in planted:
        key = item.source, item.store
        length = (item.until - item.since) / _HOUR_US
        found = sum(_common((item.since, item.until), span) for span in called.get(key, ())) / _HOUR_US
        score.planted += length
        score.found += found
        wait = waits.get(key)
        if wait is not None and length >= wait:
            score.tellable += length
            score.found_tellable += found
    for stream in hearing.streams:
        name, store = stream.source, places.get(stream.place or 0, "")
        mine = [
            (item.since, item.until) for item in planted if item.source == name and item.store in {"", store}
        ]
        score.healthy += (stream.last_at - stream.first_at) / _HOUR_US - sum(
            _common((stream.first_at, stream.last_at), span) / _HOUR_US for span in mine
        )
        alarms = (
            span for span in called.get((name, store), ()) if not any(_common(span, item) for item in mine)
        )
        score.alarmed += sum(until - since for since, until in alarms) / _HOUR_US


def _common(left: tuple[int, int], right: tuple[int, int]) -> int:
    return max(0, min(left[1], right[1]) - max(left[0], right[0]))


def _add_verdicts(score: Score, results: Results, shop: Workspace) -> None:
    """Agreement over all settled promises, also those that a silence hid: who says kept or broken says that it could be seen."""
    for row in verdicts_of_truth(results, shop.folder / "truth" / "verdict.parquet"):
        is_judged = row["found"] in {"kept", "broken"}
        score.judged += row["promises"] * is_judged
        score.agreed += row["promises"] * (row["found"] == row["truth"])
        score.accused += row["promises"] * (row["found"] == "broken" and row["truth"] == "kept")
        if row["silent"] and row["found"] is not None:
            score.lost += row["promises"]
            score.spared += row["promises"] * (row["found"] == "unobservable")
