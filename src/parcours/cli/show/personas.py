"""Personas on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.cli.show.tables import bar, count, heading, interval, moment, note, paragraph, share, sheet
from parcours.ui import speak

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.text import Text

    from parcours.cli.show.tables import Cell
    from parcours.ui import Language

Row = dict[str, Any]  # rows as JSON has them
_BAR = 16


def persona_lines(told: Mapping[str, Any], at: str, *, whole: bool, language: str) -> Iterator[Text]:
    """All personas in a table, or one of them whole.

    Args:
        told: As `gap.personas.persona_rows` tells it.
        at: How a command to be copied names the workspace.
        whole: One card, with all its lines.
        language: Of words and figures.
    """
    said, rows = speak(language), told["personas"]
    if whole:
        for row in rows:
            yield from _card(row, at, said)
        return
    if len(rows) == 1:
        yield from paragraph(
            "People do not fall into kinds: all go about things alike, as far as their signals tell."
        )
    heads = ["persona", "id", "", ">share", ">people", ">a person", ">sure", ">score", ">gaps cost"]
    yield from sheet(
        heads, [_line(row, said) for row in rows], below={"score": "mean score"}, folds="persona"
    )
    none = told["none"]
    yield from note(
        f"none of these: {share(none['share'])} of {told['people']:,} people ({none['seen_too_little']:,} did too little to tell, {none['unsure']:,} are in between)"
    )
    yield from note(
        f"stability {told['stability']:.2f}, learnt from {told['learnt_from']:,} people; ranked by what broken promises cost"
    )
    if rows:
        yield from note(f"next: parcours personas{at} --persona {rows[0]['persona']}")


def _line(row: Row, said: Language) -> list[Cell]:
    return [
        row["name"],
        row["persona"] + ("*" if row["is_pinned"] else ""),
        bar(row["share"], _BAR),
        share(row["share"]),
        count(row["people"]),
        _money(row["value"]["per_person_minor"], row["value"]["currency"], said),
        share(row["confidence"]),
        "" if row["voice"]["score_mean"] is None else f"{row['voice']['score_mean']:.1f}",
        _money(row["cost"]["total_minor"], row["cost"]["currency"], said),
    ]


def _money(minor: float | None, currency: str | None, said: Language) -> str:
    return "" if minor is None or currency is None else said.money(minor, currency)


def _card(row: Row, at: str, said: Language) -> Iterator[Text]:
    value, voice = row["value"], row["voice"]
    yield from heading(f"{row['name']} ({row['persona']})")
    yield from paragraph(
        f"{count(row['people'])} people, {share(row['share'])} of all; sure of each by {share(row['confidence'])} in the mean"
    )
    if value["per_person_minor"] is not None and value["currency"]:
        span = " to ".join(_money(value[key], value["currency"], said) for key in ("low_minor", "high_minor"))
        yield from paragraph(
            f"worth {_money(value['per_person_minor'], value['currency'], said)} a person ({span}); {value['buyers']:,} of them bought, {value['purchases']:,} times"
        )
    yield from heading("how they go about it")
    heads = ["habit", ">share", ">times that of all", ">people"]
    yield from sheet(
        heads,
        [
            [each["says"], share(each["share"]), f"{each['lift']:.1f}", count(each["people"])]
            for each in row["habits"]
        ],
    )
    if row["needs"]:
        yield from heading("what they ask about")
        asked = [
            [each["reason"], count(each["contacts"]), f"{each['per_hundred']:.1f}", f"{each['lift']:.1f}"]
            for each in row["needs"]
        ]
        yield from sheet(["reason", ">contacts", ">a hundred people", ">times that of all"], asked)
    if row["friction"]:
        yield from heading("what broke for them")
        broke = [
            [each["says"], share(each["kept_ratio"]), interval(each["low"], each["high"]), count(each["broken"]), _money(each["cost_minor"], each["currency"], said)]
            for each in row["friction"]
        ]  # fmt: skip
        yield from sheet(["promise", ">kept", "interval", ">broken", ">cost"], broke, folds="promise")
    if row["journey"]:
        way = row["journey"]
        yield from heading("a typical journey")
        yield from paragraph(
            f"{' → '.join(way['path'])}  ({way['journeys']:,} of {way['of']:,} of {way['map']})"
        )
    if voice["score_mean"] is not None:
        bounds = "" if voice["low"] is None else f" ({voice['low']:.1f} to {voice['high']:.1f})"
        yield from paragraph(
            f"score {voice['score_mean']:.1f}{bounds} of {voice['answers']:,} answers; {voice['contacts_per_hundred']:.0f} contacts a hundred people"
        )
    for quote in row["quotes"]:
        yield from paragraph(f"“{quote}”")
    if not row["quotes"]:
        yield from note(
            "nobody of them agreed to be quoted (consent for the purpose `quotes`), or none wrote"
        )
    for line, command in row["rows"].items():
        yield from note(f"{line}: {command}{at}")


def behind_lines(rows: Sequence[Row], line: str, limit: int) -> Iterator[Text]:
    """Rows behind a line."""
    if not rows:
        yield from paragraph("There is no row behind this line.")
        return
    names = list(dict.fromkeys(name for row in rows for name in row if name != "persona"))
    cells = [[_cell(name, row.get(name)) for name in names] for row in rows[:limit]]
    yield from sheet(names, cells)
    if len(rows) > limit:
        yield from note(f"{limit} of {len(rows):,} rows of {line}; --format json has all")


def _cell(name: str, value: Any) -> str:  # any value of a row
    if value is None:
        return ""
    if name == "at":
        return moment(value)
    return f"{value:.2f}" if name == "confidence" else str(value)


def decided_lines(rows: Sequence[Row]) -> Iterator[Text]:
    """Decisions on personas."""
    if not rows:
        yield from paragraph("Nothing was decided on personas.")
        return
    cells = [
        [moment(row["recorded_at"]), row["recorded_by"], row["verb"], row["persona"], ", ".join(str(value) for value in row["facts"].values()), row["because"]]
        for row in rows
    ]  # fmt: skip
    yield from sheet(["when", "who", "what", "persona", "to", "why"], cells, folds="why")
