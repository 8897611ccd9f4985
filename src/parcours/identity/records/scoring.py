"""Weighs pairs of records with a model that was learnt: all of them, those of new records, or those within groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from parcours.identity.records.blocking import index_records, pairs_sql
from parcours.identity.records.learning import bits_of
from parcours.identity.records.patterns import compare_pairs, count_patterns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from parcours.identity.records.patterns import Comparisons, Patterns
    from parcours.lake import Engine

OWN_KEYS = {"terms", "household_share", "rules", "is_fixed"}  # of a model, that are not Splink's
_SHARED = ("family_name", "street", "place", "postcode", "city", "phone")  # with whom one lives
_CERTAIN = ("given_name", "family_name", "birth_date", "email")  # the same in all: one person whatever else
_ENOUGH_HOUSEHOLDS = 20
_ALIKE = 1  # level of given names with several slips between them, or none in common: Carol and Charlie
_ATTESTED = 5  # records with a name make it a name
_CLOSE_BIRTH_DATES = 2  # levels of the comparison that count as the same: equal, one digit off


def score_new(engine: Engine, parameters: Mapping[str, Any], floor_bits: float) -> None:
    """Make the table `scored` of pairs in which a token of `fresh` takes part; see `weigh_pairs`."""
    rules = [tuple(rule) for rule in parameters["rules"]]
    index_records(engine, rules)
    compare_pairs(engine, parameters["comparisons"], pairs_sql(rules, fresh=True), "compared")
    engine.run("drop table keyed")
    count_terms(engine, parameters)
    weigh_pairs(engine, parameters, floor_bits)
    engine.run("drop table compared")


def score_groups(engine: Engine, parameters: Mapping[str, Any]) -> None:
    """Make the table `scored_group` of all pairs within the groups of the table `grouped` (token, group_id); see `weigh_pairs`."""
    pairs = "select l.token, r.token as other_token from grouped as l join grouped as r using (group_id) where l.token < r.token"
    compare_pairs(engine, parameters["comparisons"], pairs, "compared")
    weigh_pairs(engine, parameters, -np.inf, "scored_group")
    engine.run("drop table compared")


def count_terms(engine: Engine, parameters: Mapping[str, Any]) -> None:
    """Make the table `term`: each record's token, and by column with frequencies how many records share its value."""
    columns = parameters["terms"]
    joins = "".join(
        f" left join (select {name}, count(*) as n_{name} from record group by {name}) as t_{name} on t_{name}.{name} = r.{name}"
        for name in columns
    )
    listed = ", ".join(["r.token", *(f"n_{name}" for name in columns)])
    engine.run(f"create or replace table term as select {listed} from record as r{joins}")


def weigh_pairs(
    engine: Engine,
    parameters: Mapping[str, Any],
    floor_bits: float,
    target: str = "scored",
    patterns: Patterns | None = None,
) -> None:
    """Make a table of the pairs of `compared` that weigh at least `floor_bits`.

    Args:
        engine: Holds `compared`, `record` and `term`.
        parameters: The model.
        floor_bits: Log-odds in bits.
        target: Name of the table that is made.
        patterns: Of `compared`, where they were counted already.

    Columns:
        token, other_token: bigint, token < other_token.
        weight_bits: double, log-odds that both are one person, in bits.
        shared_bits: double, the part of them that members of a household share.
        is_own: boolean, something of the person's own agrees.
        is_two: boolean, the given names are two people's.
        g_<comparison>: bigint, the level; -1 nothing to compare.
        is_certain: boolean, the same name, birth date and e-mail.
        b_<comparison>: double, what it is worth, in bits.
    """
    asked, terms = parameters["comparisons"], parameters["terms"]
    found = patterns or count_patterns(engine, asked, "compared")
    names = [item["output_column_name"] for item in asked]
    start = bits_of(parameters["probability_two_random_records_match"])
    steps = _steps(asked, found.levels)
    rarities = [_rarities(item, _one_bearer(engine, terms)) for item in asked]
    most = sum(
        steps[:, place] + _most_gain(found.levels[:, place], told) for place, told in enumerate(rarities)
    )
    kept = np.flatnonzero(start + most >= floor_bits)
    weighed = {"pattern": found.keys[kept]}
    for place, name in enumerate(names):
        weighed |= {f"g_{name}": found.levels[kept, place], f"w_{name}": steps[kept, place]}
    engine.register("pattern_weight", pa.table(weighed))
    joins = "join term as l on l.token = c.token join term as r on r.token = c.other_token" if terms else ""
    worth = [
        f"w_{name}{_gain_sql(name, told)} as b_{name}" for name, told in zip(names, rarities, strict=True)
    ]
    bits = [repr(start), *(f"b_{name}" for name in names)]
    shared = [repr(start), *(f"b_{name}" for name in names if name in _SHARED)]
    compared = {name: len(item["comparison_levels"]) - 2 for name, item in zip(names, asked, strict=True)}
    floor = f" where weight_bits >= {floor_bits!r}" if np.isfinite(floor_bits) else ""
    engine.run(f"""
        create or replace table {target} as
        with worth as (
            select c.token, c.other_token, {", ".join(f"g_{name}" for name in names)}, {", ".join(worth)},
                   {"least(l.n_given_name, r.n_given_name)" if "given_name" in terms else "null"} as bearers
            from compared as c join pattern_weight as w using (pattern) {joins}
        )
        select token, other_token, {" + ".join(bits)} as weight_bits, {" + ".join(shared)} as shared_bits,
               {_own(compared)} as is_own, {_two_names(compared)} as is_two, {_certain(compared)} as is_certain,
               {", ".join(f"g_{name}, b_{name}" for name in names)}
        from worth{floor}""")


def household_share(engine: Engine, merge_bits: float) -> float:
    """Of pairs that would be one person by what a household shares, and of which more is known, the part that is one.

    Where no two members of a household are customers this is near 1, and what a household shares tells who it is. Where there are many, it
    says nothing of a pair that tells no more than that.

    Args:
        engine: Holds `scored`.
        merge_bits: Log-odds from which on a pair is one person.

    Returns:
        A ratio; 0 where too few pairs tell.
    """
    sql = "select count(*) filter (is_own and not is_two), count(*) filter (is_own or is_two) from scored where shared_bits >= $bits"
    one, known = engine.rows(sql, {"bits": merge_bits})[0]
    return one / known if known >= _ENOUGH_HOUSEHOLDS else 0.0


def evidence_sql(parameters: Mapping[str, Any]) -> str:
    """SQL over `scored` of the evidence of a pair: JSON, [comparison, level, bits] of each comparison."""
    names = [item["output_column_name"] for item in parameters["comparisons"]]
    steps = (f"""'["{name}",' || g_{name} || ',' || round(b_{name}, 2) || ']'""" for name in names)
    return f"""'[' || {" || ',' || ".join(steps)} || ']'"""


def _steps(asked: Comparisons, levels: NDArray[np.int64]) -> NDArray[np.float64]:
    """What each level of each pattern is worth before frequencies, in bits; (n_pattern, n_comparison)."""
    found = np.zeros(levels.shape)
    for place, item in enumerate(asked):
        told = [
            np.log2(level["m_probability"] / level["u_probability"])
            for level in reversed(item["comparison_levels"][1:])
        ]
        found[:, place] = np.append(told, 0.0)[levels[:, place]]  # -1, nothing to compare, is the last
    return found


@dataclass(frozen=True)
class _Rarity:
    """A level that is worth more where the value is rare.

    Attributes:
        level: Its number.
        column: Whose value.
        gain: What it is worth more where one record alone bears the value, in bits; half of it per doubling less.
    """

    level: int
    column: str
    gain: float


def _one_bearer(engine: Engine, terms: Mapping[str, float]) -> dict[str, float]:
    """By column, how frequent a value is among strangers that one record bears."""
    return {
        name: (1 - share) / max(1, int(engine.value(f"select count({name}) from record")))
        for name, share in terms.items()
    }


def _rarities(item: Mapping[str, Any], one_bearer: Mapping[str, float]) -> list[_Rarity]:
    """The levels of a comparison that frequencies change; as Splink, against how often strangers agree in the whole value."""
    levels = item["comparison_levels"]
    exact = {level["sql_condition"]: level.get("u_probability") for level in levels}
    return [
        _Rarity(
            len(levels) - 1 - place,
            column,
            float(np.log2(exact[f"{column}_l = {column}_r"] / one_bearer[column])),
        )
        for place, level in enumerate(levels)
        if (column := level.get("tf_adjustment_column"))
    ]


def _most_gain(levels: NDArray[np.int64], rarities: Sequence[_Rarity]) -> NDArray[np.float64]:
    found = np.zeros(len(levels))
    for rarity in rarities:
        found[levels == rarity.level] = rarity.gain
    return found


def _gain_sql(name: str, rarities: Sequence[_Rarity]) -> str:
    cases = "".join(
        f" when {rarity.level} then {rarity.gain!r} - log2(greatest(l.n_{rarity.column}, r.n_{rarity.column}))"
        for rarity in rarities
    )
    return f" + case g_{name}{cases} else 0.0 end" if cases else ""


def _own(compared: Mapping[str, int]) -> str:
    """Given name, birth date or, where no given name speaks against it, e-mail agree: members of a household do not share them."""
    own = [f"g_given_name > {_ALIKE}"] if "given_name" in compared else []
    if "birth_date" in compared:
        own.append(_close_birth_date(compared))
    if "email" in compared:
        own.append(
            "g_email > 0" + (f" and g_given_name not in (0, {_ALIKE})" if "given_name" in compared else "")
        )
    return f"({' or '.join(own) or 'false'})"


def _two_names(compared: Mapping[str, int]) -> str:
    """Two given names that others bear too, not alike, and no birth date in common: a name nobody else bears is more likely a slip."""
    if "given_name" not in compared:
        return "false"
    two = f"coalesce(g_given_name in (0, {_ALIKE}) and bearers >= {_ATTESTED}, false)"
    return f"({two} and not {_close_birth_date(compared)})" if "birth_date" in compared else two


def _certain(compared: Mapping[str, int]) -> str:
    """All of `_CERTAIN` are the same."""
    if not compared.keys() >= set(_CERTAIN):
        return "false"
    return f"({' and '.join(f'g_{name} = {compared[name]}' for name in _CERTAIN)})"


def _close_birth_date(compared: Mapping[str, int]) -> str:
    return f"(g_birth_date > {compared['birth_date'] - _CLOSE_BIRTH_DATES})"
