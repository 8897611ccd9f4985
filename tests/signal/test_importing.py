"""Every row of every file is counted once, lands where it belongs, and nothing personal lands in the lake."""

from __future__ import annotations

import bz2
import csv
import datetime as dt
import decimal
import gzip
import io
import json
import lzma
import tempfile
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable, write_deltalake
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from story.shop import facts, lake_table, parcours, ran, refused_rows, run, vault_rows, write

QUICK = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
LATE = "2190-01-01"


def imported(folder: Path, mapping: str, files: dict[str, str | bytes]) -> dict[str, Any]:
    """Run a workspace of one mapping and its files; answers the counts of signals."""
    write(folder, {"sources/s.yaml": mapping, **files})
    counts = ran(folder, as_of=LATE)["signals"]
    assert counts["received"] == counts["accepted"] + sum(counts["refused"].values())
    assert counts["accepted"] == len(lake_table(folder, "signal"))
    return dict(counts)


def signals(folder: Path) -> list[dict[str, Any]]:
    """Signals in the order of time and place, properties read."""
    rows = sorted(lake_table(folder, "signal"), key=lambda row: (row["occurred_at"], row["source_row"]))
    return [{**row, "properties": json.loads(row["properties"] or "{}")} for row in rows]


def instants(folder: Path) -> list[str]:
    """When the signals occurred, in the order of the file."""
    rows = sorted(lake_table(folder, "signal"), key=lambda row: row["source_row"])
    start = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return [(start + dt.timedelta(microseconds=row["occurred_at"])).isoformat() for row in rows]


# Counting ---------------------------------------------------------------------------------------------------

RULES = """
source: s
read: {FORMAT: "data/x*"}
signals:
  - {type: a, at: at}
  - {type: b, at: at2, when: flag = 'y'}
  - {type: c, at: at, id: id, when: cast(n as int) > 5}
"""
TIMES = {
    "2024-01-05T10:00:00Z": None,
    "1700000000": None,
    "": "missing_time",
    "soon": "unreadable_time",
    "2024-02-31": "unreadable_time",
    "2999-01-01": "time_out_of_range",
}
COLUMNS = ("at", "at2", "flag", "n", "id", "note")


def values() -> st.SearchStrategy[tuple[str, ...]]:
    """One good row, in the order of the columns."""
    times = st.sampled_from([*TIMES, "2024-01-05T10:00:00Z", "2024-01-05T10:00:00Z"])
    notes = st.sampled_from(["", "plain", "a,b", 'say "so"', "two\nlines", "\n\n", "é", "NA", "'", "\\"])
    return st.tuples(
        times,
        times,
        st.sampled_from(["y", "n", ""]),
        st.sampled_from(["", "3", "7", "9", "x"]),
        st.sampled_from(["", "1", "2", "3"]),
        notes,
    )


def judged(rows: list[tuple[str, int, dict[str, str]]]) -> tuple[int, list[tuple[str, int, int, str]]]:
    """Accepted signals, and (file, line, rule, reason) of the others, by reading the rules as a person would."""
    accepted = 0
    refused: list[tuple[str, int, int, str]] = []
    seen: set[str] = set()
    for file, line, row in rows:
        reason = TIMES[row["at"]]
        for rule, why in ((0, reason), (1, TIMES[row["at2"]])):
            if rule == 1 and row["flag"] != "y":
                continue
            accepted += why is None
            refused += [(file, line, rule, why)] if why else []
        if row["n"] == "x":
            refused.append((file, line, 2, "unreadable_condition"))
        elif row["n"] and int(row["n"]) > 5:
            why = reason or (None if row["id"] else "missing_id")
            if why is None and row["id"] in seen:
                why = "duplicate_id"
            if why is None:
                seen.add(row["id"])
            accepted += why is None
            refused += [(file, line, 2, why)] if why else []
    return accepted, refused


def check_counts(
    mapping: str,
    files: dict[str, str | bytes],
    good: list[tuple[str, int, dict[str, str]]],
    bad: list[tuple[str, int]],
) -> None:
    """The counts and the refused rows of a run are those of a plain reading."""
    accepted, refused = judged(good)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        counts = imported(folder, mapping, files)
        kept = vault_rows(
            folder,
            "select f.path, r.line, r.rule, r.reason, r.content from refused as r join imported_file as f using (file_id)",
        )

    expected = Counter(reason for *_, reason in refused) + Counter({"unreadable_line": len(bad)})
    assert counts["refused"] == dict(expected)
    assert counts["accepted"] == accepted
    assert sorted((path, line) for path, line, rule, *_ in kept if rule < 0) == sorted(bad)
    assert sorted((path, line, rule, reason) for path, line, rule, reason, _ in kept if rule >= 0) == sorted(
        refused
    )
    rows = {(file, line): row for file, line, row in good}
    for path, line, rule, _, content in kept:
        if rule >= 0:
            assert {name: value or "" for name, value in json.loads(content).items()} == rows[path, line]


@st.composite
def csv_files(draw: st.DrawFn) -> dict[str, str]:
    """One or two files with good rows, blank lines, ragged rows, and at times a quote that never closes."""
    files = {}
    for number in range(1, draw(st.integers(1, 2)) + 1):
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        for kind in draw(st.lists(st.sampled_from("ggggbrR"), max_size=12)):
            match kind:
                case "g":
                    writer.writerow(draw(values()))
                case "b":
                    out.write("\n")
                case "r":
                    writer.writerow(draw(values())[:3])
                case _:
                    writer.writerow((*draw(values()), "more", "than there are"))
        if draw(st.sampled_from([False, False, True])):
            out.write('2024-01-05T10:00:00Z,,n,,,"never closed')
        files[f"data/x{number}.csv"] = out.getvalue()
    return files


def csv_counts(files: dict[str, str]) -> None:
    """Read the files with Python's own reader, and compare."""
    good, bad = [], []
    for name, text in sorted(files.items()):
        reader = csv.reader(io.StringIO(text, newline=""))
        next(reader)
        before = reader.line_num
        for record in reader:
            line, before = before + 1, reader.line_num
            if not record:
                continue
            open_quote = text.endswith("never closed") and record[-1].endswith("never closed")
            if len(record) != len(COLUMNS) or open_quote:
                bad.append((name, line))
            else:
                good.append((name, line, dict(zip(COLUMNS, record, strict=True))))
    check_counts(RULES.replace("FORMAT", "csv"), dict(files), good, bad)


@QUICK
@given(csv_files())
def test_each_row_of_a_csv_file_is_counted_once(files: dict[str, str]) -> None:
    """Received is accepted plus refused, to the unit and by reason; refused rows have their line and content."""
    csv_counts(files)


@pytest.mark.heavy
@MANY
@given(csv_files())
def test_each_row_of_many_csv_files_is_counted_once(files: dict[str, str]) -> None:
    """The same, looked for longer."""
    csv_counts(files)


@st.composite
def json_files(draw: st.DrawFn) -> dict[str, str]:
    """Objects with missing keys, blank lines, and lines that are no objects."""
    first = dict(zip(COLUMNS, ("2024-01-05T10:00:00Z", "soon", "y", "7", "1", "é"), strict=True))
    lines = [json.dumps(first)]
    for _ in range(draw(st.integers(0, 12))):
        row = dict(zip(COLUMNS, draw(values()), strict=True))
        row = {name: value for name, value in row.items() if value or (name != "n" and draw(st.booleans()))}
        odd = st.sampled_from(["", "  ", "not json", '{"at": ', "[1, 2]", '"text"', "12", "{}"])
        lines.append(draw(st.one_of(st.just(json.dumps(row, ensure_ascii=draw(st.booleans()))), odd)))
    return {"data/x.jsonl": "\n".join(lines) + draw(st.sampled_from(["", "\n"]))}


@QUICK
@given(json_files())
def test_each_line_of_a_json_file_is_counted_once(files: dict[str, str]) -> None:
    """An object is a row, a blank line nothing, anything else unreadable; a missing key is a missing value."""
    good, bad = [], []
    for name, text in files.items():
        for line, content in enumerate(text.split("\n"), 1):
            if not content.strip():
                continue
            try:
                row = json.loads(content)
            except ValueError:
                row = None
            if isinstance(row, dict):
                good.append((name, line, {column: row.get(column, "") for column in COLUMNS}))
            else:
                bad.append((name, line))
    check_counts(RULES.replace("FORMAT", "json"), dict(files), good, bad)


def test_an_id_is_refused_the_second_time(tmp_path: Path) -> None:
    """Within a file and across the files of a source the first one stays; another source has ids of its own."""
    mapping = 'source: s\nread: {csv: "data/x*.csv"}\nid: i\nsignals: [{type: a, at: at}]\n'
    counts = imported(
        tmp_path,
        mapping,
        {
            "data/x1.csv": "at,i\n2024-01-01,1\n2024-01-02,1\n2024-01-03,\n",
            "data/x2.csv": "at,i\n2024-01-04,1\n2024-01-05,2\n",
            "sources/t.yaml": mapping.replace("source: s", "source: t"),
        },
    )

    assert counts == {"received": 10, "accepted": 4, "refused": {"duplicate_id": 4, "missing_id": 2}}
    kept = vault_rows(
        tmp_path,
        "select path, line, reason from refused join imported_file using (file_id) where source = 's'",
    )
    assert sorted(kept) == [
        ("data/x1.csv", 3, "duplicate_id"),
        ("data/x1.csv", 4, "missing_id"),
        ("data/x2.csv", 2, "duplicate_id"),
    ]


def test_an_expression_may_fail_on_some_rows(tmp_path: Path) -> None:
    """Where a division or a cast fails, that row alone lacks the value or is refused; its neighbours enter."""
    counts = imported(
        tmp_path,
        """
        source: s
        read: {csv: data/x.csv}
        set: {q: 10 // cast(n as int), c: cast(n as int), name: "'NA'"}
        signals:
          - {type: a, at: at}
          - {type: b, at: at, when: cast(n as int) > 5, weight: 10 // cast(n as int)}
          - {type: {sql: "cast(cast(n as int) as varchar)"}, at: 'cast("at" as timestamp)'}
        """,
        {"data/x.csv": "at,n\n2024-01-01,x\n2024-01-02,7\n2024-01-03,0\nsoon,5\n"},
    )

    # a: 3 of 4; b: x cannot be asked, 7 holds; the type of x is missing, the time of the last unreadable.
    assert counts["accepted"] == 3 + 1 + 2
    assert counts["refused"] == {"unreadable_condition": 1, "missing_type": 1, "unreadable_time": 2}
    found = [row["properties"] for row in signals(tmp_path) if row["weight"] is None]
    assert found[0] == {"q": None, "c": None, "name": "NA"}
    assert {(row["q"], row["c"]) for row in found[1:]} == {(1, 7), (None, 0)}


# Any file ---------------------------------------------------------------------------------------------------

SIMPLE = "source: s\nread: {csv: data/x}\nset: {v: v}\nsignals: [{type: a, at: at}]\n"
TABLE = [("at", "v"), ("2024-01-01", "é; |"), ("2024-01-02", "NA"), ("2024-01-03", "œ\tù")]


def table(delimiter: str) -> str:
    """The same three rows with any delimiter."""
    quoted = [[f'"{cell}"' if set(cell) & set("; |\t,") else cell for cell in row] for row in TABLE]
    return "".join(delimiter.join(row) + "\n" for row in quoted)


def packed(kind: str) -> bytes:
    """The table in an archive."""
    plain = table(",").encode()
    if kind == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("x.csv", plain)
        return out.getvalue()
    if kind == "zst":
        return bytes(pa.Codec("zstd").compress(plain, asbytes=True))
    if kind == "gz":
        return gzip.compress(plain, mtime=0)
    return bz2.compress(plain) if kind == "bz2" else lzma.compress(plain)


FILES: dict[str, tuple[str, bytes]] = {
    **{
        f"by {name}": ("", table(sign).encode())
        for name, sign in (("comma", ","), ("semicolon", ";"), ("tab", "\t"), ("bar", "|"))
    },
    "by comma and space": ('delimiter: ", "', table(", ").encode()),
    "utf-8 with a mark": ("", table(",").encode("utf-8-sig")),
    "utf-16": ("", table(",").encode("utf-16")),
    "cp1252": ("", table(",").encode("cp1252")),
    "latin-9": ("encoding: iso8859-15", table(",").encode("iso8859-15")),
    "Windows lines": ("", table(",").replace("\n", "\r\n").encode()),
    "old Mac lines": ("", table(",").replace("\n", "\r").encode()),
    **{kind: ("", packed(kind)) for kind in ("gz", "bz2", "xz", "zip", "zst")},
}


def test_the_same_rows_come_from_any_text_file(tmp_path: Path) -> None:
    """Delimiter, encoding, line ends and packing change nothing; the text NA stays the text NA."""
    files: dict[str, str | bytes] = {}
    for number, (options, content) in enumerate(FILES.values()):
        read = f"{{csv: data/x{number}{', ' + options if options else ''}}}"
        files[f"sources/s{number}.yaml"] = SIMPLE.replace("source: s", f"source: s{number}").replace(
            "{csv: data/x}", read
        )
        files[f"data/x{number}"] = content
    write(tmp_path, files)
    assert ran(tmp_path, as_of=LATE)["signals"]["accepted"] == 3 * len(FILES)

    codes = dict(vault_rows(tmp_path, "select text, code from term where kind = 'source'"))
    rows = signals(tmp_path)
    for number, name in enumerate(FILES):
        found = [row["properties"]["v"] for row in rows if row["source_id"] == codes[f"s{number}"]]
        assert found == ["é; |", "NA", "œ\tù"], name


def test_a_line_in_another_encoding_is_refused_alone(tmp_path: Path) -> None:
    """In a file that is UTF-8 but for one line, that line is refused with its number."""
    content = "at,v\n2024-01-01,é\n2024-01-02,ü\n".encode() + b"2024-01-03,caf\xe9\n2024-01-04,ok\n"
    counts = imported(tmp_path, SIMPLE, {"data/x": content})

    assert counts == {"received": 4, "accepted": 3, "refused": {"unreadable_line": 1}}
    assert [(line, reason) for _, line, reason, _ in refused_rows(tmp_path)] == [(4, "invalid_encoding")]


def test_missing_is_what_the_mapping_says(tmp_path: Path) -> None:
    """`null: [NA]` makes NA missing, quoted or not, beside the empty value; without a header columns are named by hand."""
    mapping = SIMPLE.replace("{csv: data/x}", "{csv: data/x, null: [NA], header: false, columns: [at, v]}")
    imported(tmp_path, mapping, {"data/x": '2024-01-01,NA\n2024-01-02,"NA"\n2024-01-03,\n2024-01-04,N/A\n'})

    assert [row["properties"].get("v") for row in signals(tmp_path)] == [None, None, None, "N/A"]


def test_types_may_be_declared(tmp_path: Path) -> None:
    """For the source or for what is read, in CSV as in Parquet; what does not fit is missing."""
    mapping = SIMPLE.replace("{csv: data/x}", "{csv: data/x, types: {b: BOOLEAN}}").replace(
        "{v: v}", "{v: v, b: b, half: v / 2}"
    )
    imported(
        tmp_path / "csv",
        mapping + 'types: {v: "DECIMAL(10,2)"}\n',
        {"data/x": "at,v,b\n2024-01-01,1.50,true\n2024-01-02,x,maybe\n"},
    )
    rows = pa.table({"at": ["2024-01-01", "2024-01-02"], "v": ["1.50", "x"], "b": ["true", "maybe"]})
    pq.write_table(rows, _place(tmp_path / "parquet/data/x"))
    imported(tmp_path / "parquet", mapping.replace("csv:", "parquet:") + 'types: {v: "DECIMAL(10,2)"}\n', {})

    for kind in ("csv", "parquet"):
        found = [row["properties"] for row in signals(tmp_path / kind)]
        assert (
            found == [{"v": 1.5, "b": True, "half": 0.75}, {"v": None, "b": None, "half": None}]
            or found[1] == {}
        ), kind


def test_a_list_of_keys_and_values_is_a_map_and_an_object_may_stay_whole(tmp_path: Path) -> None:
    """Any field of a value, the first of a key twice, a plain value; keys that differ in capitals alone; a column no line has; what is no list."""
    mapping = """
        source: s
        read: {json: data/x}
        types: {params: "MAP(VARCHAR, VARCHAR)", free: JSON, later: VARCHAR}
        signals:
          - {type: t, at: at, set: {a: "params['a']", b: "params['b']", c: "free ->> 'c'", d: "free ->> 'C'", later: later}}
        """
    lines = [
        '{"at": "2024-01-01", "params": [{"key": "a", "value": {"int_value": "7"}}, {"key": "a", "value": {"int_value": "8"}}, {"key": "b", "value": 9}], "free": {"c": 1, "C": 2}}',
        '{"at": "2024-01-02", "params": {"list": [{"element": {"key": "a", "value": {"string_value": null, "double_value": 0.5}}}]}}',
        '{"at": "2024-01-03", "params": "odd", "free": null}',
        '{"at": "2024-01-04", "params": []}',
    ]
    imported(tmp_path, mapping, {"data/x": "\n".join(lines)})

    found = [row["properties"] for row in signals(tmp_path)]
    assert [{key: value for key, value in row.items() if value is not None} for row in found] == [
        {"a": "7", "b": "9", "c": "1", "d": "2"},
        {"a": "0.5"},
        {},
        {},
    ]
    (notes,) = [text for (text,) in vault_rows(tmp_path, "select notes from imported_file")]
    assert json.loads(notes) == {"not_map(varchar, varchar):params": 1}


def _place(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    """Times naive and zoned, nanoseconds, dates, decimals, lists as several objects; what JSON cannot hold is missing."""
    micro, nano = pa.timestamp("us"), pa.timestamp("ns")
    rows = pa.table(
        {
            "naive": pa.array([dt.datetime(2024, 7, 1, 12), None], micro),  # noqa: DTZ001 - naive on purpose
            "nano": pa.array([1_720_000_000_123_456_789, None], nano),
            "zoned": pa.array([0, None], pa.timestamp("us", tz="Asia/Tokyo")),
            "day": [dt.date(2024, 1, 2), None],
            "price": [decimal.Decimal("1.10"), None],
            "ratio": [float("nan"), float("inf")],
            "big": pa.array([2**63, None], pa.uint64()),
            "orders": [["a", " b ", "a", ""], None],
            "deep": [{"x": 1}, None],
        }
    )
    pq.write_table(rows, _place(tmp_path / "data/x.parquet"))
    counts = imported(
        tmp_path,
        """
        source: s
        read: {parquet: data/x.parquet}
        time_zone: Europe/Paris
        objects: {order: orders}
        set: {day: day, price: price, ratio: ratio, big: big, x: deep.x, zoned: zoned}
        signals: [{type: a, at: naive}, {type: b, at: nano}, {type: c, at: zoned}, {type: d, at: day}]
        """,
        {},
    )

    assert counts == {"received": 8, "accepted": 4, "refused": {"missing_time": 4}}
    # July noon in Paris is 10:00 UTC; naive nanoseconds are rounded to microseconds; midnight of 2 January is 23:00 UTC.
    assert instants(tmp_path) == [
        "2024-07-01T10:00:00+00:00",
        "2024-07-03T07:46:40.123457+00:00",
        "1970-01-01T00:00:00+00:00",
        "2024-01-01T23:00:00+00:00",
    ]
    first = signals(tmp_path)[0]
    assert first["properties"] == {
        "day": "2024-01-02",
        "price": 1.1,
        "ratio": None,
        "big": 2**63,
        "x": 1,
        "zoned": "1970-01-01T00:00:00.000000Z",
    }
    assert sorted(row["value"] for row in lake_table(tmp_path, "object")) == ["a", "b"]
    assert len(first["objects"]) == 2


def test_json_values_of_mixed_kinds_are_their_text(tmp_path: Path) -> None:
    """A key that holds now a number, now a text, now an object: texts have no quotes around them, identities and times work."""
    lines = [
        {"at": "2024-01-01T00:00:00Z", "v": 1, "who": "u1"},
        {"at": 1_704_153_600, "v": "x", "who": 7},
        {"at": "2024-01-03T00:00:00Z", "v": {"deep": ["é"]}, "who": {"id": 1}},
        {"at": 1_704_326_400_000, "who": "u1"},
    ]
    mapping = SIMPLE.replace("csv:", "json:") + "person: {customer: who}\nobjects: {order: who}\n"
    imported(tmp_path, mapping, {"data/x": "".join(json.dumps(line) + "\n" for line in lines)})

    assert [row["properties"].get("v") for row in signals(tmp_path)] == ["1", "x", '{"deep":["é"]}', None]
    assert instants(tmp_path) == [f"2024-01-0{day}T00:00:00+00:00" for day in (1, 2, 3, 4)]
    assert {
        value
        for (value,) in vault_rows(tmp_path, "select value from identifier where namespace = 'customer'")
    } == {"u1", "7", '{"id":1}'}


def test_a_foreign_delta_table_is_read_as_it_says(tmp_path: Path) -> None:
    """Partition values keep type and spelling, replaced rows are gone, and rows hidden by deletion vectors are refused with a fix."""
    folder = tmp_path / "data/d"
    rows = pa.table({"at": ["2024-01-01", "2024-01-02", "2024-01-03"], "v": ["007", "a b/é%", None]})
    write_deltalake(str(_place(folder)), pa.table({"at": ["2020-01-01"], "v": ["old"]}), partition_by=["v"])
    write_deltalake(str(folder), rows, mode="overwrite")
    imported(tmp_path, SIMPLE.replace("csv: data/x", "delta: data/d"), {})

    assert DeltaTable(folder).version() == 1
    assert [row["properties"].get("v") for row in signals(tmp_path)] == ["007", "a b/é%", None]
    log = folder / "_delta_log/00000000000000000002.json"
    protocol = {
        "minReaderVersion": 3,
        "minWriterVersion": 7,
        "readerFeatures": ["deletionVectors"],
        "writerFeatures": ["deletionVectors"],
    }
    log.write_text(json.dumps({"protocol": protocol}) + "\n", "utf-8")
    answer = run(tmp_path, as_of=LATE)
    assert answer.code == 2
    assert "deletionVectors" in answer.err


def test_joins_chain(tmp_path: Path) -> None:
    """A joined row is a column, of which a later join may speak; where none matches its values are missing; files are stacked."""
    imported(
        tmp_path,
        """
        source: s
        read: {csv: data/x.csv}
        join:
          - {name: c, read: {csv: "data/c*.csv"}, by: {order: id}}
          - {name: e, read: {csv: data/e.csv}, by: {c.city: code}}
        set: {city: c.city, country: e.country}
        signals: [{type: a, at: at}]
        """,
        {
            "data/x.csv": "at,order\n2024-01-01,1\n2024-01-02,2\n2024-01-03,9\n",
            "data/c1.csv": "id,city\n1,lyo\n",
            "data/c2.csv": "id,city\n2,mil\n",
            "data/e.csv": "code,country\nlyo,fr\nmil,it\n",
        },
    )

    assert [row["properties"] for row in signals(tmp_path)] == [
        {"city": "lyo", "country": "fr"},
        {"city": "mil", "country": "it"},
        {},
    ]


def test_a_column_may_have_a_name_that_sql_uses(tmp_path: Path) -> None:
    """`at`, `order`, `group`, `select` and our own words are columns like others."""
    imported(
        tmp_path,
        """
        source: s
        read: {csv: data/x}
        person: {select: select}
        objects: {order: order}
        set: {at: at, group: group, reason: reason, at_us: _row}
        signals: [{type: {sql: type}, at: at, when: is}]
        types: {is: BOOLEAN}
        """,
        {
            "data/x": "at,order,group,select,reason,_row,type,is\n2024-01-01,o1,g,who,why,5,t,true\n2024-01-01,o1,g,who,why,5,t,false\n"
        },
    )

    (row,) = signals(tmp_path)
    assert row["properties"]["group"] == "g"
    assert row["properties"]["reason"] == "why"
    assert {value for (value,) in vault_rows(tmp_path, "select value from identifier")} == {"who"}


# Time -------------------------------------------------------------------------------------------------------

TEXTS = {
    "2024-03-31 01:59:59": "2024-03-31T00:59:59+00:00",  # Paris, the hour before the night loses one
    "2024-03-31 02:30:00": "2024-03-31T01:30:00+00:00",  # does not exist: read as 03:30 summer time
    "2024-03-31 03:00:00": "2024-03-31T01:00:00+00:00",
    "2024-10-27 01:59:59": "2024-10-26T23:59:59+00:00",
    "2024-10-27 02:30:00": "2024-10-27T01:30:00+00:00",  # exists twice: read as winter time
    "2024-10-27 03:00:00": "2024-10-27T02:00:00+00:00",
    "2016-12-31T23:59:60Z": "2016-12-31T23:59:59+00:00",  # a leap second
    "1700000000": "2023-11-14T22:13:20+00:00",
    "1700000000123": "2023-11-14T22:13:20.123000+00:00",
    "1700000000123456": "2023-11-14T22:13:20.123456+00:00",
    "2024-01-01 10:00:00 +02:00": "2024-01-01T08:00:00+00:00",
    "2024/01/02 10:00": "2024-01-02T09:00:00+00:00",
    "2024-01-02T10:00:00.5Z": "2024-01-02T10:00:00.500000+00:00",
    "2024-01-02T10:00:00,5Z": "2024-01-02T10:00:00.500000+00:00",
    "1900-01-01T00:00:00Z": "1900-01-01T00:00:00+00:00",
}
NOT_READ = {
    "2024-01-01 12:60:00": "unreadable_time",
    "2024-02-30": "unreadable_time",
    "infinity": "unreadable_time",
    "NA": "unreadable_time",
    "1e9": "unreadable_time",
    "0000-01-01": "time_out_of_range",
    "9999-12-31": "time_out_of_range",
    "10000-01-01": "time_out_of_range",
    "1899-12-31": "time_out_of_range",
}


def test_times_are_read_in_the_zone_of_the_source(tmp_path: Path) -> None:
    """Both nights of the year when the clock changes, leap seconds, epochs of any unit; impossible times are refused, each with its reason."""
    text = "at\n" + "".join(f'"{value}"\n' for value in [*TEXTS, *NOT_READ])
    mapping = "source: s\nread: {csv: data/x}\ntime_zone: Europe/Paris\nsignals: [{type: a, at: at}]\n"
    imported(tmp_path, mapping, {"data/x": text})

    assert dict(zip(TEXTS, instants(tmp_path), strict=True)) == TEXTS
    assert {json.loads(content)["at"]: reason for _, _, reason, content in refused_rows(tmp_path)} == NOT_READ


# Privacy ----------------------------------------------------------------------------------------------------

PERSONAL = """
source: s
read: {csv: data/x.csv}
person: {customer: customer, email: mail, phone: phone, card: card}
objects: {order: order_id, contact: mail, payment: card}
set: {mail: mail, phone: phone, card: card, iban: iban, ip: ip, note: remark, store: store, bill: "'to ' || mail"}
text: remark
traits: {given_name: given, family_name: family, birth_date: born, email: mail, phone: phone, street: street, postcode: postcode, city: city}
signals:
  - {type: {sql: kind}, at: at, channel: {sql: channel}}
"""
NEEDLES = {
    "customer": "cust-needle-7781",
    "mail": "Needle.Smith@needle-mail.example",
    "phone": "+33 6 98 76 54 32",
    "card": "4111 1111 1111 1111",
    "iban": "FR7630006000011234567890189",
    "ip": "203.0.113.77",
    "remark": "the needle seller shouted at me twice in front of everyone",
    "given": "Needleina",
    "family": "Needlesdottir",
    "born": "1971-02-03",
    "street": "77 Needle Street",
    "postcode": "N33DL3",
    "city": "Needleton",
}


def test_nothing_personal_reaches_the_lake(tmp_path: Path) -> None:
    """Needles in every place a mapping has: no file of the lake holds one, in its bytes or its values; the vault has each."""
    columns = ["at", "kind", "channel", "order_id", "store", *NEEDLES]
    rows = [
        ["2024-01-01", "order.placed", "web", "o1", "lyon", *NEEDLES.values()],
        [
            "2024-01-02",
            NEEDLES["mail"],
            "web",
            "o2",
            "lyon",
            *NEEDLES.values(),
        ],  # a type that is somebody's address
        ["soon", "order.placed", "web", "o3", "lyon", *NEEDLES.values()],  # refused, so timeless
    ]
    out = io.StringIO()
    csv.writer(out).writerows([columns, *rows])
    counts = imported(tmp_path, PERSONAL, {"data/x.csv": out.getvalue()})
    assert counts["refused"] == {"personal_type": 1, "unreadable_time": 1}

    needles = {
        spelling for value in NEEDLES.values() for spelling in (value, value.lower(), value.replace(" ", ""))
    }
    lake = tmp_path / ".parcours/lake"
    texts = []
    for path in lake.rglob("*"):
        texts.append(unquote(path.name))
        if path.is_file():
            texts.append(path.read_bytes().decode("latin-1"))
        if path.suffix == ".parquet":
            texts.append(json.dumps(pq.ParquetFile(path).read().to_pylist(), default=str, ensure_ascii=False))
    assert (
        len([text for text in texts if "lyon" in text]) >= 1
    )  # what is not personal is found, so the search sees
    for needle in needles:
        assert not [text[:200] for text in texts if needle in text], needle

    dump = json.dumps(
        [
            vault_rows(tmp_path, f"select * from {name}")
            for name in ("identifier", "free_text", "trait", "screened")
        ]
    )
    for name, needle in NEEDLES.items():
        assert needle in dump or needle.lower() in dump, name
    assert parcours(tmp_path, "status").code == 0


def test_a_bar_code_is_no_payment_card(tmp_path: Path) -> None:
    """Thirteen digits name an article: they stay readable in the lake, sixteen of a card do not."""
    imported(
        tmp_path,
        SIMPLE + "objects: {product: v}\n",
        {"data/x": "at,v\n2024-01-01,4006381333931\n2024-01-02,4111111111111111\n"},
    )

    assert [row["properties"]["v"] for row in signals(tmp_path)] == ["4006381333931", None]
    assert {row["value"] for row in lake_table(tmp_path, "object")} == {"4006381333931", None}
    assert vault_rows(tmp_path, "select namespace, value from identifier") == [
        ("product", "4111111111111111")
    ]


def test_signals_have_names_of_channels_and_weights(tmp_path: Path) -> None:
    """Literal and computed types, channels and touchpoints; weights that are none are refused."""
    counts = imported(
        tmp_path,
        """
        source: s
        read: {csv: data/x}
        channel: {sql: c}
        touchpoint: web.page
        weight: w
        signals: [{type: a, at: at}, {type: {sql: t}, at: at, channel: store}]
        """,
        {
            "data/x": "at,c,t,w\n2024-01-01,web,x,1.5\n2024-01-02,,  ,2\n2024-01-03,web,y,-1\n2024-01-04,web,y,nan\n2024-01-05,web,y,\n"
        },
    )

    assert counts["refused"] == {"unreadable_weight": 6, "missing_type": 1}
    rows = [json.loads(row) for row in facts(tmp_path, "signal")]
    assert sorted(
        (row["type_id"], row["channel_id"] or "", row["touchpoint_id"], row["weight"]) for row in rows
    ) == [
        ("a", "", "web.page", 2.0),
        ("a", "web", "web.page", 1.5),
        ("x", "store", "web.page", 1.5),
    ]
