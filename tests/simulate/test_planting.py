"""What is planted is there, nothing else is, and its effect is the difference between two worlds with the same luck."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.given import call
from docs.pages import blocks, page
from parcours.kernel.errors import Faulty
from parcours.simulate import NotEmpty, make_plan, simulate_retailer
from parcours.simulate.calendar import Calendar
from parcours.simulate.columns import NEVER, earlier_in_group, earliest_before
from parcours.simulate.contacts import REFUND
from parcours.simulate.demand import TILL, draw_purchases
from parcours.simulate.living import Life, effect_of, live
from parcours.simulate.people import make_people
from parcours.simulate.planted import PlantedGap, Planting
from simulate.given import Retailer, made

if TYPE_CHECKING:
    from pathlib import Path

    from parcours.simulate.demand import Purchases

BEFORE_KEPT = 0.95  # of two-hour collections where nothing is planted


def worlds(kept: float, seed: int) -> tuple[Life, Life, Purchases, Calendar]:
    """The same 1,500 people with and without a gap at all two-hour collections."""
    plan = make_plan(1_500, 60, seed, gaps="none")
    calendar = Calendar(plan.start, plan.days, plan.stores)
    people = make_people(np.random.default_rng(seed), 0, plan.people, plan, calendar)
    could = draw_purchases(np.random.default_rng(seed + 1), people, plan, calendar)
    planting = Planting(gaps=(PlantedGap(gap="all", promise="ready-in-2h", kept=kept),))
    with_gap = live(could, people, planting, calendar, plan.stores)
    return with_gap, live(could, people, Planting(), calendar, plan.stores), could, calendar


@settings(max_examples=25, deadline=None)  # each example makes 1,500 people twice
@given(kept=st.floats(0, 1), seed=st.integers(0, 2**20))
def test_a_gap_never_mends_anything(kept: float, seed: int) -> None:
    """With the same luck a planted gap breaks no promise less, hurts nobody less and brings nobody back."""
    with_gap, without, _, _ = worlds(kept, seed)

    assert not (without.fates.ready_broken & ~with_gap.fates.ready_broken).any()
    assert not (with_gap.happens & ~without.happens).any()
    assert (with_gap.fates.hurt >= without.fates.hurt).all()
    assert (with_gap.fates.parcel_broken == without.fates.parcel_broken).all()


def test_a_gap_costs_what_differs_between_the_worlds() -> None:
    """Counted by hand, person by person: purchases in the data that only the other world has, and their cents."""
    with_gap, without, could, calendar = worlds(0.3, 11)
    effect = effect_of(0, could, with_gap, without, calendar, np.ones(len(could)))
    purchases, cents = 0, 0
    for place in range(len(could)):
        if (
            calendar.begins_at <= could.paid_at[place] < calendar.ends_at
            and without.happens[place]
            and not with_gap.happens[place]
        ):
            purchases += 1
            cents += int(could.value[place])

    assert (effect.lost_purchases, effect.lost_spend) == (purchases, cents)
    assert effect.treated > 50
    assert effect.came_back < effect.came_back_without
    assert effect.asked > effect.asked_without


def test_the_window_counts_sixty_days() -> None:
    """Of each treated purchase, the customer's purchases in the 60 days after it, counted one by one."""
    with_gap, without, could, calendar = worlds(0.3, 12)
    effect = effect_of(0, could, with_gap, without, calendar, np.where(could.way == TILL, 0.5, 1.0))
    seen = 0
    for place in np.flatnonzero(with_gap.happens & (with_gap.fates.ready_blame == 0)):
        if not calendar.begins_at <= could.paid_at[place] < calendar.ends_at:
            continue
        later = (could.person == could.person[place]) & (could.paid_at > could.paid_at[place])
        seen += int((later & with_gap.happens & (could.paid_at <= could.paid_at[place] + 60 * 86_400)).sum())

    assert effect.purchases == seen


def test_a_single_promise_kept_leaves_all_else_as_it_was() -> None:
    """Of each treated purchase, the 60 days after it, had it alone been spared; walked one by one."""
    with_gap, without, could, calendar = worlds(0.3, 16)
    effect = effect_of(0, could, with_gap, without, calendar, np.where(could.way == TILL, 0.5, 1.0))
    seen, cents, tied = 0, 0, 0.0
    for place in np.flatnonzero(with_gap.happens & (with_gap.fates.ready_blame == 0)):
        if not calendar.begins_at <= could.paid_at[place] < calendar.ends_at:
            continue
        leaves_at = with_gap.leaves_at.copy()
        leaves_at[place] = without.leaves_at[place]
        own = could.person == could.person[place]
        later = own & (could.paid_at > could.paid_at[place])
        stays = could.paid_at <= leaves_at[own].min()
        mine = later & stays & (could.paid_at <= could.paid_at[place] + 60 * 86_400)
        seen, cents = seen + int(mine.sum()), cents + int(could.value[mine].sum())
        tied += np.where(could.way == TILL, 0.5, 1.0)[mine].sum()  # half of what is paid at the till

    assert (effect.purchases_alone, effect.spent_alone) == (seen, cents)
    assert effect.purchases_alone_seen == pytest.approx(tied)
    assert effect.purchases_alone_seen < effect.purchases_alone
    assert effect.purchases < effect.purchases_alone <= effect.purchases_without


def test_who_has_left_does_not_come_back() -> None:
    """Nobody buys after they left; walked person by person, in the order of time."""
    with_gap, _, could, _ = worlds(0.3, 13)
    happened = zip(
        could.person[with_gap.happens].tolist(), could.paid_at[with_gap.happens].tolist(), strict=True
    )

    assert (with_gap.left_at < NEVER).any()
    assert all(at <= with_gap.left_at[person] for person, at in happened)


def late_refunds() -> tuple[Life, Life, Purchases]:
    """The same 3,000 people where every refund is late, and where nothing is planted."""
    plan = make_plan(3_000, 60, 14, gaps="none")
    calendar = Calendar(plan.start, plan.days, plan.stores)
    people = make_people(np.random.default_rng(14), 0, plan.people, plan, calendar)
    could = draw_purchases(np.random.default_rng(15), people, plan, calendar)
    planting = Planting(gaps=(PlantedGap(gap="slow", promise="refunded-in-5-days", kept=0.0),))
    with_gap = live(could, people, planting, calendar, plan.stores)
    return with_gap, live(could, people, Planting(), calendar, plan.stores), could


def test_no_effect_comes_before_its_cause() -> None:
    """Where refunds are late, what differs from the other world comes after a refund was due: five days after the goods were back."""
    with_gap, without, could = late_refunds()
    lost = np.flatnonzero(without.happens & ~with_gap.happens)
    due_at = np.where(with_gap.fates.refund_blame == 0, with_gap.fates.received_at + 5 * 86_400, NEVER)

    assert len(lost) > 20
    for place in lost:
        assert due_at[could.person == could.person[place]].min() < could.paid_at[place]


def test_no_question_comes_before_its_cause() -> None:
    """Who asks in the world of late refunds alone asks about the refund, once it is overdue: not about a parcel that came late before."""
    with_gap, without, _ = late_refunds()
    more = (with_gap.contacts.asked_at < NEVER) & (without.contacts.asked_at == NEVER)
    parcel_too = more & with_gap.fates.parcel_broken

    assert more.sum() > 20
    assert parcel_too.any()
    assert (with_gap.contacts.asked_at[more] > with_gap.fates.received_at[more] + 5 * 86_400).all()
    assert set(with_gap.contacts.reason[more].tolist()) == {REFUND}


def test_a_score_knows_nothing_of_what_comes_after_it() -> None:
    """A question unanswered for a day, and one asked again: felt a day after it was asked, and when it is asked again; not before."""
    contacts = late_refunds()[0].contacts
    waits, repeats = np.flatnonzero(contacts.answer_broken), np.flatnonzero(contacts.repeat_broken)
    day = np.full(len(contacts), 86_400)

    assert len(waits) > 20
    assert len(repeats) > 20
    assert (contacts.hurt_by(contacts.asked_at + day) >= contacts.answer_hurt)[waits].all()
    assert (contacts.hurt_by(contacts.asked_at + day - 1) <= contacts.repeat_hurt)[waits].all()
    assert (contacts.hurt_by(contacts.again_at) >= contacts.repeat_hurt)[repeats].all()
    assert (contacts.hurt_by(contacts.again_at - 1) <= contacts.answer_hurt)[repeats].all()


@given(
    st.lists(st.tuples(st.integers(0, 4), st.one_of(st.integers(0, 2**32), st.just(int(NEVER)))), max_size=40)
)
def test_the_earliest_before_is_of_the_same_group(rows: list[tuple[int, int]]) -> None:
    """Looked for one by one: the smallest instant of earlier rows of the group; never, where there is none."""
    rows.sort(key=lambda row: row[0])
    group, at = (
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
    )
    expected = [
        min([int(NEVER), *(b for g, b in rows[:place] if g == rows[place][0])]) for place in range(len(rows))
    ]

    assert earliest_before(group, at).tolist() == expected


def test_earlier_rows_are_counted_in_their_group() -> None:
    """Two groups; the first has one counted row before its second and third."""
    group, counted = np.array([4, 4, 4, 9]), np.array([True, False, True, True])

    assert earlier_in_group(group, counted).tolist() == [0, 1, 1, 0]
    assert earlier_in_group(group[:0], counted[:0]).tolist() == []


def test_a_file_plants_what_it_says(tmp_path: Path) -> None:
    """Lille's evenings keep as few as planted, the others as always; the truth names the gap that broke each."""
    path = tmp_path / "gaps.yaml"
    path.write_text(
        "gaps:\n  - {gap: evenings, promise: ready-in-2h, store: Lille Centre, hours: 14-18, kept: 0.4, cause: cut}\n",
        "utf-8",
    )
    retailer = Retailer(made(tmp_path / "shop", people=6_000, gaps=path), {})
    (row,) = retailer.truth("gap.csv")
    verdicts = [row for row in retailer.truth("verdict.parquet") if row["promise"] == "ready-in-2h"]
    blamed = [row for row in verdicts if row["gap"] == "evenings"]
    elsewhere = [row for row in verdicts if row["store"] != "Lille Centre"]

    # 95 % bounds of a share of 0.4 among that many, and of 0.95 elsewhere
    assert abs(row["kept_ratio"] - 0.4) < 1.96 * (0.4 * 0.6 / row["eligible"]) ** 0.5
    assert abs(sum(row["verdict"] == "kept" for row in elsewhere) / len(elsewhere) - BEFORE_KEPT) < 0.02
    assert {(row["store"], row["verdict"]) for row in blamed} == {("Lille Centre", "broken")}
    assert retailer.truth("silent.csv") == []


def test_nothing_planted_is_nothing(calm: Retailer) -> None:
    """No gap, no silent system, no drift, nobody to blame, no story."""
    assert calm.truth("gap.csv") == calm.truth("silent.csv") == calm.truth("drift.csv") == []
    assert {row["gap"] for row in calm.truth("verdict.parquet")} == {""}
    assert not [row for row in calm.truth("identity.csv") if row["identifier"] == "C1407"]


def test_the_story_is_planted_for_the_usual_horizon() -> None:
    """120 days end on Sunday 15 November 2026; Lyon's Saturdays begin on 12 September."""
    plan = make_plan(10, 120, 1)
    saturdays = plan.planting.gaps[0]

    assert (plan.start, plan.last_day) == (date(2026, 7, 19), date(2026, 11, 15))
    assert (saturdays.since, saturdays.weekdays, saturdays.hours, saturdays.kept) == (
        date(2026, 9, 12),
        ("sat",),
        "14-18",
        0.71,
    )
    assert saturdays.store == "Lyon Part-Dieu"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--people", "0"], "--people 0 cannot be simulated; use 1 to 20000000"),
        (["--people", "9", "--days", "0"], "--days 0 cannot be simulated; use 1 to 730"),
        (["--people", "9", "--stores", "-1"], "--stores -1 cannot be simulated; use 0 to 500"),
        (["--people", "9", "--seed", "-1"], f"--seed -1 cannot be simulated; use 0 to {2**63 - 1}"),
        (["--people", "9", "--start", "soon"], "--start 'soon' is no date; write it like 2026-07-19"),
        (
            ["--people", "9", "--start", "1900-01-01"],
            "--start 1900-01-01 cannot be simulated; use the years 2000 to 2100",
        ),
        (
            ["--people", "9", "--gaps", "no.yaml"],
            "there is no file no.yaml; name a YAML file of gaps, or --gaps none",
        ),
        (
            ["--people", "9", "--physical", "1"],
            "--physical 1.0 is no share; use a number from 0 to below 1, such as 0.52",
        ),
        (
            ["--people", "9", "--mixed", "0.95"],
            "--mixed 0.95 and --physical 0.83 contradict each other; fewer people buy both ways, or fewer purchases have a physical part",
        ),
    ],
)
def test_a_wrong_option_costs_one_sentence(folder: Path, words: list[str], sentence: str) -> None:
    """The sentence names the option and the way out; nothing is written."""
    answer = call("simulate", "-w", folder, *words)

    assert (answer.code, answer.out, answer.err) == (2, "", f"parcours: {sentence}\n")
    assert not folder.exists()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("gaps:\n  - {gap: a, kept: 0.5, promise: ready-in-2}", "gaps.yaml:2: gaps.promise: 'ready-in-2' is no promise that can be planted; did you mean 'ready-in-2h'?"),
        ("gaps:\n  - {gap: a, kept: 0.5, promise: in-stock, store: Lile Centre}", "gaps.yaml:2: there is no store 'Lile Centre'; did you mean 'Lille Centre'?"),
        ("gaps:\n  - {gap: a, kept: 0.5, promise: in-stock, hours: 18-14}", "gaps.yaml:2: gaps.hours: '18-14' is not a time of day; write it like 14-18"),
        ("gaps:\n  - {gap: a, kept: 0.5, promise: in-stock, since: 2026-10-02, until: 2026-10-01}", "gaps.yaml:2: gaps: it ends on 2026-10-01, before it begins; exchange `since` and `until`"),
        ("gap: []", "gaps.yaml:1: unknown key 'gap'; did you mean 'gaps'?"),
    ],
)  # fmt: skip
def test_a_wrong_file_of_gaps_is_told_with_its_line(tmp_path: Path, text: str, fault: str) -> None:
    """A typing mistake is named with place and fix, not planted in silence."""
    path = tmp_path / "gaps.yaml"
    path.write_text(text, "utf-8")

    with pytest.raises(Faulty) as told:
        make_plan(9, 9, 1, gaps=path)
    assert str(told.value) == fault


def test_the_file_on_the_page_can_be_planted(tmp_path: Path) -> None:
    """Whoever copies the example of the reference gets what it says."""
    (example,) = [block.text for block in blocks(page("reference/planting.md")) if block.language == "yaml"]
    path = tmp_path / "gaps.yaml"
    path.write_text(example, "utf-8")
    planting = make_plan(9, 60, 1, gaps=path).planting

    assert [gap.gap for gap in planting.gaps] == ["lille-app"]
    assert (planting.gaps[0].since, planting.gaps[0].weekdays) == (date(2026, 10, 1), ("fri", "sat"))
    assert [(item.source, item.store) for item in planting.silent] == [
        ("returns", None),
        ("stores", "Lille Centre"),
    ]
    assert [item.share for item in planting.drifts] == [0.55]


@pytest.mark.parametrize(
    ("stores", "promise"), [(0, "ready-in-2h"), (0, "repaired-by-date"), (1, "ready-in-2h-franchise")]
)
def test_a_promise_that_is_not_made_cannot_be_broken(tmp_path: Path, stores: int, promise: str) -> None:
    """A gap that would plant nothing is refused rather than ignored."""
    path = tmp_path / "gaps.yaml"
    path.write_text(f"gaps:\n  - {{gap: a, promise: {promise}, kept: 0.5}}\n", "utf-8")

    with pytest.raises(Faulty) as told:
        make_plan(9, 9, 1, stores=stores, gaps=path)
    assert f"gaps.yaml:2: this retailer does not promise {promise!r}" in str(told.value)
    assert make_plan(9, 9, 1, stores=2, gaps=path).planting.gaps[0].promise == promise


def test_a_folder_that_cannot_be_made_costs_one_sentence(tmp_path: Path) -> None:
    """Where a file is in the way, the sentence says so; no traceback."""
    (tmp_path / "file").write_text("", "utf-8")
    answer = call("simulate", "-w", tmp_path / "file" / "shop", "--people", 9)

    assert (answer.code, answer.out) == (2, "")
    assert re.fullmatch(r"parcours: .*/file/shop cannot be written: .*\n", answer.err)


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A folder with anything in it stays as it is."""
    (tmp_path / "notes.txt").write_text("mine", "utf-8")

    with pytest.raises(NotEmpty):
        simulate_retailer(make_plan(9, 9, 1), tmp_path, lambda _: None)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ("{source: stores, store: Lille Nord, since: 2026-11-01T18:00:00}", "there is no store 'Lille Nord'"),
        ("{source: care, store: Lille Centre, since: 2026-11-01T18:00:00}", "no system that stores share"),
        ("{source: stores, store: Bordeaux Lac, since: 2026-11-01T18:00:00}", "has a system of its own"),
        (
            "{source: care, since: 2026-11-02T18:00:00, until: 2026-11-01T18:00:00}",
            "it ends at 2026-11-01T18:00:00, before it begins",
        ),
        ("{source: care, since: 2026-11-01T18:00:00, until: 2026-11-02T18:00:00Z}", "has an offset"),
    ],
    ids=["nowhere", "not shared", "franchise", "backwards", "offset"],
)
def test_a_silence_that_cannot_be_is_refused(tmp_path: Path, item: str, said: str) -> None:
    """With its line, and what is wrong."""
    path = tmp_path / "gaps.yaml"
    path.write_text(f"silent:\n  - {item}\n", "utf-8")

    with pytest.raises(Faulty) as told:
        make_plan(9, 9, 1, stores=4, gaps=path)
    assert "gaps.yaml:2" in str(told.value)
    assert said in str(told.value)


def test_a_store_falls_silent_and_is_heard_again(tmp_path: Path) -> None:
    """Nothing of Lille's collections is exported in between, its sisters' and its own before and after are; tills go on."""
    path, folder = tmp_path / "gaps.yaml", tmp_path / "shop"
    silence = (
        "{source: stores, store: Lille Centre, since: 2026-08-03T12:00:00Z, until: 2026-08-08T12:00:00Z}"
    )
    path.write_text(f"silent:\n  - {silence}\n", "utf-8")
    plan = make_plan(3000, 30, 1, stores=4, gaps=path, start="2026-07-20")
    simulate_retailer(plan, folder, lambda _: None)
    events = pq.read_table(folder / "data/stores/events-0000.parquet", columns=["store", "at"]).to_pylist()
    receipts = pq.read_table(
        folder / "data/tills/receipts-0000.parquet", columns=["magasin", "imprime_le"]
    ).to_pylist()
    since, until = (datetime(2026, 8, day, 12, tzinfo=UTC) for day in (3, 8))
    lille = next(store.code for store in plan.stores if store.name == "Lille Centre")
    at_lille = [row["at"] for row in events if row["store"] == lille]

    assert not [at for at in at_lille if since <= at < until]
    assert min(at_lille) < since
    assert max(at_lille) >= until
    assert [row for row in events if row["store"] != lille and since <= row["at"] < until]
    assert [row for row in receipts if row["magasin"] == lille and since <= row["imprime_le"] < until]
    verdicts = pq.read_table(folder / "truth/verdict.parquet").to_pylist()
    hidden = [row for row in verdicts if row["promise"] == "ready-in-2h" and row["silent"]]
    assert {row["store"] for row in hidden} == {"Lille Centre"}
    assert all(row["trigger_at"] < until and row["deadline_at"] >= since for row in hidden)


@pytest.mark.parametrize(("stores", "source"), [(0, "stores"), (0, "kiosk"), (1, "franchise")])
def test_a_system_that_is_not_there_cannot_fall_silent(tmp_path: Path, stores: int, source: str) -> None:
    """A file that silences a system this retailer does not have is refused rather than ignored."""
    path = tmp_path / "gaps.yaml"
    path.write_text(f"silent:\n  - {{source: {source}, since: 2026-11-01T18:00:00}}\n", "utf-8")

    with pytest.raises(Faulty) as told:
        make_plan(9, 9, 1, stores=stores, gaps=path)
    assert f"gaps.yaml:2: this retailer has no system {source!r}" in str(told.value)
    assert make_plan(9, 9, 1, stores=2, gaps=path).planting.silent[0].source == source
