"""A XES log becomes rows, all of them or none."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from given import shared_data
from parcours.signal import xes
from parcours.signal.errors import UnreadableFile
from parcours.signal.xes import convert_xes

if TYPE_CHECKING:
    from pathlib import Path

INSTANT = pa.timestamp("us", tz="UTC")
SHORT = """<log><trace><string key="concept:name" value="c1"/>
<event><string key="concept:name" value="ask"/>
<date key="time:timestamp" value="2024-01-01T10:00:00+01:00"/></event></trace></log>"""


def rows_of(tmp_path: Path, text: str | bytes, name: str = "log.xes") -> pa.Table:
    """The rows of a log given as text."""
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    target = tmp_path / "log.parquet"
    count = convert_xes(path, target)
    table = pq.read_table(target)
    assert table.num_rows == count
    return table


def one_event(tmp_path: Path, attributes: str) -> pa.Table:
    """The row of a log with one event."""
    return rows_of(tmp_path, f"<log><trace><event>{attributes}</event></trace></log>")


def refusal(tmp_path: Path, text: str | bytes, name: str = "log.xes") -> str:
    """The sentence with which a log is refused; nothing must be left of it."""
    with pytest.raises(UnreadableFile) as caught:
        rows_of(tmp_path, text, name)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    return caught.value.sentence


def test_each_event_is_a_row_with_its_case(tmp_path: Path) -> None:
    """Attributes of the trace stand beside the event's, with a prefix, and colons are underscores."""
    assert rows_of(tmp_path, SHORT).to_pylist() == [
        {
            "case_concept_name": "c1",
            "concept_name": "ask",
            "time_timestamp": datetime(2024, 1, 1, 9, tzinfo=UTC),
        }
    ]


def test_a_name_space_changes_nothing(tmp_path: Path) -> None:
    """Logs of both kinds give the same rows."""
    spaced = SHORT.replace("<log>", '<log xmlns="http://www.xes-standard.org/">')
    prefixed = (
        SHORT.replace("<", "<x:")
        .replace("<x:/", "</x:")
        .replace("<x:log", '<x:log xmlns:x="http://www.xes-standard.org/"')
    )

    assert rows_of(tmp_path, spaced) == rows_of(tmp_path, SHORT) == rows_of(tmp_path, prefixed)


def test_the_first_bytes_say_how_it_is_packed(tmp_path: Path) -> None:
    """A gzip file without .gz, and a plain file with it, are read."""
    assert rows_of(tmp_path, gzip.compress(SHORT.encode(), mtime=0), "log.xes").num_rows == 1
    assert rows_of(tmp_path, SHORT, "log.xes.gz").num_rows == 1


def test_every_tag_has_its_type(tmp_path: Path) -> None:
    """Numbers, instants and truth values arrive as such, an id as text."""
    row = one_event(
        tmp_path,
        '<string key="s" value="NA"/><id key="i" value="7"/><int key="n" value="-5"/>'
        '<float key="f" value="1.5e3"/>'
        '<boolean key="b" value="true"/><date key="d" value="2024-03-31T02:30:00.123+02:00"/>',
    )

    assert [field.type for field in row.schema] == [
        pa.string(),
        pa.string(),
        pa.int64(),
        pa.float64(),
        pa.bool_(),
        INSTANT,
    ]
    assert row.to_pylist() == [
        {
            "s": "NA",
            "i": "7",
            "n": -5,
            "f": 1500.0,
            "b": True,
            "d": datetime(2024, 3, 31, 0, 30, 0, 123000, UTC),
        }
    ]


def test_digits_beyond_a_microsecond_are_cut(tmp_path: Path) -> None:
    """The seven digits that .NET writes are an instant all the same."""
    row = one_event(tmp_path, '<date key="d" value="2024-01-01T00:00:00.1234567Z"/>')

    assert row["d"].to_pylist() == [datetime(2024, 1, 1, 0, 0, 0, 123456, UTC)]


@pytest.mark.parametrize(
    ("tag", "good", "bad"),
    [
        ("int", "5", "five"),
        ("int", "5", "9223372036854775808"),
        ("float", "5", "1,5"),
        ("boolean", "true", "yes"),
        ("date", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00"),
    ],
)
def test_one_value_that_does_not_parse_keeps_the_column_as_text(
    tmp_path: Path, tag: str, good: str, bad: str
) -> None:
    """No value is lost to a type, and a date without offset waits for the mapping's time zone."""
    events = "".join(f'<event><{tag} key="a" value="{value}"/></event>' for value in (good, bad))

    assert rows_of(tmp_path, f"<log><trace>{events}</trace></log>")["a"].to_pylist() == [good, bad]


def test_a_key_with_two_tags_is_text(tmp_path: Path) -> None:
    """Where the log does not agree with itself, its own words are kept."""
    events = '<event><int key="a" value="05"/></event><event><float key="a" value="5.0"/></event>'

    assert rows_of(tmp_path, f"<log><trace>{events}</trace></log>")["a"].to_pylist() == ["05", "5.0"]


def test_the_text_na_is_a_value_and_an_absent_attribute_is_null(tmp_path: Path) -> None:
    """A case called NA does not vanish."""
    text = (
        '<log><trace><string key="concept:name" value="NA"/><event/></trace>'
        '<trace><event><string key="a" value=""/></event></trace></log>'
    )

    assert rows_of(tmp_path, text).to_pylist() == [
        {"case_concept_name": "NA", "a": None},
        {"case_concept_name": None, "a": ""},
    ]


def test_equal_names_are_told_apart(tmp_path: Path) -> None:
    """The event's name stays, the case's gets a number; case alone tells no names apart."""
    text = (
        '<log><trace><string key="case:a" value="trace"/><string key="b" value="trace"/>'
        '<event><string key="case_a" value="event"/><string key="x:y" value="1"/>'
        '<string key="X_y" value="2"/><string key="x:y" value="3"/></event></trace></log>'
    )

    assert rows_of(tmp_path, text).to_pylist() == [
        {"case_a_2": "trace", "case_b": "trace", "case_a": "event", "x_y": "1", "X_y_3": "2", "x_y_2": "3"}
    ]


def test_collections_are_json_and_attributes_of_attributes_are_left_out(tmp_path: Path) -> None:
    """Order and keys of a list survive; meta attributes do not become columns."""
    row = one_event(
        tmp_path,
        '<string key="a" value="x"><int key="meta" value="1"/></string>'
        '<list key="l"><values><int key="k" value="1"/><int key="k" value="2"/></values></list>'
        '<container key="c"><string key="k" value="é"/><list key="m"/></container>',
    )

    assert row.to_pylist() == [
        {
            "a": "x",
            "l": '[{"key":"k","value":"1"},{"key":"k","value":"2"}]',
            "c": '[{"key":"k","value":"é"},{"key":"m","value":[]}]',
        }
    ]


def test_attributes_of_the_log_and_empty_traces_give_no_rows(tmp_path: Path) -> None:
    """Globals, classifiers and cases in which nothing happened are not events."""
    text = (
        '<log><global scope="event"><string key="g" value="U"/></global><int key="total" value="9"/>'
        '<trace><string key="only:here" value="x"/></trace>'
        '<trace><string key="concept:name" value="c"/><event><string key="a" value="1"/></event>'
        "</trace></log>"
    )

    assert rows_of(tmp_path, text).to_pylist() == [{"case_concept_name": "c", "a": "1"}]


def test_events_outside_traces_have_no_case(tmp_path: Path) -> None:
    """The standard allows them, so they are rows."""
    text = SHORT.replace("</log>", '<event><string key="concept:name" value="alone"/></event></log>')

    assert rows_of(tmp_path, text)["case_concept_name"].to_pylist() == ["c1", None]


def test_a_log_without_events_has_columns_and_no_rows(tmp_path: Path) -> None:
    """No data is not an error, and a mapping still finds its columns."""
    table = rows_of(tmp_path, "<log/>")

    assert (table.num_rows, table.column_names) == (
        0,
        ["case_concept_name", "concept_name", "time_timestamp"],
    )


def test_attributes_of_a_trace_may_follow_its_events(tmp_path: Path) -> None:
    """Some exporters do it the wrong way round; nothing is lost."""
    text = (
        '<log><trace><event><string key="a" value="1"/></event><string key="late" value="x"/></trace></log>'
    )

    assert rows_of(tmp_path, text).to_pylist() == [{"case_late": "x", "a": "1"}]


def test_progress_tells_events_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits sees how far it is; batches cut through a trace without a trace."""
    monkeypatch.setattr(xes, "ROWS_HELD", 2)
    events = "".join(f'<event><!-- parsed --><int key="n" value="{number}"/></event>' for number in range(5))
    path = tmp_path / "log.xes"
    path.write_text(f'<log><trace><string key="concept:name" value="c"/>{events}</trace>{SHORT[5:]}')
    seen: list[int] = []

    convert_xes(path, tmp_path / "log.parquet", seen.append)

    assert seen == [2, 4, 6]
    table = pq.read_table(tmp_path / "log.parquet")
    assert table["n"].to_pylist() == [0, 1, 2, 3, 4, None]
    assert table["case_concept_name"].to_pylist() == ["c"] * 5 + ["c1"]


def test_a_type_holds_for_all_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A doubt in the last batch reaches the values of the first."""
    monkeypatch.setattr(xes, "ROWS_HELD", 1)
    events = "".join(
        f'<event><!-- parsed --><int key="n" value="{value}"/></event>' for value in ("01", "2", "many")
    )

    assert rows_of(tmp_path, f"<log><trace>{events}</trace></log>")["n"].to_pylist() == ["01", "2", "many"]


def test_a_late_attribute_of_a_trace_already_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rather an error than events without their case."""
    monkeypatch.setattr(xes, "ROWS_HELD", 1)
    text = (
        '<log><trace><event><string key="a" value="1"/></event>\n<string key="late" value="x"/></trace></log>'
    )

    assert "at line 2 an attribute of a long trace comes after its events" in refusal(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (SHORT[:-20], "it is not well-formed XML at line 3"),
        (SHORT.replace("</event>", ""), "it is not well-formed XML at line 3"),
        ("case,activity\n1,ask\n", "it is not well-formed XML at line 1"),
        ("<log>\n", "it is not well-formed XML at line 2"),
        ("<html><body/></html>", "its root element is <html>"),
        ("", "it is empty"),
        (gzip.compress(b"", mtime=0), "it is empty"),
        (gzip.compress(SHORT.encode() * 50, mtime=0)[:-30], "its compressed data is truncated"),
        ('<!DOCTYPE log [<!ENTITY a "aaaa">]><log/>', "it declares a document type"),
        (
            '<?xml version="1.0" encoding="TF-8"?><log/>',
            "it says that it is written in an encoding nobody knows: TF-8",
        ),
    ],
)
def test_what_is_no_whole_log_is_refused(tmp_path: Path, text: str | bytes, what: str) -> None:
    """The sentence says what is wrong and where, and half a log leaves no rows."""
    assert refusal(tmp_path, text).startswith(f"cannot read {tmp_path / 'log.xes'}: {what}")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    """Both are said in a sentence, not in a traceback."""
    with pytest.raises(UnreadableFile, match="there is no such file"):
        convert_xes(tmp_path / "none.xes", tmp_path / "out")
    with pytest.raises(UnreadableFile, match="it is a folder"):
        convert_xes(tmp_path, tmp_path / "out")


def test_a_failure_leaves_the_former_file(tmp_path: Path) -> None:
    """A broken delivery does not take away what the last one gave."""
    rows_of(tmp_path, SHORT)
    with pytest.raises(UnreadableFile):
        rows_of(tmp_path, SHORT[:-20])

    assert pq.read_table(tmp_path / "log.parquet").num_rows == 1


def letters() -> st.SearchStrategy[str]:
    """Text that XML 1.0 can hold."""
    return st.text(
        st.characters(
            codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"], exclude_characters="\ufffe\uffff"
        ),
        max_size=8,
    )


def instants() -> st.SearchStrategy[datetime]:
    """Instants with an offset of whole minutes, some of them odd."""
    zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
    return st.datetimes(datetime(1600, 1, 1), datetime(2400, 1, 1), timezones=zones)  # noqa: DTZ001 - zones are drawn


Event = tuple[str, int, datetime]


@settings(deadline=None)  # a busy disk is no failure
@given(
    st.lists(
        st.tuples(letters(), st.lists(st.tuples(letters(), st.integers(-(2**63), 2**63 - 1), instants())))
    ),
    st.integers(1, 5),
    st.booleans(),
)
def test_what_was_logged_comes_back(
    tmp_path_factory: pytest.TempPathFactory,
    cases: list[tuple[str, list[Event]]],
    rows_held: int,
    parsed: bool,  # noqa: FBT001 - drawn
) -> None:
    """No event is lost, doubled, moved or altered, wherever batches are cut."""

    def event(activity: str, number: int, at: datetime) -> str:
        return (
            f'<event><string key="concept:name" value={quoteattr(activity)}/><int key="n" value="{number}"/>'
            f'<date key="time:timestamp" value="{at.isoformat()}"/></event>'
        )

    def trace(case: str, events: list[Event]) -> str:
        inside = "".join(event(*item) for item in events) + ("<!-- parsed -->" if parsed else "")
        return f'<trace><string key="concept:name" value={quoteattr(case)}/>{inside}</trace>'

    traces = "".join(trace(*case) for case in cases)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(xes, "ROWS_HELD", rows_held)
        table = rows_of(tmp_path_factory.mktemp("log"), f"<log>{traces}</log>")

    found = [
        (row["case_concept_name"], row["concept_name"], row["n"], row["time_timestamp"])
        for row in (table.to_pylist() if table.num_rows else [])
    ]
    assert found == [(case, *item) for case, events in cases for item in events]


@pytest.mark.parametrize(
    ("name", "events", "cases"),
    [
        ("running-example.xes", 42, 6),
        ("08_receipt.xes.gz", 8_577, 1_434),
        ("07_bpic2013_incidents.xes.gz", 65_533, 7_554),
        ("roadtraffic100traces.xes", 390, 100),
    ],
)
def test_real_logs_have_their_known_size(tmp_path: Path, name: str, events: int, cases: int) -> None:
    """The counts are the publishers' and those of `grep -c '<event'`."""
    target = tmp_path / "log.parquet"

    assert convert_xes(shared_data(f"event_logs/{name}"), target) == events
    assert len(set(pq.read_table(target)["case_concept_name"].to_pylist())) == cases


def test_the_receipt_log_is_its_csv(tmp_path: Path) -> None:
    """Row for row, the XES file says what another tool wrote into the CSV file."""
    target = tmp_path / "log.parquet"
    convert_xes(shared_data("event_logs/08_receipt.xes.gz"), target)
    table = pq.read_table(target)
    with shared_data("event_logs/receipt.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        expected = list(reader)
    assert reader.fieldnames is not None

    assert {name.replace(":", "_") for name in reader.fieldnames} == set(table.column_names)
    for name in reader.fieldnames:
        column = table[name.replace(":", "_")]
        texts = [row[name] or None for row in expected]
        if column.type == INSTANT:
            assert column.to_pylist() == [datetime.fromisoformat(text) if text else None for text in texts]
        else:
            assert column.to_pylist() == texts
    dates = {"case_startdate", "case_enddate", "case_enddate_planned", "case_deadline", "time_timestamp"}
    assert {field.name for field in table.schema if field.type == INSTANT} == dates
