"""Deadlines in opening time and working days: what the page says, row by row, and a second implementation that agrees."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from docs.pages import page, section, table
from gap import given as drawn
from gap.direct import Direct
from gap.reference import Map, Promise, Ref, Signal, judge
from gap.slow_calendar import Shop, due_in_days, due_in_open_time, reach_back
from gap.workspace import map_content
from parcours.cli.show.verdicts import counted
from parcours.gap.loop import run_workspace
from parcours.gap.results import open_results
from parcours.journey.brand import Calendar
from parcours.journey.looking_back import clock_back
from parcours.journey.map import JourneyMap
from parcours.journey.map import Promise as Written
from parcours.journey.opening import Timetable, Wait, clock_of, counted_parts, day_of, read_wait, timetable_of
from parcours.kernel.clock import EPOCH
from parcours.kernel.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

    from parcours.journey.opening import Clock, Schedule
    from parcours.lake import Engine

ZONES = ("Europe/Paris", "America/Sao_Paulo", "Asia/Kolkata", "UTC")
HOUR_US = 3600 * 1_000_000
STORE = {
    "zone": "Europe/Paris",
    "open": {"mon-sat": "09:30-19:30"},
    "holidays": "FR",
    "cut_off": "18:00",
    "by": "store",
    "places": {"s01": {"open": {"mon-sun": "08:00-22:00"}, "holidays": "none"}},
}
BANK = {"zone": "Europe/Paris", "working_days": True, "holidays": "FR"}
LATE_BANK = {**BANK, "cut_off": "17:00"}
NIGHT = {"zone": "Europe/Paris", "open": {"sat": "22:00-24:00", "sun": "00:00-04:00"}}
GONE = {"zone": "Europe/Paris", "open": {"mon-sun": "closed"}}
CALENDARS = {"store": STORE, "bank": BANK, "late bank": LATE_BANK, "night": NIGHT, "gone": GONE}


def instant(text: str, zone: str = "Europe/Paris") -> int:
    """Microseconds UTC of a wall clock."""
    return (datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)) - EPOCH) // timedelta(microseconds=1)


def shown(at: int | None, zone: str = "Europe/Paris") -> str:
    """What the wall shows, to the microsecond."""
    if at is None:
        return "none"
    return (EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone)).isoformat(" ")


def deadline(schedule: Schedule | None, trigger: int, wait: Wait) -> int | None:
    """The deadline by the two tables, looked up as the model `deadline` does."""
    return None if schedule is None else looked_up(clock_of(schedule, trigger, trigger, wait), trigger, wait)


def reached(schedule: Schedule | None, trigger: int, wait: Wait) -> int | None:
    """How far back a trigger looks, by the two tables."""
    if schedule is None:
        return None
    return looked_up(clock_back(schedule, trigger, trigger, wait), trigger, wait, sign=-1)


def looked_up(clock: Clock, trigger: int, wait: Wait, sign: int = 1) -> int | None:
    """What the model `deadline` finds in the tables."""
    goals = [
        row.counted + (trigger - row.since_us if row.runs else 0) + sign * wait.amount
        for row in clock.start
        if row.day == 0 and row.since_us <= trigger < row.until_us
    ]
    assert len(goals) <= 1
    found = [
        row.due_from + (goal - row.counted_from if row.runs else 0)
        for goal in goals
        for row in clock.due
        if row.stretch == (goal - 1) // wait.stretch and row.counted_from <= goal <= row.counted_until
    ]
    assert len(found) <= 1
    return found[0] if found else None


class Case(NamedTuple):
    """A row of the page's table: calendar, place, what is waited for, trigger and deadline by the clock in Paris."""

    calendar: str
    place: str
    within: str
    trigger: str
    due: str


def cases() -> list[Case]:
    """The rows of the page."""
    rows = table(section(page("reference/promises.md"), "calendar"))
    return [Case(*row[1:]) for row in rows]


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.calendar}-{case.trigger}")
def test_the_truth_table_of_the_page(case: Case) -> None:
    """Each written answer is what is computed."""
    timetable = timetable_of(Calendar.model_validate(CALENDARS[case.calendar]), "UTC")
    schedule = timetable.at(case.place or None)
    found = deadline(schedule, instant(case.trigger), read_wait(case.within))

    assert shown(found)[: len(case.due)] == case.due


def test_the_truth_table_of_looking_back() -> None:
    """Each written answer is what is computed."""
    text = section(page("reference/promises.md"), "calendar")
    rows = table(text.partition("looks as far as")[2].partition("\n\n")[2])
    assert len(rows) == 7
    for row in rows:
        case = Case(*row[1:])
        schedule = timetable_of(Calendar.model_validate(CALENDARS[case.calendar]), "UTC").at(
            case.place or None
        )
        found = reached(schedule, instant(case.trigger), read_wait(case.within))

        assert shown(found)[: len(case.due)] == case.due, row


# The second implementation ----------------------------------------------------------------------------------


class Drawn(NamedTuple):
    """The same hours for the product and for the slow one."""

    calendar: Calendar
    shop: Shop


@st.composite
def hours(draw: st.DrawFn) -> tuple[tuple[str, str], ...]:
    """None, one or two spans, at half hours."""
    edges = draw(st.lists(st.integers(0, 48), max_size=4, unique=True).map(sorted))
    texts = [f"{edge // 2:02d}:{edge % 2 * 30:02d}" for edge in edges]
    return tuple(zip(texts[::2], texts[1::2], strict=False))


def said(spans: tuple[tuple[str, str], ...]) -> str:
    """Hours as a file says them."""
    return ", ".join(f"{begins}-{ends}" for begins, ends in spans) or "closed"


@st.composite
def calendars(draw: st.DrawFn) -> Drawn:
    """Hours in some zone, with a day or two of other hours around the days on which clocks change."""
    zone = draw(st.sampled_from(ZONES))
    week = draw(st.lists(hours(), min_size=7, max_size=7))
    days = st.dates(date(2026, 3, 26), date(2026, 4, 2)) | st.dates(date(2018, 11, 1), date(2018, 11, 6))
    other = draw(st.dictionaries(days, hours(), max_size=2))
    cut_off = draw(st.sampled_from((None, None, "00:00", "02:30", "12:00", "24:00")))
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    calendar = Calendar.model_validate(
        {
            "zone": zone,
            "open": {name: said(spans) for name, spans in zip(names, week, strict=True)},
            "opened": {str(day): said(spans) for day, spans in other.items() if spans},
            "closed": [day for day, spans in other.items() if not spans],
            "cut_off": cut_off,
        }
    )
    return Drawn(calendar, Shop(zone, tuple(week), other, cut_off))


def triggers() -> st.SearchStrategy[int]:
    """Around the changes of clocks in Paris (29 March and 25 October 2026) and in Sao Paulo (4 November 2018), on the minute or beside it."""
    begins = st.sampled_from(("2026-03-28T12:00", "2026-10-24T12:00", "2018-11-03T12:00", "2026-06-01T00:00"))
    minutes = st.integers(0, 2 * 24 * 60) | st.integers(0, 48).map(lambda half: 60 * half)
    beside = st.sampled_from((0, 0, 0, -1, 1))
    return st.builds(lambda text, by, off: instant(text) + by * 60_000_000 + off, begins, minutes, beside)


WAITS = (1, 60_000_000, HOUR_US, 2 * HOUR_US, 5 * HOUR_US, 13 * HOUR_US)


@drawn.PATIENT
@given(calendars(), triggers(), st.sampled_from(WAITS))
def test_opening_time_agrees_with_counting_minutes(made: Drawn, trigger: int, waited: int) -> None:
    """The instant is the one that counting minute by minute reaches, and the explanation ends there and adds up."""
    schedule = timetable_of(made.calendar, "UTC").common
    assert schedule is not None
    expected = due_in_open_time(made.shop, trigger, waited)
    assume(expected is not None)
    parts = counted_parts(schedule, trigger, Wait(waited, in_days=False))

    assert shown(deadline(schedule, trigger, Wait(waited, in_days=False))) == shown(expected)
    assert shown(parts[-1][1]) == shown(expected)
    assert sum(until - since for since, until in parts) == waited


@drawn.PATIENT
@given(calendars(), triggers(), st.integers(0, 12))
def test_working_days_agree_with_counting_days(made: Drawn, trigger: int, days: int) -> None:
    """The instant is the one that counting day by day reaches, and the explanation names as many days."""
    schedule = timetable_of(made.calendar, "UTC").common
    assert schedule is not None
    expected = due_in_days(made.shop, trigger, days)
    assume(expected is not None)
    parts = counted_parts(schedule, trigger, Wait(days, in_days=True))

    assert shown(deadline(schedule, trigger, Wait(days, in_days=True))) == shown(expected)
    assert shown(parts[-1][1] - 1) == shown(expected)
    assert len(parts) == max(days, 1)


@drawn.PATIENT
@given(calendars(), triggers(), triggers(), st.sampled_from(WAITS))
def test_who_comes_later_is_not_due_earlier(made: Drawn, one: int, other: int, waited: int) -> None:
    """A deadline never runs backwards."""
    schedule = timetable_of(made.calendar, "UTC").common
    first, second = (deadline(schedule, at, Wait(waited, in_days=False)) for at in sorted((one, other)))
    assume(first is not None and second is not None)
    assert first is not None
    assert second is not None

    assert first <= second


@drawn.PATIENT
@given(calendars(), triggers(), st.sampled_from(WAITS))
def test_looking_back_ends_where_a_deadline_would_be_too_early(
    made: Drawn, trigger: int, waited: int
) -> None:
    """From that instant on, opening time counted minute by minute is not over before the trigger; a microsecond earlier it is."""
    schedule = timetable_of(made.calendar, "UTC").common
    assert schedule is not None
    since = reached(schedule, trigger, Wait(waited, in_days=False))
    assume(since is not None and trigger - since < 30 * 24 * HOUR_US)
    assert since is not None
    over, too_early = (due_in_open_time(made.shop, at, waited) for at in (since, since - 1))

    assert over is None or over >= trigger
    assert too_early is not None
    assert too_early < trigger


@drawn.PATIENT
@given(calendars(), triggers(), st.integers(0, 12))
def test_looking_back_over_working_days_too(made: Drawn, trigger: int, days: int) -> None:
    """The same, counted day by day."""
    schedule = timetable_of(made.calendar, "UTC").common
    assert schedule is not None
    since = reached(schedule, trigger, Wait(days, in_days=True))
    assume(since is not None and trigger - since < 30 * 24 * HOUR_US)
    assert since is not None
    over, too_early = (due_in_days(made.shop, at, days) for at in (since, since - 1))

    assert over is None or over >= trigger
    assert too_early is not None
    assert too_early < trigger


# Verdicts ---------------------------------------------------------------------------------------------------

_ORDER = Ref("order.placed")
_READY = Ref("order.ready")


def written(calendar: str, within: str, **changes: object) -> dict[str, object]:
    """A promise of a map file."""
    return {
        "promise": "p1",
        "after": "order.placed",
        "expect": "order.ready",
        "within": within,
        "calendar": calendar,
        "owner": "team",
        **changes,
    }


@drawn.PATIENT
@given(
    calendars(),
    calendars(),
    st.lists(
        st.tuples(triggers(), st.sampled_from(("order.placed", "order.ready", "order.late"))),
        min_size=1,
        max_size=10,
    ),
    st.lists(st.sampled_from(("north", "south", "east", None)), min_size=10, max_size=10),
    st.sampled_from(("1h", "5h", "3 working days", "0 working days")),
    triggers(),
)
def test_verdicts_are_those_of_the_same_deadline_written_down(
    engine: Engine,
    common: Drawn,
    north: Drawn,
    told: list[tuple[int, str]],
    places: list[str | None],
    within: str,
    as_of: int,
) -> None:
    """`within` on a calendar is `before` the instant that the slow one finds for each trigger, place by place."""
    wait, signals = read_wait(within), []
    for number, ((at, kind), place) in enumerate(zip(told, places, strict=False), 1):
        shop = north.shop if place == "north" else common.shop
        due = (due_in_days if wait.in_days else due_in_open_time)(shop, at, wait.amount)
        assume(due is not None)
        objects: dict[str, tuple[str, ...]] = {
            "order": ("o1",),
            **({} if place is None else {"product": (place,)}),
        }
        text = (EPOCH + timedelta(microseconds=due or 0)).isoformat()
        signals.append(Signal("alpha", "alpha-1.csv", number, kind, at, None, objects, {"due": text}))
    asked = Map(
        "order",
        None,
        (),
        None,
        (Promise("p1", "expect", _ORDER, _READY, before="due", unless=Ref("order.late")),),
    )
    content = map_content(asked, signals)
    content["promises"] = [written("hours", within, unless="order.late")]
    timetable = Timetable(
        "product",
        timetable_of(common.calendar, "UTC").common,
        {"north": schedule} if (schedule := timetable_of(north.calendar, "UTC").common) else {},
    )
    found = Direct(
        engine, asked, signals, as_of, JourneyMap.model_validate(content), {"hours": timetable}
    ).judge()

    assert [(one.trigger, one.verdict, one.deadline_us) for one in found] == sorted(
        ((one.trigger_row_key, one.verdict, one.deadline_us) for one in judge(asked, signals, as_of)),
        key=repr,
    )


LOOKING: dict[str, tuple[dict[str, object], dict[str, Any]]] = {
    "preceded": ({"whenever": "order.placed", "preceded_by": "order.ready"}, {"pattern": "preceded_by"}),
    "same": (
        {"whenever": "order.placed", "since": "order.ready", "same": {"qty": "qty"}},
        {"pattern": "since", "same": {"qty": "qty"}},
    ),
    "rhythm": (
        {"after": "order.placed", "expect": "order.ready", "until": "order.late"},
        {"pattern": "expect", "until": Ref("order.late")},
    ),
}


@settings(drawn.PATIENT, max_examples=25)
@given(
    calendars(),
    calendars(),
    st.lists(
        st.tuples(triggers(), st.sampled_from(("order.placed", "order.ready", "order.ready", "order.late"))),
        min_size=1,
        max_size=8,
    ),
    st.lists(st.sampled_from(("north", "south", None)), min_size=8, max_size=8),
    st.lists(st.sampled_from((1, 2, None)), min_size=8, max_size=8),
    st.sampled_from(sorted(LOOKING)),
    st.sampled_from(("1h", "5h", "1 working day")),
    triggers(),
)
def test_rhythms_and_looking_back_agree_with_the_slow_calendar(  # noqa: PLR0913, PLR0917 - all that is drawn
    engine: Engine,
    common: Drawn,
    north: Drawn,
    told: list[tuple[int, str]],
    places: list[str | None],
    quantities: list[int | None],
    pattern: str,
    within: str,
    as_of: int,
) -> None:
    """Plain loops over a calendar that counts minute by minute say the same: verdict, window and target, by the hours of the trigger's place."""
    wait = read_wait(within)
    by_hand = due_in_days if wait.in_days else due_in_open_time
    begins = min(at for at, _ in told)
    near = [(at, kind) for at, kind in told if at - begins < 4 * 24 * HOUR_US]
    signals = []
    for number, ((at, kind), place, quantity) in enumerate(zip(near, places, quantities, strict=False), 1):
        objects: dict[str, tuple[str, ...]] = {"order": ("o1",)}
        objects |= {} if place is None else {"product": (place,)}
        signals.append(Signal("alpha", "alpha-1.csv", number, kind, at, None, objects, {"qty": quantity}))

    def clock(trigger: Signal, at: int) -> int | None:
        shop = north.shop if trigger.objects.get("product") == ("north",) else common.shop
        return by_hand(shop, at, wait.amount)

    assume(all(clock(one, other.at) is not None for one in signals for other in signals))

    def reach(trigger: Signal) -> int:
        found = reach_back(lambda at: clock(trigger, at), trigger.at)
        assume(found is not None)
        return found or 0

    words, asked_for = LOOKING[pattern]
    rhythm = pattern == "rhythm"
    promise = Promise(
        "p1",
        after=_ORDER,
        target=_READY,
        clock=clock,
        every_us=1 if rhythm else None,
        reach=None if rhythm else reach,
        **asked_for,
    )
    asked = Map("order", None, (), None, (promise,))
    content = map_content(replace(asked, promises=()), signals)
    key = "every" if rhythm else "within"
    content["promises"] = [{"promise": "p1", key: within, "calendar": "hours", "owner": "team", **words}]
    schedules = {"north": schedule} if (schedule := timetable_of(north.calendar, "UTC").common) else {}
    timetable = Timetable("product", timetable_of(common.calendar, "UTC").common, schedules)
    direct = Direct(engine, asked, signals, as_of, JourneyMap.model_validate(content), {"hours": timetable})
    found = [
        (one.trigger, one.verdict, one.deadline_us, one.target_at, one.told.from_us) for one in direct.judge()
    ]

    assert found == sorted(
        (
            (one.trigger_row_key, one.verdict, one.deadline_us, one.target_at, one.told.from_us)
            for one in judge(asked, signals, as_of)
        ),
        key=repr,
    )


def verdicts(
    engine: Engine, promise: dict[str, object], told: list[tuple[str, str]], as_of: str
) -> list[str]:
    """Verdicts of a promise in a store of the calendar `store`; times of the clock in Paris."""
    signals = [
        Signal("shop", "shop-1.csv", number, kind, instant(at), None, {"order": ("o1",)})
        for number, (at, kind) in enumerate(told, 1)
    ]
    return judged(engine, promise, signals, as_of)


def judged(engine: Engine, promise: dict[str, object], signals: list[Signal], as_of: str) -> list[str]:
    """Verdicts of a promise on one of the calendars of the page."""
    asked = Map("order", None, (), None, ())
    content = map_content(asked, signals)
    content["promises"] = [promise]
    timetables = {
        name: timetable_of(Calendar.model_validate(text), "UTC") for name, text in CALENDARS.items()
    }
    direct = Direct(engine, asked, signals, instant(as_of), JourneyMap.model_validate(content), timetables)
    direct.map = Map("order", None, (), None, (Promise("p1", "expect", _ORDER, _READY),))
    return [one.verdict for one in direct.judge()]


@pytest.mark.parametrize(
    ("again", "as_of", "verdict"),
    [
        # Friday 17:30 and two hours: until 19:30 on Friday.
        ("2026-09-11 19:00", "2026-09-14 12:00", "broken"),
        ("2026-09-11 19:30", "2026-09-14 12:00", "broken"),
        ("2026-09-11 19:31", "2026-09-14 12:00", "kept"),
    ],
)
def test_never_counts_opening_time_too(engine: Engine, again: str, as_of: str, verdict: str) -> None:
    """What must not come for two hours of opening time may come after them."""
    promise = written("store", "2h", expect=None, never="order.ready", promise="p1")
    promise = {key: value for key, value in promise.items() if value is not None}
    told = [("2026-09-11 17:30", "order.placed"), (again, "order.ready"), (as_of, "order.late")]

    assert verdicts(engine, promise, told, as_of) == [verdict]


@pytest.mark.parametrize(
    ("changes", "told", "verdict"),
    [
        # Friday 17:30 and two hours: until 19:30. Revised at 17:45: 1 h 45 of Friday, a quarter of an hour of Saturday from 9:30.
        ({}, ["17:30 order.placed", "19:31 order.ready"], "broken"),
        (
            {"revised_by": "order.late"},
            ["17:30 order.placed", "17:45 order.late", "19:31 order.ready"],
            "kept",
        ),
        # At the cut-off the two hours are those of Saturday.
        ({"revised_by": "order.late"}, ["17:30 order.placed", "18:00 order.late", "23:00 order.ready"], "kept"),
        # 30 and 20 make 50, in time; after 19:30 it is too late.
        (
            {"sum": {"due": "due"}},
            ["17:30 order.placed 50", "18:00 order.ready 30", "19:30 order.ready 20"],
            "kept",
        ),
        (
            {"sum": {"due": "due"}},
            ["17:30 order.placed 50", "18:00 order.ready 30", "19:31 order.ready 20"],
            "broken",
        ),
        ({"of": "order.ready", "at_most": 1}, ["17:30 order.placed", "18:00 order.ready", "19:31 order.ready"], "kept"),
        ({"of": "order.ready", "at_most": 1}, ["17:30 order.placed", "18:00 order.ready", "19:30 order.ready"], "broken"),
        ({"measure": "order.ready", "at_least": {"due": 8}}, ["17:30 order.placed", "19:31 order.ready 3"], "unobservable"),
        ({"measure": "order.ready", "at_least": {"due": 8}}, ["17:30 order.placed", "19:30 order.ready 3"], "broken"),
    ],
)  # fmt: skip
def test_every_pattern_with_a_window_counts_opening_time(
    engine: Engine, changes: dict[str, object], told: list[str], verdict: str
) -> None:
    """On Friday 11 September, in the store of the page, looked at on Tuesday."""
    promise = written("store", "2h", **changes)
    if "of" in changes or "measure" in changes:
        del promise["expect"]
    happened = [line.split() for line in [*told, "23:00 shop.closed"]]
    signals = [
        Signal(
            "shop",
            "shop-1.csv",
            number,
            kind,
            instant(f"2026-09-{15 if kind == 'shop.closed' else 11} {hour}"),
            None,
            {"order": ("o1",)},
            {"due": amount[0]} if amount else {},
        )
        for number, (hour, kind, *amount) in enumerate(happened, 1)
    ]

    assert judged(engine, promise, signals, "2026-09-15 23:00") == [verdict]


def test_a_place_without_hours_accuses_nobody(engine: Engine) -> None:
    """Where it never opens nobody can say when it was due, whatever the pattern."""
    told = [("2026-09-11 17:30", "order.placed"), ("2026-09-30 12:00", "order.late")]
    expect = written("gone", "2h")
    never = {"never" if key == "expect" else key: value for key, value in expect.items()}

    assert verdicts(engine, expect, told, "2026-09-30 12:00") == ["unobservable"]
    assert verdicts(engine, never, told, "2026-09-30 12:00") == ["unobservable"]


def test_a_run_counts_each_store_by_its_own_hours_and_shows_how(tmp_path: Path) -> None:
    """Two orders of Saturday evening: the store that closes has until Monday, the one that opens on Sunday has not; a changed calendar is judged anew."""
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, "utf-8")
    told = _published(tmp_path)

    assert told["o1"]["verdict"] == "kept"
    assert told["o1"]["due_by"] == {
        "calendar": "store_hours",
        "within": "2h",
        "place": "s02",
        "counted": [
            {"from": "2026-09-12T19:15:00+02:00", "until": "2026-09-12T19:30:00+02:00"},
            {"from": "2026-09-14T09:30:00+02:00", "until": "2026-09-14T11:15:00+02:00"},
        ],
    }
    assert told["o2"]["verdict"] == "broken"
    assert told["o2"]["deadline_at"] == "2026-09-12T21:15:00+02:00"
    assert counted(told["o1"]["due_by"]) == (
        "2h of store_hours at s02: 2026-09-12 19:15-19:30, 2026-09-14 09:30-11:15"
    )

    brand = (tmp_path / "brand.yaml").read_text("utf-8")
    (tmp_path / "brand.yaml").write_text(brand.replace("mon-sat", "tue-sat"), "utf-8")

    assert _published(tmp_path)["o1"]["deadline_at"] == "2026-09-15T11:15:00+02:00"


def _published(folder: Path) -> dict[str, Any]:
    """What became of each order."""
    workspace = Workspace(folder)
    run_workspace(workspace, lambda *_: None, as_of=instant("2026-09-16 00:00"))
    with open_results(workspace) as results:
        return {row["unit"]: row for row in results.verdicts("ready")}


FILES = {
    "parcours.toml": 'time_zone = "Europe/Paris"\n',
    "brand.yaml": """\
calendars:
  store_hours: {open: {mon-sat: "09:30-19:30"}, by: store, places: {s01: {open: {mon-sun: "08:00-22:00"}}}}
""",
    "sources/shop.yaml": """\
source: shop
read: {csv: data/shop.csv}
objects: {order: order_no, store: store}
time_zone: Europe/Paris
signals:
  - {type: {sql: kind}, at: at}
""",
    "data/shop.csv": """\
order_no,store,kind,at
o1,s02,order.placed,2026-09-12 19:15
o2,s01,order.placed,2026-09-12 19:15
o1,s02,order.ready,2026-09-14 11:00
o2,s01,order.ready,2026-09-14 11:00
o3,s01,shop.closed,2026-09-15 20:00
""",
    "maps/collect.yaml": """\
map: collect
per: order
owner: store
stages: [{stage: all, steps: [{step: pay, signal: order.placed}]}]
promises:
  - {promise: ready, after: order.placed, expect: order.ready, within: 2h, calendar: store_hours}
""",
}


@pytest.mark.parametrize(
    ("promise", "says"),
    [
        ({"within": "5 working days"}, "`working days` have no `calendar`"),
        ({"within": None, "before": "due", "calendar": "hours"}, "`calendar` has no `within`"),
        ({"within": "2d", "calendar": "hours"}, "can be read in two ways"),
        ({"within": "1w", "calendar": "hours"}, "can be read in two ways"),
        ({"within": "0s", "calendar": "hours"}, "waits for no time at all"),
        ({"within": "five working days", "calendar": "hours"}, "is not a duration"),
        ({"every": "2d", "until": "c", "calendar": "hours"}, "can be read in two ways"),
        ({"every": "2 working days", "until": "c"}, "`working days` have no `calendar`"),
        (
            {"after": None, "expect": None, "whenever": "a", "preceded_by": "b", "calendar": "hours"},
            "`calendar` has no `within` or `every`",
        ),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(promise: dict[str, object], says: str) -> None:
    """A day of opening time is ten hours to one reader and twenty-four to another."""
    with pytest.raises(ValidationError, match=says):
        Written.model_validate({"promise": "p", "after": "a", "expect": "b", **promise})


@example(instant("2026-10-25T02:30"))
@given(triggers())
def test_the_day_of_an_instant_is_the_one_on_the_wall(at: int) -> None:
    """By a plain reading of the zone's own rules."""
    wall = (EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo("Europe/Paris"))

    assert day_of(at, "Europe/Paris") == wall.date()
