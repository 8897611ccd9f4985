"""What moves scores and repurchase: a line each with its interval around nought, and how every figure was computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.gap.drivers import Outcome
from parcours.gap.drivers.wording import (
    GROUNDS,
    OUTCOMES,
    driver_title,
    effect_words,
    how_words,
    rows_command,
    span_words,
    takes_words,
    why_words,
)
from parcours.gap.finding import drawn_map

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from parcours.gap.drivers import Driver, Drivers
    from parcours.gap.results import Results
    from parcours.journey import JourneyMap
    from parcours.ui import Language

_SURE, _UNSURE = 8, 3  # lines an outcome: beyond chance, and others to see what was looked at
_FARTHEST = 1.6  # times the largest effect shown; whiskers beyond are cut, their ends are in words
_ALL_ROWS = "parcours gaps --drivers --format json"
_TITLES = {
    Outcome.SCORE: "The score, in its points",
    Outcome.REPURCHASE: "Who buys again, of a hundred people",
}


@dataclass(frozen=True)
class DriverFacts:
    """What was found, and the maps it is of by name."""

    found: Drivers
    drawn: Mapping[str, JourneyMap]


@dataclass(frozen=True)
class DriverLine:
    """One driver: places on the axis, `low`, `high`, `mean` and `zero`, are shares of its length."""

    key: str
    says: str
    grounds: str
    effect: str
    span: str
    takes: str
    low: float
    high: float
    mean: float
    zero: float
    is_sure: bool
    is_good: bool
    how: tuple[tuple[str, str], ...]
    command: str


@dataclass(frozen=True)
class DriverGroup:
    """Drivers of one outcome; `more` says how many are not shown."""

    title: str
    lines: tuple[DriverLine, ...]
    more: str


@dataclass(frozen=True)
class DriverPart:
    """All of it; `untold` are reasons, each with what cannot be told."""

    groups: tuple[DriverGroup, ...]
    untold: tuple[tuple[str, str], ...]
    command: str


def gather_drivers(results: Results, found: Drivers) -> DriverFacts:
    """What was found in a published run, with its maps."""
    return DriverFacts(found, {name: drawn_map(results, name) for name in results.maps})


def driver_part(facts: DriverFacts, language: Language) -> DriverPart | None:
    """The part of a report about drivers; None where nothing can be told."""
    if not facts.found.told:
        return None
    groups = (_group(outcome, facts, language) for outcome in Outcome)
    return DriverPart(
        tuple(group for group in groups if group.lines), tuple(_untold(facts, language)), _ALL_ROWS
    )


def _group(outcome: Outcome, facts: DriverFacts, language: Language) -> DriverGroup:
    told = [item for item in facts.found.told if item.outcome is outcome]
    shown = [item for item in told if item.is_sure][:_SURE]
    shown += [item for item in told if not item.is_sure][:_UNSURE]
    left = len(told) - len(shown)
    return DriverGroup(
        language.text(_TITLES[outcome]),
        tuple(_line(item, facts, _axis(shown), language) for item in shown),
        language.text("and {n} more", n=language.number(left)) if left else "",
    )


def _axis(shown: Sequence[Driver]) -> tuple[float, float]:
    """From where to where it reaches; nought is in it."""
    farthest = _FARTHEST * max((abs(item.effect) for item in shown), default=1.0)
    low = max(-farthest, min([0.0, *(item.low for item in shown)]))
    high = min(farthest, max([0.0, *(item.high for item in shown)]))
    return low, high if high > low else low + 1.0


def _line(item: Driver, facts: DriverFacts, axis: tuple[float, float], language: Language) -> DriverLine:
    drawn, (begins, ends) = facts.drawn[item.map], axis

    def place(value: float) -> float:
        return round(min(max((value - begins) / (ends - begins), 0.0), 1.0), 4)

    how = how_words(item, drawn, len(facts.found.told), facts.found.level, language)
    return DriverLine(
        key="-".join(part for part in (item.outcome, item.map, item.kind, item.name, item.calendar) if part),
        says=driver_title(item, drawn, language),
        grounds=language.text(
            "{grounds}, {hit} of {journeys} journeys · {map}",
            grounds=language.text(GROUNDS[item.grounds]),
            hit=language.number(item.hit),
            journeys=language.number(item.journeys),
            map=language.pick(drawn.title or {"en": drawn.map}),
        ),
        effect=effect_words(item, language),
        span=span_words(item, language),
        takes=language.text("{takes} in the mean of all", takes=takes_words(item, language)),
        low=place(item.low),
        high=place(item.high),
        mean=place(item.effect),
        zero=place(0.0),
        is_sure=item.is_sure,
        is_good=item.effect > 0,
        how=((language.text("What was compared"), how),),
        command=rows_command(item, None) or _ALL_ROWS,
    )


def _untold(facts: DriverFacts, language: Language) -> Iterator[tuple[str, str]]:
    found: dict[str, list[str]] = {}
    for item in facts.found.untold:
        drawn = facts.drawn[item.map]
        named = f"{language.pick(drawn.title or {'en': drawn.map})} ({language.text(OUTCOMES[item.outcome])})"
        found.setdefault(why_words(item, language), []).append(named)
    for why, names in found.items():
        yield why, " · ".join(names)
