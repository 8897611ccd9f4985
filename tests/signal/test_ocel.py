"""An object-centric log becomes rows, all of them or none."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from given import shared_data
from parcours.signal.errors import UnreadableFile
from parcours.signal.ocel import convert_ocel

if TYPE_CHECKING:
    from pathlib import Path

Json = dict[str, object]
AT = "2024-01-01T10:00:00+01:00"


def rows_of(tmp_path: Path, log: Json | str | bytes) -> pa.Table:
    """The rows of a log given as a document."""
    text = json.dumps(log) if isinstance(log, dict) else log
    path = tmp_path / "log.jsonocel"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    target = tmp_path / "log.parquet"
    count = convert_ocel(path, target)
    table = pq.read_table(target)
    assert table.num_rows == count
    return table


def version_2(*events: Json, **more: object) -> Json:
    """A log of version 2.0 about one order and two parcels."""
    objects = [
        {"id": "o1", "type": "order"},
        {"id": "p1", "type": "par:cel"},
        {"id": "p2", "type": "par:cel"},
    ]
    return {"objects": objects, "events": list(events), **more}


def event(**more: object) -> Json:
    """An event of version 2.0."""
    return {"id": "e1", "type": "ship", "time": AT, **more}


def test_version_2_gives_a_row_with_lists_of_objects(tmp_path: Path) -> None:
    """Each type of object is a column; an object named twice is one object; pm4py's names work as well."""
    names = ("p2", "o1", "p1", "p2")
    log = version_2(event(relationships=[{"objectId": name, "qualifier": "of"} for name in names]))
    at = datetime(2024, 1, 1, 9, tzinfo=UTC)

    assert rows_of(tmp_path, log).to_pylist() == [
        {
            "event_id": "e1",
            "concept_name": "ship",
            "time_timestamp": at,
            "order": ["o1"],
            "par_cel": ["p2", "p1"],
            "ocel_eid": "e1",
            "ocel_activity": "ship",
            "ocel_timestamp": at,
            "ocel_type_order": ["o1"],
            "ocel_type_par_cel": ["p2", "p1"],
        }
    ]


def test_version_1_gives_the_same_row(tmp_path: Path) -> None:
    """Both versions of a log say the same."""
    first = {
        "ocel:global-log": {"ocel:object-types": ["order", "par:cel"]},
        "ocel:objects": {
            "o1": {"ocel:type": "order", "ocel:ovmap": {}},
            "p1": {"ocel:type": "par:cel", "ocel:ovmap": {}},
        },
        "ocel:events": {
            "e1": {
                "ocel:activity": "ship",
                "ocel:timestamp": AT,
                "ocel:vmap": {"kg": 2.5},
                "ocel:omap": ["o1", "p1"],
            }
        },
    }
    second = version_2(
        event(
            attributes=[{"name": "kg", "value": 2.5}],
            relationships=[{"objectId": name} for name in ("o1", "p1")],
        )
    )

    assert rows_of(tmp_path, first) == rows_of(tmp_path, second)


def test_attributes_have_their_declared_or_their_own_type(tmp_path: Path) -> None:
    """Version 2.0 declares types; without one, JSON's own counts; NA is a value."""
    declared = [
        {"name": "n", "type": "integer"},
        {"name": "due", "type": "time"},
        {"name": "code", "type": "string"},
    ]
    values = {
        "n": "5",
        "due": AT,
        "code": 7,
        "free": 1.5,
        "yes": True,
        "org:unit": "NA",
        "none": None,
        "deep": [1, "é"],
    }
    attributes = [{"name": name, "value": value} for name, value in values.items()]
    row = rows_of(
        tmp_path,
        version_2(event(attributes=attributes), eventTypes=[{"name": "ship", "attributes": declared}]),
    )

    assert row.drop_columns(["event_id", "concept_name", "time_timestamp"]).to_pylist()[0] == {
        "n": 5,
        "due": datetime(2024, 1, 1, 9, tzinfo=UTC),
        "code": "7",
        "free": 1.5,
        "yes": True,
        "org_unit": "NA",
        "none": None,
        "deep": '[1, "\\u00e9"]',
        "order": None,
        "par_cel": None,
        "ocel_eid": "e1",
        "ocel_activity": "ship",
        "ocel_timestamp": datetime(2024, 1, 1, 9, tzinfo=UTC),
        "ocel_type_order": None,
        "ocel_type_par_cel": None,
    }


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((1, 2.5), [1.0, 2.5]),
        ((1, "2"), ["1", "2"]),
        ((True, 2), ["true", "2"]),
        ((10**19, 1), ["10000000000000000000", "1"]),
    ],
)
def test_values_of_several_types_are_text_except_numbers(
    tmp_path: Path, values: tuple[object, ...], expected: list[object]
) -> None:
    """JSON has one kind of number; other mixtures keep the words of the file."""
    events = [
        event(id=f"e{number}", attributes=[{"name": "a", "value": item}])
        for number, item in enumerate(values)
    ]

    assert rows_of(tmp_path, version_2(*events))["a"].to_pylist() == expected


def test_one_time_without_offset_keeps_all_as_text(tmp_path: Path) -> None:
    """The mapping's time zone gives such times their meaning."""
    table = rows_of(
        tmp_path, version_2(event(), event(id="e2", time="2024-01-01 10:00:00"), event(id="e3", time=None))
    )

    assert table["time_timestamp"].to_pylist() == [AT, "2024-01-01 10:00:00", None]


def test_objects_that_are_not_declared_are_kept_apart(tmp_path: Path) -> None:
    """A relation to a stranger is not lost."""
    row = rows_of(tmp_path, version_2(event(relationships=[{"objectId": "x9"}, {"objectId": "o1"}])))

    assert (row["unknown_object"].to_pylist(), row["order"].to_pylist()) == ([["x9"]], [["o1"]])


def test_equal_names_are_told_apart(tmp_path: Path) -> None:
    """The id comes before an attribute, an attribute before a type; one given twice is two columns."""
    attributes = [{"name": name, "value": name} for name in ("order", "event_id", "a", "a")]
    row = rows_of(tmp_path, version_2(event(attributes=attributes, relationships=[{"objectId": "o1"}])))
    first = row.to_pylist()[0]

    assert {name: first[name] for name in ("order", "order_2", "event_id", "event_id_2", "a", "a_2")} == {
        "order": "order",
        "order_2": ["o1"],
        "event_id": "e1",
        "event_id_2": "event_id",
        "a": "a",
        "a_2": "a",
    }


def test_equal_ids_of_version_2_are_two_rows(tmp_path: Path) -> None:
    """A list can hold both, so both are kept."""
    assert rows_of(tmp_path, version_2(event(), event())).num_rows == 2


def test_equal_ids_of_version_1_are_refused(tmp_path: Path) -> None:
    """JSON decoders would silently keep the last."""
    member = '"7": {"ocel:activity": "a", "ocel:timestamp": "2024-01-01T00:00:00Z"}'
    with pytest.raises(UnreadableFile, match="1 of its events have the id of another"):
        rows_of(tmp_path, f'{{"ocel:events": {{{member}, {member}}}}}')


def test_the_words_of_the_format_may_be_values(tmp_path: Path) -> None:
    """Only ids that are equal are counted as such."""
    member = '"7": {"ocel:activity": "a", "ocel:vmap": {"about": "ocel:activity"}}'

    assert rows_of(tmp_path, f'{{"ocel:events": {{{member}}}}}')["about"].to_pylist() == ["ocel:activity"]


def test_a_log_without_events_has_columns_and_no_rows(tmp_path: Path) -> None:
    """No data is not an error."""
    table = rows_of(tmp_path, version_2())

    assert table.num_rows == 0
    assert table.column_names[:3] == ["event_id", "concept_name", "time_timestamp"]


def test_packed_and_marked_files_are_read(tmp_path: Path) -> None:
    """The first bytes say how it is packed; a byte order mark is no content."""
    text = json.dumps(version_2(event())).encode()

    assert (
        rows_of(tmp_path, gzip.compress(text, mtime=0))
        == rows_of(tmp_path, b"\xef\xbb\xbf" + text)
        == rows_of(tmp_path, text)
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ('{"events": [{"id": "e1", ', "it is not JSON to its end"),
        ("id,activity\n", "it is not JSON to its end"),
        ("<log/>", "it is XML, not JSON"),
        ("[]", "it is JSON but no OCEL log"),
        ('{"orders": []}', "it is JSON but no OCEL log (it has neither"),
        ('{"events": [{"id": "e1"}]}', "it is JSON but no OCEL log (Object missing required field `type`"),
        ('{"events": ' + "[" * 100_000, "it is JSON but no OCEL log"),
        (gzip.compress(b'{"events": []}' * 99, mtime=0)[:-9], "its compressed data is truncated"),
    ],
)
def test_what_is_no_whole_log_is_refused(tmp_path: Path, text: str | bytes, what: str) -> None:
    """The sentence says what is wrong, and nothing is left."""
    with pytest.raises(UnreadableFile) as caught:
        rows_of(tmp_path, text)

    assert caught.value.sentence.startswith(f"cannot read {tmp_path / 'log.jsonocel'}: {what}")
    assert [path.name for path in tmp_path.iterdir()] == ["log.jsonocel"]


def test_real_logs_keep_every_event_and_relation(tmp_path: Path) -> None:
    """Counts and ids are those of the documents as the json module reads them."""
    target = tmp_path / "log.parquet"
    path = shared_data("event_logs/recruiting-red.jsonocel")
    first = json.loads(path.read_text("utf-8"))["ocel:events"]
    convert_ocel(path, target)
    table = pq.read_table(target)
    types = ("applicants", "applications", "managers", "offers", "recruiters", "vacancies")
    found = zip(*(table[name].to_pylist() for name in types), strict=True)

    assert table["event_id"].to_pylist() == list(first)
    assert [sorted(chain.from_iterable(filter(None, lists))) for lists in found] == [
        sorted(item["ocel:omap"]) for item in first.values()
    ]

    path = shared_data("event_logs/ocel20_example.jsonocel")
    second = json.loads(path.read_text("utf-8"))["events"]
    convert_ocel(path, target)
    table = pq.read_table(target)

    assert table["event_id"].to_pylist() == [item["id"] for item in second]
    assert table["time_timestamp"].to_pylist() == [datetime.fromisoformat(item["time"]) for item in second]
    assert table["Purchase Order"].to_pylist()[2] == ["PO1"]
    assert table["pr_creator"].to_pylist()[0] == "Mike"
