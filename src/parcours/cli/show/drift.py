"""What has moved, and reviews of maps, as lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.cli.show.tables import heading, lapse, note, paragraph, plural, share, sheet
from parcours.gap.mining.drift.telling import ranked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.cli.show.tables import Cell, Row
    from parcours.gap.mining.drift.telling import Echo, Finding, Looked

_ECHOES, _EVENTS = 3, 3


def drift_lines(looked: Sequence[Looked], limit: int, at: str) -> Iterator[Cell]:
    """What was looked over, and what moved in it, the clearest first."""
    for item in looked:
        yield _looked_over(item)
    found = ranked(looked)
    for one in found[:limit]:
        yield from heading(f"{one.finding}. {headline(one)}")
        yield from paragraph(figures(one), indent=3)
        yield from note(*_beside(one), indent=3)
    if found:
        more = len(found) - limit
        yield from note(
            f"and {more} more: --limit, or --format json" if more > 0 else "",
            f"journeys behind one: parcours journeys drift --finding 1{at}",
        )


def _looked_over(item: Looked) -> str:
    name = f"map {item.map}" if item.map else f"journeys per {item.per}"
    if item.first_on is None:
        return f"{name}: no journey to look over"
    held = (
        f"since the review of {item.review.reviewed_on} (lived until {item.review.seen_on})"
        if item.review
        else "over the whole history"
    )
    sample = f", one in {item.each} looked at" if item.each > 1 else ""
    told = (
        plural(len(item.findings), "thing has moved", "things have moved")
        if item.findings
        else "nothing has moved"
    )
    return f"{name}, {held}, {item.first_on} to {item.last_on}, {plural(item.journeys, 'journey')}{sample}: {told}"


def headline(one: Finding) -> str:
    """What, for whom and since when."""
    whom = ", ".join(f"{name} {value}" for name, value in one.slice.items())
    until = f" to {one.until}" if one.until else ", and still so"
    return f"{_said(one)}{f', {whom}' if whom else ''}: {one.since}{until}"


def _said(one: Finding | Echo) -> str:
    up = one.after > one.before
    words = {
        "volume": "more journeys begin" if up else "fewer journeys begin",
        "mix": f"a {'larger' if up else 'smaller'} part of {one.subject}",
        "channel": f"a {'larger' if up else 'smaller'} part of {one.subject}",
        "share": f"{'more' if up else 'fewer'} go {one.subject}",
        "new_branch": f"a new way, {one.subject}",
        "vanished_branch": f"no more way {one.subject}",
        "abandonment": f"{'more' if up else 'fewer'} stop after {one.subject}",
        "wait": f"{'longer' if up else 'shorter'} wait {one.subject}",
        "satisfaction": f"{'better' if up else 'worse'} scores at {one.subject}",
    }
    return words[one.what]


def figures(one: Finding) -> str:
    """Before, after and people."""
    return f"{_figure(one, one.before)} before, {_figure(one, one.after)} then; {plural(one.people, 'person', 'people')} concerned"


def _figure(one: Finding, amount: float) -> str:
    if one.unit == "ratio":
        return share(amount)
    return lapse(amount) if one.unit == "seconds" else f"{amount:,.1f} {one.unit}"


def _beside(one: Finding) -> Iterator[str]:
    if one.map:
        yield f"map {one.map}"
    if one.silent:
        yield f"the source {one.silent} was silent then: this may be all there is to it"
    told: list[str] = []
    for echo in one.echoes:
        text = f"{_said(echo)}{''.join(f', {name} {value}' for name, value in echo.slice.items())}"
        if len(told) < _ECHOES:
            told.append(text)
    if told:
        more = len(one.echoes) - len(told)
        yield f"with it: {'; '.join(told)}{f'; {more} more' if more > 0 else ''}"
    for event in one.near[:_EVENTS]:
        yield f"near it: {event.what} ({_when(event.days)})"
    if one.edit:
        yield f"map: {one.edit}"


def _when(days: int) -> str:
    if days == 0:
        return "the same day"
    return f"{plural(abs(days), 'day')} {'before' if days > 0 else 'after'}"


def behind_lines(rows: Sequence[Row]) -> Iterator[Cell]:
    """Journeys behind a finding."""
    heads = ["when", "journey", "at", "node", ">told", ">wait", "file"]
    lines: list[list[Cell]] = [
        [
            row["when"],
            row["journey"] or "",
            (row["at"] or "")[:16].replace("T", " "),
            row["node"],
            f"{row['told']:g}",
            lapse(row["wait_s"]),
            f"{row['file']} row {row['row']}" if row.get("file") else "",
        ]
        for row in rows
    ]
    yield from sheet(heads, lines, below={"file": "", "node": "", "wait": "wait"}, folds="file")


def reviews_lines(rows: Sequence[Row]) -> Iterator[Cell]:
    """Maps with their reviews."""
    if not rows:
        yield "no map to review"
        return
    heads = ["map", "last review", "lived until", "by", "next", "note"]
    lines: list[list[Cell]] = []
    for row in rows:
        last = row["reviews"][-1] if row["reviews"] else None
        due = row["due_on"] or ""
        lines.append(
            [
                row["map"],
                last["reviewed_on"] if last else "never",
                last["seen_on"] if last else "",
                last["by"] if last else "",
                f"{due} (overdue)" if row["is_overdue"] else due,
                (last["note"] or "") if last else "",
            ]
        )
    yield from sheet(heads, lines, below={"note": "", "by": "by", "lived until": "lived until"}, folds="note")
