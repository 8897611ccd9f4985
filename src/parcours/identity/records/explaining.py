"""Why two records are held to be one person: the waterfall of a pair, from what is believed of any pair to what is believed of this one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from parcours.identity.records.together import TOGETHER
from parcours.vault.tables import RECORD_MODEL, RECORD_PAIR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.vault import Vault

PRIOR = "any two records"
HABIT = "strangers agree in such things together"
NOTHING = "nothing to compare"


@dataclass(frozen=True)
class Reason:
    """One step of the waterfall.

    Attributes:
        comparison: What was compared; `any two records` for the first step.
        level: How it compared, in words.
        bits: What that is worth, in bits: 1 doubles the odds that both are one person, -1 halves them.
    """

    comparison: str
    level: str
    bits: float


def reasons(vault: Vault, token: int, other_token: int) -> list[Reason]:
    """The waterfall of a pair; its bits sum to the pair's weight.

    Returns:
        The steps, what any two records are worth first, then by size; empty where the pair was never proposed.
    """
    low, high = sorted((token, other_token))
    pair, model = RECORD_PAIR.c, RECORD_MODEL.c
    query = (
        select(pair.weight_bits, pair.evidence, model.parameters)
        .join(RECORD_MODEL, model.model_id == pair.model_id)
        .where(pair.token == low, pair.other_token == high)
    )
    with vault.transaction() as connection:
        row = connection.execute(query).first()
    if row is None:
        return []
    labels = _labels(row.parameters)
    told = [
        Reason(name, labels[name].get(level, NOTHING), bits) for name, level, bits in json.loads(row.evidence)
    ]
    start = row.weight_bits - sum(reason.bits for reason in told)
    return [Reason(PRIOR, "", round(start, 2)), *sorted(told, key=lambda reason: -abs(reason.bits))]


def _labels(parameters: Mapping[str, Any]) -> dict[str, dict[int, str]]:
    """By comparison, the words of each level: Splink numbers them from the last up."""
    found = {}
    for item in parameters["comparisons"]:
        levels = [level for level in item["comparison_levels"] if not level.get("is_null_level")]
        found[item["output_column_name"]] = {
            len(levels) - 1 - place: level["label_for_charts"] for place, level in enumerate(levels)
        }
    return {**found, TOGETHER: {0: HABIT}}
