"""The rows behind a line of a persona's card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from parcours.gap.personas.belonging import register_personas
from parcours.gap.personas.store import find_persona, persona_text
from parcours.gap.results import Unknown, person_text
from parcours.gap.tables import VERDICT
from parcours.journey.measures import CONTACTS, SALES
from parcours.kernel.clock import format_instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.gap.results import Results

LINES = ("people", "value", "needs", "friction", "voice")
_TYPES: dict[str, Sequence[str]] = {"value": SALES, "needs": CONTACTS, "voice": ()}
Row = dict[str, Any]  # rows leave as JSON


def behind_rows(results: Results, name: str, line: str) -> list[Row]:
    """People, or rows of files, that a line is counted from.

    Args:
        results: A published run.
        name: Id of the persona, such as p2.
        line: One of `LINES`.

    Returns:
        `people`: `person`, `confidence`, `occasions`, the surest first. Else, the latest first, `person`, `at`, `file` and `row` with what the line
        tells: `amount_minor`, `reason`, `promise` or `score`. A sale that two systems tell of is in the list twice and is counted once.

    Raises:
        NoSuchPersona: There is none of this id.
        TooFewPeople: Nobody can be grouped.
        Unknown: There is no such line.
    """
    if line not in LINES:
        raise Unknown("line", line, LINES)
    results.see()
    found = register_personas(results)
    persona = found.edits.standing(find_persona(found.definition, name))
    if line == "people":
        own = found.people.filter(np.equal(found.people["persona"].to_numpy(), persona))
        rows = sorted(own.to_pylist(), key=lambda row: (-row["confidence"], row["person_id"]))
        return [
            {"persona": persona_text(persona), "person": person_text(row["person_id"]), "confidence": row["confidence"], "occasions": row["occasions"]}
            for row in rows
        ]  # fmt: skip
    if line == "friction":
        results.view(VERDICT)
        return _told(
            results,
            persona,
            results.engine.model(__package__, "persona_broken", {"persona": persona}).to_pylist(),
        )
    types = results.vault.terms("type")
    asked = {
        "persona": persona,
        "types": [types[kind] for kind in _TYPES[line] if kind in types] or [-1],
        "is_scored": line == "voice",
    }
    return _told(results, persona, results.engine.model(__package__, "persona_signal", asked).to_pylist())


def _told(results: Results, persona: int, rows: list[Row]) -> list[Row]:
    places = results.places([(row["file_id"], row["source_row"]) for row in rows])
    shown = ("type", "channel", "promise", "amount_minor", "currency", "reason", "score")
    return [
        {
            "persona": persona_text(persona),
            "person": person_text(row["person_id"]),
            "at": format_instant(row["occurred_at"], results.zone),
            **{name: row[name] for name in shown if row.get(name) is not None},
            **(places.get((row["file_id"], row["source_row"])) or {"file": None, "row": None}),
        }
        for row in rows
    ]
