"""Promises about a rhythm: something comes again and again, and no silence lasts too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.gap.outcome import BROKEN, KEPT, PENDING, UNOBSERVABLE, WAIVED
from parcours.gap.roles import before_until, signal_role, target_role, triggers
from parcours.gap.timed import closing, covered, with_ends, with_evidence
from parcours.kernel.clock import duration_us

if TYPE_CHECKING:
    from parcours.gap.bench import Bench
    from parcours.gap.placing import Pool
    from parcours.gap.roles import Role
    from parcours.gap.timed import Steps
    from parcours.journey.map import Promise

_NEVER = 1 << 62  # microseconds UTC


def judge_rhythm(bench: Bench, promise: Promise, pool: Pool, undated: Pool | None) -> Steps:
    """Verdicts of `expect … every … until`: broken at the first silence that lasts too long.

    A silence begins at a target that no other follows in time, whatever the trigger; so each target is asked once, and a trigger takes
    the first silence after it.
    """
    scope = bench.scope
    assert promise.every is not None  # noqa: S101 - the caller checked
    target = target_role(scope, promise, pool)
    waiver = signal_role("waiver", scope, promise, promise.unless, pool)
    until = signal_role("until", scope, promise, promise.until, pool)
    keys, equal = ", ".join(target.keys), target.meets("t", "e")
    steps = {
        "trigger": triggers(scope, promise, pool),
        "dated": _first_due(promise),
    } | with_ends("dated", waiver, until)
    if waiver:
        steps["sure_waiver"] = before_until("with_until", waiver)
    steps["closing"] = closing(list(steps)[-1])
    if promise.calendar is not None:
        keys += ", clock_id"
        equal += " and e.clock_id = t.clock_id"
    waiver_in = (
        "case when is_silent then waiver_at <= breach_at else coalesce(waiver_at <= closing_at, true) end"
    )
    return steps | {
        "beat": f"""
            select {keys}, at_us, ordinal, signal_id, due_at,
                   coalesce(lead(at_us) over lived, {_NEVER}) as next_at, coalesce(lead(signal_id) over lived, 0) as next_id
            from ({_next_due(promise, target)})
            window lived as (partition by {keys} order by at_us, ordinal)""",
        "moment": f"select {keys}, at_us, arg_min(signal_id, ordinal) as signal_id from beat group by {keys}, at_us",
        "silence": f"select {keys}, at_us, due_at, next_at, next_id from beat where next_at > due_at",
        "heard": f"""
            select t.*, e.at_us as heard_at, e.signal_id as heard_id
            from closing as t asof left join moment as e on {equal} and t.at_us <= e.at_us""",
        "followed": f"""
            select t.*, e.at_us as silent_from, e.due_at as silent_until, e.next_at as broken_at, e.next_id as broken_id
            from heard as t asof left join silence as e on {equal} and t.at_us <= e.at_us""",
        "breached": f"""
            select * exclude (heard_at, heard_id, silent_from, silent_until, broken_at, broken_id),
                   case when at_once then at_us else silent_from end as quiet_at,
                   case when at_once then due_at else silent_until end as breach_at,
                   case when at_once then heard_at else nullif(broken_at, {_NEVER}) end as late_at,
                   case when at_once then heard_id when broken_at < {_NEVER} then broken_id end as late_id
            from (select *, coalesce(heard_at > due_at, true) as at_once from followed)""",
        "timed": """
            select * exclude (at_once, deadline_at), deadline_at as end_at, coalesce(breach_at < deadline_at, true) as is_silent
            from breached""",
        "known": with_evidence(bench, promise, "timed", target, undated),
        "verdict": f"""
            select * exclude (late_at, late_id),
                   case when is_silent then breach_at else end_at end as deadline_at,
                   case when is_silent and breach_at <= {bench.as_of} then late_at end as target_at,
                   case when is_silent and breach_at <= {bench.as_of} then late_id end as target_id,
                   case
                       when excused then {WAIVED}
                       when waiver_at is not null and {waiver_in} then {WAIVED}
                       when not is_silent then {KEPT}
                       when breach_at > {bench.as_of} then {PENDING}
                       when not is_undated and {covered(bench, promise, "breach_at", quiet_from="quiet_at")} then {BROKEN}
                       else {UNOBSERVABLE}
                   end as verdict
            from known""",
    }


def _first_due(promise: Promise) -> str:
    """Triggers with `due_at`, until when the first must come, and on a calendar the hours that count."""
    if promise.calendar is None:
        return f"""
            select *, null::bigint as from_at, null::bigint as deadline_at,
                   at_us + {duration_us(promise.every or "")} as due_at
            from trigger"""
    return """
            select t.*, null::bigint as from_at, null::bigint as deadline_at, c.clock_id, d.deadline_at as due_at
            from trigger as t
            join trigger_clock as c on c.signal_id = t.signal_id
            left join deadline as d on d.signal_id = t.signal_id"""


def _next_due(promise: Promise, target: Role) -> str:
    """What is to come again and again, with `due_at`, until when the next must come; on a calendar once for each hours that count."""
    if promise.calendar is None:
        return f"select *, at_us + {duration_us(promise.every or '')} as due_at from ({target.signals})"
    keys = ", ".join(target.keys)
    return f"""
                select e.*, k.clock_id, d.deadline_at as due_at
                from ({target.signals}) as e
                join (select distinct {keys}, clock_id from dated) as k on {target.meets("k", "e")}
                left join beat_due as d on d.signal_id = e.signal_id and d.clock_id = k.clock_id"""
