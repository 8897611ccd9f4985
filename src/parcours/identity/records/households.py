"""What members of a household share, and what is a person's own: couples look like one person in all but that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    from parcours.identity.records.patterns import Comparisons
    from parcours.lake import Engine

SHARED = ("family_name", "street", "place", "postcode", "city", "phone")  # with whom one lives
_CERTAIN = ("given_name", "family_name", "birth_date", "email")  # the same in all: one person whatever else
_ENOUGH_HOUSEHOLDS = 20
_ALIKE = 1  # level of given names with several slips between them, or none in common: Carol and Charlie
_ATTESTED = 5  # records with a name make it a name
_CLOSE_BIRTH_DATES = 2  # levels of the comparison that count as the same: equal, one digit off


def are_two(asked: Comparisons, levels: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which patterns show two given names that are not alike, and no birth date in common: nothing is learnt from them of one person.

    Args:
        asked: The comparisons.
        levels: (n_pattern, n_comparison) int64; -1 nothing to compare.

    Returns:
        (n_pattern,) bool.
    """
    column = {item["output_column_name"]: place for place, item in enumerate(asked)}
    if "given_name" not in column:
        return np.zeros(len(levels), bool)
    two = np.isin(levels[:, column["given_name"]], (0, _ALIKE))
    if "birth_date" in column:
        top = _top(asked[column["birth_date"]])
        two &= levels[:, column["birth_date"]] <= top - _CLOSE_BIRTH_DATES
    return np.asarray(two, np.bool_)


def household_share(engine: Engine, merge_bits: float) -> float:
    """Of pairs that would be one person by what a household shares, and of which more is known, the part that is one.

    Where no two members of a household are customers this is near 1, and what a household shares tells who it is. Where there are many, it
    says nothing of a pair that tells no more than that.

    Args:
        engine: Holds `scored`.
        merge_bits: Log-odds from which on a pair is one person.

    Returns:
        A ratio; 0 where too few pairs tell.
    """
    sql = "select count(*) filter (is_own and not is_two), count(*) filter (is_own or is_two) from scored where shared_bits >= $bits"
    one, known = engine.rows(sql, {"bits": merge_bits})[0]
    return one / known if known >= _ENOUGH_HOUSEHOLDS else 0.0


def own_sql(compared: Mapping[str, int]) -> str:
    """SQL over levels `g_...`: given name, birth date or, where no given name speaks against it, e-mail agree: members of a household do not share them."""
    own = [f"g_given_name > {_ALIKE}"] if "given_name" in compared else []
    if "birth_date" in compared:
        own.append(_close_birth_date(compared))
    if "email" in compared:
        own.append(
            "g_email > 0" + (f" and g_given_name not in (0, {_ALIKE})" if "given_name" in compared else "")
        )
    return f"({' or '.join(own) or 'false'})"


def two_sql(compared: Mapping[str, int]) -> str:
    """SQL over levels and `bearers`: two given names that others bear too, not alike, and no birth date in common: a name nobody else bears is more likely a slip."""
    if "given_name" not in compared:
        return "false"
    two = f"coalesce(g_given_name in (0, {_ALIKE}) and bearers >= {_ATTESTED}, false)"
    return f"({two} and not {_close_birth_date(compared)})" if "birth_date" in compared else two


def certain_sql(compared: Mapping[str, int]) -> str:
    """SQL over levels: name, birth date and e-mail are the same."""
    if not compared.keys() >= set(_CERTAIN):
        return "false"
    return f"({' and '.join(f'g_{name} = {compared[name]}' for name in _CERTAIN)})"


def _close_birth_date(compared: Mapping[str, int]) -> str:
    return f"(g_birth_date > {compared['birth_date'] - _CLOSE_BIRTH_DATES})"


def _top(item: Mapping[str, Any]) -> int:
    return len(item["comparison_levels"]) - 2
