"""Two people, or two identifiers, side by side: what is told of each, what their records weigh together, and what joins them."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from parcours.identity.explaining import Teller, evidence_within, hexadecimal
from parcours.identity.paths import way
from parcours.identity.records.explaining import reasons
from parcours.identity.records.golden import golden_record
from parcours.identity.store import item_of
from parcours.identity.types import Why

if TYPE_CHECKING:
    from collections.abc import Collection

    from parcours.identity.explaining import Desk
    from parcours.identity.records.settings import RecordSettings

Row = dict[str, Any]  # rows leave as JSON


def explain_pair(desk: Desk, token: int, other_token: int, settings: RecordSettings) -> Row | None:
    """Why two are one, or are not.

    Args:
        desk: An open desk.
        token: Any token of the one.
        other_token: Any token of the other; or another token of the same person.
        settings: Of `identity.yaml`: thresholds, and which value survives.

    Returns:
        A JSON document; None where one of them is nobody's. `pairs` holds records that were weighed, with every step, the heaviest first;
        `path` the evidence that leads from the one to the other where they are one person; `waiting` what awaits a decision between them.
    """
    run_id = desk.manifest.run_id
    person, other = (desk.person_then(end, run_id) for end in (token, other_token))
    if person is None or other is None:
        return None
    is_one = person == other
    tokens = set(desk.tokens_then(person, run_id))
    others = tokens if is_one else set(desk.tokens_then(other, run_id))
    sides = ({token}, {other_token}) if is_one else (tokens, others)
    links = desk.links(tokens | others, desk.manifest.as_of)
    path = (way(evidence_within(desk, tokens, links), token, other_token) if is_one else None) or []
    steps = [(item.token, item.other_token) for item in path]
    pairs = _pairs(desk, sides, steps)
    weighed = {item_of(row["token"], row["other_token"]) for row in pairs}
    waiting = [] if is_one else _waiting(desk, tokens, others, links)
    ends = {
        end for row in (*pairs, *waiting) for end in (row["token"], row["other_token"]) if end is not None
    }
    names = desk.named({token, other_token, *ends, *(end for step in steps for end in step)})
    teller = Teller(desk, names)
    told, other_told = (golden_record(desk.vault, side, settings) for side in sides)
    values, other_values = ({item.field: item.value for item in side} for side in (told, other_told))
    fields = [*values, *(field for field in other_values if field not in values)]
    return {
        "person": hexadecimal(person),
        "other_person": hexadecimal(other),
        "one": is_one,
        "from": teller.text(token),
        "to": teller.text(other_token),
        "told": [
            {"field": field, "value": values.get(field), "other_value": other_values.get(field)}
            for field in fields
        ],
        "thresholds": {
            name: {"probability": level, "bits": round(bits_of(level), 2)}
            for name, level in (("merge", settings.merge), ("review", settings.review))
        },
        "pairs": [_told_pair(row, teller) for row in pairs],
        "path": [teller.evidence(item) for item in path],
        "waiting": [teller.item(row) for row in waiting if row["item_id"] not in weighed],
    }


def bits_of(probability: float) -> float:
    """A probability as log-odds in bits.

    Example:
        >>> bits_of(0.5), bits_of(0.8)
        (0.0, 2.0)
    """
    return round(math.log2(probability / (1 - probability)), 12)


def _pairs(desk: Desk, sides: tuple[set[int], set[int]], steps: Collection[tuple[int, int]]) -> list[Row]:
    """Pairs of records between the sides, or along the way from one to the other, with every step of their weight."""
    ends = sides[0] | sides[1] | {end for step in steps for end in step}
    sql = (
        "select token, other_token, weight_bits, probability, decision from record_pair "
        "where token in (select value from json_each(?)) and other_token in (select value from json_each(?)) "
        "order by weight_bits desc, token, other_token"
    )
    listed = json.dumps(sorted(ends))
    with desk.vault.transaction() as connection:
        rows = connection.exec_driver_sql(sql, (listed, listed)).mappings().all()
    found = []
    for row in rows:
        one, other = row["token"], row["other_token"]
        between = (one in sides[0] and other in sides[1]) or (one in sides[1] and other in sides[0])
        if between or (one, other) in steps or (other, one) in steps:
            found.append({**row, "steps": reasons(desk.vault, one, other)})
    return found


def _told_pair(row: Row, teller: Teller) -> Row:
    total, steps = 0.0, []
    for step in row["steps"]:
        total += step.bits
        steps.append(
            {"comparison": step.comparison, "level": step.level, "bits": step.bits, "total": round(total, 2)}
        )
    return {
        "item": hexadecimal(item_of(row["token"], row["other_token"])),
        "from": teller.text(row["token"]),
        "to": teller.text(row["other_token"]),
        "decision": row["decision"],
        "bits": round(row["weight_bits"], 2),
        "probability": row["probability"],
        "steps": steps,
    }


def _waiting(desk: Desk, tokens: set[int], others: set[int], links: list[Row]) -> list[Row]:
    """Items of the review queue between two people: pairs of theirs, and hubs that both were seen with."""
    seen_with: tuple[set[int], set[int]] = (set(), set())
    for row in links:
        for side, beside in zip((tokens, others), seen_with, strict=True):
            if row["token"] in side or row["other_token"] in side:
                beside |= {row["token"], row["other_token"]}
    found = desk.review_of({*tokens, *others, *(seen_with[0] & seen_with[1])})
    return [
        row
        for row in found
        if (row["why"] == Why.HUB.value and row["token"] in seen_with[0] & seen_with[1])
        or (row["token"] in tokens and row["other_token"] in others)
        or (row["token"] in others and row["other_token"] in tokens)
    ]
