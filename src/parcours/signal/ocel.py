"""Object-centric event logs (OCEL 1.0 and 2.0 in JSON), turned into rows: one per event."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from parcours.signal.errors import UnreadableFile
from parcours.signal.text_file import distinct_names, empty, unpacked
from parcours.signal.xes import INSTANT, TEXT, column_name, typed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

UNKNOWN_OBJECT = "unknown_object"
ROW_GROUP = 1 << 16  # events written, and reported, at a time
_IDS = pa.list_(TEXT)
_DECLARED = {"time": INSTANT, "integer": pa.int64(), "float": pa.float64(), "boolean": pa.bool_()}


def convert_ocel(path: Path, target: Path, progress: Callable[[int], None] | None = None) -> int:
    """Turns an object-centric log into a Parquet file that an engine can scan.

    JSON cannot be read in part: the whole log is in memory, without the attributes of its objects.

    Args:
        path: OCEL 1.0 or 2.0 in JSON, plain or packed.
        target: Parquet file to write (zstd), in an existing folder; replaced only by a complete one.
        progress: Called with the number of events written so far.

    Returns:
        Events written; rows, >= 0, in the order of the file.

    Columns:
        event_id: text, the event's id in the log; also as `ocel_eid`.
        concept_name: text, the activity; also as `ocel_activity`.
        time_timestamp: timestamp (microseconds UTC); text as in the file for all rows where one has no
            offset from UTC; null where an event has no time. Also as `ocel_timestamp`.
        <attribute>: attribute of the event, `:` as `_`; of its declared type (OCEL 2.0), else of its JSON
            type; text where values differ in type or do not parse; null where the event has it not.
        <object type>: list of text, ids of the event's objects of that type, each once, as in the file;
            null where it has none. Also as `ocel_type_<object type>`.
        unknown_object: list of text, ids of objects that the log does not declare; only where there are.
        Of two equal names, without regard to case, the later in this order is called `<name>_2`.
        Left out, because they are not events: attributes and relations of objects. Qualifiers of
        relations are left out as well.

    Raises:
        UnreadableFile: Missing, empty, truncated, not JSON, not OCEL, or with one id for two events of a
            1.0 log, where JSON would keep the last alone.

    Source:
        Berti et al. (2024), OCEL 2.0 specification; Ghahfarokhi et al. (2020), OCEL 1.0. The `ocel_`
        names are those of pm4py's event table.
    """
    with unpacked(path) as source:
        text = source.readall() or b""
    if not text.strip():
        raise empty(path)
    table = _table(_decoded(path, text.removeprefix(b"\xef\xbb\xbf")))
    with TemporaryDirectory(prefix=".ocel-", dir=target.parent) as folder:
        complete = Path(folder, "complete.parquet")
        with pq.ParquetWriter(complete, table.schema, compression="zstd") as writer:
            for start in range(0, table.num_rows, ROW_GROUP):
                part = table.slice(start, ROW_GROUP)
                writer.write_table(part)
                if progress:
                    progress(start + part.num_rows)
        complete.replace(target)
    return len(table)


class _Attribute(msgspec.Struct):
    name: str
    value: msgspec.Raw = msgspec.Raw(b"null")


class _Relation(msgspec.Struct, rename="camel"):
    object_id: str


class _Event2(msgspec.Struct):
    id: str | int
    type: str
    time: msgspec.Raw = msgspec.Raw(b"null")
    attributes: list[_Attribute] | None = None
    relationships: list[_Relation] | None = None


class _Object2(msgspec.Struct):
    id: str
    type: str


class _DeclaredAttribute(msgspec.Struct):
    name: str
    type: str = "string"


class _Type(msgspec.Struct):
    name: str
    attributes: list[_DeclaredAttribute] | None = None


class _Event1(msgspec.Struct):
    activity: str = msgspec.field(name="ocel:activity")
    timestamp: msgspec.Raw = msgspec.field(name="ocel:timestamp", default=msgspec.Raw(b"null"))
    attributes: dict[str, msgspec.Raw] | None = msgspec.field(name="ocel:vmap", default=None)
    objects: list[str] | None = msgspec.field(name="ocel:omap", default=None)


class _Object1(msgspec.Struct):
    type: str = msgspec.field(name="ocel:type")


class _Global1(msgspec.Struct):
    object_types: list[str] = msgspec.field(name="ocel:object-types", default_factory=list)


class _File(msgspec.Struct):
    """Either version; which one it is shows in which events it has."""

    events: list[_Event2] | None = None
    objects: list[_Object2] | None = None
    event_types: list[_Type] | None = msgspec.field(name="eventTypes", default=None)
    object_types: list[_Type] | None = msgspec.field(name="objectTypes", default=None)
    events_1: msgspec.Raw = msgspec.field(name="ocel:events", default=msgspec.Raw())
    objects_1: dict[str, _Object1] | None = msgspec.field(name="ocel:objects", default=None)
    global_1: _Global1 | None = msgspec.field(name="ocel:global-log", default=None)


@dataclass(frozen=True)
class _Event:
    """An event of either version; JSON values as they stand in the file."""

    id: str
    activity: str
    time: msgspec.Raw
    attributes: Sequence[tuple[str, msgspec.Raw]]
    objects: Sequence[str]


@dataclass(frozen=True)
class _Log:
    """A log of either version.

    Attributes:
        events: In the order of the file.
        types: Type of each declared object.
        type_names: Declared object types, then those only objects have.
        declared: Column type of an attribute by (activity, name), where the log tells.
    """

    events: Iterable[_Event]
    types: Mapping[str, str]
    type_names: Sequence[str]
    declared: Mapping[tuple[str, str], pa.DataType]


def _decoded(path: Path, text: bytes) -> _Log:
    try:
        file = msgspec.json.decode(text, type=_File)
        if file.events is not None:
            return _version_2(file, file.events)
        if bytes(file.events_1):
            return _version_1(file, _events_1(path, bytes(file.events_1)))
    except (msgspec.ValidationError, RecursionError) as error:
        raise _not_ocel(path, str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_json(path, text, str(error)) from error
    raise _not_ocel(path, "it has neither `events` nor `ocel:events`")


def _events_1(path: Path, text: bytes) -> dict[str, _Event1]:
    """Events of version 1.0 are members of a JSON object, of which decoders keep the last of equal names.

    Each event names its activity once; only where that stands more often is a slow count needed.
    """
    events = msgspec.json.decode(text, type=dict[str, _Event1])
    if text.count(b'"ocel:activity"') > len(events):
        lost = len(json.loads(text, object_pairs_hook=list)) - len(events)
        if lost:
            what = f"{lost} of its events have the id of another"
            raise UnreadableFile(str(path), what, "export it again with one id for each event")
    return events


def _not_ocel(path: Path, why: str) -> UnreadableFile:
    fix = "check that it is an OCEL 1.0 or 2.0 log; other JSON is read with `json:`"
    return UnreadableFile(str(path), f"it is JSON but no OCEL log ({why})", fix)


def _not_json(path: Path, text: bytes, why: str) -> UnreadableFile:
    if text.lstrip().startswith(b"<"):
        return UnreadableFile(str(path), "it is XML, not JSON", "export it as OCEL 2.0 JSON")
    if text.startswith(b"SQLite format 3"):
        return UnreadableFile(str(path), "it is an SQLite file, not JSON", "export it as OCEL 2.0 JSON")
    return UnreadableFile(str(path), f"it is not JSON to its end ({why})", "export or copy it again")


def _version_2(file: _File, listed: Sequence[_Event2]) -> _Log:
    types = {item.id: item.type for item in file.objects or ()}
    declared = {
        (event_type.name, attribute.name): _DECLARED.get(attribute.type, TEXT)
        for event_type in file.event_types or ()
        for attribute in event_type.attributes or ()
    }
    events = (
        _Event(
            str(event.id),
            event.type,
            event.time,
            [(attribute.name, attribute.value) for attribute in event.attributes or ()],
            [relation.object_id for relation in event.relationships or ()],
        )
        for event in listed
    )
    names = dict.fromkeys([item.name for item in file.object_types or ()] + list(types.values()))
    return _Log(events, types, list(names), declared)


def _version_1(file: _File, members: Mapping[str, _Event1]) -> _Log:
    types = {name: item.type for name, item in (file.objects_1 or {}).items()}
    events = (
        _Event(
            name, event.activity, event.timestamp, list((event.attributes or {}).items()), event.objects or ()
        )
        for name, event in members.items()
    )
    told = file.global_1.object_types if file.global_1 else []
    return _Log(events, types, list(dict.fromkeys(told + list(types.values()))), {})


@dataclass(slots=True)
class _Values:
    """One attribute: its text per event, without the nulls after the last, and the types it came with."""

    texts: list[str | None] = field(default_factory=list)
    kinds: set[pa.DataType] = field(default_factory=set)

    def array(self, row_count: int) -> pa.Array:
        self.texts.extend(repeat(None, row_count - len(self.texts)))
        texts = pa.array(self.texts, TEXT)
        kinds = self.kinds
        if kinds == {pa.int64(), pa.float64()}:  # JSON has one kind of number
            kinds = {pa.float64()}
        values = typed(texts, next(iter(kinds))) if len(kinds) == 1 else None
        return texts if values is None else values


def _table(log: _Log) -> pa.Table:
    ids: list[str] = []
    activities: list[str] = []
    times = _Values(kinds={INSTANT})
    attributes: dict[str, _Values] = {}
    objects: dict[str, list[list[str] | None]] = {name: [] for name in log.type_names}
    unknown: list[list[str] | None] = []
    for row, event in enumerate(log.events):
        ids.append(event.id)
        activities.append(event.activity)
        times.texts.append(_text(event.time)[0])
        for name, value in event.attributes:
            _add(attributes, name, row, *_text(value, log.declared.get((event.activity, name))))
        by_type = _by_type(event.objects, log.types)
        unknown.append(by_type.pop(UNKNOWN_OBJECT, None) if UNKNOWN_OBJECT not in objects else None)
        for name, values in objects.items():
            values.append(by_type.get(name))
    count = len(ids)
    fixed = [pa.array(ids, TEXT), pa.array(activities, TEXT), times.array(count)]
    lists = {name: pa.array(values, _IDS) for name, values in objects.items()}
    columns = list(zip(("event_id", "concept_name", "time_timestamp"), fixed, strict=True))
    columns += [(column_name(name), values.array(count)) for name, values in attributes.items()]
    columns += [(column_name(name), values) for name, values in lists.items()]
    columns += [(UNKNOWN_OBJECT, pa.array(unknown, _IDS))] if any(unknown) else []
    columns += zip(("ocel_eid", "ocel_activity", "ocel_timestamp"), fixed, strict=True)
    columns += [(column_name(f"ocel:type:{name}"), values) for name, values in lists.items()]
    return pa.table([values for _, values in columns], distinct_names([name for name, _ in columns]))


def _add(
    attributes: dict[str, _Values], name: str, row: int, text: str | None, kind: pa.DataType | None
) -> None:
    values = attributes.setdefault(name, _Values())
    while len(values.texts) > row:  # the event has this attribute already
        name += "_2"
        values = attributes.setdefault(name, _Values())
    values.texts.extend(repeat(None, row - len(values.texts)))
    values.texts.append(text)
    if kind is not None:
        values.kinds.add(kind)


def _text(value: msgspec.Raw, declared: pa.DataType | None = None) -> tuple[str | None, pa.DataType | None]:
    """A JSON value as text, and the type of its column: the declared one, else its own."""
    raw = bytes(value)
    match raw[:1]:
        case b"n":
            return None, declared
        case b'"':
            return msgspec.json.decode(raw, type=str), declared or TEXT
        case b"{" | b"[":
            return raw.decode(), declared or TEXT
        case b"t" | b"f":
            return raw.decode(), declared or pa.bool_()
        case _:
            whole = not any(sign in raw for sign in b".eE")
            return raw.decode(), declared or (pa.int64() if whole else pa.float64())


def _by_type(objects: Iterable[str], types: Mapping[str, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(objects):
        found.setdefault(types.get(name, UNKNOWN_OBJECT), []).append(name)
    return found
