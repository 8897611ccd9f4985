"""Where journeys go: transition graph with waits, and variants; on integers, names joined back at the end.

First a walk is chosen: each `walk_of_…` makes the view `walk` (journey bigint, node integer, at_us bigint, ordinal bigint, person bigint,
null where nobody is known, signal_id bigint, null where rows are no signals). Then it is mined.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.lake import Engine

By = Literal["step", "type", "stage"]
"""What the nodes of a walk over a map are."""


def transition_graph(engine: Engine, *, anybody: bool = True) -> list[dict[str, Any]]:
    """Count transitions between nodes and how long they took.

    Args:
        engine: Holds `walk`.
        anybody: Somebody is known in the walk; where nobody is, people are 0 without looking.

    Returns:
        Rows `source, target` (node codes; None is the start or the end), `count`, `people`, `wait_median_s`, `wait_p95_s` (seconds,
        interpolated; None at start and end), the most frequent first.
    """
    with engine.unordered():
        # Kept, not streamed: quantiles over a window that is still sorting made the engine spill 20 million rows for minutes.
        engine.make_table(__package__, "transition")
        found = engine.model(__package__, "edge", {"anybody": anybody}).to_pylist()
        engine.run("drop table transition")
    return list(found)


def variants(engine: Engine) -> list[tuple[list[int], int]]:
    """Distinct paths of nodes in `walk` and how many journeys took each, the most frequent first."""
    rows = engine.model(__package__, "variant").to_pylist()
    return [(row["path"], row["count"]) for row in rows]


def walk_of_map(engine: Engine, map_id: int, *, by_type: bool) -> None:
    """Walk over the steps of a map, from `journey_step` and `journey`; signals that are no step only count by type."""
    engine.make_view(__package__, "walk_of_map", {"map_id": map_id, "by_type": by_type}, "walk")


def walk_of_stages(engine: Engine, map_id: int, stages: Mapping[int, int]) -> None:
    """Walk over the stages of a map: each time a journey comes into one from another.

    Args:
        engine: Holds `journey_step` and `journey`.
        map_id: Code of the map.
        stages: Code of a step to number of its stage.
    """
    columns = {
        "step": pa.array(list(stages), pa.int32()),
        "stage": pa.array(list(stages.values()), pa.int32()),
    }
    engine.register("step_stage", pa.table(columns))
    engine.make_view(__package__, "walk_of_map", {"map_id": map_id, "by_type": False}, "step_walk")
    engine.make_view(__package__, "walk_of_stages", name="walk")


def walk_of_objects(engine: Engine, namespace_id: int) -> None:
    """Walk over signal types, one journey per object of a namespace, from `seen`."""
    engine.make_view(__package__, "walk_of_objects", {"namespace_id": namespace_id}, "walk")


def walk_of_people(engine: Engine, quiet_us: int | None) -> None:
    """Walk over signal types, a person's time cut after more than `quiet_us` of silence, from `seen`; None never cuts."""
    if quiet_us is None:
        engine.make_view(__package__, "walk_of_people", name="walk")
    else:
        engine.make_view(__package__, "walk_of_visits", {"quiet_us": quiet_us}, "walk")


def walk_of_rows(
    engine: Engine, rows: str, *, journey: str, node: str, at: str, order: str
) -> dict[int, str]:
    """Walk over rows that are not in the lake: nodes are coded to integers once, journeys by their hash.

    Args:
        engine: Reads `rows`.
        rows: A query or relation to read.
        journey: Expression of what a journey is about.
        node: Expression of the node's name.
        at: Expression of a timestamp in UTC.
        order: Expression that orders equal instants.

    Returns:
        Names of the walk's nodes.
    """
    engine.run(f"""
        create or replace temp view uncoded as
        select hash({journey}) as journey, {node} as node, epoch_us({at}) as at_us, {order} as ordinal from {rows}""")
    engine.make_table(__package__, "coded_node")
    engine.make_view(__package__, "walk_of_rows", name="walk")
    return dict(engine.rows("select code, name from coded_node"))


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
