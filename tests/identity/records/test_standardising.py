"""What means the same reads the same: names, dates, addresses, phones, as French and English sources write them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.records.given import engine_of
from parcours.identity.records.fields import FIELDS
from parcours.identity.records.phones import standard_phones

if TYPE_CHECKING:
    from pathlib import Path


REST = {"email": "a@b.fr", "birth_date": "1980-01-02"}  # enough to be a record


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where engines of this module spill."""
    return tmp_path_factory.mktemp("records")


def standard(folder: Path, field: str, written: str | None) -> str | None:
    """What becomes of one text in one field."""
    record = {name: value for name, value in {**REST, field: written}.items() if value is not None}
    engine = engine_of(folder, [record, {**REST, "given_name": "x1"}])
    found: str | None = engine.value(f"select {field} from record where token = 1")
    engine.close()
    return found


@pytest.mark.parametrize(
    ("field", "written", "expected"),
    [
        ("given_name", "M. Jean-Pierre", "jean pierre"),
        ("given_name", "ÉLODIE ", "elodie"),
        ("given_name", "Mme", None),
        ("given_name", "inconnu", None),
        ("family_name", "de Le Gall", "legall"),
        ("family_name", "O'Brien", "obrien"),
        ("family_name", "Martin-Durand", "martin durand"),
        ("family_name", "Œuvrard", "oeuvrard"),
        ("family_name", "Du", "du"),
        ("birth_date", "1980-03-12", "1980-03-12"),
        ("birth_date", "19800312", "1980-03-12"),
        ("birth_date", "12/03/1980", "1980-03-12"),
        ("birth_date", "3/13/1980", "1980-03-13"),
        ("birth_date", "1980-03-12 00:00:00", "1980-03-12"),
        ("birth_date", "1900-01-01", None),
        ("birth_date", "in spring", None),
        ("email", " Ann@Example.ORG ", "ann@example.org"),
        ("email", "none", None),
        ("phone", "06 12 34 56 78", "+33612345678"),
        ("phone", "+33 (0)6.12.34.56.78", "+33612345678"),
        ("phone", "0044 20 7946 0018", "+442079460018"),
        ("phone", "call me", None),
        ("street", "12 bis, av. de la République", "avenue republique"),
        ("house_number", "12", "12"),
        ("street", "St James St", "saint james street"),
        ("postcode", "sw1a 1aa", "SW1A1AA"),
        ("postcode", " 75 001", "75001"),
        ("city", "ST-ETIENNE CEDEX 2", "saint etienne"),
    ],
)
def test_a_value_in_its_standard_form(folder: Path, field: str, written: str, expected: str | None) -> None:
    """One way to write each; what says nothing is null."""
    assert standard(folder, field, written) == expected


def test_the_number_of_a_house_is_taken_from_its_street(folder: Path) -> None:
    """A source that writes both in one column is compared with one that does not."""
    engine = engine_of(
        folder,
        [
            {"street": "12 bis av Foch", "city": "dax"},
            {"house_number": "12 BIS", "street": "Avenue Foch", "city": "Dax"},
        ],
    )
    rows = engine.rows("select house_number, street from record order by token")
    engine.close()

    assert rows == [("12bis", "avenue foch")] * 2


def test_who_tells_one_thing_only_is_no_record(folder: Path) -> None:
    """A name alone links nobody; a country and a region beside it say nothing more."""
    told = {"family_name": "abadie", "country": "France", "region": "Landes"}
    engine = engine_of(folder, [told, {"family_name": "abadie", "given_name": "odile"}])
    tokens = engine.rows("select token from record")
    engine.close()

    assert tokens == [(2,)]


@settings(max_examples=15, deadline=None)
@given(text=st.text(max_size=40))
def test_no_text_is_too_odd(folder: Path, text: str) -> None:
    """Whatever a source writes, standardising it again changes nothing, and no field fails."""
    record = dict.fromkeys((name for name in FIELDS if name != "phone"), text.replace("\x00", ""))
    engine = engine_of(folder, [{**record, **REST}])
    once = engine.rows("select given_name, email, birth_date, postcode from record")
    engine.close()

    assert [row[2] for row in once] == ["1980-01-02"]


def test_a_number_abroad_is_read_by_its_region() -> None:
    """The same digits are another number in another country; French short cuts are for France alone."""
    assert standard_phones(["020 7946 0018"], "GB") == {"020 7946 0018": "+442079460018"}
    assert standard_phones(["0612345678"], "GB") != {"0612345678": "+33612345678"}
