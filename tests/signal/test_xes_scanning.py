"""A plain log is scanned to the same rows as it is parsed to, and what is not plain, or is a fault, goes to the parser."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING
from unittest import mock

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.signal import xes, xes_scanning
from parcours.signal.errors import UnreadableFile
from parcours.signal.xes import convert_xes
from parcours.signal.xes_scanning import NotPlain, scan

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

TRACE = (
    '<trace>\n\t<string key="concept:name" value="é &amp; &#233;&#x65E5;"/>\n\t<event>\n'
    '\t\t<string key="concept:name" value="ask > &quot;answer&quot;"/><int key="n" value="5" />\r\n'
    '<date key="time:timestamp" value="2026-09-05T09:00:00Z"/></event><event></event>\n</trace>\n'
)
EMPTY = '<trace><string key="only:here" value="x"/></trace>'
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- a <log> --><log xmlns="http://www.xes-standard.org/"><int key="all" value="2"><int key="in" value="1"/></int>\n'
LOG = HEAD + TRACE + EMPTY + TRACE.replace('key="n" value="5"', 'key="m" value="05"') + "</log>\n"


def is_plain(text: str | bytes) -> bool:
    """Whether the scan takes it."""
    try:
        list(scan(io.BytesIO(text.encode() if isinstance(text, str) else text)))
    except NotPlain:
        return False
    return True


def outcome(path: Path, *, parsed: bool, chunk: int = 1) -> pa.Table | str:
    """Rows, or the sentence of the refusal."""
    target = path.with_suffix(".parquet")
    scanned = (
        mock.patch.object(xes, "_scanned", return_value=None)
        if parsed
        else mock.patch.object(xes_scanning, "CHUNK", chunk)
    )
    with scanned:
        try:
            convert_xes(path, target)
        except UnreadableFile as problem:
            return problem.sentence
    return pq.read_table(target)


def test_a_plain_log_is_scanned(tmp_path: Path) -> None:
    """Entities, blanks, traces and events without anything; the head may be what it likes; by hand: two cases, four events."""
    (tmp_path / "log.xes").write_bytes(LOG.encode())
    table = outcome(tmp_path / "log.xes", parsed=False, chunk=1 << 20)

    assert is_plain(LOG)
    assert not isinstance(table, str)
    assert table.column_names == ["case_concept_name", "concept_name", "n", "time_timestamp", "m"]
    assert table["case_concept_name"].to_pylist() == ["é & é日"] * 4
    assert table["concept_name"].to_pylist() == ['ask > "answer"', None, 'ask > "answer"', None]
    assert (table["n"].to_pylist(), table["m"].to_pylist()) == ([5, None, None, None], [None, None, 5, None])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<event></event>", "<event/>"),
        ("<event></event>", "<event><!-- x --></event>"),
        ("<event></event>", '<event><list key="l"></list></event>'),
        ("<event></event>", '<event><string key="a" value="b"><int key="c" value="1"/></string></event>'),
        ("<event></event>", '<event><string value="b" key="a"/></event>'),
        ("<event></event>", "<event><string key='a' value='b'/></event>"),
        ("<event></event>", '<event><string key="a" value="b"/><string key="a" value="c"/></event>'),
        ("<event></event>", '<event><string key="a" value="two\nlines"/></event>'),
        ("<event></event>", '<event><string key="a" value="&odd;"/></event>'),
        ("<event></event>", '<event><string key="a" value="b & c"/></event>'),
        ("<event></event>", '<event><string key="a" value="\x0b"/></event>'),
        ("<event></event>", '<event><string key="a" value="&#0;"/></event>'),
        ("<event></event>", "<event>text</event>"),
        ("<event></event>", "<event></trace>"),
        ("</trace>\n", '<string key="late" value="x"/></trace>'),
        ("</trace>\n", "</trace></event>"),
        ("</log>", '<event><string key="a" value="alone"/></event></log>'),
        ("</log>", ""),
        ("</log>", "</log><log>"),
        ('encoding="UTF-8"', 'encoding="ISO-8859-1"'),
        ("<log xmlns", "<log a=1 xmlns"),
        ('version="1.0"', 'version=".0"'),
        ('encoding="UTF-8"', 'encoding="TF-8"'),
    ],
)
def test_what_is_otherwise_is_left_to_the_parser(tmp_path: Path, old: str, new: str) -> None:
    """Legal or not: the outcome is the parser's, to the letter."""
    text = LOG.replace(old, new)
    (tmp_path / "log.xes").write_text(text, "utf-8", newline="")

    assert not is_plain(text)
    found = [outcome(tmp_path / "log.xes", parsed=parsed) for parsed in (False, True)]
    assert found[0] == found[1]


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_no_slip_in_a_file_makes_the_scan_see_what_the_parser_does_not(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Some bytes of a log are changed, taken out or doubled, and chunks are cut anywhere: rows or refusal are the parser's."""
    text = bytearray(LOG.encode())
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(text) - 1))
        piece = data.draw(
            st.sampled_from(
                [
                    b"",
                    b"<",
                    b">",
                    b'"',
                    b"&",
                    b"/",
                    b" ",
                    b"\n",
                    b"x",
                    b"\xff",
                    b"</event>",
                    b"<trace>",
                    b'key="',
                ]
            )
        )
        text[place : place + data.draw(st.integers(0, 2))] = piece
    path = tmp_path_factory.mktemp("log") / "log.xes"
    path.write_bytes(bytes(text))

    scanned = outcome(path, parsed=False, chunk=data.draw(st.integers(400, 4_000)))
    parsed = outcome(path, parsed=True)

    assert type(scanned) is type(parsed)
    assert scanned == parsed
