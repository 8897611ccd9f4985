"""What comes first after each trigger, looked for once for all promises that ask the same of triggers of the same type.

Two hundred promises ask some fifty such questions: whether the order was ready, then, is found once, however many promises hang on it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from parcours.gap.placing import NOWHERE, Ahead
from parcours.gap.roles import first_after, sought

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.gap.placing import Answers, Pool
    from parcours.journey.map import Promise
    from parcours.journey.scope import Scope
    from parcours.lake import Engine

RELATION = "pool_ahead"
# What a search looks at: nothing else of a trigger is sorted along with it.
_SOUGHT_BY = ("unit_id", "at_us", "ordinal", "signal_id", "place", "later", "is_tied")
_WORTH = 2  # as many promises must ask the same: one alone looks for itself


def look_ahead(engine: Engine, scope: Scope, promises: Sequence[Promise], pool: Pool) -> Pool:
    """Answer what several of some promises ask; replaces the table `pool_ahead`.

    Args:
        engine: Holds the relations of the pool.
        scope: Of the map.
        promises: With triggers of one type, judged within the pool's own units.
        pool: The signals they look at.

    Returns:
        The pool, with the answers; as it was where nothing is asked twice.
    """
    roles = [role for promise in promises for role in sought(scope, promise, pool)]
    times = Counter(role.question for role in roles)
    shared = {role.question: role for role in roles if times[role.question] >= _WORTH}
    trigger = promises[0].trigger
    if not shared or trigger is None:
        return pool
    exact = _exact(scope, promises, pool)
    begun = _triggers(scope, promises, pool)
    answers, steps = {}, {"answered": f"select {', '.join(_SOUGHT_BY)} from ({begun})"}
    for number, (question, role) in enumerate(shared.items()):
        last = list(steps)[-1]
        steps[f"with_{number}"] = first_after(last, replace(role, name=f"next_{number}"))
        answers[question] = _columns(f"next_{number}", is_exact=question in exact, has_ties=role.has_ties)
    kept = sorted({column for found in answers.values() for column in found.values()} - {NOWHERE})
    engine.run(f"""
        create or replace temp table {RELATION} as
        with {", ".join(f"{name} as ({step})" for name, step in steps.items())}
        select t.*, {", ".join(f"a.{column}" for column in kept)}
        from ({begun}) as t join {list(steps)[-1]} as a on a.place = t.place""")
    return replace(pool, ahead={trigger.signal: Ahead(RELATION, answers)})


def _exact(scope: Scope, promises: Sequence[Promise], pool: Pool) -> set[tuple[str, ...]]:
    """Questions of promises that hold two roles against each other, so that the order at one instant decides."""
    comparing = [promise for promise in promises if promise.unless or promise.until]
    return {role.question for promise in comparing for role in sought(scope, promise, pool)}


def _columns(name: str, *, is_exact: bool, has_ties: bool) -> Answers:
    """Where the parts of a role are; what nobody compares is not kept, and without ties the last of an instant is not told apart."""
    ordinal = f"{name}_ordinal" if is_exact else NOWHERE
    last = f"{name}_last" if is_exact and has_ties else ordinal
    return {"at": f"{name}_at", "ordinal": ordinal, "id": f"{name}_id", "last": last}


def _triggers(scope: Scope, promises: Sequence[Promise], pool: Pool) -> str:
    """Signals of journeys that trigger some of the promises."""
    refs = [promise.trigger for promise in promises if promise.trigger is not None]
    wanted = " or ".join(dict.fromkeys(scope.selects(ref) for ref in refs))
    return f"select * from {pool.of(refs[0])} where journey_id is not null and ({wanted})"
