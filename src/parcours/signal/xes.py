"""Event logs in XES, turned into rows: one per event, with the attributes of its trace beside its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from xml.parsers import expat

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from lxml import etree

from parcours.signal.errors import UnreadableFile
from parcours.signal.text_file import Unpacked, distinct_names, unpacked
from parcours.signal.xes_scanning import NotPlain, scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from parcours.signal.xes_scanning import Attributes, Chunk

TEXT = pa.string()
INSTANT = pa.timestamp("us", tz="UTC")
KINDS = {  # tag of an attribute -> type of its column; lists, containers and strangers are text
    "date": INSTANT,
    "int": pa.int64(),
    "float": pa.float64(),
    "boolean": pa.bool_(),
}
ROWS_HELD = 1 << 16  # events in memory
BYTES_HELD = 1 << 25  # of XML in memory, and of trace attributes repeated on each event
ALWAYS = {"case_concept_name": TEXT, "concept_name": TEXT, "time_timestamp": INSTANT}
_BEYOND_MICROSECONDS = r"(\.\d{6})\d+"


def convert_xes(path: Path, target: Path, progress: Callable[[int], None] | None = None) -> int:
    """Turns an XES log into a Parquet file that an engine can scan.

    The log is read once, in bounded memory, into batches of text; types are known at its end, and then
    the batches are cast. A log that breaks off gives an error and no file, never half a log.

    Args:
        path: The log, plain or packed; what its first bytes say counts, not its name.
        target: Parquet file to write (zstd), in an existing folder; replaced only by a complete one.
        progress: Called with the number of events read so far, after each batch.

    Returns:
        Events written; rows, >= 0. A trace without events gives none.

    Columns:
        case_<key>: attribute of the trace; null where the trace has it not. A key that begins with
            `case:` is not prefixed again.
        <key>: attribute of the event; null where the event has it not. The text `NA` is a value.
        In keys `:` becomes `_`. Of two equal names, without regard to case, the event's stays and the
        other is called `<name>_2`, and so is a key that one event has twice.
        Types: string and id are text, date timestamp (microseconds UTC, finer digits cut), int int64,
        float double, boolean boolean; list and container JSON text, `[{"key": ..., "value": ...}]`.
        A key found with several tags, or with one value that does not parse, is text as in the file.
        A date without offset from UTC does not parse: the mapping's `time_zone` gives it meaning.
        Attributes of attributes are left out. A log without events has `case_concept_name`,
        `concept_name` and `time_timestamp`.

    Raises:
        UnreadableFile: Missing, empty, truncated, not XML, not XES, or with a document type.

    Source:
        IEEE 1849-2023, XES; events outside traces are legal and have no case.
    """
    _check_root(path)
    with TemporaryDirectory(prefix=".xes-", dir=target.parent) as folder:
        log = _scanned(path, Path(folder, "scanned"), progress) or _parsed(
            path, Path(folder, "parsed"), progress
        )
        complete = Path(folder, "complete.parquet")
        log.write(complete)
        complete.replace(target)
    return log.event_count


def _scanned(path: Path, folder: Path, progress: Callable[[int], None] | None) -> _Log | None:
    """The log read in arrays; None where it has something that needs a parser."""
    folder.mkdir()
    log = _Log(path, folder, progress)
    try:
        with unpacked(path) as source:
            for chunk in scan(source):
                log.add_chunk(chunk)
    except NotPlain:
        return None
    return log


def _parsed(path: Path, folder: Path, progress: Callable[[int], None] | None) -> _Log:
    folder.mkdir()
    log = _Log(path, folder, progress)
    with unpacked(path) as source:
        _read(path, source, log)
    return log


def typed(texts: pa.Array, kind: pa.DataType) -> pa.Array | None:
    """Text as values of a type; None if one of them does not parse.

    Args:
        texts: Text with nulls.
        kind: Type wanted. An instant must say its offset from UTC.

    Returns:
        As many values, null where the text is null; None if the whole must stay text.

    Example:
        >>> typed(pa.array(["2024-03-31T02:30:00+02:00"]), INSTANT)[0].as_py().isoformat()
        '2024-03-31T00:30:00+00:00'
        >>> typed(pa.array(["2024-03-31T02:30:00"]), INSTANT) is None
        True
    """
    if kind == TEXT:
        return texts
    trimmed = pc.utf8_trim_whitespace(texts)
    try:
        return pc.cast(trimmed, kind)
    except pa.ArrowInvalid:
        if kind != INSTANT:
            return None
    try:
        return pc.cast(pc.replace_substring_regex(trimmed, _BEYOND_MICROSECONDS, r"\1"), kind)
    except pa.ArrowInvalid:
        return None


def column_name(key: str) -> str:
    """A key as a column name: `time:timestamp` becomes `time_timestamp`."""
    return key.replace(":", "_") or "unnamed"


def case_name(key: str) -> str:
    """A trace's key as a column name: `concept:name` and `case:concept:name` become `case_concept_name`."""
    return column_name(key if key.startswith("case:") else f"case:{key}")


@dataclass(slots=True)
class _Column:
    """One key: the values of the current batch, and the type that all values so far agree on.

    Attributes:
        values: Text per row, without the nulls after the last value.
        tags: XML tags the key has been seen with.
        kind: Type so far; None before the first tag.
    """

    values: list[str | None] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    kind: pa.DataType | None = None

    def add_tag(self, tag: str) -> None:
        kind = KINDS.get(_local(tag), TEXT)
        self.kind = kind if self.kind in (None, kind) else TEXT
        self.tags.add(tag)

    def take(self, row_count: int) -> pa.Array:
        """The batch's values as text; the next batch begins."""
        self.values.extend(repeat(None, row_count - len(self.values)))
        texts = pa.array(self.values, TEXT)
        self.values = []
        self.see(texts)
        return texts

    def see(self, texts: pa.Array) -> None:
        """The type stays only where all of these are of it."""
        if typed(texts, self.kind) is None:
            self.kind = TEXT


class _Rows:
    """Rows of attributes, gathered by key."""

    def __init__(self) -> None:
        self.columns: dict[str, _Column] = {}
        self.count = 0

    def add(self, attributes: Iterable[etree._Element]) -> None:
        """Adds attributes to the row under way, `self.count`. The hottest loop of the module."""
        columns, row = self.columns, self.count
        for attribute in attributes:
            key = attribute.get("key") or ""
            value = attribute.get("value")
            if value is None:
                value = _as_json(attribute)
            column = columns.get(key)
            while column is not None and len(column.values) > row:  # the row has this key already
                key += "_2"
                column = columns.get(key)
            if column is None:
                column = columns[key] = _Column()
            if attribute.tag not in column.tags:
                column.add_tag(attribute.tag)
            values = column.values
            if len(values) < row:
                values.extend(repeat(None, row - len(values)))
            values.append(value)

    def see(self, found: Mapping[str, Attributes]) -> None:
        """Keys of a chunk, with their tags."""
        for key, attributes in found.items():
            column = self.columns.setdefault(key, _Column())
            for tag in attributes.tags:
                column.add_tag(tag)
            column.see(attributes.texts)

    def take(self, row_count: int) -> dict[str, pa.Array]:
        """The batch's columns that hold a value; the next batch begins."""
        self.count = 0
        return {key: column.take(row_count) for key, column in self.columns.items() if column.values}


class _Log:
    """Events gathered in batches on disk, then written with the types all of them agree on."""

    def __init__(self, path: Path, folder: Path, progress: Callable[[int], None] | None) -> None:
        self.event_count = 0
        self._path = path
        self._folder = folder
        self._progress = progress or (lambda _: None)
        self._events = _Rows()
        self._traces = _Rows()
        self._trace_of: list[int | None] = []  # row of `_traces` for each event of the batch
        self._trace_bytes = 0  # text of the trace under way
        self._repeated_bytes = 0  # text of traces as it will stand on the batch's events
        self._taken = 0  # bytes of XML at the end of the last batch
        self._split = False  # whether events of the trace under way are in an earlier batch
        self._batches: list[Path] = []

    def add_trace(self, attributes: Sequence[etree._Element]) -> None:
        """Attributes of the trace under way."""
        if not attributes:
            return
        if self._split:
            what = f"at line {attributes[0].sourceline} an attribute of a long trace comes after its events"
            raise UnreadableFile(
                str(self._path), what, "export it with the trace's attributes first, as XES demands"
            )
        self._traces.add(attributes)
        self._trace_bytes += sum(len(attribute.get("value") or "") for attribute in attributes)

    def add_event(self, event: etree._Element, taken: int, *, in_trace: bool) -> None:
        """One event, after the attributes of its trace; `taken` is how much XML has been read, bytes."""
        self._events.add(event)
        self._events.count += 1
        self._trace_of.append(self._traces.count if in_trace else None)
        self._repeated_bytes += self._trace_bytes
        if (
            self._events.count >= ROWS_HELD
            or taken - self._taken >= BYTES_HELD
            or self._repeated_bytes >= BYTES_HELD
        ):
            self._taken = taken
            self._spool(split=in_trace)

    def add_chunk(self, chunk: Chunk) -> None:
        """Whole traces, in arrays."""
        row_count = len(chunk.trace_of)
        if not row_count:
            return
        self._traces.see(chunk.traces)
        self._events.see(chunk.events)
        trace_of = pa.array(chunk.trace_of)
        columns = {f"case {key}": found.texts.take(trace_of) for key, found in chunk.traces.items()}
        self._store(columns | {f"event {key}": found.texts for key, found in chunk.events.items()}, row_count)

    def end_trace(self) -> None:
        """The trace under way had events and is complete."""
        self._traces.count += 1
        self._trace_bytes = 0
        self._split = False

    def write(self, complete: Path) -> None:
        """All batches as one Parquet file."""
        self._spool(split=False)
        names = self._names()
        kinds = {name: column.kind for name, (_, column) in names.items()}
        if not self.event_count:
            kinds = ALWAYS | kinds
        with pq.ParquetWriter(complete, pa.schema(kinds), compression="zstd") as writer:
            for batch in self._read_back():
                columns = [_column(batch, place, column.kind) for place, column in names.values()]
                writer.write_table(pa.table(columns, schema=writer.schema))

    def _spool(self, *, split: bool) -> None:
        row_count = self._events.count
        if not row_count:
            return
        open_trace = {
            key: column.values[self._traces.count :] for key, column in self._traces.columns.items()
        }
        trace_of = pa.array(self._trace_of, pa.int64())
        traces = self._traces.take(self._traces.count + 1)
        columns = {f"case {key}": texts.take(trace_of) for key, texts in traces.items()}
        columns |= {f"event {key}": texts for key, texts in self._events.take(row_count).items()}
        self._store(columns, row_count)
        self._trace_of = []
        self._repeated_bytes = 0
        self._split = split
        if split:  # the trace goes on in the next batch, as its first
            for key, values in open_trace.items():
                self._traces.columns[key].values = values

    def _store(self, columns: dict[str, pa.Array], row_count: int) -> None:
        """A batch on disk."""
        columns["row"] = pa.nulls(row_count)  # keeps the count when no event has any attribute
        self._batches.append(self._folder / f"{len(self._batches)}.arrow")
        _write_batch(pa.table(columns), self._batches[-1])
        self.event_count += row_count
        self._progress(self.event_count)

    def _names(self) -> dict[str, tuple[str, _Column]]:
        """Column name to its place in the batches; the case's first, as they are met first in the file."""
        events = [(column_name(key), f"event {key}", column) for key, column in self._events.columns.items()]
        cases = [(case_name(key), f"case {key}", column) for key, column in self._traces.columns.items()]
        names = distinct_names([name for name, _, _ in [*events, *cases]])
        named = {
            name: (place, column) for name, (_, place, column) in zip(names, [*events, *cases], strict=True)
        }
        return dict(sorted(named.items(), key=lambda item: item[1][0].startswith("event ")))

    def _read_back(self) -> Iterator[pa.Table]:
        for batch in self._batches:
            with pa.OSFile(str(batch)) as file:
                yield pa.ipc.open_file(file).read_all()
            batch.unlink()


def _read(path: Path, source: Unpacked, log: _Log) -> None:
    try:
        for _, element in etree.iterparse(
            source,
            events=("end",),
            tag=("{*}event", "{*}trace"),
            huge_tree=True,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_blank_text=True,
            remove_comments=True,
            remove_pis=True,
        ):
            parent = element.getparent()
            if parent is None:
                continue
            before = _shed(element, parent)
            if _local(element.tag) == "trace":
                _end_trace(element, log)
            else:
                in_trace = _local(parent.tag) == "trace"
                if in_trace:
                    log.add_trace(before)
                log.add_event(element, source.taken, in_trace=in_trace)
            element.clear()
    except etree.XMLSyntaxError as error:
        raise _broken_xml(path, error.lineno or 0, error.msg or "") from error


def _end_trace(trace: etree._Element, log: _Log) -> None:
    """A trace is complete; only one that had events counts. Its last event is still there, empty."""
    late = [child for child in trace if _local(child.tag) != "event"]
    if len(late) < len(trace):
        log.add_trace(late)
        log.end_trace()


def _shed(element: etree._Element, parent: etree._Element) -> list[etree._Element]:
    """Lets go of everything before an element; returns what of it were attributes."""
    attributes = []
    while (first := parent[0]) is not element:
        if _local(first.tag) != "event":
            attributes.append(first)
        del parent[0]
    return attributes


def _as_json(attribute: etree._Element) -> str | None:
    """A list or a container as JSON text; None for an attribute without value."""
    if _local(attribute.tag) not in ("list", "container"):
        return None
    return msgspec.json.encode(_members(attribute)).decode()


def _members(collection: etree._Element) -> list[dict[str, object]]:
    members: list[dict[str, object]] = []
    for child in collection:
        if _local(child.tag) == "values":
            members.extend(_members(child))
        else:
            nested = _local(child.tag) in ("list", "container")
            value = _members(child) if nested else child.get("value")
            members.append({"key": child.get("key"), "value": value})
    return members


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _column(batch: pa.Table, place: str, kind: pa.DataType) -> pa.ChunkedArray | pa.Array:
    if place not in batch.column_names:
        return pa.nulls(batch.num_rows, kind)
    return typed(batch[place], kind)


def _write_batch(batch: pa.Table, file: Path) -> None:
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, batch.schema, options=options) as writer:
        writer.write_table(batch)


class _Found(Exception):
    """The root element's name."""


def _check_root(path: Path) -> None:
    """Looks at the beginning alone, before any entity could unfold.

    Raises:
        UnreadableFile: Not XML, a document type, or a root that is not `log`.
    """

    def meet_root(name: str, _: object) -> None:
        raise _Found(name.rpartition(":")[2])

    def meet_doctype(*_: object) -> None:
        what = "it declares a document type, which XES does not have and which could unfold without end"
        raise UnreadableFile(str(path), what, "remove the DOCTYPE, or export it again as XES")

    parser = expat.ParserCreate()
    parser.StartElementHandler = meet_root
    parser.StartDoctypeDeclHandler = meet_doctype
    try:
        with unpacked(path) as source:
            while chunk := source.read(1 << 16):
                parser.Parse(chunk)
            if not source.taken:
                raise UnreadableFile(
                    str(path), "it is empty", "export it again, or remove it from the source"
                )
            parser.Parse(b"", True)
    except _Found as found:
        root = str(found)
    except expat.ExpatError as error:
        raise _broken_xml(path, error.lineno, expat.ErrorString(error.code)) from error
    except LookupError as error:
        what = f"it says that it is written in an encoding nobody knows: {str(error).rpartition(' ')[2][:40]}"
        raise UnreadableFile(
            str(path), what, "correct `encoding` in its first line, or export it as UTF-8"
        ) from None
    if root != "log":
        what = f"its root element is <{root[:40]}>, not the <log> of XES"
        raise UnreadableFile(str(path), what, "check that the file is an XES event log")


def _broken_xml(path: Path, line: int, reason: str) -> UnreadableFile:
    said = reason.partition(", line ")[0] or "it breaks off"
    what = f"it is not well-formed XML at line {line}: {said}"
    return UnreadableFile(str(path), what, "export or copy it again; it may be truncated")
