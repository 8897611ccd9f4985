"""Where journeys go: transition graph with waits, and variants; on integers, names joined back at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.kernel.clock import SECOND_US

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.lake import Engine


# Distinct first, counted then: unlike count(distinct), this spills to disk where people are many.
_PEOPLE = """
    select source, target, count(*) as people
    from (select distinct source, target, person from transition where person is not null)
    group by source, target
    union all
    select null, source, count(*)
    from (select distinct source, person from transition where is_first and person is not null)
    group by source"""
_NOBODY = "select null::integer as source, null::integer as target, 0 as people where false"


def transition_graph(engine: Engine, walk: str, *, anybody: bool = True) -> list[dict[str, Any]]:
    """Count transitions between nodes and how long they took.

    Args:
        engine: Where `walk` is readable.
        anybody: Somebody is known in the walk; where nobody is, people are 0 without looking.
        walk: A relation with journey bigint, node integer, at bigint (microseconds), ordinal bigint, person bigint (null: unknown).

    Returns:
        Rows `source, target` (node codes; None is the start or the end), `count`, `people`, `wait_median_s`, `wait_p95_s` (seconds,
        interpolated; None at start and end), the most frequent first.
    """
    transition = f"""
        select node as source, lead(node) over w as target, lead(at_us) over w - at_us as wait_us, person,
               lag(node) over w is null as is_first
        from {walk} window w as (partition by journey order by at_us, ordinal)"""
    answer = f"""
        edge as (
            select source, target, count(*) as count, quantile_cont(wait_us, [0.5, 0.95]) as waits_us
            from transition group by source, target
            union all
            select null, source, count(*), null from transition where is_first group by source
        )
        select e.source, e.target, e.count, coalesce(p.people, 0) as people,
               waits_us[1] / {SECOND_US} as wait_median_s, waits_us[2] / {SECOND_US} as wait_p95_s
        from edge as e
        left join ({_PEOPLE if anybody else _NOBODY}) as p
          on p.source is not distinct from e.source and p.target is not distinct from e.target
        order by count desc, e.source nulls first, e.target nulls first"""
    with engine.unordered():
        if not anybody:
            return list(engine.arrow(f"with transition as ({transition}), {answer}").to_pylist())
        engine.run(f"create or replace temp table transition as {transition}")
        found = list(engine.arrow(f"with {answer}").to_pylist())
        engine.run("drop table transition")
        return found


def variants(engine: Engine, walk: str) -> list[tuple[list[int], int]]:
    """Distinct paths of nodes and how many journeys took each, the most frequent first; `walk` as in `transition_graph`."""
    rows = engine.rows(f"""
        with path as (select list(node order by at_us, ordinal) as path from {walk} group by journey)
        select path, count(*) as count from path group by path order by count desc, path""")
    return [(list(path), count) for path, count in rows]


def walk_of_map(map_id: int, *, by_type: bool) -> str:
    """A walk over the steps of a map, from the views `journey_step` and `journey`; signals that are no step only count by type."""
    node, known = ("type_id", "true") if by_type else ("step_id", "s.step_id is not null")
    return f"""(select s.journey_id as journey, s.{node} as node, s.occurred_at as at_us, s.ordinal, j.person_id as person
        from journey_step as s join journey as j on j.map_id = s.map_id and j.journey_id = s.journey_id
        where s.map_id = {map_id} and {known})"""


def walk_of_objects(namespace_id: int) -> str:
    """A walk over signal types, one journey per object of a namespace, from the view `seen`."""
    units = f"list_distinct(list_transform(list_filter(objects, lambda x: x.namespace_id = {namespace_id}), lambda x: x.object_id))"
    return f"""(select u.journey, s.type_id as node, s.occurred_at as at_us, s.ordinal, s.person_id as person
        from (select *, {units} as units from seen where objects is not null) as s, unnest(s.units) as u(journey))"""


def walk_of_people(quiet_us: int | None) -> str:
    """A walk over signal types, a person's time cut after `quiet_us` of silence, from the view `seen`."""
    if quiet_us is None:
        return "(select person_id as journey, type_id as node, occurred_at as at_us, ordinal, person_id as person from seen where person_id is not null)"
    order = "partition by person_id order by occurred_at, ordinal"
    return f"""(select last_value(case when begins then signal_id end ignore nulls) over ({order} rows between unbounded preceding and current row) as journey,
               type_id as node, occurred_at as at_us, ordinal, person_id as person
        from (select *, coalesce(occurred_at - lag(occurred_at) over ({order}) > {quiet_us}, true) as begins from seen where person_id is not null))"""


def walk_of_rows(
    engine: Engine, rows: str, *, journey: str, node: str, at: str, order: str
) -> tuple[str, dict[int, str]]:
    """A walk over rows that are not in the lake: nodes are coded to integers once, journeys by their hash.

    Args:
        engine: Where the table `coded_node` is made.
        rows: A query or relation to read.
        journey: Expression of what a journey is about.
        node: Expression of the node's name.
        at: Expression of a timestamp in UTC.
        order: Expression that orders equal instants.

    Returns:
        (walk, names of its nodes).
    """
    engine.run(
        f"create or replace temp table coded_node as select cast(row_number() over (order by name) as integer) as code, name from (select distinct {node} as name from {rows})"
    )
    walk = f"""(select hash({journey}) as journey, n.code as node, epoch_us({at}) as at_us, {order} as ordinal, null::bigint as person
        from {rows} join coded_node as n on n.name = {node})"""
    return walk, dict(engine.rows("select code, name from coded_node"))


def named(rows: list[dict[str, Any]], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Graph rows with the names of their nodes."""
    return [
        {
            **row,
            "source": None if row["source"] is None else names[row["source"]],
            "target": None if row["target"] is None else names[row["target"]],
        }
        for row in rows
    ]
