"""Journeys leave as XES and OCEL and come back the same."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest
from lxml import etree

from cli.given import call

if TYPE_CHECKING:
    from pathlib import Path

# Two signals at one instant in the order of the file, an hour that summer time has twice, a case called NA, one of two signs of odd texts,
# an order with two products, one without anybody.
ROWS = (
    '{"case": "NA", "at": "2026-10-25T02:30:00+02:00", "what": "b.second", "who": "C-1", "note": "é 日本 <&> \\"x\\"", "n": 5, "ratio": 0.5, "yes": true}',
    '{"case": "NA", "at": "2026-10-25T02:30:00+02:00", "what": "a.first", "who": "C-1", "goods": ["P-1", "P-2"], "channel": "odd"}',
    '{"case": "NA", "at": "2026-10-25T02:30:00+01:00", "what": "c.third", "who": "C-2", "note": "two\\nlines\\tand a bell \\u0007"}',
    '{"case": "Zoë/1", "at": "1969-12-31T23:59:59.999999Z", "what": "a.first", "n": 9007199254740993}',
    '{"case": "Zoë/1", "at": "2026-10-25T00:00:00Z", "what": "b.second"}',
)
SOURCE = """
source: desk
read: {json: data/rows.jsonl}
person: {customer: who}
objects: {order: '"case"', product: goods}
channel: store
touchpoint: store.desk
signals:
  - {type: {sql: what}, at: at, set: {note: note, n: n, ratio: ratio, yes: yes, channel: channel}}
"""
BACK = {
    "xes": """
source: back
read: {xes: log.xes}
id: case_concept_name || '|' || identity_id
person: {customer: person}
objects:
  order: case_concept_name
  product: >-
    list_transform(list_filter(from_json(objects, '[{"key": "VARCHAR", "value": "VARCHAR"}]'), lambda one: one.key = 'product'), lambda one: one.value)
channel: {sql: channel}
touchpoint: {sql: touchpoint}
at: time_timestamp
signals:
  - {type: {sql: concept_name}, set: {note: note, n: n, ratio: ratio, yes: yes, channel: '"property.channel"'}}
""",
    "ocel": """
source: back
read: {ocel: log.json}
id: event_id
person: {customer: "person[1]"}
objects: {order: '"order"', product: product}
channel: {sql: channel}
touchpoint: {sql: touchpoint}
at: time_timestamp
signals:
  - {type: {sql: concept_name}, set: {note: note, n: n, ratio: ratio, yes: yes, channel: '"property.channel"'}}
""",
}
NAMES = {"xes": "log.xes", "ocel": "log.json"}


def workspace(folder: Path, mapping: str) -> Path:
    """A workspace of one source, run."""
    (folder / "sources").mkdir(parents=True)
    (folder / "sources/one.yaml").write_text(mapping, "utf-8")
    answer = call("run", "-w", folder, "--format", "json")
    assert answer.code == 0, answer.err
    assert answer.json["signals"]["refused"] == {}
    return folder


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five signals of two orders."""
    folder = tmp_path_factory.mktemp("logs") / "desk"
    (folder / "data").mkdir(parents=True)
    (folder / "data/rows.jsonl").write_text("\n".join(ROWS), "utf-8")
    return workspace(folder, SOURCE)


def export(folder: Path, to: str, target: Path, *more: str) -> Any:  # JSON
    """What the command answers."""
    answer = call("journeys", "export", "--to", to, "-o", target, "-w", folder, "--format", "json", *more)
    assert answer.code == 0, answer.err
    return answer.json


def mined(folder: Path, what: str) -> Any:  # JSON
    """Variants or edges, without their waits."""
    rows = call("journeys", what, "--per", "order", "-w", folder, "--format", "json").json
    return [{key: row[key] for key in row if key in {"path", "count", "source", "target"}} for row in rows]


def events(log: Path) -> list[tuple[Any, Any, dict[Any, Any]]]:
    """Case, activity and all attributes of each event of an XES log, but for ids and source."""
    found = []
    for event in etree.parse(str(log)).iterfind(".//{*}event"):
        attributes = {
            one.get("key"): one.get("value") or etree.tostring(one).decode().strip() for one in event
        }
        for key in ("identity:id", "source", "person"):
            attributes.pop(key, None)
        trace: Any = event.getparent()
        found.append((trace[0].get("value"), attributes["concept:name"], attributes))
    return found


@pytest.mark.parametrize("to", ["xes", "ocel"])
def test_a_log_that_is_read_again_gives_the_same_journeys(desk: Path, tmp_path: Path, to: str) -> None:
    """Signals, people, variants, edges and every attribute are those that went out."""
    (tmp_path / "back").mkdir()
    told = export(desk, to, tmp_path / "back" / NAMES[to], "--per", "order")
    back = workspace(tmp_path / "back", BACK[to])

    assert told == {
        "file": str(tmp_path / "back" / NAMES[to]),
        "to": to,
        "cases": 2,
        "events": 5,
        "mended": int(to == "xes"),
    }
    assert mined(back, "variants") == mined(desk, "variants")
    assert mined(back, "graph") == mined(desk, "graph")
    assert {tuple(row["path"]) for row in mined(back, "variants")} == {
        ("b.second", "a.first", "c.third"),
        ("a.first", "b.second"),
    }
    once, again = tmp_path / "once.xes", tmp_path / "again.xes"
    export(desk, "xes", once, "--per", "order")
    export(back, "xes", again, "--per", "order")
    bell = "\x07" if to == "xes" else ""
    assert events(again) == [
        (
            case,
            what,
            {
                key: value.replace(bell or "\x07", "\ufffd" if bell else "\x07")
                for key, value in attributes.items()
            },
        )
        for case, what, attributes in events(once)
    ]


def test_every_value_stands_in_the_log_as_what_it_is(desk: Path, tmp_path: Path) -> None:
    """NA is a case, numbers are numbers, odd signs are escaped, a property named like ours is told apart, a person is a pseudonym."""
    log = tmp_path / "log.xes"
    export(desk, "xes", log, "--per", "order")
    found = events(log)
    by_what = {(case, what): attributes for case, what, attributes in found}

    assert [(case, what) for case, what, _ in found] == [
        ("Zoë/1", "a.first"),
        ("Zoë/1", "b.second"),
        ("NA", "b.second"),
        ("NA", "a.first"),
        ("NA", "c.third"),
    ]
    first = by_what["NA", "b.second"]
    assert first["note"] == 'é 日本 <&> "x"'
    assert first["time:timestamp"] == "2026-10-25T00:30:00+00:00"
    assert (first["n"], first["ratio"], first["yes"]) == ("5", "0.5", "true")
    assert by_what["NA", "a.first"]["channel"] == "store"
    assert by_what["NA", "a.first"]["property.channel"] == "odd"
    assert by_what["NA", "c.third"]["note"] == "two\nlines\tand a bell \ufffd"
    assert by_what["Zoë/1", "a.first"]["time:timestamp"] == "1969-12-31T23:59:59.999999+00:00"
    assert by_what["Zoë/1", "a.first"]["n"] == "9007199254740993"
    assert "C-1" not in log.read_text("utf-8")


def test_a_case_of_people_has_their_pseudonym_and_a_number(desk: Path, tmp_path: Path) -> None:
    """Half an hour of silence parts a person's visits; nobody's signals are in none."""
    log = tmp_path / "log.xes"

    assert export(desk, "xes", log, "--per", "person")["cases"] == 2
    assert export(desk, "ocel", tmp_path / "log.json", "--per", "visit")["events"] == 3
    objects = json.loads((tmp_path / "log.json").read_text("utf-8"))["objects"]
    assert sum(one["type"] == "journey" for one in objects) == 2
    assert {len(case) for case, _, _ in events(log)} == {16}


def test_a_log_of_nothing_is_a_log(tmp_path: Path) -> None:
    """Where no journey is, both formats say so, and can be read."""
    (tmp_path / "shop/data").mkdir(parents=True)
    (tmp_path / "shop/data/rows.jsonl").write_text(
        ROWS[3].replace(
            '"n"',
            '"who": null, "goods": null, "note": null, "ratio": null, "yes": null, "channel": null, "n"',
        ),
        "utf-8",
    )
    shop = workspace(tmp_path / "shop", SOURCE)

    assert export(shop, "xes", tmp_path / "log.xes.gz", "--per", "person")["events"] == 0
    assert export(shop, "ocel", tmp_path / "log.json", "--per", "person")["events"] == 0
    assert etree.fromstring(gzip.decompress((tmp_path / "log.xes.gz").read_bytes())).findall("{*}trace") == []
    log = json.loads((tmp_path / "log.json").read_text("utf-8"))
    assert log == {"objectTypes": [], "eventTypes": [], "objects": [], "events": []}


def test_what_cannot_be_written_is_told_in_a_sentence(desk: Path, tmp_path: Path) -> None:
    """A folder that is not there, a kind of object nobody has."""
    away = call(
        "journeys", "export", "--to", "xes", "-o", tmp_path / "no/log.xes", "-w", desk, "--per", "order"
    )
    unknown = call(
        "journeys", "export", "--to", "xes", "-o", tmp_path / "log.xes", "-w", desk, "--per", "parcel"
    )

    assert (away.code, unknown.code) == (2, 2)
    assert "cannot be written" in away.err
    assert "parcel" in unknown.err
    assert not list(tmp_path.iterdir())
