"""The few journeys that stand for most: which they are, whom they stand for, and each laid over its map."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from parcours.gap.finding import drawn_map
from parcours.gap.mining.choice import choose
from parcours.gap.naming import register_terms
from parcours.gap.results import person_text
from parcours.gap.tables import VERDICT
from parcours.journey import JOURNEY, JOURNEY_STEP, mining
from parcours.journey.lived import Terms, read_lived
from parcours.journey.mined.typical import choose_typical
from parcours.signal import SIGNAL
from parcours.signal.catalogue import title_of

if TYPE_CHECKING:
    from parcours.gap.mining.choice import Choice, Nodes
    from parcours.gap.results import Results
    from parcours.journey.mined.typical import Chosen
    from parcours.journey.picture import LivedMap

Row = dict[str, Any]  # rows leave as JSON
SHARE, WITHIN = 0.8, 0.25


@dataclass(frozen=True)
class Representatives:
    """Typical journeys of a choice.

    Attributes:
        rows: One a typical journey, the one that stands for most first.
        covered: Ratio of journeys that some of them stands for.
        is_fewest: It is proven that fewer cannot cover the share that was asked for.
        journeys, variants: Of the choice.
    """

    rows: list[Row]
    covered: float
    is_fewest: bool
    journeys: int
    variants: int

    @property
    def json(self) -> Row:
        """As one document."""
        told = {name: getattr(self, name) for name in ("covered", "is_fewest", "journeys", "variants")}
        return {**told, "representative": self.rows}


def representatives(
    results: Results, choice: Choice, share: float = SHARE, within: float = WITHIN
) -> Representatives:
    """The fewest journeys that stand for a share of all within a distance.

    Leaves the table `path_group (journey, typical, is_self)`.

    Args:
        results: The published run.
        choice: Of journeys.
        share: Of journeys, in [0, 1].
        within: Distance, a ratio in [0, 1): nodes added, left out or replaced, of those of the longer path.
    """
    nodes = choose(results, choice)
    paths = mining.variants(results.engine)
    counts = [count for _, count in paths]
    chosen = choose_typical([path for path, _ in paths], counts, share=share, within=within)
    _group(results, chosen, [path for path, _ in paths])
    figures = {
        row["typical"]: row
        for row in results.engine.model("parcours.journey.mined", "group_figure").to_pylist()
    }
    waits = results.engine.model("parcours.journey.mined", "group_wait").to_pylist()
    fates = _fates(results, choice)
    rows = [
        {
            "path": [nodes.name(node) for node in paths[item.variant][0]],
            "stages": _stages(results, choice, nodes, paths[item.variant][0]),
            "journeys": item.journeys,
            "share": item.journeys / sum(counts),
            "exactly": counts[item.variant],
            "variants": len(item.members),
            "distance_mean": item.distance_mean,
            "people": figures[number]["people"],
            "waits_median_s": [row["wait_median_s"] for row in waits if row["typical"] == number],
            "duration_median_s": figures[number]["duration_median_s"],
            "example": person_text(figures[number]["example"]),
            **fates.get(number, {"let_down": None, "scores": None, "score": None}),
        }
        for number, item in enumerate(chosen.typical)
    ]
    return Representatives(rows, chosen.covered, chosen.is_fewest, sum(counts), len(paths))


def _group(results: Results, chosen: Chosen, paths: list[list[int]]) -> None:
    """Make `path_group`: which typical path stands for each journey."""
    rows = [
        (paths[member], number, member == item.variant)
        for number, item in enumerate(chosen.typical)
        for member in item.members
    ]
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    kinds = (pa.list_(pa.int32()), pa.int32(), pa.bool_())
    table = pa.table(
        [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)],
        ["path", "typical", "is_self"],
    )
    results.engine.register("typical_path", table)
    results.engine.make_table("parcours.journey.mined", "path_group")


def _fates(results: Results, choice: Choice) -> dict[int, Row]:
    """Broken promises and scores of the journeys each stands for; empty without a map."""
    if choice.map_name is None:
        return {}
    results.view(VERDICT)
    asked = {"map_id": results.vault.terms("map")[choice.map_name]}
    register_terms(results.engine, results.vault)
    results.engine.make_table("parcours.gap", "let_down_journey", asked)
    rows = results.engine.model(__package__ or "", "group_fate", asked).to_pylist()
    return {row.pop("typical"): row for row in rows}


def _stages(results: Results, choice: Choice, nodes: Nodes, path: list[int]) -> list[Row] | None:
    """The path told by stages of the map: each stage with the steps gone through in it; None where nodes are no steps."""
    if choice.map_name is None or choice.by != "step":
        return None
    drawn = drawn_map(results, choice.map_name)
    stage_of = {step.step: stage.stage for stage in drawn.stages for step in stage.steps}
    names = [nodes.names[node] for node in path]
    return [
        {"stage": stage, "steps": list(steps)} for stage, steps in groupby(names, lambda name: stage_of[name])
    ]


def lived_as(results: Results, map_name: str, typical: int) -> LivedMap:
    """The journeys that one typical journey of a map stands for, laid over the map; after `representatives`.

    Args:
        results: The published run.
        map_name: Which map.
        typical: Number of the typical journey.
    """
    results.see()
    for spec in (JOURNEY, JOURNEY_STEP, SIGNAL):
        results.view(spec)
    results.view(JOURNEY, "every_journey")
    results.engine.run(
        "create or replace temp view journey as select * from every_journey "
        f"where journey_id in (select journey from path_group where typical = {int(typical)})"
    )
    try:
        return read_lived(
            results.engine,
            drawn_map(results, map_name),
            results.vault.terms("map")[map_name],
            Terms(*(results.vault.terms(kind) for kind in ("step", "type", "channel"))),
            heard_types=frozenset(results.vault.terms("type")),
            type_title=title_of,
            quote_of=lambda _: None,
        )
    finally:
        results.view(JOURNEY)
