"""Any CSV or JSON-lines file, made readable as UTF-8 by an engine that knows nothing of its past.

DuckDB reads plain, gzip and zstd files in UTF-8 whose lines all end alike. A file that is already so is
left where it is; any other is copied once, streaming, into a staging folder. All steps hold one chunk in
memory, never one line: lines of a gigabyte exist.
"""

from __future__ import annotations

import bz2
import codecs
import csv
import gzip
import hashlib
import io
import lzma
import os
import re
import sys
import zipfile
import zlib
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, count, islice
from typing import IO, TYPE_CHECKING, Protocol

import pyarrow as pa

from parcours.signal.errors import UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

CHUNK = 1 << 20  # bytes held at a time
SNIFFED_RECORDS = 200
SAMPLE_BYTES = 1 << 20  # enough for 200 records of 5 kB
LONGEST_FIRST_RECORD = 1 << 24  # bytes; a header line beyond 16 MiB is not a header line
LONGEST_LINE = 1 << 22  # letters; the engine takes no row beyond 2 MB
_KEPT_OF_A_LINE = LONGEST_FIRST_RECORD + 4 * SAMPLE_BYTES  # bytes; a first line is still seen to be too long
DELIMITERS = (",", ";", "\t", "|")

# Capital letter and closing mark of cp1252 (such as É») happen to be valid UTF-8. Beside them stand the many
# small accented letters, which are not; so below this ratio valid sequences are accidents.
ACCIDENT_RATIO = 0.1

_BOMS = (  # UTF-32 LE begins like UTF-16 LE, so it is asked first
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),  # a zip without members
)
_MAGIC_BYTES = 10
_LEFT_PACKED = ("none", "gzip", "zstd")
_MULTIBYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf4][\x80-\xbf]{3}"
)
_ENDS = re.compile(rb"([\n\r])")
_ASCII = bytes(range(0x80))
_NOT_LEADS = bytes(range(0xC0))  # ASCII and the second to last byte of every UTF-8 sequence
_STAND_IN = "\x1f"  # takes the place of a delimiter of several characters, which the csv module refuses


@dataclass(frozen=True)
class TextFile:
    """A text file as an engine shall read it.

    Attributes:
        path: File to read, UTF-8 (of a *mixed* file: nearly); the source itself or a staged copy.
        encoding: Encoding the source came in, as Python names it; `utf-8` also for a mixed file.
        compression: `none`, `gzip` or `zstd`, of `path`.
        delimiter: Between fields, one character or more; empty for JSON lines.
        quote: Around fields, one character; empty when nothing is quoted.
        columns: Names, unique without regard to case; empty for JSON lines.
        header_line: Whether the first record names the columns.
        dropped_lines: Blank lines at the beginning of the source that `path` has no more.
        may_break_inside: Whether a field may hold a line break. DuckDB 2.0 reads such a file rightly only
            with `parallel = false`: else, where a buffer ends inside, it refuses or doubles a row.
        may_end_inside: Whether the last field may open a quote that never closes. DuckDB 2.0 then drops the
            record without a word.
    """

    path: Path
    encoding: str
    compression: str
    delimiter: str
    quote: str
    columns: tuple[str, ...]
    header_line: bool
    dropped_lines: int = 0
    may_break_inside: bool = False
    may_end_inside: bool = False


def prepare_csv(
    path: Path,
    staging: Path,
    *,
    delimiter: str | None = None,
    encoding: str | None = None,
    quote: str | None = None,
    header: bool = True,
    columns: Sequence[str] | None = None,
) -> TextFile:
    """Says how a CSV file is to be read, and copies it where it cannot be read as it is.

    Compression is told by magic bytes. Encoding: the byte order mark decides; else a valid UTF-8 file is
    UTF-8; else a file that is mostly UTF-8 is *mixed* and stays as it is, so that only its bad lines are
    refused; else it is cp1252. A file whose lines end in several ways is copied with one.

    Args:
        path: The file: plain, gzip, zstd, bz2, xz, or a zip with one member.
        staging: Existing folder for the copy, if one is needed.
        delimiter: Between fields, one character or more; None tries comma, semicolon, tab and bar.
        encoding: Python's name of the encoding; None finds out.
        quote: Around fields; None is the double quote, empty means nothing is quoted.
        header: Whether the first record names the columns.
        columns: Names to use instead of the header's, or in the absence of one.

    Returns:
        What to read and how. Without names, columns are `column_1`, `column_2`, ...

    Raises:
        UnreadableFile: Missing, a folder, empty, truncated, of several members, not in the encoding it
            claims, or with a first record beyond 16 MiB.
    """
    marks = '"' if quote is None else quote
    ready = _as_utf8(path, staging, encoding, marks)
    sample, whole = _sample(ready, path)
    reference = len(columns) if columns and not header else None
    between = delimiter or _sniffed_delimiter(sample, marks, whole=whole, header=header, reference=reference)
    records = _records(sample, between, marks, whole=whole)
    named = tuple(columns) if columns else tuple(name.strip() for name in records[0])
    if not header and not columns:
        named = ("",) * _commonest([len(record) for record in records])
    return TextFile(
        path=ready.path,
        encoding=ready.encoding,
        compression=ready.compression,
        delimiter=between,
        quote=marks,
        columns=distinct_names(named),
        header_line=header,
        dropped_lines=ready.dropped_lines,
        may_break_inside=ready.may_break_inside,
        may_end_inside=ready.may_end_inside,
    )


def prepare_lines(path: Path, staging: Path, *, encoding: str | None = None) -> TextFile:
    """Says how a file of one JSON document per line is to be read: packing, encoding, line ends as for CSV.

    Args:
        path: The file, packed or not.
        staging: Existing folder for the copy, if one is needed. A byte order mark needs one.
        encoding: Python's name of the encoding; None finds out.

    Returns:
        What to read; without delimiter, quote, columns and header line. Blank lines stay.

    Raises:
        UnreadableFile: As `prepare_csv`.
    """
    ready = _as_utf8(path, staging, encoding, None)
    return TextFile(ready.path, ready.encoding, ready.compression, "", "", (), header_line=False)


def physical_lines(text: TextFile, records: Iterable[int]) -> dict[int, int]:
    r"""On which line of the file a data record starts, for a message a person can follow.

    Args:
        text: A prepared file.
        records: Data records asked for, counted from 1 as the engine counts them: the header is not
            counted, nor are blank lines (except in a file of one column, where they are null rows).

    Returns:
        Record to physical line, both from 1; a record beyond the end of the file is absent.

    Example:
        A quoted line break makes two lines of one record.

        >>> from pathlib import Path
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     path = Path(folder, "notes.csv")
        ...     _ = path.write_text('id,note\n1,"two\nlines"\n2,one\n')
        ...     physical_lines(prepare_csv(path, Path(folder)), [1, 2])
        {1: 2, 2: 4}
    """
    asked = set(records)
    return {place.record: place.line for place in _places(text, lambda place: place.record, asked)}


def rejected_records(text: TextFile, lines: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Which records DuckDB means by the `line` of its `reject_errors`.

    Its count is neither of records nor of lines: the header and every blank line count, a line break
    between quotes does not.

    Args:
        text: A prepared file.
        lines: Values of `line`, from 1.

    Returns:
        Line to (data record, physical line), both from 1 as in `physical_lines`; what is beyond the end of
        the file, or a blank line, is absent.

    Source:
        Observed with DuckDB 2.0.0; a test compares.
    """
    asked = set(lines)
    return {
        place.engine_line: (place.record, place.line)
        for place in _places(text, lambda place: place.engine_line, asked)
    }


def last_record(text: TextFile) -> tuple[int, int, str]:
    """Number, physical line and beginning of the last data record; zeros where there is none."""
    last = _Place(0, 0, 0)
    with unpacked(text.path) as source:
        for place in _all_places(text, _lines(text, source)):
            last = place
    with unpacked(text.path) as source:
        found = islice(_lines(text, source), max(last.line - text.dropped_lines - 1, 0), None)
        return last.record, last.line, next(found, "")[:1000]


def distinct_names(names: Sequence[str]) -> tuple[str, ...]:
    """Column names no two of which an engine would confuse.

    The first to come keeps its name; a later equal one, without regard to case, is called `name_2`; an
    empty one `column_3` by its place. A name that stands in the list as it is always keeps it.

    Args:
        names: Names as found, in order.

    Returns:
        As many names in the same order, unique also in lower case, none empty.

    Example:
        >>> distinct_names(["id", "ID", "", "id_2"])
        ('id', 'ID_3', 'column_3', 'id_2')
    """
    taken: set[str] = set()
    given: list[str | None] = []
    for name in names:
        free = bool(name) and name.lower() not in taken
        given.append(name if free else None)
        taken.add(name.lower())
    for place, name in enumerate(names):
        if given[place] is None:
            stem = name or f"column_{place + 1}"
            chosen = _free_name(stem, taken, suffixed=bool(name))
            taken.add(chosen.lower())
            given[place] = chosen
    return tuple(name for name in given if name is not None)


@contextmanager
def unpacked(path: Path) -> Iterator[Unpacked]:
    """The bytes of a file, decompressed by what its first bytes say it is.

    Raises:
        UnreadableFile: Missing, a folder, no permission, empty, or a zip of several members; while
            reading: truncated or damaged.
    """
    with open_source(path) as plain:
        head = plain.peek(_MAGIC_BYTES)
        if not head:
            raise empty(path)
        inner = _decompressor(path, plain, _compression(head))
        try:
            yield Unpacked(path, inner)
        finally:
            inner.close()


@contextmanager
def open_source(path: Path) -> Iterator[io.BufferedReader]:
    """A file as it is on disk.

    Raises:
        UnreadableFile: Missing, a folder, or no permission.
    """
    if path.is_dir():
        raise UnreadableFile(str(path), "it is a folder", "name one file, or a pattern such as folder/*.csv")
    try:
        plain = path.open("rb")
    except FileNotFoundError:
        fix = "check the path; it is relative to the folder of the configuration"
        raise UnreadableFile(str(path), "there is no such file", fix) from None
    except OSError as error:
        what = error.strerror or "the system refuses"
        raise UnreadableFile(str(path), what, "check the path and its permissions") from error
    with plain:
        yield plain


def empty(path: Path) -> UnreadableFile:
    """The error for a file without any content."""
    return UnreadableFile(str(path), "it is empty", "export it again, or remove it from the source")


class Readable(Protocol):
    """What every decompressor offers."""

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes; none at the end."""
        ...

    def close(self) -> None:
        """Lets go of the file."""
        ...


class Unpacked(io.RawIOBase):
    """A decompressor whose failures are said in our words.

    Attributes:
        taken: Bytes handed out so far, decompressed.
    """

    _BROKEN = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, pa.ArrowException)

    def __init__(self, path: Path, inner: Readable) -> None:
        self.taken = 0
        self._path = path
        self._inner = inner

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any writable buffer
        """Fills the buffer from the decompressor.

        Raises:
            UnreadableFile: The compressed data is truncated or damaged.
        """
        try:
            chunk = self._inner.read(len(buffer))
        except self._BROKEN as error:
            truncated = isinstance(error, EOFError) or "runcated" in str(error)
            what = f"its compressed data is {'truncated' if truncated else 'damaged'}"
            raise UnreadableFile(str(self._path), what, "copy or export the file again") from error
        buffer[: len(chunk)] = chunk
        self.taken += len(chunk)
        return len(chunk)


@dataclass(frozen=True)
class _Utf8:
    """A file that holds UTF-8: where, how packed, and what it was before."""

    path: Path
    encoding: str
    compression: str
    dropped_lines: int = 0
    may_break_inside: bool = False
    may_end_inside: bool = False


@dataclass(frozen=True)
class _Seen:
    """What one pass over all bytes tells.

    Attributes:
        encoding: Found encoding.
        mark: Length of the byte order mark; bytes.
        uneven: Whether lines end in more than one way.
        blank_lines: Blank lines at the beginning.
        may_break_inside: Whether a line may end between quotes.
        may_end_inside: Whether the file may.
        too_long: Whether a line is so long that an engine would need memory for it.
    """

    encoding: str
    mark: int
    uneven: bool
    blank_lines: int
    may_break_inside: bool
    may_end_inside: bool
    too_long: bool


def _as_utf8(path: Path, staging: Path, encoding: str | None, quote: str | None) -> _Utf8:
    """The file itself if an engine can read it, else a copy; `quote` None stands for a file of plain lines.

    DuckDB refuses a byte order mark before JSON, takes a blank first line of a CSV file for its header,
    and gives up a whole CSV file whose lines end in several ways.
    """
    with open_source(path) as plain:
        compression = _compression(plain.peek(_MAGIC_BYTES))
    seen = _look(path, encoding, quote or "")
    dropped = 0 if quote is None else seen.blank_lines
    fit = (
        seen.encoding == "utf-8"
        and not seen.uneven
        and not seen.too_long
        and not dropped
        and not (quote is None and seen.mark)
    )
    if fit and compression in _LEFT_PACKED:
        return _Utf8(path, seen.encoding, compression, 0, seen.may_break_inside, seen.may_end_inside)
    name = hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:24]
    staged = staging / f"{name}.utf8"
    partial = staging / f"{name}.{os.getpid()}.partial"
    try:
        with unpacked(path) as source, partial.open("wb") as sink:
            pieces = _transcoded(path, _chunks(source, after=seen.mark), seen.encoding)
            pieces = _without_blank_start(pieces) if dropped else pieces
            pieces = _one_newline(pieces, (quote or "").encode()) if seen.uneven else pieces
            sink.writelines(_without_long_tails(pieces, (quote or "").encode()) if seen.too_long else pieces)
        partial.replace(staged)
    finally:
        partial.unlink(missing_ok=True)
    return _Utf8(staged, seen.encoding, "none", dropped, seen.may_break_inside, seen.may_end_inside)


def _look(path: Path, encoding: str | None, quote: str) -> _Seen:
    """Reads the whole file once: its encoding and its line ends cannot be told from the beginning."""
    with unpacked(path) as source:
        chunks = _chunks(source)
        first = next(chunks, b"")
        mark, marked = next(((bom, name) for bom, name in _BOMS if first.startswith(bom)), (b"", None))
        if len(first) == len(mark):
            raise empty(path)
        told = marked or (_python_name(path, encoding) if encoding else _wide_without_mark(first))
        blank_lines = _blank_start(first[len(mark) :], told)
        if told and told.startswith(("utf-16", "utf-32")):
            wide = (
                True,
                blank_lines,
                bool(quote),
                bool(quote),
                True,
            )  # counting bytes says nothing about their lines
            return _Seen(told, len(mark), *wide)
        census = _Census(quote.encode())
        for chunk in chain([first[len(mark) :]], chunks):
            census.add(chunk)
    return _Seen(
        told or census.encoding(),
        len(mark),
        census.uneven(),
        blank_lines,
        census.may_break_inside,
        census.inside,
        census.longest > _KEPT_OF_A_LINE,
    )


def _blank_start(head: bytes, encoding: str | None) -> int:
    """Blank lines before the first other; 0 when there is no other."""
    text = head.decode(encoding or "latin-1", errors="ignore")
    body = text.lstrip("\r\n")
    return len(text[: len(text) - len(body)].splitlines()) if body else 0


def _without_blank_start(pieces: Iterator[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        if body := piece.lstrip(b"\r\n"):
            yield body
            break
    yield from pieces


class _Census:
    """Counts, chunk by chunk, of what tells encodings and line ends apart."""

    def __init__(self, quote: bytes) -> None:
        self.may_break_inside = False
        self.longest = 0  # bytes of the longest line, as far as whole chunks without an end tell
        self._since_end = 0
        self._quote = quote
        self.inside = False  # between quotes, as far as counting them can tell
        self._valid = 0  # UTF-8 sequences of several bytes
        self._stray = 0  # bytes beyond ASCII outside such sequences
        self._rest = b""  # beginning of a sequence, cut by the end of a chunk
        self._after_return = False
        self._ends = {b"\n": 0, b"\r": 0, b"\r\n": 0}

    def add(self, chunk: bytes) -> None:
        self._count_lines(chunk)
        self._count_quotes(chunk)
        if not self._rest and chunk.isascii():
            return
        self._count_letters(chunk)

    def encoding(self) -> str:
        """UTF-8, also for a mixed file; cp1252 when what is valid is an accident."""
        stray = self._stray + len(self._rest)
        mixed = self._valid > 0 and self._valid >= ACCIDENT_RATIO * stray
        return "utf-8" if mixed or not stray else "cp1252"

    def uneven(self) -> bool:
        return sum(count > 0 for count in self._ends.values()) > 1

    def _count_lines(self, chunk: bytes) -> None:
        both = chunk.count(b"\r\n")
        cut = int(self._after_return and chunk.startswith(b"\n"))  # CR LF, parted by the end of a chunk
        self._ends[b"\r\n"] += both + cut
        self._ends[b"\n"] += chunk.count(b"\n") - both - cut
        self._ends[b"\r"] += chunk.count(b"\r") - both - cut
        self._after_return = chunk.endswith(b"\r")
        last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        self._since_end = self._since_end + len(chunk) if last < 0 else len(chunk) - last - 1
        self.longest = max(self.longest, self._since_end)

    def _count_quotes(self, chunk: bytes) -> None:
        """A stray quote turns inside out, and then every line end counts: doubt makes it true."""
        if not self._quote:
            return
        if self.may_break_inside:
            self.inside ^= chunk.count(self._quote) % 2 == 1
            return
        segments = chunk.split(self._quote)
        between = segments[not self.inside :: 2]
        self.may_break_inside = any(b"\n" in segment or b"\r" in segment for segment in between)
        self.inside ^= len(segments) % 2 == 0

    def _count_letters(self, chunk: bytes) -> None:
        text = self._rest + chunk
        try:
            used = codecs.utf_8_decode(text, "strict", False)[1]
        except UnicodeDecodeError:
            self._count_broken(text)
            return
        self._valid += len(text[:used].translate(None, _NOT_LEADS))
        self._rest = text[used:]

    def _count_broken(self, text: bytes) -> None:
        tail = _cut_sequence(text)
        body = text[: len(text) - len(tail)]
        without, valid = _MULTIBYTE.subn(b"", body)
        self._valid += valid
        self._stray += len(without.translate(None, _ASCII))
        self._rest = tail


def _cut_sequence(text: bytes) -> bytes:
    """The bytes at the end that a next chunk could complete to one letter."""
    for back in range(1, 4):
        lead = text[-back : len(text) - back + 1]
        if lead >= b"\xc0":
            wanted = 2 + (lead >= b"\xe0") + (lead >= b"\xf0")
            return text[-back:] if back < wanted else b""
        if lead < b"\x80":
            return b""
    return b""


def _wide_without_mark(first: bytes) -> str | None:
    """UTF-16 without byte order mark: every second byte of Western text is then zero."""
    head = first[:4096]
    if len(head) < 4:  # noqa: PLR2004 - two letters, too few to say
        return None
    even, odd = (2 * head[place::2].count(0) / len(head) for place in (0, 1))
    if max(even, odd) > 0.8 and min(even, odd) < 0.2:  # noqa: PLR2004 - zeros everywhere are a hole, no letters
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def _python_name(path: Path, encoding: str) -> str:
    try:
        "".encode(encoding)  # refuses what is a codec but no text encoding
    except LookupError:
        fix = "use a name such as utf-8, cp1252, iso8859-15 or utf-16"
        raise UnreadableFile(str(path), f"there is no encoding {encoding!r}", fix) from None
    name = codecs.lookup(encoding).name
    return "utf-8" if name == "utf-8-sig" else name


def _unassigned_as_control(error: UnicodeError) -> tuple[str, int]:
    """Five bytes have no letter in cp1252; like browsers we keep them as control characters."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("parcours.control", _unassigned_as_control)


def _transcoded(path: Path, chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    if encoding == "utf-8":
        yield from chunks
        return
    errors = "parcours.control" if encoding == "cp1252" else "strict"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    try:
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        fix = "say its true encoding in `read`, or export it as UTF-8"
        raise UnreadableFile(str(path), f"it is not {encoding} to its end", fix) from error


def _one_newline(pieces: Iterator[bytes], quote: bytes) -> Iterator[bytes]:
    """Ends every line with LF, except line breaks between quotes, which are data."""
    inside = False
    held = b""
    for piece in pieces:
        text = held + piece
        held = b"\r" if text.endswith(b"\r") else b""  # its LF may come with the next piece
        segments = text[: len(text) - len(held)].split(quote) if quote else [text[: len(text) - len(held)]]
        for place in range(int(inside), len(segments), 2):
            segments[place] = segments[place].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        inside ^= len(segments) % 2 == 0
        yield quote.join(segments)
    yield held if inside or not held else b"\n"


def _without_long_tails(pieces: Iterator[bytes], quote: bytes) -> Iterator[bytes]:
    """Lines cut where no row can be as long, with as odd a number of quotes as before, so that an engine refuses them cheaply."""
    length, odd = (
        0,
        False,
    )  # of the line under way: bytes so far, and whether the quotes cut off are odd in number
    for piece in pieces:
        for line in _ENDS.split(piece):
            if line in (b"\n", b"\r"):
                yield quote * odd + line
                length, odd = 0, False
                continue
            room = max(_KEPT_OF_A_LINE - length, 0)
            yield line[:room]
            length += len(line)
            odd ^= bool(quote) and line[room:].count(quote) % 2 == 1
    yield quote * odd


def _chunks(source: Unpacked, after: int = 0) -> Iterator[bytes]:
    reader = io.BufferedReader(source, CHUNK)
    reader.read(after)
    while chunk := reader.read(CHUNK):
        yield chunk


def _compression(head: bytes) -> str:
    if head.startswith(b"BZh") and head[4:10] == b"1AY&SY":
        return "bz2"
    return next((name for magic, name in _MAGIC if head.startswith(magic)), "none")


def _decompressor(path: Path, plain: io.BufferedReader, compression: str) -> Readable:
    match compression:
        case "gzip":
            return gzip.GzipFile(fileobj=plain)
        case "zstd":
            stream: Readable = pa.input_stream(plain, compression="zstd")
            return stream
        case "bz2":
            return bz2.BZ2File(plain)
        case "xz":
            return lzma.LZMAFile(plain)
        case "zip":
            return _only_member(path, plain)
        case _:
            return plain


def _only_member(path: Path, plain: io.BufferedReader) -> IO[bytes]:
    try:
        archive = zipfile.ZipFile(plain)
        members = [member for member in archive.infolist() if not _is_clutter(member.filename)]
        if len(members) != 1:
            what = f"it is a zip of {len(members)} files"
            raise UnreadableFile(str(path), what, "unpack it, and name the file to read")
        return archive.open(members[0])
    except zipfile.BadZipFile as error:
        what = "its compressed data is truncated or damaged"
        raise UnreadableFile(str(path), what, "copy or export the file again") from error
    except (RuntimeError, NotImplementedError) as error:
        what = "it is a zip with a password or an unusual compression"
        raise UnreadableFile(str(path), what, "unpack it first") from error


def _is_clutter(member: str) -> bool:
    """Folders, and what macOS adds to every zip."""
    return member.endswith(("/", ".DS_Store")) or member.startswith("__MACOSX/")


def _sample(ready: _Utf8, path: Path) -> tuple[str, bool]:
    """The beginning of the text, and whether that is all of it."""
    with unpacked(ready.path) as source:
        reader = io.BufferedReader(source, CHUNK)
        raw = reader.read(SAMPLE_BYTES)
        while not _has_line(raw) and len(raw) <= LONGEST_FIRST_RECORD and (more := reader.read(SAMPLE_BYTES)):
            raw += more
        whole = not reader.read(1)
    text = raw.decode("utf-8-sig", errors="replace")
    if whole and not text.strip("\r\n"):
        raise UnreadableFile(str(path), "it holds only blank lines", "export it again")
    if not whole and not _has_line(raw):
        what = f"its first line is longer than {LONGEST_FIRST_RECORD >> 20} MiB"
        raise UnreadableFile(str(path), what, "check that it is a CSV file with line breaks")
    return text, whole


def _has_line(raw: bytes) -> bool:
    return b"\n" in raw or b"\r" in raw


def _sniffed_delimiter(sample: str, quote: str, *, whole: bool, header: bool, reference: int | None) -> str:
    """The candidate that parts most records alike; a comma, parting nothing, when none parts any.

    One that does not part the header is none: so decimal commas do not win over semicolons.
    """
    best, best_score = DELIMITERS[0], (0.0, 0)
    for candidate in DELIMITERS:
        counts = [len(record) for record in _records(sample, candidate, quote, whole=whole)]
        rows = (counts[1:] if header else counts) or counts
        usual = reference or _commonest(rows)
        score = (rows.count(usual) / len(rows), usual)
        if usual > 1 and (counts[0] > 1 or not header) and score > best_score:
            best, best_score = candidate, score
    return best


def _commonest(counts: Sequence[int]) -> int:
    return Counter(counts).most_common(1)[0][0]


def _records(sample: str, delimiter: str, quote: str, *, whole: bool) -> list[list[str]]:
    """The first complete records; at least one, which may be cut."""
    rows = (row for row in _csv_rows(io.StringIO(sample, newline=""), delimiter, quote) if row)
    records = list(islice(rows, SNIFFED_RECORDS + 1))
    return records if whole and len(records) <= SNIFFED_RECORDS else records[:-1] or records


def _csv_rows(lines: Iterable[str], delimiter: str, quote: str) -> Iterator[list[str]]:
    csv.field_size_limit(sys.maxsize)
    single = delimiter if len(delimiter) == 1 else _STAND_IN
    parted = lines if single == delimiter else (line.replace(delimiter, single) for line in lines)
    if quote:
        rows: Iterator[list[str]] = csv.reader(parted, delimiter=single, quotechar=quote)
    else:
        rows = csv.reader(parted, delimiter=single, quotechar=None, quoting=csv.QUOTE_NONE)
    if single == delimiter:
        return rows
    return ([field.replace(single, delimiter) for field in row] for row in rows)


@dataclass(frozen=True)
class _Place:
    """Where a record stands.

    Attributes:
        record: Number among data records, from 1; 0 for the header.
        engine_line: Number among records and blank lines, the header's included, from 1.
        line: Physical line of its beginning in the source, from 1.
    """

    record: int
    engine_line: int
    line: int


def _places(text: TextFile, number: Callable[[_Place], int], asked: set[int]) -> Iterator[_Place]:
    """The places whose number is asked for; nothing is read beyond the last."""
    last = max(asked, default=0)
    if last < 1:
        return
    with unpacked(text.path) as source:
        for place in _all_places(text, _lines(text, source)):
            if number(place) > last:
                return
            if number(place) in asked and place.record:
                yield place


def _lines(text: TextFile, source: Unpacked) -> Iterator[str]:
    """The lines with their ends; of one too long to be a row only the beginning, with as odd a number of quotes."""
    reader = io.TextIOWrapper(io.BufferedReader(source), "utf-8-sig", errors="replace", newline="")
    while line := reader.readline(LONGEST_LINE):
        rest, odd = line, False
        while len(rest) == LONGEST_LINE and not rest.endswith(("\n", "\r")):
            rest = reader.readline(LONGEST_LINE)
            odd ^= bool(text.quote) and rest.count(text.quote) % 2 == 1
        yield line if rest is line else line + text.quote * odd + rest[len(rest.rstrip("\r\n")) :]


def _all_places(text: TextFile, lines: Iterable[str]) -> Iterator[_Place]:
    counted = _Counted(lines)
    blank_counts = len(text.columns) == 1
    record = 0 if text.header_line else 1
    for engine_line, line in enumerate(counted, 1):
        if not (blank_counts or line.strip("\r\n")):
            continue
        start = counted.number + text.dropped_lines
        inside = bool(text.quote) and _ends_inside(line, text.delimiter, text.quote, inside=False)
        while inside and (line := next(counted, "")):  # the record goes on in the next line
            inside = _ends_inside(line, text.delimiter, text.quote, inside=True)
        yield _Place(record, engine_line, start)
        record += 1


def _ends_inside(line: str, delimiter: str, quote: str, *, inside: bool) -> bool:
    """Whether a line ends between quotes, if it begins so; read as the csv module does, but a line at a time: records may be endless."""
    if quote not in line:
        return inside
    at = 0
    while True:
        if inside:
            end = line.find(quote, at)
            while end >= 0 and line.startswith(quote, end + 1):  # doubled: one quote of the value
                end = line.find(quote, end + 2)
            if end < 0:
                return True
            at = end + 1
        elif at == 0 and line.startswith(quote):
            inside, at = True, 1
            continue
        comma = line.find(delimiter, at)
        if comma < 0:
            return False
        at = comma + len(delimiter)
        inside = line.startswith(quote, at)
        at += inside


class _Counted:
    """Lines, and how many have been taken."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.number = 0
        self._lines = iter(lines)

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.number += 1
        return line


def _free_name(stem: str, taken: set[str], *, suffixed: bool) -> str:
    names = (f"{stem}_{number}" for number in count(2))
    candidates = names if suffixed else chain([stem], names)
    return next(name for name in candidates if name.lower() not in taken)
