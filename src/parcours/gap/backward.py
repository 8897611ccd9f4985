"""Promises that look back from what happened: what must have come before, and what must have stayed the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from parcours.gap.outcome import BROKEN, KEPT, UNOBSERVABLE, WAIVED
from parcours.gap.roles import last_placed, other_file, signal_role, target_role, triggers
from parcours.gap.timed import covered, with_evidence
from parcours.journey.tables import FILE_SHIFT
from parcours.journey.where import number_of
from parcours.kernel.clock import duration_us
from parcours.lake import identifier

if TYPE_CHECKING:
    from parcours.gap.bench import Bench
    from parcours.gap.placing import Pool
    from parcours.gap.roles import Role
    from parcours.gap.timed import Steps
    from parcours.journey.map import Promise


def judge_preceded(bench: Bench, promise: Promise, pool: Pool, undated: Pool | None) -> Steps:
    """Verdicts of `whenever … preceded_by`: the latest target before the trigger must lie in the window."""
    scope = bench.scope
    target = target_role(scope, promise, pool)
    kept = "target_at >= from_at" if promise.within else "target_at is not null"
    steps = {
        "trigger": triggers(scope, promise, pool),
        "dated": _looking_back(promise, pool),
        "with_target": _latest_before("dated", target),
        "with_waiver": _with_waiver(bench, promise, pool),
        "known": with_evidence(bench, promise, "with_waiver", target, undated),
    }
    return steps | {
        "verdict": f"""
            select *,
                   case
                       when excused then {WAIVED}
                       when coalesce({kept}, false) then {KEPT}
                       when waiver_at >= from_at then {WAIVED}
                       when not is_undated and {covered(bench, promise, "deadline_at", "from_at")} then {BROKEN}
                       else {UNOBSERVABLE}
                   end as verdict
            from known"""
    }


def _looking_back(promise: Promise, pool: Pool) -> str:
    """Triggers with their window: as far back as `within` says, else to the first signal of the unit."""
    if promise.calendar is not None:
        return """
            select t.*, d.deadline_at as from_at, t.at_us as deadline_at
            from trigger as t left join deadline as d on d.signal_id = t.signal_id"""
    if promise.within is not None:
        return f"""
            select *, at_us - {duration_us(promise.within)} as from_at, at_us as deadline_at
            from trigger"""
    return f"""
            select t.*, f.from_at, t.at_us as deadline_at
            from trigger as t
            join {identifier(pool.firsts)} as f on f.unit_id = t.unit_id"""


def _with_waiver(bench: Bench, promise: Promise, pool: Pool) -> str:
    waiver = signal_role("waiver", bench.scope, promise, promise.unless, pool)
    return (
        _latest_before("with_target", waiver)
        if waiver
        else "select *, null::bigint as waiver_at, null::bigint as waiver_id from with_target"
    )


def _latest_before(trigger: str, role: Role) -> str:
    """Triggers with the last signal of a role before each, `ROLE_at` and `ROLE_id`; at the same instant, also of another file."""
    name = role.name
    if not role.has_ties:
        return last_placed(trigger, role, "place")
    return f"""
            with earlier as ({last_placed(trigger, role, "sooner")}
            ), beside as (
                select {role.named("t")}, max(e.ordinal) as beside_ordinal, arg_max(e.signal_id, e.ordinal) as beside_id
                from {trigger} as t
                join ({role.signals}) as e on {role.meets("t", "e")} and e.at_us = t.at_us
                where t.is_tied and e.is_tied and ({other_file("e", "t")} or e.ordinal < t.ordinal)
                group by all
            )
            select l.* replace (
                       case when beside_ordinal is not null then at_us else {name}_at end as {name}_at,
                       coalesce(beside_id, {name}_id) as {name}_id)
            from earlier as l left join beside on {role.same}"""


_TIED, _OWN, _EARLIER = (
    0,
    1,
    2,
)  # where a compared signal stands: in another file at the trigger's instant, before it in its own file, earlier


def judge_same(bench: Bench, promise: Promise, pool: Pool, undated: Pool | None) -> Steps:
    """Verdicts of `whenever … since … same`: the values of the latest target before the trigger must be those of the trigger."""
    scope = bench.scope
    columns = [scope.values[name] for name in promise.same.values()]
    more = "".join(f", {column} as told_{number}" for number, column in enumerate(columns))
    target = target_role(scope, promise, pool, more=more)
    pairs = [(f"t.same_{number}", f"e.told_{number}") for number in range(len(columns))]
    known = " and ".join(f"{left} is not null and {right} is not null" for left, right in pairs)
    agrees = " and ".join(
        f"coalesce({number_of(left)} = {number_of(right)}, {left} = {right}, false)" for left, right in pairs
    )
    started, limit = "select * from trigger", ""
    if promise.calendar is not None:
        started = "select t.*, d.deadline_at as since_at from trigger as t left join deadline as d on d.signal_id = t.signal_id"
        limit = "and e.at_us >= t.since_at"
    elif promise.within is not None:
        limit = f"and e.at_us >= t.at_us - {duration_us(promise.within)}"
    named = ", ".join(f"_{column}" for column in target.identity)
    tied = f"case when {other_file('e', 't')} then {_TIED} else {_OWN} end"
    plain = replace(target_role(scope, promise, pool), name="earlier")
    file = f"ordinal >> {FILE_SHIFT}"
    return {
        "trigger": triggers(scope, promise, pool),
        "started": started,
        "earlier": last_placed("started", plain, "sooner"),
        "compared": f"""
            select {target.named("t")}, {tied} as place, e.at_us, e.ordinal, e.signal_id as told_id,
                   coalesce({known}, false) as is_known, {agrees} as agrees
            from earlier as t
            join ({target.signals}) as e on {target.meets("t", "e")} and e.at_us = t.at_us {limit}
            where {other_file("e", "t")} or e.ordinal < t.ordinal
            union all
            select {target.named("t")}, {_EARLIER}, e.at_us, e.ordinal, e.signal_id, coalesce({known}, false), {agrees}
            from earlier as t
            join ({target.signals}) as e on {target.meets("t", "e")} and e.at_us = t.earlier_at and t.earlier_at < t.at_us {limit}""",
        "latest": f"""
            select *
            from compared
            qualify place = {_TIED} or (
                place = min(case when place > {_TIED} then place end) over (partition by {named})
                and row_number() over (partition by {named}, place, {file} order by ordinal desc) = 1)""",
        "answered": f"""
            select {named},
                   coalesce(bool_or(agrees) filter (where place = {_TIED}), false) as tie_agrees,
                   max(told_id) filter (where place = {_TIED} and agrees) as tied_id,
                   bool_or(agrees) filter (where place > {_TIED}) as sure_agrees,
                   bool_and(is_known) filter (where place > {_TIED}) as sure_known,
                   max(at_us) filter (where place > {_TIED}) as sure_at,
                   arg_max(told_id, (agrees, ordinal)) filter (where place > {_TIED}) as sure_id
            from latest
            group by {named}""",
        "with_target": f"""
            select t.* exclude (earlier_at, earlier_id), a.* exclude ({named}),
                   case when a.tie_agrees then t.at_us else a.sure_at end as target_at,
                   case when a.tie_agrees then a.tied_id else a.sure_id end as target_id,
                   a.sure_at as from_at, t.at_us as deadline_at
            from earlier as t left join answered as a on {target.same}""",
        "with_waiver": _with_waiver(bench, promise, pool),
        "known": with_evidence(bench, promise, "with_waiver", target, undated),
        "verdict": f"""
            select *,
                   case
                       when excused then {WAIVED}
                       when tie_agrees or sure_agrees then {KEPT}
                       when sure_at is null or not sure_known then {UNOBSERVABLE}
                       when waiver_at >= sure_at then {WAIVED}
                       when not is_undated and {covered(bench, promise, "deadline_at", "from_at")} then {BROKEN}
                       else {UNOBSERVABLE}
                   end as verdict
            from known""",
    }
