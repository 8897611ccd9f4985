"""Which persona each person belongs to, and how sure that is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from parcours.gap.naming import register_terms
from parcours.gap.personas.learning import ENOUGH, learn, posterior_of
from parcours.gap.personas.store import Edits, read_definition, read_edits
from parcours.journey.life.ways import Words
from parcours.journey.personas import CONFIDENT, Acts, read_acts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from parcours.gap.personas.store import Definition
    from parcours.gap.results import Results

LOGIC = "1"  # raised when the meaning of a persona, or the way to it, changes, so that it is computed anew
NONE = 0  # the persona of whoever belongs to none
PEOPLE = "persona-people"  # file of the kept answer
NAME_OF_NONE = {"en": "None of these", "fr": "Aucun de ceux-ci"}
_FLIPS = 3.0  # times as likely as the persona somebody has: what it takes to give them another
_COLUMNS = {
    "person_id": pa.int64(),
    "persona": pa.int32(),
    "confidence": pa.float64(),
    "occasions": pa.int64(),
}


@dataclass(frozen=True)
class Personas:
    """Personas of a published run.

    Attributes:
        definition: What they are.
        edits: What was decided by hand.
        is_kept: The definition is in the vault; else it was learnt just now.
        people: `person_id`, `persona` (0: none), `confidence` in it (for none: in the likeliest), `occasions`; one row per person who did anything.
        habits: Persona to group and habit to (occasions, people).
    """

    definition: Definition
    edits: Edits
    is_kept: bool
    people: pa.Table
    habits: Mapping[int, Mapping[tuple[str, str], tuple[float, int]]]

    @property
    def ids(self) -> list[int]:
        """Those that are told, none of them merged away, in the order of the definition."""
        standing = (self.edits.standing(each["persona"]) for each in self.definition["classes"])
        return list(dict.fromkeys(standing))

    def name(self, persona: int, language: str) -> str:
        """What a persona is called."""
        if persona == NONE:
            return NAME_OF_NONE[language]
        own = next(each["name"] for each in self.definition["classes"] if each["persona"] == persona)
        given = self.edits.names.get(persona, {})
        return given.get(language) or next(iter(filter(None, given.values())), None) or own[language]


def personas_of(results: Results, *, anew: bool = False) -> Personas:
    """Who belongs to which persona; learnt by whoever asks first, and kept.

    Args:
        results: A published run.
        anew: Learn what personas are again, though it is known.

    Raises:
        TooFewPeople: Nobody can be grouped.
    """
    read: list[Acts] = []  # once, and only where something has to be computed

    def acts() -> Acts:
        if not read:
            results.progress("personas", 0, 3)
            results.see()
            register_terms(results.engine, results.vault)
            words = Words(*(results.vault.terms(kind) for kind in ("type", "channel", "namespace")))
            read.append(read_acts(results.engine, words))
        return read[0]

    known, edits = read_definition(results.vault), read_edits(results.vault)
    if known is None:  # nobody could write to the vault yet: what was learnt last holds on
        before = results.kept.last_answer("persona-definition")
        definition = results.kept.answer(
            "persona-definition", LOGIC, lambda: before or learn(acts(), None, edits)
        )
    else:
        definition = learn(acts(), known, edits) if anew else known
    state = hashlib.sha256(json.dumps([definition, sorted(edits.merged.items())]).encode()).hexdigest()
    people = results.kept.table(
        PEOPLE, LOGIC + state, lambda before: belong(acts(), definition, edits, before)
    )
    told = results.kept.answer("persona-habits", LOGIC + state, lambda: _habits(acts(), people))
    habits = {
        int(persona): {(group, habit): (occasions, count) for group, habit, occasions, count in rows}
        for persona, rows in told.items()
    }
    return Personas(definition, edits, known is not None and not anew, people, habits)


def belong(acts: Acts, definition: Definition, edits: Edits, before: pa.Table | None = None) -> pa.Table:
    """Each person's persona.

    Args:
        acts: Of everybody.
        definition: What personas are.
        edits: Merged personas are one.
        before: Whom it was known of last; they keep their persona unless another is three times as likely.
    """
    ids = np.array(sorted({edits.standing(each["persona"]) for each in definition["classes"]}), np.int64)
    standing = np.array([edits.standing(each["persona"]) for each in definition["classes"]], np.int64)
    likely = np.zeros((len(acts.people), len(ids)))
    found = posterior_of(definition, acts) if len(acts.people) else np.zeros((0, len(standing)))
    for column, persona in enumerate(standing):
        likely[:, np.searchsorted(ids, persona)] += found[:, column]
    best = likely.argmax(axis=1) if len(likely) else np.zeros(0, np.int64)
    if before is not None:
        best = _kept(best, likely, _places(before, acts.people, ids))
    sure = likely[np.arange(len(likely)), best]
    is_told = (acts.seen >= ENOUGH) & (sure >= CONFIDENT)
    columns = (acts.people, np.where(is_told, ids[best], NONE), sure, acts.seen)
    return pa.table(
        {
            name: pa.array(column).cast(kind, safe=False)
            for (name, kind), column in zip(_COLUMNS.items(), columns, strict=True)
        }
    )


def _places(before: pa.Table, people: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """(n_person,) place in `ids` of the persona that each had; -1: none of these."""
    had = np.full(len(people), -1, np.int64)
    who, persona = before["person_id"].to_numpy(), before["persona"].to_numpy().astype(np.int64)
    row = np.searchsorted(people, who)
    here = (row < len(people)) & (people[np.minimum(row, len(people) - 1)] == who) & np.isin(persona, ids)
    had[row[here]] = np.searchsorted(ids, persona[here])
    return had


def _kept(best: NDArray[np.int64], likely: NDArray[np.float64], had: NDArray[np.int64]) -> NDArray[np.int64]:
    rows = np.arange(len(best))
    stays = (had >= 0) & (likely[rows, best] < _FLIPS * likely[rows, np.maximum(had, 0)])
    return np.where(stays, had, best)


def _habits(acts: Acts, people: pa.Table) -> dict[str, Any]:
    """Persona to rows of group, habit, occasions and people."""
    found = {}
    persona = people["persona"].to_numpy()
    for each in np.unique(persona).tolist():
        own = acts.counts[persona == each]
        occasions, count = np.asarray(own.sum(axis=0)).ravel(), np.asarray((own > 0).sum(axis=0)).ravel()
        found[str(each)] = [
            [*habit, float(occasions[column]), int(count[column])] for column, habit in enumerate(acts.habits)
        ]
    return found


def register_personas(results: Results, language: str = "en") -> Personas:
    """Make the relation `persona_person` readable: `person_id`, `persona`, `confidence`, `occasions`, and `slice`, the persona's name.

    Raises:
        TooFewPeople: Nobody can be grouped.
    """
    found = personas_of(results)
    names = {NONE: found.name(NONE, language)} | {each: found.name(each, language) for each in found.ids}
    ids = pa.array(list(names), pa.int32())
    results.engine.register(
        "persona_name", pa.table({"persona": ids, "slice": pa.array(list(names.values()))})
    )
    results.engine.register("persona_belongs", found.people)
    results.engine.run(
        "create or replace temp view persona_person as select p.*, n.slice from persona_belongs as p left join persona_name as n using (persona)"
    )
    return found
