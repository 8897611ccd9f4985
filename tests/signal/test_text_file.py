"""Any CSV or JSON-lines file can be read as UTF-8, and its lines can be found again."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from given import shared_data
from parcours.signal import text_file
from parcours.signal.errors import UnreadableFile
from parcours.signal.text_file import (
    TextFile,
    distinct_names,
    physical_lines,
    prepare_csv,
    prepare_lines,
    rejected_records,
    unpacked,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FRENCH = "prénom;ville\nZoé;Nîmes\nChloé;Évry\n"


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip of members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Where a test puts the file it prepares; staging is the folder beside it."""
    (tmp_path / "staging").mkdir()
    return tmp_path / "source.csv"


def prepared(source: Path, content: str | bytes, **options: object) -> TextFile:
    """A file with this content, prepared."""
    source.write_bytes(content.encode() if isinstance(content, str) else content)
    return prepare_csv(source, source.parent / "staging", **options)  # type: ignore[arg-type]  # as the test says


def content(text: TextFile) -> bytes:
    """What an engine reads."""
    with unpacked(text.path) as file:
        return file.readall() or b""


def test_a_plain_file_stays_where_it_is(source: Path) -> None:
    """What can be read as it is, is not copied."""
    text = prepared(source, FRENCH)

    assert text == TextFile(source, "utf-8", "none", ";", '"', ("prénom", "ville"), header_line=True)
    assert not list((source.parent / "staging").iterdir())


@pytest.mark.parametrize("compression", ["gzip", "zstd"])
def test_what_engines_unpack_stays_packed(source: Path, compression: str) -> None:
    """The first bytes say how a file is packed, not its name."""
    text = prepared(source, pa.compress(FRENCH.encode(), codec=compression, asbytes=True))

    assert (text.path, text.compression, text.columns) == (source, compression, ("prénom", "ville"))


@pytest.mark.parametrize(
    "packed",
    [
        bz2.compress(FRENCH.encode()),
        lzma.compress(FRENCH.encode()),
        zipped({"a": FRENCH.encode()}),
        zipped({"folder/": b"", "folder/a": FRENCH.encode(), "__MACOSX/._a": b"clutter"}),
    ],
)
def test_other_packing_is_undone(source: Path, packed: bytes) -> None:
    """bz2, xz and a zip of one file are unpacked into staging."""
    text = prepared(source, packed)

    assert (text.compression, content(text)) == ("none", FRENCH.encode())
    assert text.path.parent == source.parent / "staging"


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("cp1252", "cp1252"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32-le"),
    ],
)
def test_the_encoding_is_found(source: Path, encoding: str, told: str) -> None:
    """Names arrive without damage and without byte order mark, packed or not."""
    for raw in (FRENCH.encode(encoding), gzip.compress(FRENCH.encode(encoding), mtime=0)):
        text = prepared(source, raw)

        assert (text.encoding, text.columns) == (told, ("prénom", "ville"))
        assert content(text).decode("utf-8-sig") == FRENCH


def test_a_mark_of_the_other_byte_order_counts(source: Path) -> None:
    """UTF-16 and UTF-32 say in their first bytes which end comes first."""
    for name in ("utf-16-be", "utf-32-be"):
        assert content(prepared(source, ("\ufeff" + FRENCH).encode(name))) == FRENCH.encode()


def test_a_bad_line_does_not_make_a_file_cp1252(source: Path) -> None:
    """One stray byte among UTF-8 leaves the file as it is; only its line will be refused."""
    raw = FRENCH.encode() + b"Ren\xe9;Lyon\n"
    text = prepared(source, raw)

    assert (text.encoding, text.path, content(text)) == ("utf-8", source, raw)


def test_an_accident_does_not_make_a_file_utf_8(source: Path) -> None:
    """A capital and a quotation mark look like UTF-8 in cp1252; the many small letters tell."""
    words = "nom\n" + "é à è ê ù ç ô\n" * 5 + "«CAFÉ»\n"
    text = prepared(source, words.encode("cp1252"))

    assert (text.encoding, content(text)) == ("cp1252", words.encode())


def test_bytes_without_letter_in_cp1252_are_kept(source: Path) -> None:
    """Five bytes mean nothing there; they become control characters instead of an error."""
    assert content(prepared(source, b"a,b\n\xe9,\x81\n")).decode() == "a,b\né,\x81\n"


@pytest.mark.parametrize("size", [5, 6, 7, 9])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_chunks_may_cut_anything(
    source: Path, monkeypatch: pytest.MonkeyPatch, encoding: str, size: int
) -> None:
    """Letters and line ends that a chunk cuts in two are whole again."""
    monkeypatch.setattr(text_file, "CHUNK", size)
    words = 'a,b\r\n"é\r\n",€\n\u201c,\u0153\r\n'
    text = prepared(source, words.encode(encoding), encoding="utf-16" if encoding == "utf-16" else None)

    assert content(text).decode() == 'a,b\n"é\r\n",€\n\u201c,\u0153\n'


def test_a_file_of_even_windows_lines_stays(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CR LF is one line end, also where a chunk ends between the two."""
    monkeypatch.setattr(text_file, "CHUNK", 4)

    assert prepared(source, "a,b\r\n1,2\r\n3,4\r\n").path == source


@settings(deadline=None)  # a busy disk is no failure
@given(words=st.text(st.characters(codec="cp1252", exclude_characters="\r\n"), min_size=1), data=st.data())
def test_transcoding_loses_nothing(
    tmp_path_factory: pytest.TempPathFactory, words: str, data: st.DataObject
) -> None:
    """What was written in a named encoding is read as the same text."""
    encoding = data.draw(st.sampled_from(["cp1252", "utf-16-le", "utf-16-be", "utf-32-be", "utf-8"]))
    source = tmp_path_factory.mktemp("csv") / "source.csv"
    (source.parent / "staging").mkdir()
    told = prepared(source, f"a{words}\n".encode(encoding), encoding=encoding)

    assert content(told).decode() == f"a{words}\n"


@settings(deadline=None)  # a busy disk is no failure
@given(st.text())
def test_every_utf_8_text_is_found_to_be_utf_8(tmp_path_factory: pytest.TempPathFactory, words: str) -> None:
    """No valid text is taken for another encoding, unless every second byte of it is zero."""
    source = tmp_path_factory.mktemp("lines") / "source.jsonl"
    source.write_bytes(b"letters " + words.replace("\0", "").encode())

    assert prepare_lines(source, source.parent).encoding == "utf-8"


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b;c\n1,5;2,5;3,5\n1,5;2,5;3,5\n", ";"),
        ("a\tb\n1,2\t3,4\n", "\t"),
        ("a|b\n1|x;y\n", "|"),
        ('a,b\n"x;y;z",1\n"x;y;z",2\n', ","),
        ('a;"b,\nc"\n1;"2,\n3"\n', ";"),
        ("comment\nhello, world\nyes, sure\n", ","),
        ("a;b\n1;2;\n3;4;\n", ";"),
    ],
)
def test_the_delimiter_is_the_one_that_parts_records_alike(source: Path, text: str, delimiter: str) -> None:
    """Decimal commas, quoted delimiters and commas of prose do not deceive."""
    assert prepared(source, text).delimiter == delimiter


def test_one_column_is_a_legal_file(source: Path) -> None:
    """Nothing parts it, so nothing is parted."""
    assert prepared(source, "comment\nhello, world\nyes, sure\n").columns == ("comment",)


def test_a_delimiter_of_two_characters_can_be_said(source: Path) -> None:
    """Comma and space, as in FEBRL, are one delimiter, except between quotes."""
    text = prepared(source, 'id, "last, first", age\n1, "a, b", 3\n', delimiter=", ")

    assert (text.delimiter, text.columns) == (", ", ("id", "last, first", "age"))


def test_names_are_trimmed_filled_and_told_apart(source: Path) -> None:
    """Every column can be named in SQL, which does not know small from capital."""
    assert prepared(source, " a ,,A,column_2,a\n1,2,3,4,5\n").columns == (
        "a",
        "column_2_2",
        "A_2",
        "column_2",
        "a_3",
    )


@given(st.lists(st.sampled_from(["", "a", "A", "a_2", "b", "column_1", "column_1_2"])))
def test_names_are_always_distinct(names: list[str]) -> None:
    """As many names come out as went in, none equal in lower case, the first of each kept."""
    given_names = distinct_names(names)

    assert len(given_names) == len(names)
    assert len({name.lower() for name in given_names}) == len(names)
    assert all(
        given_names[place] == name
        for place, name in enumerate(names)
        if name and name.lower() not in {other.lower() for other in names[:place]}
    )


def test_without_header_columns_are_counted_or_given(source: Path) -> None:
    """The first record is data then; a byte order mark is none of it."""
    bare = prepared(source, "\ufeff1;2\n3;4\n", header=False)
    named = prepared(source, "1;2\n3;4\n", header=False, columns=["x", "y"])

    assert (bare.columns, bare.header_line) == (("column_1", "column_2"), False)
    assert named.columns == ("x", "y")


def test_given_columns_replace_the_header(source: Path) -> None:
    """Whoever names the columns is believed, and the header is no data."""
    text = prepared(source, "a,b\n1,2\n", columns=["x", "y"])

    assert (text.columns, text.header_line) == (("x", "y"), True)


def test_line_ends_of_several_kinds_become_one(source: Path) -> None:
    """Engines give up such a file; line breaks between quotes are data and stay."""
    text = prepared(source, 'a,b\r\n1,"x\r\ny"\n2,"z\r"\r3,4\r\n')

    assert content(text) == b'a,b\n1,"x\r\ny"\n2,"z\r"\n3,4\n'


def test_blank_lines_before_the_header_are_dropped_and_counted(source: Path) -> None:
    """An engine would take them for the header; a reader still finds the line in the file."""
    text = prepared(source, "\r\n\r\na,b\r\n1,2\r\n")

    assert (content(text), text.columns) == (b"a,b\r\n1,2\r\n", ("a", "b"))
    assert physical_lines(text, [1]) == {1: 4}


def test_json_lines_keep_their_lines(source: Path) -> None:
    """A byte order mark goes, blank lines stay, other encodings become UTF-8."""
    source.write_bytes('\ufeff\n{"a": "é"}\n'.encode())
    text = prepare_lines(source, source.parent / "staging")

    assert content(text) == '\n{"a": "é"}\n'.encode()
    assert (text.columns, text.delimiter, text.header_line) == ((), "", False)
    source.write_bytes('{"a": "é"}\n'.encode("utf-16"))
    assert json.loads(content(prepare_lines(source, source.parent / "staging"))) == {"a": "é"}


def test_sources_of_one_name_do_not_overwrite_each_other(tmp_path: Path) -> None:
    """Two folders may hold a file of the same name."""
    found = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.csv").write_bytes(f"é{folder}\n".encode("cp1252"))
        found.append(prepare_csv(tmp_path / folder / "x.csv", tmp_path))

    assert [text.columns for text in found] == [("éa",), ("éb",)]
    assert [content(text).decode() for text in found] == ["éa\n", "éb\n"]


@pytest.mark.parametrize(
    ("raw", "what"),
    [
        (b"", "it is empty"),
        (b"\xef\xbb\xbf", "it is empty"),
        (gzip.compress(b"", mtime=0), "it is empty"),
        (b"\n\n\n", "it holds only blank lines"),
        (gzip.compress(FRENCH.encode() * 99, mtime=0)[:-9], "its compressed data is truncated"),
        (bz2.compress(FRENCH.encode())[:-9], "its compressed data is truncated"),
        (lzma.compress(FRENCH.encode())[:-9], "its compressed data is truncated"),
        (
            pa.compress(FRENCH.encode() * 99, codec="zstd", asbytes=True)[:-9],
            "its compressed data is truncated",
        ),
        (gzip.compress(FRENCH.encode(), mtime=0)[:-8] + b"12345678", "its compressed data is damaged"),
        (zipped({"a": b"a\n", "b": b"b\n"}), "it is a zip of 2 files"),
        (zipped({}), "it is a zip of 0 files"),
        (zipped({"a": FRENCH.encode()})[:-9], "its compressed data is truncated or damaged"),
        (b"\xff\xfea\x00,", "it is not utf-16-le to its end"),
    ],
)
def test_what_cannot_be_read_is_said(source: Path, raw: bytes, what: str) -> None:
    """One sentence names the file and its fault, and staging holds no half copy."""
    with pytest.raises(UnreadableFile) as caught:
        prepared(source, raw)

    assert caught.value.sentence == f"cannot read {source}: {what}"
    assert not list((source.parent / "staging").iterdir())


def test_a_missing_file_a_folder_and_an_unknown_encoding_are_said(source: Path) -> None:
    """None of them is a traceback."""
    staging = source.parent / "staging"
    with pytest.raises(UnreadableFile, match="there is no such file"):
        prepare_csv(source, staging)
    with pytest.raises(UnreadableFile, match="it is a folder"):
        prepare_csv(staging, staging)
    for name in ("klingon", "hex"):
        with pytest.raises(UnreadableFile, match=f"there is no encoding '{name}'"):
            prepared(source, "a\n", encoding=name)


def test_physical_lines_follow_quoted_breaks(source: Path) -> None:
    """Blank lines are no records, a break between quotes begins none, what is not there is absent."""
    text = prepared(source, 'a,"b\nc"\n\n1,"x\r\n\r\ny"\n"q""\n""",2\n\n3,4"\n5,6\n')

    # lines: 1-2 header, 3 blank, 4-6 record 1, 7-8 record 2, 9 blank, 10 record 3, 11 record 4
    assert physical_lines(text, [4, 1, 2, 3, 9]) == {1: 4, 2: 7, 3: 10, 4: 11}
    assert physical_lines(text, []) == {}


def test_blank_lines_of_a_single_column_are_records(source: Path) -> None:
    """DuckDB reads them as null there, so they count."""
    assert physical_lines(prepared(source, "a\n\nx\n"), [1, 2]) == {1: 2, 2: 3}


def fields() -> st.SearchStrategy[str]:
    """Fields with everything that makes CSV hard."""
    return st.text(st.sampled_from('ab,;"\n\r '), max_size=5)


@settings(deadline=None)  # a busy disk is no failure
@given(
    st.lists(st.tuples(fields(), fields(), st.sampled_from(["", "\n", "\n\n"]))),
    st.sampled_from([",", ";", ", "]),
    st.sampled_from([bytes, gzip.compress]),
)
def test_physical_lines_agree_with_the_writer(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str]],
    delimiter: str,
    pack: Callable[[bytes], bytes],
) -> None:
    """Each record is found on the line where it was written, whatever its fields hold."""

    def quoted(field: str) -> str:
        return '"' + field.replace('"', '""') + '"'

    written = f"x{delimiter}y\n"
    expected = {}
    for number, (left, right, blank) in enumerate(rows, 1):
        expected[number] = len(io.StringIO(written, newline=None).readlines()) + 1
        written += quoted(left) + delimiter + quoted(right) + "\n" + blank
    source = tmp_path_factory.mktemp("csv") / "source.csv"
    source.write_bytes(pack(written.encode()))
    text = prepare_csv(source, source.parent, delimiter=delimiter)

    assert physical_lines(text, range(1, len(rows) + 3)) == expected


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("start", ["a,b\n", "\n\na,b\n", '"a\na",b\n'])
def test_a_line_that_the_engine_rejects_is_found(source: Path, start: str, newline: str) -> None:
    """The engine's own count of lines leads to the record and to the line a person sees."""
    body = '1,2\n\nbad\n"x\n\nx",3\n\n\nbad\nbad\n4,"y\n"\n5,6,7\n8,9\n'
    first = start.count("\n")  # lines before the body
    text = prepared(source, (start + body).replace("\n", newline))
    columns = ", ".join(f"'{number}': 'varchar'" for number in range(2))
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select * from read_csv('{text.path}', auto_detect = false, header = true, delim = ',', "
            f"quote = '\"', columns = {{{columns}}}, store_rejects = true)"
        ).fetchall()
        found = connection.execute("select line from reject_errors order by line").fetchall()

    assert len(rows) == 4
    # lines of the body: bad on 3, 9 and 10, too many fields on 13; records 2, 4, 5 and 7
    expected = [(2, first + 3), (4, first + 9), (5, first + 10), (7, first + 13)]
    assert list(rejected_records(text, [line for (line,) in found]).values()) == expected


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ('a,b\n"x",1\n', False),
        ('a,b\n"x""",1\n', False),
        ('a,b\n"x\n",1\n', True),
        ('a,b\n5",1\n2,3\n', True),
    ],
)
def test_breaks_inside_fields_are_suspected(source: Path, text: str, may: bool) -> None:  # noqa: FBT001 - a case
    """An engine is told to be careful where a quoted line break is, or where quotes do not add up."""
    assert prepared(source, text).may_break_inside is may


def test_a_line_without_end_is_held_in_pieces(tmp_path: Path) -> None:
    """Sixty megabytes in one line, in another encoding, take a few megabytes of memory."""
    source = tmp_path / "long.csv"
    with source.open("wb") as file:
        file.write(b"a,b\n\xe9,")
        for _ in range(60):
            file.write(b"x" * (1 << 20))
    tracemalloc.start()
    try:
        text = prepare_csv(source, tmp_path)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (text.encoding, text.columns) == ("cp1252", ("a", "b"))
    assert peak < 20 << 20


def test_a_file_without_lines_is_refused(source: Path) -> None:
    """A header of many megabytes is no header."""
    with pytest.raises(UnreadableFile, match="its first line is longer than 16 MiB"):
        prepared(source, b"x" * (19 << 20))


@pytest.mark.parametrize(
    ("name", "delimiter", "columns", "records"),
    [
        ("event_logs/receipt.csv", ",", 15, 8_577),
        ("event_logs/sepsis_full.csv", ";", 34, 15_214),
    ],
)
def test_real_files_are_understood(
    tmp_path: Path, name: str, delimiter: str, columns: int, records: int
) -> None:
    """Delimiter and columns are found, and the last record stands on the last line."""
    text = prepare_csv(shared_data(name), tmp_path)
    with text.path.open(encoding="utf-8", newline="") as file:
        line_count = sum(1 for _ in csv.reader(file, delimiter=delimiter))

    assert (text.delimiter, len(text.columns)) == (delimiter, columns)
    assert physical_lines(text, [records, records + 1]) == {records: line_count}
