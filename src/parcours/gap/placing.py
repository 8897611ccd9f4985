"""The signals that promises speak of, in the order in which they lie: a relation for each type, unit by unit as they happened.

One sort for all promises of a map: from then on a role is one relation, and "the next one of this kind" compares one integer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from parcours.gap import due
from parcours.journey.scope import instant_of
from parcours.journey.tables import FILE_SHIFT
from parcours.lake import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from parcours.journey.map import Condition, Promise, SignalRef
    from parcours.journey.scope import Scope
    from parcours.lake import Engine

LIVED = "assigned"  # the signals of the map's own units
_ROLES = ("trigger", "target", "until", "unless", "revised_by", "contradicted_by")
_ALWAYS = ("unit_id", "journey_id", "at_us", "ordinal", "signal_id", "type_id", "weight")

NOWHERE = "null::bigint"  # in place of a column: nobody asks for it
Answers = dict[str, str]
"""Part of a role (`at`, `ordinal`, `id`, `last`) to the column that holds it, or `NOWHERE`."""


@dataclass(frozen=True)
class Ahead:
    """Triggers of one type with what comes first after each of them, for the roles that several promises ask about.

    Attributes:
        relation: The triggers, quoted.
        answers: What `Role.question` asks, to the columns that answer it.
    """

    relation: str
    answers: Mapping[tuple[str, ...], Answers]


@dataclass(frozen=True)
class Pool:
    """The signals that promises look at, each within the unit they are judged in.

    Attributes:
        name: Relation of all of them.
        typed: Type that promises name, to the relation of its signals in the order of their places. Beside columns of `name`, with those
            texts that promises ask of the type: place (orders the signals of a unit, and no two units mix), sooner and later (the first
            and the last place of its instant where several files tell that instant, else its own), is_tied (several files tell its instant).
        has_ties: Some signal is tied.
        lived: Where triggers come from; None: from this one, whose units are the map's.
        ahead: Type to its triggers with what comes after them; empty where nobody has looked.
    """

    name: str
    typed: Mapping[str, str]
    has_ties: bool
    lived: Pool | None = None
    ahead: Mapping[str, Ahead] = field(default_factory=dict)

    @property
    def given(self) -> Pool:
        """Where triggers come from."""
        return self.lived or self

    @property
    def firsts(self) -> str:
        """Name of the table (unit_id, from_at) of the first signal of each unit; made by whoever judges what needs it."""
        return f"pool_firsts_{self.name}"

    def of(self, ref: SignalRef | Condition) -> str:
        """Relation that holds the signals of a type with all that promises ask of them; quoted."""
        return identifier(self.typed[ref.signal or ""])

    def made_by(self, trigger: SignalRef) -> str:
        """Relation that holds the triggers of a type, among other signals, with what is known to come after them; quoted."""
        if self.lived is None and trigger.signal in self.ahead:
            return self.ahead[trigger.signal].relation
        return self.given.of(trigger)


def place_signals(
    engine: Engine, scope: Scope, name: str, lived: Pool | None = None, zone: str = "UTC"
) -> Pool:
    """Place the signals of a pool. Texts are long and few types are asked for any: they are not sorted along.

    Args:
        engine: Where the table `name` is.
        scope: Of the map; its promises say which types are asked about.
        name: Table with unit_id, at_us, ordinal and type_id.
        lived: Where triggers come from, if not from this pool.
        zone: In which the weeks of triggers are counted.
    """
    kinds = sorted(_types(scope))
    codes = sorted({scope.world.types.get(kind, -1) for kind in kinds})
    known = engine.columns(f"select * from {identifier(name)}")
    columns = [column for column in (*_ALWAYS, *_answers(scope)) if column in known]
    engine.run(f"""
        create or replace temp table pool_in_order as
        select {", ".join(columns)}, rowid as pool_row
        from {identifier(name)}
        where type_id in ({", ".join(map(str, codes)) or -1})
        order by unit_id, at_us, ordinal""")
    has_ties = _find_ties(engine)
    asked, dated, typed = _asked(scope), _dated(scope), {}
    begin = {promise.trigger.signal for promise in scope.map.promises if promise.trigger}
    for number, kind in enumerate(kinds):
        typed[kind] = f"pool_{number}_{name}"
        other = {column for (of, _), column in scope.conditions.items() if of != kind}
        own = [f"s.{column}" for column in columns if column not in other]
        if lived is None and kind in begin:
            own.append(f"{week_of('s.at_us', zone)} as week")
        code = scope.world.types.get(kind, -1)
        told = [*(f"m.{column}" for column in asked.get(kind, ())), *dated.get(kind, ())]
        _place_type(engine, typed[kind], code, name, (own, told), has_ties=has_ties)
    engine.run("drop table pool_in_order; drop table if exists pool_tied")
    return Pool(name, typed, has_ties, lived)


def _find_ties(engine: Engine) -> bool:
    """Make `pool_tied`, the instants of a unit that several files tell, with the places there; one file ties with no other."""
    first, last = engine.rows("select min(ordinal), max(ordinal) from pool_in_order")[0]
    if first is None or first >> FILE_SHIFT == last >> FILE_SHIFT:
        return False
    engine.run(f"""
        create or replace temp table pool_tied as
        select unit_id, at_us, min(rowid) as sooner, max(rowid) as later
        from pool_in_order
        group by unit_id, at_us
        having min(ordinal >> {FILE_SHIFT}) <> max(ordinal >> {FILE_SHIFT})""")
    return bool(engine.value("select count(*) from pool_tied"))


def _place_type(
    engine: Engine,
    relation: str,
    code: int,
    name: str,
    columns: tuple[list[str], list[str]],
    *,
    has_ties: bool,
) -> None:
    """The relation of one type: its signals in order, with columns of their own, and what their texts say, of the row `m`."""
    own, told = columns
    tied, joined = "s.rowid as sooner, s.rowid as later, false as is_tied", ""
    if has_ties:
        tied = "coalesce(t.sooner, s.rowid) as sooner, coalesce(t.later, s.rowid) as later, t.later is not null as is_tied"
        joined = "left join pool_tied as t on t.unit_id = s.unit_id and t.at_us = s.at_us"
    if told:
        joined += f"""
        join {identifier(name)} as m on m.rowid = s.pool_row and m.type_id = {code}"""
    if "z.zone" in "".join(told):
        joined += " left join source_zone as z on z.source_id = m.source_id"
    ordered = "order by place" if joined else ""
    engine.run(f"""
        create or replace temp table {identifier(relation)} as
        select {", ".join(own)}, s.rowid as place, {", ".join([tied, *told])}
        from pool_in_order as s {joined}
        where s.type_id = {code}
        {ordered}""")


def week_of(instant: str, zone: str) -> str:
    """SQL of the ISO week of an instant as it is counted in a time zone, as 202637."""
    moment = (
        f"make_timestamp({instant})"
        if zone == "UTC"
        else f"timezone({literal(zone)}, make_timestamptz({instant}))"
    )
    return f"cast(yearweek({moment}) as integer)"


def _answers(scope: Scope) -> list[str]:
    """Columns of signals that triggers carry or promises ask about, besides texts."""
    codes = [f"{name}_id" for name in scope.map.slices if name in {"channel", "touchpoint", "source"}]
    return list(
        dict.fromkeys(
            [
                *codes,
                *scope.conditions.values(),
                *scope.places.values(),
                *scope.parts.values(),
            ]
        )
    )


def _asked(scope: Scope) -> dict[str, list[str]]:
    """Types to the columns of the texts that some promise asks of them, both sorted."""
    asked: dict[str, set[str]] = {}
    for promise in scope.map.promises:
        for ref, names in _properties(scope, promise):
            columns = {scope.values[name] for name in names if name in scope.values}
            if ref is not None and columns:
                asked.setdefault(ref.signal, set()).update(columns)
    return {kind: sorted(columns) for kind, columns in sorted(asked.items())}


def _dated(scope: Scope) -> dict[str, list[str]]:
    """Types to the SQL of the instants at which promises fall due that are given or revised by signals of the type; a source has a time zone."""
    found: dict[str, dict[str, str]] = {}
    for promise in scope.map.promises:
        read = {
            column: f"{instant_of(f'm.{text}', 'z.zone', starts=starts)} as {column}"
            for column, (text, starts) in due.instants(scope, promise).items()
        }
        for ref in (promise.trigger, promise.revised_by):
            if ref is not None:
                found.setdefault(ref.signal, {}).update(read)
    return {kind: list(read.values()) for kind, read in found.items()}


def _properties(scope: Scope, promise: Promise) -> Iterable[tuple[SignalRef | None, set[str]]]:
    """What a promise asks of its trigger, its target, and what revises it."""
    timetable = scope.world.timetables.get(promise.calendar or "")
    timed = {timetable.by} if timetable and timetable.by else set()
    yield promise.trigger, {*timed, *scope.map.slices, *promise.match, *promise.same, *(promise.sum or ())}
    yield (
        promise.target,
        {*promise.match.values(), *promise.same.values(), *(promise.sum or {}).values(), *promise.bound},
    )
    yield promise.revised_by, timed


def _types(scope: Scope) -> set[str]:
    """Types of signals that a promise of the map names."""
    refs = (getattr(promise, role) for promise in scope.map.promises for role in _ROLES)
    return {ref.signal for ref in refs if ref is not None and ref.signal is not None}
