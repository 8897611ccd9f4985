"""What people wrote can be shown: short, and without what points at somebody."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.gap.quoting import masked, quotable

ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
pieces = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.emails(),
    st.integers(0, 10**16).map(str),
    st.sampled_from(
        [
            " ",
            "\u00a0",
            "\n",
            ".",
            "-",
            "/",
            ", ",
            "06 12 34 56 78",
            "é",
            "@",
            "+33 6 12",
            "https://a.b/c?d=1",
        ]
    ),
)
texts = st.lists(pieces, max_size=8).map("".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Appelez le 06 39 98 14 07.", "Appelez le […]."),
        ("Appelez le 06\u00a039\u00a098\u00a014\u00a007", "Appelez le […]"),
        ("Appelez le 06 - 39 - 98 - 14 - 07", "Appelez le […]"),
        ("Call +33 (0)6 39 98 14 07 now", "Call […] now"),
        ("Order W101885 is lost", "Order […] is lost"),
        ("Écrivez à c.durand@example.org, merci", "Écrivez à […], merci"),
        ("Écrivez à c.durand @ example.org", "Écrivez à […]"),
        ("Merci @boutique", "Merci […]"),
        ("See https://example.org/o?id=7 please", "See […] please"),
        ("See www.example.org", "See […]"),
        ("69003 Lyon", "[…] Lyon"),
        ("Prêt en 2 heures, venu 3 fois, 120 km", "Prêt en 2 heures, venu 3 fois, 120 km"),
        ("two\n\tlines", "two lines"),
        ("", ""),
    ],
)
def test_what_points_at_somebody_is_hidden(text: str, expected: str) -> None:
    """Phones however spaced, orders, addresses, links and handles; short numbers stay."""
    assert masked(text) == expected


@given(texts)
def test_no_address_and_no_long_number_survives(text: str) -> None:
    """Whatever people wrote, no e-mail address and no run of four digits is left."""
    said = masked(text)
    assert not ADDRESS.search(said)
    assert not re.search(r"\d{4}", said)


@given(st.lists(texts, max_size=6))
def test_quotes_are_short_masked_and_each_once(written: list[str]) -> None:
    """At most 160 characters and a sign that more was said; none twice; none beyond what was written."""
    quotes = quotable(written)
    assert len(quotes) <= len(written)
    assert len({quote.casefold() for quote in quotes}) == len(quotes)
    assert all(12 <= len(quote) <= 162 for quote in quotes)
    assert not any(ADDRESS.search(quote) or re.search(r"\d{4}", quote) for quote in quotes)


def test_a_long_text_is_cut_at_a_word() -> None:
    """33 words of five letters with their spaces are 197 characters; 26 words fit into 160."""
    (quote,) = quotable([" ".join(["hello"] * 33)])
    assert quote == " ".join(["hello"] * 26) + " …"


def test_one_endless_word_is_cut_too() -> None:
    """Without a space to cut at, 160 letters are shown, not nothing; and a huge text is no burden."""
    (quote,) = quotable(["a" * 1_000_000])
    assert quote == "a" * 160 + " …"


@pytest.mark.parametrize("text", ["ok", "RAS", "", "06 12 34 56 78, a@b.org, c@d.org, e@f.org"])
def test_what_says_nothing_is_no_quote(text: str) -> None:
    """Too short, or nothing left but what was hidden."""
    assert quotable([text]) == []


def test_the_first_of_equal_texts_is_told() -> None:
    """Case and the full stop do not make another opinion."""
    said = ["Nothing was ready!", "nothing was ready", "Nobody knew my order."]
    assert quotable(said) == ["Nothing was ready!", "Nobody knew my order."]
