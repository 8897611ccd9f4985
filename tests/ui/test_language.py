"""Figures as French and English readers write them, and no sentence without its translation."""

from __future__ import annotations

import ast
import math
import re
from datetime import UTC, date, datetime
from string import Formatter
from typing import TYPE_CHECKING

import pytest
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from docs.pages import ROOT
from parcours.journey.lived import FAMILIES
from parcours.signal.catalogue import CHANNELS, OWNERS, REFUSALS, SLICES, TYPES
from parcours.ui import LANGUAGES, speak

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from babel.messages import Message

SRC = ROOT / "src/parcours"
FR, EN = speak("fr"), speak("en")
NOTHING = "\u2013"
NARROW, WIDE = "\u202f", "\u00a0"  # spaces that never break: between thousands, and before a currency


def catalogues() -> list[Path]:
    """Every catalogue of messages."""
    return sorted((SRC / "ui/locale").rglob("*.po"))


def entries(path: Path) -> list[Message]:
    """What a catalogue translates."""
    with path.open("rb") as file:
        return [entry for entry in read_po(file, path.parent.name) if entry.id]


def sentences() -> Iterator[tuple[str, str]]:
    """Every literal that the code gives to `text` or `count`, with its place."""
    for path in sorted(SRC.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            given = {"text": node.args[:1], "count": node.args[1:3]}.get(node.func.attr, [])
            for part in given:
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value, f"{path.relative_to(SRC)}:{node.lineno}"


def literals() -> set[str]:
    """Every text written anywhere in the code or in a template."""
    found = {
        node.value
        for path in SRC.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return found | {said for said, _ in asked_by_templates()}


def asked_by_templates() -> Iterator[tuple[str, str]]:
    """Every literal that a template gives to `t`, with its page."""
    for path in sorted(SRC.rglob("*.html")):
        for _, said in re.findall(r"""\bt\((["'])(.*?)\1""", path.read_text("utf-8")):
            yield said, str(path.relative_to(SRC))


def fields(text: str) -> set[str]:
    """Names between braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


# Figures, by hand -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ratio", "digits", "french", "english"),
    [
        (0.94, 0, f"94{NARROW}%", "94%"),
        (0.9375, 1, f"93,8{NARROW}%", "93.8%"),
        (1.0, 0, f"100{NARROW}%", "100%"),
        (0.0, 0, f"0{NARROW}%", "0%"),
        (0.9999, 0, f">99{NARROW}%", ">99%"),
        (0.995, 0, f">99{NARROW}%", ">99%"),
        (0.994, 0, f"99{NARROW}%", "99%"),
        (0.005, 0, f"<1{NARROW}%", "<1%"),
        (0.0001, 1, f"<0,1{NARROW}%", "<0.1%"),
        (0.99951, 1, f">99,9{NARROW}%", ">99.9%"),
        (None, 0, NOTHING, NOTHING),
        (math.nan, 0, NOTHING, NOTHING),
    ],
)
def test_shares(ratio: float | None, digits: int, french: str, english: str) -> None:
    """A share that is not whole is never written as none or all."""
    assert (FR.percent(ratio, digits), EN.percent(ratio, digits)) == (french, english)


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 2))
def test_only_none_and_all_are_written_so(cases: int, kept: int, digits: int) -> None:
    """Whatever the counts: 0 % is none of them, 100 % all of them."""
    kept = min(kept, cases)
    said = EN.percent(kept / cases, digits).rstrip("%")
    assert (said in {"0", "0.0", "0.00"}) == (kept == 0)
    assert (said in {"100", "100.0", "100.00"}) == (kept == cases)


@pytest.mark.parametrize(
    ("value", "digits", "french", "english"),
    [
        (1_234_567, 0, f"1{NARROW}234{NARROW}567", "1,234,567"),
        (999, 0, "999", "999"),
        (8.46, 1, "8,5", "8.5"),
        (-1200, 0, f"-1{NARROW}200", "-1,200"),
    ],
)
def test_numbers(value: float, digits: int, french: str, english: str) -> None:
    """Thousands apart, and the right sign before what is less than one."""
    assert (FR.number(value, digits), EN.number(value, digits)) == (french, english)


@pytest.mark.parametrize(
    ("minor", "currency", "french", "english"),
    [
        (1_842_317, "EUR", f"18{NARROW}400{WIDE}€", "€18,400"),
        (99_960, "EUR", f"1{NARROW}000{WIDE}€", "€1,000"),
        (3_721, "EUR", f"37,21{WIDE}€", "€37.21"),
        (0, "EUR", f"0,00{WIDE}€", "€0.00"),
        (123_456, "GBP", f"1{NARROW}230{WIDE}£GB", "£1,230"),
    ],
)
def test_money(minor: float, currency: str, french: str, english: str) -> None:
    """Three figures are enough for an amount, cents where it is small."""
    assert (FR.money(minor, currency), EN.money(minor, currency)) == (french, english)


def test_days() -> None:
    """The first of a month is `1er` in French; a weekday and a year where they are asked for."""
    first, other = date(2026, 9, 1), datetime(2026, 9, 12, 14, 7, tzinfo=UTC)
    assert (FR.day(first), EN.day(first)) == ("1er septembre", "1 September")
    assert (FR.day(first, weekday=True), EN.day(first, weekday=True)) == (
        "mardi 1er septembre",
        "Tuesday 1 September",
    )
    assert (FR.day(other, year=True), EN.day(other, year=True)) == ("12 septembre 2026", "12 September 2026")
    assert FR.day(date(2026, 9, 21)) == "21 septembre"
    assert (FR.short_day(other), EN.short_day(other)) == ("12 sept.", "12 Sept")
    assert EN.clock(other) == "14:07"
    assert (FR.weekday(5), EN.weekday(5)) == ("samedi", "Saturday")
    assert (FR.weekday(0, short=True), EN.weekday(0, short=True)) == ("lun.", "Mon")


@pytest.mark.parametrize(
    ("seconds", "french", "english"),
    [
        (0, "0 s", "0 s"),
        (89, "89 s", "89 s"),
        (90, "2 min", "2 min"),
        (6_480, "1 h 48", "1 h 48"),
        (7_200, "2 h", "2 h"),
        (35 * 3600, "35 h", "35 h"),
        (5 * 86_400, "5 j", "5 d"),
        (None, NOTHING, NOTHING),
        (math.nan, NOTHING, NOTHING),
    ],
)
def test_durations(seconds: float | None, french: str, english: str) -> None:
    """In one or two units; days are `jours`."""
    assert (FR.duration(seconds), EN.duration(seconds)) == (french, english)


def test_intervals() -> None:
    """From one share to another."""
    assert FR.span(0.2258, 0.5, 1) == f"22,6{NARROW}% à 50,0{NARROW}%"
    assert EN.span(0.2258, None) == f"23% to {NOTHING}"


@pytest.mark.parametrize(
    ("number", "french", "english"), [(0, "one", "many"), (1, "one", "one"), (2, "many", "many")]
)
def test_what_is_counted_is_one_or_many(number: int, french: str, english: str) -> None:
    """Nought is singular in French and plural in English."""
    said = {"one": f"{number} x", "many": f"{number} xs"}
    assert FR.count(number, "{n} x", "{n} xs") == said[french]
    assert EN.count(number, "{n} x", "{n} xs") == said[english]


def test_a_fact_may_have_any_name() -> None:
    """Also the names of our own parameters."""
    assert EN.text("{message} {self}", message="a", self="b") == "a b"


def test_a_missing_fact_is_a_fault() -> None:
    """A sentence never leaves with a hole."""
    with pytest.raises(KeyError):
        EN.text("{kept} of {all}", kept=3)


def test_the_next_best_language_is_picked() -> None:
    """Its own, else English, else any, else what was given."""
    assert FR.pick({"en": "a", "fr": "b"}) == "b"
    assert FR.pick({"en": "a", "de": "c"}) == "a"
    assert FR.pick({"de": "c"}) == "c"
    assert FR.pick(None, "d") == FR.pick({}, "d") == "d"


def test_there_are_two_languages() -> None:
    """French and English; another is a fault, not English in silence."""
    assert set(LANGUAGES) == {"fr", "en"}
    with pytest.raises(KeyError):
        speak("xx")


# Catalogues -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.name)
def test_a_translation_holds_the_same_facts(path: Path) -> None:
    """No translation forgets a figure or asks for one that is not there; none is empty or unsure."""
    for entry in entries(path):
        assert isinstance(entry.id, str)
        assert isinstance(entry.string, str)
        assert entry.string, entry.id
        assert not entry.fuzzy, entry.id
        assert fields(entry.string) == fields(entry.id), entry.id


@pytest.mark.parametrize("path", catalogues(), ids=lambda path: path.name)
def test_every_translation_is_used(path: Path) -> None:
    """A sentence that left the code leaves the catalogue."""
    used = literals()
    assert [entry.id for entry in entries(path) if entry.id not in used] == []


def test_one_sentence_has_one_translation() -> None:
    """Catalogues of two features do not say the same sentence differently: the later file would win in silence."""
    said: dict[tuple[str, str], set[str]] = {}
    for path in catalogues():
        for entry in entries(path):
            said.setdefault((path.parent.name, str(entry.id)), set()).add(str(entry.string))
    assert {key for key, strings in said.items() if len(strings) > 1} == set()


def test_every_sentence_of_the_code_is_french_too() -> None:
    """What `text` and `count` are given is in a catalogue."""
    known = {entry.id for path in catalogues() if path.parent.name == "fr" for entry in entries(path)}
    asked = [*sentences(), *asked_by_templates()]
    assert [place for said, place in asked if said not in known] == []
    assert any(place.endswith(".html") for _, place in asked)
    assert any(".py:" in place for _, place in asked)


@pytest.mark.parametrize(
    "said", sorted({word for table in (TYPES, CHANNELS, SLICES, OWNERS, REFUSALS) for word in table.values()})
)
def test_every_word_of_the_signal_catalogue_is_french_too(said: str) -> None:
    """Their English words stand in tables, where the test above does not look."""
    assert said in {entry.id for path in catalogues() for entry in entries(path)}


def test_every_lane_is_named_in_every_language() -> None:
    """Families of channels carry their words with them."""
    assert all(set(title) == set(LANGUAGES) for title, _ in FAMILIES.values())
