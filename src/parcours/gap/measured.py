"""`measure`: what customers or instruments told, held against a bound."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from parcours.gap import due
from parcours.gap.outcome import BROKEN, KEPT, PENDING, UNOBSERVABLE, WAIVED
from parcours.gap.roles import first_after, none_after, signal_role, target_role, triggers
from parcours.gap.timed import waived
from parcours.journey.where import number_of
from parcours.kernel.clock import duration_us
from parcours.lake import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from parcours.gap.bench import Bench
    from parcours.gap.placing import Pool
    from parcours.gap.timed import Steps
    from parcours.journey.map import Condition, Promise, SignalRef
    from parcours.journey.scope import Scope


def _bound(scope: Scope, promise: Promise) -> tuple[str, str]:
    """SQL of a measured value as a number, and of whether it holds the promise's bound."""
    (name, bound), sign = next(iter(promise.bound.items())), ">=" if promise.at_least else "<="
    value = f"({number_of(scope.values[name])})" if name in scope.values else "null::double"
    return value, f"{value} {sign} {float(bound)!r}"


def judge_measure(bench: Bench, promise: Promise, pool: Pool) -> Steps:
    """Verdicts of `measure`: all measurements in the window are looked at."""
    if promise.after is None:
        return _in_journey(bench, promise, pool.given)
    scope = bench.scope
    value, holds = _bound(scope, promise)
    target = target_role(scope, promise, pool, where=f" and {value} is not null")
    failing = target_role(scope, promise, pool, where=f" and not ({holds})")
    waiver = signal_role("waiver", scope, promise, promise.unless, pool)
    inside = "{at} <= deadline_at" if promise.within else "{at} is not null"
    seen, fails = inside.format(at="target_at"), inside.format(at="failing_at")
    over = (
        f"coalesce(deadline_at <= {bench.as_of}, true)" if promise.within else f"closed_at <= {bench.as_of}"
    )
    waiver_in = "waiver_at <= deadline_at" if promise.within else "true"
    return {
        "trigger": triggers(scope, promise, pool),
        "dated": due.dated(scope, promise, "trigger"),
        "measured": first_after("dated", target),
        "failed": first_after("measured", replace(failing, name="failing")),
        "with_target": f"""
            select * replace (
                       case when {seen} then target_at end as target_at,
                       case when {seen} then target_ordinal end as target_ordinal,
                       case when {seen} then target_id end as target_id),
                   case when {fails} then 1 end as failing
            from failed""",
        "with_waiver": first_after("with_target", waiver) if waiver else none_after("with_target", "waiver"),
        "verdict": f"select *, {_verdict(waiver_in, over)} as verdict from with_waiver",
    }


def _verdict(waiver_in: str, over: str) -> str:
    return f"""case
                   when excused then {WAIVED}
                   when {waived("(target_at is not null)", waiver_in)} then {WAIVED}
                   when failing > 0 then {BROKEN}
                   when target_at is not null then {KEPT}
                   when coalesce({over}, false) then {UNOBSERVABLE}
                   else {PENDING}
               end"""


def _in_journey(bench: Bench, promise: Promise, pool: Pool) -> Steps:
    """Without `after`: anywhere in the journey, shown at its first signal, which may itself measure or waive."""
    steps = {
        "first": """
            select a.*, j.closed_at
            from assigned as a join journey_new as j on j.journey_id = a.journey_id and j.started_at = a.at_us
            qualify row_number() over (partition by a.journey_id order by a.ordinal) = 1""",
    }
    return (
        steps
        | _measured_together(bench.scope, promise, "journey_id", pool.of)
        | {
            "known": f"""
            select f.*, false as excused, null::bigint as deadline_at, {_FOUND}
            from first as f
            left join measured as m on m.journey_id = f.journey_id
            left join waived as w on w.journey_id = f.journey_id""",
            "verdict": f"select *, {_verdict('true', f'closed_at <= {bench.as_of}')} as verdict from known",
        }
    )


_FOUND = (
    """m.target_at, m.target_ordinal, m.target_id, m.failing, w.waiver_at, w.waiver_ordinal, w.waiver_last"""
)


def _measured_together(
    scope: Scope, promise: Promise, keys: str, of: Callable[[SignalRef | Condition], str]
) -> Steps:
    """First measurement and first waiver of the signals that share the keys; where one is missing, they belong to nothing.

    Args:
        scope: Of the map.
        promise: What is judged.
        keys: Columns, separated by commas.
        of: The relation of the signals that a reference means, among others.
    """
    value, holds = _bound(scope, promise)
    waiving, waives = of(promise.target), "false"
    if promise.unless is not None and promise.unless.signal is not None:
        waiving, waives = of(promise.unless), scope.selects(promise.unless)
    known = " and ".join(f"{key} is not null" for key in keys.split(", "))
    return {
        "measured": f"""
            select {keys},
                   min(at_us) as target_at,
                   arg_min(ordinal, (at_us, ordinal)) as target_ordinal,
                   arg_min(signal_id, (at_us, ordinal)) as target_id,
                   count(*) filter (where not ({holds})) as failing
            from {of(promise.target)}
            where {scope.selects(promise.target)} and {value} is not null and {known}
            group by {keys}""",
        "waived": f"""
            select {keys}, at_us as waiver_at, min(ordinal) as waiver_ordinal, max(ordinal) as waiver_last
            from {waiving}
            where {waives} and {known}
            group by {keys}, at_us
            qualify row_number() over (partition by {keys} order by at_us) = 1""",
    }


def judge_place(bench: Bench, promise: Promise, pool: str, span: str) -> Steps:
    """Verdicts of `measure` about a place and an hour or day of the clock, where somebody measured; nobody is identified.

    Args:
        bench: Where it is judged.
        promise: What is judged.
        pool: Relation of the signals of each place.
        span: `hour` or `day`.
    """
    local = f"timezone({literal(bench.zone)}, make_timestamptz(at_us))"
    since = f"(epoch_us({local}) - epoch_us(date_trunc({literal(span)}, {local})))"
    length = duration_us({"hour": "1h", "day": "1d"}[span])
    return (
        {"lived": f"select *, date_trunc({literal(span)}, {local}) as span_at from {identifier(pool)}"}
        | _measured_together(bench.scope, promise, "unit_id, span_at", lambda _: "lived")
        | {
            "known": f"""
            select a.*, null::bigint as journey_id, false as excused, {_FOUND},
                   at_us - {since} as from_at, at_us - {since} + {length} - 1 as deadline_at
            from measured as m
            join lived as a on a.unit_id = m.unit_id and a.signal_id = m.target_id
            left join waived as w on w.unit_id = m.unit_id and w.span_at = m.span_at""",
            "verdict": f"select *, {_verdict('true', 'false')} as verdict from known",
        }
    )


def place_of(promise: Promise, namespaces: Collection[str]) -> tuple[str, str] | None:
    """Object and span of a promise about a place, such as (`store`, `hour`) of `per: store_hour`; None: it is about journeys."""
    if promise.trigger is not None or promise.per is None or promise.per in namespaces:
        return None
    name, _, span = promise.per.rpartition("_")
    return (name, span) if span in {"hour", "day"} and name in namespaces else None
