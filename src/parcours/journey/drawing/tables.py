"""The same as the picture, as rows: for those who do not see it, and for those who want the figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.journey.drawing.casting import known_flows, state_of
from parcours.journey.drawing.saying import is_below, score, titles_of
from parcours.journey.drawing.shapes import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from parcours.journey.picture import LivedMap
    from parcours.ui import Language

Row = tuple[str, ...]


@dataclass(frozen=True)
class PictureTable:
    """One table beside a picture.

    Attributes:
        key: `places`, `flows`, `promises` or `felt`.
        heading: One for each cell of a row.
        figures: Which cells are figures, counted from 0.
    """

    key: str
    title: str
    heading: Row
    rows: tuple[Row, ...]
    figures: tuple[int, ...]


def picture_tables(lived: LivedMap, language: Language) -> tuple[PictureTable, ...]:
    """What the picture shows, as tables; those that would be empty are left out."""
    words = language.text
    titles = titles_of(lived, language)
    tables = (
        PictureTable(
            "places",
            words("Touchpoints"),
            (
                words("Stage"),
                words("Touchpoint"),
                words("Channel"),
                words("People"),
                words("Let down"),
                words("Designed or lived"),
            ),
            tuple(_places(lived, language, titles)),
            (3, 4),
        ),
        PictureTable(
            "flows",
            words("Moves between touchpoints"),
            (words("From"), words("To"), words("Journeys"), words("Let down"), words("Median wait")),
            tuple(_flows(lived, language)),
            (2, 3, 4),
        ),
        PictureTable(
            "promises",
            words("Promises"),
            (
                words("Stage"),
                words("Promise"),
                words("Kept"),
                words("Interval"),
                words("Goal"),
                words("Below the goal"),
                words("Judged"),
                words("Not observable"),
            ),
            tuple(_promises(lived, language, titles)),
            (2, 3, 4, 6, 7),
        ),
        PictureTable(
            "felt",
            words("What people felt"),
            (
                words("Stage"),
                words("Mean"),
                words("Half of the answers"),
                words("Answers"),
                words("In their words"),
            ),
            tuple(_felt(lived, language, titles)),
            (1, 2, 3),
        ),
    )
    return tuple(table for table in tables if table.rows)


def _places(lived: LivedMap, language: Language, titles: Mapping[str, str]) -> Iterator[Row]:
    says = {
        State.LIVED: language.text("designed and lived"),
        State.UNDESIGNED: language.text("lived, on no map"),
        State.UNLIVED: language.text("designed, not lived"),
        State.UNHEARD: language.text("no source listens there"),
    }
    order = {column.key: index for index, column in enumerate(lived.columns)}
    for place in sorted(lived.places, key=lambda place: order[place.column]):
        yield (
            titles[place.column],
            language.pick(place.title, place.key),
            titles.get(place.lane, place.lane),
            language.number(place.people),
            language.number(place.let_down),
            says[state_of(place)],
        )


def _flows(lived: LivedMap, language: Language) -> Iterator[Row]:
    names = {place.key: language.pick(place.title, place.key) for place in lived.places}
    for flow in known_flows(lived):
        yield (
            names[flow.source],
            names[flow.target],
            language.number(flow.journeys),
            language.number(flow.let_down),
            language.duration(flow.wait_s),
        )


def _promises(lived: LivedMap, language: Language, titles: Mapping[str, str]) -> Iterator[Row]:
    for chip in lived.chips:
        judged = chip.kept_ratio is not None
        yield (
            titles.get(chip.column, chip.column),
            language.pick(chip.says, chip.promise),
            language.percent(chip.kept_ratio) if judged else language.text("not verifiable"),
            language.span(chip.low, chip.high) if judged else language.percent(None),
            language.percent(chip.goal),
            language.text("yes")
            if is_below(chip)
            else language.text("no")
            if judged and chip.goal
            else language.percent(None),
            language.number(chip.judged),
            language.number(chip.unobservable),
        )


def _felt(lived: LivedMap, language: Language, titles: Mapping[str, str]) -> Iterator[Row]:
    for felt in lived.felt:
        low, high = (score(round(value, 1), language) for value in (felt.low, felt.high))
        yield (
            titles.get(felt.column, felt.column),
            score(round(felt.mean, 1), language),
            language.text("{low} to {high}", low=low, high=high),
            language.number(felt.answers),
            felt.quote or "",
        )
