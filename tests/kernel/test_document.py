"""Configuration is read whole; each fault has its line and its fix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcours.kernel.document import Document, Model, closest, read_document, validate
from parcours.kernel.errors import Fault

if TYPE_CHECKING:
    from pathlib import Path


class _Part(Model):
    """A nested model."""

    name: str
    size: int = 0


class _Whole(Model):
    """A model with what documents have."""

    title: str
    null: tuple[str, ...] = ()
    parts: tuple[_Part, ...] = ()


def read(folder: Path, text: str | bytes) -> Document | Fault:
    """Read a document of this content."""
    path = folder / "whole.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_document(path, "whole.yaml")


def faults(folder: Path, text: str) -> list[str]:
    """Every fault of a document."""
    document = read(folder, text)
    assert isinstance(document, Document)
    found = validate(document, _Whole)
    return [str(fault) for fault in found] if isinstance(found, list) else []


def test_every_fault_has_its_line_and_its_fix(tmp_path: Path) -> None:
    """Unknown keys guess the known one, missing keys are named, values say what they are: all at once, in nested lists too."""
    text = "titel: x\nparts:\n  - {name: 1, size: 2}\n  - nam: a\n    size: b\n1: x\nfalse: y\n"

    assert sorted(faults(tmp_path, text)) == [
        "whole.yaml:1: the key 'title' is missing; add `title:`",
        "whole.yaml:1: unknown key 'titel'; did you mean 'title'?",
        "whole.yaml:3: parts.name: 1 is not text; put it between quotes",
        "whole.yaml:4: the key 'parts.name' is missing; add `name:`",
        "whole.yaml:4: unknown key 'nam'; did you mean 'name'?",
        "whole.yaml:5: parts.size: input should be a valid integer, unable to parse string as an integer; see the reference of this file",
        "whole.yaml:6: unknown key '1'; use one of: null, parts, title",
        "whole.yaml:7: unknown key 'false'; use one of: null, parts, title",
    ]


def test_a_key_may_be_a_word_of_yaml(tmp_path: Path) -> None:
    """`null:` is the key null, as it is written."""
    document = read(tmp_path, "title: x\nnull: [NA]\n")
    assert isinstance(document, Document)
    found = validate(document, _Whole)

    assert isinstance(found, _Whole)
    assert found.null == ("NA",)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        (b"title: caf\xe9", 0, "not UTF-8"),
        ("title: [a\nb: {", 2, "not YAML"),
        ("title: a\n\tb: c", 2, "not YAML"),
        ("title: a\ntitle: b", 2, "duplicate key"),
        ("title: a\n---\ntitle: b", 2, "another document"),
        ("title: *unknown", 1, "undefined alias"),
        ("- a", 1, "holds no keys"),
        ("", 1, "holds no keys"),
        ("title: " + "[" * 1100, 0, "not YAML"),
        ("title: a\0b", 0, "not YAML"),
    ],
)
def test_what_is_no_document_is_one_fault(tmp_path: Path, text: str | bytes, line: int, what: str) -> None:
    """Not UTF-8, not YAML, twice the same key, two documents, a list, nothing: a fault with its line where there is one."""
    found = read(tmp_path, text)

    assert isinstance(found, Fault)
    assert found.line == line
    assert what in found.what
    assert found.fix


def test_a_mark_at_the_beginning_is_no_content(tmp_path: Path) -> None:
    """A byte order mark before the first key changes nothing, and a missing file is a fault."""
    assert isinstance(read(tmp_path, b"\xef\xbb\xbftitle: x"), Document)
    missing = read_document(tmp_path / "no.yaml", "no.yaml")
    assert isinstance(missing, Fault)
    assert "cannot be read" in missing.what


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.binary(max_size=60), st.text("ab:{}[]-,'\"&*!|>#% \n\t01", max_size=60)))
def test_any_bytes_are_a_document_or_a_fault(tmp_path: Path, content: bytes | str) -> None:
    """Reading and checking never raises, whatever the file holds; every fault has a sentence and a fix."""
    document = read(tmp_path, content)
    found = [document] if isinstance(document, Fault) else validate(document, _Whole)
    for fault in found if isinstance(found, list) else []:
        assert fault.what
        assert fault.fix


def test_the_likely_word_is_offered() -> None:
    """One that is near, else all of them, else to take it out."""
    assert closest("ordr", ["order", "store"]) == "did you mean 'order'?"
    assert closest("xyz", ["store", "order"]) == "use one of: order, store"
    assert closest("xyz", []) == "remove it"
