"""From effects to money: what each promise costs in all, and what all of them cost together, each let-down once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from parcours.gap.money.effect import LEVEL
from parcours.gap.money.lives import DAY_US
from parcours.gap.money.types import Asked, Reason

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from parcours.gap.money.comparing import Comparison
    from parcours.gap.money.lives import Integers, Ratios
    from parcours.gap.money.types import Prices

    Claims = NDArray[np.bool_]

ONE_LET_DOWN_US = 7 * DAY_US  # promises broken to one person less apart than this are one let-down


@dataclass(frozen=True)
class Broken:
    """Promises broken to known people, one row each, ordered by person and time.

    Attributes:
        promise_id: (n,) int64.
        person: (n,) int64, ids.
        moment: (n,) int64, when the promise was made, microseconds UTC.
    """

    promise_id: Integers
    person: Integers
    moment: Integers


@dataclass(frozen=True)
class Priced:
    """What a promise costs, over all the data; as `types.Money`, with what it was made from.

    Attributes:
        known_broken: Broken promises of known people: effects are counted for these alone.
        counted: Let-downs of which it is the dearest promise, so that its effect counts in the total of all.
        in_total_minor: What it adds to the total of all promises.
    """

    asked: Asked
    comparison: Comparison | None
    why: Reason | None
    known_broken: int
    direct_minor: int | None
    contacts: float | None
    contacts_minor: int | None
    sales_minor: int | None
    retention_minor: int | None
    total_minor: int | None
    low_minor: int | None
    high_minor: int | None
    counted: int
    in_total_minor: int | None


@dataclass(frozen=True)
class Together:
    """What all promises cost, each let-down once.

    Attributes:
        minor, low_minor, high_minor: With its 90 % interval; None: nothing could be priced.
        let_downs: Groups of promises broken to one person at about the same time, of those that could be priced.
        shared: Of these, with more than one such promise.
    """

    minor: int | None
    low_minor: int | None
    high_minor: int | None
    let_downs: int
    shared: int


def price(
    asked: Sequence[Asked],
    compared: Mapping[int, Comparison | Reason],
    broken: Broken,
    currency: str | None,
    prices: Prices,
) -> tuple[list[Priced], Together]:
    """Money of every promise, and of all together.

    Args:
        asked: The promises.
        compared: Code of each to what it does, or to why nothing was compared.
        broken: All that was broken to known people.
        currency: Of purchases, else of costs.
        prices: Unit costs.
    """
    loss = {
        code: found.loss.mean
        for code, found in compared.items()
        if not isinstance(found, Reason) and found.loss is not None
    }
    counted, let_downs, shared = count_once(broken, loss)
    priced = [
        _priced(item, compared[item.promise_id], broken, counted.get(item.promise_id, 0), currency, prices)
        for item in asked
    ]
    return priced, _together(priced, compared, let_downs, shared)


def count_once(broken: Broken, loss: Mapping[int, float]) -> tuple[dict[int, int], int, int]:
    """Let-downs of each promise, where of all promises broken to a person at about the same time only the dearest counts.

    Args:
        broken: All that was broken to known people.
        loss: Promise to what one broken one costs; those not in it do not count.

    Returns:
        (promise to let-downs, let-downs in all, of these with several promises).

    Example:
        >>> of = np.array
        >>> told = Broken(of([1, 2, 1]), of([7, 7, 7]), of([0, DAY_US, 30 * DAY_US]))
        >>> count_once(told, {1: 5.0, 2: 9.0})
        ({1: 1, 2: 1}, 2, 1)
    """
    mine = np.isin(broken.promise_id, list(loss))
    promise, person, moment = broken.promise_id[mine], broken.person[mine], broken.moment[mine]
    if not len(promise):
        return {}, 0, 0
    starts = np.flatnonzero(np.r_[True, (person[1:] != person[:-1]) | (np.diff(moment) > ONE_LET_DOWN_US)])
    codes = np.array(
        sorted(loss, key=lambda code: (-loss[code], code))
    )  # the dearest first, of equals the first
    known = np.argsort(codes)
    place = known[np.searchsorted(codes, promise, sorter=known)]
    dearest, least = np.minimum.reduceat(place, starts), np.maximum.reduceat(place, starts)
    told = np.flatnonzero(counts := np.bincount(dearest))
    counted = dict(zip(codes[told].tolist(), counts[told].tolist(), strict=True))
    return dict(sorted(counted.items())), len(starts), int(np.count_nonzero(dearest != least))


def _priced(
    asked: Asked,
    found: Comparison | Reason,
    broken: Broken,
    counted: int,
    currency: str | None,
    prices: Prices,
) -> Priced:
    known = int(np.count_nonzero(broken.promise_id == asked.promise_id))
    comparison = None if isinstance(found, Reason) else found
    told = comparison.effects if comparison else {}

    def together(name: str) -> int | None:
        return round(told[name].mean * known) if name in told else None

    direct = None
    if asked.direct is not None and asked.direct.currency == (currency or asked.direct.currency):
        direct = round(asked.direct.minor * asked.weight_broken)
    has_costs = bool(prices.contact_costs) and prices.currency == currency
    loss = comparison.loss if comparison else None
    lost = None if loss is None else loss.mean * known
    total = None if direct is None and lost is None else (direct or 0) + (lost or 0.0)
    margin = 0.0 if loss is None else loss.margin * known
    return Priced(
        asked=asked,
        comparison=comparison,
        why=found if isinstance(found, Reason) else found.why,
        known_broken=known,
        direct_minor=direct,
        contacts=told["contacts"].mean * known if "contacts" in told else None,
        contacts_minor=together("contacts_minor") if has_costs else None,
        sales_minor=together("sales_minor") if currency else None,
        retention_minor=together("retention_minor") if currency else None,
        total_minor=None if total is None else round(total),
        low_minor=None if total is None else round(total - margin),
        high_minor=None if total is None else round(total + margin),
        counted=counted,
        in_total_minor=None
        if total is None
        else round((direct or 0) + (loss.mean * counted if loss is not None else 0.0)),
    )


def _together(
    priced: Sequence[Priced], compared: Mapping[int, Comparison | Reason], let_downs: int, shared: int
) -> Together:
    parts = [item.in_total_minor for item in priced if item.in_total_minor is not None]
    if not parts:
        return Together(None, None, None, let_downs, shared)
    counted = {item.asked.promise_id: item.counted for item in priced}
    spread = _spread(compared, counted)
    return Together(sum(parts), round(sum(parts) - spread), round(sum(parts) + spread), let_downs, shared)


def _spread(compared: Mapping[int, Comparison | Reason], counted: Mapping[int, int]) -> float:
    """Half the width of the interval of the sum: errors of two promises go together as far as they rest on the same people."""
    found = [
        (of.loss, of.person, counted[code])
        for code, of in compared.items()
        if not isinstance(of, Reason) and of.loss is not None and counted.get(code)
    ]
    variance = sum((loss.margin * times) ** 2 for loss, _, times in found)
    by_person = [_by_person(loss.influence, person) for loss, person, _ in found]
    quantile = float(ndtri(0.5 + LEVEL / 2))
    for one, (_, _, times) in enumerate(found):
        for other in range(one):
            variance += (
                2 * times * found[other][2] * quantile**2 * _covariance(by_person[one], by_person[other])
            )
    return float(np.sqrt(max(variance, 0.0)))


def _by_person(influence: Ratios, person: Integers) -> tuple[Integers, Ratios]:
    """(ids ascending, what each adds to the mean)."""
    ids, number = np.unique(person, return_inverse=True)
    return ids, np.bincount(number, influence) / len(influence)


def _covariance(one: tuple[Integers, Ratios], other: tuple[Integers, Ratios]) -> float:
    _, mine, theirs = np.intersect1d(one[0], other[0], assume_unique=True, return_indices=True)
    return float(one[1][mine] @ other[1][theirs])
