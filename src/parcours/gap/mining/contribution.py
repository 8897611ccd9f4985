"""What channels, types of signals, campaigns or stores contribute to sales, told with names; an association, never a cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.gap.finding import drawn_map
from parcours.gap.results import Unknown
from parcours.journey.life.contribution import HALF_LIFE, read_contributions
from parcours.journey.measures import SALES
from parcours.signal import OBJECT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.gap.results import Results

Row = dict[str, Any]  # rows leave as JSON


def contribution_rows(
    results: Results,
    *,
    of: str,
    to: Sequence[str] = (),
    map_name: str | None = None,
    look_back: str = "30d",
    half_life: str = HALF_LIFE,
) -> list[Row]:
    """What each kind of touch contributes to sales, to other outcomes, or to each stage of a map.

    Args:
        results: The published run.
        of: `channel`, `type`, or a kind of object such as `campaign`.
        to: Types that are outcomes; none: sales.
        map_name: The signals of each stage of this map are outcomes instead, stage by stage; rows then have a `stage`.
        look_back: How long before an outcome a touch has a part in it.
        half_life: After so long a touch counts half, by time decay.

    Raises:
        Unknown: No such kind of touch, or no such type.
    """
    types, namespaces = results.vault.terms("type"), results.vault.terms("namespace")
    if of not in {"channel", "type", *namespaces}:
        raise Unknown("kind of touch", of, {"channel", "type", *namespaces})
    for kind in to:
        if kind not in types:
            raise Unknown("type of signal", kind, types)
    outcomes: dict[str | None, Sequence[str]] = {None: to or SALES}
    if map_name is not None:
        if map_name not in results.maps:
            raise Unknown("map", map_name, results.maps)
        drawn = drawn_map(results, map_name)
        outcomes = {stage.stage: [step.signal for step in stage.steps] for stage in drawn.stages}
    results.see()
    return [
        {**({} if stage is None else {"stage": stage}), **row}
        for stage, kinds in outcomes.items()
        for row in _rows(results, of, [types[kind] for kind in kinds if kind in types], look_back, half_life)
    ]


def _rows(results: Results, of: str, outcomes: Sequence[int], look_back: str, half_life: str) -> list[Row]:
    found = read_contributions(
        results.engine,
        outcomes or [-1],
        of=of,
        namespace_id=results.vault.terms("namespace").get(of, -1),
        look_back=look_back,
        half_life=half_life,
    )
    names = _names(results, of, [item.node for item in found])
    return [
        {
            "touch": names.get(item.node),
            "touches": item.touches,
            "removal": item.removal,
            "markov": item.markov,
            "decayed": item.decayed,
            "last": item.last,
            "is_estimate_of_cause": False,
        }
        for item in found
    ]


def _names(results: Results, of: str, nodes: Sequence[int]) -> dict[int, str]:
    if of in {"channel", "type"}:
        return {code: text for text, code in results.vault.terms(of).items()}
    results.view(OBJECT)
    return {node: name.partition(":")[2] for node, name in results.object_names(nodes).items()}
