"""What moves scores and repurchase, and the scoreboards, on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.tables import BAD, GOOD, count, heading, interval, note, paragraph, share, sheet
from parcours.gap.drivers import Outcome
from parcours.gap.drivers.wording import (
    GROUNDS,
    OUTCOMES,
    driver_title,
    effect_words,
    how_words,
    span_words,
    takes_words,
    why_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from parcours.cli.show.tables import Cell, Row
    from parcours.gap.drivers import Driver, Drivers
    from parcours.journey import JourneyMap
    from parcours.ui import Language

_MOVES = {
    Outcome.SCORE: "What moves the score, in its points",
    Outcome.REPURCHASE: "What moves whether people buy again, of a hundred",
}
_BELOW = {
    "map": "",
    "takes from the mean": "takes from the mean",
    "of": "of",
    "with it": "with it",
    "95 % interval": "95 % interval",
}


def driver_lines(
    found: Drivers, maps: Mapping[str, JourneyMap], commands: Sequence[str], *, limit: int, language: Language
) -> Iterator[Text]:
    """Drivers of each outcome, what is sure first; how the first was computed; and what cannot be told.

    Args:
        found: All of them.
        maps: By name.
        commands: That list the rows behind each, in their order.
        limit: Lines an outcome.
        language: Of words and figures.
    """
    if not found.told:
        yield from paragraph(language.text("Nothing can be told yet of what moves scores or repurchase."))
    for outcome in Outcome:
        told = [item for item in found.told if item.outcome is outcome]
        if told:
            yield from heading(language.text(_MOVES[outcome]))
            yield from _table(told[:limit], maps, language)
        if len(told) > limit:
            yield from note(language.text("and {n} more: --limit", n=language.number(len(told) - limit)))
    if found.told:
        yield Text("")
        yield from note(language.text("✓ more and ✗ less than chance explains"))
        first = found.told[0]
        how = how_words(first, maps[first.map], len(found.told), found.level, language)
        yield from note(f"{driver_title(first, maps[first.map], language)}: {how}")
        yield from note(language.text("its rows: {command}", command=commands[0]) if commands[0] else "")
    reasons: dict[str, list[str]] = {}
    for item in found.untold:
        named = f"{item.map} ({language.text(OUTCOMES[item.outcome])})"
        reasons.setdefault(why_words(item, language), []).append(named)
    for why, names in reasons.items():
        yield from note(f"{', '.join(names)}: {why}")


def _table(told: Sequence[Driver], maps: Mapping[str, JourneyMap], language: Language) -> Iterator[Text]:
    words = ("what", "map", "moves", "95 % interval", "rests on", "with it", "of", "takes from the mean")
    numbers = {"moves", "with it", "of", "takes from the mean"}
    heads = [(">" if word in numbers else "") + language.text(word) for word in words]
    rows: list[list[Cell]] = [
        [
            driver_title(item, maps[item.map], language),
            item.map,
            _moves(item, language),
            span_words(item, language),
            language.text(GROUNDS[item.grounds]),
            count(item.hit),
            count(item.journeys),
            takes_words(item, language),
        ]
        for item in told
    ]
    below = {language.text(key): language.text(said) if said else "" for key, said in _BELOW.items()}
    yield from sheet(heads, rows, below=below, folds=language.text("what"))


def _moves(item: Driver, language: Language) -> Text:
    said = effect_words(item, language)
    if not item.is_sure:
        return Text(f"{said}  ")
    return Text(f"{said} {'✗' if item.effect < 0 else '✓'}", style=BAD if item.effect < 0 else GOOD)


def board_lines(rows: Sequence[Row], names: Mapping[str, str]) -> Iterator[Text]:
    """Both scoreboards.

    Args:
        rows: As JSON tells them.
        names: Of themes and natures, as said.
    """
    if not rows:
        yield from paragraph("no promise has been made to anyone yet")
    for board in dict.fromkeys(row["board"] for row in rows):
        own = [row for row in rows if row["board"] == board]
        yield from heading(f"by {board}")
        lines: list[list[Cell]] = [
            [
                names.get(row["name"] or "", row["name"] or "not said"),
                count(row["promises"]) if row["promises"] else "nothing promised",
                share(row["kept_ratio"]),
                interval(row["low"], row["high"]) if row["promises"] else "",
                count(row["broken"]) if row["promises"] else "",
                f"{row['worst']['promise']} {share(row['worst']['kept_ratio'])}" if row["worst"] else "",
            ]
            for row in own
        ]
        heads = [board, ">promises", ">kept", "95 % interval", ">broken", "kept least"]
        yield from sheet(heads, lines, folds="kept least")
