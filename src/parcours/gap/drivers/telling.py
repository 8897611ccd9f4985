"""Drivers as `gaps --drivers --format json` tells them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.gap.drivers.types import Outcome
from parcours.gap.drivers.wording import driver_title, how_words, rows_command, why_words
from parcours.gap.finding.types import drawn_map
from parcours.gap.results import person_text
from parcours.kernel.clock import format_instant

if TYPE_CHECKING:
    from parcours.gap.drivers.types import Driver, Drivers
    from parcours.gap.results import Results
    from parcours.journey import JourneyMap
    from parcours.ui import Language

Row = dict[str, Any]  # leaves as JSON


def drivers_json(results: Results, found: Drivers, language: Language) -> Row:
    """All drivers, what could not be told, and how many standard errors make an interval."""
    maps = {name: drawn_map(results, name) for name in results.maps}
    return {
        "level": found.level,
        "drivers": [_driver(item, found, maps[item.map], results.zone, language) for item in found.told],
        "untold": [
            {"map": item.map, "outcome": item.outcome, "why": why_words(item, language)}
            for item in found.untold
        ],
    }


def _driver(item: Driver, found: Drivers, drawn: JourneyMap, zone: str, language: Language) -> Row:
    first = item.cases[0].person if item.cases else None
    return {
        "map": item.map,
        "kind": item.kind,
        "name": item.name,
        "title": driver_title(item, drawn, language),
        "outcome": item.outcome,
        "unit": "points" if item.outcome is Outcome.SCORE else "ratio",
        "grounds": item.grounds,
        "sure": item.is_sure,
        "effect": item.effect,
        "low": item.low,
        "high": item.high,
        "usual": item.usual,
        "other": item.other,
        "calendar": item.calendar,
        "journeys": item.journeys,
        "hit": item.hit,
        "takes": item.takes,
        "days": item.days,
        "same_as": list(item.same_as),
        "how": how_words(item, drawn, len(found.told), found.level, language),
        "command": rows_command(item, person_text(first)),
        "rows": [
            {
                "person": person_text(case.person),
                "started_at": format_instant(case.started_at, zone),
                "value": case.value,
                "outcome": case.outcome,
            }
            for case in item.cases
        ],
    }
