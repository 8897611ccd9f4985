"""Each model, on a few rows whose answer was worked out by hand: `tests/sql/<model>.yaml`.

A file is a list of cases: `promise` (one sentence), `parameters`, `given` (relation to rows) and `expected` rows. A row is a mapping, in which
what is not named is null, or a list in the order of the columns. Rows of a model that orders them are expected in that order.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from ruamel.yaml import YAML

from parcours.gap import VERDICT
from parcours.gap.tables import GAP
from parcours.identity import IDENTITY_EVENT, IDENTITY_MOVE, IDENTITY_REVIEW, PERSON_TOKEN
from parcours.journey import JOURNEY, JOURNEY_STEP
from parcours.lake import open_engine
from parcours.signal import LINK, OBJECT, SIGNAL
from sql.models import Found, models

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from parcours.lake import Engine

Case = dict[str, Any]  # as YAML has it
FOLDER = Path(__file__).parent
MODELS = {found.path.stem: found for found in models()}
_SEEN = {**SIGNAL.columns, "person_id": "BIGINT", "ordinal": "BIGINT"}
COLUMNS: dict[str, Mapping[str, str]] = {
    "signal": SIGNAL.columns,
    "undated": SIGNAL.columns,
    "object": OBJECT.columns,
    "link": LINK.columns,
    "new_link": LINK.columns,
    "near_token": {"token": "BIGINT"},
    "true_token": {"token": "BIGINT", "person": "BIGINT"},
    "person_token": PERSON_TOKEN.columns,
    "identity_event": IDENTITY_EVENT.columns,
    "identity_move": IDENTITY_MOVE.columns,
    "identity_review": IDENTITY_REVIEW.columns,
    "event_found": IDENTITY_EVENT.columns,
    "asked_token": {"token": "BIGINT"},
    "asked_person": {"person_id": "BIGINT"},
    "journey": JOURNEY.columns,
    "journey_step": JOURNEY_STEP.columns,
    "verdict": VERDICT.columns,
    "gap": GAP.columns,
    "map_journey": JOURNEY.columns,
    "map_verdict": VERDICT.columns,
    "seen": _SEEN,
    "timeless": _SEEN,
    "sampled_promise": {"promise_id": "INTEGER", "kept_mask": "BIGINT", "broken_mask": "BIGINT"},
    "priced_promise": {"promise_id": "INTEGER"},
    "event_role": {"type_id": "INTEGER", "role": "VARCHAR"},
    "money_person": {"person_id": "BIGINT", "first_at": "BIGINT"},
    "money_unit": {
        "promise_id": "INTEGER",
        **dict.fromkeys(("person_id", "trigger_id", "trigger_at"), "BIGINT"),
        "is_broken": "BOOLEAN",
        "weight": "DOUBLE",
        **dict.fromkeys(("hour", "weekday"), "BIGINT"),
        **{f"slice_{number}": "VARCHAR" for number in range(8)},
    },
    "term": {"kind": "VARCHAR", "code": "INTEGER", "text": "VARCHAR"},
    "truth": {"namespace": "VARCHAR", "identifier": "VARCHAR", "person": "VARCHAR"},
    "recorded": SIGNAL.columns,
    "carrier_object": {
        **dict.fromkeys(
            ("signal_id", "file_id", "source_row", "token", "namespace_id", "object_id"), "BIGINT"
        ),
        "file_id": "INTEGER",
        "namespace_id": "INTEGER",
    },
    "carried_thing": {"namespace_id": "INTEGER", "object_id": "BIGINT"},
    "carried_row": {"file_id": "INTEGER", "source_row": "BIGINT"},
    "held_signal": {"signal_id": "BIGINT", "file_id": "INTEGER", "source_row": "BIGINT"},
    "held_journey": {"map_id": "INTEGER", "journey_id": "BIGINT", "layer": "INTEGER"},
    **{name: {"token": "BIGINT"} for name in ("held_token", "own_token", "shared_token")},
    **{name: {"object_id": "BIGINT"} for name in ("held_object", "candidate_object", "looked_at")},
    **{name: {"namespace_id": "INTEGER"} for name in ("personal_namespace", "shared_name")},
    "consent": {
        "token": "BIGINT",
        **dict.fromkeys(("purpose", "channel", "answer"), "VARCHAR"),
        "answered_at": "BIGINT",
    },
    "identifier": {"token": "BIGINT", "namespace": "VARCHAR", "value": "VARCHAR"},
    "true_verdict": {
        **dict.fromkeys(("map", "promise", "namespace", "identifier", "verdict"), "VARCHAR"),
        "settled": "BOOLEAN",
        "silent": "BOOLEAN",
    },
    "chosen_case": {"trigger_id": "BIGINT"},
    "promise_name": {"promise_id": "INTEGER", "map": "VARCHAR", "promise": "VARCHAR"},
    "birth_date": {"token": "BIGINT", "born": "VARCHAR", "told_at": "BIGINT", "correction": "BIGINT"},
    "birth_day": {"month_day": "VARCHAR", "starts_at": "BIGINT"},
    "file_rank": {"file_id": "INTEGER", "rank": "BIGINT"},
    "new_file": {"file_id": "INTEGER"},
    "promise_coverage": {
        "promise_id": "INTEGER",
        **dict.fromkeys(("since", "until", "since_before", "until_before"), "BIGINT"),
    },
    "deaf_change": {"promise_id": "INTEGER", "since": "BIGINT", "until": "BIGINT"},
    "placed_source": {"source_id": "INTEGER"},
    "hiding": {
        "number": "INTEGER",
        "promise_id": "INTEGER",
        **dict.fromkeys(("place_id", "since", "until"), "BIGINT"),
    },
    "step_touchpoint": {"step_id": "INTEGER", "touchpoint": "VARCHAR"},
    "new_signal": {"signal_id": "BIGINT", "person_id": "BIGINT", "objects": SIGNAL.columns["objects"]},
    "changed_person": {"person_id": "BIGINT"},
    "touched_person": {"person_id": "BIGINT"},
    "unsettled_unit": {"unit_id": "BIGINT"},
    "uncoded": {"journey": "BIGINT", "node": "VARCHAR", "at_us": "BIGINT", "ordinal": "BIGINT"},
    "coded_node": {"code": "INTEGER", "name": "VARCHAR"},
    "move": {
        **dict.fromkeys(("journey", "person"), "BIGINT"),
        "node": "INTEGER",
        "at_us": "BIGINT",
        **dict.fromkeys(("place", "next_node"), "INTEGER"),
        "next_us": "BIGINT",
    },
    "step_stage": {"step": "INTEGER", "stage": "INTEGER"},
    "typical_path": {"path": "INTEGER[]", "typical": "INTEGER", "is_self": "BOOLEAN"},
    "path_group": {"journey": "BIGINT", "typical": "INTEGER", "is_self": "BOOLEAN"},
    "cohort": {"journey": "BIGINT", "is_chosen": "BOOLEAN"},
    "episode": {
        **dict.fromkeys(("person_id", "episode", "at_us", "ordinal"), "BIGINT"),
        "is_outcome": "BOOLEAN",
        **dict.fromkeys(("node", "outcome_us"), "BIGINT"),
    },
    "purchase_way": {
        **dict.fromkeys(("signal_id", "person_id", "bought_at"), "BIGINT"),
        "value_minor": "DOUBLE",
        **dict.fromkeys(("currency", "way"), "VARCHAR"),
        "store_id": "BIGINT",
        "since_look_us": "BIGINT",
    },
    "persona_person": {"person_id": "BIGINT", "persona": "INTEGER"},
    "walk": {
        "journey": "BIGINT",
        "node": "INTEGER",
        "at_us": "BIGINT",
        "ordinal": "BIGINT",
        "person": "BIGINT",
        "signal_id": "BIGINT",
    },
    "step_walk": {
        "journey": "BIGINT",
        "node": "INTEGER",
        "at_us": "BIGINT",
        "ordinal": "BIGINT",
        "person": "BIGINT",
        "signal_id": "BIGINT",
    },
    "awaited": {"signal_id": "BIGINT", "at_us": "BIGINT", "clock_id": "INTEGER"},
    "clock_start": {
        "clock_id": "INTEGER",
        **dict.fromkeys(("day", "since_us", "until_us"), "BIGINT"),
        "runs": "BOOLEAN",
        "counted": "BIGINT",
    },
    "clock_due": {
        "clock_id": "INTEGER",
        **dict.fromkeys(("stretch", "counted_from", "counted_until", "due_from"), "BIGINT"),
        "runs": "BOOLEAN",
    },
    "recorded_promise": {"promise_id": "INTEGER", "is_recorded": "BOOLEAN"},
    "let_down": {
        "person_id": "BIGINT",
        "journey_id": "BIGINT",
        "trigger_id": "BIGINT",
        "trigger_at": "BIGINT",
        "deadline_at": "BIGINT",
        "target_id": "BIGINT",
    },
    "let_down_journey": {"journey_id": "BIGINT"},
    "lane_of": {"channel_id": "INTEGER", "lane": "INTEGER"},
    "stage_of": {"step_id": "INTEGER", "stage": "INTEGER"},
    "stop": {
        "journey": "BIGINT",
        "at_us": "BIGINT",
        "ordinal": "BIGINT",
        "signal_id": "BIGINT",
        "node": "INTEGER",
        "lane": "INTEGER",
        "stage": "INTEGER",
        "after_step": "INTEGER",
        "person": "BIGINT",
        "is_let_down": "BOOLEAN",
    },
    "namespace_kind": {"namespace_id": "INTEGER", "kind": "VARCHAR"},
    "holding": {"person_id": "BIGINT", "namespace_id": "INTEGER", "kind": "VARCHAR", "identifiers": "BIGINT"},
    "person_size": {"person_id": "BIGINT", "identifiers": "BIGINT", "is_known": "BOOLEAN"},
    "stay": {
        "is_resolved": "BOOLEAN",
        **dict.fromkeys(("unit", "journey"), "BIGINT"),
        "channel_id": "INTEGER",
        **dict.fromkeys(("signals", "first_at", "last_at"), "BIGINT"),
    },
    "told": {"token": "BIGINT", "field": "VARCHAR", "value": "VARCHAR"},
    "plausible": {"kind": "VARCHAR", "most": "BIGINT"},
    "decided_item": {"item_id": "BIGINT"},
    "placed_walk": {"journey": "BIGINT", "node": "INTEGER", "at_us": "BIGINT", "place": "BIGINT"},
    "visited_node": {
        "journey": "BIGINT",
        "node": "INTEGER",
        "visits": "BIGINT",
        "first_place": "BIGINT",
        "last_place": "BIGINT",
    },
    "asked_constraint": {
        "constraint_id": "INTEGER",
        "template": "VARCHAR",
        "node": "INTEGER",
        "other": "INTEGER",
    },
    "asked_journey": {"journey": "BIGINT"},
    "asked_pair": {
        "source": "INTEGER",
        "target": "INTEGER",
        "wait_mean_s": "DOUBLE",
        "wait_std_s": "DOUBLE",
    },
    "transition": {
        "source": "INTEGER",
        "target": "INTEGER",
        "wait_us": "BIGINT",
        "person": "BIGINT",
        "is_first": "BOOLEAN",
    },
}


def cases() -> Iterator[tuple[Found, Case]]:
    """Every case of every model."""
    for name, found in MODELS.items():
        path = FOLDER / f"{name}.yaml"
        for case in YAML(typ="safe").load(path.read_text("utf-8")) if path.is_file() else ():
            yield found, case


CASES = list(cases())


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine of the product."""
    opened = open_engine(tmp_path_factory.mktemp("engine") / "spill", "1GB", 1)
    yield opened
    opened.close()


def test_every_model_has_rows_and_no_rows_are_orphans() -> None:
    """A model without an answer worked out by hand cannot enter."""
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(MODELS)
    assert {found.path.stem for found, _ in CASES} == set(MODELS)


@pytest.mark.parametrize(
    ("found", "case"), CASES, ids=[f"{found.path.stem}: {case['promise']}" for found, case in CASES]
)
def test_rows_are_those_worked_out_by_hand(engine: Engine, found: Found, case: Case) -> None:
    """Rows in, rows out; and a relation that others read has the columns they were tested with."""
    name = found.path.stem
    assert set(case["given"]) == set(found.model.reads)
    for relation, rows in case["given"].items():
        give(engine, relation, rows)
    answer = engine.model(found.package, name, case.get("parameters"))

    expected = [as_row(row, answer.column_names) for row in case["expected"]]
    assert in_order(found, answer.to_pylist()) == in_order(found, expected)
    if name in COLUMNS:
        assert answer.column_names == list(COLUMNS[name])


@pytest.mark.parametrize("walk", [name for name in MODELS if name.startswith("walk_of_")])
def test_every_walk_has_the_columns_of_a_walk(engine: Engine, walk: str) -> None:
    """What mines a walk need not know how it was chosen; and a view answers what the query with bound values does."""
    found, case = next((found, case) for found, case in CASES if found.path.stem == walk)
    for relation, rows in case["given"].items():
        give(engine, relation, rows)
    engine.make_view(found.package, walk, case.get("parameters"), "chosen")

    assert list(engine.columns("select * from chosen")) == list(COLUMNS["walk"])
    rows = engine.arrow("select * from chosen").to_pylist()
    assert in_order(found, rows) == in_order(found, [as_row(row, list(rows[0])) for row in case["expected"]])


def give(engine: Engine, relation: str, rows: list[Any]) -> None:
    """Make rows readable under a name."""
    columns = COLUMNS[relation]
    nothing = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in columns.items())
    schema = engine.arrow(f"select {nothing} where false").schema
    table = pa.Table.from_pylist([as_row(row, list(columns)) for row in rows], schema=schema)
    engine.run(f"drop view if exists {relation}")
    engine.register(relation, table)


def as_row(row: Any, columns: list[str]) -> dict[str, Any]:  # of YAML
    """A row of the file with all its columns."""
    if isinstance(row, list):
        return dict(zip(columns, row, strict=True))
    assert set(row) <= set(columns), row
    return {name: row.get(name) for name in columns}


def in_order(found: Found, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows as they came where the model orders them, else sorted; fractions to nine digits, which sums of them share."""
    ordered = "\norder by " in found.text
    told = [
        {key: round(value, 9) if isinstance(value, float) else value for key, value in row.items()}
        for row in rows
    ]
    return told if ordered else sorted(told, key=repr)
