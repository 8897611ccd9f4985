"""Rules between the nodes of journeys: Declare constraints, and the temporal profile. On integers, over a chosen walk (`journey.mining`).

Declare asks of finished journeys, and answers with a yes or no for each; whom it was promised, by when, and whether anybody could have seen
it, is what a promise says beside (`gap`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import pyarrow as pa

from parcours.kernel.errors import ParcoursError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.lake import Engine

Template = Literal[
    "existence",
    "absence",
    "exactly_one",
    "init",
    "responded_existence",
    "coexistence",
    "noncoexistence",
    "response",
    "precedence",
    "succession",
]
"""Declare templates, named as in Pesic, Schonenberg, van der Aalst (2007), EDOC, and in pm4py."""

UNARY = ("existence", "absence", "exactly_one", "init")
_CONSTRAINT = pa.schema(
    [("constraint_id", pa.int32()), ("template", pa.string()), ("node", pa.int32()), ("other", pa.int32())]
)
_PAIR = pa.schema(
    [
        ("source", pa.int32()),
        ("target", pa.int32()),
        ("wait_mean_s", pa.float64()),
        ("wait_std_s", pa.float64()),
    ]
)


class BadConstraint(ParcoursError, ValueError):
    """A Declare constraint of another template, or with too few or too many nodes."""

    code = "journey.bad_constraint"

    def __init__(self, template: str, nodes: int) -> None:
        super().__init__(
            f"there is no constraint {template!r} of {nodes} nodes",
            fix=f"use one of {', '.join(get_args(Template))}; {', '.join(UNARY)} name one node, the others two",
            template=template,
        )


@dataclass(frozen=True)
class Constraint:
    """A Declare constraint on nodes of a walk.

    Attributes:
        template: What it says.
        node: Code of the first, or only, node.
        other: Code of the second; None for a template of one node.
    """

    template: Template
    node: int
    other: int | None = None

    def __post_init__(self) -> None:
        """Refuse what is no constraint.

        Raises:
            BadConstraint: The template is not known, or does not take that many nodes.
        """
        if self.template not in get_args(Template) or (self.other is None) != (self.template in UNARY):
            raise BadConstraint(self.template, 1 if self.other is None else 2)


@dataclass(frozen=True)
class Usual:
    """How long it usually takes from one node to another, however much lies between.

    Attributes:
        pairs: How many pairs of visits tell it; 0 where nobody counted.
        wait_mean_s: Mean; seconds.
        wait_std_s: Standard deviation of the sample, 0 for a single pair; seconds.
    """

    source: int
    target: int
    wait_mean_s: float
    wait_std_s: float
    pairs: int = 0


def place_walk(engine: Engine) -> None:
    """Number the rows of each journey of `walk`, once for all rules: table `placed_walk`."""
    engine.make_table(__package__, "placed_walk")


def violations(engine: Engine, constraints: Sequence[Constraint]) -> pa.Table:
    """Journeys that violate Declare constraints.

    Vacuous satisfaction is no violation: `response` says nothing of a journey without its first node.

    Args:
        engine: Holds `placed_walk`.
        constraints: What is asked; nodes are those of the walk.

    Returns:
        Columns: constraint_id (int32, place in `constraints`), journey (as in the walk); one row for each journey that violates one.

    Source:
        Pesic, Schonenberg, van der Aalst (2007), DECLARE: full support for loosely-structured processes, EDOC. On finished journeys
        each of these templates is a comparison of how often, when first and when last its nodes were visited.
    """
    _ask(engine, constraints)
    engine.make_table(__package__, "visited_node")
    found = engine.model(__package__, "declare_violation")
    engine.run("drop table visited_node")
    return found


def concerned(engine: Engine, constraints: Sequence[Constraint]) -> list[int]:
    """How many journeys each constraint says something of: the others satisfy it because nothing was asked of them.

    A constraint on one node speaks of all. `response`, `responded_existence` and `noncoexistence` speak of journeys with their first node,
    `precedence` of those with the second, `succession` and `coexistence` of those with either.

    Args:
        engine: Holds `placed_walk`.
        constraints: What is asked.
    """
    _ask(engine, constraints)
    rows = engine.model(__package__, "rule_concern").to_pylist()
    found = {row["constraint_id"]: row["journeys"] for row in rows}
    return [found[number] for number in range(len(constraints))]


def _ask(engine: Engine, constraints: Sequence[Constraint]) -> None:
    """Make the constraints readable as `asked_constraint`."""
    rows = [
        {"constraint_id": number, "template": each.template, "node": each.node, "other": each.other}
        for number, each in enumerate(constraints)
    ]
    engine.register("asked_constraint", pa.Table.from_pylist(rows, schema=_CONSTRAINT))


def temporal_profile(engine: Engine) -> list[Usual]:
    """How long it usually takes from each node to each that is visited later in the same journey.

    Args:
        engine: Holds `placed_walk`.

    Source:
        Stertz, Mangler, Rinderle-Ma (2020), Temporal conformance checking at runtime based on time-infused process models, arXiv:2008.07262.
    """
    return [
        Usual(row["source"], row["target"], row["wait_mean_s"], row["wait_std_s"], row["pairs"])
        for row in engine.model(__package__, "temporal_pair").to_pylist()
    ]


def unusual_waits(engine: Engine, profile: Sequence[Usual], zeta: float) -> pa.Table:
    """Pairs of rows of one journey whose wait lies outside of the profile.

    Args:
        engine: Holds `placed_walk`.
        profile: What is usual; pairs that it does not name are not looked at.
        zeta: How many standard deviations from the mean are still usual, >= 0.

    Returns:
        Columns: journey (as in the walk), source, target (nodes), wait_s (seconds); a row for each such pair.

    Source:
        As `temporal_profile`.
    """
    rows = [
        {
            "source": each.source,
            "target": each.target,
            "wait_mean_s": each.wait_mean_s,
            "wait_std_s": each.wait_std_s,
        }
        for each in profile
    ]
    engine.register("asked_pair", pa.Table.from_pylist(rows, schema=_PAIR))
    return engine.model(__package__, "temporal_deviation", {"zeta": zeta})
