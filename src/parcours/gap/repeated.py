"""Promises about several targets: how many, how much together, how often."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.gap import due
from parcours.gap.roles import before_until, identity_of, signal_role, target_role, triggers
from parcours.gap.timed import closing, covered, forbidden, settled, waived, with_ends, with_evidence
from parcours.journey.tables import FILE_SHIFT
from parcours.journey.where import number_of
from parcours.kernel.clock import duration_us

if TYPE_CHECKING:
    from parcours.gap.bench import Bench
    from parcours.gap.placing import Pool
    from parcours.gap.roles import Role
    from parcours.gap.timed import Steps
    from parcours.journey.map import Promise

_NEVER = 1 << 62  # microseconds UTC
_DIGITS = 6  # to which sums are compared: 0.1 + 0.2 is 0.3


def judge_count(bench: Bench, promise: Promise, pool: Pool, undated: Pool | None) -> Steps:
    """Verdicts of `at_most … of`: broken by the one target too many."""
    scope = bench.scope
    target = target_role(scope, promise, pool)
    waiver = signal_role("waiver", scope, promise, promise.unless, pool)
    until = signal_role("until", scope, promise, promise.until, pool)
    steps = {
        "trigger": triggers(scope, promise, pool),
        "dated": due.dated(scope, promise, "trigger"),
    } | with_ends("dated", waiver, until)
    if until and waiver:
        steps["sure_waiver"] = before_until("with_until", waiver)
    inside = "e.at_us <= t.deadline_at"
    if promise.until is not None:
        steps["closing"] = closing(list(steps)[-1])
        before = (
            f"e.ordinal >> {FILE_SHIFT} = t.until_ordinal >> {FILE_SHIFT} and e.ordinal < t.until_ordinal"
        )
        inside = f"""(t.closed_at is null or e.at_us <= t.closed_at)
                 and (t.until_at is null or e.at_us < t.until_at or (e.at_us = t.until_at and {before}))"""
    last = list(steps)[-1]
    steps["placed"] = f"""
            select {target.named("t")}, e.at_us, e.ordinal, e.signal_id as found_id,
                   row_number() over (partition by {_own(promise)} order by e.at_us, e.ordinal) as place
            from {last} as t
            join ({target.signals}) as e on {target.meets("t", "e")} and {inside}
            where {target.is_after("t", "e")}"""
    one_too_many = f"filter (where place = {promise.limit} + 1)"
    named = ", ".join(f"_{column}" for column in target.identity)
    steps["counted"] = f"""
            select {named}, count(*) as found, min(at_us) {one_too_many} as target_at,
                   min(ordinal) {one_too_many} as target_ordinal, min(found_id) {one_too_many} as target_id
            from placed
            group by {named}"""
    steps["with_target"] = f"""
            select t.*, c.target_at, c.target_ordinal, c.target_id, c.target_ordinal as target_last,
                   cast(coalesce(c.found, 0) as double) as found, {promise.limit}::double as asked
            from {last} as t left join counted as c on {target.same}"""
    steps["known"] = with_evidence(bench, promise, "with_target", target, undated)
    return steps | {"verdict": forbidden(bench, promise, "(target_at is not null)")}


def _own(promise: Promise) -> str:
    return ", ".join(f"t.{column}" for column in identity_of(promise))


def judge_sum(bench: Bench, promise: Promise, pool: Pool, undated: Pool | None) -> Steps:
    """Verdicts of `expect … sum`: kept once what came in the window adds up to what the trigger names."""
    scope = bench.scope
    assert promise.sum is not None  # noqa: S101 - the caller checked
    amount = number_of(scope.values[next(iter(promise.sum.values()))])
    target = target_role(
        scope, promise, pool, more=f", {amount} as amount", where=f" and {amount} is not null"
    )
    waiver = signal_role("waiver", scope, promise, promise.unless, pool)
    named = ", ".join(f"_{column}" for column in target.identity)
    enough = f"filter (where so_far >= round(asked, {_DIGITS}))"
    end = settled()
    decided = "coalesce(target_at <= deadline_at, false)"
    steps = {
        "trigger": triggers(scope, promise, pool),
        "dated": due.dated(scope, promise, "trigger"),
    } | with_ends("dated", waiver, None)
    return steps | {
        "added": f"""
            select {target.named("t")}, e.at_us as added_at, min(e.ordinal) as added_ordinal, arg_min(e.signal_id, e.ordinal) as added_id,
                   sum(e.amount) as amount, any_value(t.asked) as asked, any_value(t.deadline_at) as until_at
            from with_until as t
            join ({target.signals}) as e on {target.meets("t", "e")}
            where {target.is_after("t", "e")}
            group by all""",
        "summed": f"select *, round(sum(amount) over (partition by {named} order by added_at), {_DIGITS}) as so_far from added",
        "reached": f"""
            select {named}, sum(amount) filter (where added_at <= until_at) as found, min(added_at) {enough} as target_at,
                   arg_min(added_ordinal, added_at) {enough} as target_ordinal, arg_min(added_id, added_at) {enough} as target_id
            from summed
            group by {named}""",
        "with_target": f"""
            select t.*, r.target_at, r.target_ordinal, r.target_id, r.target_ordinal as target_last,
                   case when asked is not null and deadline_at is not null then round(coalesce(r.found, 0), {_DIGITS}) end as found
            from with_until as t left join reached as r on {target.same}""",
        "known": with_evidence(bench, promise, "with_target", target, undated),
        "verdict": f"""
            select *,
                   case
                       when excused then 'waived'
                       when deadline_at is null or asked is null then 'unobservable'
                       when asked <= 0 then 'waived'
                       when {waived(decided, f"waiver_at <= {end}")} then 'waived'
                       when {decided} then 'kept'
                       when {end} > {bench.as_of} then 'pending'
                       when not is_undated and {covered(bench, promise, end)} then 'broken'
                       else 'unobservable'
                   end as verdict
            from known""",
    }


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
    keys = ", ".join(target.keys)
    steps = {
        "trigger": triggers(scope, promise, pool),
        "dated": _first_due(promise),
    } | with_ends("dated", waiver, until)
    if waiver:
        steps["sure_waiver"] = before_until("with_until", waiver)
    steps["closing"] = closing(list(steps)[-1])
    if promise.calendar is not None:
        keys += ", clock_id"
    waiver_in = (
        "case when is_silent then waiver_at <= breach_at else coalesce(waiver_at <= closing_at, true) end"
    )
    return steps | {
        "beat": f"""
            select {keys}, at_us, ordinal, signal_id, due_at,
                   coalesce(lead(at_us) over lived, {_NEVER}) as next_at, coalesce(lead(signal_id) over lived, 0) as next_id
            from ({_next_due(promise, target)})
            window lived as (partition by {keys} order by at_us, ordinal)""",
        "followed": f"""
            select * exclude (_beat, next_at, next_id, next_due),
                   last_value(case when _beat then at_us end ignore nulls) over so_far as heard_at,
                   last_value(case when _beat then signal_id end ignore nulls) over so_far as heard_id,
                   last_value(case when next_at > next_due then at_us end ignore nulls) over so_far as silent_from,
                   last_value(case when next_at > next_due then next_due end ignore nulls) over so_far as silent_until,
                   last_value(case when next_at > next_due then next_at end ignore nulls) over so_far as broken_at,
                   last_value(case when next_at > next_due then next_id end ignore nulls) over so_far as broken_id
            from (
                select *, null::bigint as next_at, null::bigint as next_id, null::bigint as next_due, false as _beat from closing
                union all by name
                select * exclude (due_at), due_at as next_due, true as _beat from beat
            )
            window so_far as (
                partition by {keys} order by at_us desc, _beat desc, ordinal desc rows between unbounded preceding and current row
            )
            qualify not _beat""",
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
                       when excused then 'waived'
                       when waiver_at is not null and {waiver_in} then 'waived'
                       when not is_silent then 'kept'
                       when breach_at > {bench.as_of} then 'pending'
                       when not is_undated and {covered(bench, promise, "breach_at", quiet_from="quiet_at")} then 'broken'
                       else 'unobservable'
                   end as verdict
            from known""",
    }


def _first_due(promise: Promise) -> str:
    """Triggers with `due_at`, until when the first must come, and on a calendar the hours that count."""
    if promise.calendar is None:
        return f"""
            select * exclude (source_zone), null::bigint as from_at, null::bigint as deadline_at,
                   at_us + {duration_us(promise.every or "")} as due_at
            from trigger"""
    return """
            select t.* exclude (source_zone), null::bigint as from_at, null::bigint as deadline_at, c.clock_id, d.deadline_at as due_at
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
