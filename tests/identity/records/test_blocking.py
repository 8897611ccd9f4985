"""Which pairs are looked at: all of few records, a bounded number of many, counted before any is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity.records.given import engine_of, town
from parcours.identity.records import blocking
from parcours.identity.records.blocking import (
    EXCHANGED,
    afford,
    choose_blocking,
    count_pairs,
    possible,
    rule_sql,
)
from parcours.identity.records.errors import NothingToCompare, TooManyPairs
from parcours.identity.records.settings import RecordSettings

if TYPE_CHECKING:
    from pathlib import Path

RULES = st.dictionaries(st.sampled_from(blocking.CANDIDATES), st.integers(0, 1_000))


def test_every_rule_is_counted_as_a_join_counts(tmp_path: Path) -> None:
    """The count by groups is that of the pairs a self-join makes."""
    records, _ = town(60, 40, seed=11)
    records[1] = {
        **records[0],
        "given_name": records[0]["family_name"],
        "family_name": records[0]["given_name"],
    }
    engine = engine_of(tmp_path, records)
    rules = possible(["given_name", "family_name", "birth_date", "postcode", "street", "email"])
    counted = count_pairs(engine, rules)
    joined = {
        rule: engine.value(
            f"select count(*) from record as l join record as r on {rule_sql(rule)} and l.token < r.token"
        )
        for rule in rules
    }
    engine.close()

    assert counted == joined
    assert joined[EXCHANGED] >= 1


@given(RULES, st.integers(0, 3_000))
def test_no_more_pairs_than_can_be_afforded(pairs: dict[tuple[str, ...], int], budget: int) -> None:
    """The sum stays within the budget, no rule taken holds another, and a strictest rule that fits alone is not the price of a looser."""
    taken = afford(pairs, budget)

    assert taken.pairs == sum(pairs[rule] for rule in taken.rules) <= budget
    assert not any(set(a) < set(b) for a in taken.rules for b in taken.rules)
    assert bool(taken.rules) == any(count <= budget for count in pairs.values())


def test_few_records_are_all_compared(tmp_path: Path) -> None:
    """Below some thousand records no pair is left out."""
    engine = engine_of(tmp_path, town(30, 10, seed=2)[0])
    chosen = choose_blocking(engine, ["family_name"], RecordSettings())
    engine.close()

    assert chosen.rules == ((),)
    assert chosen.pairs == 40 * 39 // 2


def test_settings_that_block_nothing_are_refused_with_the_size(tmp_path: Path) -> None:
    """No rule at all means all pairs: too many of 4,000 records, and the sentence says how many."""
    engine = engine_of(tmp_path, town(4_000, 0, seed=3)[0])
    with pytest.raises(TooManyPairs, match="7,998,000 pairs of 4,000 records"):
        choose_blocking(engine, ["family_name"], RecordSettings(blocking=()))
    with pytest.raises(TooManyPairs, match=r"\d pairs of 4,000 records, and 1,000 are allowed"):
        choose_blocking(engine, ["postcode"], RecordSettings(blocking=(("postcode",),), most_pairs=1_000))
    with pytest.raises(NothingToCompare):
        choose_blocking(engine, ["country"], RecordSettings())
    engine.close()
