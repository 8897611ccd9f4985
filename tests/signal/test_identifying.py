"""Phone numbers are one however they are written: the usual forms by SQL, all others by the library, and both agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import phonenumbers
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from parcours.lake import open_engine
from parcours.signal.identifying import written_once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.lake import Engine

eased = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
PREFIXES = (
    "0",
    "+33",
    "+33 ",
    "+33 (0)",
    "0033",
    "33",
    "+32 4",
    "+41",
    "+44 7",
    "+34 6",
    "+351 9",
    "+39 3",
    "+31 6",
    "+49 15",
    "+1 ",
    "00",
)
SIGNS = ("", " ", ".", "-", " - ", "/")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine of the product."""
    opened = open_engine(tmp_path_factory.mktemp("engine") / "spill", "500MB", 1)
    yield opened
    opened.close()


@st.composite
def written(draw: st.DrawFn) -> str:
    """Figures after some prefix, with signs between them."""
    figures = draw(st.text("0123456789", min_size=3, max_size=12))
    sign, length = draw(st.sampled_from(SIGNS)), draw(st.integers(1, 4))
    parts = [figures[start : start + length] for start in range(0, len(figures), length)]
    return draw(st.sampled_from(PREFIXES)) + sign.join(parts)


@eased
@given(written(), st.sampled_from(["FR", "BE", "GB", "US", "ES"]))
@example("06 39 98 12 34", "FR")
@example("+33000010000", "FR")
def test_sql_says_what_the_library_says(engine: Engine, text: str, region: str) -> None:
    """Whatever is written in whatever country: E.164 as the library formats it, nothing where it is no possible number."""
    try:
        number = phonenumbers.parse(text, region)
        is_one = phonenumbers.is_possible_number(number)
        expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if is_one else None
    except phonenumbers.NumberParseException:
        expected = None

    assert written_once(engine, "phone", text, region) == expected


def test_words_and_endless_figures_are_no_numbers(engine: Engine) -> None:
    """Placeholders, words, and what nobody could dial."""
    for text in ("0", "null", "call me", "+", "0" * 500, "1" * 40):
        assert written_once(engine, "phone", text, "FR") is None
