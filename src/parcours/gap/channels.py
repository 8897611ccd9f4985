"""The brand held against reality: what each channel is there for, and the measures of its role, counted from what was lived.

Question: does each channel play the role that brand.yaml gives it, and are the goals of the maps on a measure reached?
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parcours.gap.finding import drawn_map
from parcours.journey import JOURNEY, JOURNEY_STEP
from parcours.journey.brand import Brand
from parcours.journey.measures import (
    CONTACTS,
    MEASURES,
    ORDERS,
    REPEAT_WITHIN,
    SALES,
    Counts,
    Measured,
)
from parcours.kernel.clock import duration_us

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.gap.results import Results
    from parcours.journey.map import Goal


@dataclass(frozen=True)
class ChannelLived:
    """One channel: declared, lived, or both.

    Attributes:
        role: What it is there for, by language; None: brand.yaml does not name it.
        signals: It sent, weighted.
        measures: Every measure as lived.
        keep: Those that brand.yaml binds, with their bounds.
    """

    channel: str
    role: Mapping[str, str] | None
    signals: float
    measures: tuple[Measured, ...]
    keep: tuple[Measured, ...]


@dataclass(frozen=True)
class GoalLived:
    """A goal of a map on a measure; `channel` None: of the whole map."""

    map: str
    title: Mapping[str, str]
    channel: str | None
    measured: Measured
    by: str | None


@dataclass(frozen=True)
class BrandLived:
    """What brand.yaml says once for all maps, and what became of it.

    Attributes:
        channels: Declared ones in the order of the file, then those that are lived and not declared, most signals first.
        goals: In the order of maps.
    """

    brand: str | None
    posture: Mapping[str, str] | None
    values: tuple[Mapping[str, str], ...]
    channels: tuple[ChannelLived, ...]
    goals: tuple[GoalLived, ...]


def hold_against_brand(results: Results) -> BrandLived:
    """Read the brand of a published run and count its measures."""
    brand = Brand.model_validate(results.manifest.facts["brand"])
    names = {code: text for text, code in results.vault.terms("channel").items()}
    by_map = _of_maps(results, names)
    own, signals, whole = _of_everything(results, names, by_map)
    lived = sorted(set(signals) - set(brand.channels) - {""}, key=lambda name: (-signals[name], name))
    return BrandLived(
        brand=brand.brand,
        posture=brand.posture,
        values=brand.values,
        channels=tuple(
            _channel(brand, name, own.get(name, Counts()), signals.get(name, 0), whole)
            for name in (*brand.channels, *lived)
        ),
        goals=tuple(
            _goal(results, name, goal, by_map.get(name, {}))
            for name in results.maps
            for goal in drawn_map(results, name).goals
            if goal.measure is not None
        ),
    )


def as_json(found: BrandLived) -> dict[str, Any]:  # a JSON document
    """What was found, as JSON: measures by name, with the numbers behind them."""
    return {
        "brand": found.brand,
        "posture": found.posture,
        "values": list(found.values),
        "channels": [
            {
                "channel": item.channel,
                "role": item.role,
                "signals": item.signals,
                "measures": {one.measure: _numbers(one) for one in item.measures},
                "keep": [_bound(one) for one in item.keep],
            }
            for item in found.channels
        ],
        "goals": [
            {"map": item.map, "channel": item.channel, **_bound(item.measured), "by": item.by}
            for item in found.goals
        ],
    }


def _numbers(found: Measured) -> dict[str, float | None]:
    return {"value": found.value, "numerator": found.numerator, "denominator": found.denominator}


def _bound(found: Measured) -> dict[str, Any]:
    return {
        "measure": found.measure,
        "at_most": found.at_most,
        "at_least": found.at_least,
        **_numbers(found),
        "holds": found.holds,
    }


def _codes(results: Results) -> dict[str, object]:
    """Types that count, as parameters of the models."""
    types = results.vault.terms("type")
    kinds = {"contacts": CONTACTS, "orders": ORDERS, "sales": SALES}
    chosen = {name: [types[kind] for kind in of if kind in types] or [-1] for name, of in kinds.items()}
    return {**chosen, "within": duration_us(REPEAT_WITHIN)}


def _of_maps(results: Results, names: Mapping[int, str]) -> dict[str, dict[str | None, Counts]]:
    """Counts of each map by channel; None: of the whole map."""
    for spec in (JOURNEY, JOURNEY_STEP):
        results.view(spec)
    maps = {code: text for text, code in results.vault.terms("map").items()}
    found: dict[str, dict[str | None, Counts]] = {}
    for row in results.engine.model("parcours.journey", "channel_journey", _codes(results)).to_pylist():
        channel = None if row["channel_id"] is None else names[row["channel_id"]]
        found.setdefault(maps[row["map_id"]], {})[channel] = Counts.of(row)
    return found


def _of_everything(
    results: Results, names: Mapping[int, str], by_map: Mapping[str, Mapping[str | None, Counts]]
) -> tuple[dict[str, Counts], dict[str, float], Counts]:
    """Counts and signals of each channel, and of all together: journeys of all maps, and every contact and sale, in a journey or not."""
    results.see()
    own: dict[str, Counts] = {}
    signals: dict[str, float] = {}
    whole = sum((counts[None] for counts in by_map.values() if None in counts), Counts())
    whole = Counts(journeys=whole.journeys, switches=whole.switches)
    for row in results.engine.model("parcours.journey", "channel_signal", _codes(results)).to_pylist():
        name = "" if row["channel_id"] is None else names[row["channel_id"]]
        walked = sum((counts[name] for counts in by_map.values() if name in counts), Counts())
        told = Counts.of(row)
        own[name] = told + Counts(journeys=walked.journeys, switches=walked.switches)
        signals[name] = float(row["signals"])
        whole += told
    return own, signals, whole


def _channel(brand: Brand, name: str, own: Counts, signals: float, whole: Counts) -> ChannelLived:
    declared = brand.channels.get(name)
    return ChannelLived(
        channel=name,
        role=None if declared is None else declared.role,
        signals=signals,
        measures=tuple(Measured(measure, *found.counted(own, whole)) for measure, found in MEASURES.items()),
        keep=()
        if declared is None
        else tuple(
            Measured(measure, *MEASURES[measure].counted(own, whole), bound.at_most, bound.at_least)
            for measure, bound in declared.keep.items()
        ),
    )


def _goal(results: Results, name: str, goal: Goal, counts: Mapping[str | None, Counts]) -> GoalLived:
    measure = goal.measure or ""
    whole = counts.get(None, Counts())
    own = whole if goal.channel is None else counts.get(goal.channel, Counts())
    return GoalLived(
        map=name,
        title=results.maps[name]["title"] or {"en": name},
        channel=goal.channel,
        measured=Measured(measure, *MEASURES[measure].counted(own, whole), goal.at_most, goal.at_least),
        by=None if goal.by is None else str(goal.by),
    )
