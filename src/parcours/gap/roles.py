"""What promises look for: triggers, and what comes first after each of them.

Steps are integers and instants only. What comes first after a trigger (a target, a waiver, the `until`) is a role, with four columns:
`ROLE_at`, `ROLE_ordinal` and `ROLE_id` of the first, and `ROLE_last`, the ordinal of the last of that role at the same instant, because a
tie with another file is decided by any of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from parcours.gap import due
from parcours.gap.placing import NOWHERE
from parcours.journey.tables import FILE_SHIFT
from parcours.journey.where import number_of
from parcours.lake import identifier

if TYPE_CHECKING:
    from parcours.gap.placing import Answers, Pool
    from parcours.journey.map import Condition, Promise, SignalRef
    from parcours.journey.scope import Scope

WHOLE = -1  # in `part_id`: the promise is judged for each part, and nobody names one


def identity_of(promise: Promise) -> tuple[str, ...]:
    """Columns that tell one asked promise from another; never null."""
    return ("signal_id", "unit_id", *(("part_id",) if promise.each else ()))


def triggers(scope: Scope, promise: Promise, pool: Pool) -> str:
    """Triggers in journeys of the map, with the unit they are judged within, when their journey closed, and what targets must match.

    Columns: unit_id, journey_id, at_us, ordinal, signal_id, place, sooner, later, is_tied, weight, week, excused, closed_at, closing_at, what slices and the deadline
    need, `match_N`, `same_N` and `asked` as far as the promise asks for them, and part_id where it is judged for each part.
    """
    trigger = promise.trigger
    assert trigger is not None  # noqa: S101 - a measure without trigger does not come here
    excused = "false"
    if promise.unless is not None and promise.unless.signal is None and promise.unless.where is not None:
        excused = f"a.{scope.conditions[trigger.signal, promise.unless.where]}"
    wanted = f" and a.{scope.conditions[trigger.signal, promise.only_for.where]}" if promise.only_for else ""
    compared = [(f"match_{number}", name) for number, name in enumerate(promise.match)]
    compared += [(f"same_{number}", name) for number, name in enumerate(promise.same)]
    matches = "".join(f", a.{scope.values[name]} as {column}" for column, name in compared)
    for name in promise.sum or ():
        matches += f", {number_of(f'a.{scope.values[name]}')} as asked"
    closed = "null::bigint as closed_at, null::bigint as closing_at"
    journeys = ""
    if _ends_with_journey(promise):
        closed = "j.closed_at, case when j.closed_at is not null then greatest(j.closed_at, a.at_us) end as closing_at"
        journeys = "join journey_new as j using (journey_id)"
    unit, within, own_units, once = "a.unit_id", "a", "", ""
    if pool.lived is not None:
        unit, within = "p.unit_id", "p"
        own_units = f"join {pool.of(trigger)} as p on p.signal_id = a.signal_id"
        journeys = "join journey_new as j using (journey_id)"
        once = """
        qualify row_number() over (
            partition by p.unit_id, a.signal_id order by j.closed_at nulls last, a.journey_id) = 1"""
    answered = {column for role in sought(scope, promise, pool) for column in (role.ahead or {}).values()}
    answered.discard(NOWHERE)
    carried = "".join(f", a.{column}" for column in (*_carried(scope, promise), *sorted(answered)))
    parts = f", a.{scope.parts[promise.each]} as own_parts" if promise.each else ""
    found = f"""
        select {unit} as unit_id, a.journey_id, a.at_us, a.ordinal, a.signal_id, {within}.place, {within}.sooner, {within}.later, {within}.is_tied, a.weight, a.week,
               {excused} as excused, {closed}{carried}{matches}{parts}
        from {pool.made_by(trigger)} as a {journeys} {own_units}
        where a.journey_id is not null and {scope.selects(trigger, "a")}{wanted}{once}"""
    return _for_each_part(scope, promise.each, pool, found) if promise.each else found


def _ends_with_journey(promise: Promise) -> bool:
    """Only then does the journey's closing decide."""
    return promise.after is not None and promise.within is None and not due.properties(promise)


def _for_each_part(scope: Scope, each: str, pool: Pool, found: str) -> str:
    """Triggers once for each part they name, else for each part that a signal of their unit names, else once for the whole."""
    return f"""
        select t.* exclude (own_parts),
               unnest(case when len(own_parts) > 0 then own_parts else coalesce(parts, [{WHOLE}]) end) as part_id
        from ({found}) as t
        left join (
            select unit_id as _unit, list(distinct part_id) as parts
            from (select unit_id, unnest({scope.parts[each]}) as part_id from {identifier(pool.name)})
            group by unit_id
        ) on _unit = t.unit_id"""


def _carried(scope: Scope, promise: Promise) -> list[str]:
    """Columns of a trigger that its deadline and slices need; what nobody needs is not sorted along."""
    codes = [f"{name}_id" for name in scope.map.slices if name in {"channel", "touchpoint", "source"}]
    columns = [scope.values.get(name) or scope.places.get(name) for name in scope.map.slices]
    columns += due.instants(scope, promise)
    columns += [scope.places[scope.heard_by]] if scope.heard_by is not None else []
    return list(dict.fromkeys([*codes, *(column for column in columns if column is not None)]))


@dataclass(frozen=True)
class Role:
    """What a promise looks for after each trigger.

    Attributes:
        name: Prefix of its columns.
        signals: Query giving the keys, at_us, ordinal, signal_id, place and is_tied.
        keys: Columns that must be equal; never null in `signals`.
        identity: Columns that tell triggers apart.
        ties_count: A signal at the very instant of the trigger, from another file, counts as after it (before it, where a promise looks back).
        ties_if: SQL that the trigger, named `{trigger}`, must hold for its ties to count.
        has_ties: Some signal of the pool lies at an instant that several files tell.
        ahead: Columns of the trigger that hold the first of the role after it; None: it is looked for.
    """

    name: str
    signals: str
    keys: tuple[str, ...]
    identity: tuple[str, ...]
    ties_count: bool = True
    ties_if: str = "true"
    has_ties: bool = True
    ahead: Answers | None = None

    @property
    def question(self) -> tuple[str, ...]:
        """What it asks of each trigger: equal for roles that find the same first signal."""
        return (self.signals, str(self.ties_count), self.ties_if) if self.has_ties else (self.signals,)

    def meets(self, trigger: str, signal: str) -> str:
        """SQL: both have the same keys."""
        return " and ".join(f"{signal}.{key} = {trigger}.{key}" for key in self.keys)

    def follows(self, trigger: str, signal: str) -> str:
        """SQL: at equal instants, the signal comes after the trigger."""
        later = f"{signal}.ordinal > {trigger}.ordinal"
        if not self.ties_count:
            return f"(not {other_file(signal, trigger)} and {later})"
        tied = other_file(signal, trigger)
        if self.ties_if != "true":
            return f"case when {tied} then coalesce({self.ties_if.format(trigger=trigger)}, false) else {later} end"
        return f"({tied} or {later})"

    def is_after(self, trigger: str, signal: str) -> str:
        """SQL: the signal comes after the trigger."""
        return f"({signal}.at_us > {trigger}.at_us or ({signal}.at_us = {trigger}.at_us and {self.follows(trigger, signal)}))"

    def named(self, alias: str) -> str:
        """Columns that tell triggers apart, under names of their own."""
        return ", ".join(f"{alias}.{column} as _{column}" for column in self.identity)

    @property
    def same(self) -> str:
        """SQL: a row with `named` columns is of the trigger."""
        return " and ".join(f"_{column} = {column}" for column in self.identity)


def other_file(left: str, right: str) -> str:
    """SQL: two signals lie in different files."""
    return f"{left}.ordinal >> {FILE_SHIFT} <> {right}.ordinal >> {FILE_SHIFT}"


def target_role(
    scope: Scope, promise: Promise, pool: Pool, *, more: str = "", where: str = "", ties_if: str = "true"
) -> Role:
    """The role of what is expected, forbidden, counted or looked back for.

    Args:
        scope: Of the map.
        promise: Whose target.
        pool: Relation of the signals it looks at.
        more: Further columns, each after a comma.
        where: Further condition, after `and`.
        ties_if: As in `Role`.
    """
    columns = [scope.values[name] for name in promise.match.values()]
    matches = "".join(f", {column} as match_{number}" for number, column in enumerate(columns))
    known = "".join(f" and {column} is not null" for column in columns)
    relation, part = pool.of(promise.target), ""
    if promise.each:
        relation, part = _by_part(scope, promise.each, relation), ", part_id"
    signals = f"""
        select unit_id{part}{matches}, at_us, ordinal, signal_id, place, is_tied{more}
        from {relation}
        where {scope.selects(promise.target)}{known}{where}"""
    keys = (
        "unit_id",
        *(("part_id",) if promise.each else ()),
        *(f"match_{number}" for number in range(len(columns))),
    )
    counts = promise.pattern not in {"never", "of"}
    role = Role("target", signals, keys, identity_of(promise), counts, ties_if, has_ties=pool.has_ties)
    return _answered(role, promise, pool)


def _by_part(scope: Scope, each: str, relation: str) -> str:
    """Signals once for each part they name; those that name none once, as of the whole."""
    parts = scope.parts[each]
    return f"(select *, unnest(case when len({parts}) > 0 then {parts} else [{WHOLE}] end) as part_id from {relation})"


def signal_role(
    name: str,
    scope: Scope,
    promise: Promise,
    ref: SignalRef | Condition | None,
    pool: Pool,
    more: tuple[str, ...] = (),
) -> Role | None:
    """The role of a waiver, of `until` or of a revision; None where the promise names no such signal.

    Judged for each part, a signal that names parts speaks of these, and one that names none of all; its query then reads the step `trigger`.
    """
    if ref is None or ref.signal is None:
        return None
    columns = "".join(f", {column}" for column in dict.fromkeys(more))
    if not promise.each:
        signals = f"""
        select unit_id, at_us, ordinal, signal_id, place, is_tied{columns}
        from {pool.of(ref)}
        where {scope.selects(ref)}"""
        role = Role(name, signals, ("unit_id",), identity_of(promise), has_ties=pool.has_ties)
        return _answered(role, promise, pool)
    parts = scope.parts[promise.each]
    signals = f"""
        select unit_id, part_id, at_us, ordinal, signal_id, place, is_tied{columns}
        from (
            select *, unnest({parts}) as part_id from {pool.of(ref)}
            union all
            select p.*, k.part_id
            from {pool.of(ref)} as p
            join (select distinct unit_id, part_id from trigger) as k on k.unit_id = p.unit_id
            where len(p.{parts}) = 0
        )
        where {scope.selects(ref)}"""
    return Role(name, signals, ("unit_id", "part_id"), identity_of(promise), has_ties=pool.has_ties)


def _answered(role: Role, promise: Promise, pool: Pool) -> Role:
    """The role, with the columns that hold it where somebody has looked ahead for it."""
    known = pool.ahead.get(promise.trigger.signal) if promise.trigger and not pool.lived else None
    return replace(role, ahead=known.answers.get(role.question)) if known else role


def timed_target(scope: Scope, promise: Promise, pool: Pool) -> Role:
    """The target of which the first after each trigger decides."""
    early = "{trigger}.from_at <= {trigger}.at_us" if promise.between else "true"
    return target_role(scope, promise, pool, ties_if=early)


def sought(scope: Scope, promise: Promise, pool: Pool) -> list[Role]:
    """Roles of which a promise asks the first after each trigger, where that hangs on nothing else that the trigger says."""
    if promise.after is None or pool.lived is not None:
        return []
    roles = [
        signal_role("waiver", scope, promise, promise.unless, pool),
        signal_role("until", scope, promise, promise.until, pool),
    ]
    if promise.pattern in {"expect", "never"} and promise.sum is None and promise.every is None:
        roles.append(timed_target(scope, promise, pool))
    plain = [role for role in roles if role is not None and role.keys == ("unit_id",)]
    return [role for role in plain if not role.has_ties or role.ties_if == "true"]


def first_after(trigger: str, role: Role) -> str:
    """Triggers with the first signal of a role after each: at a later instant, or at the same one where that counts as after."""
    if role.ahead is not None:
        return f"select *, {', '.join(f'{column} as {role.name}_{part}' for part, column in role.ahead.items())} from {trigger}"
    if not role.has_ties:
        return _next_placed(trigger, role, "place")
    name = role.name
    return f"""
        with later as ({_next_placed(trigger, role, "later")}
        ), tied as (
            select {role.named("t")},
                   min(e.ordinal) as tied_ordinal, arg_min(e.signal_id, e.ordinal) as tied_id, max(e.ordinal) as tied_last
            from {trigger} as t
            join ({role.signals}) as e on {role.meets("t", "e")} and e.at_us = t.at_us
            where t.is_tied and e.is_tied and {role.follows("t", "e")}
            group by all
        )
        select l.* replace (
                   case when tied_ordinal is not null then at_us else {name}_at end as {name}_at,
                   coalesce(tied_ordinal, {name}_ordinal) as {name}_ordinal,
                   coalesce(tied_id, {name}_id) as {name}_id,
                   coalesce(tied_last, {name}_last) as {name}_last)
        from later as l
        left join tied on {role.same}"""


def _next_placed(trigger: str, role: Role, place: str) -> str:
    """Triggers with the first signal of a role whose place is greater than their own; `ROLE_last` is the last one at its instant.

    Places of one unit lie together, so the next place of all belongs to the unit or to none; what else must be equal is asked of each.
    """
    name, others = role.name, [key for key in role.keys if key != "unit_id"]
    met, equal = "", ""
    if others:
        equal = f"{role.meets('t', 'e')} and "
    else:
        met = "e.unit_id = t.unit_id"
    columns = {"at": "at_us", "ordinal": "ordinal", "id": "signal_id", "last": "last_ordinal"}
    found = ", ".join(
        f"{f'case when {met} then e.{column} end' if met else f'e.{column}'} as {name}_{part}"
        for part, column in columns.items()
    )
    return f"""
            select t.*, {found}
            from {trigger} as t
            asof left join ({_with_last(role)}) as e on {equal}t.{place} < e.place"""


def last_placed(trigger: str, role: Role, place: str) -> str:
    """Triggers with `ROLE_at` and `ROLE_id` of the last signal of a role whose place is smaller than their own."""
    name, others = role.name, [key for key in role.keys if key != "unit_id"]
    equal = f"{role.meets('t', 'e')} and " if others else ""
    found = ", ".join(
        f"{f'e.{column}' if others else f'case when e.unit_id = t.unit_id then e.{column} end'} as {name}_{part}"
        for part, column in (("at", "at_us"), ("id", "signal_id"))
    )
    return f"""
            select t.*, {found}
            from {trigger} as t
            asof left join ({role.signals}) as e on {equal}t.{place} > e.place"""


def _with_last(role: Role) -> str:
    """The signals of a role with the last ordinal that it has at their instant; alone there, it is their own."""
    if not role.has_ties:
        return f"select *, ordinal as last_ordinal from ({role.signals})"
    by = ", ".join(role.keys)
    return f"""
            select *, ordinal as last_ordinal from ({role.signals}) where not is_tied
            union all
            select *, max(ordinal) over (partition by {by}, at_us) from ({role.signals}) where is_tied"""


def none_after(trigger: str, name: str) -> str:
    """Triggers with the columns of a role that the promise does not have."""
    columns = (f"null::bigint as {name}_{part}" for part in ("at", "ordinal", "id", "last"))
    return f"select *, {', '.join(columns)} from {trigger}"


def before_until(trigger: str, role: Role) -> str:
    """Triggers whose first signal of a role surely comes before `until`: at its instant only what its own file tells before it."""
    name = role.name
    return f"""
        with beside as (
            select {role.named("t")},
                   min(e.ordinal) as first_ordinal, arg_min(e.signal_id, e.ordinal) as first_id, max(e.ordinal) as last_ordinal
            from {trigger} as t
            join ({role.signals}) as e on {role.meets("t", "e")} and e.at_us = t.until_at
            where t.{name}_at = t.until_at
              and e.ordinal < t.until_ordinal
              and e.ordinal >> {FILE_SHIFT} = t.until_ordinal >> {FILE_SHIFT}
              and (e.at_us > t.at_us or {role.follows("t", "e")})
            group by all
        ), sure as (
            select t.*, b.first_ordinal, b.first_id, b.last_ordinal, coalesce({name}_at < until_at, until_at is null) as _earlier
            from {trigger} as t
            left join beside as b on {role.same}
        )
        select * exclude (first_ordinal, first_id, last_ordinal, _earlier) replace (
                   case when _earlier then {name}_at when first_ordinal is not null then until_at end as {name}_at,
                   case when _earlier then {name}_ordinal else first_ordinal end as {name}_ordinal,
                   case when _earlier then {name}_id else first_id end as {name}_id,
                   case when _earlier then {name}_last else last_ordinal end as {name}_last)
        from sure"""
