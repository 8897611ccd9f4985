"""What agreement is worth, learnt from the records alone.

How often strangers agree (u) comes from pairs drawn at random; how often records of one person do (m), and how many pairs are one person,
by expectation maximisation over the pairs that are looked at. In a small set some of the random pairs are one person after all, and
agreement that only they show would look common: their part is taken off.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from parcours.identity.records.blocking import index_records, pairs_sql
from parcours.identity.records.comparing import comparisons, splink_comparison
from parcours.identity.records.errors import NoModel, NothingToCompare
from parcours.identity.records.households import are_two
from parcours.identity.records.patterns import compare_pairs, count_patterns, level_counts
from parcours.identity.records.together import bits_together, learn_together, written

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import NDArray

    from parcours.identity.records.blocking import Rule
    from parcours.identity.records.patterns import Comparisons, Patterns
    from parcours.lake import Engine

    Floats = NDArray[np.float64]

ENOUGH_RECORDS = 20  # below, chance agreement cannot be told from habit
_FEWEST_COMPARISONS = 2
_SEED = 1
_RANDOM_PAIRS = 250_000
_LEAST = 1e-6  # how often strangers agree at least, where no random pair did
_RECALL_OF_SURE = 0.8  # part of all true pairs that agree in one of `_SURE`; only a start, corrected below
_ITERATIONS = 1_000
_AT_REST = 1e-5  # the largest step of a probability that is none
_MOST_SHARE = 0.95  # of an agreement may be due to records of one person; beyond, a stranger who agrees would seem impossible
_SELDOM = 0.001  # of records of one person compare in any way one can name, even where none did
_ROUNDS = 4
_SURELY_TWO = 0.01  # pairs less likely than this to be one person at first look
_START_SAME = 0.9
_SURE: tuple[Rule, ...] = (  # agreement that is hardly ever chance
    ("email",),
    ("phone",),
    ("given_name", "family_name", "birth_date"),
    ("given_name", "family_name", "street"),
    ("family_name", "birth_date", "postcode"),
    ("given_name", "birth_date", "postcode"),
    ("given_name", "family_name", "postcode", "city"),
)


@dataclass(frozen=True)
class Slots:
    """Every level of every comparison in one row of numbers, and a last slot for nothing to compare.

    Attributes:
        sizes: How many levels each comparison has.
        starts: Where the levels of each begin.
    """

    sizes: tuple[int, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, asked: Comparisons) -> Slots:
        """The slots of some comparisons."""
        sizes = level_counts(asked)
        return cls(tuple(sizes), tuple(np.cumsum([0, *sizes[:-1]]).tolist()))

    @property
    def count(self) -> int:
        """All levels; the slot of this number is the last."""
        return sum(self.sizes)

    def of_patterns(self, patterns: Patterns) -> NDArray[np.int64]:
        """The slot of each level of each pattern; (n_pattern, n_comparison) int64."""
        return np.where(patterns.levels < 0, self.count, patterns.levels + np.array(self.starts, np.int64))

    def slices(self) -> list[slice]:
        """The slots of each comparison, the one for different first."""
        return [slice(start, start + size) for start, size in zip(self.starts, self.sizes, strict=True)]

    def counted(self, patterns: Patterns, weights: Floats) -> Floats:
        """How many pairs show each level; (count,) float64."""
        slots = self.of_patterns(patterns)
        return np.bincount(
            slots.ravel(), np.repeat(weights, slots.shape[1]), minlength=self.count + 1
        ).astype(np.float64)[: self.count]

    def shares(self, counts: Floats) -> Floats:
        """Counts as parts of their comparison's; nothing is nothing of nothing."""
        found = np.zeros(self.count)
        for part in self.slices():
            found[part] = counts[part] / max(counts[part].sum(), 1e-300)
        return found


def asked_of(present: Collection[str], records: int) -> list[dict[str, Any]]:
    """The comparisons of records with these fields, as Splink's settings write them.

    Raises:
        NothingToCompare: Fewer than two are left.
    """
    asked = comparisons(present)
    if len(asked) < _FEWEST_COMPARISONS:
        raise NothingToCompare(records, tuple(sorted(present)))
    return [splink_comparison(item) for item in asked]


def learn(
    engine: Engine,
    asked: list[dict[str, Any]],
    present: Collection[str],
    looked_at: Patterns,
    *,
    is_all: bool,
) -> dict[str, Any]:
    """Learn a model from the engine's table `record`.

    Args:
        engine: Holds `record`.
        asked: The comparisons, without probabilities.
        present: Fields that records tell and that are compared.
        looked_at: How the pairs compare that will be looked at.
        is_all: These are all pairs there are.

    Returns:
        Splink's settings with every probability; of our own keys, `terms` holds the shares that frequencies are cut by, `together` what
        strangers agree in together.

    Raises:
        NoModel: What is learnt is no sense.
    """
    records = int(engine.value("select count(*) from record"))
    pairs = records * (records - 1) / 2
    slots = Slots.of(asked)
    sample = looked_at if is_all else _random_patterns(engine, asked)
    among_all = slots.shares(slots.counted(sample, sample.counts))
    for slot, share in _exact_agreement(engine, asked, slots).items():
        among_all[slot] = share
    among_all = np.maximum(among_all, _LEAST)
    agree, prior = _start_agreement(slots), _start_prior(engine, present, records)
    strangers, shares = _matches_off(agree, among_all, prior)
    may_be_one = ~are_two(asked, looked_at.levels)
    other = slots.shares(strangers)
    first_look = _probability(_evidence(slots, looked_at, agree, other) + bits_of(prior))
    apart = may_be_one & (first_look < _SURELY_TWO)  # what couples share is no habit of strangers
    together = learn_together(looked_at, apart, sample, [other[part] for part in slots.slices()], pairs)
    off = np.where(may_be_one, bits_together(together, looked_at.levels), np.inf)
    for _ in range(_ROUNDS):
        agree, prior = maximise(slots, looked_at, slots.shares(strangers), agree, prior, pairs, off)
        strangers, shares = _matches_off(agree, among_all, prior)
    never = slots.counted(looked_at, looked_at.counts) == 0
    one = slots.shares(np.where(never, strangers, np.maximum(agree, _SELDOM)))
    other = slots.shares(strangers)
    _check_sense(slots, one, other, records)
    return {
        **settings_of(_written(asked, slots, one, other)),
        "probability_two_random_records_match": prior,
        "terms": _terms(asked, slots, shares),
        "together": written(together),
    }


def settings_of(asked: list[dict[str, Any]]) -> dict[str, Any]:
    """Splink's settings for these comparisons."""
    return {"link_type": "dedupe_only", "unique_id_column_name": "token", "comparisons": asked}


def bits_of(probability: float) -> float:
    """Log-odds in bits.

    Example:
        >>> bits_of(0.5), round(bits_of(0.95), 2)
        (0.0, 4.25)
    """
    return float(np.log2(probability / (1 - probability)))


def prior_for(weights: Floats, prior: float, pairs: float) -> float:
    """The part of all pairs that is one person, by which the weights give back as many as they were given.

    Args:
        weights: (n,) float64, match weights of the pairs looked at, in bits, with `prior` in them.
        prior: Part of all pairs that was believed to be one person.
        pairs: How many there are in all; those not looked at are strangers.

    Source:
        The step of expectation maximisation for the mixing share alone: Dempster, Laird and Rubin (1977), JRSS B 39:1-38.

    Example:
        >>> round(prior_for(np.array([20.0, 20.0, -20.0]), 0.001, 1000.0), 4)
        0.002
    """
    evidence = weights - bits_of(prior)
    share = prior
    for _ in range(50):
        before = share
        share = _share(float(_probability(evidence + bits_of(share)).sum()), pairs)
        if abs(share - before) <= before * 1e-6:
            break
    return share


def maximise(
    slots: Slots,
    patterns: Patterns,
    strangers: Floats,
    agree: Floats,
    prior: float,
    pairs: float,
    off: Floats,
) -> tuple[Floats, float]:
    """How records of one person compare, and how many pairs they are, from pairs of which nobody said whose they are.

    Args:
        slots: Of the comparisons.
        patterns: The pairs looked at.
        strangers: (count,) float64, how often strangers show each level (u); it stays as it is.
        agree: (count,) float64, how often records of one person are believed to (m); where it starts.
        prior: Part of all pairs that is believed to be one person; where it starts.
        pairs: How many there are in all; those not looked at are strangers.
        off: (n_pattern,) float64, bits taken off because strangers agree in such things together; infinite for what shows two people.

    Returns:
        (m, prior); the parts of each comparison sum to 1.

    Source:
        Fellegi and Sunter (1969), JASA 64:1183-1210, solved by expectation maximisation over counted patterns as in Winkler (1988) and
        Enamorado, Fifield and Imai (2019), APSR 113:353-371; comparisons are held to be independent among pairs of one person.

    Example:
        Two comparisons: of a thousand pairs, ten agree in both; strangers agree once in a hundred in either.

        >>> from parcours.identity.records.patterns import Patterns
        >>> patterns = Patterns(np.array([4, 8]), np.array([[0, 0], [1, 1]]), np.array([990.0, 10.0]))
        >>> slots, strangers = Slots((2, 2), (0, 2)), np.array([0.99, 0.01, 0.99, 0.01])
        >>> agree, prior = maximise(slots, patterns, strangers, np.array([0.1, 0.9, 0.1, 0.9]), 0.1, 1000.0, np.zeros(2))
        >>> agree.round(2).tolist(), round(prior, 2)
        ([0.0, 1.0, 0.0, 1.0], 0.01)
    """
    for _ in range(_ITERATIONS):
        evidence = _evidence(slots, patterns, agree, strangers) - off
        expected = _probability(evidence + bits_of(prior)) * patterns.counts
        before, was = agree, prior
        agree = np.maximum(slots.shares(slots.counted(patterns, expected)), 1e-9)
        prior = _share(float(expected.sum()), pairs)
        if np.abs(agree - before).max() < _AT_REST and abs(prior - was) <= was * _AT_REST:
            break
    return agree, prior


def _share(expected: float, pairs: float) -> float:
    """So many of all pairs; none is not nothing, and never are most of them one person."""
    return min(max(expected / pairs, 0.5 / pairs), 0.5)


def _probability(bits: Floats) -> Floats:
    return 1 / (1 + np.exp2(-np.clip(bits, -500, 500)))


def _evidence(slots: Slots, patterns: Patterns, agree: Floats, strangers: Floats) -> Floats:
    """What each pattern is worth, in bits."""
    bits = np.append(np.log2(agree / strangers), 0.0)
    return np.asarray(bits[slots.of_patterns(patterns)].sum(axis=1), np.float64)


def _random_patterns(engine: Engine, asked: Comparisons) -> Patterns:
    tokens = engine.arrow("select token from record order by token")["token"].to_numpy()
    luck = np.random.default_rng(_SEED)
    left, right = (luck.integers(0, len(tokens), _RANDOM_PAIRS) for _ in range(2))
    two = left != right
    engine.register("random_pair", pa.table({"token": tokens[left[two]], "other_token": tokens[right[two]]}))
    compare_pairs(engine, asked, "select * from random_pair", "compared_random")
    found = count_patterns(engine, asked, "compared_random")
    engine.run("drop table compared_random")
    return found


def _start_agreement(slots: Slots) -> Floats:
    agree = np.empty(slots.count)
    for part in slots.slices():
        agree[part] = (1 - _START_SAME) / max(1, part.stop - part.start - 1)
        agree[part.stop - 1] = _START_SAME
    return agree


def _start_prior(engine: Engine, present: Collection[str], records: int) -> float:
    """A first idea of how many pairs are one person: those that agree in what is hardly ever chance."""
    rules = [rule for rule in _SURE if set(rule) <= set(present)]
    pairs = records * (records - 1) / 2
    if not rules:
        return 1 / records
    index_records(engine, rules)
    sure = int(engine.value(f"select count(*) from ({pairs_sql(rules)})"))
    engine.run("drop table keyed")
    return min(max(sure, 0.1) / pairs / _RECALL_OF_SURE, 0.5)


def _exact_agreement(engine: Engine, asked: Comparisons, slots: Slots) -> dict[int, float]:
    """How often two records agree in a whole value, over all pairs: no sample is as good, and none is needed."""
    found = {}
    for item, part in zip(asked, slots.slices(), strict=True):
        level = item["comparison_levels"][1]  # the first after null: nothing was taken before it
        column = level.get("tf_adjustment_column")
        if column is None or level["sql_condition"] != f"{column}_l = {column}_r":
            continue
        pairs = engine.value(
            f"select sum(c * (c - 1)) / nullif(sum(c) * (sum(c) - 1), 0) from (select count(*) as c from record where {column} is not null group by {column})"
        )
        if pairs:
            found[part.stop - 1] = float(pairs)
    return found


def _matches_off(agree: Floats, among_all: Floats, prior: float) -> tuple[Floats, Floats]:
    """(what strangers show, the part of what all show that is one person's).

    Among random pairs a level is met with probability prior x m + (1 - prior) x u.
    """
    shares = np.minimum(prior * agree / among_all, _MOST_SHARE)
    return among_all * (1 - shares), shares


def _terms(asked: Comparisons, slots: Slots, shares: Floats) -> dict[str, float]:
    """By column whose values are rare or not, what part of its agreement was one person's."""
    found: dict[str, float] = {}
    for item, part in zip(asked, slots.slices(), strict=True):
        for place, level in enumerate(item["comparison_levels"][1:], 1):
            if column := level.get("tf_adjustment_column"):
                found.setdefault(column, float(shares[part.stop - place]))
    return found


def _written(
    asked: list[dict[str, Any]], slots: Slots, agree: Floats, strangers: Floats
) -> list[dict[str, Any]]:
    """Comparisons with their probabilities, as Splink's settings write them."""
    found = []
    for item, part in zip(asked, slots.slices(), strict=True):
        null, *levels = item["comparison_levels"]
        told = [
            {
                **level,
                "m_probability": float(agree[part.stop - place]),
                "u_probability": float(strangers[part.stop - place]),
            }
            for place, level in enumerate(levels, 1)
        ]
        found.append({**item, "comparison_levels": [null, *told]})
    return found


def _check_sense(slots: Slots, agree: Floats, strangers: Floats, records: int) -> None:
    """Records of one person agree more often than strangers, in something at least."""
    same = [part.stop - 1 for part in slots.slices()]
    if (agree[same] > 2 * strangers[same]).sum() < _FEWEST_COMPARISONS:
        raise NoModel(records, "records that share something agree no more in the rest than strangers")
