"""People are what evidence joins, as far as it carries: whatever its order, and never what is forbidden."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.given import KINDS, NAMES, RULES, SPACES, evidence, groups, logs, names_of, side, token, told
from parcours.identity.linking import name_people, solve
from parcours.identity.types import Apart, Decisions, Kind, Rules, Why

if TYPE_CHECKING:
    from random import Random

    from identity.given import Seen
    from parcours.identity.types import Solved

untimed = settings(deadline=None)  # the first example loads a library
NONE = np.array([], np.int64)
WIDE = Rules(KINDS, dict.fromkeys(SPACES.values(), 1_000), max_identifiers=1_000)
SIDES = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map(lambda names: side(*names))


@st.composite
def decided(draw: st.DrawFn) -> Decisions:
    """Up to two pairs of people who were decided to be two, one that is one person, one hub that may carry."""
    pairs = draw(st.lists(st.tuples(SIDES, SIDES), max_size=2))
    apart = tuple(
        Apart(number, (one - other, other - one))
        for number, (one, other) in enumerate(pairs)
        if one - other and other - one
    )
    joined = draw(st.lists(st.tuples(*[st.sampled_from(NAMES).map(token)] * 2), max_size=1))
    return Decisions(
        apart,
        tuple(pair for pair in joined if not any(found.parts(*pair) for found in apart)),
        draw(st.lists(st.sampled_from(NAMES), max_size=1).map(lambda names: side(*names))),
    )


def person_of(solved: Solved, known: dict[str, str] | None = None) -> dict[str, str]:
    """Token to person, by name."""
    people = np.array([token(name) for name in (known or {}).values()], np.int64)
    named = name_people(solved, people, NONE)
    return dict(zip(names_of(solved.tokens.tolist()), names_of(named.tolist()), strict=True))


@untimed
@given(logs())
def test_where_nothing_is_forbidden_people_are_connected_components(seen: list[Seen]) -> None:
    """Two tokens are one person where a chain of evidence joins them, and only there; what everybody shares joins nobody."""
    graph = nx.Graph((one, other) for one, other, _ in seen if "k" not in (one[0], other[0]))
    graph.add_nodes_from(name for row in seen for name in row[:2])
    solved = told(seen, rules=WIDE)

    plain = {frozenset(part) for part in nx.connected_components(graph)}
    if all(len({name for name in part if name[0] == space}) <= 1 for part in plain for space in "cl"):
        assert groups(solved) == plain
    assert all(any(group <= part for part in plain) for group in groups(solved))


@untimed
@given(logs(), decided(), st.randoms(use_true_random=False))
def test_order_does_not_matter(seen: list[Seen], decisions: Decisions, dice: Random) -> None:
    """The same evidence in another order, its ends exchanged, gives the same people and the same review queue."""
    shuffled = [(other, one, at) if dice.random() < 0.5 else (one, other, at) for one, other, at in seen]
    dice.shuffle(shuffled)
    first, second = evidence(seen), evidence(shuffled)
    one, other = solve(first, RULES, decisions), solve(second, RULES, decisions)

    assert groups(one) == groups(other)
    assert one.hubs.token.tolist() == other.hubs.token.tolist()
    assert {(first.left[place], first.right[place], why) for place, why in one.refused.items()} == {
        (second.left[place], second.right[place], why) for place, why in other.refused.items()
    }


@untimed
@given(logs(30), decided())
def test_nothing_forbidden_is_done(seen: list[Seen], decisions: Decisions) -> None:
    """Nobody decided to be apart is together, nobody has too many identifiers, and no shared token is with anybody."""
    for group in groups(told(seen, decisions)):
        tokens = {token(name) for name in group}
        assert not any(tokens & apart.sides[0] and tokens & apart.sides[1] for apart in decisions.apart)
        if not decisions.together:
            assert sum(KINDS[SPACES[name[0]]] <= Kind.CONTACT for name in group) <= RULES.max_identifiers
            assert len(group) == 1 or not any(name[0] == "k" for name in group)


@untimed
@given(logs(30))
def test_devices_and_occasions_never_join_two_accounts(seen: list[Seen]) -> None:
    """Take devices and occasions away: two accounts of one namespace in one person are still joined by accounts and contacts alone."""
    strong = nx.Graph((one, other) for one, other, _ in seen if {one[0], other[0]} <= set("clep"))
    for group in groups(told(seen)):
        for one, other in combinations(sorted(group), 2):
            if one[0] == other[0] and one[0] in "cl":
                assert nx.has_path(strong, one, other)


@untimed
@given(logs(30))
def test_what_carries_no_merge_is_told(seen: list[Seen]) -> None:
    """Evidence that joins nobody is of a shared token, of a hub, or refused with a reason; nothing is dropped in silence."""
    edges = evidence(seen)
    solved = solve(edges, RULES)
    group = dict(zip(solved.tokens.tolist(), solved.group.tolist(), strict=True))
    hubs = set(solved.hubs.token.tolist())
    shared = {token(name) for name in NAMES if name[0] == "k"}
    for place, (left, right) in enumerate(zip(edges.left.tolist(), edges.right.tolist(), strict=True)):
        if group[left] != group[right]:
            assert {left, right} & (hubs | shared) or place in solved.refused


@untimed
@given(logs(30))
def test_hubs_are_counted_one_by_one(seen: list[Seen]) -> None:
    """A contact seen with more than three accounts of one namespace, or an account with more than five, is a hub; counted with sets."""
    beside: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for one, other, _ in seen:
        if one != other and {one[0], other[0]} <= set("clep"):
            beside[one][other[0]].add(other)
            beside[other][one[0]].add(one)
    most = {("account", "cl"): 5, ("contact", "cl"): 3, ("account", "ep"): 10, ("contact", "ep"): 10}
    expected = {
        name
        for name, met in beside.items()
        for space, names in met.items()
        if len(names) > most["account" if name[0] in "cl" else "contact", "cl" if space in "cl" else "ep"]
    }

    assert expected == {name for name in names_of(told(seen).hubs.token.tolist()) if name[0] in "clep"}


@untimed
@given(st.lists(logs(6), min_size=1, max_size=4))
def test_file_by_file_is_all_at_once(files: list[list[Seen]]) -> None:
    """Files in any order make the same people as all at once; and in the order of time, the same names too while nobody is split."""
    known: dict[str, str] = {}
    so_far: list[Seen] = []
    split = False
    for number, file in enumerate(files):
        so_far += [(one, other, 10 * number + at) for one, other, at in file]
        named = person_of(told(so_far), known=known)
        split |= any(
            named[one] != named[other] for one, other in combinations(known, 2) if known[one] == known[other]
        )
        known = named

    assert groups(told(so_far)) == groups(told(so_far[::-1]))
    if not split:
        assert known == person_of(told(so_far))


@untimed
@given(logs(), logs())
def test_a_stranger_never_changes_anybody(old: list[Seen], new: list[Seen]) -> None:
    """New tokens that nothing links to the old ones leave every old name as it was."""
    elsewhere = [
        (f"{one[0]}{int(one[1:]) + 50}", f"{other[0]}{int(other[1:]) + 50}", at) for one, other, at in new
    ]
    before = person_of(told(old))
    after = person_of(told(old + elsewhere), known=before)

    assert {name: after[name] for name in before} == before


def test_whoever_is_there_keeps_the_name() -> None:
    """A person keeps the id although an earlier token joins; of two people the one founded earlier stays."""
    assert person_of(told([("c1", "e1", 5), ("e1", "d1", 1)]), known={"c1": "c1"})["d1"] == "c1"
    assert person_of(told([("c1", "e1", 5), ("c2", "e1", 3)]), known={"c1": "c1", "c2": "c2"})["c1"] == "c2"


def test_whoever_is_split_off_gets_the_old_name_back() -> None:
    """Two people were merged and are parted again: both are who they were, though an earlier token came to one of them since."""
    seen = [("c1", "e1", 1), ("c2", "e2", 5), ("c2", "d2", 2), ("c1", "e2", 7)]
    parted = told(seen, Decisions(apart=(Apart(1, (side("c1", "e1"), side("c2", "e2"))),)))
    former = np.array([token("c2")], np.int64)
    people = name_people(parted, np.array([token("c1")], np.int64), former)
    named = dict(zip(names_of(parted.tokens.tolist()), names_of(people.tolist()), strict=True))

    assert named == {"c1": "c1", "e1": "c1", "c2": "c2", "e2": "c2", "d2": "c2"}


def test_a_device_of_two_people_is_nobodys() -> None:
    """While one customer signs in on a browser its history is theirs; once a second does, it is neither's, and that is told."""
    alone = told([("d1", "d1", 0), ("c1", "d1", 1)])
    shared = told([("d1", "d1", 0), ("c1", "d1", 1), ("c2", "d1", 2)])

    assert groups(alone) == {frozenset({"c1", "d1"})}
    assert groups(shared) == {frozenset({"c1"}), frozenset({"c2"}), frozenset({"d1"})}
    assert (names_of(shared.hubs.token.tolist()), shared.hubs.seen_with.tolist()) == (["d1"], [2])


def test_two_accounts_of_one_person_may_share_a_device() -> None:
    """Two customer numbers with one e-mail address are one person: the browser of both is theirs."""
    assert len(groups(told([("c1", "d1", 1), ("c2", "d1", 2), ("c1", "e1", 3), ("c2", "e1", 4)]))) == 1


def test_devices_do_not_join_two_accounts_by_a_chain() -> None:
    """Two browsers seen with one e-mail, each with a customer of its own: the first stays, the second waits for a decision."""
    solved = told([("c1", "d1", 1), ("d1", "e1", 2), ("e1", "d2", 3), ("d2", "c2", 4)])

    assert groups(solved) == {frozenset({"c1", "d1", "e1", "d2"}), frozenset({"c2"})}
    assert list(solved.refused.values()) == [(Why.TWO_ACCOUNTS, 2)]


def test_one_customer_may_have_two_addresses_and_one_address_two_customers() -> None:
    """Two truths for one key: both are one person, as people forget that they have an account; an address with four accounts is a hub."""
    assert len(groups(told([("c1", "e1", 1), ("c1", "e2", 2)]))) == 1
    assert len(groups(told([("c1", "e1", 1), ("c2", "e1", 2)]))) == 1
    assert len(groups(told([(f"c{number}", "e1", number) for number in range(4)]))) == 5


def test_aliases_in_a_circle_are_one_person() -> None:
    """A is B, B is C, C is A: one person, once, and nothing is refused."""
    solved = told([("c1", "l1", 1), ("l1", "e1", 2), ("e1", "c1", 3)])

    assert groups(solved) == {frozenset({"c1", "l1", "e1"})}
    assert not solved.refused


def test_ten_thousand_identifiers_in_a_chain_are_capped() -> None:
    """Nobody has more than fifty identifiers, however long the chain of aliases; each break waits for a decision."""
    size = 10_000
    chain = np.arange(size)
    edges = evidence([])
    edges = type(edges)(
        chain[:-1] * 2,
        chain[1:] * 2,
        np.full(size - 1, 1, np.int32),
        np.full(size - 1, 1, np.int32),
        chain[:-1],
        np.zeros(size - 1, bool),
    )
    solved = solve(edges, Rules())

    assert np.bincount(solved.group).max() == 50
    assert len(solved.refused) == len(np.unique(solved.group)) - 1
    assert {why for why, _ in solved.refused.values()} == {Why.CAP}


def test_ten_thousand_identifiers_on_one_token_are_a_hub() -> None:
    """All on one customer: nobody is merged, and the customer number is told with its figure."""
    size = 10_000
    seen = evidence([])
    seen = type(seen)(
        np.zeros(size, np.int64),
        np.arange(1, size + 1),
        np.full(size, 1, np.int32),
        np.full(size, 3, np.int32),
        np.arange(size),
        np.zeros(size, bool),
    )
    solved = solve(seen, RULES)

    assert len(np.unique(solved.group)) == size + 1
    assert (solved.hubs.token.tolist(), solved.hubs.seen_with.tolist(), solved.hubs.limit.tolist()) == (
        [0],
        [size],
        [10],
    )


def test_a_hub_that_somebody_trusts_carries() -> None:
    """The browser in a family's kitchen may join, once somebody said so."""
    seen = [("c1", "d1", 1), ("d1", "e1", 2), ("c2", "d1", 2)]
    solved = told(seen, Decisions(carrying=side("d1")))

    assert not len(solved.hubs.token)
    assert groups(solved) == {frozenset({"c1", "c2", "d1", "e1"})}


def test_what_was_decided_to_be_one_is_one() -> None:
    """Two accounts that only a browser joins are one person once somebody said so, beyond every limit."""
    seen = [("c1", "d1", 1), ("c2", "d1", 2)]
    solved = told(seen, Decisions(together=((token("c1"), token("c2")),)))

    assert groups(solved) == {frozenset({"c1", "c2", "d1"})}


def test_undone_stays_undone_when_more_evidence_comes() -> None:
    """Whoever was parted stays parted, and new tokens go with the side that they were seen with first."""
    apart = Decisions(apart=(Apart(1, (side("c1", "e1"), side("c2", "e2"))),))
    seen = [("c1", "e1", 1), ("c2", "e2", 2), ("c1", "e2", 3), ("p1", "c1", 4), ("p1", "c2", 5)]

    assert groups(told(seen, apart)) == {frozenset({"c1", "e1", "p1"}), frozenset({"c2", "e2"})}
