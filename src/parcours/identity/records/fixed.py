"""The model of a handful of records, from which nothing can be learnt: what is known of such fields anywhere."""

from __future__ import annotations

from typing import Any

from parcours.identity.records.learning import settings_of

_SAME = 0.9  # of records of one person agree in a field that both tell: nine of ten, as in most published linkages
# How often two strangers agree. Names: the sum of squared shares in a country's name files, about one in a hundred for given names
# and one in a thousand for family names. Birth dates: one of 365 days in some 80 years. E-mails and phones are given out once, and shared in families.
# Places: a handful of records comes from few shops, so neighbours are many.
_STRANGERS = {
    "given_name": 0.01,
    "family_name": 0.002,
    "birth_date": 1 / (365 * 80),
    "email": 1e-5,
    "phone": 1e-5,
    "street": 0.01,
    "place": 0.1,
    "postcode": 0.1,
    "city": 0.2,
}
_NEAR = 4.0  # each level further from the same is met so many times as often by strangers


def fixed_model(asked: list[dict[str, Any]], records: int) -> dict[str, Any]:
    """A model for records too few to learn from; `is_fixed` says that only what is certain may join.

    Args:
        asked: The comparisons, as Splink's settings write them, without probabilities.
        records: How many there are.

    Returns:
        Splink's settings with every probability; no value is rarer than another.
    """
    return {
        **settings_of([_told(item) for item in asked]),
        "probability_two_random_records_match": 1 / max(2, records),
        "terms": {},
        "is_fixed": True,
    }


def _told(item: dict[str, Any]) -> dict[str, Any]:
    null, *levels = item["comparison_levels"]
    same = _STRANGERS[item["output_column_name"]]
    between = [min(same * _NEAR**place, 0.5 / len(levels)) for place in range(1, len(levels) - 1)]
    strangers = [same, *between, 1 - same - sum(between)]
    rest = (1 - _SAME) / (len(levels) - 1)
    agree = [_SAME, *[rest] * (len(levels) - 1)]
    return {
        **item,
        "comparison_levels": [null, *map(_level, levels, agree, strangers)],
    }


def _level(level: dict[str, Any], agree: float, strangers: float) -> dict[str, Any]:
    known = {name: value for name, value in level.items() if not name.startswith("tf_")}
    return {**known, "m_probability": agree, "u_probability": strangers}
