"""What a run changed about who is who: tokens that moved, and the merges and splits they amount to, each with the evidence behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from parcours.identity.linking import among, distinct
from parcours.identity.types import Why

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from parcours.identity.types import Edges, Solved, Tokens

MERGE, SPLIT = "merge", "split"
SEEN_TOGETHER, BY_RECORDS, DECIDED, EVIDENCE_GONE = "seen_together", "records", "decided", "evidence_gone"
_SPLIT_CAUSES = (
    Why.APART.value,
    Why.HUB.value,
    Why.TWO_ACCOUNTS.value,
    Why.CAP.value,
)  # the first that holds


@dataclass(frozen=True)
class Change:
    """One merge or split.

    Attributes:
        person_id: Who goes on under this id.
        other_person_id: Who was merged into them, or was split off.
        edge: Place of the evidence; None where none is left.
    """

    kind: str
    person_id: int
    other_person_id: int
    cause: str
    edge: int | None


@dataclass(frozen=True)
class Changes:
    """What became of people between two runs.

    Attributes:
        moves: `token, person_id, new_person_id`: one row per token that is new, gone, or somebody else's.
        people: (n,) int64, sorted: people that gained or lost a token, old ids included.
        events: Merges and splits, in a fixed order.
    """

    moves: pa.Table
    people: Tokens
    events: Sequence[Change]


def compare(
    known_token: Tokens, known_person: Tokens, solved: Solved, people: Tokens, edges: Edges
) -> Changes:
    """Hold the people of a run against those of the run before.

    A merge is between people that an earlier run published. Where the founding token of a person went on with others, the person was
    merged into whoever has it now; tokens that parted from it were split off.

    Args:
        known_token: (k,) int64, tokens of the last run.
        known_person: (k,) int64, the person each had.
        solved: Who is who now.
        people: (t,) int64, the person of each of `solved.tokens`.
        edges: The evidence that was solved.
    """
    before = _Before(known_token, known_person, solved.tokens)
    moved = before.is_known & (before.person != people)
    fresh = ~before.is_known
    changed = moved | fresh
    gone_token, gone_person = known_token[before.gone], known_person[before.gone]
    moves = pa.table(
        {
            "token": np.concatenate([solved.tokens[changed], gone_token]),
            "person_id": pa.array(
                np.concatenate([before.person[changed], gone_person]),
                mask=np.concatenate([fresh[changed], np.zeros(len(gone_token), bool)]),
            ),
            "new_person_id": pa.array(
                np.concatenate([people[changed], np.zeros(len(gone_token), np.int64)]),
                mask=np.concatenate([np.zeros(int(changed.sum()), bool), np.ones(len(gone_token), bool)]),
            ),
        }
    )
    touched = distinct(np.concatenate([people[changed], before.person[moved], gone_person]))
    return Changes(moves, touched, _events(before, moved, people, solved, edges))


class _Before:
    """The people of the last run, laid beside the tokens of this one."""

    def __init__(self, known_token: Tokens, known_person: Tokens, tokens: Tokens) -> None:
        still = among(known_token, tokens)
        place = np.searchsorted(tokens, known_token[still])
        self.gone = ~still
        self.is_known = np.zeros(len(tokens), bool)
        self.is_known[place] = True
        self.person = np.zeros(len(tokens), np.int64)
        self.person[place] = known_person[still]


def _events(
    before: _Before, moved: NDArray[np.bool_], people: Tokens, solved: Solved, edges: Edges
) -> list[Change]:
    pairs = _distinct_rows(before.person[moved], people[moved])
    if not pairs:
        return []
    olds = np.array(sorted({old for old, _ in pairs}), np.int64)
    founded = dict(
        zip(*(part.tolist() for part in _where_founders_are(olds, solved.tokens, people)), strict=True)
    )
    merged = {old: new for old, new in pairs if founded.get(old) == new}
    split = sorted(pair for pair in pairs if founded.get(pair[0]) != pair[1])
    ends = _Ends(before, people, solved, edges)
    joints = ends.joints(merged)
    cuts = ends.cuts(split)
    events = [
        Change(MERGE, new, old, ends.cause_of_merge(joints.get(old)), joints.get(old))
        for old, new in sorted(merged.items())
    ]
    return events + [
        Change(SPLIT, founded.get(old, old), new, *cuts.get((old, new), (EVIDENCE_GONE, None)))
        for old, new in split
    ]


def _where_founders_are(olds: Tokens, tokens: Tokens, people: Tokens) -> tuple[Tokens, Tokens]:
    """Of people of the last run whose founding token is still seen: the person it belongs to now."""
    there = olds[among(olds, tokens)]
    return there, people[np.searchsorted(tokens, there)]


class _Ends:
    """Edges by the people their ends belonged to, and belong to."""

    def __init__(self, before: _Before, people: Tokens, solved: Solved, edges: Edges) -> None:
        self._edges, self._solved = edges, solved
        left, right = (np.searchsorted(solved.tokens, ends) for ends in (edges.left, edges.right))
        nobody = np.iinfo(np.int64).min
        old = np.where(before.is_known, before.person, nobody)
        self._old = old[left], old[right]
        self._new = people[left], people[right]

    def joints(self, merged: dict[int, int]) -> dict[int, int]:
        """Of each person merged away: the first evidence that leads from what they were to others, to their new self if it can be."""
        (old, far_old), (new, _) = self._old, self._new
        gone = np.array(sorted(merged), np.int64)
        found: dict[int, int] = {}
        leading = self._solved.followed & (old != far_old)
        for near, far in ((old, far_old), (far_old, old)):
            for place in np.flatnonzero(leading & among(near, gone)).tolist():
                who = int(near[place])
                key = (far[place] != new[place], int(self._edges.first_at[place]), place)
                held = found.get(who)
                if held is None or key < (
                    self._far(who, held) != new[held],
                    int(self._edges.first_at[held]),
                    held,
                ):
                    found[who] = place
        return found

    def _far(self, person: int, place: int) -> int:
        """Whose the end of an edge was that was not `person`'s."""
        one, other = int(self._old[0][place]), int(self._old[1][place])
        return other if one == person else one

    def cause_of_merge(self, place: int | None) -> str:
        """Whether it was seen, inferred from records, or decided."""
        if place is None:
            return DECIDED
        return BY_RECORDS if self._edges.inferred[place] else SEEN_TOGETHER

    def cuts(self, split: Sequence[tuple[int, int]]) -> dict[tuple[int, int], tuple[str, int]]:
        """Of each part that was split off: why the evidence that held it is not followed any more, and the first piece of it."""
        (old, far_old), (new, far_new) = self._old, self._new
        parted = np.array(sorted({who for who, _ in split}), np.int64)
        held = ~self._solved.followed & (old == far_old) & (new != far_new) & among(old, parted)
        found: dict[tuple[int, int], tuple[int, int, int]] = {}
        for place in np.flatnonzero(held).tolist():
            why = self._why(place)
            if why is None:
                continue
            key = (_SPLIT_CAUSES.index(why), int(self._edges.first_at[place]), place)
            for end in (new, far_new):
                pair = int(old[place]), int(end[place])
                found[pair] = min(found.get(pair, key), key)
        return {pair: (_SPLIT_CAUSES[cause], place) for pair, (cause, _, place) in found.items()}

    def _why(self, place: int) -> str | None:
        """Why an edge is not followed; None where it never carries."""
        if place in self._solved.refused:
            return self._solved.refused[place][0].value
        ends = np.array([self._edges.left[place], self._edges.right[place]])
        return Why.HUB.value if among(ends, self._solved.hubs.token).any() else None


def _distinct_rows(first: Tokens, second: Tokens) -> set[tuple[int, int]]:
    if not len(first):
        return set()
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    new = np.concatenate([[True], (first[1:] != first[:-1]) | (second[1:] != second[:-1])])
    return set(zip(first[new].tolist(), second[new].tolist(), strict=True))
