"""What goes together among strangers: counted by hand, found in records, and told in the waterfall."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from identity.records.given import FAMILY, GIVEN, Record, engine_of
from parcours.identity.evaluating import pairwise
from parcours.identity.records.clustering import components
from parcours.identity.records.linking import MERGE, decide, scored_pairs, weigh_all
from parcours.identity.records.patterns import Patterns
from parcours.identity.records.settings import RecordSettings
from parcours.identity.records.together import bits_together, learn_together, read, written

if TYPE_CHECKING:
    from pathlib import Path


def patterns(counts: dict[tuple[int, ...], float]) -> Patterns:
    """Patterns by their levels."""
    return Patterns(np.arange(len(counts)), np.array(list(counts)), np.array(list(counts.values())))


def test_agreement_beyond_chance_is_taken_off() -> None:
    """Ten thousand pairs; strangers agree in either of two fields once in ten, so in both a hundred times; they do 835 times: (835 + 5) / (100 + 5) is 8, three bits."""
    looked_at = patterns({(1, 1): 835.0, (1, 0): 165.0, (0, 1): 165.0, (0, 0): 8_835.0})
    strangers = [np.array([0.9, 0.1]), np.array([0.9, 0.1])]
    (found,) = learn_together(looked_at, np.ones(4, bool), looked_at, strangers, 10_000.0)

    assert (found.first, found.second) == (0, 1)
    assert found.bits == pytest.approx(np.array([[0.0, 0.0], [0.0, 3.0]]))
    assert bits_together(read(written([found])), np.array([[1, 1], [1, -1], [0, 1]])).tolist() == [
        3.0,
        0.0,
        0.0,
    ]


def test_pairs_of_one_person_are_no_habit() -> None:
    """The same counts, but who agrees in both may be one person: nothing is taken off."""
    looked_at = patterns({(1, 1): 835.0, (1, 0): 165.0, (0, 1): 165.0, (0, 0): 8_835.0})
    strangers = [np.array([0.9, 0.1]), np.array([0.9, 0.1])]

    assert (
        learn_together(looked_at, np.array([False, True, True, True]), looked_at, strangers, 10_000.0) == []
    )


def test_what_three_fields_share_is_taken_off_twice_not_thrice() -> None:
    """Three fields that are one: agreement in all of them is worth one of them, so two of the three dependences are told."""
    looked_at = patterns({(1, 1, 1): 1_000.0, (0, 0, 0): 9_000.0})
    strangers = [np.array([0.9, 0.1])] * 3
    found = learn_together(looked_at, np.ones(2, bool), looked_at, strangers, 10_000.0)
    off = bits_together(found, np.array([[1, 1, 1]]))

    assert len(found) == 2
    assert off == pytest.approx([2 * np.log2(1_005 / 105)])


def test_people_born_on_one_day_and_named_alike_stay_two(tmp_path: Path) -> None:
    """Whoever is born on one of 500 days bears that day's name: among 6,000 people, strangers who share both are 36,000 pairs, 60 times those of one person."""
    luck = random.Random(11)
    true = [_named_by_day(luck, number) for number in range(6_000)]
    owners = [*range(6_000), *luck.sample(range(6_000), 600)]
    engine = engine_of(tmp_path, [true[owner] for owner in owners])
    settings = RecordSettings()
    parameters = weigh_all(engine, settings)
    decided = decide(engine, parameters, settings, scored_pairs(engine, parameters, settings.merge, None))
    engine.close()
    merged = decided.filter(np.asarray(decided["decision"]) == MERGE)
    left, right = (merged[name].to_numpy() - 1 for name in ("token", "other_token"))
    told = pairwise(components(len(owners), left, right), np.array(owners))

    assert told.precision > 0.99
    assert told.recall > 0.99


def _named_by_day(luck: random.Random, number: int) -> Record:
    day = luck.randrange(500)
    return {
        "given_name": GIVEN[day % len(GIVEN)],
        "family_name": luck.choice(FAMILY),
        "birth_date": f"{1950 + day // 28}-{1 + day % 12:02}-{1 + day % 28:02}",
        "postcode": luck.choice(("40100", "64000", "31000", "33000")),
        "phone": f"06{number:08}",
    }
