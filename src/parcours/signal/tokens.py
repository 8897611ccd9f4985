"""One identifier's token without the engine: for commands that name one person, never for files."""

from __future__ import annotations

import hashlib
import unicodedata

from parcours.signal.identifying import BLOCKED, kind_of, read_phone

_SEPARATOR = "\x1f"


def written_form(namespace: str, value: str, region: str = "FR") -> str | None:
    """An identifier in its one written form, as `clean_identifier` writes it; None where it stands for nobody.

    Example:
        >>> written_form("email", " Ann@Example.org ")
        'ann@example.org'
        >>> written_form("customer", "guest") is None
        True
    """
    text = unicodedata.normalize("NFC", value.strip(" "))
    kind = kind_of(namespace)
    if kind == "email":
        text = text.lower()
    if text.lower() in BLOCKED:
        return None
    return read_phone(text, region) if kind == "phone" else text


def token_of(key: bytes, *parts: str) -> int:
    """The keyed hash of texts, such as a namespace and an identifier in its written form; the engine's is `keyed_hash`."""
    text = _SEPARATOR.join((key.hex(), *parts))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big", signed=True)
