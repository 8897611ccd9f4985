"""Phone numbers in the one form of E.164: the usual ways to write one by pattern, the rest by the library that knows all plans."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from parcours.signal.identifying import read_phone

if TYPE_CHECKING:
    from collections.abc import Iterable

_SIGNS = re.compile(r"[\s().\-/  ]")
_FRENCH = re.compile(r"(?:\+33|0033)0?([1-9]\d{8})")
_FRENCH_AT_HOME = re.compile(r"0([1-9]\d{8})")


def standard_phones(written: Iterable[str], region: str) -> dict[str, str | None]:
    """Numbers as written to E.164; None where it is no number.

    A number that could exist counts, whether or not its block is given out: plans change, records stay.

    Args:
        written: Distinct texts.
        region: Country of numbers written without one, by ISO 3166.

    Example:
        >>> standard_phones(["06 12 34 56 78", "+44 20 7946 0018", "call me"], "FR")
        {'06 12 34 56 78': '+33612345678', '+44 20 7946 0018': '+442079460018', 'call me': None}
    """
    return {text: _standard(text, region) for text in written}


def _standard(text: str, region: str) -> str | None:
    digits = _SIGNS.sub("", text)
    if found := _FRENCH.fullmatch(digits) or (region == "FR" and _FRENCH_AT_HOME.fullmatch(digits)):
        return f"+33{found[1]}"
    return read_phone(text, region)
