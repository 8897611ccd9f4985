"""Verdicts counted into gaps: per promise, slice and ISO week, with intervals and what people then said."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from parcours.gap.interval import kept_interval
from parcours.gap.tables import GAP

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.lake import Engine, Lake

_VERDICTS = ("kept", "broken", "pending", "unobservable", "waived", "contested")
# Sums of fractions differ in their last digits with the order of rows; rounded, a second run gives the same bytes.
_FIGURES = ", ".join(
    [
        "cast(sum(cases) as bigint) as eligible",
        *(
            f"cast(coalesce(sum(cases) filter (where verdict = '{verdict}'), 0) as bigint) as {verdict}"
            for verdict in _VERDICTS
        ),
        *(
            f"round(coalesce(sum(weight) filter (where verdict = '{verdict}'), 0), 6) as weight_{verdict}"
            for verdict in ("kept", "broken", "unobservable")
        ),
        "round(coalesce(sum(weight_squared) filter (where verdict in ('kept', 'broken', 'unobservable')), 0), 6) as weight_squared",
        *(
            f"round(sum(score_sum) filter (where verdict = '{verdict}') / nullif(sum(score_count) filter (where verdict = '{verdict}'), 0), 9) as score_{verdict}, "
            f"cast(coalesce(sum(score_count) filter (where verdict = '{verdict}'), 0) as bigint) as scores_{verdict}"
            for verdict in ("kept", "broken")
        ),
    ]
)


def count_gaps(engine: Engine, lake: Lake, maps: Mapping[int, Sequence[str]]) -> tuple[int, int]:
    """Write the table `gap` from the views `verdict` and `journey`.

    Args:
        engine: Holds both views.
        lake: Where the table lies.
        maps: Code of each map to the names of its slices.

    Returns:
        (version, rows).
    """
    parts = [_count(engine, map_id, slices) for map_id, slices in maps.items()]
    rows = pa.concat_tables(parts) if parts else engine.arrow(GAP.empty_sql)
    engine.register("gap_new", rows)
    return lake.write(
        engine,
        GAP,
        "select * from gap_new order by map_id, promise_id, dimension nulls first, value, week nulls first",
        base=None,
    )


def _count(engine: Engine, map_id: int, slices: Sequence[str]) -> pa.Table:
    """Rows of one map: verdicts are first counted into cells of all slices at once, then cells into rows; people slice by slice.

    Verdicts are read twice, whatever the slices: for the cells, and for who is in them.
    """
    keys = [f"slice_{number}" for number in range(len(slices))]
    engine.run(f"""
        create or replace temp table cell as
        select promise_id, week, verdict{"".join(f", {key}" for key in keys)}, count(*) as cases, sum(weight) as weight,
               sum(weight * weight) as weight_squared, sum(score_sum) as score_sum, sum(score_count) as score_count
        from ({_scored(engine, map_id)})
        group by all;
        create or replace temp table concerned as
        select distinct promise_id, week, person_id{"".join(f", {key}" for key in keys)}
        from verdict
        where map_id = {map_id} and person_id is not null""")
    grouped = ", ".join(f"grouping({key}) as no_{key}" for key in ("week", *keys))
    sets = [
        part for key in ("", *keys) for part in (f"(promise_id{_and(key)})", f"(promise_id{_and(key)}, week)")
    ]
    matches = " and ".join(
        f"p.{key} is not distinct from f.{key}"
        for key in ("promise_id", "week", "no_week", *keys, *(f"no_{key}" for key in keys))
    )
    table = engine.arrow(f"""
        with figure as (
            select promise_id, week{"".join(f", {key}" for key in keys)}, {grouped}, {_FIGURES}
            from cell
            group by grouping sets ({", ".join(sets)})
        ), people as ({" union all ".join(_people(key, keys) for key in ("", *keys))})
        select f.*, cast(coalesce(p.people, 0) as bigint) as people
        from figure as f left join people as p on {matches}""")
    return _shaped(table, map_id, slices)


def _and(key: str) -> str:
    return f", {key}" if key else ""


def _people(of: str, keys: Sequence[str]) -> str:
    """SQL of the people of each promise and week, and of each promise, by one slice or by none.

    A person counts once a row; so each is first told once a week, which leaves little to tell apart for all time.
    """
    columns = "".join(
        f", {key if key == of else 'null'} as {key}, {int(key != of)} as no_{key}" for key in keys
    )
    weekly = (
        f"(select distinct promise_id, week, person_id{_and(of)} from concerned)" if keys else "concerned"
    )
    return f"""
        select promise_id, week, 0 as no_week{columns}, count(*) as people from {weekly} group by promise_id, week{_and(of)}
        union all
        select promise_id, null, 1{columns}, count(distinct person_id) from {weekly} group by promise_id{_and(of)}"""


def _scored(engine: Engine, map_id: int) -> str:
    """A map's verdicts with the scores of their journeys; not looked for where nobody gave one."""
    if not engine.rows(f"select 1 from journey where map_id = {map_id} and score_count > 0 limit 1"):
        nothing = "null::double as score_sum, null::bigint as score_count"
        return f"select *, {nothing} from verdict where map_id = {map_id}"
    return f"""
        select v.*, j.score_sum, j.score_count
        from verdict as v left join journey as j on j.map_id = v.map_id and j.journey_id = v.journey_id
        where v.map_id = {map_id}"""


def _shaped(table: pa.Table, map_id: int, slices: Sequence[str]) -> pa.Table:
    """Rows of the gap table: slice columns folded into dimension and value; a slice nobody knows is left out."""
    columns: dict[str, list[Any]] = table.to_pydict()  # column values are of any type
    size = table.num_rows
    columns["map_id"], columns["dimension"], columns["value"] = [map_id] * size, [None] * size, [None] * size
    unknown: set[int] = set()
    for number, name in enumerate(slices):
        values = columns[f"slice_{number}"]
        for place, absent in enumerate(columns[f"no_slice_{number}"]):
            if not absent:
                columns["dimension"][place], columns["value"][place] = name, values[place]
                if values[place] is None:
                    unknown.add(place)
    kept, broken, unobservable = (
        np.array(columns[key], np.float64) for key in ("kept", "broken", "unobservable")
    )
    judged = kept + broken
    ratio = np.divide(kept, judged, out=np.full_like(kept, np.nan), where=judged > 0)
    low, high = kept_interval(kept, broken, unobservable)
    for key, figures in (("kept_ratio", ratio), ("low", low), ("high", high)):
        columns[key] = [None if math.isnan(figure) else figure for figure in figures.tolist()]
    kinds = {"VARCHAR": pa.string(), "INTEGER": pa.int32(), "BIGINT": pa.int64(), "DOUBLE": pa.float64()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in GAP.columns.items()])
    shaped = pa.table({name: columns[name] for name in GAP.columns}, schema=schema)
    return shaped.filter(pa.array([place not in unknown for place in range(size)], pa.bool_()))
