"""Funnels: how many journeys reach each of some nodes, one after the other, and where those go that do not reach the next.

Every move out of a node of the funnel is told once, so that what a funnel tells adds up to the totals of the graph.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.lake import Engine

Row = dict[str, Any]  # rows of a query


@dataclass(frozen=True)
class Drop:
    """A way out of a node of the funnel: a transition of the graph, apart by what became of the journey.

    Attributes:
        target: The next node; None: the journey ends.
        onward: Journeys that reach the next node of the funnel later.
        dropped: Journeys that never do.
        outside: Moves that are not the funnel's visit of the node: later visits, and those of journeys that came here out of turn.
    """

    target: int | None
    onward: int
    dropped: int
    outside: int

    @property
    def count(self) -> int:
        """Moves; what the graph counts of the transition."""
        return self.onward + self.dropped + self.outside


@dataclass(frozen=True)
class Stop:
    """A node of the funnel.

    Attributes:
        node: Its code.
        journeys: That reached it, after all nodes before it in turn.
        people: Known people among them.
        visits: Rows of the walk at the node, in the funnel or not.
        wait_median_s: From the node before, seconds; None: the first one, or nobody came.
        ways: Ways out, the most dropped first.
    """

    node: int
    journeys: int
    people: int
    visits: int
    wait_median_s: float | None
    ways: tuple[Drop, ...]

    @property
    def dropped(self) -> int:
        """Journeys that reached it and not the next one."""
        return sum(way.dropped for way in self.ways)


def read_funnel(engine: Engine, nodes: Sequence[int]) -> list[Stop]:
    """Follow journeys from node to node.

    The funnel's visit of the first node is the first of the journey; of every other one the first after the visit of the node before.

    Args:
        engine: Holds `move`.
        nodes: Codes, two or more, in order; a node may come twice.
    """
    asked = ", ".join(str(int(node)) for node in nodes)
    columns = "journey, person, node, at_us, place, next_node"
    with engine.unordered():
        engine.run(
            f"create or replace temp table funnel_move as select {columns} from move where node in ({asked})"
        )
        engine.run(f"create or replace temp table funnel_visit as {_visits(nodes)}")
    reached = {stage: told for stage, *told in engine.rows(_REACHED)}
    visits: dict[int, int] = dict(engine.rows("select node, count(*) from funnel_move group by node"))
    ways: dict[int, list[Drop]] = {}
    for place, target, onward, dropped, outside in engine.rows(_ways(nodes)):
        ways.setdefault(place, []).append(Drop(target, onward, dropped, outside))
    engine.run("drop table funnel_visit; drop table funnel_move")
    found = []
    for place, node in enumerate(nodes):
        journeys, people, wait_s = reached.get(place, (0, 0, None))
        found.append(Stop(node, journeys, people, visits.get(node, 0), wait_s, tuple(ways.get(place, ()))))
    return found


_REACHED = """
    select stage, count(*), count(distinct person), quantile_cont((at_us - before_us) / 1e6, 0.5)
    from funnel_visit
    group by stage"""


def _visits(nodes: Sequence[int]) -> str:
    """SQL of the funnel's visits: stage (number of the node), journey, place in it, and when the node before was visited."""
    names = [f"visit_{number}" for number in range(len(nodes))]
    parts = [f"{names[0]} as ({_first_visit(nodes[0])})"]
    parts += [
        f"{name} as ({_next_visit(before, node, number)})"
        for number, (name, before, node) in enumerate(zip(names[1:], names, nodes[1:], strict=False), 1)
    ]
    return f"with {', '.join(parts)} {' union all '.join(f'select * from {name}' for name in names)}"


def _first_visit(node: int) -> str:
    return f"""
        select 0 as stage, journey, min(person) as person, min(place) as place, min(at_us) as at_us, null::bigint as before_us
        from funnel_move
        where node = {int(node)}
        group by journey"""


def _next_visit(before: str, node: int, number: int) -> str:
    return f"""
        select {number} as stage, m.journey, min(m.person) as person, min(m.place) as place, min(m.at_us) as at_us, min(b.at_us) as before_us
        from funnel_move as m
        join {before} as b on b.journey = m.journey and m.place > b.place
        where m.node = {int(node)}
        group by m.journey"""


def _ways(nodes: Sequence[int]) -> str:
    """SQL of the ways out of each node of the funnel: every move out of it, once."""
    stages = ", ".join(f"({number}, {int(node)})" for number, node in enumerate(nodes))
    return f"""
        with stage (number, node) as (values {stages})
        select s.number, m.next_node,
               count(*) filter (where v.journey is not null and n.journey is not null) as onward,
               count(*) filter (where v.journey is not null and n.journey is null) as dropped,
               count(*) filter (where v.journey is null) as outside
        from stage as s
        join funnel_move as m on m.node = s.node
        left join funnel_visit as v on v.stage = s.number and v.journey = m.journey and v.place = m.place
        left join funnel_visit as n on n.stage = s.number + 1 and n.journey = m.journey
        group by s.number, m.next_node
        order by s.number, dropped desc, onward desc, outside desc, m.next_node nulls last"""
