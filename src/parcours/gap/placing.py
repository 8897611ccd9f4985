"""The signals that promises speak of, in the order in which they lie: by type, and within it unit by unit as they happened.

One sort for all promises of a map: from then on a role is a slice of one relation, and "the next one of this kind" compares one integer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.gap import due
from parcours.journey.tables import FILE_SHIFT
from parcours.lake import identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from parcours.journey.map import Condition, Promise, SignalRef
    from parcours.journey.scope import Scope
    from parcours.lake import Engine

LIVED = "assigned"  # the signals of the map's own units
_ROLES = ("trigger", "target", "until", "unless", "revised_by", "contradicted_by")


@dataclass(frozen=True)
class Pool:
    """The signals that promises look at, each within the unit they are judged in.

    Attributes:
        name: Relation of all of them.
        placed: Relation of those of a type that promises name, sorted by type and place. Beside the columns of `name`, without texts:
            place (orders the signals of a unit, and no two units mix), later (the last place of its instant where several files tell that
            instant, else its own), is_tied (several files tell its instant).
        told: Type to the relation of its signals with the texts that promises ask of them; other types have no such relation.
        has_ties: Some signal is tied.
        lived: Where triggers come from; None: from this one, whose units are the map's.
    """

    name: str
    placed: str
    told: Mapping[str, str]
    has_ties: bool
    lived: Pool | None = None

    @property
    def given(self) -> Pool:
        """Where triggers come from."""
        return self.lived or self

    def of(self, ref: SignalRef | Condition) -> str:
        """Relation that holds the signals of a type, among others, with all that promises ask of them; quoted."""
        return identifier(self.told.get(ref.signal or "", self.placed))


def place_signals(engine: Engine, scope: Scope, name: str, lived: Pool | None = None) -> Pool:
    """Place the signals of a pool. Texts are long and few types are asked for any: they are not sorted along.

    Args:
        engine: Where the table `name` is.
        scope: Of the map; its promises say which types are asked about.
        name: Table with unit_id, at_us, ordinal and type_id.
        lived: Where triggers come from, if not from this pool.
    """
    placed = f"pool_placed_{name}"
    codes = sorted(scope.world.types.get(kind, -1) for kind in _types(scope))
    texts = "".join(f", {column}" for column in scope.values.values())
    plain = f"exclude ({texts.removeprefix(', ')})" if texts else ""
    engine.run(f"""
        create or replace temp table pool_in_order as
        select * {plain}, rowid as pool_row
        from {identifier(name)}
        where type_id in ({", ".join(map(str, codes)) or -1})
        order by unit_id, at_us, ordinal""")
    engine.run(f"""
        create or replace temp table pool_tied as
        select unit_id, at_us, max(rowid) as later
        from pool_in_order
        where {_several_files(engine)}
        group by unit_id, at_us
        having min(ordinal >> {FILE_SHIFT}) <> max(ordinal >> {FILE_SHIFT})""")
    has_ties = bool(engine.value("select count(*) from pool_tied"))
    tied, join = "s.rowid as later, false as is_tied", ""
    if has_ties:
        tied = "coalesce(t.later, s.rowid) as later, t.later is not null as is_tied"
        join = "left join pool_tied as t on t.unit_id = s.unit_id and t.at_us = s.at_us"
    engine.run(f"""
        create or replace temp table {identifier(placed)} as
        select s.*, s.rowid as place, {tied}
        from pool_in_order as s {join}
        order by type_id, place""")
    engine.run("drop table pool_in_order; drop table pool_tied")
    return Pool(name, placed, _told(engine, scope, name, placed), has_ties, lived)


def _told(engine: Engine, scope: Scope, name: str, placed: str) -> dict[str, str]:
    """A relation for each type whose texts are asked for: its stretch of `placed`, with them."""
    told = {}
    for number, (kind, columns) in enumerate(_asked(scope).items()):
        code = scope.world.types.get(kind, -1)
        told[kind] = f"pool_told_{number}_{name}"
        engine.run(f"""
            create or replace temp table {identifier(told[kind])} as
            select p.*, {", ".join(f"t.{column}" for column in columns)}
            from {identifier(placed)} as p
            join {identifier(name)} as t on t.rowid = p.pool_row
            where p.type_id = {code} and t.type_id = {code}
            order by place""")
    return told


def _asked(scope: Scope) -> dict[str, list[str]]:
    """Types to the columns of the texts that some promise asks of them, both sorted."""
    asked: dict[str, set[str]] = {}
    for promise in scope.map.promises:
        for ref, names in _properties(scope, promise):
            columns = {scope.values[name] for name in names if name in scope.values}
            if ref is not None and columns:
                asked.setdefault(ref.signal, set()).update(columns)
    return {kind: sorted(columns) for kind, columns in sorted(asked.items())}


def _properties(scope: Scope, promise: Promise) -> Iterable[tuple[SignalRef | None, set[str]]]:
    """What a promise asks of its trigger, its target, and what revises it."""
    timetable = scope.world.timetables.get(promise.calendar or "")
    dated = {*due.properties(promise), *([timetable.by] if timetable and timetable.by else [])}
    yield promise.trigger, {*dated, *scope.map.slices, *promise.match, *promise.same, *(promise.sum or ())}
    yield (
        promise.target,
        {*promise.match.values(), *promise.same.values(), *(promise.sum or {}).values(), *promise.bound},
    )
    yield promise.revised_by, dated


def _several_files(engine: Engine) -> str:
    """One file ties with no other: then nothing has to be grouped."""
    first, last = engine.rows("select min(ordinal), max(ordinal) from pool_in_order")[0]
    return "true" if first is not None and first >> FILE_SHIFT != last >> FILE_SHIFT else "false"


def _types(scope: Scope) -> set[str]:
    """Types of signals that a promise of the map names."""
    refs = (getattr(promise, role) for promise in scope.map.promises for role in _ROLES)
    return {ref.signal for ref in refs if ref is not None and ref.signal is not None}
