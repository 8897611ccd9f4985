"""Which value survives, and where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from identity.records.given import tell, vault_in
from parcours.identity.records import RecordSettings, golden_record
from parcours.identity.records.golden import Told, Word, story, survivor
from parcours.identity.records.settings import Survival
from parcours.vault.tables import CORRECTION

if TYPE_CHECKING:
    import random
    from pathlib import Path

TOLD = st.lists(
    st.builds(
        Told,
        st.just("city"),
        st.sampled_from(["Pau", "Dax", "Agen", "Dax"]),
        st.sampled_from(["crm", "till"]),
        st.none() | st.integers(0, 3),
    ),
    min_size=1,
)
RULE = st.builds(
    Survival,
    choose=st.sampled_from(["most_recent", "most_frequent", "longest"]),
    trust=st.sampled_from([(), ("crm",), ("till", "crm")]),
)


@given(TOLD, RULE, st.randoms())
def test_the_order_of_arrival_does_not_decide(told: list[Told], rule: Survival, luck: random.Random) -> None:
    """The same words in another order leave the same value."""
    other = luck.sample(told, len(told))

    assert survivor(told, rule) == survivor(other, rule)


@given(TOLD, RULE)
def test_a_trusted_source_is_believed(told: list[Told], rule: Survival) -> None:
    """What survives was told, by the most trusted source that told anything."""
    kept = survivor(told, rule)
    trusted = [source for source in rule.trust if any(item.source == source for item in told)]

    assert any(item.value == kept.value and item.source == kept.source for item in told)
    assert not trusted or kept.source == trusted[0]


def test_a_person_is_told_by_all_its_tokens(tmp_path: Path) -> None:
    """Two tokens of one person, two sources: the newest name, the trusted source's street, each with its source and date."""
    vault = vault_in(tmp_path)
    tell(vault, {1: {"family_name": "Durand", "street": "1 rue A"}}, 1, at=10)
    tell(
        vault,
        {2: {"family_name": "Martin", "street": "2 rue B", "email": "x@y.fr"}, 3: {"city": "Pau"}},
        2,
        at=20,
    )
    settings = RecordSettings(golden={"street": Survival(trust=("source-1",))})
    found = {item.field: item for item in golden_record(vault, [1, 2], settings)}
    vault.close()

    assert {name: (item.value, item.source, item.told_at, item.others) for name, item in found.items()} == {
        "family_name": ("Martin", "source-2", 20, 1),
        "street": ("1 rue A", "source-1", 10, 1),
        "email": ("x@y.fr", "source-2", 20, 0),
    }


def test_what_was_corrected_survives(tmp_path: Path) -> None:
    """Whatever is newer or trusted: the last correction of a field counts, also where no source tells the field."""
    vault = vault_in(tmp_path)
    tell(vault, {1: {"city": "Pau"}}, 1, at=10)
    with vault.transaction() as connection:
        for at, field, value in ((3, "city", "Agen"), (4, "city", "Dax"), (4, "street", "1 rue A")):
            row = {"token": 1, "field": field, "value": value, "at": at, "proof": None}
            connection.execute(insert(CORRECTION).values(row))
    settings = RecordSettings(trust=("source-1",))
    found = {item.field: item for item in golden_record(vault, [1], settings)}
    vault.close()

    assert {name: (item.value, item.source, item.told_at, item.others) for name, item in found.items()} == {
        "city": ("Dax", "corrected", 4, 1),
        "street": ("1 rue A", "corrected", 4, 0),
    }


@given(TOLD, RULE)
def test_a_story_loses_no_word(told: list[Told], rule: Survival) -> None:
    """What survives is the golden value; with what lost, each value of each source is there once, and every saying is counted."""
    found = story("city", told, rule)
    words = [found.kept, *found.lost]

    assert (found.kept.value, found.kept.source) == (survivor(told, rule).value, survivor(told, rule).source)
    assert {(word.value, word.source) for word in words} == {(item.value, item.source) for item in told}
    assert sum(word.times for word in words) == len(told)


def test_what_the_person_says_wins_over_every_source() -> None:
    """A correction is kept, the trusted source's word is lost, and a source nobody ranks is no matter of trust."""
    told = [Told("city", "Pau", "crm", 5), Told("city", "Dax", "till", 9)]
    right = Word("Agen", None, 7, 1)
    rule = Survival(trust=("crm",))

    corrected = story("city", told, rule, right)
    assert (corrected.kept, corrected.rule) == (right, "corrected")
    assert [word.value for word in corrected.lost] == ["Dax", "Pau"]
    assert story("city", told, rule).is_trusted
    assert not story("city", told[:1], rule).is_trusted
