"""Weighs pairs of records with a model that was learnt: all of them, those of new records, or those within groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from parcours.identity.records.blocking import index_records, pairs_sql
from parcours.identity.records.households import SHARED, certain_sql, own_sql, two_sql
from parcours.identity.records.learning import bits_of
from parcours.identity.records.patterns import compare_pairs, count_patterns
from parcours.identity.records.together import TOGETHER, bits_together, read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from parcours.identity.records.patterns import Comparisons, Patterns
    from parcours.lake import Engine

OWN_KEYS = {"terms", "household_share", "rules", "is_fixed", "together"}  # of a model, that are not Splink's


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
        b_together: double, what is taken off because strangers agree in such things together, in bits.
    """
    asked, terms = parameters["comparisons"], parameters["terms"]
    found = patterns or count_patterns(engine, asked, "compared")
    names = [item["output_column_name"] for item in asked]
    start = bits_of(parameters["probability_two_random_records_match"])
    steps = _steps(asked, found.levels)
    off = bits_together(read(parameters.get("together", ())), found.levels)
    rarities = [_rarities(item, _one_bearer(engine, terms)) for item in asked]
    most = sum(
        steps[:, place] + _most_gain(found.levels[:, place], told) for place, told in enumerate(rarities)
    )
    kept = np.flatnonzero(start + most - off >= floor_bits)
    weighed = {"pattern": found.keys[kept], f"b_{TOGETHER}": -off[kept]}
    for place, name in enumerate(names):
        weighed |= {f"g_{name}": found.levels[kept, place], f"w_{name}": steps[kept, place]}
    engine.register("pattern_weight", pa.table(weighed))
    joins = "join term as l on l.token = c.token join term as r on r.token = c.other_token" if terms else ""
    worth = [
        f"w_{name}{_gain_sql(name, told)} as b_{name}" for name, told in zip(names, rarities, strict=True)
    ]
    bits = [repr(start), *(f"b_{name}" for name in (*names, TOGETHER))]
    shared = [repr(start), *(f"b_{name}" for name in names if name in SHARED)]
    compared = {name: len(item["comparison_levels"]) - 2 for name, item in zip(names, asked, strict=True)}
    floor = f" where weight_bits >= {floor_bits!r}" if np.isfinite(floor_bits) else ""
    engine.run(f"""
        create or replace table {target} as
        with worth as (
            select c.token, c.other_token, {", ".join(f"g_{name}" for name in names)}, {", ".join(worth)}, b_{TOGETHER},
                   {"least(l.n_given_name, r.n_given_name)" if "given_name" in terms else "null"} as bearers
            from compared as c join pattern_weight as w using (pattern) {joins}
        )
        select token, other_token, {" + ".join(bits)} as weight_bits, {" + ".join(shared)} as shared_bits,
               {own_sql(compared)} as is_own, {two_sql(compared)} as is_two, {certain_sql(compared)} as is_certain,
               {", ".join(f"g_{name}, b_{name}" for name in names)}, b_{TOGETHER}
        from worth{floor}""")


def evidence_sql(parameters: Mapping[str, Any]) -> str:
    """SQL over `scored` of the evidence of a pair: JSON, [comparison, level, bits] of each comparison, and what is taken off."""
    names = [item["output_column_name"] for item in parameters["comparisons"]]
    steps = (f"""'["{name}",' || g_{name} || ',' || round(b_{name}, 2) || ']'""" for name in names)
    off = f"""case when b_{TOGETHER} < 0 then ',["{TOGETHER}",0,' || round(b_{TOGETHER}, 2) || ']' else '' end"""
    return f"""'[' || {" || ',' || ".join(steps)} || {off} || ']'"""


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
