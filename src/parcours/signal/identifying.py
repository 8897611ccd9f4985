"""The one written form of an identifier, whoever wrote it how: e-mail addresses, phone numbers, and all others.

Usual forms are SQL alone; only phone numbers written otherwise are given to `phonenumbers`, each distinct text once.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from parcours.lake import literal

if TYPE_CHECKING:
    from parcours.lake import Engine

BLOCKED = ("", "null", "none", "nan", "undefined", "unknown", "anonymous", "guest", "0", "-", "n/a", "(null)")
CLAIMED = "claimed."  # begins the namespace of what somebody said of themselves without proof
PHONE = "phone_form"  # the engine's function for phone numbers written unusually

# Of the countries met most: the code, the figure dialled before numbers at home, and what numbers of usual length look like after it.
_AT_HOME = {
    "FR": ("33", "0", r"[1-9]\d{8}"),
    "BE": ("32", "0", r"4\d{8}"),
    "CH": ("41", "0", r"[1-9]\d{8}"),
    "GB": ("44", "0", r"7\d{9}"),
    "ES": ("34", "", r"[6-9]\d{8}"),
    "PT": ("351", "", r"[29]\d{8}"),
    "IT": ("39", "", r"3\d{9}"),
    "NL": ("31", "0", r"6\d{8}"),
    "DE": ("49", "0", r"1[567]\d{8,9}"),
    "US": ("1", "", r"[2-9]\d{9}"),
}
_SIGNS = r"[\s.()\-]"  # written between figures
_REMEMBERED = 200_000  # texts; a file repeats them
_MOST_FIGURES = 15  # of a number with its country (E.164)


def kind_of(namespace: str) -> str:
    """The namespace that says how a value is written: of a claim, what is claimed."""
    return namespace.removeprefix(CLAIMED)


def clean_identifier(namespace: str, text: str, region: str = "FR") -> str:
    """SQL of an identifier in its one written form; null where it is missing, malformed or stands for nobody.

    Args:
        namespace: Its namespace.
        text: SQL of what is written.
        region: Country that phone numbers without one belong to.
    """
    value = f"nfc_normalize(trim({text}))"
    kind = kind_of(namespace)
    if kind == "email":
        value = f"lower({value})"
    blocked = ", ".join(literal(word) for word in BLOCKED)
    clean = _phone(value, region) if kind == "phone" else value
    return f"case when lower({value}) not in ({blocked}) then {clean} end"


def written_once(engine: Engine, namespace: str, value: str, region: str) -> str | None:
    """An identifier that somebody typed, in its one written form; None where it stands for nobody."""
    know_phones(engine)
    found: str | None = engine.value(
        f"select {clean_identifier(namespace, '$value::varchar', region)}", {"value": value}
    )
    return found


def know_phones(engine: Engine) -> None:
    """Teach an engine to read phone numbers however they are written."""
    engine.function(PHONE, _phone_form, parameters=2)


def _phone(value: str, region: str) -> str:
    """SQL of a phone number in E.164; null where it can be no number."""
    bare = f"regexp_replace({value}, {literal(_SIGNS)}, '', 'g')"
    abroad = f"regexp_replace({value}, {literal(rf'[(]0[)]|{_SIGNS}')}, '', 'g')"  # +33 (0)6 …
    cases = []
    for of, (code, home, number) in sorted(_AT_HOME.items(), key=lambda item: item[0] != region):
        optional = r"(?:\s?[(]0[)])?" if home else ""
        written = literal(rf"\+{code}{optional}(?:{_SIGNS}?\d)+")
        whole = literal(rf"\+{code}{number}")
        if of == region:
            dialled, rest = literal(home + number), f"substr({bare}, {len(home) + 1})"
            cases.append(f"when regexp_full_match({bare}, {dialled}) then {literal('+' + code)} || {rest}")
        cases.append(
            f"when regexp_full_match({value}, {written}) and regexp_full_match({abroad}, {whole}) then {abroad}"
        )
    return f"case {' '.join(cases)} else {PHONE}({value}, {literal(region)}) end"


def _phone_form(text: str | None, region: str) -> str | None:
    return None if text is None else read_phone(text, region)


@lru_cache(maxsize=_REMEMBERED)
def read_phone(text: str, region: str) -> str | None:
    """A phone number in E.164 by the library's plans of all countries; None where it has a length that no number has."""
    import phonenumbers  # noqa: PLC0415 - needed where a number is written unusually

    if len(re.findall(r"\d", text)) > 2 * _MOST_FIGURES:
        return None
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
