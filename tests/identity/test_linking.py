"""People are the connected components of what was seen together, with names that stay."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.identity import assign_people

NONE = np.array([], np.int64)
Seen = dict[int, int]
Links = list[tuple[int, int]]


def numbers(values: object) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """An array of whole numbers."""
    return np.array(list(values), np.int64)  # type: ignore[call-overload]  # any iterable of integers


def people_of(seen: Seen, links: Links, known: Seen | None = None) -> Seen:
    """Token to person, by the function under test."""
    known = known or {}
    tokens, people, _ = assign_people(
        numbers(seen),
        numbers(seen.values()),
        numbers(a for a, _ in links),
        numbers(b for _, b in links),
        numbers(known),
        numbers(known.values()),
    )
    return dict(zip(tokens.tolist(), people.tolist(), strict=True))


def groups(people: Seen) -> set[frozenset[int]]:
    """Tokens of each person."""
    found: dict[int, set[int]] = {}
    for token, person in people.items():
        found.setdefault(person, set()).add(token)
    return {frozenset(tokens) for tokens in found.values()}


@st.composite
def logs(draw: st.DrawFn) -> tuple[Seen, Links]:
    """Up to twelve tokens with their first instants, and links between them."""
    tokens = draw(st.lists(st.integers(-20, 20), min_size=1, max_size=12, unique=True))
    seen = {token: draw(st.integers(0, 5)) for token in tokens}
    ends = st.sampled_from(tokens)
    return seen, draw(st.lists(st.tuples(ends, ends), max_size=14))


@given(logs())
def test_people_are_connected_components(log: tuple[Seen, Links]) -> None:
    """Two tokens are one person where a chain of links joins them, and only there; a person is named after their token seen first."""
    seen, links = log
    graph = nx.Graph(links)
    graph.add_nodes_from(seen)
    people = people_of(seen, links)

    assert groups(people) == {frozenset(part) for part in nx.connected_components(graph)}
    for part in nx.connected_components(graph):
        founder = min(part, key=lambda token: (seen[token], token))
        assert {people[token] for token in part} == {founder}


@given(logs(), st.randoms(use_true_random=False))
def test_order_does_not_matter(log: tuple[Seen, Links], dice: object) -> None:
    """The same tokens and links in another order, links the other way round, give the same people."""
    seen, links = log
    shuffled, turned = list(seen.items()), [(b, a) for a, b in links]
    dice.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    dice.shuffle(turned)  # type: ignore[attr-defined]

    assert people_of(dict(shuffled), turned) == people_of(seen, links)


@given(logs(), st.integers(0, 14))
def test_batches_do_not_matter_and_names_stay(log: tuple[Seen, Links], cut: int) -> None:
    """Links in two batches make the same people as at once; who gained no token keeps their name, and a merged person keeps one of both."""
    seen, links = log
    first_links = links[:cut]
    first = people_of(seen, first_links)
    second = people_of(seen, links[cut:], first)

    assert groups(second) == groups(people_of(seen, links))
    for tokens in groups(second):
        names = {first[token] for token in tokens}
        (name,) = {second[token] for token in tokens}
        assert name in names
        if len(names) == 1:
            assert {name} == names
        else:  # the one whose founding token was seen first
            assert name == min(names, key=lambda token: (seen[token], token))


@settings(max_examples=50)
@given(st.lists(logs(), min_size=1, max_size=4))
def test_a_stranger_never_changes_anybody(batches: list[tuple[Seen, Links]]) -> None:
    """New tokens that nothing links to the old ones leave every old name as it was."""
    people: Seen = {}
    seen: Seen = {}
    for number, (tokens, links) in enumerate(batches):
        shift = 100 * number
        seen |= {token + shift: instant for token, instant in tokens.items()}
        before = people
        people = people_of(seen, [(a + shift, b + shift) for a, b in links], before)
        assert {token: people[token] for token in before} == before
