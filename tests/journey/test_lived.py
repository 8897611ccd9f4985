"""The journey people lived, laid over the map, on a few signals counted by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from parcours.journey.lived import Terms, read_lived
from parcours.journey.map import JourneyMap
from parcours.journey.tables import JOURNEY, JOURNEY_STEP
from parcours.lake import open_engine
from parcours.signal import SIGNAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from parcours.journey.picture import LivedMap, Place
    from parcours.lake import Engine

MAP = {
    "map": "collect",
    "per": "order",
    "title": {"en": "Collect", "fr": "Retrait"},
    "stages": [
        {
            "stage": "buy",
            "steps": [
                {
                    "step": "pay",
                    "signal": "order.placed",
                    "touchpoints": ["web.checkout"],
                    "owner": "e-commerce",
                },
                {
                    "step": "confirm",
                    "signal": "notice.sent",
                    "touchpoints": ["mail.notice"],
                    "owner": "marketing",
                },
            ],
        },
        {
            "stage": "get",
            "title": {"en": "Get it", "fr": "Retirer"},
            "steps": [
                {
                    "step": "collect",
                    "signal": "order.collected",
                    "touchpoints": ["store.desk"],
                    "owner": "store",
                },
                {"step": "said", "signal": "feedback.given", "optional": True, "owner": "store"},
            ],
        },
    ],
}
TERMS = Terms(
    step={
        "collect/pay": 50,
        "collect/confirm": 51,
        "collect/collect": 52,
        "collect/said": 53,
        "other/pay": 60,
    },
    type={"order.placed": 1, "notice.sent": 2, "order.collected": 3, "feedback.given": 4, "call.received": 5},
    channel={"web": 1, "app": 2, "store": 3, "phone": 4, "digital": 5, "drone": 6},
)
Row = tuple[
    int, int, int, int | None, int | None, float | None
]  # journey, second, type, step, channel, score


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine of the product."""
    opened = open_engine(tmp_path_factory.mktemp("engine") / "spill", "1GB", 1)
    yield opened
    opened.close()


def register(
    engine: Engine, name: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Make rows readable under a name; what is not named is null."""
    nothing = ", ".join(f"cast(null as {kind}) as {column}" for column, kind in columns.items())
    schema = engine.arrow(f"select {nothing} where false").schema
    full = [{column: row.get(column) for column in columns} for row in rows]
    engine.register(name, pa.Table.from_pylist(full, schema=schema))


def lived(
    engine: Engine,
    rows: Sequence[Row],
    people: Mapping[int, int | None],
    *,
    broken: Sequence[int] = (),
    heard: frozenset[str] = frozenset(),
    drawn: Mapping[str, Any] = MAP,
    terms: Terms = TERMS,
) -> LivedMap:
    """The lived map of these signals; a quote is the numbers of the signals it was looked for in."""
    steps = [
        {
            "journey_id": journey,
            "occurred_at": second * 1_000_000,
            "ordinal": number,
            "signal_id": number,
            "type_id": kind,
            "step_id": step,
            "channel_id": channel,
            "map_id": 1,
        }
        for number, (journey, second, kind, step, channel, _) in enumerate(rows)
    ]
    register(engine, "journey_step", JOURNEY_STEP.columns, steps)
    told = [{"journey_id": journey, "person_id": person, "map_id": 1} for journey, person in people.items()]
    register(engine, "journey", JOURNEY.columns, told)
    scored = [
        {"signal_id": number, "properties": None if score is None else f'{{"score": {score}}}'}
        for number, (*_, score) in enumerate(rows)
    ]
    register(engine, "signal", SIGNAL.columns, scored)
    register(engine, "let_down_journey", {"journey_id": "BIGINT"}, [{"journey_id": item} for item in broken])
    return read_lived(
        engine,
        JourneyMap.model_validate(drawn),
        1,
        terms,
        heard_types=heard,
        type_title=lambda kind: {"en": kind},
        quote_of=lambda ids: f"said in {list(ids)}",
    )


def place(found: LivedMap, key: str) -> Place:
    """One place."""
    return next(item for item in found.places if item.key == key)


# Ann (7) buys on the web twice and collects both, the first is late; Bob (8) buys in the app, calls, and never collects.
SHOP: list[Row] = [
    (1, 0, 1, 50, 1, None),
    (1, 100, 3, 52, 3, None),
    (1, 110, 4, 53, 3, 2),
    (2, 0, 1, 50, 1, None),
    (2, 300, 3, 52, 3, None),
    (3, 0, 1, 50, 2, None),
    (3, 50, 5, None, 4, None),
]
PEOPLE = {1: 7, 2: 7, 3: 8}


def test_people_count_once_and_who_was_let_down_too(engine: Engine) -> None:
    """Three orders on web and app are two people, as in docs/explanation/picture-of-a-map.md; one of them was let down."""
    found = lived(engine, SHOP, PEOPLE, broken=[1])
    assert [item.key for item in found.places] == [
        "pay@digital",
        "confirm@messages",
        "~call.received@contact",
        "collect@store",
        "said@store",
    ]
    assert (place(found, "pay@digital").people, place(found, "pay@digital").let_down) == (2, 1)
    assert (place(found, "collect@store").people, place(found, "collect@store").let_down) == (1, 1)
    assert (found.journeys, found.key, found.title["fr"]) == (3, "collect", "Retrait")


def test_what_is_on_no_map_stands_where_it_happened(engine: Engine) -> None:
    """Bob's call came after paying, so it is in the stage of paying; it is no step."""
    call = place(lived(engine, SHOP, PEOPLE), "~call.received@contact")
    assert (call.step, call.column, call.lane, call.people) == (None, "buy", "contact", 1)


@pytest.mark.parametrize("heard", [frozenset[str](), frozenset({"notice.sent"})])
def test_a_step_nobody_came_by_is_still_there(engine: Engine, heard: frozenset[str]) -> None:
    """No notice was sent, or no system could show it: the two are told apart."""
    step = place(lived(engine, SHOP, PEOPLE, heard=heard), "confirm@messages")
    assert (step.people, step.heard) == (0, bool(heard))


def test_flows_are_journeys_with_their_median_wait(engine: Engine) -> None:
    """Ann's two ways to the desk took 100 and 300 seconds: 200; one of them was let down. Nothing was left out."""
    found = lived(engine, SHOP, PEOPLE, broken=[1])
    flow = found.flows[0]
    assert (flow.source, flow.target) == ("pay@digital", "collect@store")
    assert (flow.journeys, flow.let_down, flow.wait_s) == (2, 1, 200)
    assert {(item.source, item.target) for item in found.flows[1:]} == {
        ("collect@store", "said@store"),
        ("pay@digital", "~call.received@contact"),
    }
    assert found.shown_share == 1


def test_columns_have_owners_and_waits(engine: Engine) -> None:
    """Each owner once, in order; the first stage waits for nothing, the second 200 seconds in the middle."""
    first, second = lived(engine, SHOP, PEOPLE).columns
    assert (first.key, first.owners, first.wait_s) == ("buy", ("e-commerce", "marketing"), None)
    assert (second.title["fr"], second.owners, second.wait_s) == ("Retirer", ("store",), 200)


def test_the_designed_way_leaves_out_what_is_optional(engine: Engine) -> None:
    """Pay, confirm, collect; nobody has to say anything."""
    assert lived(engine, SHOP, PEOPLE).designed == (
        ("pay@digital", "confirm@messages"),
        ("confirm@messages", "collect@store"),
    )


def test_lanes_are_those_in_use_from_top_to_bottom(engine: Engine) -> None:
    """Web, messages (nobody got one, but the map names it), store, care."""
    assert [lane.key for lane in lived(engine, SHOP, PEOPLE).lanes] == [
        "digital",
        "messages",
        "store",
        "contact",
    ]


def test_each_lane_is_there_once(engine: Engine) -> None:
    """A channel called as a family is of it, a channel of no family has its own lane, none at all comes last; two lanes hold steps nobody came by."""
    rows: list[Row] = [(1, second, 1, 50, channel, None) for second, channel in enumerate((5, 1, 6, None))]
    found = lived(engine, rows, {1: 7})
    assert [lane.key for lane in found.lanes] == ["digital", "messages", "store", "drone", ""]
    assert len({item.key for item in found.places}) == len(found.places)


def test_a_type_called_as_a_step_is_another_place(engine: Engine) -> None:
    """Some signals of the type `said` are the step `said`, others are on no step: two places."""
    terms = Terms(TERMS.step, {**TERMS.type, "said": 9}, TERMS.channel)
    rows: list[Row] = [(1, 0, 9, 53, 3, None), (1, 5, 9, None, 3, None)]
    found = lived(engine, rows, {1: 7}, terms=terms)
    assert place(found, "said@store").step == "said"
    assert place(found, "~said@store").step is None
    assert (found.flows[0].source, found.flows[0].target) == ("said@store", "~said@store")


def test_what_was_felt_counts_for_the_stage_before(engine: Engine) -> None:
    """One score of 2, given after collecting; one score cannot tell 1 to 5 from 0 to 10."""
    (felt,) = (found := lived(engine, SHOP, PEOPLE)).felt
    assert (felt.column, felt.mean, felt.low, felt.high, felt.answers) == ("get", 2, 2, 2, 1)
    assert felt.quote == "said in [2]"
    assert found.scale == (0, 10)


@pytest.mark.parametrize(
    ("scores", "scale"),
    [
        ([], (0, 10)),
        ([1, 5] * 10, (1, 5)),
        ([1, 5] * 9, (0, 10)),
        ([0, 5] * 10, (0, 10)),
        ([0, 10], (0, 10)),
        ([3, 40], (0, 100)),
        ([-5, 5], (-5, 5)),
        ([-5], (-5, -4)),
    ],
)
def test_the_scale_is_the_narrowest_usual_one(
    engine: Engine, scores: Sequence[float], scale: tuple[float, float]
) -> None:
    """Twenty scores are enough to tell; what no usual scale holds is its own."""
    rows: list[Row] = [(1, 0, 1, 50, 1, None)]
    rows += [(1, 1 + number, 4, 53, 3, score) for number, score in enumerate(scores)]
    assert lived(engine, rows, {1: 7}).scale == scale


def test_where_nobody_is_known_journeys_count(engine: Engine) -> None:
    """Three orders of nobody are three."""
    assert place(lived(engine, SHOP, {1: None, 2: None, 3: None}), "pay@digital").people == 3


def test_an_empty_log_is_the_map_alone(engine: Engine) -> None:
    """All places are there, nobody came by, and no share is divided by nought."""
    found = lived(engine, [], {})
    assert {item.step for item in found.places} == {"pay", "confirm", "collect", "said"}
    assert {item.people for item in found.places} == {0}
    assert (found.flows, found.felt, found.journeys, found.shown_share) == ((), (), 0, 1)


def test_thin_flows_and_rare_strays_are_counted_not_drawn(engine: Engine) -> None:
    """Of 1,000 journeys one calls: its place is below 0.2 % and its flow below 1 %; 999 of 1,000 moves are drawn."""
    rows: list[Row] = []
    for journey in range(1000):
        rows.append((journey, 0, 1, 50, 1, None))
        rows.append((journey, 9, 5, None, 4, None) if journey == 0 else (journey, 9, 3, 52, 3, None))
    found = lived(engine, rows, dict(enumerate(range(1000))))
    assert [item.key for item in found.places if item.step is None] == []
    assert [flow.journeys for flow in found.flows] == [999]
    assert found.shown_share == pytest.approx(0.999)
