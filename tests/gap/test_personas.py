"""Personas: who belongs where, how they stay themselves, and what is decided on them by hand."""

from __future__ import annotations

import copy
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import sparse
from sqlalchemy import delete, update

from parcours.gap.personas.belonging import NONE, belong
from parcours.gap.personas.learning import learn
from parcours.gap.personas.store import (
    Edits,
    NoSuchPersona,
    NothingDecided,
    TooFewPeople,
    decide_persona,
    decisions,
    keep_definition,
    read_definition,
    read_edits,
)
from parcours.journey.personas import Acts
from parcours.vault import open_vault
from parcours.vault.store import BrokenVault
from parcours.vault.tables import PERSONA_DECISION, PERSONA_MODEL

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from parcours.gap.personas.store import Definition
    from parcours.vault import Vault

HABITS = (("buying", "click_and_collect"), ("buying", "store_only"), ("doing", "buy"), ("doing", "look"))
NOTHING = Edits({}, {}, frozenset())


def acts(seed: int, each: int = 120, purchases: int = 8) -> Acts:
    """People who collect and look, and people who buy in store and never look, half of each."""
    rng = np.random.default_rng(seed)
    rows = []
    for share, looks in ((0.95, 6), (0.05, 0)):
        collected = rng.binomial(purchases, share, each)
        rows.append(
            np.stack(
                [collected, purchases - collected, np.full(each, purchases), rng.poisson(looks, each)], axis=1
            )
        )
    counts = np.concatenate(rows).astype(float)
    return Acts(np.arange(1, 2 * each + 1), sparse.csr_matrix(counts), HABITS)


@cache
def _learnt() -> Definition:
    return learn(acts(1), None, NOTHING)


def first_learnt() -> Definition:
    """What is learnt of the first people, a copy for each test."""
    return copy.deepcopy(_learnt())


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """An empty vault."""
    opened = open_vault(tmp_path)
    yield opened
    opened.close()


def test_people_of_two_kinds_get_two_personas() -> None:
    """Each kind one persona, in words, and everybody in theirs."""
    told = acts(1)

    definition = first_learnt()
    persona = belong(told, definition, NOTHING)["persona"].to_numpy()

    assert {each["name"]["en"] for each in definition["classes"]} == {
        "Orders online, collects in store",
        "Buys in store",
    }
    assert len(set(persona[:120])) == len(set(persona[120:])) == 1
    assert persona[0] != persona[-1]


def test_who_did_too_little_belongs_to_none() -> None:
    """Three occasions are not enough, whatever they were."""
    definition = first_learnt()
    few = Acts(np.array([7]), sparse.csr_matrix([[3.0, 0.0, 3.0, 0.0]]), HABITS)

    assert belong(few, definition, NOTHING)["persona"].to_pylist() == [NONE]


def test_too_few_people_are_said_to_be_so() -> None:
    """Fewer than 200 who did enough give no personas; nobody at all neither."""
    with pytest.raises(TooFewPeople, match="198 people"):
        learn(acts(1, each=99), None, NOTHING)
    with pytest.raises(TooFewPeople):
        learn(Acts(np.array([], np.int64), sparse.csr_matrix((0, 0)), ()), None, NOTHING)


def test_personas_learnt_anew_keep_their_ids() -> None:
    """A month later other signals of the same people give the same ids and names, whichever class comes first."""
    first = first_learnt()
    later = learn(acts(2), first, NOTHING)

    ids = {each["name"]["en"]: each["persona"] for each in first["classes"]}
    assert {each["name"]["en"]: each["persona"] for each in later["classes"]} == ids
    assert later["next"] == first["next"]


def test_a_persona_that_is_gone_gives_its_id_to_nobody() -> None:
    """Where all collect by now there is one persona, and what was learnt new later gets a new id."""
    first = first_learnt()
    half = acts(3, each=240)
    collects = Acts(half.people[:240], half.counts[:240], HABITS)
    second = learn(collects, first, NOTHING)
    third = learn(acts(4), second, NOTHING)

    assert len(second["classes"]) == 1
    (kept,) = {each["persona"] for each in second["classes"]}
    assert {each["persona"] for each in third["classes"]} == {kept, first["next"]}


def test_a_pinned_persona_is_not_learnt_anew() -> None:
    """Its definition stays as it was, and it is told even where nobody is like it any more."""
    first = first_learnt()
    pinned = next(each for each in first["classes"] if each["name"]["en"] == "Buys in store")
    half = acts(3, each=240)
    collects = Acts(half.people[:240], half.counts[:240], HABITS)

    later = learn(collects, first, Edits({}, {}, frozenset({pinned["persona"]})))

    (found,) = [each for each in later["classes"] if each["persona"] == pinned["persona"]]
    assert found["alphas"] == pinned["alphas"]


def test_somebody_flips_only_with_evidence() -> None:
    """Who is as likely the one as the other stays what they were; who did much of the other does not."""
    definition = first_learnt()
    people = Acts(
        np.array([5, 6]), sparse.csr_matrix([[4.0, 4.0, 8.0, 3.0], [30.0, 0.0, 30.0, 20.0]]), HABITS
    )
    ids = {each["name"]["en"]: each["persona"] for each in definition["classes"]}
    store = ids["Buys in store"]
    alone = belong(people, definition, NOTHING)
    before = alone.set_column(1, "persona", [[store, store]])

    found = belong(people, definition, NOTHING, before)["persona"].to_pylist()

    assert found[1] == ids["Orders online, collects in store"]
    assert belong(people, definition, NOTHING, alone).equals(alone)


def test_merged_personas_are_one() -> None:
    """Their people are told together, and are sure of it together."""
    told = acts(1)
    definition = first_learnt()

    merged = belong(told, definition, Edits({}, {2: 1}, frozenset()))

    assert set(merged["persona"].to_pylist()) == {1}
    assert min(merged["confidence"].to_pylist()) > 0.999


def test_decisions_are_kept_and_the_later_counts(vault: Vault) -> None:
    """Renamed, merged, split, pinned and unpinned: each is a row, with who and why, and nothing is overwritten."""
    keep_definition(vault, first_learnt(), 1)
    definition = read_definition(vault)
    assert definition is not None
    for verb, facts in (
        ("rename", {"en": "Click and go"}),
        ("merge", {"into": "p2"}),
        ("split", {}),
        ("pin", {}),
        ("unpin", {}),
        ("rename", {"en": "Collectors"}),
    ):
        decide_persona(vault, definition, verb, "p1", "the team says so", facts)

    assert read_edits(vault) == Edits({1: {"en": "Collectors"}}, {}, frozenset())
    assert [row["verb"] for row in decisions(vault)] == ["rename", "merge", "split", "pin", "unpin", "rename"]
    assert all(row["because"] == "the team says so" and row["recorded_by"] for row in decisions(vault))


@pytest.mark.parametrize(
    ("verb", "persona", "because", "facts", "problem"),
    [
        ("pin", "p9", "why", {}, NoSuchPersona),
        ("merge", "p1", "why", {"into": "p9"}, NoSuchPersona),
        ("merge", "p1", "why", {"into": "p1"}, NothingDecided),
        ("split", "p1", "why", {}, NothingDecided),
        ("unpin", "p1", "why", {}, NothingDecided),
        ("rename", "p1", "why", {"en": " "}, NothingDecided),
        ("pin", "p1", " ", {}, NothingDecided),
    ],
)
def test_what_decides_nothing_is_refused(
    vault: Vault, verb: str, persona: str, because: str, facts: dict[str, str], problem: type[Exception]
) -> None:
    """With one sentence, and nothing is recorded."""
    definition = first_learnt()

    with pytest.raises(problem):
        decide_persona(vault, definition, verb, persona, because, facts)
    assert decisions(vault) == []


def test_the_vault_refuses_to_change_what_was_decided(vault: Vault) -> None:
    """Neither definitions nor decisions are ever overwritten or deleted."""
    definition = first_learnt()
    keep_definition(vault, definition, 1)
    decide_persona(vault, definition, "pin", "p1", "why", {})

    for statement in (
        update(PERSONA_DECISION).values(because="other"),
        delete(PERSONA_DECISION),
        update(PERSONA_MODEL).values(run_id=2),
        delete(PERSONA_MODEL),
    ):
        with pytest.raises(BrokenVault, match="only added"), vault.transaction() as connection:
            connection.execute(statement)
