"""Delta tables of the lake: files are written aside, then enter a table in one commit.

A commit states what the table shall hold, as files of the base version without the replaced partitions, plus the new files. What
an interrupted run left in the log is thereby undone, so a reader of a published version never sees half a run.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Transaction
from deltalake.exceptions import DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction

from parcours.kernel.clock import now_us
from parcours.kernel.errors import ParcoursError
from parcours.lake.engine import EngineProblem
from parcours.lake.sql import file_literal, identifier, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from parcours.lake.engine import Engine

Partition = tuple[str, ...]
_DELTA_TYPES = {
    "byte": "TINYINT",
    "short": "SMALLINT",
    "integer": "INTEGER",
    "long": "BIGINT",
    "float": "FLOAT",
    "double": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMPTZ",
    "timestamp_ntz": "TIMESTAMP",
}
_NO_HOOKS = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False)


class BrokenLake(ParcoursError, RuntimeError):
    """A table of the lake does not hold what the last published run wrote."""

    code = "lake.broken"

    def __init__(self, table: str, what: str) -> None:
        super().__init__(
            f"the lake table {table!r} is damaged: {what}",
            fix="delete the workspace's .parcours/lake folder and run again: everything is rebuilt from the sources",
            table=table,
        )


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
    def empty_sql(self) -> str:
        """A query with these columns and no row."""
        return f"select {', '.join(f'cast(null as {kind}) as {identifier(name)}' for name, kind in self.columns.items())} where false"


class Lake:
    """The tables below one folder.

    Args:
        folder: Where tables lie; made when the first is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._staging = folder / "_staging"

    def latest(self, table: str) -> int | None:
        """The newest version of a table; None where it does not exist."""
        found = self._open(table, None)
        return None if found is None else int(found.version())

    def committed(self, table: str, transaction: str) -> bool:
        """The application transaction `transaction` is in the table's log."""
        found = self._open(table, None)
        return found is not None and found.transaction_version(transaction) is not None

    def files(self, table: str, version: int | None) -> dict[str, Partition]:
        """Files of a version, relative to the table, with their partition values; empty for None."""
        if version is None:
            return {}
        return {file: _partition(file) for file in self._sizes(table, version)}

    def _sizes(self, table: str, version: int) -> dict[str, int]:
        """Files of a version, relative to the table, with the bytes each must have."""
        found = self._open(table, version)
        if found is None:
            raise BrokenLake(table, f"version {version} is missing")
        return _actions(found)

    def view(self, engine: Engine, spec: TableSpec, version: int | None, name: str | None = None) -> None:
        """Make one version of a table readable in `engine` under `name`.

        Raises:
            BrokenLake: A file of that version is missing or is not Parquet.
        """
        query = self.query(spec, version)
        try:
            engine.run(f"create or replace temp view {identifier(name or spec.name)} as {query}")
        except EngineProblem as problem:
            raise BrokenLake(spec.name, problem.sentence) from None

    def query(
        self, spec: TableSpec, version: int | None, keep: Callable[[Partition], bool] | None = None
    ) -> str:
        """SQL that reads one version of a table, of the partitions that `keep` holds for."""
        sizes = {} if version is None else self._sizes(spec.name, version)
        files = [file for file in sizes if keep is None or keep(_partition(file))]
        if not files:
            return spec.empty_sql
        root = self._folder / spec.name
        for file in files:
            _check_whole(spec.name, root, file, sizes[file])
        paths = ", ".join(file_literal(root / file) for file in sorted(files))
        columns = ", ".join(identifier(column) for column in spec.columns)
        hive = ", ".join(f"{literal(column)}: {literal(spec.columns[column])}" for column in spec.partition)
        options = (
            f", hive_partitioning = true, hive_types = {{{hive}}}" if hive else ", hive_partitioning = false"
        )
        return f"select {columns} from read_parquet([{paths}]{options})"

    def write(
        self,
        engine: Engine,
        spec: TableSpec,
        sql: str,
        *,
        base: int | None,
        replaces: Callable[[Partition], bool] = lambda _: True,
        partitions: Collection[Partition] | None = None,
        transaction: str | None = None,
    ) -> tuple[int, int]:
        """Write a query's rows and commit: base version, less what is replaced, plus these rows.

        Args:
            engine: Runs the query.
            spec: The table.
            sql: A query giving exactly the table's columns.
            base: Version that is kept where not replaced; None keeps nothing.
            replaces: Partitions of the base that go; all by default.
            partitions: The partitions that rows belong to, where they are known and few: one query each then costs half of what
                sorting rows into partitions does. A row of another partition would be lost.
            transaction: Application transaction recorded with the commit.

        Returns:
            (version, rows written).
        """
        aside = self.stage(engine, spec, sql, partitions=partitions)
        return self.commit(engine, spec, aside, base=base, replaces=replaces, transaction=transaction)

    def stage(
        self, engine: Engine, spec: TableSpec, sql: str, *, partitions: Collection[Partition] | None = None
    ) -> Path:
        """Write a query's rows aside, where no reader looks; `commit` brings them in. Arguments as of `write`."""
        aside = self._staging / f"{spec.name}-{uuid.uuid4().hex}"
        with _writing(spec.name):
            _write_aside(engine, spec, sql, aside, partitions)
        return aside

    def commit(
        self,
        engine: Engine,
        spec: TableSpec,
        aside: Path,
        *,
        base: int | None,
        replaces: Callable[[Partition], bool] = lambda _: True,
        transaction: str | None = None,
    ) -> tuple[int, int]:
        """Bring in what `stage` wrote; arguments and answer as of `write`."""
        kept = {file for file, values in self.files(spec.name, base).items() if not replaces(values)}
        with _writing(spec.name):
            rows = {file: pq.read_metadata(file).num_rows for file in sorted(aside.rglob("*.parquet"))}
            added = self._move_in(spec, aside, {file: count for file, count in rows.items() if count})
            version = self._commit(engine, spec, kept, added, transaction)
        shutil.rmtree(aside, ignore_errors=True)
        return version, sum(rows.values())

    def drop_partitions(
        self, engine: Engine, spec: TableSpec, gone: Callable[[Partition], bool], base: int | None
    ) -> int:
        """Commit the base version without some partitions; answers the version."""
        kept = {file for file, values in self.files(spec.name, base).items() if not gone(values)}
        with _writing(spec.name):
            return self._commit(engine, spec, kept, {}, None)

    def clear(self) -> None:
        """Delete every table: what they hold cannot be trusted, and is made anew from the sources."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def clear_staging(self) -> None:
        """Forget what an interrupted run wrote aside."""
        shutil.rmtree(self._staging, ignore_errors=True)

    def vacuum(self, table: str, keep_versions: Collection[int]) -> None:
        """Delete files that no kept version and not the newest one reads."""
        newest = self.latest(table)
        if newest is None:
            return
        root = self._folder / table
        wanted = {file for version in {*keep_versions, newest} for file in self.files(table, version)}
        for file in root.rglob("*.parquet"):
            relative = file.relative_to(root).as_posix()
            if not relative.startswith("_delta_log") and relative not in wanted:
                file.unlink(missing_ok=True)

    def _open(self, table: str, version: int | None) -> DeltaTable | None:
        root = self._folder / table
        if not (root / "_delta_log").is_dir():
            return None
        try:
            found = DeltaTable(root, version=version)
        except TableNotFoundError:
            return None
        except (DeltaError, OSError, ValueError) as problem:
            raise BrokenLake(table, str(problem).splitlines()[0]) from None
        commit = root / "_delta_log" / f"{found.version():020}.json"
        if not commit.is_file() or not commit.stat().st_size:  # read as a commit that changes nothing
            raise BrokenLake(table, f"its log has nothing of version {found.version()}")
        return found

    def _move_in(self, spec: TableSpec, aside: Path, rows: Mapping[Path, int]) -> dict[str, int]:
        root = self._folder / spec.name
        moved = {}
        for file, count in rows.items():
            folder = file.relative_to(aside).parent
            (root / folder).mkdir(parents=True, exist_ok=True)
            target = root / folder / f"part-{uuid.uuid4().hex}.parquet"
            os.replace(file, target)
            moved[target.relative_to(root).as_posix()] = count
        return moved

    def _commit(
        self,
        engine: Engine,
        spec: TableSpec,
        kept: Collection[str],
        added: Mapping[str, int],
        transaction: str | None,
    ) -> int:
        root = self._folder / spec.name
        table = self._open(spec.name, None) or self._create(engine, spec)
        present = set(_actions(table))
        now_ms = now_us() // 1_000
        actions: list[AddAction | RemoveAction] = [
            RemoveAction(file, True, now_ms, None, _values(spec, _partition(file)))
            for file in sorted(present - set(kept))
        ]
        entering = {**added, **{file: pq.read_metadata(root / file).num_rows for file in set(kept) - present}}
        actions += [self._add(spec, root, file, count) for file, count in sorted(entering.items())]
        if not actions and transaction is None:
            return int(table.version())
        marks = [Transaction(transaction, 1)] if transaction else None
        table.create_write_transaction(
            actions,
            mode="append",
            schema=table.schema(),
            partition_by=list(spec.partition),
            commit_properties=CommitProperties(app_transactions=marks),
            post_commithook_properties=_NO_HOOKS,
        )
        return int(DeltaTable(root).version())

    def _create(self, engine: Engine, spec: TableSpec) -> DeltaTable:
        schema: pa.Schema = engine.arrow(spec.empty_sql).schema
        return DeltaTable.create(
            self._folder / spec.name, schema=schema, partition_by=list(spec.partition), mode="ignore"
        )

    def _add(self, spec: TableSpec, root: Path, file: str, rows: int) -> AddAction:
        status = (root / file).stat()
        values = _values(spec, _partition(file))
        stats = json.dumps({"numRecords": rows})
        return AddAction(file, status.st_size, values, status.st_mtime_ns // 1_000_000, True, stats)


@contextlib.contextmanager
def _writing(table: str) -> Iterator[None]:
    """What the disk refuses, in our words; a file left half written is in no version of the table."""
    try:
        yield
    except (DeltaError, OSError, pa.ArrowException) as problem:
        raise EngineProblem(
            f"the lake table {table!r} cannot be written: {str(problem).splitlines()[0]}",
            "free disk space or check the rights of .parcours/lake, then run again; nothing was published",
        ) from None


def _actions(table: DeltaTable) -> dict[str, int]:
    """Files of a table as they are called on disk, relative to it, with their sizes in bytes.

    The log quotes paths as in URLs; so does `file_uris`, but for the table's own folder too.
    """
    actions = pa.table(table.get_add_actions())
    paths, sizes = actions["path"].to_pylist(), actions["size_bytes"].to_pylist()
    return {unquote(path): size for path, size in zip(paths, sizes, strict=True)}


def _check_whole(table: str, root: Path, file: str, size: int) -> None:
    try:
        found = (root / file).stat().st_size
    except OSError:
        raise BrokenLake(table, f"{file} is missing") from None
    if found != size:
        raise BrokenLake(table, f"{file} has {found} bytes where {size} were written")


def _write_aside(
    engine: Engine, spec: TableSpec, sql: str, aside: Path, partitions: Collection[Partition] | None
) -> None:
    """Write a query's rows below `aside`, in the folders of their partitions."""
    if partitions is None:
        columns = ", ".join(identifier(column) for column in spec.columns)
        engine.write_parquet(f"select {columns} from ({sql})", aside, spec.partition)
        return
    columns = ", ".join(identifier(column) for column in spec.columns if column not in spec.partition)
    for values in partitions:
        named = list(zip(spec.partition, values, strict=True))
        folder = aside.joinpath(*(f"{name}={value}" for name, value in named))
        belongs = " and ".join(
            f"{identifier(name)} = cast({literal(value)} as {spec.columns[name]})" for name, value in named
        )
        engine.write_parquet(f"select {columns} from ({sql}) where {belongs}", folder)


def _partition(file: str) -> Partition:
    """Values of the folders `name=value` that a file lies in, outermost first."""
    return tuple(unquote(part.partition("=")[2]) for part in Path(file).parts[:-1])


def _values(spec: TableSpec, values: Partition) -> dict[str, str | None]:
    return dict(zip(spec.partition, values, strict=True))


def foreign_table(folder: Path) -> tuple[list[Path], dict[str, str]]:
    """Files of the newest version of a Delta table that is not ours, and the SQL types of its partition columns.

    Raises:
        EngineProblem: The table cannot be read, or uses what a plain list of files cannot say: deleted rows, renamed columns.
    """
    try:
        table = DeltaTable(folder)
        features = {*(table.protocol().reader_features or ())} & {"deletionVectors", "columnMapping"}
        files = [folder / file for file in sorted(_actions(table))]
        columns = table.metadata().partition_columns
        kinds = {field.name: str(getattr(field.type, "type", "")) for field in table.schema().fields}
    except (DeltaError, OSError, ValueError, pa.ArrowException) as problem:
        raise EngineProblem(
            f"this Delta table cannot be read: {str(problem).splitlines()[0]}",
            "mend it with the tool that wrote it",
        ) from None
    if features:
        raise EngineProblem(
            f"this Delta table uses {' and '.join(sorted(features))}, which hide rows or columns from whoever reads its files",
            "rewrite it without (`delta.enableDeletionVectors = false`, then purge), or export it as Parquet",
        )
    return files, {column: _DELTA_TYPES.get(kinds[column], "VARCHAR") for column in columns}
