"""Cells that all exports and the truth have in common: instants, days, codes; and what a system told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.simulate import naming
from parcours.simulate.calendar import PARIS
from parcours.simulate.columns import NEVER, Claims, Integers

if TYPE_CHECKING:
    from datetime import datetime

    from parcours.simulate.part import Part
    from parcours.simulate.plan import Plan


def is_silenced(
    plan: Plan, source: str, from_at: Integers, to_at: Integers, store: Integers | None = None
) -> Claims:
    """Some silence of a system, at that store where it is one store's, meets a time; both ends included.

    Args:
        plan: What is planted.
        source: The system.
        from_at: When the time begins.
        to_at: When it ends.
        store: Place of the store; -1 for none.
    """
    claims = np.zeros(len(from_at), dtype=bool)
    names = [item.name for item in plan.stores]
    for silent in plan.planting.silent:
        if silent.source != source:
            continue
        since, until = _instant(silent.since), NEVER if silent.until is None else _instant(silent.until)
        meets = (to_at >= since) & (from_at < until)
        if silent.store is not None:
            meets &= np.zeros(len(meets), dtype=bool) if store is None else store == names.index(silent.store)
        claims |= meets
    return claims


def _instant(at: datetime) -> int:
    return int(at.replace(tzinfo=at.tzinfo or PARIS).timestamp())


def stamps(at: Integers, shown: Claims | None = None) -> Any:
    """Instants in UTC; null where they never come or are not shown."""
    mask = at >= NEVER // 2 if shown is None else ~shown
    return pa.array(np.where(mask, 0, at) * 1_000_000, mask=mask).cast(pa.timestamp("us", tz="UTC"))


def wall_text(part: Part, at: Integers, pattern: str = "%Y-%m-%d %H:%M:%S") -> Any:
    """Instants as the clocks in Paris show them."""
    return pc.strftime(pa.array(part.calendar.wall(at)).cast(pa.timestamp("s")), format=pattern)


def heard(part: Part, source: str, at: Integers, store: Integers | None = None) -> Claims:
    """Of what happened at these instants (and stores, where the system is theirs) a system told."""
    told: Claims = (at < part.calendar.ends_at) & ~is_silenced(part.plan, source, at, at, store)
    return told


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
