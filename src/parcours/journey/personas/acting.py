"""What people do, and how: occasions of each habit, person by person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from parcours.journey.life.reading import NOTICES, PASSIVE
from parcours.journey.life.ways import AGREED, find_purchases
from parcours.journey.lived import FAMILIES
from parcours.journey.measures import CONTACTS, SALES
from parcours.kernel.clock import duration_us

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from parcours.journey.life.ways import Words
    from parcours.lake import Engine

LOOK_BACK = "30d"
SOON = "3d"
"""A look online so short before a purchase in store is taken for a part of it."""
RETURNS = ("return.asked", "return.opened", "return.announced")
_RARE = 0.002  # of people who do anything of its group: rarer habits tell two kinds of people from nobody


@dataclass(frozen=True)
class Acts:
    """Habits of people.

    Attributes:
        people: (n_person,) ids, rising.
        counts: (n_person, n_habit) occasions.
        habits: Group and name of each column.
    """

    people: NDArray[np.int64]
    counts: sparse.csr_matrix
    habits: tuple[tuple[str, str], ...]

    @property
    def seen(self) -> NDArray[np.float64]:
        """(n_person,) occasions on which each did anything."""
        return np.asarray(self.counts[:, self.columns("doing")].sum(axis=1)).ravel()

    def columns(self, group: str) -> NDArray[np.int64]:
        """Columns of a group."""
        return np.flatnonzero([name == group for name, _ in self.habits]).astype(np.int64)

    @property
    def groups(self) -> tuple[NDArray[np.int64], ...]:
        """Columns of each group."""
        names = list(dict.fromkeys(group for group, _ in self.habits))
        return tuple(self.columns(name) for name in names)


def read_acts(engine: Engine, words: Words, *, with_rare: bool = False) -> Acts:
    """Count what everybody did.

    Args:
        engine: Holds `seen` and `term`.
        words: Of the run.
        with_rare: Also habits of hardly anybody, which tell no two kinds of people apart.
    """
    find_purchases(engine, words, LOOK_BACK)

    def codes(known: Mapping[str, int], wanted: Sequence[str]) -> list[int]:
        return [known[name] for name in wanted if name in known] or [-1]

    asked = {
        "contacts": codes(words.types, CONTACTS),
        "digital": codes(words.channels, FAMILIES["digital"][1]),
        "store": codes(words.channels, FAMILIES["store"][1]),
        "returns": codes(words.types, RETURNS),
        "sales": codes(words.types, SALES),
        "notices": codes(words.types, NOTICES),
        "passive": codes(words.channels, sorted(PASSIVE)),
        "dealings": codes(words.namespaces, AGREED),
        "soon": duration_us(SOON),
    }
    table = engine.model(__package__, "persona_act", asked)
    people, row = np.unique(table["person_id"].to_numpy(), return_inverse=True)
    pairs = list(zip(table["habits"].to_pylist(), table["habit"].to_pylist(), strict=True))
    habits = tuple(sorted(set(pairs)))
    place = {habit: number for number, habit in enumerate(habits)}
    column = np.fromiter((place[pair] for pair in pairs), np.int64, len(pairs))
    counts = sparse.csr_matrix(
        (table["occasions"].to_numpy().astype(np.float64), (row.ravel(), column)),
        shape=(len(people), len(habits)),
    )
    found = Acts(people.astype(np.int64), counts, habits)
    return found if with_rare else _telling(found)


def _telling(acts: Acts) -> Acts:
    """Without habits of hardly anybody, and groups that then have one habit alone and tell nobody apart."""
    does = np.asarray((acts.counts > 0).sum(axis=0)).ravel()
    keep = np.zeros(len(acts.habits), dtype=bool)
    for columns in acts.groups:
        some = columns[does[columns] >= max(1.0, _RARE * does[columns].max())]
        if len(some) > 1:
            keep[some] = True
    kept = np.flatnonzero(keep)
    return Acts(acts.people, acts.counts[:, kept].tocsr(), tuple(acts.habits[number] for number in kept))
