"""Values in SQL: bare words are columns, keyed hashes need the key, what looks personal is told from what does not."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcours.lake import literal, open_engine
from parcours.signal.compiling import as_column, keyed_hash, looks_personal, readable
from parcours.signal.identifying import clean_identifier, know_phones

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.lake import Engine


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One engine for all tests."""
    engine = open_engine(tmp_path_factory.mktemp("spill") / "spill", "1GB", 1)
    yield engine
    engine.close()


PERSONAL = [
    "ann@example.org",
    "Ann.O'Neil+x@mail.example.co.uk",
    "to ann@example.org please",
    "+33 6 12 34 56 78",
    "+1 (212) 555-0123",
    "06.12.34.56.78",
    "0612345678",
    "FR76 3000 6000 0112 3456 7890 189",
    "4111 1111 1111 1111",
    "4111111111111111",
    "5500-0000-0000-0004",
    "192.168.0.12",
    "2 85 05 78 006 084 36",
    "please call me back after six o'clock tonight",
]
FINE = [
    "lyon",
    "o-12345",
    "order.placed",
    "2024-03-01",
    "2024-03-01T10:00:00Z",
    "4006381333931",
    "12.50",
    "NA",
    "Rue",
    "a b c d e f g",
    "V1.2.3",
    "75011",
]


def test_what_looks_personal_does_and_what_does_not_does_not(engine: Engine) -> None:
    """E-mail addresses, phone numbers, accounts, cards, IP addresses, sentences; but not codes, dates, amounts, bar codes."""
    told = {text: engine.value(f"select {looks_personal(literal(text))}") for text in (*PERSONAL, *FINE)}

    assert [text for text, personal in told.items() if personal] == PERSONAL


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
    st.text("abc", min_size=1, max_size=4),
)
def test_a_token_is_the_keyed_hash_of_the_value(engine: Engine, value: str, key: str) -> None:
    """The first 8 bytes of SHA-256 over key and value, as Python computes it; quotes in the value are data."""
    expected = int.from_bytes(hashlib.sha256(f"{key}\x1f{value}".encode()).digest()[:8], "big", signed=True)
    assert engine.value(f"select {keyed_hash(key, literal(value))}") == expected


def test_a_bare_word_is_a_column_where_there_is_one() -> None:
    """Quoted for SQL; expressions, unknown words and the constants of SQL stay as they are."""
    columns = {"at", "order", "null", "é"}
    assert [
        as_column(text, columns)
        for text in ("at", " order ", "é", "null", "upper(at)", "c.at", "1", "nothing")
    ] == ['"at"', '"order"', '"é"', "null", "upper(at)", "c.at", "1", "nothing"]


def test_an_identifier_has_one_form(engine: Engine) -> None:
    """Blanks around it go, accents are composed, e-mail addresses are in small letters, phones are E.164, words for nobody are nobody."""
    know_phones(engine)
    cases = [
        ("phone", "06 39 98 12 34", "+33639981234"),
        ("phone", "+33 (0)6.39.98.12.34", "+33639981234"),
        ("phone", "0033639981234", "+33639981234"),
        ("phone", "+44 20 7946 0958", "+442079460958"),
        ("phone", "12345", None),
        ("phone", "call me", None),
        ("claimed.email", "A@B.fr", "a@b.fr"),
        ("customer", " a ", "a"),
        ("customer", "e\u0301", "é"),
        ("email", "A@B.fr", "a@b.fr"),
        ("customer", "A", "A"),
        ("customer", "Guest", None),
        ("customer", "", None),
        ("customer", None, None),
    ]
    for namespace, value, expected in cases:
        assert (
            engine.value(f"select {clean_identifier(namespace, f'cast({literal(value)} as varchar)')}")
            == expected
        )


def test_two_expressions_that_share_a_part_fail_apart(engine: Engine) -> None:
    """Inside `unshared` a cast that two expressions share fails in each `try` alone, not before both."""
    query = "select try(cast(x as int) in (1, 7)), try(case when cast(x as int) = 7 then 'a' end), try(cast(x as int) between 1 and 9) from (values ('x'), ('7')) as t(x)"
    with engine.unshared():
        assert engine.rows(query) == [(None, None, None), (True, "a", True)]


def test_what_the_engine_says_is_said_in_our_words() -> None:
    """A missing column is named with its file; what needs other rows is said to look beyond its row."""
    assert (
        readable('Referenced column "x" not found in FROM clause!', "x", "a.csv")[0]
        == "there is no column 'x' in a.csv"
    )
    assert (
        "looks beyond its row"
        in readable("window functions are not allowed in try", "sum(x) over ()", "a.csv")[0]
    )
    assert "cannot be computed" in readable("syntax error", "x +", "a.csv")[0]
