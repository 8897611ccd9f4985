"""What happened on each journey, as columns: promises broken, waits, changes of channel, repeated contacts, steps reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parcours.gap.drivers.reading import NEVER
from parcours.gap.drivers.types import Kind
from parcours.gap.drivers.waiting import HOUR_US, open_hours

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from parcours.gap.drivers.reading import Journeys
    from parcours.gap.money.lives import Integers, Ratios
    from parcours.journey import JourneyMap
    from parcours.journey.opening import Timetable

    Claims = NDArray[np.bool_]

FEWEST_HIT = 20  # journeys with it, and without; fewer are anecdotes
_LONG = 0.9  # of the waits: one in ten is longer


@dataclass(frozen=True)
class Feature:
    """One column.

    Attributes:
        value: (n,) float64: 0 or 1, how many, or hours.
        usual, other: What is compared; 0 and 1, or the median and the 90th percentile of hours.
    """

    kind: Kind
    name: str
    calendar: str | None
    value: Ratios
    usual: float
    other: float

    @property
    def scaled(self) -> Ratios:
        """(n,) float64, 0 at `usual`, 1 at `other`; of hours the logarithm, so that days do not drown them."""
        if self.kind is not Kind.WAIT:
            return self.value
        usual, other = np.log1p(self.usual), np.log1p(self.other)
        scaled: Ratios = (np.log1p(self.value) - usual) / (other - usual)
        return scaled

    @property
    def hit(self) -> Claims:
        """(n,) bool: more than usual."""
        return np.asarray(self.value > self.usual)


@dataclass(frozen=True)
class Waits:
    """Waits counted on a calendar: promise to the calendar's name and to (n,) opening hours, NaN where it did not come."""

    hours: Mapping[str, tuple[str, Ratios]]


def calendar_waits(
    journeys: Journeys,
    drawn: JourneyMap,
    timetables: Mapping[str, Timetable],
    places_of: Callable[[str | None, Sequence[int]], Mapping[int, str | None]],
) -> Waits:
    """Opening hours from each promise with a calendar to what it promised.

    Args:
        journeys: Of the map.
        drawn: The map.
        timetables: By name.
        places_of: What signals carry of a property or object.
    """
    found = {}
    for promise in drawn.promises:
        made = journeys.made.get(promise.promise)
        timetable = timetables.get(promise.calendar or "")
        if made is None or timetable is None:
            continue
        came = np.flatnonzero((made.kept_at < NEVER) & (made.trigger_at <= made.kept_at))
        if not len(came):
            continue
        where = places_of(timetable.by, made.trigger_id[came].tolist())
        places = [where.get(signal) for signal in made.trigger_id[came].tolist()]
        hours = np.full(len(journeys), np.nan)
        hours[came] = open_hours(timetable, places, made.trigger_at[came], made.kept_at[came])
        found[promise.promise] = (str(promise.calendar), hours)
    return Waits(found)


def tell_features(
    journeys: Journeys,
    drawn: JourneyMap,
    waits: Waits,
    scores: Collection[str],
    *,
    chosen: Integers,
    cut: Integers,
    is_before_score: bool,
) -> list[Feature]:
    """What had happened on journeys by an instant; what hardly ever differs is left out.

    Args:
        journeys: Of the map.
        drawn: The map.
        waits: On calendars.
        scores: Types of signals that give a score: they tell an outcome and are no step here.
        chosen: (n,) int64, places of journeys.
        cut: (n,) int64, instants up to which they are looked at.
        is_before_score: The instant is that of the score, which itself is not looked at.
    """
    until = cut - 1 if is_before_score else cut
    told = [
        *_promises(journeys, chosen, until),
        *_stage_waits(journeys, drawn, scores, chosen, until),
        *_calendar_waits(journeys, waits, chosen, until),
        *_turns(journeys, chosen, is_before_score=is_before_score),
        *_steps(journeys, drawn, scores, chosen, until),
    ]
    return [feature for feature in told if _differs(feature)]


def _promises(journeys: Journeys, chosen: Integers, until: Integers) -> Iterator[Feature]:
    for name, made in journeys.made.items():
        yield _claim(Kind.PROMISE, name, made.broken_at[chosen] <= until)


def _stage_waits(
    journeys: Journeys, drawn: JourneyMap, scores: Collection[str], chosen: Integers, until: Integers
) -> Iterator[Feature]:
    """Hours from the first sign of a stage to the first of the next."""
    previous: Integers | None = None
    for stage in drawn.stages:
        steps = [step.step for step in stage.steps if step.signal not in scores]
        reached = [journeys.step_at[name][chosen] for name in steps if name in journeys.step_at]
        if not reached:
            continue
        first_at = np.minimum.reduce(reached)
        if previous is not None:
            came = (first_at <= until) & (previous <= first_at)
            hours = np.where(came, (first_at - np.where(came, previous, 0)) / HOUR_US, np.nan)
            yield from _wait(stage.stage, None, hours)
        previous = first_at


def _calendar_waits(journeys: Journeys, waits: Waits, chosen: Integers, until: Integers) -> Iterator[Feature]:
    for name, (calendar, hours) in waits.hours.items():
        came = journeys.made[name].kept_at[chosen] <= until
        yield from _wait(name, calendar, np.where(came, hours[chosen], np.nan))


def _wait(name: str, calendar: str | None, hours: Ratios) -> Iterator[Feature]:
    """A wait; where it is not over, it counts as usual: that something never came is told by its step."""
    known = hours[~np.isnan(hours)]
    if len(known) < 2 * FEWEST_HIT:
        return
    usual, other = (float(bound) for bound in np.quantile(known, [0.5, _LONG]))
    if other > usual >= 0:
        yield Feature(
            Kind.WAIT, name, calendar, np.where(np.isnan(hours), usual, np.maximum(hours, 0.0)), usual, other
        )


def _turns(journeys: Journeys, chosen: Integers, *, is_before_score: bool) -> Iterator[Feature]:
    columns = (
        (Kind.SWITCHES, journeys.switches_before, journeys.switches),
        (Kind.REPEATS, journeys.repeats_before, journeys.repeats),
    )
    for kind, before, whole in columns:
        value = (before if is_before_score else whole)[chosen]
        usual = float(np.median(value)) if len(value) else 0.0
        yield Feature(kind, kind.value, None, value, usual, usual + 1)


def _steps(
    journeys: Journeys, drawn: JourneyMap, scores: Collection[str], chosen: Integers, until: Integers
) -> Iterator[Feature]:
    for step in drawn.steps:
        if step.signal not in scores and step.step in journeys.step_at:
            yield _claim(Kind.STEP, step.step, journeys.step_at[step.step][chosen] <= until)


def _claim(kind: Kind, name: str, holds: Claims) -> Feature:
    return Feature(kind, name, None, holds.astype(np.float64), 0.0, 1.0)


def _differs(feature: Feature) -> bool:
    hit = int(feature.hit.sum())
    return min(hit, len(feature.value) - hit) >= FEWEST_HIT
