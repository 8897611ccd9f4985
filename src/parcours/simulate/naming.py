"""Names and identifiers, made from numbers: the same number, the same name. None can belong to anybody.

Addresses end in domains kept for examples (RFC 2606). Telephone numbers begin with 06 39 98, which Arcep keeps for fiction (decision
2018-0881); as that range holds ten thousand, larger retailers go on with `+33 0…`, which no number in France can be.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from parcours.simulate.columns import Claims, Integers

GIVEN = (
    "Camille", "Léa", "Manon", "Chloé", "Emma", "Inès", "Jade", "Louise", "Sarah", "Zoé", "Nathalie", "Isabelle", "Sylvie",
    "Catherine", "Françoise", "Aïcha", "Fatima", "Mei", "Thomas", "Nicolas", "Julien", "Antoine", "Lucas", "Hugo", "Louis", "Gabriel",
    "Arthur", "Karim", "Mehdi", "Olivier", "Philippe", "Laurent", "Éric", "Jean", "Pierre", "Michel", "Alain", "Yann", "Tom", "Noé",
)  # fmt: skip
FAMILY = (
    "Martin", "Bernard", "Thomas", "Petit", "Robert", "Richard", "Durand", "Dubois", "Moreau", "Laurent", "Simon", "Michel",
    "Lefebvre", "Leroy", "Roux", "David", "Bertrand", "Morel", "Fournier", "Girard", "Bonnet", "Dupont", "Lambert", "Fontaine",
    "Rousseau", "Vincent", "Muller", "Lefèvre", "Faure", "André", "Mercier", "Blanc", "Guérin", "Boyer", "Garnier", "Chevalier",
    "François", "Legrand", "Gauthier", "Garcia", "Perrin", "Robin", "Clément", "Morin", "Nicolas", "Henry", "Roussel", "Mathieu",
    "Gautier", "Masson", "Marchand", "Duval", "Denis", "Dumont", "Marie", "Lemaire", "Noël", "Meyer", "Dufour", "Benali", "Nguyen",
)  # fmt: skip
_FICTION = 10_000  # telephone numbers kept for fiction
Text = Any  # an Arrow array of text; pyarrow ships no types


def label(prefix: str, number: Integers, width: int, shown: Claims | None = None) -> Text:
    """`prefix` and at least `width` digits; null where not shown."""
    digits = pa.array(number, mask=None if shown is None else ~shown).cast(pa.string())
    return pc.binary_join_element_wise(prefix, pc.utf8_lpad(digits, width, "0"), "")


def words(of: tuple[str, ...], place: Integers, shown: Claims | None = None) -> Text:
    """Words by their place in a list; null where not shown."""
    return pa.array(of, pa.string()).take(pa.array(place, mask=None if shown is None else ~shown))


def customer(number: Integers, shown: Claims | None = None) -> Text:
    """The web shop's customer number."""
    return label("C", number + 100_000, 6, shown)


def second_customer(number: Integers) -> Text:
    """The number of the account that somebody opened because they had forgotten the first."""
    return label("C", number + 50_000_000, 6)


def card(number: Integers, shown: Claims | None = None) -> Text:
    """The number of the loyalty card."""
    return label("29", number * 7 + 3, 10, shown)


def given_name(number: Integers) -> Text:
    """A given name."""
    return words(GIVEN, scatter(number, 1) % len(GIVEN))


def family_name(household: Integers) -> Text:
    """A family name; most households share one."""
    return words(FAMILY, scatter(household, 2) % len(FAMILY))


def address(number: Integers, household: Integers, shown: Claims | None = None) -> Text:
    """An e-mail address."""
    plain = tuple(_ascii(name) for name in GIVEN), tuple(_ascii(name) for name in FAMILY)
    given = words(plain[0], scatter(number, 1) % len(GIVEN), shown)
    family = words(plain[1], scatter(household, 2) % len(FAMILY))
    domain = words(("@example.org", "@example.com", "@example.net"), scatter(number, 3) % 3)
    return pc.binary_join_element_wise(given, ".", family, pa.array(number).cast(pa.string()), domain, "")


def phone(number: Integers, shown: Claims | None = None) -> Text:
    """A telephone number, in international form."""
    fiction, other = label("+3363998", number % _FICTION, 4, shown), label("+330", number, 8, shown)
    return pc.if_else(pa.array(number < _FICTION), fiction, other)


def national(number: Integers, shown: Claims | None = None) -> Text:
    """The same telephone number as people type it: `06 39 98 12 34`."""
    digits = pc.utf8_replace_slice(phone(number, shown), 0, 3, "0")
    return pc.replace_substring_regex(digits, r"^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)", r"\1 \2 \3 \4 \5")


def browser(number: Integers, which: Integers, shown: Claims | None = None) -> Text:
    """The cookie of one of a person's browsers."""
    return label("ck-", number * 4 + which, 9, shown)


def household_browser(household: Integers, shown: Claims | None = None) -> Text:
    """The cookie of a browser that a household shares and nobody knows to be shared."""
    return label("ck-", household * 4 + 3, 9, shown)


def household_device(household: Integers, shown: Claims | None = None) -> Text:
    """A device that says it is shared."""
    return label("tab-", household, 7, shown)


def app_device(number: Integers, shown: Claims | None = None) -> Text:
    """The telephone on which somebody has the app."""
    return label("app-", number, 8, shown)


def misspelt(names: Text, where: Claims) -> Text:
    """The same names, some with two letters exchanged."""
    wrong = pc.replace_substring_regex(names, r"^(.)(.)(.)", r"\1\3\2")
    return pc.if_else(pa.array(where), wrong, names)


def scatter(number: Integers, salt: int) -> Integers:
    """A fixed pseudo-random number for each, (n,) int64 from 0 to 2^32 - 1; of two salts, one says nothing of the other.

    Source:
        The finaliser of SplitMix64: Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators, OOPSLA.
    """
    begins = np.uint64((salt + 1) * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF)
    mixed = np.asarray(number, np.int64).astype(np.uint64) + begins
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(32)).astype(np.int64)


def _ascii(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return plain.lower()
