"""Brings what sources wrote to one form, so that what means the same reads the same.

SQL is built here because the words of `fields` are part of it; every expression takes text and answers text, null where nothing is said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.identity.records.fields import (
    CITY_NOISE,
    CITY_WORDS,
    FIELDS,
    NOTHING,
    PARTICLES,
    PREFIXES,
    STREET_ARTICLES,
    STREET_WORDS,
    TITLES,
)
from parcours.lake import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_HOUSE_NUMBER = r"^(\d+( ?(bis|ter|quater|[a-h]))?)( |$)"


def standard_columns(present: Collection[str]) -> dict[str, str]:
    """SQL of every field in its standard form.

    Args:
        present: Columns of the relation, raw text by field name; a field without column is null.

    Returns:
        Field to expression, for each of `FIELDS`.
    """
    raw = {name: identifier(name) if name in present else "cast(null as varchar)" for name in FIELDS}
    street, house = _split_address(raw["street"], raw["house_number"])
    return {
        "given_name": given_name(raw["given_name"]),
        "family_name": family_name(raw["family_name"]),
        "birth_date": birth_date(raw["birth_date"]),
        "email": email(raw["email"]),
        "phone": raw["phone"],  # `phones` brings it to E.164 before
        "house_number": house,
        "street": street,
        "postcode": f"nullif(upper(regexp_replace({plain(raw['postcode'])}, '[^a-z0-9]', '', 'g')), '')",
        "city": city(raw["city"]),
        "region": known(plain(raw["region"])),
        "country": known(plain(raw["country"])),
    }


def plain(text: str) -> str:
    """Letters without accents and digits, in lower case, other signs as one space.

    Example:
        >>> plain("x").count("strip_accents")
        1
    """
    letters = f"replace(replace(replace(lower(nfc_normalize({text})), 'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss')"
    return rf"trim(regexp_replace(strip_accents({letters}), '[^\p{{L}}\p{{N}}]+', ' ', 'g'))"


def known(text: str) -> str:
    """Null for the words that say that nothing is known, and for no words."""
    return f"nullif(regexp_replace({text}, '^({_either(NOTHING)})$', ''), '')"


def given_name(raw: str) -> str:
    """Titles left out: `M. Jean-Pierre` is `jean pierre`; a title alone is no name."""
    return known(f"regexp_replace({plain(raw)}, '^(({_either(TITLES)})( |$))+', '')")


def family_name(raw: str) -> str:
    """Titles and particles left out, prefixes joined: `de Le Gall` is `legall`, `O'Brien` is `obrien`, and `Du` alone stays."""
    bare = f"regexp_replace({plain(raw)}, '^(({_either(TITLES | PARTICLES)}) )+', '')"
    inner = f"regexp_replace({bare}, ' ({_either(PARTICLES)}) ', ' ', 'g')"
    return known(f"regexp_replace({inner}, '\\b({_either(PREFIXES)}) ', '\\1', 'g')")


def birth_date(raw: str) -> str:
    """`yyyy-mm-dd` from the usual ways to write a date; days come before months unless they cannot; 1900-01-01 says nothing."""
    text = f"trim({raw})"
    ymd = r"^(\d{4})[-/. ]?(\d{2})[-/. ]?(\d{2})([T ].*)?$"
    dmy = r"^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})([T ].*)?$"
    year_first = f"regexp_replace({text}, '{ymd}', '\\1-\\2-\\3')"
    first, second = (f"lpad(regexp_extract({text}, '{dmy}', {group}), 2, '0')" for group in (1, 2))
    year = f"regexp_extract({text}, '{dmy}', 3)"
    day_first = f"case when {second} > '12' then {year} || '-' || {first} || '-' || {second} else {year} || '-' || {second} || '-' || {first} end"
    found = f"case when regexp_matches({text}, '{ymd}') then {year_first} when regexp_matches({text}, '{dmy}') then {day_first} end"
    return f"nullif(nullif({found}, '1900-01-01'), '0001-01-01')"


def email(raw: str) -> str:
    """In lower case; null where it is no address."""
    text = f"lower(trim(nfc_normalize({raw})))"
    return f"case when regexp_matches({text}, '^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$') then {text} end"


def city(raw: str) -> str:
    """Saints written out, delivery marks and articles left out: `ST-ETIENNE CEDEX 2` is `saint etienne`."""
    words = _words(plain(raw), CITY_WORDS, CITY_NOISE)
    return known(f"trim(regexp_replace({words}, '(^| )\\d+( |$)', ' ', 'g'))")


def _split_address(street: str, house: str) -> tuple[str, str]:
    """(name of the street, number of the house), the number taken from the street where it stands alone."""
    text = plain(street)
    leading = f"regexp_extract({text}, '{_HOUSE_NUMBER}', 1)"
    number = f"coalesce(nullif({plain(house)}, ''), nullif({leading}, ''))"
    rest = f"regexp_replace({text}, '{_HOUSE_NUMBER}', '')"
    # Saints begin a name, streets end one.
    saints = f"regexp_replace(regexp_replace({rest}, ' st$', ' street'), '\\bst\\b', 'saint', 'g')"
    return known(_words(saints, STREET_WORDS, STREET_ARTICLES)), f"replace({number}, ' ', '')"


def _words(text: str, renamed: Mapping[str, str], dropped: Collection[str]) -> str:
    """The words of a text, some by another name, some left out."""
    pairs = ", ".join(f"{literal(old)}: {literal(new)}" for old, new in sorted(renamed.items()))
    words = f"list_transform(string_split({text}, ' '), lambda w: coalesce(map {{{pairs}}}[w], w))"
    left_out = ", ".join(literal(word) for word in sorted(dropped))
    return f"array_to_string(list_filter({words}, lambda w: w not in ({left_out})), ' ')"


def _either(words: Collection[str]) -> str:
    """A pattern of whole words, longest first."""
    return "|".join(sorted(words, key=lambda word: (-len(word), word)))
