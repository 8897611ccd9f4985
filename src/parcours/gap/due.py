"""When a promise falls due: the one place where a deadline is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.kernel.clock import duration_us

if TYPE_CHECKING:
    from parcours.journey.map import Promise
    from parcours.journey.scope import Scope

_UNKNOWN = "null::bigint"


def dated(scope: Scope, promise: Promise, signals: str) -> str:
    """Signals that give a promise, or revise it, with when it then falls due.

    Args:
        scope: Of the map.
        promise: With `within`, `before` or `between`; else nothing falls due at a known time. With a calendar, `awaiting` has told when.
        signals: Relation with signal_id, at_us, and the `instants` of the promise.

    Returns:
        Query adding `from_at` (start of the slot; null: no slot) and `deadline_at`, microseconds UTC, both null where nobody can say.
    """
    if promise.calendar is not None:
        return f"""
            select s.*, {_UNKNOWN} as from_at, d.deadline_at
            from {signals} as s
            left join deadline as d on d.signal_id = s.signal_id"""
    start, end = _UNKNOWN, _UNKNOWN
    if promise.within is not None:
        end = f"at_us + {duration_us(promise.within)}"
    elif promise.before is not None:
        end = _instant(scope, promise.before)
    elif promise.between is not None:
        return _in_slot(scope, promise.between, signals)
    return f"select *, {start} as from_at, {end} as deadline_at from {signals}"


def properties(promise: Promise) -> tuple[str, ...]:
    """Properties of a signal that say when the promise falls due."""
    return (promise.before,) if promise.before is not None else promise.between or ()


def instants(scope: Scope, promise: Promise) -> dict[str, tuple[str, bool]]:
    """Columns of the instants that a promise asks of its trigger and of what revises it: the text each is read from, and whether a date is its start.

    Each is read once, with the signals, however many promises ask for it.
    """
    asked = [
        (name, promise.between is not None and not number) for number, name in enumerate(properties(promise))
    ]
    return {
        _column(scope.values[name], starts=starts): (scope.values[name], starts)
        for name, starts in asked
        if name in scope.values
    }


def _column(text: str, *, starts: bool) -> str:
    return f"{'from' if starts else 'until'}_{text}"


def _instant(scope: Scope, name: str, *, starts: bool = False) -> str:
    column = scope.values.get(name)
    return _UNKNOWN if column is None else _column(column, starts=starts)


def _in_slot(scope: Scope, slot: tuple[str, str], signals: str) -> str:
    """A slot that lacks an end, or ends before it begins, is none."""
    start, end = _instant(scope, slot[0], starts=True), _instant(scope, slot[1])
    return f"""
        select * exclude (_from, _until),
               case when _from <= _until then _from end as from_at,
               case when _from <= _until then _until end as deadline_at
        from (select *, {start} as _from, {end} as _until from {signals})"""
