"""What people's rights came to: answers about consent, an export, an erasure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.tables import BAD, FAINT, GOOD, heading, moment, paragraph, plural, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from parcours.cli.show.tables import Cell, Row
    from parcours.rights.erasing import Erased


def consent_lines(found: Row) -> Iterator[Text]:
    """What stands, then the answers behind it."""
    yield Text(f"person {found['person']}", style="bold")
    if not found["answers"]:
        yield from paragraph("no answer is known: nobody may reach them on the ground of consent")
        return
    yield from sheet(
        ["", "purpose", "channel", ""],
        [
            [
                Text("✓" if row["may"] else "✗", style=GOOD if row["may"] else BAD),
                row["purpose"],
                row["channel"] or "any other",
                "may be reached" if row["may"] else "may not",
            ]
            for row in found["standing"]
        ],
        headed=False,
    )
    yield from heading("answers")
    yield from sheet(
        ["when", "answer", "purpose", "channel", "under", "wording", "from", "proof"],
        [
            [
                moment(row["at"]),
                row["answer"],
                row["purpose"],
                row["channel"] or "every channel",
                f"{row['namespace']}:{row['value']}",
                " ".join(part for part in (row["wording"], row["language"]) if part),
                row["source"],
                Text(row["proof"] or "", style=FAINT),
            ]
            for row in found["answers"]
        ],
        below={"proof": "proof", "wording": "wording", "from": "from"},
    )


def export_lines(folder: Path, counts: Mapping[str, int], unread: Sequence[str]) -> Iterator[Text]:
    """Where everything lies, and how much it is."""
    told = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    yield from paragraph(f"wrote {folder}: person.json and a CSV a kind")
    yield from paragraph(f"held: {told or 'nothing'}")
    if unread:
        yield from paragraph(
            f"not looked at, as {plural(len(unread), 'file')} changed since the last run: {', '.join(unread)}; call `parcours run`, then this again"
        )


def erasure_lines(found: Erased, *, is_done: bool) -> Iterator[Text]:
    """What went, or would go, and where the source files still hold it."""
    if found.already:
        yield from paragraph(f"{plural(found.already, 'name was', 'names were')} erased before")
    if not found.people:
        if not found.already:
            yield from paragraph("nothing was left to finish")
        return
    yield from paragraph(
        f"{'erased' if is_done else 'to be erased'}: {plural(found.people, 'person', 'people')}"
    )
    rows: list[list[Cell]] = [[name, str(count)] for name, count in found.counts.items() if count]
    yield from sheet(["from" if is_done else "what", ">rows"], rows)
    if found.sources:
        yield from heading("your files still hold them; take these lines out")
        yield from sheet(
            ["file", "lines"], [[file, _spans(lines)] for file, lines in found.sources.items()], folds="lines"
        )
    if found.unread:
        yield from paragraph(f"changed since the last run, so not looked at: {', '.join(found.unread)}")
    if is_done:
        yield from paragraph(
            "what comes later of them is refused as erased; the next `parcours run` needs nothing from you"
        )


def _spans(lines: Sequence[int]) -> str:
    """`2, 5-7` for 2, 5, 6, 7."""
    spans: list[list[int]] = []
    for line in lines:
        if spans and line == spans[-1][1] + 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
