"""A mapping is understood as it is written; a faulty one as far as possible, so that all its faults are told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.kernel.workspace import Workspace
from parcours.signal.mapping import json_schema, read_sources, rules_of
from story.shop import ORDERS, write

if TYPE_CHECKING:
    from pathlib import Path

    from parcours.kernel.errors import Fault
    from parcours.signal.mapping import Mapped


def read(folder: Path, text: str) -> tuple[list[Mapped], list[Fault]]:
    """Read a workspace with this one mapping."""
    write(folder, {"sources/s.yaml": text})
    return read_sources(Workspace(folder))


def test_a_rule_inherits_and_overrides(tmp_path: Path) -> None:
    """What the source says holds for each signal unless it says otherwise; conditions add up; groups are merged by name."""
    text = """
        source: s
        read: {csv: x}
        at: a
        when: p
        channel: web
        person: {customer: c}
        set: {x: 1, y: y}
        signals:
          - {type: one}
          - {type: {sql: t}, at: b, when: q, channel: {sql: ch}, person: {mail: m}, set: {x: z}, id: i}
        """
    (item,), faults = read(tmp_path, text)
    first, second = rules_of(item.source)

    assert faults == []
    assert (first.at, first.when, first.person, first.properties) == (
        "a",
        ("p",),
        {"customer": "c"},
        {"x": "1", "y": "y"},
    )
    assert (second.at, second.when, second.message_id) == ("b", ("p", "q"), "i")
    assert second.person == {"customer": "c", "mail": "m"}
    assert second.properties == {"x": "z", "y": "y"}
    assert (first.own_id, second.own_id, first.says_when, second.says_when) == (False, True, False, True)


def test_a_faulty_mapping_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """Wrong keys are faults and left out; what remains is there to find more faults, marked so that nobody imports it."""
    (item,), faults = read(
        tmp_path,
        ORDERS.replace("channel:", "chanel:").replace("type: order.ready", "tpye: x") + "time_zone: Mars\n",
    )

    assert sorted(fault.line for fault in faults) == [5, 10, 10, 11]
    assert item.mended
    assert [rule.type.literal for rule in item.rules] == ["order.placed", None]


def test_what_cannot_be_understood_is_left_out(tmp_path: Path) -> None:
    """Without a file to read, or with no signals, nothing remains; the faults do."""
    for text in (
        "source: s\nread: {}\nsignals: [{type: a, at: b}]\n",
        "source: s\nread: {csv: x}\nsignals: []\n",
        "source: s\n",
        "source: s\nread: 3\nsignals: 4\n",
    ):
        mapped, faults = read(tmp_path, text)
        assert mapped == []
        assert faults


def test_faults_of_a_mapping_say_how_to_mend_it(tmp_path: Path) -> None:
    """Two formats, no time, an unknown trait, a name that is none, names that differ in capital letters."""
    cases = {
        "source: s\nread: {csv: x, json: y}\nsignals: [{type: a, at: b}]\n": "name one file format",
        "source: s\nread: {csv: x}\nsignals: [{type: a}]\n": "say which column or expression tells when it happened",
        "source: s\nread: {csv: x}\nsignals: [{type: a, at: b, traits: {shoe: c}}]\n": "unknown trait 'shoe'",
        "source: a b\nread: {csv: x}\nsignals: [{type: a, at: b}]\n": "'a b' is not a name",
        "source: s\nread: {csv: x}\nobjects: {Order: o}\nsignals: [{type: a, at: b, objects: {order: o}}]\n": "differ in capital letters alone",
    }
    for text, expected in cases.items():
        _, faults = read(tmp_path, text)
        assert expected in " ".join(map(str, faults)), text


def test_the_schema_for_editors_knows_every_key() -> None:
    """What the reader accepts is what the schema lists."""
    assert {"source", "read", "join", "signals", "set", "traits", "time_zone", "types"} <= set(
        json_schema()["properties"]
    )
