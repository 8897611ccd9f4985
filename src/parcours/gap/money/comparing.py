"""One promise: those it was broken to beside those it was kept to, with everything that says whether this may be believed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parcours.gap.money.effect import Compared, estimate_effects
from parcours.gap.money.known import WEEK_US, Units, tell_known
from parcours.gap.money.lives import DAY_US
from parcours.gap.money.parting import FEWEST, MOST_APART, distance_apart, tell_parts
from parcours.gap.money.types import Figure, Reason

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from parcours.gap.money.effect import Effect, Effects
    from parcours.gap.money.known import Lives
    from parcours.gap.money.lives import Integers, Ratios
    from parcours.gap.money.types import PartEffect, Prices

    Claims = NDArray[np.bool_]

MOST_TRIMMED = 0.1  # of the broken, without anybody like them
PLACEBO_ERRORS = 2.8  # standard errors: one placebo in two hundred lies further out by chance
PLACEBO_SHARE = 0.25  # of the effect itself; a smaller difference beforehand changes little
_HALVINGS = 3  # of the time looked ahead, while too few have lived through it
_COMMON_LOW, _COMMON_HIGH = 0.05, 0.95
OUTCOMES = ("contacts", "contacts_minor", "purchases", "sales_minor", "retention_minor", "repurchase")
_OF_CONTACTS = ("contacts", "contacts_minor")
PLACEBOS = ("contacts", "purchases", "sales_minor")


@dataclass(frozen=True)
class Checks:
    """What says whether a comparison may be believed.

    Attributes:
        broken, kept: Promises compared.
        left_out: Promises too young: their people have not lived through the time looked ahead.
        people: Whom the compared were made to.
        effective_kept: Kept promises that would tell as much if all counted alike.
        trimmed: Broken promises that nobody is comparable with; left out.
        overlap: Share of the compared whose chance of a broken promise lies between 5 and 95 %.
        apart_before, apart_after: Largest standardised difference of what was known, without and with weights.
        placebo: The same effects in the time before the promise was made, where there can be none; empty where the data begin too late.
        placebo_fails: Those that show something.
        robustness: By outcome: share of what is left unexplained of both, the promise and the outcome, that something hidden must
            explain to bring the effect to nothing.
        clusters, cluster_count: What errors are clustered by beside people, `store` or `person`; the effective number of these.
    """

    broken: int
    kept: int
    left_out: int
    people: int
    effective_kept: float
    trimmed: int
    overlap: float
    apart_before: float
    apart_after: float
    placebo: dict[str, Figure]
    placebo_fails: tuple[str, ...]
    robustness: dict[str, float]
    clusters: str
    cluster_count: float


@dataclass(frozen=True)
class Comparison:
    """What a broken promise does, per broken promise.

    Attributes:
        days: How far ahead people were looked at.
        effects: By name in `OUTCOMES`: contacts caused; purchases, sales, retention, and share of people who buy again, lost (above 0: a
            loss); only what may be told.
        checks: None where there was nothing to check.
        why: Why sales must not be told, or contacts where there are no purchases; None: they may.
        loss: Contacts and sales in one amount, of what may be told; None: nothing may.
        person: (n,) int64, ids of the people compared.
        parts: The same by place, channel and part of the week.
    """

    days: float
    effects: dict[str, Figure]
    checks: Checks | None
    why: Reason | None
    loss: Effect | None
    person: Integers
    parts: tuple[PartEffect, ...] = ()


def compare(units: Units, lives: Lives, span: tuple[int, int], prices: Prices) -> Comparison:
    """What a promise does where it is broken.

    Args:
        units: Promises of one kind, made to known people.
        lives: What these did.
        span: Begin and end of what was observed, microseconds UTC.
        prices: How far to look, and what of sales counts.
    """
    ahead_us = _ahead(units, span[1], prices.horizon_us)
    lived = units.moment + ahead_us <= span[1]
    broken = int(units.broken[lived].sum())
    days = ahead_us / DAY_US
    if broken < FEWEST:
        return _nothing(days, Reason("few", {"broken": broken, "days": round(days), "fewest": FEWEST}))
    mine = _taken(units, lived)
    known = tell_known(mine, lives, mine.moment, ahead_us / WEEK_US)
    compared = _compared(mine, lives, known)
    effects = estimate_effects(compared, _outcomes(mine, lives, ahead_us, prices))
    if effects is None:
        return _nothing(days, Reason("overlap", {"trimmed": broken, "broken": broken}))
    single = {name: effects.of(_parts({name: 1.0})) for name in OUTCOMES}
    placebo = _placebo(units, lives, span[0], ahead_us, min(prices.contacts_us, ahead_us))
    checks = _check(mine, compared, effects, single, placebo, int(len(units) - lived.sum()))
    told = {name: Figure.of(effect) for name, effect in single.items()}
    why = _why_not(checks, told)
    named = _may_be_told(lives, checks, why)
    share = prices.margin or 1.0
    amounts = {"contacts_minor": 1.0, "sales_minor": share, "retention_minor": share}
    summed = _parts({name: part for name, part in amounts.items() if name in named})
    outcomes = {name: _parts({name: 1.0}) for name in named}
    return Comparison(
        days,
        {name: told[name] for name in named},
        checks,
        why,
        effects.of(summed) if named else None,
        compared.person[effects.rows],
        tell_parts(mine, compared.known, effects, outcomes, summed) if named else (),
    )


def _ahead(units: Units, until: int, horizon_us: int) -> int:
    """How far to look: as far as asked, or half of it, or a quarter, while too few have lived through it."""
    ahead_us = horizon_us
    for halving in range(_HALVINGS):
        ahead_us = horizon_us >> halving
        if np.count_nonzero(units.broken & (units.moment + ahead_us <= until)) >= FEWEST:
            break
    return ahead_us


def _taken(units: Units, rows: Claims) -> Units:
    slices: dict[str, Sequence[str | None]] = {
        name: [value for value, taken in zip(values, rows.tolist(), strict=True) if taken]
        for name, values in units.slices.items()
    }
    return Units(
        units.person[rows],
        units.moment[rows],
        units.broken[rows],
        units.hour[rows],
        units.weekday[rows],
        slices,
    )


def _compared(units: Units, lives: Lives, known: Ratios) -> Compared:
    stores = units.slices.get("store")
    store = None
    if stores is not None and any(value is not None for value in stores):
        names = np.array(["" if value is None else value for value in stores])
        store = np.unique(names, return_inverse=True)[1].astype(np.int64)
    first = np.full(len(lives.ids), np.iinfo(np.int64).max)
    np.minimum.at(first, units.person, units.moment)
    lot = np.unique(first[units.person], return_inverse=True)[1].astype(np.int64)
    return Compared(units.broken, known, lives.ids[units.person], store, lot)


def _outcomes(units: Units, lives: Lives, ahead_us: int, prices: Prices) -> Ratios:
    """(n, 6) as in `OUTCOMES`; what is lost is above 0."""
    person, since, until = units.person, units.moment, units.moment + ahead_us
    soon = since + min(prices.contacts_us, ahead_us)
    _, later = lives.expected(person, until, max(prices.retention_us - ahead_us, 0) / WEEK_US)
    return np.column_stack(
        [
            lives.contacts.count(person, since, soon),
            lives.contacts.total(person, since, soon),
            -lives.purchases.count(person, since, until),
            -lives.purchases.total(person, since, until),
            -later,
            -(lives.purchases.count(person, since, until) > 0).astype(np.float64),
        ]
    )


def _parts(named: dict[str, float]) -> Ratios:
    return np.array([named.get(name, 0.0) for name in OUTCOMES])


def _placebo(units: Units, lives: Lives, begins: int, ahead_us: int, contacts_us: int) -> dict[str, Effect]:
    """Effects in as much time before the promise, known what was known before that time."""
    lived = units.moment - ahead_us >= begins
    if min(np.count_nonzero(units.broken[lived]), np.count_nonzero(~units.broken[lived])) < FEWEST:
        return {}
    mine = _taken(units, lived)
    earlier, last = mine.moment - ahead_us, mine.moment - 1
    known = tell_known(mine, lives, earlier, ahead_us / WEEK_US)
    outcomes = np.column_stack(
        [
            lives.contacts.count(mine.person, mine.moment - contacts_us, last),
            -lives.purchases.count(mine.person, earlier, last),
            -lives.purchases.total(mine.person, earlier, last),
        ]
    )
    effects = estimate_effects(_compared(mine, lives, known), outcomes)
    if effects is None:
        return {}
    return {name: effects.of(part) for name, part in zip(PLACEBOS, np.eye(len(PLACEBOS)), strict=True)}


def _check(
    units: Units,
    compared: Compared,
    effects: Effects,
    single: dict[str, Effect],
    placebo: dict[str, Effect],
    young: int,
) -> Checks:
    broken, known = units.broken[effects.rows], compared.known[effects.rows]
    weight = effects.weight[~broken]
    common = (effects.chance >= _COMMON_LOW) & (effects.chance <= _COMMON_HIGH)
    freedom = max(len(broken) - known.shape[1] - 2, 1)
    return Checks(
        broken=int(broken.sum()),
        kept=int((~broken).sum()),
        left_out=young,
        people=len(np.unique(effects.person)),
        effective_kept=float(weight.sum() ** 2 / (weight**2).sum()),
        trimmed=int(units.broken.sum() - broken.sum()),
        overlap=float(common.mean()),
        apart_before=distance_apart(known, broken, np.ones(len(weight))),
        apart_after=distance_apart(known, broken, weight),
        placebo={name: Figure.of(effect) for name, effect in placebo.items()},
        placebo_fails=tuple(
            name
            for name, effect in placebo.items()
            if abs(effect.mean) > PLACEBO_ERRORS * effect.error
            and abs(effect.mean) > PLACEBO_SHARE * abs(single[name].mean)
        ),
        robustness={
            name: robustness_value(effect.mean / effect.error, freedom)
            for name, effect in single.items()
            if effect.error > 0
        },
        clusters="person" if effects.store is None else "store",
        cluster_count=effects.cluster_count,
    )


def robustness_value(distance: float, freedom: int) -> float:
    """Robustness value of an effect that lies so many standard errors from nothing.

    Source:
        Cinelli and Hazlett (2020), JRSS B 82:39-67: the share that brings it to nothing.

    Example:
        >>> f"{robustness_value(4.18, 783):.3f}"  # their study of Darfur
        '0.139'
    """
    strength = distance**2 / freedom
    return float((np.sqrt(strength**2 + 4 * strength) - strength) / 2)


def _why_not(checks: Checks, effects: dict[str, Figure]) -> Reason | None:
    """The first check that does not hold."""
    broken = checks.broken + checks.trimmed
    if checks.trimmed > MOST_TRIMMED * broken:
        return Reason("overlap", {"trimmed": checks.trimmed, "broken": broken})
    if checks.effective_kept < FEWEST:
        return Reason("few_alike", {"kept": round(checks.effective_kept), "fewest": FEWEST})
    if checks.apart_after > MOST_APART:
        return Reason("apart", {"apart": round(checks.apart_after, 2), "most": MOST_APART})
    for name in checks.placebo_fails:
        if name not in _OF_CONTACTS:
            facts = {"before": round(checks.placebo[name].mean, 2), "after": round(effects[name].mean, 2)}
            return Reason(f"placebo_{name.removesuffix('_minor')}", facts)
    return None


def _may_be_told(lives: Lives, checks: Checks, why: Reason | None) -> list[str]:
    """Names of the outcomes that checks leave standing."""
    if why is not None and not why.code.startswith("placebo_"):
        return []
    names: list[str] = []
    if len(lives.contacts.person) and "contacts" not in checks.placebo_fails:
        names += _OF_CONTACTS
    if len(lives.purchases.person) and why is None:
        names += [name for name in OUTCOMES if name not in _OF_CONTACTS]
    return names


def _nothing(days: float, why: Reason) -> Comparison:
    return Comparison(days, {}, None, why, None, np.zeros(0, np.int64))
