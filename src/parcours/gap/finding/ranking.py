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
    from parcours.gap.finding.types import Each, Where, Worth

_RESAMPLES = 400
_SEED = 20260912
_FIRST = 3  # ranks that count as first
_MOST_OF_IT = 0.5
Key = tuple[str, str]  # map, promise


@dataclass(frozen=True)
class Wanted:
    """What is known of a promise when it is ranked; `each` is what one broken promise costs."""

    cases: PromiseCases | None
    explains: tuple[Where, ...]
    goal: float | None
    worth: Worth
    each: Each


def rank(promises: Mapping[Key, Wanted]) -> dict[Key, Stake]:
    """The stake of each promise, and its place.

    What can be won back is what is broken beyond what can be reached: where a place stands out and still does, the share of the rest; of all
    else, the goal. It is told for a month, times what one costs. To see how much that moves, days are drawn again with replacement, the
    same days for all promises (Efron 1979, Annals of Statistics 7:1-26; the day is the block), and with each draw what one costs, as
    far as its estimate is unsure.
    """
    keys = list(promises)
    days = [own.cases.day for own in promises.values() if own.cases is not None]
    if not days:
        nothing = np.zeros(_RESAMPLES + 1)
        return {
            key: _stake(number, None, nothing, nothing, promises[key], "everywhere", 1.0)
            for number, key in enumerate(keys, 1)
        }
    first, last = int(min(day.min() for day in days)), int(max(day.max() for day in days))
    weights = _drawn_days(last - first + 1)
    excess, broken = (np.zeros((len(keys), _RESAMPLES + 1)) for _ in range(2))
    own_share = np.zeros(len(keys))
    for number, key in enumerate(keys):
        excess[number], own_share[number] = _excess(promises[key], weights, first)
        broken[number] = _broken(promises[key], weights, first)
    costs = np.stack([_drawn_costs(key, promises[key].each) for key in keys])
    money = excess * costs + 0.0  # which is never minus nought
    carried = np.array([[minor_each(promises[key].worth)] for key in keys])
    lost = broken * np.maximum(costs, 0.0)
    places = _places(np.maximum(money, 0.0), excess, lost, broken * carried, broken)
    stable = (places[1:] <= _FIRST).mean(axis=0)
    months = (last - first + 1) / MONTH_DAYS
    return {
        key: _stake(
            int(places[0, number]),
            float(stable[number]) if broken[number, 0] else None,
            money[number],
            excess[number],
            promises[key],
            _ease(promises[key], own_share[number]),
            months,
        )
        for number, key in enumerate(keys)
    }  # fmt: skip


def _drawn_days(size: int) -> NDArray[np.int64]:
    """(resamples + 1, days) how often each day counts; first as it was."""
    chance = np.random.default_rng(_SEED)
    drawn = chance.multinomial(size, np.full(size, 1 / size), _RESAMPLES)
    return np.concatenate([np.ones((1, size), drawn.dtype), drawn])


def _drawn_costs(key: Key, each: Each) -> NDArray[np.float64]:
    """(resamples + 1,) what one broken promise costs; first as estimated. Its draws hang on its name alone, not on its neighbours."""
    chance = np.random.default_rng([_SEED, *"/".join(key).encode()])
    costs: NDArray[np.float64] = each.mean + each.error * np.r_[0.0, chance.standard_normal(_RESAMPLES)]
    return costs


def _places(*parts: NDArray[np.float64]) -> NDArray[np.int64]:
    """(resamples + 1, promises) from 1: by the first part (promises, resamples + 1), of equals by the next.

    What can be won back comes first, then the cases; then what is lost by all that is broken; then what is at stake and what is broken, so
    that an unknown amount hides no promise.
    """
    count, draws = parts[0].shape
    places = np.empty((draws, count), np.int64)
    for draw in range(draws):
        order = np.lexsort((np.arange(count), *(-part[:, draw] for part in reversed(parts))))
        places[draw, order] = np.arange(1, count + 1)
    return places


def _stake(
    place: int,
    stable: float | None,
    money: NDArray[np.float64],
    excess: NDArray[np.float64],
    own: Wanted,
    ease: str,
    months: float,
) -> Stake:
    low, high = (float(bound) for bound in np.quantile(money[1:], [0.025, 0.975]))
    people = 0.0
    if own.cases is not None:
        broken = own.cases.is_broken
        whom = np.where(own.cases.person == 0, own.cases.trigger, own.cases.person)
        people = len(np.unique(whom[broken])) / months
    carries = minor_each(own.worth)
    is_told = own.each.is_told
    return Stake(
        rank=place,
        stable=stable,
        cases=float(excess[0]),
        minor=float(money[0]) if is_told else None,
        low=low if is_told else None,
        high=high if is_told else None,
        currency=own.each.currency if is_told else None,
        basis=own.each.basis,
        carried=carries * float(excess[0]) if carries else None,
        carried_currency=own.worth.currency if carries else None,
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
