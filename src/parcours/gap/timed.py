"""`expect` and `never`: the first target after a trigger, and the window it falls into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.gap import due
from parcours.gap.outcome import BROKEN, KEPT, PENDING, UNOBSERVABLE, WAIVED
from parcours.gap.roles import (
    Role,
    before_until,
    first_after,
    none_after,
    signal_role,
    target_role,
    timed_target,
    triggers,
)
from parcours.journey.tables import FILE_SHIFT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from parcours.gap.bench import Bench
    from parcours.gap.placing import Pool
    from parcours.journey.map import Promise
    from parcours.journey.scope import Scope

Steps = dict[str, str]
"""Queries by name, each reading those before it; the last one gives the verdicts."""


def judge_timed(bench: Bench, promise: Promise, pool: Pool, undated: Pool | None) -> Steps:
    """Verdicts of `expect … within | before | between` and of `never`.

    Args:
        bench: Where it is judged.
        promise: What is judged.
        pool: The signals it looks at.
        undated: Those that happened at an instant nobody can read; None: no target is among them.
    """
    scope = bench.scope
    target = timed_target(scope, promise, pool)
    waiver = signal_role("waiver", scope, promise, promise.unless, pool)
    until = signal_role("until", scope, promise, promise.until, pool)
    steps = {
        "trigger": triggers(scope, promise, pool),
        "dated": due.dated(scope, promise, "trigger"),
        "with_target": first_after("dated", target),
    }
    if promise.revised_by is not None:
        steps |= _revised(scope, promise, pool, target)
    steps |= with_ends(list(steps)[-1], waiver, until)
    if until:
        steps["sure_target"] = before_until(list(steps)[-1], target)
        if waiver:
            steps["sure_waiver"] = before_until("sure_target", waiver)
        steps["closing"] = closing(list(steps)[-1])
    steps["known"] = with_evidence(bench, promise, list(steps)[-1], target, undated)
    decided = _expect if promise.pattern == "expect" else _never
    return steps | {"verdict": decided(bench, promise)}


def with_ends(start: str, waiver: Role | None, until: Role | None) -> Steps:
    """Steps that look for what waives and for what ends."""
    return {
        "with_waiver": first_after(start, waiver) if waiver else none_after(start, "waiver"),
        "with_until": first_after("with_waiver", until) if until else none_after("with_waiver", "until"),
    }


def closing(relation: str) -> str:
    """Triggers whose window ends at `until` or at the journey's closing."""
    return f"select * replace (least(until_at, closing_at) as deadline_at) from {relation}"


def with_evidence(bench: Bench, promise: Promise, relation: str, target: Role, undated: Pool | None) -> str:
    """Triggers with what speaks against a missing target: `is_undated`, and `deaf` where that hangs on a place.

    `is_undated`: some target of the unit is known to have happened, and nobody can say when. `deaf`: spans in which a source that must prove the
    promise was deaf at the trigger's place, which is that of its journey where the trigger names none, or everywhere.
    """
    named, joined = "", ""
    place = _deaf_by(bench, promise)
    if place is not None:
        spans = bench.coverage[promise.promise].deaf
        everywhere = _span_list((since, until) for of, since, until in spans if of is None)
        rows = ", ".join(
            f"({of}, {_span_list((since, until) for at, since, until in spans if at in {None, of})})"
            for of in sorted({of for of, *_ in spans if of is not None})
        )
        named = f", coalesce(heard.deaf, {everywhere}) as deaf"
        joined = f"""
        left join journey_slice as f on f.journey_id = d.journey_id
        left join (values {rows}) as heard(place, deaf) on heard.place = coalesce(d.{place}, f.{place})"""
    if undated is None:
        return f"select d.*, false as is_undated{named} from {relation} as d{joined}"
    keys = ", ".join(target.keys)
    signals = target_role(bench.scope, promise, undated).signals
    return f"""
        select d.*, u.unit_id is not null as is_undated{named}
        from {relation} as d{joined}
        left join (select distinct {keys} from ({signals})) as u on {target.meets("d", "u")}"""


def _deaf_by(bench: Bench, promise: Promise) -> str | None:
    """Column of the place on which it hangs when a source was deaf; None: on none."""
    place = bench.scope.places.get(bench.scope.heard_by or "")
    return place if any(of is not None for of, *_ in bench.coverage[promise.promise].deaf) else None


def _span_list(spans: Iterable[tuple[int, int]]) -> str:
    """SQL list of spans of time."""
    told = ", ".join(f"{{'since': {since}, 'until': {until}}}" for since, until in spans)
    return f"[{told}]::struct(since bigint, until bigint)[]"


def _is_before(left: str, right: str) -> str:
    """SQL: some signal of role `left` at its instant comes before the signal of role `right`; across files a tie counts as before."""
    other = " or ".join(
        f"{left}_{place} >> {FILE_SHIFT} <> {right}_ordinal >> {FILE_SHIFT}" for place in ("ordinal", "last")
    )
    tied = f"({left}_ordinal < {right}_ordinal or {other})"
    return f"({left}_at < {right}_at or ({left}_at = {right}_at and {tied}))"


def waived(target_in: str, waiver_in: str) -> str:
    """SQL: a waiver lies in the window, before the target that would decide."""
    return (
        f"(waiver_at is not null and {waiver_in} and (not {target_in} or {_is_before('waiver', 'target')}))"
    )


def covered(
    bench: Bench,
    promise: Promise,
    end: str,
    start: str = "at_us",
    *,
    quiet_from: str | None = None,
    unless: str = "false",
) -> str:
    """SQL: the sources that must prove the promise were heard before and after a window, and not deaf in it.

    Args:
        bench: Where it is judged.
        promise: What is judged.
        end: SQL of the end of the window, which is included.
        start: SQL of its start.
        quiet_from: SQL of the instant from which a silence may hide something; the start of the window by default.
        unless: SQL that holds where a silence would hide nothing.
    """
    coverage = bench.coverage[promise.promise]
    if coverage.since is None or coverage.until is None:
        return "false"
    inside = f"{start} >= {coverage.since} and {end} <= {coverage.until}"
    if not coverage.deaf:
        return f"({inside})"
    since, until = end, quiet_from or start
    if _deaf_by(bench, promise) is not None:
        deaf = f"len(list_filter(deaf, lambda s: s.since < {since} and s.until > {until})) > 0"
    else:  # written out: a list, looked through for each trigger, costs twice as much as all else that is asked
        spans = [span for of, *span in coverage.deaf if of is None]
        deaf = " or ".join(f"({begin} < {since} and {over} > {until})" for begin, over in spans) or "false"
    return f"({inside} and ({unless} or not coalesce({deaf}, false)))"


def settled(deadline: str = "deadline_at") -> str:
    """SQL of the end of a window; a deadline before its trigger leaves the single instant of the trigger."""
    return f"greatest({deadline}, at_us)"


def _expect(bench: Bench, promise: Promise) -> str:
    verdict = _expected(bench, promise, "from_at", "deadline_at")
    if promise.revised_by is None:
        return f"select *, {verdict} as verdict from known"
    original = _expected(bench, promise, "original_from_at", "original_deadline_at")
    return f"""
        select * replace (case when is_revised then original_deadline_at end as original_deadline_at),
               case when is_revised then {original} end as original_verdict, {verdict} as verdict
        from known"""


def _expected(bench: Bench, promise: Promise, start: str, deadline: str) -> str:
    """SQL of the verdict of `expect` for a window; a target before the slot breaks as one after it does."""
    end = settled(deadline)
    decided = f"coalesce(target_at <= {deadline}, false)"
    early = f"when {decided} and target_at < {start} then {BROKEN}" if promise.between else ""
    return f"""case
                   when excused then {WAIVED}
                   when {deadline} is null then {UNOBSERVABLE}
                   when {waived(decided, f"waiver_at <= {end}")} then {WAIVED}
                   {early}
                   when {decided} then {KEPT}
                   when {end} > {bench.as_of} then {PENDING}
                   when not is_undated and {covered(bench, promise, end, unless="target_at is not null")} then {BROKEN}
                   else {UNOBSERVABLE}
               end"""


def _revised(scope: Scope, promise: Promise, pool: Pool, target: Role) -> Steps:
    """Triggers with the window in force: of the last revision in a chain, each before its target and no later than the deadline it moves.

    Whether a revision is the last of its chain depends on what follows it alone, so one look at the order of a unit tells all chains.
    """
    asked = due.instants(scope, promise)
    told = signal_role("revision", scope, promise, promise.revised_by, pool, tuple(asked))
    assert told is not None  # noqa: S101 - the promise names a signal
    keys = ", ".join(target.keys)
    named = ", ".join(f"k.{key}" for key in target.keys)
    columns = "".join(f", r.{column}" for column in asked)
    alike = " and ".join(f"r.{key} = k.{key}" for key in told.keys)
    return {
        "told": f"""
            select {named}, r.signal_id, r.at_us{columns}
            from ({told.signals}) as r
            join (select distinct {keys} from with_target) as k on {alike}""",
        "told_due": due.dated(scope, promise, "told"),
        "revision": f"""
            select {keys}, at_us, arg_max(coalesce(from_at, 0), (deadline_at, coalesce(from_at, 0))) as next_from, max(deadline_at) as next_deadline
            from told_due
            where deadline_at is not null
            group by {keys}, at_us""",
        "chained": f"""
            select {keys}, at_us, next_from, next_deadline,
                   coalesce(lead(is_target) over lived or lead(at_us) over lived > next_deadline, true) as is_last, is_target
            from (
                select {keys}, at_us, next_from, next_deadline, false as is_target from revision
                union all
                select {keys}, at_us, null, null, true from ({target.signals})
            )
            window lived as (partition by {keys} order by at_us, is_target desc)
            qualify not is_target""",
        "followed": f"""
            select * exclude (_revision, next_from, next_deadline, is_last),
                   last_value(case when _revision then at_us end ignore nulls) over so_far as revised_at,
                   last_value(case when is_last then next_from end ignore nulls) over so_far as last_from,
                   last_value(case when is_last then next_deadline end ignore nulls) over so_far as last_deadline
            from (
                select *, false as _revision from with_target
                union all by name
                select {keys}, at_us, next_from, next_deadline, is_last, true as _revision from chained
            )
            window so_far as (
                partition by {keys} order by at_us desc, _revision rows between unbounded preceding and current row
            )
            qualify not _revision""",
        "revised": f"""
            select * exclude (revised_at, last_from, last_deadline, is_revised) replace (
                       case when is_revised then {"last_from" if promise.between else "null::bigint"} else from_at end as from_at,
                       case when is_revised then last_deadline else deadline_at end as deadline_at),
                   from_at as original_from_at, deadline_at as original_deadline_at, is_revised
            from (
                select *, coalesce(revised_at <= deadline_at, false) and coalesce(revised_at < target_at, true) as is_revised
                from followed
            )""",
    }


def _never(bench: Bench, promise: Promise) -> str:
    """What comes after the window is not shown: only what broke the promise is."""
    target_in = "coalesce(target_at <= deadline_at, false)"
    if promise.until is not None:
        # Here `until` has already cut both; a journey that closed before its trigger leaves no window for a target.
        target_in = "(target_at is not null and coalesce(target_at <= closed_at, true))"
    return forbidden(bench, promise, target_in)


def forbidden(bench: Bench, promise: Promise, target_in: str) -> str:
    """Verdicts of what must not happen; `target_in` is SQL that holds where it did, in the window."""
    waiver_in = (
        "coalesce(waiver_at <= closing_at, true)"
        if promise.until is not None
        else "coalesce(waiver_at <= deadline_at, false)"
    )
    return f"""
        select * replace (
                   case when {target_in} then target_id end as target_id,
                   case when {target_in} then target_at end as target_at),
               case
                   when excused then {WAIVED}
                   when {waived(target_in, waiver_in)} then {WAIVED}
                   when {target_in} then {BROKEN}
                   when {str(promise.within is not None).lower()} and deadline_at is null then {UNOBSERVABLE}
                   when deadline_at is null or deadline_at > {bench.as_of} then {PENDING}
                   when not is_undated and {covered(bench, promise, "deadline_at")} then {KEPT}
                   else {UNOBSERVABLE}
               end as verdict
        from known"""
