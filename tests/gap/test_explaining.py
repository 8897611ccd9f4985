"""An explanation never says anything but its verdict: over random logs, and step by step on cases worked out by hand."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docs.pages import call, page, section, table
from gap import given as drawn
from gap.direct import Direct
from parcours.gap.bench import Bench, Coverage
from parcours.gap.explaining import messages
from parcours.gap.explaining.replaying import replay
from parcours.gap.explaining.telling import Setting, tell
from parcours.gap.explaining.types import Cause, Explanation, Otherwise, Proof, Why, as_json
from parcours.gap.explaining.wording import steps_of
from parcours.gap.judging import drop_pools, judge
from parcours.gap.loop import run_workspace
from parcours.gap.measured import place_of
from parcours.gap.results import open_results
from parcours.kernel.clock import parse_instant
from parcours.kernel.workspace import Workspace
from parcours.signal.catalogue import title_of
from parcours.ui import LANGUAGES, speak

if TYPE_CHECKING:
    from collections.abc import Callable

    from gap.reference import Map, Signal
    from parcours.lake import Engine

Row = dict[str, Any]  # a verdict
OF_VERDICT = {
    "kept": {
        Cause.IN_TIME,
        Cause.NONE_CAME,
        Cause.FEW_ENOUGH,
        Cause.ENOUGH,
        Cause.STEADY,
        Cause.SAME,
        Cause.HOLDS,
    },
    "broken": {
        *(Cause.TOO_LATE, Cause.TOO_EARLY, Cause.ABSENT, Cause.CAME, Cause.TOO_MANY),
        *(Cause.SHORT, Cause.SILENT, Cause.DIFFERS, Cause.FAILS),
    },
    "pending": {Cause.OPEN},
    "waived": {Cause.EXCUSED, Cause.WAIVED, Cause.NOTHING_OWED},
    "contested": {Cause.DENIED},
    "unobservable": {
        *(Cause.NO_DEADLINE, Cause.NO_AMOUNT, Cause.NO_WORD, Cause.UNKNOWN_VALUE),
        *(Cause.UNDATED, Cause.UNMEASURED, Cause.UNHEARD),
    },
}


def explained(direct: Direct) -> list[tuple[Row, Explanation]]:
    """Every verdict of a log, with its explanation."""
    scope, engine, content = direct.stitch(), direct.engine, direct.content
    names = {promise.promise: number for number, promise in enumerate(content.promises)}
    coverage = {promise.name: direct.coverage(promise.name) for promise in direct.map.promises}
    judge(engine, Bench(scope, 0, names, direct.as_of, "UTC", coverage))
    rows: list[Row] = engine.arrow("select * from verdict_new").to_pylist()
    unheard = {promise.promise: Coverage(None, None) for promise in content.promises}
    bench = Bench(scope, 0, names, direct.as_of, "UTC", unheard)
    proofs = {number: proof_of(number, signal) for number, signal in enumerate(direct.log)}
    found = []
    for promise in content.promises:
        mine = [row for row in rows if row["promise_id"] == names[promise.promise]]
        known = replay(engine, bench, promise, {row["trigger_id"] for row in mine})
        of_place = place_of(promise, scope.world.namespaces) is not None
        timetable = direct.timetables.get(promise.calendar or "")
        setting = Setting("drawn", promise, "team", of_place, timetable, "UTC", {}, direct.as_of)
        found += [
            (row, tell(setting, row, known[row["trigger_id"], row["unit_id"], row["part_id"]], proofs, "u"))
            for row in mine
        ]
    drop_pools(engine)
    return found


def proof_of(number: int, signal: Signal) -> Proof:
    """A signal of the log as proofs."""
    return Proof(
        signal_id=number,
        type=signal.type,
        title=title_of(signal.type),
        at=signal.at,
        source=signal.source,
        source_title={"en": signal.source},
        channel="web",
        touchpoint=None,
        file=signal.file,
        row=signal.row,
        objects=tuple(f"{name}:{value}" for name, values in signal.objects.items() for value in values),
        said={name: str(value) for name, value in signal.properties.items() if value is not None},
    )


@drawn.PATIENT
@given(
    drawn.maps(),
    st.booleans().flatmap(lambda tied: drawn.logs(several_orders=True, crowded=tied)),
    drawn.runs(),
)
def test_an_explanation_never_contradicts_its_verdict(
    engine: Engine, journey_map: Map, log: tuple[Signal, ...], as_of: int
) -> None:
    """Deadline, window, what decided, counts and sums are those of the verdict, and the reason is one of its own."""
    for row, told in explained(Direct(engine, journey_map, log, as_of)):
        assert told.cause in OF_VERDICT[row["verdict"]]
        assert (told.due.deadline_at, told.due.from_at) == (row["deadline_at"], row["from_at"])
        assert told.trigger.signal_id == row["trigger_id"]
        check_cause(row, told)
        check_found(row, told)
        check_counts(row, told)
        if row["original_verdict"] is not None:
            assert [item.deadline_at for item in told.due.revisions if item.counts] == [row["deadline_at"]]
        if told.cause is Cause.WAIVED and told.waived_by is not None:
            assert row["deadline_at"] is None or told.waived_by.at <= max(
                row["deadline_at"], row["trigger_at"]
            )
        assert told.changes
        check_words(told)


def check_cause(row: Row, told: Explanation) -> None:
    """The reason is the one that the verdict's own instants show."""
    target, deadline, start = row["target_at"], row["deadline_at"], row["from_at"]
    shows: dict[Cause, Callable[[], bool]] = {
        Cause.TOO_LATE: lambda: target > deadline,
        Cause.TOO_EARLY: lambda: target < start,
        Cause.ABSENT: lambda: target is None,
        Cause.NONE_CAME: lambda: target is None,
        Cause.CAME: lambda: target is not None,
        Cause.TOO_MANY: lambda: target is not None and row["found"] > row["asked"],
        Cause.FEW_ENOUGH: lambda: row["found"] <= row["asked"],
        Cause.ENOUGH: lambda: target <= deadline and row["found"] >= row["asked"],
        Cause.SHORT: lambda: target is None and row["found"] < row["asked"],
        Cause.IN_TIME: lambda: target <= deadline and (start is None or target >= start),
        Cause.SILENT: lambda: target is None or target > deadline,
        Cause.NO_DEADLINE: lambda: deadline is None,
        Cause.NOTHING_OWED: lambda: row["asked"] <= 0,
        Cause.NO_AMOUNT: lambda: row["asked"] is None,
        Cause.NO_WORD: lambda: start is None,
        Cause.UNMEASURED: lambda: target is None,
        Cause.DENIED: lambda: told.denied_by is not None,
    }
    assert shows.get(told.cause, lambda: True)()


def check_found(row: Row, told: Explanation) -> None:
    """What decided is told, and nothing else is told to have."""
    why = {item.by.signal_id: item.why for item in told.found}
    if row["target_id"] is not None and row["target_id"] != row["trigger_id"]:
        assert row["target_id"] in why
    decides = {signal for signal, reason in why.items() if reason is Why.DECIDES}
    assert decides <= {row["target_id"]}
    for item in told.found:
        if item.why is Why.LATE:
            assert item.by.at > row["deadline_at"]
        if item.why is Why.EARLY:
            assert item.by.at < row["from_at"]
        if item.why in {Why.DECIDES, Why.COUNTED} and row["deadline_at"] is not None:
            assert item.by.at <= row["deadline_at"]
    if told.cause is Cause.ABSENT and told.due.deadline_at is not None and not told.left_out:
        assert not {Why.DECIDES, Why.LATE, Why.EARLY} & set(why.values())


def check_counts(row: Row, told: Explanation) -> None:
    """What is told to count adds up to what the verdict counted."""
    counts = [item for item in told.found if item.why in {Why.COUNTED, Why.DECIDES}]
    if told.left_out:
        return
    if told.sought.pattern == "of":
        assert len(counts) == row["found"]
    if told.sought.pattern == "sum" and row["found"] is not None:
        late = {item.by.at for item in told.found if item.why is Why.LATE}
        values = [float(item.value) for item in counts if item.value is not None]
        assert not {item.by.at for item in counts} & late
        assert round(sum(values), 6) == row["found"]
    if told.cause in {Cause.HOLDS, Cause.FAILS}:
        assert told.sought.bound is not None
        _, side, limit = told.sought.bound
        values = [float(item.value) for item in counts if item.value is not None]
        holds = [value >= limit if side == "at_least" else value <= limit for value in values]
        assert all(holds) is (told.cause is Cause.HOLDS)


def check_words(told: Explanation) -> None:
    """It can be said in both languages, and as JSON."""
    for code in LANGUAGES:
        said = [line for step in steps_of(told, speak(code)) for line in (step.title, *step.lines)]
        assert not [line for line in said if "None" in line or "{" in line or not line.strip()]
    assert json.loads(json.dumps(as_json(told)))["verdict"] == told.verdict


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_cause_can_be_said(code: str) -> None:
    """No reason is without words, in any language."""
    assert set(messages.CAUSES) == set(Cause)
    assert set(messages.WHY) == set(Why)
    assert set(messages.CHANGES) == set(Otherwise)
    spoken = speak(code)
    told = (
        messages.CAUSES,
        messages.WHY,
        messages.CHANGES,
        messages.TIMED,
        messages.WOULD,
        messages.AT_FIRST,
    )
    if code != "en":
        assert not [
            message for table in told for message in table.values() if spoken.text(message) == message
        ]


def test_every_word_of_an_explanation_is_documented() -> None:
    """Whoever reads the JSON can look up each reason, and which verdict it belongs to."""
    text = page("reference/explanation.md")
    causes = {row[0]: row[1] for row in table(section(text, "cause"))}

    assert causes == {cause.value: verdict for verdict, own in OF_VERDICT.items() for cause in own}
    assert {row[0] for row in table(section(text, "why"))} == {why.value for why in Why}
    assert {row[0] for row in table(section(text, "what"))} == {what.value for what in Otherwise}
    told = {field.name for field in dataclasses.fields(Explanation)}
    keys = {key.strip("` ") for row in table(text) for key in row[0].split(",")}
    assert keys == told


# By hand ----------------------------------------------------------------------------------------------------

FILES = {
    "parcours.toml": 'time_zone = "Europe/Paris"\n',
    "brand.yaml": """\
calendars:
  store_hours:
    open: {mon-sat: "09:30-19:00"}
    holidays: FR
    cut_off: "18:45"
    by: store
    places: {s01: {open: {mon-sun: "08:00-22:00"}}}
  bank_days: {working_days: true, holidays: FR}
""",
    "sources/shop.yaml": """\
source: shop
read: {csv: data/shop.csv}
person: {customer: who}
objects: {order: order_no, store: store}
time_zone: Europe/Paris
set: {kind: extra, price: price, due: due}
signals:
  - {type: {sql: kind}, at: at}
""",
    "data/shop.csv": """\
who,order_no,store,kind,at,extra,price,due
ann,o1,s02,order.placed,2026-09-12 18:20,,100,2026-09-15
ann,o1,s02,order.delayed,2026-09-12 18:30,,,2026-09-14 10:00
ann,o1,s02,notice.sent,2026-09-12 18:40,delay,,
ann,o1,s02,order.ready,2026-09-14 11:33,,,
ann,o1,s02,refund.paid,2026-09-20 10:00,,60,
ann,o1,s02,notice.sent,2026-09-15 18:40,ready,,
bob,o2,s01,order.placed,2026-07-13 17:00,,100,
bob,o2,s01,order.cancelled,2026-07-13 18:00,no_stock,,
bob,o2,s01,price.shown,2026-07-13 16:00,,99,
zed,o9,s01,order.ready,2026-10-02 10:00,,,
cyd,o3,s02,order.placed,2026-10-02 12:00,,10,
dan,o4,s02,order.placed,2026-09-30 18:50,,10,
""",
    "maps/m.yaml": """\
map: m
per: order
owner: store
stages: [{stage: all, steps: [{step: pay, signal: order.placed}]}]
promises:
  - {promise: ready, says: {en: Ready in two hours, fr: Prêt en deux heures}, after: order.placed, expect: order.ready, within: 2h, calendar: store_hours, unless: order.cancelled}
  - {promise: refund, after: order.placed, expect: refund.paid, within: 5 working days, calendar: bank_days, sum: {price: price}}
  - {promise: by-date, after: order.placed, expect: order.ready, before: due, revised_by: order.delayed}
  - {promise: in-stock, after: order.placed, never: {signal: order.cancelled, where: "kind = 'no_stock'"}, until: order.ready}
  - {promise: same-price, whenever: order.placed, since: price.shown, same: {price: price}}
  - {promise: informed, after: order.placed, expect: notice.sent, every: 4h, until: order.ready, calendar: store_hours}
  - {promise: told, whenever: order.ready, preceded_by: notice.sent, within: 10h, calendar: store_hours}
  - {promise: right-notice, after: order.placed, expect: {signal: notice.sent, where: "kind = 'ready'"}, within: 2d}
""",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two stores in Paris, looked at on Friday 2 October at 13:00."""
    folder = tmp_path_factory.mktemp("explained")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    as_of = parse_instant("2026-10-02T13:00:00", "Europe/Paris")
    run_workspace(Workspace(folder), lambda *_: None, as_of=as_of)
    return Workspace(folder)


def said(workspace: Workspace, promise: str, order: str, code: str = "en") -> dict[str, tuple[str, ...]]:
    """Lines of the steps that explain the verdict on an order."""
    with open_results(workspace) as results:
        (row,) = results.verdicts(promise, about=f"order:{order}")
    return {step.kind: step.lines for step in steps_of(row["explanation"], speak(code))}


def test_opening_time_is_told_stretch_by_stretch(shop: Workspace) -> None:
    """40 minutes on Saturday, the Sunday closed, 1 h 20 on Monday from 9:30: 10:50. Ready at 11:33: 43 minutes too late."""
    told = said(shop, "ready", "o1")

    assert told["due"] == (
        "2 h of store_hours, from 18:20: until Monday 14 September at 10:50",
        "counted: Sat 12 Sept 18:20–19:00 (40 min), Mon 14 Sept 09:30–10:50 (1 h 20)",  # noqa: RUF001 - a span
        "not counted: Sun 13 Sept (closed)",
    )
    assert told["found"] == (
        "Order ready, Monday 14 September at 11:33: 43 min too late (data/shop.csv row 4)",
    )
    assert told["verdict"] == ("Promise not kept: it came too late, by 43 min.",)
    assert said(shop, "ready", "o4")["due"][:2] == (
        "2 h of store_hours, from 18:50: until Thursday 1 October at 11:30",
        "after 18:45 it counts as of Thu 1 Oct",
    )
    assert told["change"][0] == "It would be kept had “Order ready” come by Monday 14 September at 10:50."


def test_working_days_name_the_holidays_they_skip(shop: Workspace) -> None:
    """From Monday 13 July: the 14th is a holiday, so 15, 16, 17, 20, 21; in French too."""
    english, french = (said(shop, "refund", "o2", code)["due"] for code in ("en", "fr"))

    assert english == (
        "5 working days of bank_days, from 17:00: until the end of Tuesday 21 July",
        "counted: Wed 15 Jul, Thu 16 Jul, Fri 17 Jul, Mon 20 Jul, Tue 21 Jul",
        "not counted: Tue 14 Jul (National Day), Sat 18 Jul – Sun 19 Jul (closed)",  # noqa: RUF001 - a span
    )
    assert "mar. 14 juil. (Fête nationale)" in french[2]
    assert (
        said(shop, "refund", "o1")["due"][1] == "closed that day, so it counts as of Mon 14 Sept"
    )  # on a Saturday
    assert said(shop, "refund", "o1")["change"] == (
        "It would be kept had 40 more come by the end of Monday 21 September.",  # 60 of 100 by Sunday
    )


def test_a_revision_is_told_with_what_was_promised_at_first(shop: Workspace) -> None:
    """Due by the end of Tuesday, kept by then; moved to Monday 10:00, and ready at 11:33."""
    told = said(shop, "by-date", "o1")

    assert told["due"] == (
        "due: until Monday 14 September at 10:00",
        "Delay announced, 18:30: moved to Monday 14 September at 10:00",
        "At first it was due the end of Tuesday 15 September, and kept by then.",
    )
    assert told["verdict"] == ("Promise not kept: it came too late, by 1 h 33.",)
    assert said(shop, "by-date", "o2")["due"] == ("due = –: no time that can be read, so nobody can say",)  # noqa: RUF001 - a dash


def test_what_does_not_count_says_why(shop: Workspace) -> None:
    """A notice of delay is not the one that was promised; the right one came after 18:20 on Monday."""
    assert said(shop, "right-notice", "o1")["found"] == (
        "Message sent, 18:40, kind = delay: does not count: not kind = 'ready' (data/shop.csv row 3)",
        "Message sent, Tuesday 15 September at 18:40: 24 h 20 too late (data/shop.csv row 6)",
    )


def test_looking_back_tells_how_far(shop: Workspace) -> None:
    """10 h of s01, open from 8 to 22: 2 h on Friday, 8 h on Thursday from 14:00."""
    told = said(shop, "told", "o9")

    assert told["due"][:2] == (
        "10 h of store_hours, s01, looked back to Thursday 1 October at 14:00",
        "counted: Thu 1 Oct 14:00–22:00 (8 h), Fri 2 Oct 08:00–10:00 (2 h)",  # noqa: RUF001 - spans
    )
    assert said(shop, "same-price", "o2")["change"] == ("It would be kept had it been 99.",)


def test_what_is_forbidden_waived_silent_or_open_is_told(shop: Workspace) -> None:
    """A cancellation without stock; one that releases; a silence until 21:00 in s01; and an order of today."""
    assert said(shop, "in-stock", "o2")["verdict"] == ("Promise not kept: it came, and must not.",)
    assert said(shop, "ready", "o2")["found"][1] == "Released by Order cancelled, 18:00 (data/shop.csv row 8)"
    assert said(shop, "informed", "o2")["due"][0] == "4 h of store_hours, s01, from 17:00: until 21:00"
    assert said(shop, "ready", "o3")["change"] == ("It is decided by 14:00 at the latest.",)


def test_the_command_explains_one_and_lists_many(shop: Workspace) -> None:
    """One verdict alone is explained, several are a table with a hint, `--explain` explains each; JSON has it as data."""
    place = f"parcours verdicts -w {shop.folder} --promise ready"
    _, one = call(f"{place} --person customer:ann --language fr")
    _, many = call(place)
    _, each = call(f"{place} --explain")
    _, told = call(f"{place} --object order:o1 --format json")
    _, plain = call(f"{place} --format json")
    (row,) = json.loads(told)

    assert "aurait changé" in one
    assert "--explain for each" in many
    assert each.count("What was found") == 4
    assert row["explanation"]["cause"] == "too_late"
    assert row["explanation"]["due"]["counted"][0] == {
        "from_at": "2026-09-12T18:20:00+02:00",
        "until_at": "2026-09-12T19:00:00+02:00",
        "seconds": 2400.0,
    }
    assert {item["explanation"] for item in json.loads(plain)} == {None}
    assert call(f"{place} --object order:nothing")[0] == 2
    assert call(f"{place} --person customer:nobody")[0] == 2


def test_a_person_is_told_why(shop: Workspace) -> None:
    """The story ends with each broken promise in a line; JSON explains every verdict."""
    _, story = call(f"parcours person customer:ann -w {shop.folder}")
    _, told = call(f"parcours person customer:ann -w {shop.folder} --format json")

    assert "2 h of store_hours, from 18:20: until Monday 14 September at 10:50 · Promise not kept" in story
    assert all(row["explanation"]["promise"] == row["promise"] for row in json.loads(told)["verdicts"])
