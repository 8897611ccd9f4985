"""Quoting, and SQL models kept in files: one table a file, five header lines, bound parameters written `:name`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Value = str | float | bool | None  # bool and int are numbers to Python, each is written as its own kind
_PATTERN_SIGN = re.compile(r"[*?[]")
# What is quoted or a comment is passed over, so that neither '10:30' nor "case:channel" holds a parameter; so are casts.
_QUOTED = r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|::"""
_PARAMETER = re.compile(rf"{_QUOTED}|(?<!\w):([a-z_]\w*)")
_BOUND = re.compile(rf"{_QUOTED}|\$([a-z_]\w*)")


@dataclass(frozen=True)
class Macro:
    """What models call by one name because engines, or sqlglot between them, disagree on it.

    Attributes:
        parameters: Their names.
        meaning: What it answers.
        duckdb: Its text for DuckDB.
        spark: Its text for Spark; None: no model runs there yet, so nobody has tried one.
    """

    parameters: tuple[str, ...]
    meaning: str
    duckdb: str
    spark: str | None = None


MACROS: Mapping[str, Macro] = {
    "exact_quantiles": Macro(
        ("measure", "shares"),
        "A list: for each share in [0, 1] the quantile, interpolated between neighbours; never approximate.",
        "quantile_cont(measure, shares)",
    ),
    "list_in_order": Macro(
        ("item", "first_key", "second_key"),
        "The items as a list, ordered by both keys.",
        "list(item order by first_key, second_key)",
    ),
    "as_integer": Macro(
        ("amount",), "A whole number as 32 bits; never a way to round.", "cast(amount as integer)"
    ),
    "as_bigint": Macro(
        ("amount",), "A whole number as 64 bits; never a way to round.", "cast(amount as bigint)"
    ),
    "local_time": Macro(
        ("instant_us", "zone"),
        "The timestamp that clocks in a zone show at an instant.",
        "timezone(zone, make_timestamptz(instant_us))",
    ),
    "property_text": Macro(
        ("properties", "name"),
        "A property of a signal as text; null where it has none.",
        "properties ->> name",
    ),
    "property_number": Macro(
        ("properties", "name"),
        "A property of a signal as a number; null where it has none that is finite.",
        "case when abs(try_cast(properties ->> name as double)) < 1e300 then try_cast(properties ->> name as double) end",
    ),
}


@dataclass(frozen=True)
class Model:
    """One SQL file: its five header lines and its query for DuckDB, parameters written `$name`.

    Attributes:
        name: The file's name, a singular noun at its grain.
        grain: What one row is.
        unit: Units of its columns.
        reads: Relations it reads.
        source: The page that says why it is so.
        sql: One select.
    """

    name: str
    grain: str
    unit: str
    reads: tuple[str, ...]
    source: str
    sql: str


def identifier(name: str) -> str:
    """A quoted SQL identifier.

    Example:
        >>> print(identifier("case:channel"))
        "case:channel"
    """
    return '"' + name.replace('"', '""') + '"'


def literal(value: Value) -> str:
    """An escaped SQL literal, for the compilers; queries with user values bind them.

    Example:
        >>> literal("o'brien")
        "'o''brien'"
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return "'" + value.replace("'", "''") + "'"


def file_literal(path: Path | str) -> str:
    """An escaped SQL literal of one file's path; without it the engine takes `day[1].csv` for a pattern and reads `day1.csv`.

    Example:
        >>> print(file_literal("data/day[1].csv"))
        'data/day[[]1].csv'
    """
    return literal(_PATTERN_SIGN.sub(r"[\g<0>]", str(path)))


def read_model(package: str, name: str) -> Model:
    """The SQL model `package`/sql/`name`.sql."""
    return parse_model(resources.files(package).joinpath("sql", f"{name}.sql").read_text("utf-8"))


def parse_model(text: str) -> Model:
    r"""A model from the text of its file.

    Example:
        >>> head = "-- model: late\n-- grain: a signal\n-- unit: none\n-- reads: seen, term\n-- source: none"
        >>> model = parse_model(f"{head}\n\nselect at_us::bigint, '10:30' as told from seen where at_us > :since")
        >>> model.name, model.reads
        ('late', ('seen', 'term'))
        >>> print(model.sql)
        select at_us::bigint, '10:30' as told from seen where at_us > $since
    """
    head, _, body = text.partition("\n\n")
    told = {}
    for line in head.splitlines():
        key, _, value = line.removeprefix("--").partition(":")
        told[key.strip()] = value.strip()
    reads = tuple(name.strip() for name in told["reads"].split(","))
    sql = _PARAMETER.sub(lambda found: f"${found[1]}" if found[1] else found[0], body.strip())
    return Model(told["model"], told["grain"], told["unit"], reads, told["source"], sql)


@cache
def model_sql(package: str, table: str) -> str:
    """The SQL of `package`/sql/`table`.sql for DuckDB: `:since` becomes `$since`."""
    return read_model(package, table).sql


def written_out(sql: str, parameters: Mapping[str, Value]) -> str:
    """SQL with its parameters as literals, for views: no engine binds what a view keeps.

    Raises:
        KeyError: A parameter has no value.

    Example:
        >>> print(written_out("select '$a' from t where b = $b", {"b": "o'brien"}))
        select '$a' from t where b = 'o''brien'
    """
    return _BOUND.sub(lambda found: literal(parameters[found[1]]) if found[1] else found[0], sql)
