"""Prices every promise of a published run."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from threadpoolctl import threadpool_limits

from parcours.gap.money.asking import asked_of, ground_of, prices_of
from parcours.gap.money.comparing import Comparison, compare
from parcours.gap.money.lives import DAY_US
from parcours.gap.money.pricing import Broken, Priced, Together, price
from parcours.gap.money.reading import Read, mask_for, read_units, register_roles
from parcours.gap.money.types import Reason
from parcours.gap.value import NotEstimable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from parcours.gap.money.asking import Ground
    from parcours.gap.money.types import Asked, PartEffect, Prices
    from parcours.gap.results import Results
    from parcours.lake import Engine

_MOST_JOURNEYS = 500_000  # whose turns are counted, about
_WEEK_DAYS = 7
Facts = dict[str, Any]  # JSON


def price_run(results: Results, tell: Callable[[int, int], None]) -> Facts:
    """What the broken promises of a published run cost.

    Args:
        results: The run.
        tell: Told how many promises are done, of how many.

    Returns:
        `rows`: one a promise, with the keys of `_row`, in the order of maps and promises; `about`: what concerns all promises together.
    """
    asked, prices = list(asked_of(results)), prices_of(results)
    if not asked:
        return {"rows": [], "about": {}}
    ground = ground_of(results)
    register_roles(ground.engine, ground.types, prices)
    with threadpool_limits(limits=1):  # the same sums on every machine, whatever its cores
        rows, about = _price(ground, asked, prices, tell)
    return {"rows": sorted(rows, key=lambda row: (row["map_id"], row["promise_id"])), "about": about}


def _price(
    ground: Ground, asked: Sequence[Asked], prices: Prices, tell: Callable[[int, int], None]
) -> tuple[list[Facts], Facts]:
    engine = ground.engine
    codes = pa.array([item.promise_id for item in asked], pa.int32())
    engine.register("priced_promise", pa.table({"promise_id": codes}))
    comparable = [item for item in asked if _why_never(item) is None]
    units = read_units(engine, comparable, ground.zone)
    told = engine.model(__package__, "broken_by_person")
    read = Read(engine, prices, ground.channels, ground.people, told) if units.num_rows else None
    compared: dict[int, Comparison | Reason] = {}
    for number, item in enumerate(asked):
        tell(number, len(asked))
        mine = units.filter(pc.equal(units["promise_id"], item.promise_id))
        compared[item.promise_id] = _compare(item, mine, read, ground, prices)
    broken = Broken(
        *(told[name].to_numpy().astype(np.int64) for name in ("promise_id", "person_id", "trigger_at"))
    )
    currency = (read.currency if read else None) or prices.currency or _of_map(asked)
    priced, together = price(asked, compared, broken, currency, prices)
    turns = _turns(ground, prices) if any(item.broken for item in asked) else {}
    weeks = _weeks(engine)
    rows = [_row(item, turns, weeks, currency, prices) for item in priced]
    return rows, _facts(read, together, currency, prices)


def _why_never(asked: Asked) -> Reason | None:
    """Why a promise is not for comparing, whatever the data."""
    if asked.is_opinion:
        return Reason("opinion", {})
    if asked.is_sample:
        return Reason("sample", {})
    return None


def _of_map(asked: Sequence[Asked]) -> str | None:
    """The currency of the first promise that has a cost."""
    return next((item.direct.currency for item in asked if item.direct is not None), None)


def _compare(
    item: Asked, rows: pa.Table, read: Read | None, ground: Ground, prices: Prices
) -> Comparison | Reason:
    why = _why_never(item)
    if why is not None:
        return why
    if read is None or not rows.num_rows:
        return Reason("nobody", {})
    if not (read.has_purchases or read.has_contacts):
        return Reason("no_outcome", {})
    until = min(ground.span[1], read.until)
    return compare(read.units(rows, item.slices), read.lives, (ground.span[0], until), prices)


def _turns(ground: Ground, prices: Prices) -> dict[int, Facts]:
    """Changes of channel and repeated contacts by promise: in journeys where it was broken, beside those where it was kept."""
    mask = mask_for(ground.journeys, _MOST_JOURNEYS)
    found: dict[int, dict[bool, Facts]] = {}
    for row in ground.engine.model(__package__, "journey_turn", {"mask": mask}).to_pylist():
        found.setdefault(row["promise_id"], {})[row["is_broken"]] = row
    told = {}
    for code, sides in found.items():
        broken, kept = sides.get(True), sides.get(False)
        if broken is None:
            continue
        facts: Facts = {"journeys": broken["journeys"] * (mask + 1)}
        for name, cost in (("switches", prices.switch_minor), ("repeats", prices.repeat_minor)):
            mean = broken[name] / broken["journeys"]
            otherwise = kept[name] / kept["journeys"] if kept else None
            more = None if otherwise is None else (mean - otherwise) * facts["journeys"]
            facts[name] = {
                "mean": round(mean, 6),
                "otherwise": None if otherwise is None else round(otherwise, 6),
                "more": None if more is None else round(more, 3),
                "minor": None if more is None or cost is None else round(more * cost),
            }
        told[code] = facts
    return told


def _weeks(engine: Engine) -> dict[int, float]:
    """From the first promise of each kind to the last; weeks."""
    found = engine.rows(
        "select promise_id, min(trigger_at), max(trigger_at) from verdict group by promise_id"
    )
    return {code: (last - first) / DAY_US / _WEEK_DAYS for code, first, last in found}


def _row(
    item: Priced, turns: Mapping[int, Facts], weeks: Mapping[int, float], currency: str | None, prices: Prices
) -> Facts:
    """One promise as it is kept; `types.Money` and `pricing.Priced` say what most keys mean.

    Besides: `weeks` from the first such promise to the last, `broken` cases of the population, `let_downs` of which it is the dearest promise;
    `why` the code of the reason, None where it is estimable; `checks` the effects per broken promise with their intervals, and every check.
    """
    comparison, code = item.comparison, item.asked.promise_id
    checks = {
        "effects": {
            name: _short(asdict(figure))
            for name, figure in (comparison.effects if comparison else {}).items()
        },
        "compared": None
        if comparison is None or comparison.checks is None
        else _short(asdict(comparison.checks)),
        "facts": dict(item.why.facts) if item.why else {},
        "by_slice": [_part(part) for part in comparison.parts] if comparison else [],
        "complexity": turns.get(code),
    }
    days = comparison.days if comparison else prices.horizon_us / DAY_US
    return {
        "promise_id": code,
        "map_id": item.asked.map_id,
        "currency": currency,
        "horizon_days": days,
        "retention_days": prices.retention_us / DAY_US,
        "weeks": round(weeks.get(code, 0.0), 6),
        "broken": round(item.asked.weight_broken, 6),
        "known_broken": item.known_broken,
        "direct_minor": item.direct_minor,
        "contacts": None if item.contacts is None else round(item.contacts, 3),
        "contacts_minor": item.contacts_minor,
        "sales_minor": item.sales_minor,
        "retention_minor": item.retention_minor,
        "total_minor": item.total_minor,
        "low_minor": item.low_minor,
        "high_minor": item.high_minor,
        "let_downs": item.counted,
        "in_total_minor": item.in_total_minor,
        "is_estimable": item.why is None and comparison is not None,
        "why": item.why.code if item.why else None,
        "checks": checks,
    }


def _part(part: PartEffect) -> Facts:
    return {
        "slice": dict(part.slice),
        "broken": part.broken,
        "kept": part.kept,
        "effects": {name: _short(asdict(figure)) for name, figure in part.effects.items()},
        "loss": None if part.loss is None else _short(asdict(part.loss)),
        "why": part.why.code if part.why else None,
        "facts": dict(part.why.facts) if part.why else {},
    }


def _facts(read: Read | None, together: Together, currency: str | None, prices: Prices) -> Facts:
    fits = (("buying", read.lives.buying), ("spending", read.lives.spending)) if read else ()
    value = {
        name: {"why": fit.why} if isinstance(fit, NotEstimable) else _short(asdict(fit)) for name, fit in fits
    }
    return {
        "together": asdict(together),
        "currency": currency,
        "other_currencies": read.other_currencies if read else 0,
        "margin": prices.margin,
        "contact_costs": dict(prices.contact_costs) if prices.currency == currency else {},
        "known_purchases": read.known_purchases if read else None,
        "value": value,
    }


def _short(facts: Facts) -> Facts:
    """With as many digits as mean anything; so a last bit that differs between machines is not written."""
    return {
        key: _short(value)
        if isinstance(value, dict)
        else float(f"{value:.6g}")
        if isinstance(value, float)
        else value
        for key, value in facts.items()
    }
