"""Why a person is one, and what waits for somebody to decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.tables import BAD, FAINT, heading, moment, note, paragraph, plural, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.cli.show.tables import Cell, Row

_CAUSES = {
    "seen_together": "seen together",
    "records": "records alike",
    "decided": "somebody decided",
    "hub": "a hub",
    "cap": "too large",
    "two_accounts": "two accounts",
    "apart": "undone",
    "evidence_gone": "evidence gone",
}
_BELOW = {"file": "", "source": "from", "first seen": "first seen"}


def explain_lines(found: Row, at: str) -> Iterator[Text]:
    """Identifiers, evidence, events, and what was not followed."""
    yield Text(f"person {found['person']}", style="bold")
    yield from note(f"as of {moment(found['as_of'])}", f"run {found['run']}")
    yield from heading("identifiers")
    rows: list[list[Cell]] = [
        [f"{row['namespace']}:{row['value']}", row["kind"], moment(row["first_at"]), *_place(row)]
        for row in found["identifiers"]
    ]
    yield from sheet(["identifier", "kind", "first seen", "source", "file"], rows, below=_BELOW)
    if "path" in found:
        yield from heading("the way between")
        yield from _evidence(found["path"])
    if found["evidence"]:
        yield from heading("evidence that joined them, in the order of time")
        yield from _evidence(found["evidence"])
    yield from _events(found["events"], at)
    if found["refused"]:
        yield from heading("not followed")
        yield from _items(found["refused"])


def review_lines(rows: Sequence[Row], count: int, at: str) -> Iterator[Text]:
    """The queue, and how to settle an item."""
    if not rows:
        yield Text("nothing waits for a decision")
        return
    yield from _items(rows)
    more = "" if len(rows) == count else f"{count - len(rows):,} more: --limit {count}"
    yield from note(f"{plural(count, 'item')}", more)
    yield from paragraph(f"decide: parcours identity accept|refuse ITEM{at}")


def _evidence(rows: Sequence[Row]) -> Iterator[Text]:
    cells: list[list[Cell]] = [
        [
            row["from"],
            row["to"],
            _CAUSES[row["cause"]],
            moment(row["first_at"]),
            f"{row['signals']:,}" if row["signals"] else "",
            *_place(row),
            Text(row["item"], style=FAINT),
        ]
        for row in rows
    ]
    heads = ["from", "to", "because", "first seen", ">signals", "source", "file", "item"]
    yield from sheet(heads, cells, below=_BELOW)


def _events(rows: Sequence[Row], at: str) -> Iterator[Text]:
    if not rows:
        return
    yield from heading("merges and splits")
    cells: list[list[Cell]] = []
    for row in rows:
        ends = row["evidence"]
        what = Text("split", style=BAD) if row["kind"] == "split" else Text("merge")
        cells.append(
            [
                str(row["event"]),
                what,
                moment(row["at"]),
                _CAUSES[row["cause"]],
                f"{ends['from']} and {ends['to']}" if ends else "",
                row["other_person"] or "",
                "undone" if row["undone"] else "",
            ]
        )
    yield from sheet(["event", "what", "when", "because", "evidence", "other person", ""], cells)
    if any(row["kind"] == "merge" and not row["undone"] for row in rows):
        yield from note(f"undo a merge: parcours identity undo EVENT{at}")


def _items(rows: Sequence[Row]) -> Iterator[Text]:
    cells: list[list[Cell]] = [
        [
            row["item"],
            _CAUSES[row["why"]],
            row["from"],
            row["to"] or "",
            _figure(row),
            moment(row["first_at"]),
        ]
        for row in rows
    ]
    yield from sheet(["item", "why", "identifier", "and", "figure", "first seen"], cells)


def _figure(row: Row) -> str:
    if row["seen_with"] is None or row["why"] == "apart":
        return ""
    return f"{row['seen_with']:,} where {row['plausible']:,} are plausible"


def _place(row: Row) -> list[Cell]:
    return [row["source"] or "", Text(row["file"] or "", style=FAINT)]
