"""What an interaction changes, asked of journeys whose truth is known: counted by hand, and drawn with an effect that was put in."""

from __future__ import annotations

import numpy as np
import pytest

from parcours.gap.mining.choice import Choice
from parcours.gap.mining.effect import NeverFollows, effect_rows
from parcours.gap.mining.trials import Walked, anchored, landmark_of, make_trial
from parcours.gap.results import open_results
from parcours.kernel.workspace import Workspace
from web.given import run

PAY, NOTICE, COLLECT = 1, 2, 3
NEVER = np.iinfo(np.int64).max
HOUR_US = 3_600_000_000


def _walked(*journeys: list[tuple[int, int]], closed: dict[int, int] | None = None) -> Walked:
    """Journeys as (node, hour)s."""
    rows = [(number, node, hour * HOUR_US) for number, own in enumerate(journeys) for node, hour in own]
    journey, node, at = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    over = np.full(len(journeys), NEVER)
    for number, hour in (closed or {}).items():
        over[number] = hour * HOUR_US
    return Walked(journey, node, at, np.arange(len(journeys)), over, 0)


def _trial(walked: Walked, landmark: int, until: int = 1000) -> list[tuple[int, bool, bool]]:
    found = make_trial(
        walked,
        anchored(walked, PAY),
        landmark * HOUR_US,
        of=NOTICE,
        on=COLLECT,
        within_us=10 * HOUR_US,
        until=until * HOUR_US,
    )
    assert not (found.had & found.later).any()
    return list(zip(found.journey.tolist(), found.had.tolist(), found.came.tolist(), strict=True))


def test_sides_are_told_apart_at_the_landmark() -> None:
    """The first had been told by hour 4, the second was told later, the third never; all collected in time after that."""
    told, later, never = (
        [(PAY, 0), (NOTICE, 3), (COLLECT, 9)],
        [(PAY, 0), (NOTICE, 5), (COLLECT, 9)],
        [(PAY, 0), (COLLECT, 8)],
    )
    assert _trial(_walked(told, later, never), 4) == [(0, True, True), (1, False, True), (2, False, True)]


def test_who_had_the_outcome_before_the_landmark_is_on_neither_side() -> None:
    """Else those who were not told would seem quicker: only who is still waiting can be told."""
    assert _trial(_walked([(PAY, 0), (COLLECT, 1)], [(PAY, 0), (NOTICE, 1), (COLLECT, 2)]), 2) == []


def test_what_is_over_or_not_lived_through_is_not_compared() -> None:
    """The first was over by the landmark, and the last one's ten hours have not passed."""
    walked = _walked([(PAY, 0)], [(PAY, 0)], [(PAY, 90)], closed={0: 1})
    assert _trial(walked, 2, until=100) == [(1, False, False)]


def test_an_outcome_counts_as_long_as_was_asked() -> None:
    """Ten hours after a landmark at hour 2."""
    walked = _walked([(PAY, 0), (COLLECT, 12)], [(PAY, 0), (COLLECT, 13)])
    assert [came for _, _, came in _trial(walked, 2)] == [True, False]


def test_by_the_landmark_nineteen_of_twenty_interactions_have_happened() -> None:
    """Waits of 1 to 20 hours."""
    walked = _walked(*([(PAY, 0), (NOTICE, hour)] for hour in range(1, 21)))
    assert landmark_of(walked, anchored(walked, PAY), NOTICE) == 19 * HOUR_US


def test_there_is_no_landmark_where_it_never_follows() -> None:
    """A notice before the payment follows from something else."""
    walked = _walked([(NOTICE, 0), (PAY, 1)])
    assert landmark_of(walked, anchored(walked, PAY), NOTICE) is None


SOURCE = """
source: shop
read: {csv: data/shop.csv}
person: {customer: visit}
objects: {cart: visit}
channel: web
time_zone: UTC
signals:
  - {type: {sql: kind}, at: at}
"""


def _shop(tmp_path_factory: pytest.TempPathFactory, effect: float) -> Workspace:
    """Four thousand visits: who looks more is more often told, and buys more anyway; being told adds `effect`."""
    chance = np.random.default_rng(7)
    lines = ["visit,kind,at"]
    for visit in range(4_000):
        looks = int(chance.integers(0, 4))
        day = np.datetime64("2026-03-01T08:00:00") + np.timedelta64(
            int(chance.integers(0, 90 * 24 * 60)), "m"
        )

        def tell(kind: str, minutes: float, visit: int = visit, day: np.datetime64 = day) -> None:
            lines.append(f"{visit},{kind},{day + np.timedelta64(int(minutes * 60), 's')}")

        for look in range(looks):
            tell("product.viewed", look)
        tell("basket.filled", 10)
        is_told = chance.random() < 0.1 + 0.25 * looks
        if is_told:
            tell("notice.sent", 10 + chance.uniform(1, 59))
        if chance.random() < 0.1 + 0.15 * looks + effect * is_told:
            tell("order.placed", 10 + chance.uniform(70, 1_000))
    folder = tmp_path_factory.mktemp("shop")
    for name, text in {
        "parcours.toml": "",
        "sources/shop.yaml": SOURCE,
        "data/shop.csv": "\n".join(lines),
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    workspace = Workspace(folder)
    run(workspace)
    return workspace


@pytest.mark.parametrize("effect", [0.15, 0.0])
def test_who_is_told_more_because_they_look_more_does_not_make_an_effect(
    tmp_path_factory: pytest.TempPathFactory, effect: float
) -> None:
    """As it looks, being told adds some points too many; with what they looked at before alike, what was put in."""
    workspace = _shop(tmp_path_factory, effect)
    with open_results(workspace) as results:
        (row,) = effect_rows(
            results, Choice(per="cart"), "notice.sent", "order.placed", "basket.filled", "2d", "1h"
        )
        with pytest.raises(NeverFollows):
            effect_rows(results, Choice(per="cart"), "product.viewed", after="order.placed")
    assert row["difference"] > effect + 0.05
    assert (row["kind"], row["later"]) == ("estimate", 0), row["because"]
    assert (
        abs(row["effect"] - effect) < 1.8 * (row["high"] - row["low"]) / 2
    )  # three standard errors of a 90 % interval
    assert row["high"] - row["low"] < 0.12
    assert row["is_beyond_chance"] == (effect > 0)
