"""Configuration shown in pages and examples is right, for the product and for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from docs.pages import ROOT, blocks, call, pages
from docs.schemas import faults
from parcours.journey.cases import CaseFile
from parcours.journey.map import JourneyMap
from parcours.kernel.document import Model, read_document, validate
from parcours.kernel.errors import Fault
from parcours.signal.mapping import Source

KINDS: dict[str, tuple[str, type[Model]]] = {
    "sources": ("source", Source),
    "maps": ("map", JourneyMap),
    "tests": ("cases", CaseFile),
}


def _example_files() -> list[Path]:
    """Every mapping and map of the examples and templates."""
    roots = (ROOT / "examples", ROOT / "src" / "parcours")
    return [path for root in roots for path in sorted(root.rglob("*.yaml")) if path.parent.name in KINDS]


def _shown() -> list[tuple[str, str, str]]:
    """(page, file name, content) of every mapping and map in our pages."""
    return [
        (str(path.relative_to(ROOT)), block.name, block.text)
        for path in pages()
        for block in blocks(path.read_text("utf-8"))
        if block.language == "yaml" and Path(block.name).parent.name in KINDS
    ]


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The schemas as `parcours check --schemas` writes them."""
    folder = tmp_path_factory.mktemp("schemas")
    status, printed = call(f"parcours check --schemas {folder}")
    assert status == 0, printed
    return {
        name: json.loads((folder / f"{name}.schema.json").read_text("utf-8")) for name, _ in KINDS.values()
    }


@pytest.mark.parametrize("path", _example_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_editors_find_no_fault_in_the_examples(path: Path, schemas: dict[str, dict[str, Any]]) -> None:
    """The published JSON Schemas accept every mapping and map that the product accepts."""
    schema = schemas[KINDS[path.parent.name][0]]

    assert faults(YAML(typ="safe").load(path.read_text("utf-8")), schema, schema) == []


@pytest.mark.parametrize(
    ("page", "name", "text"), _shown(), ids=[f"{page}-{number}" for number, (page, *_) in enumerate(_shown())]
)
def test_mappings_and_maps_in_pages_are_right(
    page: str, name: str, text: str, tmp_path: Path, schemas: dict[str, dict[str, Any]]
) -> None:
    """Whoever copies a mapping or map from a page gets no fault of form, from the product or the editor."""
    kind, model = KINDS[Path(name).parent.name]
    copy = tmp_path / Path(name).name
    copy.write_text(text, "utf-8")
    document = read_document(copy, page)
    assert not isinstance(document, Fault), document

    assert isinstance(validate(document, model), model)
    assert faults(document.content, schemas[kind], schemas[kind]) == []


def test_a_slip_is_seen_by_the_schema(schemas: dict[str, dict[str, Any]]) -> None:
    """A key that does not exist is marked in the editor."""
    schema = schemas["map"]
    slip = {"map": "m", "per": "order", "stages": [{"stage": "s", "steps": []}], "promisses": []}

    assert faults(slip, schema, schema) == [".promisses is unknown"]
