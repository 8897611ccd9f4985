"""What people wrote, fit to be shown to others: short, and without what points at somebody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_HIDDEN = "[…]"
_LONGEST = 160
_SHORTEST = 12  # "ok" and "RAS" speak for nobody
# Addresses, links, and anything with four digits or more, spaced or not: phones, orders, cards, postcodes.
_POINTING = re.compile(
    r"\S+ ?@ ?\S+\.\w\S*|\S*@\S*|https?://\S+|www\.\S+|\+?\d(?:[ .\-/()]{0,3}\d){3,}|\b\w*\d\w*\d\w*\d\w*\d\w*\b"
)
_READ = 2_000  # characters; of longer texts nothing later is looked at, nor shown


def masked(text: str) -> str:
    """A text in one line, without addresses, links and numbers of four digits or more. Names are not found: a reader should look.

    Example:
        >>> masked("Commande W101885, appelez 06 39 98 14 07 ou c@example.org, 2 heures")
        'Commande […], appelez […] ou […], 2 heures'
    """
    plain = " ".join(text[:_READ].split())
    return _POINTING.sub(lambda found: _HIDDEN + ("," if found[0].endswith(",") else ""), plain)


def quotable(texts: Iterable[str]) -> list[str]:
    """Texts that can be shown: masked, cut at a word, of some length, none twice, in the order given.

    Example:
        >>> quotable(["ok", "Nothing was ready.", "nothing was ready"])
        ['Nothing was ready.']
    """
    found: dict[str, str] = {}
    for text in texts:
        said = masked(text)
        if len(said.replace(_HIDDEN, "").strip()) >= _SHORTEST:
            found.setdefault(said.strip(" .!?…").casefold(), _cut(said))
    return list(found.values())


def _cut(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    head = text[:_LONGEST]
    return (head.rpartition(" ")[0] or head) + " …"
