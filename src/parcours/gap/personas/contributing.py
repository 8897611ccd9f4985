"""Why somebody belongs to a persona: what they did, and how far each group of habits speaks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from parcours.gap.naming import register_terms
from parcours.gap.personas.belonging import NONE, PEOPLE, Personas, belong
from parcours.gap.personas.learning import counts_of, mixture_of
from parcours.gap.personas.store import persona_text, read_definition, read_edits
from parcours.journey.life.ways import Words
from parcours.journey.personas import find_patterns, read_acts
from parcours.journey.personas.mixing import Mixture
from parcours.journey.personas.naming import habit_words

if TYPE_CHECKING:
    from parcours.gap.results import Results
    from parcours.journey.personas import Acts

Row = dict[str, Any]  # rows leave as JSON
_LEAST = 1e-12  # a probability that is none


def persona_of_person(results: Results, person_id: int, language: str = "en") -> Row | None:
    """Somebody's persona and what speaks for it, from their signals alone.

    Returns:
        `persona` (None: none of these), `name`, `confidence`, `occasions` and `why`: groups of habits, the one that speaks most for it first, with
        `did` (habits in words, with occasions) and `bits` (logarithm to base 2 of how much likelier it makes the persona; below 0 it speaks
        against). None: personas have not been learnt yet, or they did nothing.
    """
    definition, edits = read_definition(results.vault), read_edits(results.vault)
    if definition is None:
        return None
    results.see()
    register_terms(results.engine, results.vault)
    results.engine.run(
        f"create or replace temp view seen as select * from seen_signal where person_id = {int(person_id)}"
    )
    words = Words(*(results.vault.terms(kind) for kind in ("type", "channel", "namespace")))
    acts = read_acts(results.engine, words, with_rare=True)
    results.see()
    if not len(acts.people):
        return None
    people = belong(acts, definition, edits, results.kept.last(PEOPLE))
    told = people.to_pylist()[0]
    found = Personas(definition, edits, is_kept=True, people=people, habits={})
    return {
        "persona": None if told["persona"] == NONE else persona_text(told["persona"]),
        "name": found.name(told["persona"], language),
        "confidence": told["confidence"],
        "occasions": told["occasions"],
        "why": _speaks_for(found, acts, told["persona"], language),
    }


def _speaks_for(found: Personas, acts: Acts, persona: int, language: str) -> list[Row]:
    mixture, counts = mixture_of(found.definition), counts_of(found.definition, acts)
    mine = np.array(
        [found.edits.standing(each["persona"]) == persona for each in found.definition["classes"]]
    )
    habits = [(group, habit) for group, habit in found.definition["habits"]]
    rows = []
    for columns in mixture.groups:
        done = [(habits[column], float(counts[0, column])) for column in columns if counts[0, column] > 0]
        if not done:
            continue
        alone = Mixture(mixture.shares, mixture.alphas[:, columns], (np.arange(len(columns)),), 0.0)
        after = alone.posterior(find_patterns(counts[:, columns].tocsr(), alone.groups))[0]
        bits = None
        if mine.any():
            bits = float(np.log2(max(after[mine].sum(), _LEAST) / mixture.shares[mine].sum()))
        did = [{"habit": habit_words(habit, language), "occasions": round(times)} for habit, times in done]
        rows.append({"group": habits[columns[0]][0], "did": did, "bits": bits})
    return sorted(rows, key=lambda row: -(row["bits"] or 0.0))
