"""A small simulated retailer, run once, and its truth read beside the product's answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from cli.given import call
from parcours.simulate import make_plan, simulate_retailer
from parcours.simulate.promises import PROMISES

if TYPE_CHECKING:
    from pathlib import Path

PEOPLE, DAYS, SEED = 2_000, 60, 1
AS_OF = "2026-11-15"  # last day of the data, to its end


def made(folder: Path, people: int = PEOPLE, days: int = DAYS, seed: int = SEED, **more: Any) -> Path:
    """A retailer in a folder, written but not run."""
    simulate_retailer(make_plan(people, days, seed, **more), folder, lambda _: None)
    return folder


@dataclass(frozen=True)
class Retailer:
    """A retailer that the product has run.

    Attributes:
        folder: Its workspace.
        report: What `parcours run` printed.
    """

    folder: Path
    report: dict[str, Any]

    def rows(self, *words: object) -> Any:
        """What a command answers as JSON."""
        return call(*words, "-w", self.folder, "--format", "json").json

    def truth(self, name: str) -> list[dict[str, Any]]:
        """Rows of a file of the truth."""
        path = self.folder / "truth" / name
        table = pq.read_table(path) if path.suffix == ".parquet" else pacsv.read_csv(path)
        rows: list[dict[str, Any]] = table.to_pylist()
        return rows


def run(folder: Path) -> Retailer:
    """Let the product run it, as on the last evening of the data."""
    return Retailer(folder, call("run", "-w", folder, "--as-of", AS_OF, "--format", "json").json)


class Pair(NamedTuple):
    """One verdict as the product has it and as it truly is."""

    promise: str
    said: str
    true: dict[str, Any]


def pairs(retailer: Retailer) -> list[Pair]:
    """Every verdict of the product beside the true one, found by what triggered it."""
    truth = {(row["promise"], row["identifier"]): row for row in retailer.truth("verdict.parquet")}
    tickets = pq.read_table(retailer.folder / "data" / "care")["ticket"].to_pylist()
    found = []
    for promise in sorted({promise for promise, _ in truth}):
        for row in retailer.rows("verdicts", "--promise", promise):
            is_personal = PROMISES[promise].unit == "person"
            name = tickets[row["trigger"]["row"] - 1] if is_personal else row["unit"]
            found.append(Pair(promise, row["verdict"], truth[promise, name]))
    return found
