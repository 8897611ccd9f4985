"""What each channel is there for, and what it is lived as."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.tables import BAD, FAINT, GOOD, heading, note, paragraph, sheet
from parcours.gap.naming_measures import bound_words, figure, title_of_measure
from parcours.journey.measures import MEASURES
from parcours.signal.catalogue import channel_title

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.cli.show.tables import Cell
    from parcours.gap.channels import BrandLived
    from parcours.journey.measures import Measured
    from parcours.ui import Language

_SIGNS = {True: ("✓", GOOD), False: ("✗", BAD), None: ("?", FAINT)}


def channel_lines(found: BrandLived, language: Language, at: str) -> Iterator[Text]:
    """Posture, channels with their measures, then the bounds of brand.yaml and the goals of maps."""
    if found.posture:
        yield from paragraph(Text(language.pick(found.posture), style="bold"))
        yield from note(*(language.pick(value) for value in found.values))
    if not found.channels:
        yield Text(language.text("no channel is declared, and none is lived yet"))
        return
    titles = [title_of_measure(name, language) for name in MEASURES]
    heads = [language.text("channel"), language.text("is there for"), f">{language.text('signals')}"]
    rows: list[list[Cell]] = [
        [
            language.pick(channel_title(item.channel)),
            language.pick(item.role) if item.role else Text(language.text("(not declared)"), style=FAINT),
            language.number(item.signals) if item.signals else Text(language.text("never seen"), style=FAINT),
            *(figure(one, language) for one in item.measures),
        ]
        for item in found.channels
    ]
    below = {title: title for title in reversed(titles)}
    yield from sheet([*heads, *(f">{title}" for title in titles)], rows, below=below, folds=heads[1])
    kept = [
        (language.pick(channel_title(item.channel)), one, "") for item in found.channels for one in item.keep
    ]
    if kept:
        yield from heading(language.text("What brand.yaml asks of them"))
        yield from sheet(
            ["", "of", "says"], [_bound(*one, language) for one in kept], headed=False, folds="says"
        )
    goals = [
        (
            language.pick(item.title)
            + (f", {language.pick(channel_title(item.channel))}" if item.channel else ""),
            item.measured,
            item.by or "",
        )
        for item in found.goals
    ]
    if goals:
        yield from heading(language.text("What the maps aim at"))
        yield from sheet(
            ["", "of", "says"], [_bound(*one, language) for one in goals], headed=False, folds="says"
        )
    if not kept and not goals:
        yield from note(
            language.text("nothing is asked of them: write `keep:` below a channel of brand.yaml")
        )
    yield from note(f"next: parcours journeys graph --by type{at}")


def _bound(of: str, measured: Measured, by: str, language: Language) -> list[Cell]:
    sign, style = _SIGNS[measured.holds]
    words = bound_words(measured, language)
    return [Text(sign, style=style), of, Text(f"{words} · {by}" if by else words, style=style)]
