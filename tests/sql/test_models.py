"""Models keep to the house rule, and to what two engines understand alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import sqlglot
from sqlglot import expressions as exp

from docs.pages import ROOT
from parcours.lake import MACROS
from sql.models import HEADER, Found, models

if TYPE_CHECKING:
    from collections.abc import Iterator

MODELS = models()
each = pytest.mark.parametrize("found", MODELS, ids=[found.path.stem for found in MODELS])
# Translated wrongly, or to what only fails once Spark runs it.
BANNED: dict[type[exp.Expr], str] = {
    exp.AtTimeZone: "is turned round",
    exp.PercentileCont: "becomes approximate",
    exp.PercentileDisc: "becomes approximate",
    exp.ApproxQuantile: "is approximate",
    exp.Quantile: "becomes approximate",
    exp.DateDiff: "counts other borders",
    exp.ArrayAgg: "loses its order",
    exp.GroupConcat: "loses its order",
    exp.AnyValue: "may answer null where there is a value",
    exp.Length: "of a list is a fault in Spark",
    exp.UnixToTime: "has no equal",
}


def parsed(sql: str) -> exp.Expr:
    """The syntax tree of a query for DuckDB."""
    return sqlglot.parse_one(sql, read="duckdb")


def last_selects(tree: exp.Expr) -> Iterator[exp.Select]:
    """The selects whose columns are the query's."""
    if isinstance(tree, exp.SetOperation):
        yield from last_selects(tree.left)
        yield from last_selects(tree.right)
    else:
        assert isinstance(tree, exp.Select)
        yield tree


def faults(sql: str) -> list[str]:
    """What a model may not hold."""
    tree = parsed(sql)
    told = [f"{node.sql()} {why}" for kind, why in BANNED.items() for node in tree.find_all(kind)]
    told += [
        f"{cast.sql()} rounds in one engine and cuts in the other"
        for cast in tree.find_all(exp.Cast)
        if cast.to.this in exp.DataType.INTEGER_TYPES and not isinstance(cast.this, exp.Null)
    ]
    told += [f"{join.sql()} has no equal" for join in tree.find_all(exp.Join) if join.method == "ASOF"]
    told += [
        f"{call.name} is known to one engine only, and no macro"
        for call in tree.find_all(exp.Anonymous)
        if call.name.lower() not in MACROS
    ]
    return told


def test_there_are_models() -> None:
    """The tests below look at something, and no two models share a name."""
    names = [found.path.stem for found in MODELS]
    assert names
    assert len(set(names)) == len(names)


@each
def test_five_header_lines_come_first(found: Found) -> None:
    """Each is there once, in order, and says something; the model's name is the file's, the source is a page."""
    head, _, _ = found.text.partition("\n\n")
    lines = [re.fullmatch(r"-- (\w+): +(\S.*)", line) for line in head.splitlines()]
    assert [line and line[1] for line in lines] == list(HEADER)
    assert found.model.name == found.path.stem
    assert (ROOT / found.model.source).is_file(), found.model.source


@each
def test_the_header_tells_what_is_read(found: Found) -> None:
    """No relation is read in silence, none is named in vain."""
    tree = parsed(found.model.sql)
    named = {cte.alias for cte in tree.find_all(exp.CTE)}
    assert {table.name for table in tree.find_all(exp.Table)} - named == set(found.model.reads)


@each
def test_the_last_select_names_its_columns(found: Found) -> None:
    """A column that enters a table does not enter what reads it by accident."""
    for select in last_selects(parsed(found.model.sql)):
        assert not any(column.is_star for column in select.selects)


@each
def test_nothing_is_translated_wrongly_in_silence(found: Found) -> None:
    """What engines disagree on is called by the name of a macro."""
    assert faults(found.model.sql) == []


@pytest.mark.parametrize(
    "banned",
    [
        "x at time zone 'UTC'",
        "list(x order by y)",
        "array_agg(x)",
        "string_agg(x, ',' order by y)",
        "percentile_cont(0.5) within group (order by x)",
        "quantile_cont(x, 0.5)",
        "quantile_cont(x, [0.5, 0.95])",
        "date_diff('second', x, y)",
        "cast(x as integer)",
        "try_cast(x as bigint)",
        "x::int",
        "any_value(x)",
        "len(x)",
        "length(x)",
        "epoch_ms(x)",
        "epoch_us(x)",
        "hash(x)",
    ],
)
def test_what_is_banned_is_found(banned: str) -> None:
    """The test above would see each of them."""
    assert faults(f"select {banned} as z from t")


def test_a_join_as_of_is_found() -> None:
    """ASOF joins are of one engine only; the same query without is not blamed."""
    assert faults("select t.a from t asof join u on t.k = u.k and t.a >= u.a")
    assert not faults("select t.a, cast(null as bigint) as b, as_bigint(t.a) as c from t join u on t.k = u.k")


@each
def test_what_holds_no_macro_is_spark_too(found: Found) -> None:
    """It translates without complaint, and Spark's grammar takes the answer."""
    tree = parsed(found.text)
    if any(call.name.lower() in MACROS for call in tree.find_all(exp.Anonymous)):
        return
    (translated,) = sqlglot.transpile(
        found.text, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
    )
    assert sqlglot.parse_one(translated, read="spark")


def test_every_macro_is_called() -> None:
    """A macro that no model needs is no macro."""
    called = {
        call.name.lower() for found in MODELS for call in parsed(found.model.sql).find_all(exp.Anonymous)
    }
    assert called == set(MACROS)
