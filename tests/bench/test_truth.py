"""A planted gap is recognised for what it is, and for nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from parcours.bench.truth import Planted, is_there, planted_gaps
from parcours.gap.finding import Share, Where

if TYPE_CHECKING:
    from pathlib import Path

LYON = Planted("lyon", "ready", "Lyon", (5,), (14, 18), 0.7, 80, 0.71, None, None)
TOLD = Where(
    conditions=(("store", "Lyon Part-Dieu"),),
    days=(5, 5),
    hours=(14, 18),
    share=Share.of(7, 3),
    rest=Share.of(90, 10),
    since=None,
    until=None,
    since_between=None,
    until_between=None,
    before=None,
    after=None,
    since_ended=None,
    by_day=(),
    evidence=10.0,
    chance=0.001,
)


@pytest.mark.parametrize(
    ("told", "is_it"),
    [
        (TOLD, True),
        (replace(TOLD, days=(5, 6), hours=(16, 20)), True),
        (replace(TOLD, conditions=(("store", "Lille"),)), False),
        (replace(TOLD, conditions=()), False),
        (replace(TOLD, days=(0, 4)), False),
        (replace(TOLD, hours=(9, 14)), False),
    ],
    ids=["as planted", "overlapping", "elsewhere", "everywhere", "other days", "before"],
)
def test_a_place_told_is_the_planted_one_where_it_meets_it(told: Where, is_it: bool) -> None:  # noqa: FBT001 - a table of cases
    """In its place, and in a part of the week that overlaps."""
    assert is_there(told, LYON) == is_it


def test_planted_gaps_are_read_and_empty_ones_left_out(tmp_path: Path) -> None:
    """One in a store on Saturday afternoons, one by mail at any time, one in which nobody was promised anything."""
    path = tmp_path / "gap.csv"
    path.write_text(
        "gap,promise,store,channel,weekdays,hours,since,until,eligible,kept_ratio,planted_kept_ratio\n"
        "a,ready,Lyon,,sat;sun,14-18,2026-09-12,2026-10-01,80,0.7,0.71\nb,answered,,mail,,,,,40,0.8,0.8\nc,never,,,,,,,0,,0.5\n",
        "utf-8",
    )

    assert planted_gaps(path) == [
        Planted("a", "ready", "Lyon", (5, 6), (14, 18), 0.7, 80, 0.71, date(2026, 9, 12), date(2026, 10, 1)),
        Planted("b", "answered", "mail", (), None, 0.8, 40, 0.8, None, None),
    ]
