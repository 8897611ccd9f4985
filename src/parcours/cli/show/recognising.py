"""How well people are recognised, in French or English."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from parcours.cli.show.tables import FAINT, GOOD, bar, heading, moment, note, sheet
from parcours.identity.quality import Rows, Suspicion, total_of
from parcours.identity.quality.types import SILENCE_DAYS
from parcours.identity.wording import DECISIONS, FIELDS, RULES, called, suspicion_words
from parcours.signal.catalogue import channel_title

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from parcours.cli.show.tables import Cell, Row
    from parcours.identity.quality import Place, Quality
    from parcours.ui import Language

_BAR = 16  # of a drawn share
_PAIRS = 6


def quality_lines(found: Quality, language: Language, at: str) -> Iterator[Text]:
    """Coverage, sizes, journeys over channels, who may be several, who may be one; below each how to see its rows."""
    whole = total_of(found.places)
    yield Text(
        " · ".join(
            [
                language.count(found.people, "{n} person", "{n} people"),
                language.text("{n} with an account", n=language.number(found.known)),
                language.count(whole.signals, "{n} signal", "{n} signals"),
                language.text(
                    "{share} with an identifier", share=_share(whole.identified, whole.signals, language)
                ),
            ]
        ),
        style="bold",
    )
    if not whole.signals:
        yield from note(language.text("No signal was seen, so nobody can be recognised yet."))
        return
    if not found.people:
        yield from note(language.text("No signal carries an identifier; mappings name one under “person”."))
    yield from _coverage(found, language, at)
    if found.people:
        yield from _sizes(found, language, at)
        yield from _crossing(found, language, at)
        yield from _several(found, language, at)
        yield from _one(found, language, at)


def _coverage(found: Quality, language: Language, at: str) -> Iterator[Text]:
    yield from heading(language.text("Signals that can be given to somebody"))
    heads = [
        language.text("channel"),
        ">" + language.text("signals"),
        "",
        ">" + language.text("with an identifier"),
        ">" + language.text("of an account"),
        ">" + language.text("met on another channel too"),
    ]
    yield from sheet(heads, [_place_cells(place, language) for place in found.channels])
    yield from _open(Rows.TOUCHPOINTS, language, at)
    yield from _open(Rows.UNIDENTIFIED, language, at)


def _place_cells(place: Place, language: Language) -> list[Cell]:
    share = place.identified / place.signals if place.signals else 0.0
    return [
        _channel(place.channel, language),
        language.number(place.signals),
        Text(bar(share, _BAR), style=GOOD),
        _share(place.identified, place.signals, language),
        _share(place.known, place.signals, language),
        _share(place.elsewhere, place.signals, language),
    ]


def _sizes(found: Quality, language: Language, at: str) -> Iterator[Text]:
    yield from heading(language.text("Identifiers of a person"))
    top = max(size.people for size in found.sizes) or 1
    rows: list[list[Cell]] = [
        [
            size.name,
            language.number(size.people),
            language.number(size.known),
            Text(bar(size.known / top, 2 * _BAR), style=GOOD)
            + Text("░" * round(2 * _BAR * (size.people - size.known) / top), style=FAINT),
        ]
        for size in found.sizes
    ]
    yield from sheet(
        [
            language.text("identifiers"),
            ">" + language.text("people"),
            ">" + language.text("with an account"),
            "",
        ],
        rows,
    )
    yield from note(language.text("the largest has {n}", n=language.number(found.largest)))
    yield from _open(Rows.SIZES, language, at)


def _crossing(found: Quality, language: Language, at: str) -> Iterator[Text]:
    yield from heading(
        language.text("Journeys over several channels, before and after identifiers are joined")
    )
    rows: list[list[Cell]] = [
        [
            title,
            language.number(told.journeys),
            language.number(told.journeys_crossing),
            Text(bar(told.share or 0.0, _BAR), style=GOOD),
            language.percent(told.share, 1),
            language.percent(told.signal_share, 1),
        ]
        for title, told in (
            (language.text("each identifier alone"), found.before),
            (language.text("people"), found.after),
        )
    ]
    heads = [
        "",
        ">" + language.text("journeys"),
        ">" + language.text("over several"),
        "",
        ">" + language.text("share"),
        ">" + language.text("share of signals"),
    ]
    yield from sheet(heads, rows)
    gains = [pair for pair in found.pairs if pair.after > pair.before][:_PAIRS]
    if gains:
        pairs: list[list[Cell]] = [
            [
                f"{_channel(pair.channel, language)} + {_channel(pair.other_channel, language)}",
                language.number(pair.before),
                language.number(pair.after),
            ]
            for pair in gains
        ]
        yield Text("")
        yield from sheet(
            [language.text("both channels"), ">" + language.text("alone"), ">" + language.text("joined")],
            pairs,
        )
    yield from note(
        language.text(
            "a journey here is what one does without {n} days of silence", n=language.number(SILENCE_DAYS)
        )
    )
    yield from _open(Rows.CROSSING, language, at)


def _several(found: Quality, language: Language, at: str) -> Iterator[Text]:
    yield from heading(
        language.count(len(found.suspects), "{n} person may be several", "{n} people may be several")
    )
    if not found.suspects:
        yield from note(language.text("nobody has more than one person plausibly has"))
        return
    rows: list[list[Cell]] = [
        [called(RULES, rule, language), language.number(count)] for rule, count in found.rules.items()
    ]
    yield from sheet(["", ">"], rows, headed=False)
    alike = sum(suspect.by_records for suspect in found.suspects)
    if alike:
        yield from note(
            language.text(
                "{n} of them hold what records that are alike have joined", n=language.number(alike)
            )
        )
    yield from _open(Rows.SEVERAL, language, at)


def _one(found: Quality, language: Language, at: str) -> Iterator[Text]:
    waiting = sum(found.waiting.values())
    yield from heading(language.text("People who may be one"))
    rows: list[list[Cell]] = [
        [language.text("pairs with an address or a number in common"), language.number(len(found.apart))],
    ]
    for why, count in found.waiting.items():
        told = language.text("waiting: {why}", why=called(DECISIONS, why, language))
        rows.append([told, language.number(count)])
    yield from sheet(["", ">"], rows, headed=False)
    if found.apart:
        yield from _open(Rows.ONE, language, at)
    if waiting:
        yield from note(f"parcours identity review{at}")


def _open(kind: Rows, language: Language, at: str) -> Iterator[Text]:
    yield from note(
        language.text("rows: {command}", command=f"parcours identity quality --show {kind.value}{at}")
    )


def rows_lines(kind: Rows, rows: Sequence[Row], language: Language, limit: int, at: str) -> Iterator[Text]:
    """The rows behind a figure, and how to look further."""
    if not rows:
        yield Text(language.text("there is no such row"))
        return
    names = list(rows[0])
    heads = [_head(name, rows[0][name], language) for name in names]
    cells: list[list[Cell]] = [[_cell(kind, name, row, language) for name in names] for row in rows]
    yield from sheet(heads, cells)
    if len(rows) == limit:
        yield from note(language.text("the first {n}; more with --limit", n=language.number(limit)))
    if kind in _FURTHER:
        yield from note(language.text("look further: {command}", command=f"{_FURTHER[kind]}{at}"))


_FURTHER = {
    Rows.SIZES: "parcours identity explain PERSON",
    Rows.SEVERAL: "parcours identity explain PERSON",
    Rows.ONE: "parcours identity explain PERSON OTHER",
    Rows.CROSSING: "parcours person PERSON",
}


_HEADS = {
    "source": "system",
    "channel": "channel",
    "touchpoint": "touchpoint",
    "signals": "signals",
    "identified": "with an identifier",
    "known": "of an account",
    "elsewhere": "met on another channel too",
    "at": "when",
    "type": "what",
    "file": "file",
    "row": "row",
    "person": "person",
    "other_person": "other person",
    "identifiers": "identifiers",
    "accounts": "accounts",
    "contacts": "addresses and numbers",
    "occasions": "occasions",
    "devices": "devices",
    "why": "why",
    "by_records": "records",
    "field": "in common",
    "shared": "values",
    "first_at": "first signal",
    "last_at": "last signal",
    "channels": "channels",
}


def _head(name: str, value: object, language: Language) -> str:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return (">" if is_number else "") + language.text(_HEADS[name])


def _cell(kind: Rows, name: str, row: Row, language: Language) -> Cell:
    value = row[name]
    if name in _SHOWN:
        return _SHOWN[name](value, language)
    if isinstance(value, int) and (kind is not Rows.UNIDENTIFIED or name != "row"):
        return language.number(value)
    return str(value or "")


def _reasons(value: Sequence[Row], language: Language) -> str:
    told = (Suspicion(item["rule"], item["of"], item["found"], item["plausible"]) for item in value)
    return " · ".join(suspicion_words(item, language) for item in told)


_SHOWN: dict[str, Callable[[Any, Language], str]] = {  # a row's values are of any type of JSON
    **dict.fromkeys(("at", "first_at", "last_at"), lambda value, _: moment(value)),
    "channel": lambda value, language: _channel(value or "", language),
    "field": lambda value, language: called(FIELDS, value, language),
    "by_records": lambda value, language: language.text("joined by records") if value else "",
    "why": _reasons,
}


def _channel(name: str, language: Language) -> str:
    return language.pick(channel_title(name)) if name else language.text("(no channel)")


def _share(part: int, whole: int, language: Language) -> str:
    return language.percent(part / whole if whole else None, 1)
