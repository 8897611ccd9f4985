"""Where journeys go: transitions, paths, and the maps they were designed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.tables import bar, lapse, note, share, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.cli.show.tables import Cell, Row

_LENGTH = 16


def graph_lines(rows: Sequence[Row], limit: int, explained: float | None = None) -> Iterator[Text]:
    """Transitions, the most frequent first; `explained` is the ratio of people every transition of whom is among them."""
    if not rows:
        yield Text("no journey to show")
        return
    top = max(row["count"] for row in rows)
    heads = ["from", "to", ">times", "", ">people", ">median wait", ">95 % within"]
    lines: list[list[Cell]] = [
        [
            row["source"] or "(start)",
            row["target"] or "(end)",
            f"{row['count']:,}",
            bar(row["count"] / top, _LENGTH),
            f"{row['people']:,}",
            lapse(row["wait_median_s"]),
            lapse(row["wait_p95_s"]),
        ]
        for row in rows[:limit]
    ]
    below = {"95 % within": "95 % within", "median wait": "median wait", "people": "people", "": ""}
    yield from sheet(heads, lines, below=below, folds="to")
    yield from _more(len(rows) - limit, "transitions")
    if explained is not None:
        yield from note(f"these {len(rows):,} transitions are all that {share(explained)} of people took")


def variant_lines(rows: Sequence[Row], limit: int) -> Iterator[Text]:
    """Paths, the most frequent first, with the share they cover together."""
    if not rows:
        yield Text("no journey to show")
        return
    total = sum(row["count"] for row in rows)
    covered = 0
    lines: list[list[Cell]] = []
    for row in rows[:limit]:
        covered += row["count"]
        lines.append(
            [
                f"{row['count']:,}",
                f"{row['count'] / total:.1%}",
                bar(row["count"] / total, _LENGTH),
                f"{covered / total:.1%}",
                " → ".join(row["path"]),
            ]
        )
    yield from sheet([">times", ">share", "", ">together", "path"], lines, folds="path")
    yield from _more(len(rows) - limit, "variants")


def map_lines(rows: Sequence[Row]) -> Iterator[Text]:
    """Maps and what they hold."""
    if not rows:
        yield Text("no map yet: write one in maps/*.yaml")
        return
    heads = ["map", "kind", "per", "stages", "steps", "promises", "file"]
    lines: list[list[Cell]] = [
        [
            row["map"],
            row["kind"] or "",
            row["per"],
            " → ".join(row["stages"]),
            ", ".join(row["steps"]),
            ", ".join(row["promises"]),
            row["file"],
        ]
        for row in rows
    ]
    below = {"file": "", "steps": "steps:", "promises": "promises:", "stages": "stages:"}
    yield from sheet(heads, lines, below=below, folds="map")


EDITS = {
    "add_step": "lived, not drawn",
    "drop_step": "drawn, not lived",
    "wake_step": "not lived any more",
    "add_touchpoint": "touchpoint not drawn",
    "drop_touchpoint": "touchpoint not lived",
    "make_optional": "not everyone's",
    "make_required": "nearly everyone's",
    "move_step": "in another order",
}


def review_lines(rows: Sequence[Row]) -> Iterator[Text]:
    """Edits proposed to a map, with their evidence."""
    if not rows:
        yield Text("the map is as journeys are lived: nothing to propose")
        return
    heads = ["what", "subject", "evidence", "edit"]
    lines: list[list[Cell]] = [
        [EDITS[row["what"]], row["subject"], row["evidence"], row["edit"]] for row in rows
    ]
    yield from sheet(heads, lines, below={"edit": "edit:", "evidence": ""}, folds="subject")


def _more(more: int, what: str) -> Iterator[Text]:
    if more > 0:
        yield from note(f"and {more:,} more {what}: --limit, or --format json")
