"""One customer's story in the order it was lived, with what was promised woven in where it fell due."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.tables import (
    BAD,
    FAINT,
    GOOD,
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
)
from parcours.cli.show.verdicts import lateness, quoted
from parcours.gap.explaining.wording import counted_line, verdict_line
from parcours.ui import speak

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.cli.show.tables import Cell, Row
    from parcours.ui import Language

_LONG_S = 3_600  # a wait worth a line
_WHAT = {
    "kept": "promise kept",
    "broken": "promise broken",
    "pending": "promise due",
    "unobservable": "not observable",
    "waived": "promise waived",
    "contested": "promise contested",
}
_BELOW = {"proof": "", "with": "", "system": "from", "where": "", "about": ""}


def person_lines(found: Row, language: str = "en", at: str = "") -> Iterator[Text]:
    """Who it is, the story, and each broken promise explained in two lines."""
    names = ", ".join(f"{item['namespace']}:{item['value']}" for item in found["identifiers"])
    yield Text(f"person {found['person']}", style="bold")
    yield from paragraph(f"known as {names or 'no identifier'}")
    yield from _summary(found)
    yield from _persona(found.get("persona_of"), speak(language))
    yield Text("")
    heads = ["when", "", "what", "said", "where", "about", "system", "with", "proof"]
    yield from sheet(heads, _story(found["signals"], found["verdicts"]), below=_BELOW, folds="said")
    yield from _let_down(found, speak(language), at)


def _persona(told: Row | None, language: Language) -> Iterator[Text]:
    """Which kind of customer, how sure that is, and what speaks most for it."""
    if told is None:
        return
    sure = language.percent(told["confidence"])
    speaks = [
        f"{each['habit']} ({each['occasions']})"
        for group in told["why"]
        if (group["bits"] or 0) > 0
        for each in group["did"]
    ]
    named = told["name"] if told["persona"] is None else f"{told['name']} ({told['persona']}, {sure} sure)"
    yield from paragraph(f"persona: {named}" + (f"; {', '.join(speaks)}" if speaks else ""))


def _let_down(found: Row, language: Language, at: str) -> Iterator[Text]:
    """What was not kept, and why in short."""
    broken = [row for row in found["verdicts"] if row["verdict"] == "broken" and row.get("explanation")]
    if not broken:
        return
    yield Text("")
    lines: list[list[Cell]] = [
        [
            Text(f"{SIGNS['broken']} {language.pick(row['explanation'].says)}", style=BAD),
            " · ".join(
                part
                for part in (
                    counted_line(row["explanation"], language),
                    verdict_line(row["explanation"], language),
                )
                if part
            ),
        ]
        for row in broken
    ]
    yield from sheet(["promise", "why"], lines, folds="why", headed=False)
    yield from note(f"why: parcours verdicts --promise {broken[0]['promise']} --person {found['person']}{at}")


def _summary(found: Row) -> Iterator[Text]:
    systems = len({row["source"] for row in found["signals"]})
    verdicts = [row["verdict"] for row in found["verdicts"]]
    told = [
        Text(
            f"{SIGNS[verdict]} {plural(verdicts.count(verdict), 'promise')} {verdict}",
            style=STYLES.get(verdict, ""),
        )
        for verdict in SIGNS
        if verdict in verdicts
    ]
    seen = Text(f"{plural(len(found['signals']), 'signal')} from {plural(systems, 'system')}")
    yield from paragraph(Text(" · ").join([seen, *told]))


def _story(signals: Sequence[Row], verdicts: Sequence[Row]) -> list[list[Cell]]:
    """Signals and promises in one order of time; at one instant signals come first."""
    told = [(row["at"], _signal(row)) for row in signals]
    told += [(at, _verdict(row, at)) for row in verdicts if (at := _decided_at(row))]
    told.sort(key=lambda item: datetime.fromisoformat(item[0]))  # stable
    lines: list[list[Cell]] = []
    before: str | None = None
    for at, line in told:
        if before is not None and (wait := seconds_between(before, at)) >= _LONG_S:
            lines.append(["", "", Text(f"{lapse(wait)} later", style=FAINT), *[""] * (len(line) - 3)])
        lines.append(line)
        before = at
    return lines


def _decided_at(row: Row) -> str | None:
    """When it was decided, which is its deadline unless something settled it before."""
    target, deadline = row["target_at"], row["deadline_at"]
    if target and (not deadline or seconds_between(target, deadline) >= 0):
        return str(target)
    decided: str | None = deadline or row["triggered_at"]
    return decided


def _signal(row: Row) -> list[Cell]:
    properties = dict(row["properties"])
    score = properties.pop("score", None)
    said = " ".join(
        part for part in (f"score {score}" if score is not None else "", quoted(row["text"])) if part
    )
    return [
        moment(row["at"]),
        "",
        row["type"],
        said,
        row["touchpoint"] or row["channel"] or "",
        ", ".join(row["objects"]),
        row["source"],
        Text(", ".join(f"{name} {value}" for name, value in properties.items()), style=FAINT),
        Text(proof(row), style=FAINT),
    ]


def _verdict(row: Row, at: str) -> list[Cell]:
    style = {"kept": GOOD, "broken": BAD}.get(row["verdict"], FAINT)
    said = str(row["says"])
    if late := lateness(row):
        said += f": not by then, but at {_clock(row['target_at'], at)}, {late}"
    elif row["verdict"] == "broken" and not row["target_at"]:
        said += ": it did not happen"
    cells = [moment(at), SIGNS[row["verdict"]], _WHAT[row["verdict"]], said]
    return [*(Text(cell, style=style) for cell in cells), row["promise"], str(row["unit"] or ""), "", "", ""]


def _clock(later: str, at: str) -> str:
    """The time alone on the same day, else with its day."""
    return later[11:16] if later[:10] == at[:10] else moment(later)
