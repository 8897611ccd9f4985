"""Patterns of pairs: numbers read back by hand, and weights that Splink, asked for the same model, gives too."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from identity.records.given import engine_of, town
from parcours.identity.records.blocking import index_records, pairs_sql
from parcours.identity.records.comparing import (
    RECORDS_TO_COMPARE,
    Comparison,
    Level,
    comparisons,
    splink_comparison,
)
from parcours.identity.records.linking import weigh_all
from parcours.identity.records.patterns import compare_pairs, count_patterns
from parcours.identity.records.scoring import OWN_KEYS, count_terms, weigh_pairs
from parcours.identity.records.settings import RecordSettings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from parcours.lake import Engine

FIELDS = ("given_name", "family_name", "birth_date", "email", "phone", "street", "postcode", "city")


def test_pairs_are_counted_by_how_they_compare(tmp_path: Path) -> None:
    """Three records, three pairs: one with the same town and nothing to say of the name, one with neither, one likewise."""
    records = [
        {"family_name": "abadie", "city": "dax"},
        {"given_name": "irene", "city": "dax"},
        {"family_name": "bellocq", "city": "pau"},
    ]
    engine = engine_of(tmp_path, records)
    name = Comparison(
        "family_name",
        ("family_name",),
        "family_name_l is null or family_name_r is null",
        (Level("same", "family_name_l = family_name_r"), Level("different", "")),
    )
    city = Comparison(
        "city",
        ("city",),
        "city_l is null or city_r is null",
        (Level("same", "city_l = city_r"), Level("different", "")),
    )
    asked = [splink_comparison(name), splink_comparison(city)]
    every = "select l.token, r.token as other_token from record as l, record as r where l.token < r.token"
    compare_pairs(engine, asked, every, "compared")
    found = count_patterns(engine, asked, "compared")
    engine.close()
    told = {tuple(levels): count for levels, count in zip(found.levels.tolist(), found.counts, strict=True)}

    # (1, 2): no name, same town; (1, 3): other name, other town; (2, 3): no name, other town.
    assert told == {(-1, 1): 1, (0, 0): 1, (-1, 0): 1}


def test_pairs_of_rules_are_those_that_agree_each_once(tmp_path: Path) -> None:
    """Of all pairs of a town, those that share a phone, a name with a year, or exchange their names, and of new records only those they are in."""
    records, _ = town(30, 15, seed=3)
    records[0] |= {
        "given_name": records[1]["family_name"],
        "family_name": records[1]["given_name"],
    }
    engine = engine_of(tmp_path, records)
    rules = (("phone",), ("family_name", "birth_year"), ("exchanged",))
    index_records(engine, rules)
    rows = {
        row[0]: row[1:]
        for row in engine.rows("select token, given_name, family_name, birth_date, phone from record")
    }

    def agree(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
        phone = one[3] is not None and one[3] == other[3]
        year = None not in (one[1], other[1], one[2], other[2]) and (one[1], one[2][:4]) == (
            other[1],
            other[2][:4],
        )
        names = None not in (*one[:2], *other[:2]) and one[:2] == other[1::-1]
        return phone or year or names

    expected = sorted((a, b) for a in rows for b in rows if a < b and agree(rows[a], rows[b]))
    assert (1, 2) in expected
    assert sorted(engine.rows(pairs_sql(rules))) == expected
    engine.run("create table fresh as select token from record where token in (1, 40)")
    new = sorted(engine.rows(pairs_sql(rules, fresh=True)))
    engine.close()

    assert new == [pair for pair in expected if {1, 40} & set(pair)]


@pytest.mark.filterwarnings("ignore")
def test_weights_are_those_of_splink(tmp_path: Path) -> None:
    """The model is written as Splink writes its own; loaded by Splink, it gives every pair of a town the weight we gave it before what goes together was taken off."""
    records, _ = town(120, 60, seed=23)
    engine = engine_of(tmp_path, records)
    parameters = weigh_all(engine, RecordSettings())
    index_records(engine, [()])
    compare_pairs(engine, parameters["comparisons"], pairs_sql([()]), "compared")
    count_terms(engine, parameters)
    weigh_pairs(engine, parameters, -1_000.0)
    ours = {
        (a, b): bits
        for a, b, bits in engine.rows("select token, other_token, weight_bits - b_together from scored")
    }
    theirs = _by_splink(engine, parameters)
    engine.close()

    assert len(ours) == len(records) * (len(records) - 1) // 2
    assert ours.keys() == theirs.keys()
    assert max(abs(ours[pair] - theirs[pair]) for pair in ours) < 1e-6


def test_every_comparison_is_written_as_splink_reads_it() -> None:
    """First what says nothing, last what is left; conditions over columns of two sides."""
    for item in map(splink_comparison, comparisons(FIELDS)):
        first, *_, last = item["comparison_levels"]
        assert first["is_null_level"]
        assert last["sql_condition"] == "ELSE"


def _by_splink(engine: Engine, parameters: Mapping[str, Any]) -> dict[tuple[int, int], float]:
    import splink
    from splink.internals.duckdb.database_api import DuckDBAPI

    logging.getLogger("splink").setLevel(logging.CRITICAL)
    settings = {name: value for name, value in parameters.items() if name not in OWN_KEYS}
    settings |= {"blocking_rules_to_generate_predictions": ["1=1"]}
    engine.run(f"create table record_to_compare as {RECORDS_TO_COMPARE}")
    with engine.lent() as connection:
        api: Any = DuckDBAPI(connection)
        linker = splink.Linker(
            api.register("record_to_compare", table_name="record_to_compare"), settings, log_level=None
        )
        for column, share in parameters["terms"].items():
            engine.run(
                f"create table term_{column} as select {column}, count(*) / sum(count(*)) over () * {1 - share!r} as tf_{column} "
                f"from record where {column} is not null group by {column}"
            )
            linker.table_management.register_term_frequency_lookup(api.register(f"term_{column}"), column)
        frame = linker.inference.predict(warning_mode="never")
        sql = f"select least(token_l, token_r), greatest(token_l, token_r), match_weight from {frame.physical_name}"
        return {(a, b): bits for a, b, bits in engine.rows(sql)}
