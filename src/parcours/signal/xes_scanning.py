"""Plain XES read in arrays: the usual half of an event log's XML needs no tree, and takes a fraction of the time without one."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from lxml import etree

from parcours.signal.logged import BEYOND_XML

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import RawIOBase
    from typing import BinaryIO

    from numpy.typing import NDArray

CHUNK = 16 << 20  # bytes
_MOST_OF_A_TRACE = 4 * CHUNK
_TAGS = (b"string", b"date", b"int", b"float", b"boolean", b"id")
_BETWEEN = b" value="
_ENCODING = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([^"']*)""")
_ENTITY = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_OPENS_TRACE, _OPENS_EVENT, _CLOSES_EVENT, _CLOSES_TRACE, _ATTRIBUTE = range(5)
_BODIES = {
    _OPENS_TRACE: b"trace>",
    _OPENS_EVENT: b"event>",
    _CLOSES_EVENT: b"/event>",
    _CLOSES_TRACE: b"/trace>",
}
_DEPTH_AFTER = np.array([1, 2, 1, 0])
_CHANGE = np.array([1, 1, -1, -1, 0])


class NotPlain(Exception):
    """The log has something that only a parser understands: a list, a comment, single quotes, a fault."""


@dataclass(frozen=True)
class Attributes:
    """Attributes of one key, of the traces or of the events of a chunk.

    Attributes:
        texts: Value per trace or event, null where it has none.
        tags: XML tags the key was seen with.
    """

    texts: pa.Array
    tags: tuple[str, ...]


@dataclass(frozen=True)
class Chunk:
    """Whole traces.

    Attributes:
        traces: By key, in the order in which keys come; of traces that have events.
        events: By key.
        trace_of: (n_event) int64, place of each event's trace.
    """

    traces: Mapping[str, Attributes]
    events: Mapping[str, Attributes]
    trace_of: NDArray[np.int64]


def scan(source: RawIOBase | BinaryIO) -> Iterator[Chunk]:
    """The traces of a log, some at a time.

    Plain is a log in UTF-8 whose traces hold events, and both attributes written `<string key="K" value="V"/>`, and nothing else. What comes
    before the first trace may be anything that XML allows.

    Raises:
        NotPlain: At the first thing that is otherwise; whoever asked begins anew with a parser, which knows what a fault is.
    """
    held = _after_head(source)
    while True:
        more = source.read(CHUNK) or b""
        held += more
        end = held.rfind(b"</trace>") + len(b"</trace>")
        if end >= len(b"</trace>"):
            yield _chunk(held[:end])
            held = held[end:]
        if not more:
            break
        if len(held) > _MOST_OF_A_TRACE:
            raise NotPlain
    if held.split() not in ([b"</log>"], [b"</log", b">"]):
        raise NotPlain


def _after_head(source: RawIOBase | BinaryIO) -> bytes:
    """What follows the head of a log, which is parsed, and must be well-formed."""
    held = source.read(CHUNK) or b""
    begin = held.find(b"<trace>")
    head = held[: max(begin, 0)]
    encoding = _ENCODING.match(head.removeprefix(b"\xef\xbb\xbf"))
    if begin < 0 or (encoding and encoding[1].lower() not in {b"utf-8", b"us-ascii"}):
        raise NotPlain
    try:
        etree.fromstring(head + b"</log>", etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        raise NotPlain from None
    return held[begin:]


def _chunk(data: bytes) -> Chunk:
    _check_letters(data)
    signs = np.frombuffer(data, np.uint8)
    starts = np.flatnonzero(signs == ord("<"))
    kinds, tags, ends = _tokens(signs, starts)
    quotes = np.flatnonzero(signs == ord('"'))
    attributes = kinds == _ATTRIBUTE
    if len(quotes) != 4 * np.count_nonzero(attributes):
        raise NotPlain
    pairs = quotes.reshape(-1, 4)
    ends[attributes] = _attribute_ends(signs, ends[attributes], pairs)
    _check_gaps(signs, starts, ends)
    level, trace, event, trace_of = _structure(kinds, attributes)
    keys, values = _texts(data, pairs)
    found = [
        _by_key(keys, values, tags[attributes], of, row, count)
        for of, row, count in (
            (level == 1, trace, int(trace_of[-1]) + 1 if len(trace_of) else 0),
            (level == 2, event, len(trace_of)),  # noqa: PLR2004 - the depth of an event
        )
    ]
    return Chunk(found[0], found[1], trace_of)


def _check_letters(data: bytes) -> None:
    """UTF-8, and no sign that XML has not."""
    try:
        data.decode()
    except UnicodeDecodeError:
        raise NotPlain from None
    if b"\xef\xbf\xbe" in data or b"\xef\xbf\xbf" in data:
        raise NotPlain


def _tokens(
    signs: NDArray[np.uint8], starts: NDArray[np.int64]
) -> tuple[NDArray[np.int8], NDArray[np.int8], NDArray[np.int64]]:
    """Kind and tag of what each `<` begins, and where its fixed part ends: the tag's `>`, or the quote before the key."""
    kinds, tags = np.full(len(starts), -1, np.int8), np.full(len(starts), -1, np.int8)
    ends = np.zeros(len(starts), np.int64)
    first = signs[np.minimum(starts + 1, len(signs) - 1)]
    second = signs[np.minimum(starts + 2, len(signs) - 1)]
    bodies = [(kind, -1, body) for kind, body in _BODIES.items()]
    bodies += [(_ATTRIBUTE, number, tag + b' key="') for number, tag in enumerate(_TAGS)]
    for kind, tag, body in bodies:
        places = np.flatnonzero((first == body[0]) & (second == body[1]))
        if _has(signs, starts[places] + 1, body):
            kinds[places], tags[places], ends[places] = kind, tag, starts[places] + len(body)
        else:
            raise NotPlain
    if (kinds < 0).any():
        raise NotPlain
    return kinds, tags, ends


def _has(signs: NDArray[np.uint8], places: NDArray[np.int64], body: bytes) -> bool:
    """The same bytes stand at all places."""
    if len(places) and places[-1] + len(body) > len(signs):
        return False
    return all(bool((signs[places + number] == sign).all()) for number, sign in enumerate(body))


def _attribute_ends(
    signs: NDArray[np.uint8], before: NDArray[np.int64], quotes: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The `>` of each attribute, once its four quotes stand where they should."""
    spaced = (signs[np.minimum(quotes[:, 3] + 1, len(signs) - 1)] == ord(" ")).astype(np.int64)
    closing = quotes[:, 3] + 1 + spaced
    if (
        (quotes[:, 0] != before).any()
        or (quotes[:, 2] - quotes[:, 1] != len(_BETWEEN) + 1).any()
        or not _has(signs, quotes[:, 1] + 1, _BETWEEN)
        or not _has(signs, closing, b"/>")
    ):
        raise NotPlain
    ends: NDArray[np.int64] = closing + 1
    return ends


def _check_gaps(signs: NDArray[np.uint8], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> None:
    """Between tags is nothing but blanks, and in tags no control sign: XML would make a blank of it."""
    if (ends[:-1] >= starts[1:]).any() or ends[-1] != len(signs) - 1:
        raise NotPlain
    inside = np.zeros(len(signs) + 1, np.int8)
    inside[starts] += 1
    inside[ends + 1] -= 1
    in_tag = np.cumsum(inside[:-1], dtype=np.int8).astype(bool)
    controls = signs < ord(" ")
    if (controls & in_tag).any() or ((signs > ord(" ")) & ~in_tag).any():
        raise NotPlain
    blanks = signs[controls]
    if not np.isin(np.unique(blanks), np.frombuffer(b"\t\n\r", np.uint8)).all():
        raise NotPlain


def _structure(
    kinds: NDArray[np.int8], attributes: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Of each attribute its depth, trace and event; and the trace of each event. Traces without events are not counted."""
    depth = np.cumsum(_CHANGE[kinds])
    tags = ~attributes
    if (depth[tags] != _DEPTH_AFTER[kinds[tags]]).any() or not np.isin(depth[attributes], (1, 2)).all():
        raise NotPlain
    opened = np.cumsum(kinds == _OPENS_TRACE) - 1
    event = np.cumsum(kinds == _OPENS_EVENT) - 1
    trace_of = opened[kinds == _OPENS_EVENT]
    before = event[kinds == _OPENS_TRACE]
    own = attributes & (depth == 1)
    if (event[own] != before[opened[own]]).any():  # an attribute of the trace after its events
        raise NotPlain
    has_events = np.bincount(trace_of, minlength=len(before)) > 0
    place = np.cumsum(has_events) - 1
    level = depth[attributes]
    level[~has_events[opened[attributes]]] = 0
    return level, place[opened[attributes]], event[attributes], place[trace_of]


def _texts(data: bytes, quotes: NDArray[np.int64]) -> tuple[pa.Array, pa.Array]:
    """Keys and values, cut out of the data where the quotes are, entities resolved."""
    if not len(quotes):
        return pa.array([], pa.string()), pa.array([], pa.string())
    bounds = (quotes + np.array([1, 0, 1, 0])).astype(
        np.int32
    )  # key, what is between, value, what is between
    pieces = pa.StringArray.from_buffers(
        4 * len(quotes) - 1, pa.py_buffer(np.ascontiguousarray(bounds)), pa.py_buffer(data)
    )
    numbers = np.arange(0, 4 * len(quotes), 4)
    keys, values = pieces.take(pa.array(numbers)), pieces.take(pa.array(numbers + 2))
    if b"&" in data:
        keys, values = _resolved(keys), _resolved(values)
    return keys, values


def _resolved(texts: pa.Array) -> pa.Array:
    odd = pc.match_substring(texts, "&")
    if not pc.any(odd).as_py():
        return texts
    resolved = [_ENTITY.sub(_sign, text) for text in texts.filter(odd).to_pylist()]
    left = sum(text.count("&") for text in texts.filter(odd).to_pylist())
    if left != sum(len(_ENTITY.findall(text)) for text in texts.filter(odd).to_pylist()):
        raise NotPlain
    return pc.replace_with_mask(texts, odd, pa.array(resolved, pa.string()))


def _sign(found: re.Match[str]) -> str:
    if found[1]:
        return _NAMED[found[1]]
    code = int(found[2]) if found[2] else int(found[3], 16)
    if code > sys.maxunicode or BEYOND_XML.match(chr(code)):
        raise NotPlain
    return chr(code)


def _by_key(
    keys: pa.Array,
    values: pa.Array,
    tags: NDArray[np.int8],
    chosen: NDArray[np.bool_],
    rows: NDArray[np.int64],
    row_count: int,
) -> dict[str, Attributes]:
    """Values of the chosen attributes by key and row."""
    places = np.flatnonzero(chosen)
    coded = keys.take(pa.array(places)).dictionary_encode()
    codes = coded.indices.to_numpy()
    order = np.argsort(codes, kind="stable")
    cuts = np.searchsorted(codes[order], np.arange(len(coded.dictionary) + 1))
    found = {}
    for number, key in enumerate(coded.dictionary.to_pylist()):
        own = places[order[cuts[number] : cuts[number + 1]]]
        own_rows = rows[own]
        if (np.diff(own_rows) == 0).any():  # a key twice
            raise NotPlain
        taken = np.full(row_count, -1, np.int64)
        taken[own_rows] = own
        texts = values.take(pa.array(taken, mask=taken < 0))
        found[key] = Attributes(texts, tuple(_TAGS[tag].decode() for tag in np.unique(tags[own])))
    return found
