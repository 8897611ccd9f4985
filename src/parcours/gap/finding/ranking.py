"""What to treat first: what can be won back, how sure that is, whom it reaches, how easily; and how stable the order is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from parcours.gap.finding.explaining import within
from parcours.gap.finding.types import MONTH_DAYS, Stake
from parcours.gap.finding.worth import minor_each

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from parcours.gap.finding.cases import PromiseCases
    from parcours.gap.finding.types import Where, Worth

_RESAMPLES = 400
_SEED = 20260912
_FIRST = 3  # ranks that count as first
_MOST_OF_IT = 0.5
Key = tuple[str, str]  # map, promise


@dataclass(frozen=True)
class Wanted:
    """What is known of a promise when it is ranked."""

    cases: PromiseCases | None
    explains: tuple[Where, ...]
    goal: float | None
    worth: Worth


def rank(promises: Mapping[Key, Wanted]) -> dict[Key, Stake]:
    """The stake of each promise, and its place.

    What can be won back is what is broken beyond what can be reached: where a place stands out and still does, the share of the rest; of all
    else, the goal. It is told for a month, in money where amounts are known. Days are drawn again with replacement, the same days for
    all promises, to see how much it moves (Efron 1979, Annals of Statistics 7:1-26; the day is the block).
    """
    keys = list(promises)
    days = [own.cases.day for own in promises.values() if own.cases is not None]
    if not days:
        return {
            key: _stake(number, None, None, 0.0, promises[key], "everywhere")
            for number, key in enumerate(keys, 1)
        }
    first, last = int(min(day.min() for day in days)), int(max(day.max() for day in days))
    chance = np.random.default_rng(_SEED)
    weights = chance.multinomial(
        last - first + 1, np.full(last - first + 1, 1 / (last - first + 1)), _RESAMPLES
    )
    weights = np.concatenate([np.ones((1, weights.shape[1]), weights.dtype), weights])  # first as it was
    excess, broken = (np.zeros((len(keys), _RESAMPLES + 1)) for _ in range(2))
    own_share = np.zeros(len(keys))
    for number, key in enumerate(keys):
        excess[number], own_share[number] = _excess(promises[key], weights, first)
        broken[number] = _broken(promises[key], weights, first)
    each = np.array([[minor_each(promises[key].worth)] for key in keys])
    money = excess * each
    # What can be won back first; then what is at stake; then what is broken, so that an unknown amount hides no promise.
    order = [
        np.lexsort((np.arange(len(keys)), *(-row[:, draw] for row in (broken, broken * each, excess, money))))
        for draw in range(_RESAMPLES + 1)
    ]
    places = np.empty((_RESAMPLES + 1, len(keys)), np.int64)
    for draw, ranked in enumerate(order):
        places[draw, ranked] = np.arange(1, len(keys) + 1)
    stable = (places[1:] <= _FIRST).mean(axis=0)
    months = (last - first + 1) / MONTH_DAYS
    return {
        key: _stake(
            int(places[0, number]),
            float(stable[number]) if broken[number, 0] else None,
            money[number] if minor_each(promises[key].worth) else None,
            float(excess[number, 0]),
            promises[key],
            _ease(promises[key], own_share[number]),
            months,
        )
        for number, key in enumerate(keys)
    }  # fmt: skip


def _stake(
    place: int,
    stable: float | None,
    money: NDArray[np.float64] | None,
    cases: float,
    own: Wanted,
    ease: str,
    months: float = 1.0,
) -> Stake:
    low, high = (
        (None, None) if money is None else (float(bound) for bound in np.quantile(money[1:], [0.025, 0.975]))
    )
    people = 0.0
    if own.cases is not None:
        broken = own.cases.is_broken
        people = (
            len(np.unique(np.where(own.cases.person == 0, own.cases.trigger, own.cases.person)[broken]))
            / months
        )
    return Stake(
        rank=place,
        stable=stable,
        cases=cases,
        minor=None if money is None else float(money[0]),
        low=low,
        high=high,
        currency=None if money is None else own.worth.currency,
        people=people,
        ease=ease,
    )


def _broken(own: Wanted, weights: NDArray[np.int64], first: int) -> NDArray[np.int64]:
    """(resamples + 1,) broken promises."""
    if own.cases is None:
        return np.zeros(len(weights), np.int64)
    broken, _ = _by_day(own.cases, ~own.cases.is_unseen, first, weights.shape[1])
    return np.asarray(weights @ broken)


def _excess(own: Wanted, weights: NDArray[np.int64], first: int) -> tuple[NDArray[np.float64], float]:
    """(resamples + 1,) broken promises a month beyond what can be reached, and the share of it in what stands out."""
    cases = own.cases
    if cases is None:
        return np.zeros(len(weights)), 0.0
    judged = ~cases.is_unseen
    left = judged.copy()
    total = np.zeros(len(weights))
    size = weights.shape[1]
    for where in own.explains:
        inside = within(cases, where) & left
        left &= ~inside
        if where.until is not None or where.follows is not None:
            continue  # it is over, or told with another
        broken, held = _by_day(cases, inside, first, size)
        rest_broken, rest = _by_day(cases, judged & ~inside, first, size)
        reached = _ratio(weights @ rest_broken, weights @ rest)
        lasted = (first + size - (where.since - _DAY_ZERO).days) if where.since else size
        total += np.maximum(0.0, weights @ broken - weights @ held * reached) * (MONTH_DAYS / max(1, lasted))
    explained = float(total[0])
    if own.goal is not None:
        broken, held = _by_day(cases, left, first, size)
        total += np.maximum(0.0, weights @ broken - weights @ held * (1 - own.goal)) * (MONTH_DAYS / size)
    return total, explained / float(total[0]) if total[0] else 0.0


_DAY_ZERO = date(1970, 1, 1)


def _by_day(
    cases: PromiseCases, chosen: NDArray[np.bool_], first: int, size: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(days,) broken, and judged."""
    day = cases.day - first
    return (
        np.bincount(day[chosen & cases.is_broken], minlength=size),
        np.bincount(day[chosen], minlength=size),
    )


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)


def _ease(own: Wanted, share: float) -> str:
    """How much of what can be won back lies in few places."""
    going_on = [where for where in own.explains if where.until is None and where.conditions]
    if not going_on or share < _MOST_OF_IT:
        return "everywhere"
    return "one place" if len(going_on) == 1 else "some places"


def ranked(stakes: Mapping[Key, Stake]) -> Sequence[Key]:
    """Keys in the order of their rank."""
    return sorted(stakes, key=lambda key: stakes[key].rank)
