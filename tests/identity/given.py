"""Small sets of evidence, and what they come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st

from parcours.identity.linking import solve
from parcours.identity.types import Edges, Kind, Rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from parcours.identity.types import Decisions, Solved

# Namespaces by the first letter of a token's name: two of accounts, two of contacts, one of each other kind.
SPACES = {"c": 1, "l": 2, "e": 3, "p": 4, "o": 5, "d": 6, "k": 7}
KINDS = {
    1: Kind.ACCOUNT,
    2: Kind.ACCOUNT,
    3: Kind.CONTACT,
    4: Kind.CONTACT,
    5: Kind.OCCASION,
    6: Kind.DEVICE,
    7: Kind.SHARED,
}
RULES = Rules(KINDS, max_identifiers=6)
Seen = tuple[str, str, int]  # two tokens by name, and when they were first seen together
NAMES = [f"{space}{number}" for space in SPACES for number in range(4)]


def token(name: str) -> int:
    """The number that stands for a token such as `c1`; in no order that has a meaning."""
    return (SPACES[name[0]] * 1_000 + int(name[1:])) * 7_919 % 1_000_003


def names_of(tokens: Iterable[int]) -> list[str]:
    """The other way round."""
    known = {token(name): name for name in (f"{space}{number}" for space in SPACES for number in range(100))}
    return [known[number] for number in tokens]


def evidence(seen: Iterable[Seen]) -> Edges:
    """Each unordered pair once, with its first instant."""
    first: dict[tuple[int, int], tuple[int, int, int]] = {}
    for one, other, at in seen:
        (left, left_space), (right, right_space) = sorted(
            (token(name), SPACES[name[0]]) for name in (one, other)
        )
        held = first.get((left, right), (at, left_space, right_space))
        first[left, right] = (min(at, held[0]), left_space, right_space)
    rows = [(*pair, *rest) for pair, rest in first.items()]
    columns = [np.array([row[place] for row in rows], np.int64) for place in range(5)]
    lefts, rights, instants, *spaces = columns
    left_spaces, right_spaces = (column.astype(np.int32) for column in spaces)
    return Edges(lefts, rights, left_spaces, right_spaces, instants, np.zeros(len(rows), bool))


def told(seen: Iterable[Seen], decisions: Decisions | None = None, rules: Rules = RULES) -> Solved:
    """Who is who, by the function under test."""
    return solve(evidence(seen), rules, decisions)


def groups(solved: Solved) -> set[frozenset[str]]:
    """Names of the tokens of each person."""
    found: dict[int, set[str]] = {}
    for name, group in zip(names_of(solved.tokens.tolist()), solved.group.tolist(), strict=True):
        found.setdefault(group, set()).add(name)
    return {frozenset(names) for names in found.values()}


def side(*names: str) -> frozenset[int]:
    """Tokens of one side of a decision."""
    return frozenset(token(name) for name in names)


def together(people: Mapping[str, object], *names: str) -> bool:
    """All of these are one person."""
    return len({people[name] for name in names}) == 1


@st.composite
def logs(draw: st.DrawFn, most: int = 16) -> list[Seen]:
    """Evidence between up to 28 tokens of every kind."""
    names = st.sampled_from(NAMES)
    return draw(st.lists(st.tuples(names, names, st.integers(0, 9)), max_size=most))
