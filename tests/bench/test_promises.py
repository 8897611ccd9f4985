"""The two hundred promises that are measured are promises of the language, all patterns of it among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.bench.data import write_signals
from parcours.bench.promised import mixed_promises, write_promises
from parcours.bench.promises_by_hand import judge_by_hand
from parcours.gap.loop import check_workspace, run_workspace
from parcours.gap.results import open_results
from parcours.journey.map import PATTERNS, Promise
from parcours.kernel.workspace import Workspace
from parcours.lake import open_engine

if TYPE_CHECKING:
    from pathlib import Path

MODIFIERS = (
    "unless",
    "match",
    "calendar",
    "revised_by",
    "contradicted_by",
    "sum",
    "every",
    "until",
    "before",
    "between",
    "per",
)


def test_there_are_two_hundred_of_every_pattern() -> None:
    """Each of its own name; no pattern and no modifier of a retailer's map is left out."""
    promises = [Promise.model_validate(promise) for promise in mixed_promises()]

    assert len({promise.promise for promise in promises}) == len(promises) == 200
    assert {promise.pattern for promise in promises} == set(PATTERNS)
    for name in MODIFIERS:
        assert any(getattr(promise, name) for promise in promises), name


def test_they_are_judged_as_by_hand(tmp_path: Path) -> None:
    """On twenty thousand signals: nothing is refused, and the plain ones have the triggers and the kept of a query of one line."""
    file = write_signals(tmp_path / "signals.parquet", 20_000)
    workspace = Workspace(write_promises(tmp_path / "workspace", file))
    engine = open_engine(tmp_path / "spill", "1GB", 1)
    assert check_workspace(workspace, engine)[2] == []
    engine.close()
    report = run_workspace(workspace, lambda *_: None)
    hand = judge_by_hand(workspace.folder)
    with open_results(workspace) as results:
        rows = [row for row in results.gaps() if not row["slice"] and row["period"] is None]
    ours = {row["promise"]: {"triggers": row["eligible"], "kept": row["kept"]} for row in rows}

    assert report.refused == {}
    assert len(rows) == 200
    assert len(hand) > 20
    assert {name: ours[name] for name in hand} == hand
