"""Personas as cards: how many, what they are worth, what sets them apart, what broke for them, a typical journey, and what they said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parcours.gap.finding import drawn_map
from parcours.gap.personas import PersonaFacts, TooFewPeople
from parcours.ui import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.gap.results import Results
    from parcours.ui import Language

Row = dict[str, Any]  # rows as JSON has them
_HABITS, _BROKEN = 4, 3


@dataclass(frozen=True)
class HabitLine:
    """A habit beside that of all; `mine` and `all` are lengths in [0, 1]."""

    says: str
    share: str
    lift: str
    mine: float
    all: float


@dataclass(frozen=True)
class PersonaCard:
    """One persona; `ratio` is its share in [0, 1]."""

    key: str
    name: str
    people: str
    share: str
    ratio: float
    figures: tuple[tuple[str, str, str], ...]
    habits: tuple[HabitLine, ...]
    broken: tuple[tuple[str, str], ...]
    path: tuple[str, ...]
    path_note: str
    quotes: tuple[str, ...]
    command: str


@dataclass(frozen=True)
class PersonaPart:
    """All of it; `note` says how they were found."""

    lead: str
    cards: tuple[PersonaCard, ...]
    note: str


@dataclass(frozen=True)
class PersonaReport:
    """What is told in each language, and what steps and maps are called."""

    told: Mapping[str, Row]
    titles: Mapping[str, Mapping[str, Mapping[str, str]]]
    maps: Mapping[str, Mapping[str, str]]


def gather_personas(results: Results, *, with_quotes: bool) -> PersonaReport | None:
    """What is told of personas; None where nobody can be grouped."""
    try:
        facts = PersonaFacts(results)
    except TooFewPeople:
        return None
    told = {code: facts.rows(code) for code in LANGUAGES}
    if not with_quotes:
        for rows in told.values():
            for row in rows["personas"]:
                row["quotes"] = []
    drawn = {name: drawn_map(results, name) for name in results.maps}
    titles = {
        name: {step.step: step.title or {} for stage in each.stages for step in stage.steps}
        for name, each in drawn.items()
    }
    return PersonaReport(told, titles, {name: each.title or {} for name, each in drawn.items()})


def persona_part(report: PersonaReport | None, language: Language) -> PersonaPart | None:
    """The part of a report about personas; None where there are none."""
    if report is None:
        return None
    told = report.told[language.code]
    none = told["none"]
    lead = language.text(
        "Found in how people look, buy and ask; the one whose gaps cost most comes first. {none} of {people} people belong to none of these: {little} did too little to tell, {unsure} are in between.",
        none=language.number(none["people"]),
        people=language.number(told["people"]),
        little=language.number(none["seen_too_little"]),
        unsure=language.number(none["unsure"]),
    )
    if len(told["personas"]) == 1:
        lead = language.text(
            "People do not fall into kinds: all go about things alike, as far as their signals tell."
        )
    note = language.text(
        "Stability {stability}: searched again on other people drawn from these, the same kinds come back (1: all, 0: by lot). A cost is the mean price of a broken promise times those broken for people of the persona.",
        stability=language.number(told["stability"], 2),
    )
    cards = tuple(_card(row, report, language) for row in told["personas"])
    return PersonaPart(lead, cards, note)


def _card(row: Row, report: PersonaReport, language: Language) -> PersonaCard:
    way = row["journey"]
    titles = report.titles[way["map"]] if way else {}
    return PersonaCard(
        key=row["persona"],
        name=row["name"],
        people=language.text("{people} people", people=language.number(row["people"])),
        share=language.percent(row["share"]),
        ratio=row["share"],
        figures=tuple(_figures(row, language)),
        habits=tuple(
            HabitLine(
                each["says"],
                language.percent(each["share"]),
                language.text("{lift} times that of all", lift=language.number(each["lift"], 1)),
                each["share"],
                each["share"] / each["lift"],
            )
            for each in row["habits"][:_HABITS]
        ),
        broken=tuple(
            (
                each["says"],
                language.text(
                    "{broken} broken, {kept} kept ({span})",
                    broken=language.number(each["broken"]),
                    kept=language.percent(each["kept_ratio"], 1),
                    span=language.span(each["low"], each["high"], 1),
                ),
            )
            for each in row["friction"][:_BROKEN]
            if each["broken"]
        ),
        path=tuple(language.pick(titles.get(step), step) for step in way["path"]) if way else (),
        path_note=language.text(
            "{journeys} of {of} on {map}",
            journeys=language.number(way["journeys"]),
            of=language.number(way["of"]),
            map=language.pick(report.maps[way["map"]], way["map"]),
        )
        if way
        else "",
        quotes=tuple(row["quotes"]),
        command=row["rows"]["people"],
    )


def _figures(row: Row, language: Language) -> list[tuple[str, str, str]]:
    value, cost, voice = row["value"], row["cost"], row["voice"]
    found = []
    if value["currency"] and value["per_person_minor"] is not None and value["purchases"]:
        bounds = [value[key] for key in ("low_minor", "high_minor") if value[key] is not None]
        span = " \N{EN DASH} ".join(language.money(bound, value["currency"]) for bound in bounds)
        found.append(
            (
                language.text("Worth a person"),
                language.money(value["per_person_minor"], value["currency"]),
                span,
            )
        )
    priced = language.text("not estimable")
    if cost["total_minor"] is not None:
        priced = language.money(cost["total_minor"], cost["currency"])
    found.append((language.text("Their gaps cost"), priced, ""))
    if voice["score_mean"] is not None:
        answers = language.text("{answers} answers", answers=language.number(voice["answers"]))
        found.append((language.text("Mean score"), language.number(voice["score_mean"], 1), answers))
    found.append(
        (language.text("Contacts a hundred people"), language.number(voice["contacts_per_hundred"]), "")
    )
    return found
