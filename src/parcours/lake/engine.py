"""DuckDB in process: one connection with bounded memory, whose spill lies where personal data may lie."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from typing import TYPE_CHECKING, Any

import duckdb
from duckdb.func import SPECIAL
from duckdb.sqltypes import VARCHAR

from parcours.kernel.errors import ParcoursError
from parcours.lake.sql import MACROS, identifier, literal, model_sql, written_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from parcours.lake.sql import Value

_BATCH_ROWS = 100_000
_MEMORY = re.compile(
    r"\s*(?!0+(\.0*)?\D)\d+(\.\d+)?\s*([KMGT]i?)?B\s*", re.IGNORECASE
)  # -1 would be no bound at all
_ENGINE_SHARE = 0.8  # of the memory of a run; Python, and what is handled as arrays, has the rest
_SIZES = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_PARQUET = (
    "format parquet, compression zstd, compression_level 1"  # a tenth larger than level 3, a third faster
)


class SqlFault(ParcoursError, ValueError):
    """An expression of the configuration that the engine refuses."""

    code = "lake.sql_fault"

    def __init__(self, reason: str, sql: str = "") -> None:
        super().__init__(reason, fix="mend the expression", reason=reason, sql=sql)


class EngineProblem(ParcoursError, RuntimeError):
    """The engine could not finish: memory or disk is short, or a file cannot be read."""

    code = "lake.engine_problem"
    retryable = True

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what, fix=fix)


class Engine:
    """A DuckDB connection that speaks our errors.

    Instants are int64 microseconds UTC in every model, so the session's time zone matters only where a mapping reads
    naive times; it is UTC unless `time_zone` sets another.

    Attributes:
        memory: Bound on what the engine holds, bytes: less than the process was given, which holds tables of its own beside it.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, spill: Path) -> None:
        self._connection = connection
        self._spill = spill
        self.memory = int(_bytes_of(self.value("select current_setting('memory_limit')")) * _ENGINE_SHARE)
        self.run(f"set memory_limit = '{self.memory}B'")
        self._functions: set[str] = set()

    def run(self, sql: str, parameters: Mapping[str, object] | None = None) -> None:
        """Execute statements that answer nothing."""
        with _our_errors(sql):
            self._connection.execute(sql, dict(parameters) if parameters else None)

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """All rows, for small results; values are any SQL type."""
        with _our_errors(sql):
            return self._connection.execute(sql, dict(parameters) if parameters else None).fetchall()

    def value(self, sql: str, parameters: Mapping[str, object] | None = None) -> Any:  # any SQL type
        """The first value of the first row; None where there is no row."""
        found = self.rows(sql, parameters)
        return found[0][0] if found else None

    def arrow(self, sql: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """The result as one Arrow table."""
        with _our_errors(sql):
            return self._connection.sql(sql, params=dict(parameters) if parameters else None).to_arrow_table()

    def batches(self, sql: str, parameters: Mapping[str, object] | None = None) -> Iterator[pa.RecordBatch]:
        """The result as Arrow batches, never whole in memory."""
        with _our_errors(sql):
            query = self._connection.sql(sql, params=dict(parameters) if parameters else None)
            yield from query.to_arrow_reader(_BATCH_ROWS)

    def model(self, package: str, table: str, parameters: Mapping[str, object] | None = None) -> pa.Table:
        """Run one SQL model file and answer its rows."""
        return self.arrow(model_sql(package, table), parameters)

    def make_table(
        self,
        package: str,
        model: str,
        parameters: Mapping[str, object] | None = None,
        name: str | None = None,
    ) -> None:
        """Keep the rows of one SQL model as a temporary table under its name, or under `name`."""
        sql = f"create or replace temp table {identifier(name or model)} as {model_sql(package, model)}"
        self.run(sql, parameters)

    def make_view(
        self, package: str, model: str, parameters: Mapping[str, Value] | None = None, name: str | None = None
    ) -> None:
        """Make one SQL model readable under its name, or under `name`; it runs where it is read."""
        sql = written_out(model_sql(package, model), parameters or {})
        self.run(f"create or replace temp view {identifier(name or model)} as {sql}")

    def columns(self, sql: str) -> dict[str, str]:
        """Names and types of a query's columns, without running it."""
        return {row[0]: row[1] for row in self.rows(f"describe {sql}")}

    def register(self, name: str, table: pa.Table) -> None:
        """Make an Arrow table readable as `name`."""
        with contextlib.suppress(duckdb.Error):
            self._connection.unregister(name)
        self._connection.register(name, table)

    def function(self, name: str, call: Callable[..., str | None], parameters: int) -> None:
        """Let queries call a Python function, which must answer the same whenever it is asked the same; slow, for few rows.

        Args:
            name: What queries call it; known already, nothing happens.
            call: Takes texts, None among them, and answers a text or None.
            parameters: How many it takes.
        """
        if name not in self._functions:
            kinds: list[Any] = [VARCHAR] * parameters  # the list that is asked for holds any of a dozen types
            self._connection.create_function(name, call, kinds, VARCHAR, null_handling=SPECIAL)
            self._functions.add(name)

    @contextlib.contextmanager
    def lent(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The connection itself, for a library that writes its own SQL; its faults are told as ours."""
        with _our_errors(""):
            yield self._connection

    @contextlib.contextmanager
    def time_zone(self, zone: str) -> Iterator[None]:
        """Read naive times as of `zone` inside the block."""
        self.run(f"set TimeZone = {literal(zone)}")
        try:
            yield
        finally:
            self.run("set TimeZone = 'UTC'")

    @contextlib.contextmanager
    def unordered(self) -> Iterator[None]:
        """Let rows come in any order inside the block: cheaper, for queries that sort where order matters."""
        self.run("set preserve_insertion_order = false")
        try:
            yield
        finally:
            self.run("set preserve_insertion_order = true")

    @contextlib.contextmanager
    def unshared(self) -> Iterator[None]:
        """Compute each expression for itself inside the block.

        DuckDB 2.0 computes what two expressions share once, outside the `try` around each, where one odd row ends the query.
        """
        self.run("set disabled_optimizers = 'common_subexpressions'")
        try:
            yield
        finally:
            self.run("set disabled_optimizers = ''")

    def write_parquet(
        self, sql: str, folder: Path, partition_by: Sequence[str] = (), *, one_file: bool = False
    ) -> list[Path]:
        """Write a query as zstd Parquet files below `folder`, synced to disk.

        Args:
            sql: The query.
            folder: Made if need be.
            partition_by: Columns whose values name the folders of the files.
            one_file: Not a file for each thread.

        Returns:
            The files, in no order; empty where the query has no rows.
        """
        folder.mkdir(parents=True, exist_ok=True)
        target, options = folder, f"{_PARQUET}, per_thread_output true"
        if one_file:
            target, options = folder / "data.parquet", _PARQUET
        elif partition_by:
            names = ", ".join(identifier(name) for name in partition_by)
            options = f"{_PARQUET}, partition_by ({names}), overwrite_or_ignore true"
        self.run(
            "set preserve_insertion_order = false"
        )  # rows of a table have no order; keeping one costs time and memory
        try:
            self.run(f"copy ({sql}) to {literal(str(target))} ({options})")
        finally:
            self.run("set preserve_insertion_order = true")
        files = sorted(folder.rglob("*.parquet"))
        for file in files:
            descriptor = os.open(file, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
        return files

    def close(self) -> None:
        """Close the connection and wipe what it spilled."""
        self._connection.close()
        shutil.rmtree(self._spill, ignore_errors=True)


@contextlib.contextmanager
def _our_errors(sql: str) -> Iterator[None]:
    try:
        yield
    except duckdb.OutOfMemoryException as problem:
        raise EngineProblem(
            f"the engine ran out of memory ({_first_line(problem)})",
            "give it more with --memory, or free disk for its spill",
        ) from None
    except duckdb.IOException as problem:
        raise EngineProblem(
            _first_line(problem), "check the file, its rights and the free disk space"
        ) from None
    except (duckdb.BinderException, duckdb.ParserException, duckdb.CatalogException) as problem:
        raise SqlFault(_first_line(problem), sql) from None
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.OutOfRangeException) as problem:
        raise EngineProblem(_first_line(problem), "check the data against the mapping") from None
    except UnicodeDecodeError:  # of a damaged file, in place of the engine's own message
        raise EngineProblem("a file cannot be read: it is damaged", "check the file") from None
    except duckdb.Error as problem:  # every other kind: nothing of the engine's reaches a user as a traceback
        raise EngineProblem(
            f"the engine gave up ({_first_line(problem)})", "check the mapping and its data"
        ) from None


def open_engine(spill: Path, memory: str = "4GB", threads: int | None = None) -> Engine:
    """Open an engine whose spill lies in `spill`, wiped at start and end.

    Args:
        spill: A folder of its own.
        memory: Bound on the process, such as `6GB`; the engine gets four fifths.
        threads: Processors used; all by default.

    Raises:
        EngineProblem: `memory` is not a size.
    """
    if not _MEMORY.fullmatch(memory):
        raise _no_amount(memory)
    shutil.rmtree(spill, ignore_errors=True)
    try:
        spill.mkdir(parents=True)
    except OSError as problem:
        what = f"{spill} cannot be made: {problem.strerror}"
        raise EngineProblem(what, "free disk space, or check the rights of the workspace") from None
    connection = duckdb.connect(config={"temp_directory": str(spill)})
    try:
        connection.execute(f"set memory_limit = {literal(memory)}")
    except duckdb.Error:
        raise _no_amount(memory) from None
    if threads:
        connection.execute(f"set threads = {int(threads)}")
    connection.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
    for name, macro in MACROS.items():
        connection.execute(f"create temp macro {name}({', '.join(macro.parameters)}) as {macro.duckdb}")
    return Engine(connection, spill)


def _bytes_of(amount: str) -> int:
    """Bytes of an amount such as `7.4 GiB`.

    Example:
        >>> _bytes_of("6GB"), _bytes_of("1.5 KiB")
        (6000000000, 1536)
    """
    number, unit = re.findall(r"[\d.]+|[a-z]+", amount.lower())
    return int(float(number) * (1024 if "i" in unit else 1000) ** _SIZES[unit.rstrip("ib")])


def _no_amount(memory: str) -> EngineProblem:
    return EngineProblem(f"{memory!r} is not an amount of memory", "write it like 6GB")


def _first_line(problem: Exception) -> str:
    text = str(problem).strip().splitlines()[0]
    _, _, tail = text.partition("Error: ")
    return (tail or text).rstrip(".")
