"""The five kinds of gap, by the rules written in docs/explanation/what-to-treat-first.md."""

from __future__ import annotations

from typing import Any

import pytest

from parcours.gap.finding import Kind, Share
from parcours.gap.finding.kinds import kind_of

Row = dict[str, Any]


def overall(contested: int = 0, scores: int = 0, mean: float | None = None) -> Row:
    """What the rules ask of a promise's row."""
    return {"contested": contested, "said": {"kept": {"scores": scores, "score_mean": mean}}}


def places(*shares: tuple[int, int]) -> list[Row]:
    """One row a store."""
    rows = []
    for number, (kept, broken) in enumerate(shares):
        high = Share.of(kept, broken).high
        rows.append({"slice": {"store": str(number)}, "kept": kept, "broken": broken, "high": high})
    return rows


@pytest.mark.parametrize(
    ("share", "goal", "row", "slices", "kind"),
    [
        ((900, 100), 0.95, overall(), places((90, 10), (95, 5), (70, 30)), Kind.DELIVERY),
        # 120 of 200 kept at best: to 67 %, below the goal of 90 %.
        ((300, 300), 0.9, overall(), places((120, 80), (100, 100), (80, 120)), Kind.COMMUNICATION),
        ((300, 300), 0.9, overall(), places((120, 80), (100, 100)), Kind.DELIVERY),  # two places show no best
        (
            (300, 300),
            None,
            overall(),
            places((120, 80), (100, 100), (80, 120)),
            Kind.DELIVERY,
        ),  # nothing to be bold against
        ((950, 10), 0.95, overall(contested=11), [], Kind.PERCEPTION),
        ((950, 10), 0.95, overall(contested=10), [], Kind.DELIVERY),
        ((950, 10), 0.95, overall(scores=30, mean=5.5), [], Kind.PERCEPTION),
        ((950, 10), 0.95, overall(scores=29, mean=5.5), [], Kind.DELIVERY),
        ((950, 10), 0.95, overall(scores=30, mean=3.5), [], Kind.DELIVERY),  # of five
        ((950, 10), 0.95, overall(scores=30, mean=2.9), [], Kind.PERCEPTION),
        ((800, 200), 0.95, overall(scores=30, mean=5.5), [], Kind.DELIVERY),  # it is not kept
        ((100, 0), None, overall(), [], None),
        ((0, 0), 0.9, overall(), [], None),
    ],
)
def test_the_rules_hold(
    share: tuple[int, int], goal: float | None, row: Row, slices: list[Row], kind: Kind | None
) -> None:
    """Each rule on the side where it holds, and where it just does not."""
    assert kind_of(Share.of(*share), goal, row, slices)[0] is kind
