"""A bounded sample of any file, as columns: what is guessed from, in seconds whatever the file's size."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from parcours.lake import SqlFault, identifier
from parcours.signal.errors import UnreadableFile
from parcours.signal.headings import as_expression, word_set, words_of
from parcours.signal.mapping import Read
from parcours.signal.reading import ROW, Rows, open_rows
from parcours.signal.shapes import Column
from parcours.signal.text_file import empty, open_source, unpacked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from parcours.lake import Engine

MOST_ROWS = 10_000
MOST_VALUES = 1_000_000  # rows times columns
_LONGEST_VALUE = 500  # letters
_HEAD = 4 << 20  # bytes from the beginning of a large file
_WINDOW = 256 << 10  # bytes of each later place
_WINDOWS = 16
_SMALL = 16 << 20  # bytes; below, a file is read whole
_LOOKED_AT = 64 << 10  # bytes, to tell what a file is
_XES_HEAD = 8 << 20
_BATCH = 1 << 10  # rows of a Parquet row group
_GROUPS = 10
_DEEP = 3  # objects inside objects
_MOST_CONTROL = 0.02  # share of control signs in text
_LINE_OF_BLANKS = re.compile(r"\s+")
_MOST_COLUMNS = 2_000
_COLUMNS_AT_ONCE = 200  # the engine holds some thousand values of each
_NUMERIC_HEADING = re.compile(
    r"[+-]?[\d.,:/ TZ-]*\d[\d.,:/ TZ-]*(?:_\d+)?"
)  # doubled headings are told apart by `_2`
_VALUE_HEADING = re.compile(
    r"(?:\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{4})(?:[T ].*)?|[^@\s]+@[^@\s]+\.\w+"
)

_OTHER_KINDS = (  # first bytes, what it is, how to go on
    (
        b"\xd0\xcf\x11\xe0",
        "an Office document of the old kind (.xls)",
        "save the sheet as CSV UTF-8, and name that file",
    ),
    (b"%PDF", "a PDF", "export the rows as CSV"),
    (b"SQLite format 3", "an SQLite database", "export the table as CSV or Parquet"),
    (b"\x89PNG", "a picture", "name a file of rows: CSV, Parquet, JSON lines, XES or OCEL"),
    (b"\xff\xd8\xff", "a picture", "name a file of rows: CSV, Parquet, JSON lines, XES or OCEL"),
)
_SUFFIXES = word_set(
    "csv tsv txt dat json jsonl ndjson parquet pq xes ocel jsonocel gz zst bz2 xz zip log export"
)
_SHEETS = (b"xl/", b"[Content_Types].xml", b"mimetypeapplication/vnd.oasis.opendocument")


@dataclass(frozen=True)
class Sample:
    """What was seen of a file.

    Attributes:
        format: As `read` names it.
        columns: The columns, each with its values.
        rows: Rows seen.
        whole: They are all the file has.
        header: The first line names the columns; false where it reads like values.
        delimiter: Of a CSV file, as found; empty for other formats.
        unseen: Columns beyond the two thousand that are looked at.
        blanks: The fields of a CSV file are parted by runs of blanks, so each is cut out of its line.
    """

    format: str
    columns: tuple[Column, ...]
    rows: int
    whole: bool
    header: bool = True
    delimiter: str = ""
    blanks: bool = False
    unseen: int = 0


def take_sample(engine: Engine, path: Path, staging: Path) -> Sample:
    """A sample of a file: its first rows and some from all over it, at most 10,000.

    Of a large text file the beginning and sixteen later places are read, of a packed one the beginning, of Parquet some row groups; so
    the answer takes seconds and little memory. An OCEL document cannot be read in part.

    Args:
        engine: Where the sample is parsed.
        path: The file.
        staging: A folder for an excerpt; it may hold personal data.

    Raises:
        UnreadableFile: Missing, a folder, empty, without rows, or of a kind that cannot be read.
    """
    staging.mkdir(parents=True, exist_ok=True)
    kind = file_format(path)
    excerpt, whole = _excerpt(path, kind, staging)
    try:
        return _sampled(engine, kind, excerpt, staging, whole=whole)
    except UnreadableFile as problem:
        raise UnreadableFile(str(path), problem.facts["what"], problem.fix) from None  # type: ignore[arg-type]  # a sentence


def file_format(path: Path) -> str:
    """The format of a file by what it holds; its name decides nothing but what JSON is.

    Raises:
        UnreadableFile: Missing, a folder, empty, or of a kind that holds no rows we read.
    """
    if path.is_dir():
        fix = "name one file in it; for a Delta table or many files, write the mapping yourself: docs/how-to/connect-a-source.md"
        raise UnreadableFile(str(path), "it is a folder", fix)
    with open_source(path) as plain:
        head = plain.peek(_LOOKED_AT)[:_LOOKED_AT]
    if not head:
        raise empty(path)
    if head.startswith(b"PAR1"):
        return "parquet"
    for magic, what, fix in _OTHER_KINDS:
        if head.startswith(magic):
            raise UnreadableFile(str(path), f"it is {what}", fix)
    if head.startswith(b"PK") and any(sign in head[:4096] for sign in _SHEETS):
        fix = "save the sheet as CSV UTF-8 (one file a sheet), and name that file"
        raise UnreadableFile(str(path), "it is a spreadsheet (.xlsx or .ods)", fix)
    with unpacked(path) as source:
        return _text_format(path, source.read(_LOOKED_AT) or b"")


def _text_format(path: Path, head: bytes) -> str:
    if not head:
        raise empty(path)
    wide = head[:2] in {b"\xff\xfe", b"\xfe\xff"} or _looks_wide(head)
    control = sum(head.count(bytes([sign])) for sign in range(32) if sign not in b"\t\n\r\f\x1c\x1d\x1e\x1f")
    if not wide and control > _MOST_CONTROL * len(head):
        raise UnreadableFile(
            str(path), "it is a binary file", "name a file of rows: CSV, Parquet, JSON lines, XES or OCEL"
        )
    text = head.decode("utf-8-sig", errors="ignore").lstrip()
    if text.startswith("<"):
        if "<log" in text:
            return "xes"
        raise UnreadableFile(str(path), "it is XML, but no XES event log", "export the rows as CSV")
    if text.startswith(("{", "[")) and (
        path.name.lower().split(".", 1)[-1].startswith(("json", "ndjson", "jsonl", "ocel"))
        or text[1:].lstrip()[:1] in {'"', "{", "[", "}"}
    ):
        words = ('"ocel:', '"objectTypes"', '"eventTypes"')
        return "ocel" if any(word in text for word in words) or path.suffix == ".jsonocel" else "json"
    return "csv"


def _looks_wide(head: bytes) -> bool:
    """UTF-16 without a mark: every second byte of Western text is zero."""
    start = head[:4096]
    zeros = [2 * start[place::2].count(0) / max(len(start), 1) for place in (0, 1)]
    return max(zeros) > 0.8 and min(zeros) < 0.2  # noqa: PLR2004 - as text_file tells


def _excerpt(path: Path, kind: str, staging: Path) -> tuple[Path, bool]:
    """A small file with the same beginning, and whether it is all of it."""
    target = staging / "excerpt"
    if kind == "parquet":
        return _parquet_excerpt(path, target)
    if kind == "ocel":
        return path, True
    return _text_excerpt(path, kind, target)


def _text_excerpt(path: Path, kind: str, target: Path) -> tuple[Path, bool]:
    size = path.stat().st_size
    with open_source(path) as plain, unpacked(path) as source:
        packed = plain.peek(4)[:4] != (source.read(4) or b"")[:4]
    if not packed and size <= (_XES_HEAD if kind == "xes" else _SMALL):
        return path, True
    most = _XES_HEAD if kind == "xes" else _SMALL if packed else _HEAD
    head, whole = _beginning(path, most)
    if whole:
        target.write_bytes(head)
        return target, True
    if kind == "xes":
        end = head.rfind(b"</trace>")
        if end < 0:
            return path, True
        target.write_bytes(head[: end + len(b"</trace>")] + b"\n</log>\n")
        return target, False
    cut = head.rfind(b"\n") + 1
    if not cut:
        raise UnreadableFile(
            str(path), f"its first {most >> 20} MiB hold no line end", "check that it has one row a line"
        )
    windows = [] if packed or b"\0" in head or _breaks_inside(head) else _later_lines(path, size)
    target.write_bytes(b"".join([head[:cut], *windows]))
    return target, False


def _beginning(path: Path, most: int) -> tuple[bytes, bool]:
    pieces: list[bytes] = []
    with unpacked(path) as source:
        while (taken := sum(map(len, pieces))) <= most and (piece := source.read(most + 1 - taken)):
            pieces.append(piece)
    head = b"".join(pieces)
    return head[:most], len(head) <= most


def _breaks_inside(head: bytes) -> bool:
    """Some field holds a line break between double quotes, so a place in the middle need not begin a row."""
    return any(b"\n" in part for part in head.split(b'"')[1::2])


def _later_lines(path: Path, size: int) -> list[bytes]:
    """Whole lines from places all over a file."""
    found = []
    step = (size - _HEAD) // _WINDOWS
    with path.open("rb") as source:
        for number in range(_WINDOWS):
            source.seek(_HEAD + number * step)
            piece = source.read(_WINDOW)
            first, last = piece.find(b"\n") + 1, piece.rfind(b"\n") + 1
            found.append(piece[first:last] if first else b"")
    return found


def _parquet_excerpt(path: Path, target: Path) -> tuple[Path, bool]:
    try:
        file = pq.ParquetFile(path)
        rows, groups = file.metadata.num_rows, file.num_row_groups
        if rows == 0:
            raise UnreadableFile(str(path), "it has no rows", "export it again")
        step = max(groups // _GROUPS, 1)
        chosen = range(0, groups, step)[:_GROUPS]
        per_group = max(MOST_ROWS // len(chosen), _BATCH)
        batches = [
            batch
            for group in chosen
            for batch in itertools.islice(
                file.iter_batches(_BATCH, row_groups=[group]), -(-per_group // _BATCH)
            )
        ]
        table = pa.Table.from_batches(batches).slice(0, MOST_ROWS)
        pq.write_table(table, target)
    except (pa.ArrowException, OSError) as problem:
        if isinstance(problem, UnreadableFile):
            raise
        raise UnreadableFile(
            str(path), "it is a damaged Parquet file", "copy or export the file again"
        ) from None
    return target, table.num_rows == rows


def _sampled(engine: Engine, kind: str, excerpt: Path, staging: Path, *, whole: bool) -> Sample:
    rows = _opened(engine, kind, excerpt, staging)
    header = True
    if kind == "csv" and _no_header(list(rows.columns)):
        header = False
        read = Read.model_validate({kind: str(excerpt), "header": False})
        rows = open_rows(engine, read, excerpt, staging, "proposed")
    count = int(engine.value(f"select coalesce(max({ROW}), 0) from ({rows.sql})"))
    if count == 0:
        what = "it has a header, but no rows" if kind == "csv" else "it has no rows"
        raise UnreadableFile(str(excerpt), what, "export it again with rows: there is nothing to guess from")
    columns, seen = _columns(engine, rows, count, ocel=kind == "ocel")
    delimiter = rows.text.delimiter if rows.text is not None else ""
    blanks = _parted_by_blanks(columns) if kind == "csv" else None
    return Sample(
        kind, blanks or columns, seen, whole and seen == count, header, delimiter, blanks is not None
    )


def _opened(engine: Engine, kind: str, excerpt: Path, staging: Path) -> Rows:
    """The rows; where keys inside free objects of a tracker differ in capital letters alone, those stay whole."""
    read = Read.model_validate({kind: str(excerpt)})
    try:
        return open_rows(engine, read, excerpt, staging, "proposed")
    except UnreadableFile:
        if kind != "json":
            raise
        whole = read.model_copy(update={"types": dict.fromkeys(("properties", "traits", "context"), "JSON")})
        try:
            return open_rows(engine, whole, excerpt, staging, "proposed")
        except UnreadableFile:
            pass
        raise


def _no_header(names: Sequence[str]) -> bool:
    """A heading is a date or an address, or half of them are numbers: the first line is a row, which may name a person."""
    words = [
        word
        for name in names
        for word in (_LINE_OF_BLANKS.split(name.strip()) if len(names) == 1 else [name.strip()])
    ]
    numbers = sum(bool(_NUMERIC_HEADING.fullmatch(word)) for word in words)
    return numbers * 2 >= len(words) or any(_VALUE_HEADING.fullmatch(word) for word in words)


def _columns(engine: Engine, rows: Rows, count: int, *, ocel: bool) -> tuple[tuple[Column, ...], int]:
    fields = [
        leaf
        for name, kind in list(rows.columns.items())[:_MOST_COLUMNS]
        if not (ocel and name.startswith("ocel_"))  # the same values under their names of OCEL 1.0
        for leaf in _leaves(engine, rows.sql, (name,), kind)
    ]
    most = max(min(MOST_ROWS, MOST_VALUES // max(len(fields), 1)), 200)
    step = max(count // max(most // 2, 1), 1)
    where = f"from ({rows.sql}) where {ROW} <= {most // 2} or {ROW} % {step} = 0 order by {ROW} limit {most}"
    values: list[tuple[str | None, ...]] = []
    for start in range(0, len(fields), _COLUMNS_AT_ONCE):
        texts = ", ".join(
            f"left({_as_text(path, kind)}, {_LONGEST_VALUE})"
            for path, kind in fields[start : start + _COLUMNS_AT_ONCE]
        )
        values += zip(*engine.rows(f"select {texts} {where}"), strict=True)
    columns = tuple(
        Column(".".join(path), as_expression(path), kind, values[number])
        for number, (path, kind) in enumerate(fields)
    )
    return columns, len(values[0])


def _as_text(path: tuple[str, ...], kind: str) -> str:
    column = ".".join(identifier(name) for name in path)
    return f"cast({column}[1] as varchar)" if kind.endswith("[]") else f"cast({column} as varchar)"


def _leaves(engine: Engine, sql: str, path: tuple[str, ...], kind: str) -> list[tuple[tuple[str, ...], str]]:
    """The fields inside objects, as paths."""
    if not kind.startswith("STRUCT") or kind.endswith("]") or len(path) > _DEEP:
        return [(path, kind)]
    try:
        inner = engine.columns(f"select unnest({'.'.join(identifier(name) for name in path)}) from ({sql})")
    except SqlFault:
        return [(path, kind)]
    return [leaf for name, inside in inner.items() for leaf in _leaves(engine, sql, (*path, name), inside)]


def _parted_by_blanks(columns: Sequence[Column]) -> tuple[Column, ...] | None:
    """The fields of lines whose parts stand in columns of blanks, as old exports write them; None where they do not."""
    if len(columns) != 1:
        return None
    only = columns[0]
    lines = [_LINE_OF_BLANKS.split(value.strip()) for value in only.values if value]
    width = len(lines[0]) if lines else 0
    even = sum(len(line) == width for line in lines) >= 0.98 * len(lines)
    numbers = sum(any(character.isdigit() for character in line[-1]) for line in lines)
    if width < 2 or not even or numbers < len(lines) / 2:  # noqa: PLR2004 - two fields at least
        return None
    names = _LINE_OF_BLANKS.split(only.name.strip())
    if len(names) != width:
        names = [f"field_{number}" for number in range(1, width + 1)]
    parts = [line if len(line) == width else [None] * width for line in lines]
    return tuple(
        Column(
            name,
            f"string_split_regex(trim({only.expression}), '\\s+')[{number + 1}]",
            "VARCHAR",
            tuple(line[number] for line in parts),
        )
        for number, name in enumerate(names)
    )


def source_name(path: Path) -> str:
    """A name for the source, made of the file's.

    Example:
        >>> from pathlib import Path
        >>> source_name(Path("Tickets caisse (2026).csv.gz"))
        'tickets-caisse-2026'
    """
    stem = path.name.lstrip(".")
    while stem.rpartition(".")[2].lower() in _SUFFIXES and "." in stem:
        stem = stem.rpartition(".")[0]
    return "-".join(words_of(stem)) or "source"
