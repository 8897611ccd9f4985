"""The walk as moves, each row with the one that follows it; the graph simplified, step matrices and loops are counted from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from parcours.lake import Engine

Row = dict[str, Any]  # rows of a model


def make_moves(engine: Engine) -> None:
    """Make the table `move` from the view `walk`; kept, since a window that is still sorting may not be read twice."""
    with engine.unordered():
        engine.make_table(__package__, "move")


def explaining_edges(engine: Engine, share: float) -> tuple[list[tuple[int | None, int | None]], float]:
    """The transitions that explain a share of people: every transition of theirs is among them.

    Transitions are taken in the order of how many people take them, until enough people are explained; those that only the others take are left out.

    Args:
        engine: Holds `move`.
        share: In [0, 1].

    Returns:
        (transitions as source and target, ratio of people explained); ([], 1.0) where nobody walks.
    """
    rows = engine.model(__package__, "explaining_edge").to_pylist()
    if not rows:
        return [], 1.0
    everybody = rows[0]["everybody"]
    reached = next((row for row in rows if row["explained"] >= share * everybody), rows[-1])
    kept = [(row["source"], row["target"]) for row in rows if row["needed"] <= reached["needed"]]
    return kept, reached["explained"] / everybody


def step_matrix(
    engine: Engine, *, anchor: int | None, before: int, after: int, from_end: bool = False
) -> tuple[list[Row], int]:
    """Where journeys are, so many moves before and after an anchor.

    Args:
        engine: Holds `move`.
        anchor: Node whose first visit is offset 0; None: the first row of each journey, or the last.
        before: Offsets before the anchor.
        after: Offsets after it.
        from_end: The anchor is the last visit, or the last row.

    Returns:
        (rows, journeys with the anchor): `offset, node, journeys`; node None: not begun yet, or ended. Rows of an offset add up to all journeys.
    """
    asked = {"anchor": anchor, "before": before, "after": after, "from_end": from_end}
    rows = [
        {"offset": row["moves"], "node": row["node"], "journeys": row["journeys"]}
        for row in engine.model(__package__, "step_place", asked).to_pylist()
    ]
    total = sum(row["journeys"] for row in rows if row["offset"] == 0)
    found: list[Row] = []
    for offset in range(-before, after + 1) if total else ():
        own = [row for row in rows if row["offset"] == offset]
        found += own
        if absent := total - sum(row["journeys"] for row in own):
            found.append({"offset": offset, "node": None, "journeys": absent})
    return found, total


def comebacks(engine: Engine) -> list[Row]:
    """Nodes that journeys come back to, the most returns first.

    Returns:
        Rows `node, visits, journeys, again (visits beyond the first), again_journeys, people, away_median_s` and `ways`: `via` (the node by
        which they left; the node itself where it came twice in a row), `count, journeys, people, away_median_s, between_median`, the most
        frequent first.
    """
    visits = {row["node"]: row for row in engine.model(__package__, "visited").to_pylist()}
    found: dict[int, Row] = {}
    for row in engine.model(__package__, "comeback").to_pylist():
        if row["via"] is None:
            told = visits[row["node"]]
            found[row["node"]] = {
                "node": row["node"],
                "visits": told["visits"],
                "journeys": told["journeys"],
                "again": row["count"],
                "again_journeys": row["journeys"],
                "people": row["people"],
                "away_median_s": row["away_median_s"],
                "ways": [],
            }
        else:
            found[row["node"]]["ways"].append({key: value for key, value in row.items() if key != "node"})
    for told in found.values():
        told["ways"].sort(key=lambda way: (-way["count"], way["via"]))
    return sorted(found.values(), key=lambda told: (-told["again"], told["node"]))
