"""What each kind of touch contributes to outcomes: by removal from a Markov chain, by time decay, and by the last touch.

All three say what goes together with outcomes, not what causes them: who is about to buy looks around more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parcours.kernel.clock import duration_us

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.lake import Engine

    Moves = Sequence[tuple[int | None, int | None, bool | None, int]]

HALF_LIFE = "7d"


@dataclass(frozen=True)
class Contribution:
    """A kind of touch.

    Attributes:
        node: Code of a channel, a type or an object.
        touches: Before outcomes.
        removal: By how much the chance of an outcome falls where it leads nowhere, ratio in [0, 1].
        markov, decayed, last: Share of outcomes that have any touch, ratios; each adds up to 1.
    """

    node: int
    touches: int
    removal: float
    markov: float
    decayed: float
    last: float


def read_contributions(
    engine: Engine,
    outcomes: Sequence[int],
    *,
    of: str,
    namespace_id: int,
    look_back: str,
    half_life: str = HALF_LIFE,
) -> list[Contribution]:
    """What touches contribute to outcomes, the largest share by removal first.

    Args:
        engine: Holds `seen`.
        outcomes: Codes of the types that are outcomes.
        of: Touches are told apart by `channel`, by `type`, or by the object of `namespace_id`.
        namespace_id: Code of the objects; -1: none.
        look_back: How long before an outcome a touch has a part in it.
        half_life: After so long a touch counts half, by time decay.
    """
    asked = {
        "outcomes": list(outcomes),
        "of": of,
        "namespace_id": namespace_id,
        "look_back": duration_us(look_back),
    }
    engine.make_table(__package__, "episode", asked)
    moves = [
        (row["source"], row["target"], row["is_converted"], row["count"])
        for row in engine.model(__package__, "touch_move").to_pylist()
    ]
    credited = engine.model(__package__, "touch_credit", {"half_life": duration_us(half_life)}).to_pylist()
    engine.run("drop table episode")
    removal = removal_effects(moves)
    effects = sum(removal[row["node"]] for row in credited) or 1.0
    outcomes_with = sum(row["last_outcomes"] for row in credited)
    found = [
        Contribution(
            row["node"],
            row["touches"],
            removal[row["node"]],
            removal[row["node"]] / effects,
            row["decayed_outcomes"] / outcomes_with,
            row["last_outcomes"] / outcomes_with,
        )
        for row in credited
    ]
    return sorted(found, key=lambda item: (-item.markov, item.node))


def removal_effects(moves: Moves) -> Mapping[int, float]:
    """By how much the chance of an outcome falls where a node leads nowhere, ratio in [0, 1], for each node.

    An episode is a first-order Markov chain from its start to an outcome or to nothing. Who comes by a node and reaches the outcome from there
    would not: the fall is the chance to come by it times the chance of an outcome from there, over the chance of an outcome.

    Args:
        moves: `(source, target, is_converted, count)`; source None: the start; target None: the end, then `is_converted` says of what kind.

    Source:
        Anderl, Becker, von Wangenheim and Schumann (2016), IJRM 33:457-474; visits by the fundamental matrix, Kemeny and Snell (1960), chapter 3.

    Example:
        >>> halves = [(None, 1, None, 2), (1, None, True, 1), (1, None, False, 1), (None, 2, None, 2), (2, None, True, 1), (2, None, False, 1)]
        >>> removal_effects(halves)
        {1: 0.5, 2: 0.5}
    """
    nodes = sorted({node for source, target, *_ in moves for node in (source, target) if node is not None})
    place = {node: number for number, node in enumerate(nodes, 1)}  # 0 is the start
    onward = np.zeros((len(nodes) + 1, len(nodes) + 1))
    ended = np.zeros(len(nodes) + 1)
    total = np.zeros(len(nodes) + 1)
    for source, target, is_converted, count in moves:
        here = 0 if source is None else place[source]
        total[here] += count
        if target is not None:
            onward[here, place[target]] += count
        elif is_converted:
            ended[here] += count
    divisor = np.where(total > 0, total, 1)
    visits = np.linalg.inv(np.eye(len(nodes) + 1) - onward / divisor[:, None])
    chance = visits @ (ended / divisor)
    if chance[0] == 0:
        return dict.fromkeys(nodes, 0.0)
    fall = visits[0] / np.diag(visits) * chance / chance[0]
    return {node: float(fall[number]) for node, number in place.items()}
