"""What is asked for: how many people, how long, which habits; checked before anything is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from parcours.simulate.errors import ImpossiblePlan
from parcours.simulate.planted import Planting, read_planting, story_planting
from parcours.simulate.stores import Store, make_stores

if TYPE_CHECKING:
    from pathlib import Path

LAST_DAY = date(2026, 11, 15)  # of the data, unless a start is given
_MOST_PEOPLE, _MOST_DAYS, _MOST_STORES = 20_000_000, 730, 500
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Habits:
    """How the French shop, as published; ratios.

    Attributes:
        mixed: People who buy both online and in store (52 %, Access Panel of L'Échangeur BNP Paribas Personal Finance).
        research_online: People who look online before they buy in store (44 %, same source).
        physical: Purchases with a physical part: in store, or collected there (83 %).
        collected: Online orders that are collected; with `physical` it decides how much is bought online.
    """

    mixed: float = 0.52
    research_online: float = 0.44
    physical: float = 0.83
    collected: float = 0.62


@dataclass(frozen=True)
class Plan:
    """A retailer to make. Equal plans give equal files."""

    people: int
    days: int
    seed: int
    stores: tuple[Store, ...]
    start: date
    habits: Habits
    planting: Planting

    @property
    def last_day(self) -> date:
        """Last day of the data."""
        return self.start + timedelta(days=self.days - 1)


def make_plan(
    people: int,
    days: int,
    seed: int,
    *,
    stores: int = 6,
    gaps: Path | str | None = None,
    start: str | None = None,
    habits: Habits | None = None,
) -> Plan:
    """Check what is asked and fill in what is not.

    Args:
        people: 1 to 20 million.
        days: 1 to 730.
        seed: Any whole number from 0 on.
        stores: 0 (a pure web player) to 500.
        gaps: A file, `"none"`, or None for the demo's story.
        start: First day as ISO text; by default the data end on 15 November 2026.
        habits: By default the published ones.

    Raises:
        ImpossiblePlan: Something cannot be.
        Faulty: The file of gaps is wrong.
    """
    for name, number, low, high in (
        ("people", people, 1, _MOST_PEOPLE),
        ("days", days, 1, _MOST_DAYS),
        ("stores", stores, 0, _MOST_STORES),
        ("seed", seed, 0, 2**63 - 1),
    ):
        if not low <= number <= high:
            raise ImpossiblePlan(f"--{name} {number} cannot be simulated", fix=f"use {low} to {high}")
    first = LAST_DAY - timedelta(days=days - 1) if start is None else _day(start)
    made = make_stores(stores)
    wanted = habits or Habits()
    _check_habits(wanted, has_stores=bool(made))
    if gaps is None:
        planting = story_planting(first, days, made)
    else:
        planting = Planting() if str(gaps) == "none" else read_planting(_file(gaps), made)
    return Plan(people, days, seed, made, first, wanted, planting)


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ImpossiblePlan(f"--start {text!r} is no date", fix="write it like 2026-07-19") from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ImpossiblePlan(
            f"--start {text} cannot be simulated", fix=f"use the years {_FIRST_YEAR} to {_LAST_YEAR}"
        )
    return day


def _file(gaps: Path | str) -> Path:
    from pathlib import Path  # noqa: PLC0415 - only where a file is named

    path = Path(gaps)
    if not path.is_file():
        raise ImpossiblePlan(f"there is no file {path}", fix="name a YAML file of gaps, or --gaps none")
    return path


def _check_habits(habits: Habits, *, has_stores: bool) -> None:
    for name in ("mixed", "research_online", "physical", "collected"):
        share = getattr(habits, name)
        if not 0 <= share < 1:
            option = name.replace("_", "-")
            raise ImpossiblePlan(
                f"--{option} {share} is no share", fix="use a number from 0 to below 1, such as 0.52"
            )
    if has_stores and online_only(habits) < 0:
        raise ImpossiblePlan(
            f"--mixed {habits.mixed} and --physical {habits.physical} contradict each other",
            fix="fewer people buy both ways, or fewer purchases have a physical part",
        )
    if has_stores and habits.research_online > 1 - online_only(habits):
        raise ImpossiblePlan(
            f"--research-online {habits.research_online} is more than the people who buy in store at all",
            fix="lower it, or raise --physical",
        )


ONLINE_OF_MIXED = 0.55  # share of what people who buy both ways buy online


def online_only(habits: Habits) -> float:
    """People who only buy online, so that as many purchases have a physical part as asked; below 0 where that cannot be."""
    online = (1 - habits.physical) / (1 - habits.collected)
    return min(online - habits.mixed * ONLINE_OF_MIXED, 1 - habits.mixed)
