"""What the stores' sensors count, hour by hour: people at the door, waits at desk and tills, staff on duty. Nobody is known by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from parcours.simulate import naming
from parcours.simulate.cells import stamps
from parcours.simulate.planted import Where
from parcours.simulate.promises import READY_IN_2H

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.simulate.calendar import Calendar
    from parcours.simulate.columns import Claims, Integers, Ratios
    from parcours.simulate.plan import Plan

SENSORS = "sensors.parquet"
ZONES = ("entrance", "desk", "tills")
_VISITS = 0.03  # visits per person and day, to all stores together
_SERVED_PER_HOUR = 22.0  # visitors one member of staff serves
_STORES_AT_ONCE = 50


def count_hours(rng: np.random.Generator, plan: Plan, calendar: Calendar) -> Iterator[Any]:
    """One row a store, open hour and zone: visitors counted, mean wait, staff; some stores at a time, each time in the order of time."""
    store, at = calendar.open_hours()
    shares = np.array([item.share for item in plan.stores])
    hours = np.bincount(store, minlength=len(shares))
    hourly = _VISITS * plan.people * plan.days * shares / shares.sum() / np.maximum(hours, 1)
    for first in range(0, len(shares), _STORES_AT_ONCE):
        some = (store >= first) & (store < first + _STORES_AT_ONCE)
        yield _count(rng, plan, calendar, (store[some], at[some]), hourly)


def _count(
    rng: np.random.Generator, plan: Plan, calendar: Calendar, hours: tuple[Integers, Integers], hourly: Ratios
) -> Any:
    """Rows of some open hours; `hourly` is the mean number of visits an hour, one a store."""
    store, at = hours
    busy = calendar.busy(at, store + 1)
    expected = np.maximum(hourly[store] * busy, 0.3)
    visitors = rng.poisson(expected)
    staff = np.maximum(np.rint(hourly[store] * np.sqrt(busy) / _SERVED_PER_HOUR * 1.6), 1)
    short = _understaffed(plan, calendar, store, at)
    columns: list[dict[str, Integers]] = []
    for place, zone in enumerate(ZONES):
        on_duty = np.where(short & (zone == "desk"), 1, staff)
        load = np.where(short & (zone == "desk"), 2.8, expected / (on_duty * _SERVED_PER_HOUR))
        wait = np.rint(60 * (0.6 + load**2) * rng.lognormal(0, 0.35, len(at))).astype(np.int64)
        columns.append(
            {
                "store": store,
                "zone": np.full(len(at), place),
                "at": at,
                "visitors": visitors if zone == "entrance" else rng.binomial(visitors, 0.4),
                "wait_s": np.where(zone == "entrance", -1, wait),
                "staff": on_duty.astype(np.int64),
            }
        )
    joined = {name: np.concatenate([part[name] for part in columns]) for name in columns[0]}
    order = np.lexsort((joined["zone"], joined["store"], joined["at"]))
    rows = {name: column[order] for name, column in joined.items()}
    return pa.table(
        {
            "store": naming.words(tuple(item.code for item in plan.stores), rows["store"]),
            "zone": naming.words(ZONES, rows["zone"]),
            "hour": stamps(rows["at"]),
            "visitors": pa.array(rows["visitors"]),
            "wait_s": pa.array(rows["wait_s"], mask=rows["wait_s"] < 0),
            "staff": pa.array(rows["staff"]),
        }
    )


def _understaffed(plan: Plan, calendar: Calendar, store: Integers, at: Integers) -> Claims:
    """Hours in which a planted gap leaves the desk short of people."""
    where = Where(calendar, plan.stores, store=store, channel=np.full(len(at), -1), at=at)
    claims = np.zeros(len(at), dtype=bool)
    for gap in plan.planting.gaps:
        if gap.promise == READY_IN_2H and gap.store is not None and gap.channel is None:
            claims |= where.within(gap)
    return claims
