"""Delta tables of the lake: files are written aside, then enter a table in one commit.

A commit states what the table shall hold, as files of the base version without the replaced partitions, plus the new files. What
an interrupted run left in the log is thereby undone, so a reader of a published version never sees half a run.
"""

from __future__ import annotations

import json
import math
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
from parcours.lake.incoming import Incoming, TableSpec, writing
from parcours.lake.sql import identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from parcours.lake.engine import Engine
    from parcours.lake.incoming import Partition

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
_HOOKS = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False)
_LOG = {"delta.checkpointInterval": "20", "delta.deletedFileRetentionDuration": "interval 1 hours"}
_TIER = 8  # so many files of like size become one; files then number at most this x the tiers, whatever the number of commits
_FULL_ROWS = 4_000_000  # files of so many rows are left as they are


class BrokenLake(ParcoursError, RuntimeError):
    """A table of the lake does not hold what the last published run wrote."""

    code = "lake.broken"

    def __init__(self, table: str, what: str) -> None:
        super().__init__(
            f"the lake table {table!r} is damaged: {what}",
            fix="delete the workspace's .parcours/lake folder and run again: everything is rebuilt from the sources",
            table=table,
        )


class Lake:
    """The tables below one folder.

    Args:
        folder: Where tables lie; made when the first is written.
        alone: Nobody else writes meanwhile. The newest version is then opened first, as it is mostly the one that is asked for.
    """

    def __init__(self, folder: Path, *, alone: bool = False) -> None:
        self._folder = folder
        self._is_alone = alone
        self._staging = folder / "_staging"
        self._known: dict[tuple[str, int], dict[str, _File]] = {}  # versions do not change once written
        self._newest: dict[str, DeltaTable] = {}  # nobody but this lake writes while it does

    def latest(self, table: str) -> int | None:
        """The newest version of a table; None where it does not exist."""
        found = self._open(table, None)
        return None if found is None else int(found.version())

    def transaction(self, table: str, name: str) -> int | None:
        """Number last recorded for the application transaction `name` in a table's log."""
        found = self._open(table, None)
        return None if found is None else found.transaction_version(name)

    def fits(self, spec: TableSpec) -> bool:
        """A table is there, and is laid out as `spec` says."""
        found = self._open(spec.name, None)
        if found is None:
            return False
        columns = [field.name for field in found.schema().fields]
        return sorted(columns) == sorted(spec.columns) and found.metadata().partition_columns == [
            *spec.partition
        ]

    def files(self, table: str, version: int | None) -> dict[str, Partition]:
        """Files of a version, relative to the table, with their partition values; empty for None."""
        if version is None:
            return {}
        return {file: _partition(file) for file in self._files(table, version)}

    def _files(self, table: str, version: int) -> dict[str, _File]:
        """Files of a version, by their path below the table."""
        known = self._known.get((table, version))
        if known is None:
            if self._is_alone:
                self._open(table, None)
            found = self._open(table, version)
            if found is None:
                raise BrokenLake(table, f"version {version} is missing")
            known = self._known[table, version] = _actions(found)
        return known

    def rows(self, spec: TableSpec, version: int | None, partition: Partition) -> int:
        """Rows of one partition, as the log counts them."""
        known = {} if version is None else self._files(spec.name, version)
        return sum(facts.rows for file, facts in known.items() if _partition(file) == partition)

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
        known = {} if version is None else self._files(spec.name, version)
        return self._read(
            spec, {file: facts for file, facts in known.items() if keep is None or keep(_partition(file))}
        )

    def _read(self, spec: TableSpec, files: Mapping[str, _File], *, named: bool = False) -> str:
        """SQL that reads these files; with the column `filename` where they are `named`."""
        if not files:
            return spec.empty_sql
        root = self._folder / spec.name
        for file, facts in files.items():
            _check_whole(spec.name, root, file, facts.size_bytes)
        return spec.read_sql([root / file for file in sorted(files)], named=named)

    def incoming(self, engine: Engine, spec: TableSpec) -> Incoming:
        """Rows on their way into a table: written aside, where no reader looks, until `commit` brings them in."""
        return Incoming(engine, spec, self._staging / f"{spec.name}-{uuid.uuid4().hex}")

    def write(
        self,
        engine: Engine,
        spec: TableSpec,
        sql: str,
        *,
        base: int | None,
        replaces: Callable[[Partition], bool] = lambda _: True,
        transaction: tuple[str, int] | None = None,
    ) -> tuple[int, int]:
        """Write a query's rows and commit: base version, less what is replaced, plus these rows.

        Args:
            engine: Runs the query.
            spec: The table.
            sql: A query giving exactly the table's columns.
            base: Version that is kept where not replaced; None keeps nothing.
            replaces: Partitions of the base that go; all by default.
            transaction: Application transaction and its number, recorded with the commit.

        Returns:
            (version, rows written).
        """
        incoming = self.incoming(engine, spec)
        incoming.add(sql)
        return self.commit(incoming, base=base, replaces=replaces, transaction=transaction)

    def commit(
        self,
        incoming: Incoming,
        *,
        base: int | None,
        replaces: Callable[[Partition], bool] = lambda _: True,
        transaction: tuple[str, int] | None = None,
    ) -> tuple[int, int]:
        """Bring in what was written aside; arguments and answer as of `write`."""
        gone = {file for file, values in self.files(incoming.spec.name, base).items() if replaces(values)}
        return self._bring_in(incoming, base, gone, transaction)

    def _bring_in(
        self,
        incoming: Incoming,
        base: int | None,
        gone: Collection[str],
        transaction: tuple[str, int] | None = None,
    ) -> tuple[int, int]:
        """Commit the base version without the files that are `gone`, with what came in."""
        spec = incoming.spec
        kept = self.files(spec.name, base).keys() - set(gone)
        with writing(spec.name):
            rows = {file: pq.read_metadata(file).num_rows for file in incoming.close()}
            added = self._move_in(
                spec, incoming.aside, {file: count for file, count in rows.items() if count}
            )
            version = self._commit(incoming.engine, spec, kept, added, transaction)
        shutil.rmtree(incoming.aside, ignore_errors=True)
        return version, sum(rows.values())

    def remove_rows(self, engine: Engine, spec: TableSpec, condition: str, base: int | None) -> int | None:
        """Commit the base version without the rows that a condition holds for; answers the version.

        Only files that hold such a row are written anew, and where there is none nothing is committed.

        Args:
            engine: Runs the queries.
            spec: The table.
            condition: SQL over the table's columns.
            base: Version to take them from; None where there is no table.

        Raises:
            BrokenLake: A file is missing or is not Parquet.
        """
        known = {} if base is None else self._files(spec.name, base)
        if not known:
            return base
        root = self._folder / spec.name
        try:
            holding = engine.rows(
                f"select distinct filename from ({self._read(spec, known, named=True)}) where {condition}"
            )
        except EngineProblem as problem:
            raise BrokenLake(spec.name, problem.sentence) from None
        if not holding:
            return base
        gone = {Path(path).relative_to(root).as_posix() for (path,) in holding}
        incoming = self.incoming(engine, spec)
        held = self._read(spec, {file: known[file] for file in gone})
        incoming.add(f"select * from ({held}) where ({condition}) is not true")
        return self._bring_in(incoming, base, gone)[0]

    def compact(self, engine: Engine, spec: TableSpec, base: int) -> int:
        """Make one file of many small ones, tier by tier; answers the version.

        Files of like size are joined once there are eight, so that a row is written anew a few times in its life and the files of a table
        number tens, however many commits they came by. For tables without partitions: elsewhere a run replaces the files of a partition.
        """
        while crowded := _crowded(self._files(spec.name, base)):
            incoming = self.incoming(engine, spec)
            incoming.add_file(self._read(spec, crowded))
            base, _ = self._bring_in(incoming, base, crowded)
        return base

    def drop_partitions(
        self, engine: Engine, spec: TableSpec, gone: Callable[[Partition], bool], base: int | None
    ) -> int:
        """Commit the base version without some partitions; answers the version."""
        kept = {file for file, values in self.files(spec.name, base).items() if not gone(values)}
        with writing(spec.name):
            return self._commit(engine, spec, kept, {}, None)

    def clear(self) -> None:
        """Delete every table: what they hold cannot be trusted, and is made anew from the sources."""
        self._known.clear()
        self._newest.clear()
        shutil.rmtree(self._folder, ignore_errors=True)

    def clear_staging(self) -> None:
        """Forget what an interrupted run wrote aside."""
        shutil.rmtree(self._staging, ignore_errors=True)

    def vacuum(self, table: str, keep_versions: Collection[int]) -> None:
        """Delete files that no kept version and not the newest one reads, and the log of versions before all of them."""
        newest = self.latest(table)
        if newest is None:
            return
        root = self._folder / table
        wanted = {file for version in {*keep_versions, newest} for file in self.files(table, version)}
        for file in root.rglob("*.parquet"):
            relative = file.relative_to(root).as_posix()
            if not relative.startswith("_delta_log") and relative not in wanted:
                file.unlink(missing_ok=True)
        _forget_log(root / "_delta_log", min({*keep_versions, newest}))

    def _open(self, table: str, version: int | None) -> DeltaTable | None:
        newest = self._newest.get(table)
        if newest is not None and version in {None, int(newest.version())}:
            return newest
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
        if version is None:
            self._newest[table] = found
        return found

    def _move_in(self, spec: TableSpec, aside: Path, rows: Mapping[Path, int]) -> dict[str, int]:
        root = self._folder / spec.name
        moved = {}
        for file, count in rows.items():
            folder = Path(*file.relative_to(aside).parent.parts[1:])  # the first is the lot's
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
        transaction: tuple[str, int] | None,
    ) -> int:
        root = self._folder / spec.name
        table = self._open(spec.name, None) or self._create(engine, spec)
        present = set(self._files(spec.name, int(table.version())))
        now_ms = now_us() // 1_000
        actions: list[AddAction | RemoveAction] = [
            RemoveAction(file, True, now_ms, None, _values(spec, _partition(file)))
            for file in sorted(present - set(kept))
        ]
        entering = {**added, **{file: pq.read_metadata(root / file).num_rows for file in set(kept) - present}}
        actions += [self._add(spec, root, file, count) for file, count in sorted(entering.items())]
        if not actions and transaction is None:
            return int(table.version())
        marks = [Transaction(*transaction)] if transaction else None
        table.create_write_transaction(
            actions,
            mode="append",
            schema=table.schema(),
            partition_by=list(spec.partition),
            commit_properties=CommitProperties(app_transactions=marks),
            post_commithook_properties=_HOOKS,
        )
        table.update_incremental()
        self._newest[spec.name] = table
        return int(table.version())

    def _create(self, engine: Engine, spec: TableSpec) -> DeltaTable:
        schema: pa.Schema = engine.arrow(spec.empty_sql).schema
        return DeltaTable.create(
            self._folder / spec.name,
            schema=schema,
            partition_by=list(spec.partition),
            mode="ignore",
            configuration=_LOG,
        )

    def _add(self, spec: TableSpec, root: Path, file: str, rows: int) -> AddAction:
        status = (root / file).stat()
        values = _values(spec, _partition(file))
        stats = json.dumps({"numRecords": rows})
        return AddAction(file, status.st_size, values, status.st_mtime_ns // 1_000_000, True, stats)


@dataclass(frozen=True)
class _File:
    """What the log says of one file."""

    size_bytes: int
    rows: int


def _actions(table: DeltaTable) -> dict[str, _File]:
    """Files of a table as they are called on disk, relative to it.

    The log quotes paths as in URLs; so does `file_uris`, but for the table's own folder too.
    """
    actions = pa.table(table.get_add_actions())
    columns = (actions[name].to_pylist() for name in ("path", "size_bytes", "num_records"))
    return {unquote(path): _File(size, rows or 0) for path, size, rows in zip(*columns, strict=True)}


def _crowded(files: Mapping[str, _File]) -> dict[str, _File]:
    """Files of the smallest tier that holds too many: those to be made one; empty where no tier does."""
    tiers: dict[int, dict[str, _File]] = {}
    for file, facts in files.items():
        if facts.rows < _FULL_ROWS:
            tiers.setdefault(int(math.log(max(facts.rows, 1), _TIER)), {})[file] = facts
    return next((tiers[tier] for tier in sorted(tiers) if len(tiers[tier]) >= _TIER), {})


def _forget_log(log: Path, oldest: int) -> None:
    """Delete what the log says of versions that no reader can ask for: those before the last checkpoint at or before `oldest`."""
    numbered = [(int(file.name[:20]), file) for file in log.iterdir() if file.name[:20].isdigit()]
    checkpoints = [version for version, file in numbered if ".checkpoint" in file.name and version <= oldest]
    for version, file in numbered:
        if checkpoints and version < max(checkpoints):
            file.unlink(missing_ok=True)


def _check_whole(table: str, root: Path, file: str, size: int) -> None:
    try:
        found = (root / file).stat().st_size
    except OSError:
        raise BrokenLake(table, f"{file} is missing") from None
    if found != size:
        raise BrokenLake(table, f"{file} has {found} bytes where {size} were written")


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
