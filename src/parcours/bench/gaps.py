"""Is what is told there, and is what is there told? Twenty retailers with planted gaps, twenty without, and the power of the search.

The search reads the verdicts of the truth, so that it alone is measured; how rightly verdicts are judged is measured by `bench truth`.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from ruamel.yaml import YAML

from parcours.bench.gap_pictures import draw_power
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, at_least, at_most, figure
from parcours.bench.truth import Planted, is_there, planted_gaps
from parcours.gap.finding.cases import PromiseCases
from parcours.gap.finding.explaining import explain
from parcours.gap.finding.following import tell_once
from parcours.gap.finding.scanning import FEWEST_BROKEN, Cases, worst_window

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.gap.finding import Where

PEOPLE, DAYS, SEEDS = 30_000, 120, 20
_START = date(2026, 7, 19)
_SMALL, _SMALL_DEPTH = 300, 0.10  # promises in a gap, and how much less is kept there, that must be found
_LARGE, _LARGE_DEPTH = 3_000, 0.04
_CLOSE_DAYS = 3
_RECALL, _PRECISION, _DATED = 0.9, 0.8, 0.9
_ZONE = "Europe/Paris"
# Promise, places it may be planted in, and the share kept where nothing is planted.
_PLACES = ("Lyon Part-Dieu", "Paris Rivoli", "Lille Centre", "Nantes Atlantis")
_PROMISES: dict[str, tuple[str, tuple[str, ...], float]] = {
    "ready-in-2h": ("store", (), 0.95),
    "told-when-ready": ("store", (), 0.96),
    "ready-as-said": ("store", (), 0.95),
    "by-the-date": ("channel", ("web", "app"), 0.94),
    "answered-in-a-day": ("channel", ("phone", "chat", "mail"), 0.95),
    "refunded-in-5-days": ("channel", ("store", "post"), 0.95),
}
_POWER_SIZES = (300, 1_000, 3_000)
_POWER_DEPTHS = (0.02, 0.04, 0.06, 0.08, 0.10, 0.15, 0.20)
_POWER_DRAWS, _POWER_PROMISES = 40, 11
Key = tuple[str, str]  # map, promise


@dataclass(frozen=True)
class _Seed:
    """One retailer: what was planted, what of it must be found, and what was told."""

    planted: list[Planted]
    must: list[Planted]
    told: list[tuple[str, Where]]


def bench_gaps(
    people: int = PEOPLE, seeds: int = SEEDS, plot: Path | None = None, progress: Progress = silent
) -> list[BenchRow]:
    """Score the search against what was planted.

    Args:
        people: Of each retailer.
        seeds: Retailers with gaps, and as many without.
        plot: SVG file for the power of the search.
        progress: Told before each step.

    Returns:
        Recall of gaps of at least 10 points in 300 promises, or 4 in 3,000; precision among the first told, and among all; turns
        told within three days; retailers without gaps in which something is told; found shares by size and depth.
    """
    found, alarms = [], 0
    with tempfile.TemporaryDirectory(prefix="parcours-gaps-") as folder:
        for seed in range(1, seeds + 1):
            progress(f"gaps, planted, seed {seed} of {seeds}")
            found.append(_planted_seed(Path(folder) / f"planted-{seed}", people, seed))
            progress(f"gaps, nothing planted, seed {seed} of {seeds}")
            quiet = Path(folder) / f"quiet-{seed}"
            _simulate(quiet, people, seed, "none")
            alarms += bool(_told(quiet))
    case = f"{seeds} retailers of {people:,} people"
    rows = [
        *_score(found, case),
        at_most(
            "gaps", f"{case}, none planted", "retailers with a place told", "retailers", alarms, seeds / 20
        ),
    ]
    progress("gaps, power")
    power = search_power()
    rows += [
        figure(
            "gaps", f"{size:,} promises of ten times as many, {depth:.0%} less kept", "found", "ratio", share
        )
        for size, depth, share in power
    ]
    if plot is not None:
        plot.write_text(draw_power(power), "utf-8")
    return rows


def _simulate(folder: Path, people: int, seed: int, gaps: str) -> None:
    simulate = [sys.executable, "-m", "parcours.cli.main", "simulate", "-w", str(folder)]
    size = [
        "--people",
        str(people),
        "--days",
        str(DAYS),
        "--seed",
        str(seed),
        "--start",
        str(_START),
        "--gaps",
        gaps,
    ]
    subprocess.run([*simulate, *size], check=True, capture_output=True)


def _planted_seed(folder: Path, people: int, seed: int) -> _Seed:
    plan = folder.with_suffix(".yaml")
    with plan.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump({"gaps": _drawn(seed)}, file)
    _simulate(folder, people, seed, str(plan))
    planted, must = planted_gaps(folder / "truth" / "gap.csv"), []
    for gap in planted:
        plain = _PROMISES[gap.promise][2]
        depth = plain - gap.planted_ratio
        if (gap.eligible >= _SMALL and depth >= _SMALL_DEPTH - 1e-9) or (
            gap.eligible >= _LARGE and depth >= _LARGE_DEPTH - 1e-9
        ):
            must.append(gap)
    return _Seed(planted, must, _told(folder))


def _drawn(seed: int) -> list[dict[str, Any]]:
    """Three gaps on promises of their own: a place, at times of the week or since a day, 10 to 25 points deep; or 4 to 8, always."""
    chance = np.random.default_rng(seed)
    gaps = []
    for number, name in enumerate(chance.choice(list(_PROMISES), 3, replace=False).tolist()):
        where, values, plain = _PROMISES[name]
        gap: dict[str, Any] = {"gap": f"gap-{number}", "promise": name}
        gap[where] = str(chance.choice(values or _PLACES))
        is_shallow = bool(chance.random() < 0.25)  # noqa: PLR2004 - a quarter
        depth = chance.uniform(_LARGE_DEPTH, 0.08) if is_shallow else chance.uniform(_SMALL_DEPTH, 0.25)
        gap["kept"] = round(plain - float(depth), 4)
        if not is_shallow and chance.random() < 0.5:  # noqa: PLR2004 - half
            gap["since"] = _START + timedelta(days=int(chance.integers(30, 80)))
            if chance.random() < 0.5:  # noqa: PLR2004 - half
                gap["until"] = gap["since"] + timedelta(days=int(chance.integers(20, 35)))
        elif not is_shallow and where == "store" and chance.random() < 0.5:  # noqa: PLR2004 - half
            gap["weekdays"] = ["sat"] if chance.random() < 0.5 else ["mon", "tue", "wed", "thu", "fri"]  # noqa: PLR2004 - half
        gaps.append(gap)
    return gaps


def _told(folder: Path) -> list[tuple[str, Where]]:
    """Promise and place of what the search tells, the most evidence first."""
    cases = dict(_true_cases(folder / "truth" / "verdict.parquet"))
    searched = [key for key, own in cases.items() if int(own.is_broken.sum()) >= FEWEST_BROKEN]
    explained = tell_once({key: explain(cases[key], len(searched))[0] for key in searched}, cases)
    told = [(key[1], where) for key, found in explained.items() for where in found if where.follows is None]
    return sorted(told, key=lambda item: -item[1].evidence)


def _true_cases(path: Path) -> Iterator[tuple[Key, PromiseCases]]:
    """Verdicts of the truth that data can tell, as the search reads its own."""
    rows = pq.read_table(path)
    rows = rows.filter(pc.and_(rows["settled"], pc.invert(rows["silent"])))
    local = pc.local_timestamp(pc.cast(rows["trigger_at"], pa.timestamp("us", _ZONE)))
    columns = {
        "day": pc.cast(pc.cast(local, "date32"), "int32").to_numpy().astype(np.int64),
        "hour": pc.hour(local).to_numpy(),
        "broken": pc.equal(rows["verdict"], "broken").to_numpy(),
    }
    texts = {
        name: rows[name].combine_chunks().dictionary_encode()
        for name in ("store", "channel", "person", "identifier", "map", "promise")
    }
    codes = {name: column.indices.to_numpy() for name, column in texts.items()}
    values = {name: tuple(column.dictionary.to_pylist()) for name, column in texts.items()}
    for map_code, promise_code in sorted(
        {*zip(codes["map"].tolist(), codes["promise"].tolist(), strict=True)}
    ):
        own = (codes["map"] == map_code) & (codes["promise"] == promise_code)
        attributes = np.stack([_known(codes[name][own], values[name]) for name in ("store", "channel")])
        yield (
            (values["map"][map_code], values["promise"][promise_code]),
            PromiseCases(
                ("store", "channel"),
                (values["store"], values["channel"]),
                attributes,
                columns["day"][own],
                columns["hour"][own],
                columns["broken"][own],
                np.zeros(int(own.sum()), np.bool_),
                codes["identifier"][own].astype(np.int64) + 1,
                codes["identifier"][own].astype(np.int64) + 1,
                codes["person"][own].astype(np.int64) + 1,
            ),
        )


def _known(codes: Any, values: tuple[str, ...]) -> Any:
    """Codes with -1 where the text is empty."""
    empty = np.array([not value for value in values])
    return np.where(empty[codes], -1, codes).astype(np.int32)


def _score(found: list[_Seed], case: str) -> list[BenchRow]:
    planted = sum(len(seed.must) for seed in found)
    recalled, first, first_right, right, told, turns, close = 0, 0, 0, 0, 0, 0, 0
    for seed in found:
        hits = [any(_is_it(promise, where, gap) for gap in seed.planted) for promise, where in seed.told]
        first += min(len(seed.planted), len(hits))
        first_right += sum(hits[: len(seed.planted)])
        right, told = right + sum(hits), told + len(hits)
        for gap in seed.must:
            match = next((where for promise, where in seed.told if _is_it(promise, where, gap)), None)
            if match is None:
                continue
            recalled += 1
            for planned, said in ((gap.since, match.since), (gap.until, match.until)):
                if planned is not None:
                    turns += 1
                    close += said is not None and abs((said - planned).days) <= _CLOSE_DAYS

    def share(part: int, whole: int) -> float:
        return part / whole if whole else 1.0

    return [
        at_least("gaps", f"{case}, {planted} planted", "recall", "ratio", share(recalled, planted), _RECALL),
        at_least(
            "gaps", f"{case}, {first} told first", "precision", "ratio", share(first_right, first), _PRECISION
        ),
        figure("gaps", f"{case}, {told} told", "precision of all", "ratio", share(right, told)),
        at_least(
            "gaps",
            f"{case}, {turns} turns of gaps found",
            "within 3 days",
            "ratio",
            share(close, turns),
            _DATED,
        ),
    ]


def _is_it(promise: str, where: Where, gap: Planted) -> bool:
    return promise == gap.promise and is_there(where, gap)


def search_power(draws: int = _POWER_DRAWS) -> list[tuple[int, float, float]]:
    """(promises in a slice of a tenth of all, how much less is kept there, share of draws in which it is found)."""
    found = []
    for size in _POWER_SIZES:
        for depth in _POWER_DEPTHS:
            chance = np.random.default_rng([size, round(depth * 100)])
            hits = 0
            for _ in range(draws):
                window = worst_window(_drawn_cases(chance, size, depth), _POWER_PROMISES)
                hits += window is not None and (0, 0) in window.group
            found.append((size, depth, hits / draws))
    return found


def _drawn_cases(chance: np.random.Generator, size: int, depth: float) -> Cases:
    """Ten places, two channels, eight categories; 95 % kept, but in the first place."""
    total = 10 * size
    codes = np.stack([chance.integers(0, values, total) for values in (10, 2, 8)]).astype(np.int32)
    risk = np.where(codes[0] == 0, 0.05 + depth, 0.05)
    day, hour = chance.integers(20_000, 20_000 + DAYS, total), chance.integers(9, 20, total)
    return Cases(codes, (10, 2, 8), day, hour, chance.random(total) < risk)
