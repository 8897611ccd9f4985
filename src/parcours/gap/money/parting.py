"""What a broken promise does by place, channel and part of the week: the same comparison in a part of the people, where there are enough."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from parcours.gap.money.types import Figure, PartEffect, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from parcours.gap.money.effect import Effects
    from parcours.gap.money.known import Units
    from parcours.gap.money.lives import Ratios

    Claims = NDArray[np.bool_]

FEWEST = 100  # broken promises lived through, and kept ones that count as much; below, nothing is estimated
MOST_APART = 0.25  # standard deviations between broken and kept after weighting (Rubin 2001)
_CHANCE_APART = 3.5  # standard errors: of forty things known, none lies further apart in 98 of 100 parts where nothing differs
_MOST_VALUES = 20  # of a slice, the most common first
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SIX_HOURS, _DAY_HOURS = 6, 24


def tell_parts(
    units: Units, known: Ratios, effects: Effects, outcomes: Mapping[str, Ratios], loss: Ratios
) -> tuple[PartEffect, ...]:
    """Effects by slice of the map, by six hours of the day and by day of the week.

    The two models are those of the whole promise, which know the place and the time; only the means are of the part.

    Args:
        units: The promises, as compared.
        known: (n, k) float64, what was known of each.
        effects: Over all of them.
        outcomes: Outcome that may be told to its parts (m,).
        loss: (m,) parts of contacts and sales in one amount.
    """
    return tuple(
        _tell(dict([named]), chosen[effects.rows], known[effects.rows], effects, outcomes, loss)
        for named, chosen in _named_parts(units)
        if units.broken[chosen].any()
    )


def _named_parts(units: Units) -> Iterator[tuple[tuple[str, str], Claims]]:
    """((slice, value), rows of it)."""
    for name, values in units.slices.items():
        texts = np.array(["" if value is None else value for value in values])
        names, counts = np.unique(texts, return_counts=True)
        for place in np.argsort(-counts, kind="stable")[:_MOST_VALUES]:
            if names[place]:
                yield (name, str(names[place])), texts == names[place]
    for begins in range(0, _DAY_HOURS, _SIX_HOURS):
        inside = (units.hour >= begins) & (units.hour < begins + _SIX_HOURS)
        yield ("hours", f"{begins}-{begins + _SIX_HOURS}"), inside
    for number, day in enumerate(_DAYS):
        yield ("days", day), units.weekday == number


def _tell(
    named: Mapping[str, str],
    chosen: Claims,
    known: Ratios,
    effects: Effects,
    outcomes: Mapping[str, Ratios],
    loss: Ratios,
) -> PartEffect:
    broken, kept = int(effects.broken[chosen].sum()), int((~effects.broken[chosen]).sum())
    inside = effects.within(chosen) if broken >= FEWEST else None
    why = _why_not(inside, broken, known[chosen])
    if inside is None or why is not None:
        return PartEffect(named, broken, kept, {}, None, why)
    told = {name: Figure.of(inside.of(part)) for name, part in outcomes.items()}
    return PartEffect(named, broken, kept, told, Figure.of(inside.of(loss)), None)


def _why_not(inside: Effects | None, broken: int, known: Ratios) -> Reason | None:
    """The first check that does not hold in a part."""
    if broken < FEWEST:
        return Reason("few_here", {"broken": broken, "fewest": FEWEST})
    if inside is None:
        return Reason("few_alike", {"kept": 0, "fewest": FEWEST})
    weight = inside.weight[~inside.broken]
    alike = float(weight.sum() ** 2 / (weight**2).sum())
    if alike < FEWEST:
        return Reason("few_alike", {"kept": round(alike), "fewest": FEWEST})
    by_chance = _CHANCE_APART * np.sqrt(1 / broken + 1 / alike)  # few people are never quite alike
    apart = distance_apart(known, inside.broken, weight)
    most = max(MOST_APART, float(by_chance))
    return Reason("apart", {"apart": round(apart, 2), "most": round(most, 2)}) if apart > most else None


def distance_apart(known: Ratios, broken: Claims, weight: Ratios) -> float:
    """Largest difference of means between broken and weighted kept, in standard deviations of both.

    Args:
        known: (n, k) float64.
        broken: (n,) bool.
        weight: Of the kept, in their order.
    """
    one, other = known[broken], known[~broken]
    spread = np.sqrt((one.var(axis=0) + other.var(axis=0)) / 2)
    distance = np.abs(one.mean(axis=0) - weight @ other / weight.sum())
    return float(np.divide(distance, spread, out=np.zeros(len(spread)), where=spread > 0).max(initial=0.0))
