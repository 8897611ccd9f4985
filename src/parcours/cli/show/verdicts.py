"""The verdicts of one promise, each with what proves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.tables import (
    SIGNS,
    STYLES,
    lapse,
    moment,
    note,
    paragraph,
    plural,
    proof,
    seconds_between,
    sheet,
    verdict_text,
    width,
)
from parcours.gap.explaining import as_json
from parcours.gap.explaining.wording import steps_of
from parcours.ui import speak

_BESIDE = 72  # columns from which headings stand beside what they say

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.cli.show.tables import Cell, Row
    from parcours.gap.explaining import Explanation


def verdict_lines(
    rows: Sequence[Row], promise: str, limit: int, at: str, language: str = "en"
) -> Iterator[Text]:
    """Verdicts, newest first, each with the file rows behind it; one alone is explained below."""
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
    if len(rows) == 1 and rows[0].get("explanation"):
        yield Text("")
        yield from explanation_lines(rows[0]["explanation"], language)
    if person := next((row["person"] for row in rows if row["person"]), None):
        why = f"why: parcours verdicts --promise {promise} --person {person}{at}, or --explain for each"
        yield from note(why if len(rows) > 1 else "", f"next: parcours person {person}{at}")


def explained_lines(rows: Sequence[Row], language: str) -> Iterator[Text]:
    """Each verdict step by step, in a language."""
    for number, row in enumerate(rows):
        if number:
            yield Text("")
        yield from explanation_lines(row["explanation"], language)
    yield from note(plural(len(rows), "verdict"))


def explanation_lines(explanation: Explanation, language: str) -> Iterator[Text]:
    """One verdict: headings on the left, what they say beside them, or below where the width asks for it."""
    steps = steps_of(explanation, speak(language))
    style = STYLES.get(explanation.verdict, "bold")
    lines: list[list[Cell]] = []
    for step in steps:
        is_verdict = step.kind == "verdict"
        for number, said in enumerate(step.lines):
            sign = f"{SIGNS[explanation.verdict]} " if is_verdict else ""
            lines.append(
                [
                    Text(step.title if not number else "", style="bold"),
                    Text(f"{sign}{said}", style=style if is_verdict else ""),
                ]
            )
    if width() < _BESIDE:
        for step in steps:
            yield Text(step.title, style="bold")
            for said in step.lines:
                yield from paragraph(Text(said, style=style if step.kind == "verdict" else ""), indent=2)
        return
    yield from sheet(["step", "said"], lines, folds="said", headed=False)


def verdict_rows(rows: Sequence[Row]) -> list[Row]:
    """Verdicts as JSON has them."""
    return [
        {**row, "explanation": None if row["explanation"] is None else as_json(row["explanation"])}
        for row in rows
    ]


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
