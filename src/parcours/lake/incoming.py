"""Rows on their way into a table: small lots wait together and share a file, large ones are written aside at once."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa
from deltalake.exceptions import DeltaError

from parcours.lake.engine import EngineProblem
from parcours.lake.sql import file_literal, identifier, literal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from parcours.lake.engine import Engine

Partition = tuple[str, ...]
_LOT_ROWS = 500_000  # lots below this wait in the engine, as one table, until they are so many together


@dataclass(frozen=True)
class TableSpec:
    """Name, columns and partitions of one lake table.

    Attributes:
        name: Singular noun at the table's grain.
        columns: Column name to SQL type, partition columns included.
        partition: Columns whose values name the folders.
    """

    name: str
    columns: Mapping[str, str]
    partition: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """A partition column is a column."""
        assert set(self.partition) <= set(self.columns)  # noqa: S101 - a slip of the author, not of a user

    @property
    def names(self) -> str:
        """The columns as a list in SQL."""
        return ", ".join(identifier(column) for column in self.columns)

    def read_sql(self, files: Sequence[Path], *, named: bool = False) -> str:
        """A query over Parquet files in the folders of their partitions; with the column `filename` where they are `named`."""
        paths = ", ".join(file_literal(file) for file in files)
        hive = ", ".join(f"{literal(column)}: {literal(self.columns[column])}" for column in self.partition)
        options = (
            f"hive_partitioning = true, hive_types = {{{hive}}}" if hive else "hive_partitioning = false"
        )
        return f"select {self.names}{', filename' if named else ''} from read_parquet([{paths}], {options}{', filename = true' if named else ''})"

    @property
    def empty_sql(self) -> str:
        """A query with these columns and no row."""
        return f"select {', '.join(f'cast(null as {kind}) as {identifier(name)}' for name, kind in self.columns.items())} where false"


class Incoming:
    """Lots of rows for one table.

    Args:
        engine: Runs the queries.
        spec: The table.
        aside: A folder of its own that no reader looks into; made when needed.
    """

    def __init__(self, engine: Engine, spec: TableSpec, aside: Path) -> None:
        self.engine = engine
        self.spec = spec
        self.aside = aside
        self._waiting = aside.name
        self._waiting_rows = 0
        self._lots = 0

    def add(
        self, sql: str, *, rows: int = _LOT_ROWS, partitions: Collection[Partition] | None = None
    ) -> None:
        """Take the rows of a query.

        Args:
            sql: A query giving exactly the table's columns.
            rows: About how many there are: few wait for others to share a file. For tables without partitions.
            partitions: The partitions that rows belong to, where they are known and few: one query each then costs half of what
                sorting rows into partitions does. A row of another partition would be lost.
        """
        if rows < _LOT_ROWS and not self.spec.partition:
            self._wait(sql, rows)
        elif partitions is None:
            self._write(f"select {self.spec.names} from ({sql})", self._lot(), self.spec.partition)
        else:
            for values in partitions:
                self._write_partition(sql, values)

    def add_file(self, sql: str) -> None:
        """Take the rows of a query as one file, whatever their number."""
        self._write(f"select {self.spec.names} from ({sql})", self._lot(), one_file=True)

    def query(self) -> str:
        """SQL of the rows taken so far."""
        files = sorted(self.aside.rglob("*.parquet"))
        parts = [self.spec.read_sql(files)] if files else []
        if self._waiting_rows:
            parts.append(f"select {self.spec.names} from {identifier(self._waiting)}")
        return " union all ".join(parts) or self.spec.empty_sql

    def close(self) -> list[Path]:
        """Write what still waits; answers the files, each below the folders of its partition in a folder of its lot."""
        if self._waiting_rows:
            self.add_file(f"select * from {identifier(self._waiting)}")
            self.engine.run(f"drop table {identifier(self._waiting)}")
            self._waiting_rows = 0
        return sorted(self.aside.rglob("*.parquet"))

    def _wait(self, sql: str, rows: int) -> None:
        name = identifier(self._waiting)
        if not self._waiting_rows:
            self.engine.run(f"create or replace temp table {name} as {self.spec.empty_sql}")
        self.engine.run(f"insert into {name} select {self.spec.names} from ({sql})")
        self._waiting_rows += max(rows, 1)
        if self._waiting_rows >= _LOT_ROWS:
            self.close()

    def _write_partition(self, sql: str, values: Partition) -> None:
        columns = ", ".join(
            identifier(column) for column in self.spec.columns if column not in self.spec.partition
        )
        named = list(zip(self.spec.partition, values, strict=True))
        belongs = " and ".join(
            f"{identifier(name)} = cast({literal(value)} as {self.spec.columns[name]})"
            for name, value in named
        )
        folder = self._lot().joinpath(*(f"{name}={value}" for name, value in named))
        self._write(f"select {columns} from ({sql}) where {belongs}", folder)

    def _write(
        self, sql: str, folder: Path, partition: Sequence[str] = (), *, one_file: bool = False
    ) -> None:
        with writing(self.spec.name):
            self.engine.write_parquet(sql, folder, partition, one_file=one_file)

    def _lot(self) -> Path:
        self._lots += 1
        return self.aside / str(self._lots)


@contextlib.contextmanager
def writing(table: str) -> Iterator[None]:
    """What the disk refuses, in our words; a file left half written is in no version of the table."""
    try:
        yield
    except (DeltaError, OSError, pa.ArrowException) as problem:
        raise EngineProblem(
            f"the lake table {table!r} cannot be written: {str(problem).splitlines()[0]}",
            "free disk space or check the rights of .parcours/lake, then run again; nothing was published",
        ) from None
