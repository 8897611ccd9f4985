"""Drivers in words: what each is called, what it moves, and how that was computed."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from parcours.gap.drivers.types import Grounds, Kind, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.gap.drivers.types import Driver, Untold
    from parcours.journey import JourneyMap
    from parcours.ui import Language

WHY: dict[str, str] = {
    "few": "Not estimable: {journeys} journeys carry it; {fewest} are needed.",
    "alike": "Not estimable: it is the same on all {journeys} journeys.",
}
OUTCOMES: dict[Outcome, str] = {
    Outcome.SCORE: "Score",
    Outcome.REPURCHASE: "Bought again",
}
GROUNDS: dict[Grounds, str] = {
    Grounds.ESTIMATE: "estimate",
    Grounds.ASSOCIATION: "association",
}


def driver_title(driver: Driver, drawn: JourneyMap, language: Language) -> str:
    """What a driver is called."""
    if driver.kind is Kind.SWITCHES:
        return language.text("one more change of channel")
    if driver.kind is Kind.REPEATS:
        return language.text("one more contact about the same")
    name = _name(driver.name, drawn, language)
    if driver.calendar is not None:
        return language.text("more opening hours before “{name}”", name=name)
    sentences = {
        Kind.PROMISE: "“{name}” not kept",
        Kind.WAIT: "longer wait for the stage “{name}”",
        Kind.STEP: "“{name}” reached",
    }
    return language.text(sentences[driver.kind], name=name)


def _name(name: str, drawn: JourneyMap, language: Language) -> str:
    """A promise, step or stage, as the map says it."""
    said: dict[str, Mapping[str, str] | None] = {
        **{stage.stage: stage.title for stage in drawn.stages},
        **{step.step: step.title for step in drawn.steps},
        **{promise.promise: promise.says for promise in drawn.promises},
    }
    return language.pick(said.get(name) or {"en": name})


def effect_words(driver: Driver, language: Language) -> str:
    """What it moves: points of the score, or people of a hundred who buy again."""
    return _signed(driver, driver.effect, language)


def span_words(driver: Driver, language: Language) -> str:
    """Its interval."""
    low, high = (_signed(driver, bound, language) for bound in (driver.low, driver.high))
    return language.text("{low} to {high}", low=low, high=high)


def takes_words(driver: Driver, language: Language) -> str:
    """What it moves the mean of all journeys by."""
    return _signed(driver, driver.takes, language)


def _signed(driver: Driver, value: float, language: Language) -> str:
    is_score = driver.outcome is Outcome.SCORE
    shown = language.number(abs(value if is_score else 100 * value), 2 if is_score else 1)
    return f"{'−' if value < 0 else '+'}{shown}"  # noqa: RUF001 - a minus sign


def how_words(driver: Driver, drawn: JourneyMap, count: int, level: float, language: Language) -> str:
    """How a figure was computed.

    Args:
        driver: Whose.
        drawn: Its map.
        count: Drivers whose intervals hold together.
        level: Standard errors of their intervals.
        language: Of the sentences.
    """
    parts = [_compared(driver, language), _held(driver, language)]
    if driver.outcome is Outcome.SCORE:
        parts.append(
            language.text("Only what had happened before the score counts; who gives none is not in it.")
        )
    if driver.same_as:
        names = ", ".join(f"“{_name(name, drawn, language)}”" for name in driver.same_as)
        parts.append(language.text("It cannot be told apart from {names}.", names=names))
    parts.append(
        language.text(
            "All {count} intervals hold together in 95 of 100 cases: {level} standard errors to each side.",
            count=language.number(count),
            level=language.number(level, 1),
        )
    )
    return " ".join(parts)


def _compared(driver: Driver, language: Language) -> str:
    facts: dict[str, Any] = {  # words and numbers
        "hit": language.number(driver.hit),
        "journeys": language.number(driver.journeys),
        "days": language.number(driver.days or 0),
        "usual": language.number(driver.usual, 1),
        "other": language.number(driver.other, 1),
    }
    if driver.kind is Kind.WAIT:
        said = (
            "The score after {other} hours beside that after {usual}: what one of ten waits exceeds, and the median, of {journeys} "
            "journeys with a score."
            if driver.outcome is Outcome.SCORE
            else "Of a hundred people, how many more buy within {days} days after {other} hours than after {usual}: what one of ten "
            "waits exceeds, and the median, of {journeys} journeys."
        )
    elif driver.outcome is Outcome.SCORE:
        said = "The score of {hit} journeys with it beside the others of {journeys} that have one."
    else:
        said = "Of a hundred people, how many more buy within {days} days: {hit} with it beside the others of {journeys}."
    return language.text(said, **facts)


def _held(driver: Driver, language: Language) -> str:
    if driver.grounds is Grounds.ESTIMATE:
        return language.text(
            "Estimate: people let down beside people alike to whom it was kept; the checks of this comparison hold (see what it costs)."
        )
    if driver.kind is Kind.PROMISE:
        return language.text(
            "Association: held alike are the other promises of the journey and what was known of each person before it. It is no proof of a cause."
        )
    return language.text(
        "Association: held alike are all promises and all else that happened on the journey, and what was known of each person before it. It "
        "is no proof of a cause."
    )


def rows_command(driver: Driver, person: str | None) -> str:
    """The command that lists the rows behind a figure; of what is no promise, one of its people."""
    if driver.kind is Kind.PROMISE:
        return f"parcours verdicts --promise {shlex.quote(driver.name)} --verdict broken"
    return "" if person is None else f"parcours person {person}"


def why_words(untold: Untold, language: Language) -> str:
    """Why an outcome of a map is not told."""
    facts = {key: language.number(value) for key, value in untold.facts.items()}
    return language.text(WHY[untold.why], **facts)
