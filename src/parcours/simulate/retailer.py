"""Makes the retailer, part by part: people, what they do, what systems see of it, and the truth beside it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.kernel.workspace import NotWritable
from parcours.simulate import exports, service_exports, store_exports, truth
from parcours.simulate.browsing import swallowed, visit, walk, with_crowds
from parcours.simulate.calendar import Calendar
from parcours.simulate.configuration import write_configuration
from parcours.simulate.demand import TILL, draw_purchases
from parcours.simulate.errors import NotEmpty
from parcours.simulate.living import Effect, effect_of, live
from parcours.simulate.part import Numbers, Part, make_tickets
from parcours.simulate.people import IN_STORE, MIXED, NOTHING, SHOWS_CARD, make_people
from parcours.simulate.planted import NOBODY
from parcours.simulate.sensors import SENSORS, count_hours
from parcours.simulate.story import add_story
from parcours.simulate.true_effects import planted_tables
from parcours.simulate.true_verdicts import Slice
from parcours.simulate.voice import speak, speak_of_site, together
from parcours.simulate.writing import Files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from parcours.simulate.people import People
    from parcours.simulate.plan import Plan

PEOPLE_PER_PART = (
    10_000  # about half a million signals over 120 days, some hundred megabytes while being made
)
_STREAMS = 8  # independent streams of chance a part
_TRUTH = "truth/"


@dataclass
class Made:
    """What was written.

    Attributes:
        rows: File to rows, data only.
        people: People made.
        effects: Planted gap to its true effect.
    """

    people: int
    rows: dict[str, int]
    effects: dict[int, Effect] = field(default_factory=dict)
    slices: dict[int, Slice] = field(default_factory=dict)
    bad: dict[tuple[str, str], int] = field(default_factory=dict)


def simulate_retailer(plan: Plan, folder: Path, tell: Callable[[int], None]) -> Made:
    """Write a retailer into a workspace: configuration, data, truth.

    Args:
        plan: What is asked.
        folder: New or empty.
        tell: Called with the number of people done.

    Raises:
        NotEmpty: Something lies in the folder.
        NotWritable: The folder cannot be made or filled.
    """
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise NotEmpty(folder)
        return _write(plan, folder, tell)
    except OSError as problem:
        if isinstance(problem, NotEmpty):
            raise
        raise NotWritable(folder, problem.strerror or str(problem)) from None


def _write(plan: Plan, folder: Path, tell: Callable[[int], None]) -> Made:
    write_configuration(plan, folder)
    calendar = Calendar(plan.start, plan.days, plan.stores)
    made, shares, numbers = Made(0, {}), _Shares(), Numbers()
    with Files(folder / "data") as data, Files(folder) as told:
        if any(store.is_franchise for store in plan.stores):
            data.append(exports.FRANCHISE, store_exports.franchise_opening(calendar))
        for number, first in enumerate(range(0, plan.people, PEOPLE_PER_PART)):
            count = min(PEOPLE_PER_PART, plan.people - first)
            _one_part(plan, calendar, (number, first, count), numbers, (data, told), made, shares)
            made.people += count
            tell(made.people)
        if plan.stores:
            stream = np.random.default_rng(np.random.SeedSequence([plan.seed, 2**32 - 1]))
            for counted in count_hours(stream, plan, calendar):
                data.append(SENSORS, counted)
        if plan.planting.story:
            add_story(plan, data, told)
        for name, table in planted_tables(plan, made.effects, made.slices).items():
            told.append(name, table)
        told.append(truth.SHARES, shares.table(plan))
        told.append(truth.BAD_ROWS, _bad_row_table(made.bad))
    made.rows = data.rows
    _write_plan(plan, folder)
    return made


def _one_part(
    plan: Plan,
    calendar: Calendar,
    which: tuple[int, int, int],
    numbers: Numbers,
    files: tuple[Files, Files],
    made: Made,
    shares: _Shares,
) -> None:
    number, first, count = which
    seeds = np.random.SeedSequence([plan.seed, number]).spawn(_STREAMS)
    chance = [np.random.default_rng(seed) for seed in seeds]
    people = make_people(chance[0], first, count, plan, calendar)
    part, effects = _lived(plan, calendar, people, chance, numbers)
    for gap, effect in effects.items():
        made.effects[gap] = made.effects.get(gap, Effect()) + effect
    data, told = files
    exported = exports.export(part, chance[5])
    for name, table in exported.items():
        data.append(name, table)
    for kind, rows in _bad_rows(exported).items():
        made.bad[kind] = made.bad.get(kind, 0) + rows
    tables, slices = truth.tell(part)
    for name, table in tables.items():
        told.append(name, table)
    for gap, found in slices.items():
        made.slices[gap] = made.slices.get(gap, Slice()) + found
    shares.count(part)


def _lived(
    plan: Plan, calendar: Calendar, people: People, chance: list[np.random.Generator], numbers: Numbers
) -> tuple[Part, dict[int, Effect]]:
    """What these people lived, and what each planted gap did to them."""
    could = draw_purchases(chance[1], people, plan, calendar)
    life = live(could, people, plan.planting, calendar, plan.stores)
    effects, left_because = {}, np.full(len(people), NOBODY, dtype=np.int64)
    seen = np.where(could.way == TILL, people.has_card[could.person] * SHOWS_CARD, 1.0)
    for number in range(len(plan.planting.gaps)):
        without = live(could, people, plan.planting.without(number), calendar, plan.stores)
        effects[number] = effect_of(number, could, life, without, calendar, seen)
        left_because[without.left_at > life.left_at] = number
    in_data = (could.paid_at >= calendar.begins_at) & (could.paid_at < calendar.ends_at)
    rows = np.flatnonzero(life.happens & in_data)
    tried = could.take(rows)  # orders that a broken checkout swallows were visits all the same
    rows = rows[~swallowed(chance[7], tried, plan.planting)]
    bought, fates, contacts = could.take(rows), life.fates.take(rows), life.contacts.take(rows)
    visits = visit(chance[2], people, tried, life.left_at, calendar)
    visits = with_crowds(chance[7], visits, people, plan.planting)
    opinions = together(
        [
            speak(bought, fates, contacts, people, calendar),
            speak_of_site(chance[4], bought, people, calendar),
        ]
    )
    till = bought.way == TILL
    part = Part(
        plan=plan,
        calendar=calendar,
        people=people,
        bought=bought,
        fates=fates,
        contacts=contacts,
        tickets=make_tickets(contacts, numbers, calendar.ends_at),
        opinions=opinions,
        visits=visits,
        views=walk(chance[3], visits),
        left_at=life.left_at,
        left_because=left_because,
        order=numbers.take("order", bought.paid_at, ~till),
        receipt=numbers.take("receipt", bought.paid_at, till),
        back=numbers.take("back", fates.asked_back_at, fates.asked_back_at < calendar.ends_at),
        repair=numbers.take("repair", fates.repair_at, fates.repair_at < calendar.ends_at),
        opinion=numbers.take("opinion", opinions.at, np.ones(len(opinions), dtype=bool)),
        first_visit=numbers.visit,
    )
    numbers.visit += len(visits)
    return part, effects


@dataclass
class _Shares:
    """Counts behind the shares that are published of French shoppers."""

    buyers: int = 0
    mixed: int = 0
    researchers: int = 0
    purchases: int = 0
    physical: int = 0

    def count(self, part: Part) -> None:
        """Add a part's."""
        people = part.people
        self.buyers += int((people.buys != NOTHING).sum())
        self.mixed += int((people.buys == MIXED).sum())
        self.researchers += int(
            (people.researches & ((people.buys == MIXED) | (people.buys == IN_STORE))).sum()
        )
        self.purchases += len(part.bought)
        self.physical += int((part.bought.store >= 0).sum())

    def table(self, plan: Plan) -> Any:
        """As the truth tells them."""
        habits = plan.habits
        rows = [
            ("mixed", habits.mixed, self.mixed, self.buyers),
            ("research_online", habits.research_online, self.researchers, self.buyers),
            ("physical", habits.physical, self.physical, self.purchases),
        ]
        return pa.table(
            {
                "share": [name for name, *_ in rows],
                "asked": [asked for _, asked, *_ in rows],
                "counted": [counted for _, _, counted, _ in rows],
                "of": [whole for *_, whole in rows],
            }
        )


def _bad_rows(tables: dict[str, Any]) -> dict[tuple[str, str], int]:
    """Rows that are bad on purpose, by source and the reason for which they should be refused."""
    bad = {}
    if exports.STORES in tables:
        events = tables[exports.STORES]["id"]
        bad["stores", "duplicate_id"] = len(events) - len(events.unique())
        bad["kiosk", "unreadable_time"] = (
            pc.sum(pc.equal(tables[exports.KIOSK_FILE]["when_local"], service_exports.NO_TIME)).as_py() or 0
        )
    return bad


def _bad_row_table(bad: dict[tuple[str, str], int]) -> Any:
    return pa.table(
        {
            "source": pa.array([source for source, _ in bad], pa.string()),
            "reason": pa.array([reason for _, reason in bad], pa.string()),
            "rows": pa.array(list(bad.values()), pa.int64()),
        }
    )


def _write_plan(plan: Plan, folder: Path) -> None:
    facts = {
        "people": plan.people,
        "days": plan.days,
        "seed": plan.seed,
        "start": plan.start.isoformat(),
        "stores": [store.name for store in plan.stores],
        "habits": asdict(plan.habits),
        "planting": plan.planting.model_dump(mode="json"),
    }
    (folder / _TRUTH / "plan.json").write_text(
        json.dumps(facts, indent=2, ensure_ascii=False) + "\n", "utf-8"
    )
