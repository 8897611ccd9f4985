"""The verdicts of one promise, each with what proves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.tables import lapse, moment, note, proof, seconds_between, sheet, verdict_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.cli.show.tables import Cell, Row


def verdict_lines(rows: Sequence[Row], promise: str, limit: int, at: str) -> Iterator[Text]:
    """Verdicts, newest first, each with the file rows behind it."""
    if not rows:
        yield Text(f"no verdict of {promise!r} matches")
        return
    slices = [name for name in rows[0]["slices"] if any(row["slices"][name] for row in rows)]
    heads = [
        "verdict",
        "about",
        "promised at",
        "due",
        "happened",
        "",
        *slices,
        "counted",
        "they said",
        "proof",
    ]
    lines: list[list[Cell]] = [
        [
            verdict_text(row["verdict"]),
            str(row["unit"] or ""),
            moment(row["triggered_at"]),
            moment(row["deadline_at"]),
            moment(row["target_at"]),
            lateness(row),
            *(str(row["slices"][name] or "") for name in slices),
            counted(row.get("due_by")),
            quoted(row["text"]),
            proof(row["trigger"], row["target"]),
        ]
        for row in rows
    ]
    below = {
        "they said": "",
        "counted": "counted",
        "proof": "",
        **{name: name for name in reversed(slices)},
        "": "",
    }
    yield from sheet(heads, lines, below=below, folds="about")
    if len(rows) == limit:
        yield from note(f"the newest {limit:,}", "--limit for more, --format json for all")
    if person := next((row["person"] for row in rows if row["person"]), None):
        yield from note(f"next: parcours person {person}{at}")


def lateness(row: Row) -> str:
    """How long after its deadline what was promised happened."""
    if row["verdict"] != "broken" or not row["target_at"] or not row["deadline_at"]:
        return ""
    late = seconds_between(row["deadline_at"], row["target_at"])
    return f"{lapse(late)} late" if late > 0 else ""


def counted(due_by: Row | None) -> str:
    """From when to when the time up to the deadline was counted: `2h of store_hours at Lyon: 2026-09-12 19:15-19:30, 2026-09-14 09:30-11:15`."""
    if due_by is None:
        return ""
    place = "" if due_by["place"] is None else f" at {due_by['place']}"
    head = f"{due_by['within']} of {due_by['calendar']}{place}"
    if not due_by["counted"]:
        return f"{head}: never open"
    return f"{head}: {', '.join(_stretch(part) for part in due_by['counted'])}"


def _stretch(part: Row) -> str:
    since, until = moment(part["from"]), moment(part["until"])
    is_day = since.endswith("00:00") and until == f"{since[:10]} 23:59"
    return since[:10] if is_day else f"{since}-{until.removeprefix(since[:11])}"


def quoted(text: str | None) -> str:
    """What somebody said, whole, between quotation marks."""
    return "" if not text else f"“{' '.join(text.split())}”"
