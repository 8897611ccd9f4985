"""What is found, held against what is true: people, verdicts, planted gaps, and alarms where nothing was planted.

The retailer is a synthetic one whose truth lies beside it; its size and seed decide every row.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import select

from parcours.bench.child import run_module
from parcours.bench.progress import Progress, silent
from parcours.bench.rows import BenchRow, figure
from parcours.gap.finding import find
from parcours.gap.results import open_results
from parcours.gap.tables import VERDICT
from parcours.identity import PERSON_TOKEN, rules_of
from parcours.identity.evaluating import evaluate
from parcours.identity.types import Kind
from parcours.kernel.workspace import Workspace
from parcours.signal import LINK, OBJECT
from parcours.vault.tables import IDENTIFIER

if TYPE_CHECKING:
    from parcours.gap.finding import Finding, Findings, Where
    from parcours.gap.results import Results

PEOPLE, DAYS, SEED = 20_000, 120, 1
QUIET_PEOPLE, QUIET_SEEDS = 4_000, 20
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Row = dict[str, Any]  # rows of CSV and models


@dataclass(frozen=True)
class Planted:
    """A gap of the truth: where and when a promise was made to break, and how often it was kept there."""

    name: str
    promise: str
    place: str
    weekdays: tuple[int, ...]
    hours: tuple[int, int] | None
    kept_ratio: float
    eligible: int
    planted_ratio: float
    since: date | None
    until: date | None


def bench_truth(
    workspace: Path | None = None,
    people: int = PEOPLE,
    quiet_seeds: int = QUIET_SEEDS,
    progress: Progress = silent,
) -> list[BenchRow]:
    """Score a retailer with planted gaps, then as many with none.

    Args:
        workspace: A simulated retailer that was run: it alone is scored, as its answer key.
        people: Of the retailer with gaps.
        quiet_seeds: How many retailers without any are looked at for false alarms.
        progress: Told before each step.

    Returns:
        Accuracy of people; agreement of verdicts; for each planted gap whether and at which rank it is found, and whether the true share lies
        in the interval; retailers without gaps in which something is told.
    """
    if workspace is not None:
        return _scores(Workspace(workspace))
    with tempfile.TemporaryDirectory(prefix="parcours-truth-") as folder:
        progress(f"truth, {people:,} people with planted gaps")
        rows = _scores(lived(Path(folder) / "planted", people, SEED))
        alarms = 0
        for seed in range(1, quiet_seeds + 1):
            progress(f"truth, nothing planted, seed {seed} of {quiet_seeds}")
            quiet = lived(Path(folder) / f"quiet-{seed}", QUIET_PEOPLE, seed, "--gaps", "none")
            with open_results(quiet) as results:
                alarms += any(found.explains for found in find(results).promises)
        case = f"{quiet_seeds} retailers of {QUIET_PEOPLE:,} people, none planted"
        rows.append(figure("truth", case, "retailers with a place told", "retailers", alarms))
    return rows


def _scores(shop: Workspace) -> list[BenchRow]:
    with open_results(shop) as results:
        return [*_people_rows(results, shop), *_verdict_rows(results, shop), *_gap_rows(results, shop)]


def lived(folder: Path, people: int, seed: int, *more: str) -> Workspace:
    """A retailer, simulated and run to the end of its data."""
    simulate = [sys.executable, "-m", "parcours.cli.main", "simulate", "-w", str(folder)]
    size = ["--people", str(people), "--days", str(DAYS), "--seed", str(seed)]
    subprocess.run([*simulate, *size, *more], check=True, capture_output=True)
    plan = json.loads((folder / "truth" / "plan.json").read_text("utf-8"))
    last_day = date.fromisoformat(plan["start"]) + timedelta(days=plan["days"] - 1)
    verb = ("run", "-w", folder, "--as-of", str(last_day), "--format", "json")
    run_module("parcours run", "parcours.cli.main", *verb)
    return Workspace(folder)


def _people_rows(results: Results, shop: Workspace) -> list[BenchRow]:
    for spec in (PERSON_TOKEN, LINK):
        results.view(spec)
    told = evaluate(results.engine, results.vault, shop.folder / "truth" / "identity.csv")
    case = f"{told.identifiers - told.unseen:,} identifiers of {told.people:,} people"
    return [
        figure("truth", case, f"{name} {key}", "ratio", getattr(accuracy, key))
        for name, accuracy in (("pairwise", told.pairwise), ("b-cubed", told.bcubed))
        for key in ("precision", "recall", "f1")
    ] + [
        figure("truth", case, "pairwise recall of what signals reveal", "ratio", told.revealed),
        figure(
            "truth", case, "people merged through shared devices", "people", _through_shared(results, shop)
        ),
    ]


def _through_shared(results: Results, shop: Workspace) -> int:
    """People who hold an identifier of a shared device and another one: there should be none."""
    kinds = rules_of(shop.settings.identity, results.vault.terms("namespace")).kinds
    shared = {name for name, code in results.vault.terms("namespace").items() if kinds[code] >= Kind.SHARED}
    with results.vault.transaction() as connection:
        wanted = select(IDENTIFIER.c.token).where(IDENTIFIER.c.namespace.in_(shared))
        tokens = connection.execute(wanted).scalars().all()
    results.engine.register("shared_token", pa.table({"token": pa.array(tokens, pa.int64())}))
    return int(
        results.engine.value(
            "select count(*) from (select person_id from person_token group by person_id having count(*) > 1 "
            "and bool_or(token in (select token from shared_token)))"
        )
    )


def _verdict_rows(results: Results, shop: Workspace) -> list[BenchRow]:
    """Agreement on what was judged, and how much of what could be judged was."""
    told = verdicts_of_truth(results, shop.folder / "truth" / "verdict.parquet")
    rows = [row for row in told if not row["silent"]]
    settled = sum(row["promises"] for row in rows)
    judged = [row for row in rows if row["found"] in {"kept", "broken"}]
    total = sum(row["promises"] for row in judged)
    same = sum(row["promises"] for row in judged if row["found"] == row["truth"])
    case = f"{settled:,} promises, settled and not silent"
    return [
        figure("truth", case, "judged kept or broken, of all", "ratio", total / settled if settled else 1.0),
        figure("truth", case, "same verdict, of those judged", "ratio", same / total if total else 1.0),
    ]


def verdicts_of_truth(results: Results, path: Path) -> list[Row]:
    """Promises by true verdict and verdict of ours.

    Args:
        results: A published run.
        path: The truth's `verdict.parquet`.

    Returns:
        Rows `map, promise, truth, silent, found, promises`; silent where a system was that would have shown it, found is None where we
        judged nothing.
    """
    results.see()
    for spec in (VERDICT, OBJECT):
        results.view(spec)
    names = [(code, *text.partition("/")[::2]) for text, code in results.vault.terms("promise").items()]
    columns = zip(*names, strict=True) if names else ((), (), ())
    kinds = (pa.int32(), pa.string(), pa.string())
    table = {
        name: pa.array(values, kind)
        for name, values, kind in zip(("promise_id", "map", "promise"), columns, kinds, strict=True)
    }
    results.engine.register("promise_name", pa.table(table))
    wanted = ["map", "promise", "namespace", "identifier", "verdict", "settled", "silent"]
    results.engine.register("true_verdict", pq.read_table(path, columns=wanted))
    found: list[Row] = results.engine.model("parcours.bench", "verdict_of_truth").to_pylist()
    return found


def _gap_rows(results: Results, shop: Workspace) -> list[BenchRow]:
    told = places_told(find(results))
    planted = planted_gaps(shop.folder / "truth" / "gap.csv")
    rows = []
    for gap in planted:
        case = f"planted {gap.name}, {gap.eligible:,} promises"
        rank = next((place for place, found in enumerate(told, 1) if is_planted(*found, gap)), 0)
        rows.append(figure("truth", case, "rank among places told, 0: not told", "rank", rank))
        if rank:
            share = told[rank - 1][1].inside
            inside = (share.low or 0.0) <= gap.kept_ratio <= (share.high or 1.0)
            rows.append(figure("truth", case, "true share inside the interval", "yes = 1", float(inside)))
    strangers = sum(not any(is_planted(*found, gap) for gap in planted) for found in told)
    rows.append(figure("truth", "planted retailer", "places told that were not planted", "places", strangers))
    return rows


def places_told(findings: Findings) -> list[tuple[Finding, Where]]:
    """Places that stand out and follow from no other, the most evidence first."""
    told = [
        (found, where) for found in findings.promises for where in found.explains if where.follows is None
    ]
    return sorted(told, key=lambda item: -item[1].evidence)


def planted_gaps(path: Path) -> list[Planted]:
    """The gaps of a truth's `gap.csv` in which some promise was made."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if int(row["eligible"])]
    return [
        Planted(
            name=row["gap"],
            promise=row["promise"],
            place=row["store"] or row["channel"],
            weekdays=tuple(_WEEKDAYS.index(day) for day in row["weekdays"].split(";") if day),
            hours=tuple(int(hour) for hour in row["hours"].split("-")) if row["hours"] else None,  # type: ignore[arg-type]  # two, by its form
            kept_ratio=float(row["kept_ratio"]),
            eligible=int(row["eligible"]),
            planted_ratio=float(row["planted_kept_ratio"]),
            since=date.fromisoformat(row["since"]) if row["since"] else None,
            until=date.fromisoformat(row["until"]) if row["until"] else None,
        )
        for row in rows
    ]


def is_planted(found: Finding, where: Where, gap: Planted) -> bool:
    """The finding is about the planted promise, its place, and a part of the week that meets the planted one."""
    return found.promise == gap.promise and is_there(where, gap)


def is_there(where: Where, gap: Planted) -> bool:
    """Its place and part of the week meet the planted ones."""
    place = not gap.place or any(gap.place in value for _, value in where.conditions)
    days = not gap.weekdays or any(where.days[0] <= day <= where.days[1] for day in gap.weekdays)
    hours = gap.hours is None or (where.hours[0] < gap.hours[1] and gap.hours[0] < where.hours[1])
    return place and days and hours
