"""Quoting, and SQL models kept in files: one table a file, five header lines, bound parameters written `:name`."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PATTERN_SIGN = re.compile(r"[*?[]")
_PARAMETER = re.compile(r"(?<![:\w]):([a-z_]\w*)")


def identifier(name: str) -> str:
    """A quoted SQL identifier.

    Example:
        >>> print(identifier("case:channel"))
        "case:channel"
    """
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | float | bool | None) -> str:  # noqa: FBT001 - a value like any other
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


@cache
def model_sql(package: str, table: str) -> str:
    """The SQL of `package`/sql/`table`.sql for DuckDB: `:since` becomes `$since`."""
    text = resources.files(package).joinpath("sql", f"{table}.sql").read_text("utf-8")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return _PARAMETER.sub(r"$\1", body)
