"""What is public is documented: errors, settings, tables, models, commands, refusal reasons, keys of mappings and maps, decisions."""

from __future__ import annotations

import importlib
import re

import pytest
from pydantic_core import PydanticUndefined

from docs import commands_page, models_page
from docs.pages import DOCS, every, headings, import_everything, page, section, table
from parcours.identity.records.settings import RecordSettings, Survival
from parcours.journey import brand, cases
from parcours.journey import map as maps
from parcours.journey.where import BUILT_IN
from parcours.kernel.document import Model
from parcours.kernel.errors import ParcoursError
from parcours.kernel.workspace import IdentitySettings, RightsSettings, Settings
from parcours.lake import TableSpec
from parcours.signal import mapping, tables
from parcours.signal.compiling import Refused
from parcours.simulate import planted
from parcours.vault.tables import METADATA

MODELS: dict[str, tuple[tuple[str, type[Model]], ...]] = {
    "reference/settings.md": (
        ("parcours.toml", Settings),
        ("identity", IdentitySettings),
        ("rights", RightsSettings),
    ),
    "reference/mapping.md": (
        ("The file", mapping.Source),
        ("read", mapping.Read),
        ("join", mapping.Join),
        ("signals", mapping.SignalRule),
        ("consents", mapping.Consent),
    ),
    "reference/identity.md": (("The file", RecordSettings), ("golden", Survival)),
    "reference/map.md": (
        ("The file", maps.JourneyMap),
        ("starts", maps.Starts),
        ("ends", maps.Ends),
        ("review", maps.Cadence),
        ("stages", maps.Stage),
        ("steps", maps.Step),
        ("expectations", maps.Expectation),
        ("goals", maps.Goal),
        ("promises", maps.Promise),
        ("A signal named", maps.SignalRef),
        ("unless", maps.Condition),
        ("only_for", maps.OnlyFor),
    ),
    "reference/brand.md": (
        ("The file", brand.Brand),
        ("channels", brand.Channel),
        ("keep", brand.Keep),
        ("calendars", brand.Calendar),
        ("places", brand.Hours),
        ("owners", brand.Owner),
        ("money", brand.Pricing),
    ),
    "reference/cases.md": (
        ("The file", cases.CaseFile),
        ("cases", cases.Case),
        ("given", cases.Given),
        ("expect", cases.Expected),
    ),
    "reference/planting.md": (
        ("The file", planted.Planting),
        ("gaps", planted.PlantedGap),
        ("silent", planted.SilentSource),
        ("drifts", planted.Drift),
    ),
}
CASES = [(name, heading, model) for name, entries in MODELS.items() for heading, model in entries]
DESCRIBED_IN_PROSE = {mapping.Choice}  # a text or {sql: expression}; no key of its own in a file


def _default(model: type[Model], name: str) -> str:
    """A default as pages write it."""
    field = model.model_fields[name]
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is PydanticUndefined or value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Model) or value in ((), {}, ""):
        return "empty"
    return str(value)


@pytest.mark.parametrize(
    ("name", "heading", "model"), CASES, ids=[f"{name}-{heading}" for name, heading, _ in CASES]
)
def test_every_key_is_documented_with_its_default(name: str, heading: str, model: type[Model]) -> None:
    """A table of keys holds each key of its model, no other, with the model's default."""
    rows = table(section(page(name), heading))
    written = {row[0]: row[2] for row in rows}
    known = {field.alias or key: _default(model, key) for key, field in model.model_fields.items()}

    assert written == known


def test_every_configuration_model_has_a_table() -> None:
    """A new part of a file cannot stay undocumented."""
    documented = {model for _, _, model in CASES} | DESCRIBED_IN_PROSE
    public = {model for model in every(Model) if not model.__name__.startswith("_")} - {Model}

    assert public == documented


def test_every_error_code_has_a_heading() -> None:
    """Whoever meets a code can look it up."""
    assert {error.code for error in every(ParcoursError)} == set(headings(page("reference/errors.md")))


def test_every_error_has_its_own_code() -> None:
    """Two errors with one code could not be told apart."""
    codes = [error.code for error in every(ParcoursError)]

    assert len(codes) == len(set(codes))


def _lake_tables() -> dict[str, TableSpec]:
    modules = [importlib.import_module(name) for name in import_everything()]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, TableSpec)]
    return {spec.name: spec for spec in found}


def test_every_table_of_the_lake_is_documented() -> None:
    """Name, type and meaning of every column stand below the table's heading."""
    lake = section(page("reference/tables.md"), "The lake")
    for name, spec in _lake_tables().items():
        rows = table(section(lake, name))

        assert [(row[0], row[1]) for row in rows] == list(spec.columns.items()), name
        assert all(row[2] for row in rows), name
    assert set(headings(lake, 3)) == set(_lake_tables())


def test_every_table_of_the_vault_is_documented() -> None:
    """Name, type and meaning of every column stand below the table's heading."""
    vault = section(page("reference/tables.md"), "The vault")
    for name, found in METADATA.tables.items():
        rows = table(section(vault, name))

        assert [(row[0], row[1]) for row in rows] == [(item.name, str(item.type)) for item in found.columns]
        assert all(row[2] for row in rows), name
    assert set(headings(vault, 3)) == set(METADATA.tables)


def test_every_reason_of_refusal_is_documented() -> None:
    """Whoever sees a reason counted can look it up."""
    assert {reason.value for reason in Refused} == set(headings(page("reference/refusal-reasons.md")))


def test_every_word_of_conditions_is_documented() -> None:
    """The words that need no source are listed."""
    written = {row[0] for row in table(section(page("reference/where.md"), "Names"))}

    assert set(BUILT_IN) <= written


def test_commands_are_documented_as_they_help() -> None:
    """The page says of every command and option what `--help` says; renew it with `python tests/docs/commands_page.py`."""
    assert page("reference/commands.md") == commands_page.render()


def test_models_are_documented_as_their_headers_say() -> None:
    """The page says of every SQL file what its header says; renew it with `python tests/docs/models_page.py`."""
    assert page("reference/models.md") == models_page.render()


def test_every_trait_and_format_is_documented() -> None:
    """Closed lists of the mapping are written out."""
    text = page("reference/mapping.md")

    assert all(f"`{word}`" in text for word in (*tables.TRAITS, *mapping.FORMATS))


def test_every_decision_is_in_the_index_and_dated() -> None:
    """A decision has one line in the index, a date, and the four parts."""
    index = page("adr/index.md")
    decisions = sorted((DOCS / "adr").glob("[0-9]*.md"))
    numbers = [int(path.name[:4]) for path in decisions]

    assert numbers == list(range(1, len(decisions) + 1))
    for path in decisions:
        text = path.read_text("utf-8")
        assert f"({path.name})" in index
        assert re.search(r"^Date: \d{4}-\d{2}-\d{2}$", text, re.MULTILINE), path.name
        assert headings(text) == ["Situation", "Decision", "Consequences", "What would change our mind"]
