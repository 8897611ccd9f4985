"""Promises about how many targets there may be.

Targets are numbered in each unit once; a trigger then looks up the numbers at the two ends of its window. So a unit with thousands of triggers
and targets costs its own sorting, and no target is looked at for each trigger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.gap import due
from parcours.gap.roles import before_until, signal_role, target_role, triggers
from parcours.gap.timed import closing, forbidden, with_ends, with_evidence
from parcours.journey.tables import FILE_SHIFT

if TYPE_CHECKING:
    from parcours.gap.bench import Bench
    from parcours.gap.placing import Pool
    from parcours.gap.roles import Role
    from parcours.gap.timed import Steps
    from parcours.journey.map import Promise
    from parcours.journey.scope import Scope

_NEVER = 1 << 62  # microseconds UTC


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
    if promise.until is not None:
        steps["closing"] = closing(list(steps)[-1])
    steps["bounded"] = f"select *, {_end_before(promise)} as end_before from {list(steps)[-1]}"
    steps |= _counted(promise, target)
    steps["with_target"] = f"""
            select *, target_ordinal as target_last, cast(found_count as double) as found, {promise.limit}::double as asked
            from numbered"""
    steps["known"] = with_evidence(bench, promise, "with_target", target, undated)
    return steps | {"verdict": forbidden(bench, promise, "(target_at is not null)")}


def counted_in(scope: Scope, promise: Promise, pool: Pool, wanted: str) -> str:
    """Query of what is counted for rows of the step `bounded`, one by one: the trigger's `_…` columns and `found_id`.

    Args:
        scope: Of the map.
        promise: One with `of`.
        pool: The signals it looks at.
        wanted: SQL that holds for the few triggers `t` that are asked about: every target is looked at for each of them.
    """
    target = target_role(scope, promise, pool)
    return f"""
            select {target.named("t")}, e.signal_id as found_id
            from bounded as t
            join ({target.signals}) as e on {target.meets("t", "e")} and {_inside(promise)}
            where {wanted} and {target.is_after("t", "e")}"""


def _end_before(promise: Promise) -> str:
    """SQL of the first instant that lies wholly outside the window; what counts at the instant of `until` is told apart."""
    if promise.until is None:
        return "deadline_at + 1"
    return f"least(coalesce(until_at, {_NEVER}), coalesce(closed_at + 1, {_NEVER}))"


def _inside(promise: Promise) -> str:
    """SQL: a target `e` lies before the end of the window of the trigger `t`."""
    if promise.until is None:
        return "e.at_us <= t.deadline_at"
    return f"""(t.closed_at is null or e.at_us <= t.closed_at)
                 and (t.until_at is null or e.at_us < t.until_at or (e.at_us = t.until_at and {_TOLD_BEFORE_UNTIL}))"""


_TOLD_BEFORE_UNTIL = (
    f"e.ordinal >> {FILE_SHIFT} = t.until_ordinal >> {FILE_SHIFT} and e.ordinal < t.until_ordinal"
)


def _counted(promise: Promise, target: Role) -> Steps:
    """Steps that count, and find the one too many: what comes at the trigger's instant, what lies between, what comes at the end's.

    Between is a difference of numbers. At an instant that several files tell, and at that of `until`, what counts is listed.
    """
    keys, equal = ", ".join(target.keys), target.meets("t", "e")
    steps = {
        "ranked": f"""
            select {keys}, at_us, ordinal, signal_id, place, row_number() over (partition by {keys} order by place) as rank
            from ({target.signals})""",
        "moment": f"select {keys}, at_us, max(rank) as rank from ranked group by {keys}, at_us",
        "begun": f"""
            select t.*, coalesce(e.rank, 0) as start_rank
            from bounded as t asof left join ranked as e on {equal} and t.later >= e.place""",
        "ended": f"""
            select t.*, greatest(coalesce(e.rank, 0) - start_rank, 0) as between_count
            from begun as t asof left join moment as e on {equal} and t.end_before > e.at_us""",
    }
    steps |= _listed(target, "beside", "ended", _beside(promise, target) if target.has_ties else None)
    steps |= _listed(target, "ending", "with_beside", _ending(target) if promise.until else None)
    too_many = promise.limit or 0
    before = "beside_count + between_count"
    from_list = f"""case
                   when {too_many} < beside_count then beside[{too_many} + 1]
                   when {too_many} >= {before} then ending[{too_many} + 1 - {before}]
               end"""
    return steps | {
        "numbered": f"""
            select t.* exclude (listed),
                   beside_count + between_count + ending_count as found_count,
                   coalesce(listed.at_us, e.at_us) as target_at,
                   coalesce(listed.ordinal, e.ordinal) as target_ordinal,
                   coalesce(listed.signal_id, e.signal_id) as target_id
            from (
                select *, {from_list} as listed,
                       case when {too_many} >= beside_count and {too_many} < {before}
                            then start_rank + {too_many} + 1 - beside_count end as wanted_rank
                from with_ending
            ) as t
            left join ranked as e on {equal} and e.rank = t.wanted_rank""",
    }


def _listed(target: Role, name: str, trigger: str, found: str | None) -> Steps:
    """Steps that add a list of targets to each trigger, in their order, and its length; None: there can be none."""
    kind = "struct(at_us bigint, ordinal bigint, signal_id bigint)[]"
    if found is None:
        return {f"with_{name}": f"select *, null::{kind} as {name}, 0 as {name}_count from {trigger}"}
    item = "{'at_us': e.at_us, 'ordinal': e.ordinal, 'signal_id': e.signal_id}"
    return {
        f"{name}_list": f"""
            select {target.named("t")}, list({item} order by e.ordinal) as listed
            from {trigger} as t
            join ({target.signals}) as e on {target.meets("t", "e")} and {found}
            group by all""",
        f"with_{name}": f"""
            select t.*, listed as {name}, coalesce(len(listed), 0) as {name}_count
            from {trigger} as t left join {name}_list on {target.same}""",
    }


def _beside(promise: Promise, target: Role) -> str:
    """SQL: a target at the very instant of the trigger, which several files tell, comes after it and in the window."""
    return (
        f"e.at_us = t.at_us and t.is_tied and e.is_tied and {target.follows('t', 'e')} and {_inside(promise)}"
    )


def _ending(target: Role) -> str:
    """SQL: a target at the instant of `until` comes before it, after the trigger, and is not among those beside the trigger."""
    return f"""e.at_us = t.until_at and {_TOLD_BEFORE_UNTIL} and (t.closed_at is null or e.at_us <= t.closed_at)
                 and {target.is_after("t", "e")} and not (t.is_tied and t.until_at = t.at_us)"""
