"""Why somebody belongs to a persona: what they did, and how far each group of habits speaks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from parcours.gap.naming import register_terms
from parcours.gap.personas.learning import counts_of, mixture_of
from parcours.journey.life.ways import Words
from parcours.journey.personas import find_patterns, read_acts
from parcours.journey.personas.mixing import Mixture
from parcours.journey.personas.naming import habit_words

if TYPE_CHECKING:
    from parcours.gap.personas.belonging import Personas
    from parcours.gap.results import Results


def speaks_for(
    results: Results, found: Personas, person_id: int, persona: int, language: str
) -> list[dict[str, Any]]:
    """Groups of habits of a person, the one that speaks most for their persona first.

    Returns:
        Rows with `group`, `did` (habit in words and occasions), `bits` (logarithm to base 2 of how much likelier it is in this persona than
        in the mean of all; below 0 it speaks against), null where they belong to none.
    """
    results.see()
    register_terms(results.engine, results.vault)
    results.engine.run(
        f"create or replace temp view seen as select * from seen_signal where person_id = {int(person_id)}"
    )
    acts = read_acts(
        results.engine,
        Words(*(results.vault.terms(kind) for kind in ("type", "channel", "namespace"))),
        with_rare=True,
    )
    results.see()
    mixture, counts = mixture_of(found.definition), counts_of(found.definition, acts)
    mine = np.array(
        [found.edits.standing(each["persona"]) == persona for each in found.definition["classes"]]
    )
    habits = [tuple(habit) for habit in found.definition["habits"]]
    rows = []
    for columns in mixture.groups:
        done = [(habits[column], float(counts[0, column])) for column in columns if counts[0, column] > 0]
        if done:
            alone = Mixture(
                mixture.shares, mixture.alphas[:, columns], (np.arange(len(columns)),), mixture.log_likelihood
            )
            patterns = find_patterns(counts[:, columns].tocsr(), alone.groups)
            after = alone.posterior(patterns)[0]
            before = float(mixture.shares[mine].sum())
            bits = float(np.log2(max(after[mine].sum(), 1e-12) / before)) if mine.any() else None
            did = [{"habit": habit_words(habit, language), "occasions": round(times)} for habit, times in done]
            rows.append({"group": habits[columns[0]][0], "did": did, "bits": bits})
    return sorted(rows, key=lambda row: -(row["bits"] or 0.0))
