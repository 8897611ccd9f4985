"""Cells that all exports and the truth have in common: instants, days, codes; and until when a system is heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.simulate import naming
from parcours.simulate.calendar import PARIS
from parcours.simulate.columns import NEVER, Claims, Integers

if TYPE_CHECKING:
    from parcours.simulate.part import Part
    from parcours.simulate.plan import Plan


def heard_until(plan: Plan, source: str, ends_at: int) -> int:
    """The first instant of which a system says nothing."""
    since = [
        int(silent.since.replace(tzinfo=silent.since.tzinfo or PARIS).timestamp())
        for silent in plan.planting.silent
        if silent.source == source
    ]
    return min([ends_at, *since])


def stamps(at: Integers, shown: Claims | None = None) -> Any:
    """Instants in UTC; null where they never come or are not shown."""
    mask = at >= NEVER // 2 if shown is None else ~shown
    return pa.array(np.where(mask, 0, at) * 1_000_000, mask=mask).cast(pa.timestamp("us", tz="UTC"))


def wall_text(part: Part, at: Integers, pattern: str = "%Y-%m-%d %H:%M:%S") -> Any:
    """Instants as the clocks in Paris show them."""
    return pc.strftime(pa.array(part.calendar.wall(at)).cast(pa.timestamp("s")), format=pattern)


def heard(part: Part, source: str) -> int:
    """Until when a system was heard."""
    return heard_until(part.plan, source, part.calendar.ends_at)


def days(day: Integers) -> Any:
    """Dates; null for 0."""
    return pa.array(day.astype(np.int32), mask=day == 0).cast(pa.date32())


def order_code(number: Integers) -> Any:
    """Numbers of orders; null for -1."""
    return naming.label("W", number, 6, number >= 0)


def store_code(part: Part, store: Integers) -> Any:
    """Codes of stores; null for none."""
    return (
        naming.words(tuple(item.code for item in part.plan.stores), np.maximum(store, 0), store >= 0)
        if part.plan.stores
        else nulls(store)
    )


def nulls(like: Integers) -> Any:
    """No text at all."""
    return pa.nulls(len(like), pa.string())


def person_name(number: Integers) -> Any:
    """What the truth calls a person."""
    return naming.label("H", number, 8)
