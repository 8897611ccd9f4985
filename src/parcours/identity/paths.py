"""Evidence inside one person: which of it joined whom when, and the way from one identifier to another."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.identity.store import item_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True, order=True)
class Evidence:
    """Two tokens of one person, seen together or decided to be one.

    Attributes:
        first_at: First signal with both, microseconds UTC; in the order of which people came to be one.
        cause: seen_together, or decided.
        file_id: File that told it first; None: nobody's file did.
        signals: How many signals had both.
    """

    first_at: int
    token: int
    other_token: int
    cause: str
    file_id: int | None = None
    signals: int = 0

    @property
    def item_id(self) -> int:
        """Id under which it can be undone."""
        return item_of(self.token, self.other_token)


@dataclass(frozen=True)
class Joint:
    """Evidence that joined two sets of tokens.

    Attributes:
        sides: The two sets, as they were just before.
        joins_known: Both had been seen before, so that two people became one.
    """

    evidence: Evidence
    sides: tuple[frozenset[int], frozenset[int]]
    joins_known: bool


def replay(evidence: Iterable[Evidence]) -> list[Joint]:
    """How tokens became one person, in the order of time: the evidence that joined something, a spanning tree of each person.

    Example:
        >>> told = [Evidence(1, 10, 20, "seen_together"), Evidence(2, 30, 40, "seen_together")]
        >>> joints = replay([*told, Evidence(3, 20, 30, "seen_together"), Evidence(4, 10, 40, "seen_together")])
        >>> [(joint.evidence.first_at, joint.joins_known) for joint in joints]
        [(1, False), (2, False), (3, True)]
    """
    ordered = sorted(evidence)
    began: dict[int, int] = {}
    for item in ordered:
        for token in (item.token, item.other_token):
            began.setdefault(token, item.first_at)
    group = {token: frozenset({token}) for token in began}
    joints = []
    for item in ordered:
        one, other = group[item.token], group[item.other_token]
        if one is other or item.token == item.other_token:
            continue
        known = all(min(began[token] for token in side) < item.first_at for side in (one, other))
        joints.append(Joint(item, (one, other), known))
        for token in (both := one | other):
            group[token] = both
    return joints


def way(evidence: Sequence[Evidence], start: int, end: int) -> list[Evidence] | None:
    """The fewest pieces of evidence that lead from one token to another; the earliest where several are as few. None: there is no way."""
    beside: dict[int, list[tuple[int, Evidence]]] = {}
    for item in sorted(evidence):
        beside.setdefault(item.token, []).append((item.other_token, item))
        beside.setdefault(item.other_token, []).append((item.token, item))
    came: dict[int, tuple[int, Evidence] | None] = {start: None}
    waiting = deque([start])
    while waiting and end not in came:
        here = waiting.popleft()
        for there, item in beside.get(here, ()):
            if there not in came:
                came[there] = (here, item)
                waiting.append(there)
    if end not in came:
        return None
    found: list[Evidence] = []
    step = came[end]
    while step is not None:
        found.append(step[1])
        step = came[step[0]]
    return found[::-1]
