"""How two records are compared, field by field: levels from plainly the same to plainly different, as Splink reads them.

The levels say what happens to such fields: names are shortened, misspelt, swapped; birth dates have a wrong digit or day and month
exchanged; people move, and keep their name. How much each level weighs is not written here: it is estimated from the records themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

CLOSE = 0.92  # Jaro-Winkler similarity of a name with one slip: `martin`, `martni`
ALIKE = 0.80  # ... with two or three
# What of a record is compared; made once a record, not once a pair.
RECORDS_TO_COMPARE = """
    select *, split_part(email, '@', 1) as mailbox, regexp_replace(email, '[^0-9]', '', 'g') as email_digits from record"""


@dataclass(frozen=True)
class Level:
    """One way in which two values may compare.

    Attributes:
        label: What a reader is told.
        condition: SQL over the columns `x_l` and `x_r`; empty for all that is left.
        rare: Column whose frequency decides what agreement is worth: sharing `Martin` says less than sharing `Zylberstein`.
    """

    label: str
    condition: str
    rare: str | None = None


@dataclass(frozen=True)
class Comparison:
    """One question asked of two records.

    Attributes:
        name: Of the comparison.
        needs: Without these columns it is left out.
        null: SQL that holds where nothing can be said.
        levels: From the same to different; the first that holds counts.
        columns: Other columns its conditions read; without one, the levels that read it are left out.
    """

    name: str
    needs: tuple[str, ...]
    null: str
    levels: tuple[Level, ...]


def comparisons(present: Collection[str]) -> list[Comparison]:
    """The questions that records with these fields can answer.

    Args:
        present: Fields of which at least two records say something.
    """
    asked = (*_names(present), _BIRTH_DATE, _EMAIL, _PHONE, *_addresses(present))
    return [item for item in asked if set(item.needs) <= set(present)]


def splink_comparison(item: Comparison) -> dict[str, Any]:
    """A comparison as Splink's settings write it."""
    null = {"sql_condition": item.null, "label_for_charts": "nothing to compare", "is_null_level": True}
    return {
        "output_column_name": item.name,
        "comparison_description": item.name,
        "comparison_levels": [null, *(_splink_level(level) for level in item.levels)],
    }


def level_sql(item: Mapping[str, Any]) -> str:
    """SQL that answers the level of a comparison, given as Splink's settings write it and numbered as Splink does: -1 where nothing is to compare.

    Example:
        >>> level_sql(splink_comparison(Comparison("x", ("x",), "x_l is null", (Level("same", "x_l = x_r"), Level("different", "")))))
        'case when x_l is null then -1 when x_l = x_r then 1 else 0 end'
    """
    last = len(item["comparison_levels"]) - 2
    cases = [
        f"when {level['sql_condition']} then {-1 if level.get('is_null_level') else last - place + 1}"
        for place, level in enumerate(item["comparison_levels"])
        if level["sql_condition"] != "ELSE"
    ]
    return f"case {' '.join(cases)} else 0 end"


def _splink_level(level: Level) -> dict[str, Any]:
    told: dict[str, Any] = {"sql_condition": level.condition or "ELSE", "label_for_charts": level.label}
    if level.rare is not None:
        told |= {"tf_adjustment_column": level.rare, "tf_adjustment_weight": 1.0}
    return told


def _missing(*columns: str) -> str:
    return " or ".join(f"{column}_{side} is null" for column in columns for side in "lr")


def _same(column: str) -> str:
    return f"{column}_l = {column}_r"


def _close(column: str, similarity: float = CLOSE) -> str:
    return f"jaro_winkler_similarity({column}_l, {column}_r) >= {similarity}"


def _edits(column: str, most: int) -> str:
    return f"levenshtein({column}_l, {column}_r) <= {most}"


_REST = Level("different", "")


def _names(present: Collection[str]) -> list[Comparison]:
    """Given and family name; where both were exchanged the one says so, and the other has nothing to add."""
    both = {"given_name", "family_name"} <= set(present)
    crossed = (
        "given_name_l <> given_name_r and ("
        + " or ".join(
            f"{one}_l = {other}_r and jaro_winkler_similarity({other}_l, {one}_r) >= {CLOSE}"
            for one, other in (("given_name", "family_name"), ("family_name", "given_name"))
        )
        + ")"
    )
    shortened = "starts_with(given_name_l, given_name_r) or starts_with(given_name_r, given_name_l)"
    # Two parts: one of them taken or left at marriage.
    part = " or ".join(
        f"list_contains(string_split(family_name_{a}, ' '), family_name_{b})" for a, b in ("lr", "rl")
    )
    given = (
        Level("same", _same("given_name"), "given_name"),
        *([Level("given and family name exchanged", crossed)] if both else []),
        Level("one slip", f"{_close('given_name')} or {_edits('given_name', 1)}"),
        Level("initial or short form", shortened),
        Level("alike", _close("given_name", ALIKE)),
        _REST,
    )
    family = (
        Level("same", _same("family_name"), "family_name"),
        Level("one slip", f"{_close('family_name')} or {_edits('family_name', 1)}"),
        Level("one part of two", part),
        Level("alike", _close("family_name", ALIKE)),
        _REST,
    )
    nothing = _missing("family_name") + (f" or ({crossed})" if both else "")
    return [
        Comparison("given_name", ("given_name",), _missing("given_name"), given),
        Comparison("family_name", ("family_name",), nothing, family),
    ]


_EXCHANGED = (
    "substr(birth_date_l, 1, 4) = substr(birth_date_r, 1, 4) and substr(birth_date_l, 6, 2) = substr(birth_date_r, 9, 2) "
    "and substr(birth_date_l, 9, 2) = substr(birth_date_r, 6, 2)"
)
_BIRTH_DATE = Comparison(
    "birth_date",
    ("birth_date",),
    _missing("birth_date"),
    (
        Level("same", _same("birth_date"), "birth_date"),
        Level("one digit off", "hamming(birth_date_l, birth_date_r) <= 1"),
        Level(
            "two digits off, or day and month exchanged",
            f"hamming(birth_date_l, birth_date_r) <= 2 or {_EXCHANGED}",
        ),
        Level("same year", "substr(birth_date_l, 1, 4) = substr(birth_date_r, 1, 4)"),
        _REST,
    ),
)
# Mailboxes are made of names; what tells two `jean.dupont` apart is the number.
_SAME_DIGITS = _same("email_digits")
_EMAIL = Comparison(
    "email",
    ("email",),
    _missing("email"),
    (
        Level("same", _same("email"), "email"),
        Level("same before the @", _same("mailbox")),
        Level("one or two slips", f"{_SAME_DIGITS} and {_edits('email', 2)}"),
        Level(
            "alike before the @",
            f"{_SAME_DIGITS} and {_close('mailbox')}",
        ),
        _REST,
    ),
)
_PHONE = Comparison(
    "phone",
    ("phone",),
    _missing("phone"),
    (Level("same", _same("phone"), "phone"), Level("one digit off", _edits("phone", 1)), _REST),
)


def _addresses(present: Collection[str]) -> list[Comparison]:
    """The street with its number, and the place with its postcode: asked together, since who shares one mostly shares the other."""
    numbered = "house_number" in present
    number = " and house_number_l = house_number_r" if numbered else ""
    street = Comparison(
        "street",
        ("street",),
        _missing("street"),
        (
            *([Level("same street and number", _same("street") + number, "street")] if numbered else []),
            *(
                [Level("street one slip off, same number", f"({_close('street')}){number}")]
                if numbered
                else []
            ),
            Level("same street", _same("street"), "street"),
            Level("street one slip off", _close("street")),
            *(
                [Level("same number, other street", "house_number_l = house_number_r", "house_number")]
                if numbered
                else []
            ),
            _REST,
        ),
    )
    if {"postcode", "city"} <= set(present):
        nothing = "(postcode_l is null or postcode_r is null) and (city_l is null or city_r is null)"
        place = Comparison(
            "place",
            ("postcode", "city"),
            nothing,
            (
                Level("same postcode and city", f"{_same('postcode')} and {_same('city')}", "postcode"),
                Level("same postcode", _same("postcode"), "postcode"),
                Level(
                    "same city, postcode one digit off", f"({_edits('postcode', 1)}) and ({_close('city')})"
                ),
                Level("same city", _same("city"), "city"),
                Level("city one slip off", _close("city")),
                Level("postcode one digit off", _edits("postcode", 1)),
                _REST,
            ),
        )
        return [street, place]
    places = {
        "postcode": (
            Level("same", _same("postcode"), "postcode"),
            Level("one digit off", _edits("postcode", 1)),
            _REST,
        ),
        "city": (Level("same", _same("city"), "city"), Level("one slip", _close("city")), _REST),
    }
    return [street, *(Comparison(name, (name,), _missing(name), levels) for name, levels in places.items())]
