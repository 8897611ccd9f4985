"""The slice `persona` of a map's gaps: joined when gaps are read, since personas are no part of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.gap.personas.belonging import NONE, register_personas
from parcours.gap.personas.store import TooFewPeople
from parcours.gap.results import VERDICTS, interval_parts, populations
from parcours.gap.tables import VERDICT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.gap.results import Results

PERSONA = "persona"
Row = dict[str, Any]  # rows leave as JSON


def persona_gaps(results: Results, rows: Sequence[Row], language: str = "en") -> list[Row]:
    """Rows of promises by persona, for the maps that name this slice; none where nobody can be grouped.

    Args:
        results: A published run.
        rows: Of `Results.gaps`; each promise's row over everything tells its words, owner and goal.
        language: Of names.

    Returns:
        Rows shaped as `rows`, of all time; verdicts about nobody known, or about who belongs to none, are in none of them. Scores are not told.
    """
    whole = {
        (row["map"], row["promise"]): row
        for row in rows
        if not row["slice"] and row["period"] is None and PERSONA in results.maps[row["map"]]["slices"]
    }
    if not whole:
        return []
    try:
        found = register_personas(results, language)
    except TooFewPeople:
        return []
    results.view(VERDICT)
    names = {code: text.partition("/")[::2] for text, code in results.vault.terms("promise").items()}
    counted = [
        row
        for row in results.engine.model(__package__, "persona_promise").to_pylist()
        if names[row["promise_id"]] in whole and row["persona"] != NONE
    ]
    unsaid = {verdict: {"scores": 0, "score_mean": None} for verdict in ("kept", "broken")}
    return [
        {
            **whole[names[row["promise_id"]]],
            "slice": {PERSONA: found.name(row["persona"], language)},
            **{key: row[key] for key in ("people", "eligible", *VERDICTS)},
            **{key: told[key] for key in ("kept_ratio", "low", "high")},
            "population": told,
            **parts,
            "money": None,
            "said": unsaid,
        }
        for row, told, parts in zip(counted, populations(counted), interval_parts(counted), strict=True)
    ]
