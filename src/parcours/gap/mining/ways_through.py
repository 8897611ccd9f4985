"""Graphs simplified, step matrices, funnels, loops and differences of a chosen walk, told with names; rows leave as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.gap.mining.choice import choose
from parcours.gap.results import Unknown
from parcours.gap.tables import VERDICT
from parcours.journey import mining
from parcours.journey.mined.difference import differences
from parcours.journey.mined.funnel import read_funnel
from parcours.journey.mined.moves import comebacks, explaining_edges, step_matrix
from parcours.kernel.clock import parse_instant
from parcours.kernel.errors import ParcoursError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.gap.mining.choice import Choice, Nodes
    from parcours.gap.results import Results

Row = dict[str, Any]  # rows leave as JSON


class ShortFunnel(ParcoursError, ValueError):
    """A funnel was asked for that has fewer than two steps."""

    code = "mining.short_funnel"

    def __init__(self, steps: Sequence[str]) -> None:
        told = ", ".join(steps) or "none"
        super().__init__(
            f"a funnel needs two steps or more, and there is {told}",
            fix="name them in order: --steps pay,ready,hand-over",
        )


class NoCohorts(ParcoursError, ValueError):
    """Two cohorts were asked for in none, or in more than one way."""

    code = "mining.no_cohorts"

    def __init__(self) -> None:
        super().__init__(
            "which journeys to hold against which others is not clear",
            fix="write one of --since 2026-09-12, --promise ready-in-2h or --where store=Lyon; the last two need --map",
        )


def simple_graph(results: Results, choice: Choice, share: float) -> tuple[list[Row], float]:
    """The transitions that explain a share of people, as rows of the graph.

    Returns:
        (rows with the figures of the whole graph, ratio of people every transition of whom is among them).
    """
    nodes = choose(results, choice)
    kept, explained = explaining_edges(results.engine, share)
    wanted = {(nodes.name(source), nodes.name(target)) for source, target in kept}
    rows = mining.named(mining.transition_graph(results.engine), nodes.names)
    return [row for row in rows if (row["source"], row["target"]) in wanted], explained


def matrix_rows(
    results: Results, choice: Choice, anchor: str | None, before: int, after: int, *, from_end: bool
) -> list[Row]:
    """Where journeys are, so many moves before and after an anchor; shares are of the journeys that have it."""
    nodes = choose(results, choice)
    rows, total = step_matrix(
        results.engine,
        anchor=None if anchor is None else nodes.code(anchor),
        before=before,
        after=after,
        from_end=from_end,
    )
    return [
        {
            "offset": row["offset"],
            "node": nodes.name(row["node"]),
            "journeys": row["journeys"],
            "share": row["journeys"] / total,
        }
        for row in rows
    ]


def funnel_rows(results: Results, choice: Choice, steps: Sequence[str]) -> list[Row]:
    """A funnel with its drop-off paths.

    Args:
        results: The published run.
        choice: Of journeys.
        steps: In order; none: those of the map that are not optional.

    Raises:
        ShortFunnel: Fewer than two.
        Unknown: No such step or type.
    """
    nodes = choose(results, choice)
    chosen = list(steps) or _required(results, choice)
    if len(chosen) < 2:  # noqa: PLR2004 - from one to another
        raise ShortFunnel(chosen)
    stops = read_funnel(results.engine, [nodes.code(name) for name in chosen])
    first = stops[0].journeys
    return [
        {
            "node": name,
            "journeys": stop.journeys,
            "people": stop.people,
            "share": stop.journeys / first if first else None,
            "from_before": None if before is None or not before.journeys else stop.journeys / before.journeys,
            "dropped": stop.dropped if place < len(stops) - 1 else 0,
            "visits": stop.visits,
            "wait_median_s": stop.wait_median_s,
            "ways": [
                {
                    "target": nodes.name(way.target),
                    "onward": way.onward,
                    "dropped": way.dropped,
                    "outside": way.outside,
                    "count": way.count,
                }
                for way in stop.ways
            ],
        }
        for place, (name, stop, before) in enumerate(zip(chosen, stops, [None, *stops], strict=False))
    ]


def _required(results: Results, choice: Choice) -> list[str]:
    if choice.map_name is None or choice.by == "type":
        return []
    stages = results.maps[choice.map_name]["drawn"]["stages"]
    if choice.by == "stage":
        return [stage["stage"] for stage in stages]
    return [step["step"] for stage in stages for step in stage["steps"] if not step.get("optional")]


def loop_rows(results: Results, choice: Choice) -> list[Row]:
    """Nodes that journeys come back to, and the ways on which they do."""
    nodes = choose(results, choice)
    return [
        {
            **{key: value for key, value in row.items() if key not in {"node", "ways"}},
            "node": nodes.name(row["node"]),
            "share": row["again_journeys"] / row["journeys"],
            "ways": [{**way, "via": nodes.name(way["via"])} for way in row["ways"]],
        }
        for row in comebacks(results.engine)
    ]


def difference_row(
    results: Results,
    choice: Choice,
    *,
    since: str | None = None,
    promise: str | None = None,
    where: tuple[str, str] | None = None,
) -> Row:
    """What two cohorts of journeys do otherwise.

    Args:
        results: The published run.
        choice: Of journeys.
        since: Those that begin on this day or later against those before.
        promise: Those in which it was broken against those in which it was kept.
        where: Those whose slice has this value against those with another.

    Raises:
        NoCohorts: Not exactly one of them, or it needs a map.
        Unknown: No such promise or slice.
    """
    if [since, promise, where].count(None) != 2 or (since is None and choice.map_name is None):  # noqa: PLR2004 - one of three
        raise NoCohorts
    nodes = choose(results, choice)
    if since is not None:
        begins = since if "T" in since else f"{since}T00:00:00"
        asked = {"since": parse_instant(begins, results.zone)}
        results.engine.make_table(__package__ or "", "cohort_since", asked, "cohort")
        names = (f"since {since}", f"before {since}")
    elif promise is not None:
        names = _by_fate(results, choice.map_name or "", promise)
    else:
        names = _by_slice(results, choice.map_name or "", *(where or ("", "")))
    found, chosen, other = differences(results.engine)
    return {
        "chosen": {"title": names[0], "journeys": chosen},
        "other": {"title": names[1], "journeys": other},
        "transitions": [_difference(nodes, item) for item in found],
    }


def _by_fate(results: Results, map_name: str, promise: str) -> tuple[str, str]:
    results.map_of(promise, map_name)
    results.view(VERDICT)
    asked = {"promise_id": results.vault.terms("promise")[f"{map_name}/{promise}"]}
    results.engine.make_table(__package__ or "", "cohort_fate", asked, "cohort")
    return f"{promise} broken", f"{promise} kept"


def _by_slice(results: Results, map_name: str, name: str, value: str) -> tuple[str, str]:
    slices = results.maps[map_name]["slices"]
    if name not in slices:
        raise Unknown("slice", name, slices)
    results.view(VERDICT)
    asked = {"map_id": results.vault.terms("map")[map_name], "number": slices.index(name), "value": value}
    results.engine.make_table(__package__ or "", "cohort_slice", asked, "cohort")
    if not results.engine.value("select bool_or(is_chosen) from cohort"):
        column = f"slice_{slices.index(name)}"
        known = results.engine.rows(
            f"select distinct {column} from verdict where map_id = $map_id and {column} is not null",
            {"map_id": asked["map_id"]},
        )
        raise Unknown(name, value, [text for (text,) in known])
    return f"{name} {value}", f"another {name}"


def _difference(nodes: Nodes, found: Any) -> Row:  # a Difference
    told = {key: getattr(found, key) for key in found.__dataclass_fields__}
    return {**told, "source": nodes.name(found.source), "target": nodes.name(found.target)}
