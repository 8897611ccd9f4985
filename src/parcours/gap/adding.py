"""Promises about how much together: what comes after the trigger must add up to what it names.

What a unit has brought so far is added up once; a trigger asks when that has grown by enough. It may shrink on the way, where something is taken
back, so the first instant is looked for in blocks: in the trigger's own, then in the first block that holds one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.gap import due
from parcours.gap.outcome import BROKEN, KEPT, PENDING, UNOBSERVABLE, WAIVED
from parcours.gap.roles import signal_role, target_role, triggers
from parcours.gap.timed import covered, settled, waived, with_ends, with_evidence
from parcours.journey.where import number_of

if TYPE_CHECKING:
    from parcours.gap.bench import Bench
    from parcours.gap.placing import Pool
    from parcours.gap.roles import Role
    from parcours.gap.timed import Steps
    from parcours.journey.map import Promise

_DIGITS = 6  # to which sums are compared: 0.1 + 0.2 is 0.3
_EXACT = "decimal(38, 9)"  # differences of sums of any size are those of their parts
_LARGEST = "1e20"  # what is more counts as this: a billion of them still add up
_BLOCK = 128  # instants of a unit in a block


def judge_sum(bench: Bench, promise: Promise, pool: Pool, undated: Pool | None) -> Steps:
    """Verdicts of `expect … sum`: kept once what came in the window adds up to what the trigger names."""
    scope = bench.scope
    assert promise.sum is not None  # noqa: S101 - the caller checked
    amount = number_of(scope.values[next(iter(promise.sum.values()))])
    target = target_role(
        scope, promise, pool, more=f", {_exactly(amount)} as amount", where=f" and {amount} is not null"
    )
    waiver = signal_role("waiver", scope, promise, promise.unless, pool)
    end = settled()
    decided = "coalesce(target_at <= deadline_at, false)"
    steps = {
        "trigger": triggers(scope, promise, pool),
        "dated": due.dated(scope, promise, "trigger"),
    } | with_ends("dated", waiver, None)
    return (
        steps
        | _grown(target)
        | _enough(target)
        | {
            "known": with_evidence(bench, promise, "with_target", target, undated),
            "verdict": f"""
            select *,
                   case
                       when excused then {WAIVED}
                       when deadline_at is null or asked is null then {UNOBSERVABLE}
                       when asked <= 0 then {WAIVED}
                       when {waived(decided, f"waiver_at <= {end}")} then {WAIVED}
                       when {decided} then {KEPT}
                       when {end} > {bench.as_of} then {PENDING}
                       when not is_undated and {covered(bench, promise, end)} then {BROKEN}
                       else {UNOBSERVABLE}
                   end as verdict
            from known""",
        }
    )


def _exactly(number: str) -> str:
    return f"cast(greatest(least({number}, {_LARGEST}), -{_LARGEST}) as {_EXACT})"


def _grown(target: Role) -> Steps:
    """Steps up to `begun`: triggers with what their unit had brought by their instant, and what of that instant comes after them."""
    keys, equal = ", ".join(target.keys), target.meets("t", "e")
    named = ", ".join(f"_{column}" for column in target.identity)
    return {
        "moment": f"""
            select {keys}, at_us, sum(amount) as amount, min(ordinal) as ordinal, arg_min(signal_id, ordinal) as signal_id
            from ({target.signals})
            group by {keys}, at_us""",
        "grown": f"""
            select {keys}, at_us, ordinal, signal_id, sum(amount) over lived as total,
                   row_number() over lived as rank, (row_number() over lived - 1) // {_BLOCK} as block
            from moment
            window lived as (partition by {keys} order by at_us rows between unbounded preceding and current row)""",
        "block": f"select {keys}, block, max(total) as most from grown group by {keys}, block",
        "beside": f"""
            select {target.named("t")}, sum(e.amount) as beside_amount, min(e.ordinal) as beside_ordinal,
                   arg_min(e.signal_id, e.ordinal) as beside_id
            from with_until as t
            join ({target.signals}) as e on {equal} and e.at_us = t.at_us
            where {target.follows("t", "e")}
            group by all""",
        "started": f"""
            select t.*, coalesce(e.rank, 0) as start_rank, coalesce(e.total, 0) as start_total
            from with_until as t asof left join grown as e on {equal} and t.at_us >= e.at_us""",
        "begun": f"""
            select t.* exclude (start_total), beside.* exclude ({named}), start_total - coalesce(beside_amount, 0) as had,
                   start_rank // {_BLOCK} as start_block, round({_exactly("asked")}, {_DIGITS}) as owed,
                   start_total - coalesce(beside_amount, 0) + round({_exactly("asked")}, {_DIGITS}) - {_HALF} as enough
            from started as t left join beside on {target.same}""",
    }


_HALF = f"0.{'0' * _DIGITS}5"  # of the last digit: from there on a sum rounds to what is owed


def _enough(target: Role) -> Steps:
    """Steps up to `with_target`: triggers with the first instant by which enough had come, and how much came in the window."""
    equal = target.meets("t", "e")
    named = target.named("t")
    at_once = f"coalesce(round(beside_amount, {_DIGITS}) >= owed, false)"
    return {
        "near": f"""
            select {named}, min(e.rank) as near_rank
            from begun as t
            join grown as e on {equal} and e.block = t.start_block
            where e.rank > t.start_rank and e.total >= t.enough
            group by all""",
        "farther": f"""
            select t.*, near_rank
            from begun as t left join near on {target.same}""",
        "far_block": f"""
            select {named}, any_value(t.enough) as enough, {", ".join(f"any_value(t.{key}) as {key}" for key in target.keys)}, min(e.block) as block
            from farther as t
            join block as e on {equal} and e.block > t.start_block
            where t.near_rank is null and e.most >= t.enough
            group by all""",
        "far": f"""
            select {", ".join(f"t._{column}" for column in target.identity)}, min(e.rank) as far_rank
            from far_block as t
            join grown as e on {equal} and e.block = t.block
            where e.total >= t.enough
            group by all""",
        "wanted": f"""
            select t.*, coalesce(near_rank, far_rank) as wanted_rank
            from farther as t left join far on {target.same}""",
        "reached": f"""
            select t.*, case when {at_once} then t.at_us else e.at_us end as target_at,
                   case when {at_once} then beside_ordinal else e.ordinal end as target_ordinal,
                   case when {at_once} then beside_id else e.signal_id end as target_id
            from wanted as t left join grown as e on {equal} and e.rank = t.wanted_rank""",
        "with_target": f"""
            select t.*, target_ordinal as target_last,
                   case when asked is not null and deadline_at is not null then round(cast(
                       case when deadline_at < t.at_us then 0 else coalesce(e.total, 0) - had end as double), {_DIGITS}) end as found
            from reached as t asof left join grown as e on {equal} and t.deadline_at >= e.at_us""",
    }
