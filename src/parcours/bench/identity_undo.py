"""Taking back a merge: from the decision to journeys and verdicts of the two people, in a workspace of a million signals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from parcours.bench.child import run_module, run_parcours
from parcours.bench.progress import Progress, silent
from parcours.bench.retailer import PROMISES
from parcours.bench.rows import figure, same_answer, stays_below
from parcours.bench.workspace import workroom, write_workspace

if TYPE_CHECKING:
    from parcours.bench.rows import BenchRow

BENCH = "identity-undo"
SIGNALS = 1_000_000
OF_THE_TWO = 1_000  # signals of both together
AT_MOST_S = 5.0
_SOURCE = """\
source: two
read: {csv: "two/*.csv"}
person: {customer: customer, email: mail}
channel: web
signals:
  - {type: {sql: type}, touchpoint: web.page, at: occurred_at}
"""
_HEADER = "occurred_at,type,customer,mail\n"
_FROM = datetime(2026, 1, 1, tzinfo=UTC)


def bench_identity_undo(signals: int = SIGNALS, progress: Progress = silent) -> list[BenchRow]:
    """Merge two people of 500 signals each by a third file, undo it, and run.

    Args:
        signals: Of everybody else.
        progress: Told before each step.

    Returns:
        Seconds of `identity undo` and the `run` after it, whole processes; and whether both have their own signals back.
    """
    with workroom() as folder:
        file = folder / "signals.parquet"
        progress(f"inventing {signals:,} signals")
        run_module("parcours.bench.data", "parcours.bench.data", file, str(signals))
        workspace = write_workspace(folder / "workspace", {"bench": {"parquet": str(file)}})
        (workspace / "sources" / "two.yaml").write_text(_SOURCE, "utf-8")
        (workspace / "two").mkdir()
        (workspace / "two" / "1.csv").write_text(_two_people(), "utf-8")
        progress("the first run")
        run_parcours(workspace, "run")
        (workspace / "two" / "2.csv").write_text(
            f"{_HEADER}{_at(OF_THE_TWO)},page.viewed,A,b@x.fr\n", "utf-8"
        )
        progress("the run that merges")
        run_parcours(workspace, "run")
        told = run_parcours(workspace, "identity", "explain", "customer:A").answer
        (event,) = (row["event"] for row in told["events"] if "." in row["event"])
        progress("undo, and the run that carries it")
        undo = run_parcours(workspace, "identity", "undo", event)
        run = run_parcours(workspace, "run")
        held = [len(run_parcours(workspace, "person", f"customer:{who}").answer["signals"]) for who in "AB"]
    case = f"{signals:,} signals"
    expected = [OF_THE_TWO // 2 + 1, OF_THE_TWO // 2]
    return [
        stays_below(BENCH, case, "undo and run", "s", undo.wall_s + run.wall_s, AT_MOST_S),
        figure(BENCH, case, "run alone", "s", run.wall_s),
        same_answer(BENCH, case, int(held != expected), "people", "before the merge"),
    ]


def _two_people() -> str:
    """A and B in turn, each with the triggers and targets of the retailer's promises."""
    types = [type_ for pair in PROMISES for type_ in pair]
    rows = [
        f"{_at(number)},{types[number // 2 % len(types)]},{'AB'[number % 2]},{'ab'[number % 2]}@x.fr\n"
        for number in range(OF_THE_TWO)
    ]
    return _HEADER + "".join(rows)


def _at(number: int) -> str:
    return (_FROM + timedelta(hours=number)).isoformat()
