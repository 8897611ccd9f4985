"""Rules and usual waits, held against lived journeys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.tables import bar, lapse, moment, note, share, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.cli.show.tables import Cell, Row

_LENGTH = 16


def rule_lines(rows: Sequence[Row]) -> Iterator[Text]:
    """Rules as they were asked, with how many journeys violate each."""
    heads = ["rule", ">journeys", ">violating", ">share", ""]
    lines: list[list[Cell]] = [
        [
            row["rule"],
            f"{row['journeys']:,}",
            f"{row['violating']:,}",
            share(row["violating_ratio"]),
            bar(row["violating_ratio"] or 0.0, _LENGTH),
        ]
        for row in rows
    ]
    yield from sheet(heads, lines, folds="rule")
    yield from note("journeys: those that the rule says something of; --behind lists those that violate it")


def violating_lines(rows: Sequence[Row], limit: int) -> Iterator[Text]:
    """Journeys that violate a rule."""
    if not rows:
        yield Text("no journey violates")
        return
    lines: list[list[Cell]] = [
        [row["rule"], row["journey"] or "", moment(row["started_at"]), row["person"] or ""]
        for row in rows[:limit]
    ]
    yield from sheet(["rule", "journey", "began", "person"], lines, folds="rule")
    yield from _more(len(rows) - limit, "journeys")


def wait_lines(rows: Sequence[Row], limit: int) -> Iterator[Text]:
    """Pairs of nodes, those with most unusual waits first."""
    if not rows:
        yield Text("no two nodes follow one another in any journey")
        return
    heads = ["from", "to", ">pairs", ">mean wait", ">deviation", ">unusual", ">in journeys"]
    lines: list[list[Cell]] = [
        [
            row["source"],
            row["target"],
            f"{row['pairs']:,}",
            lapse(row["wait_mean_s"]),
            lapse(row["wait_std_s"]),
            f"{row['unusual']:,}",
            f"{row['journeys']:,}",
        ]
        for row in rows[:limit]
    ]
    yield from sheet(heads, lines, folds="to")
    yield from _more(len(rows) - limit, "pairs")


def unusual_lines(rows: Sequence[Row], limit: int) -> Iterator[Text]:
    """Unusual waits between two nodes, the longest first."""
    if not rows:
        yield Text("no unusual wait")
        return
    lines: list[list[Cell]] = [
        [row["journey"] or "", moment(row["started_at"]), row["person"] or "", lapse(row["wait_s"])]
        for row in rows[:limit]
    ]
    yield from sheet(["journey", "began", "person", ">wait"], lines, folds="journey")
    yield from _more(len(rows) - limit, "waits")


def _more(more: int, what: str) -> Iterator[Text]:
    if more > 0:
        yield from note(f"and {more:,} more {what}: --limit, or --format json")
