"""Files enter the lake: only new or changed ones, each exactly once, each row counted.

Files come in batches. For each file of one, the ledger says `prepared`, what is personal or refused goes to the vault in one transaction,
and signals, objects and links are written aside; then each table of the lake takes the batch in one commit that records the number of its
last file, and the ledger says `imported`. Wherever a run is killed, the next one knows from ledger and log whether to go on or to begin
the files anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from parcours.kernel.errors import Faulty, ParcoursError
from parcours.lake import SqlFault, identifier, literal
from parcours.signal.compiling import (
    Refused,
    as_column,
    check_expressions,
    readable,
)
from parcours.signal.one_file import FileImport
from parcours.signal.reading import Rows, expand, joined, open_rows, stacked
from parcours.signal.tables import LINK, OBJECT, SIGNAL, TIMELESS
from parcours.vault.tables import FREE_TEXT, REFUSED, SCREENED, TRAIT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from parcours.kernel.errors import Fault
    from parcours.kernel.workspace import Workspace
    from parcours.lake import Engine, Lake
    from parcours.signal.mapping import Join, Mapped, Read
    from parcours.vault import Vault

_BLOCK = 1 << 20
PER_FILE = (REFUSED, FREE_TEXT, TRAIT, SCREENED)
_FILE_TABLES = (OBJECT, LINK, TIMELESS, SIGNAL)  # in the order of their commits
_IMPORTED = "import"  # application transaction of the lake: the number of the last file that came in
_BATCH_SIGNALS = 5_000_000  # so many come in together: few commits, and no more to repeat after a kill


_PLACE = ("raw_type", "raw_channel", "raw_touchpoint")
_TIME_REASONS = frozenset(
    reason.value for reason in (Refused.MISSING_TIME, Refused.UNREADABLE_TIME, Refused.TIME_OUT_OF_RANGE)
)


class Progress(Protocol):
    """Told what is being done; draws it or not."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """`what` is under way: `done` of `total` parts are finished."""


@dataclass(frozen=True)
class Imported:
    """What the sources hold after an import.

    Attributes:
        file_ids: Files whose signals are in the lake.
        received: Signals offered by those files, refused ones included.
        accepted: Signals in the lake.
        refused: Reason to count; received = accepted + the sum of these.
        notes: Counts worth telling, such as identifiers that stand for nobody.
        versions: Lake table to version.
        new_rows: Signals that entered in this run.
        files: Their rows of the ledger, with what was counted in each.
    """

    file_ids: frozenset[int]
    received: int
    accepted: int
    refused: dict[str, int]
    notes: dict[str, int]
    versions: dict[str, int]
    new_rows: int
    files: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Prepared:
    """A source checked against its files.

    Attributes:
        paths: All its files, in order.
        stale: Those that are new or changed since they were imported.
        definition: Digest of all that decides on a file's signals besides its content.
    """

    mapped: Mapped
    paths: tuple[Path, ...]
    stale: tuple[Path, ...]
    definition: str


def prepare_sources(
    engine: Engine, workspace: Workspace, mapped: Sequence[Mapped], vault: Vault | None = None
) -> tuple[list[Prepared], list[Fault]]:
    """Check every mapping against its files: paths, columns, expressions, joins.

    With a vault only what is new or changed is looked at; without one, the first file of each source.
    """
    prepared = []
    faults: list[Fault] = []
    for number, item in enumerate(mapped):
        paths, joined_files, found = _expand(workspace, item)
        if not found:
            definition = _definition(item, workspace, joined_files)
            stale = paths[:1] if vault is None else _stale(vault, workspace, item, paths, definition)
            if stale:
                found = open_source(engine, workspace, item, stale[0], f"check_{number}", sample=True)[1]
            if not found and not item.mended:
                prepared.append(Prepared(item, tuple(paths), tuple(stale), definition))
        faults += found
        drop_tables(engine, f"check_{number}")
    return prepared, faults


def _expand(workspace: Workspace, item: Mapped) -> tuple[list[Path], list[Path], list[Fault]]:
    """Files of a source, files it joins, and faults where there are none."""
    faults: list[Fault] = []

    def found(read: Read, location: tuple[str | int, ...]) -> list[Path]:
        try:
            return expand(read, workspace.folder)
        except ParcoursError as problem:
            faults.append(_file_fault(workspace, item, location, problem))
            return []

    paths = found(item.source.read, ("read",))
    joins = enumerate(item.source.join)
    joined_files = [path for number, join in joins for path in found(join.read, ("join", number, "read"))]
    return paths, joined_files, faults


def _file_fault(
    workspace: Workspace, item: Mapped, location: tuple[str | int, ...], problem: ParcoursError
) -> Fault:
    """What is wrong with a file, told at the line that names it, with its path as the user knows it."""
    return item.document.fault(location, problem.sentence.replace(f"{workspace.folder}/", ""), problem.fix)


def emitted_types(engine: Engine, workspace: Workspace, source: Prepared) -> set[str]:
    """Every signal type of a source: those its mapping writes, and those its rows hold."""
    item = source.mapped
    types = {rule.type.literal for rule in item.rules if rule.type.literal is not None}
    computed = sorted({rule.type.sql for rule in item.rules if rule.type.sql is not None})
    for path in source.paths if computed else ():
        opened, faults = open_source(engine, workspace, item, path, "typed", sample=False)
        if opened is None or faults:
            raise Faulty(faults)
        columns = engine.columns(opened[1])
        for expression in computed:
            types |= {
                text
                for (text,) in engine.rows(
                    f"select distinct trim(cast(try(({as_column(expression, columns)})) as varchar)) from ({opened[1]})"
                )
                if text
            }
        drop_tables(engine, "typed")
    return types


def import_sources(
    engine: Engine,
    lake: Lake,
    vault: Vault,
    workspace: Workspace,
    sources: Sequence[Prepared],
    progress: Progress,
) -> Imported:
    """Bring new and changed files into the lake; what is there stays.

    Raises:
        Faulty: A file is damaged or does not fit its mapping. Files imported before it stay imported, and nothing is published.
    """
    ledger = vault.ledger()
    work = [(source, path) for source in sources for path in source.stale]
    fresh = {
        (source.mapped.source.source, workspace.relative(path))
        for source in sources
        for path in source.paths
        if path not in source.stale
    }
    alive = {row["file_id"] for row in ledger if (row["source"], row["path"]) in fresh}
    for row in ledger:
        if row["file_id"] not in alive:  # it changed, or no mapping names it any more
            vault.forget_file(row["file_id"], PER_FILE)
    if vault.has_forgotten(_last_given(lake)):
        drop_gone(engine, lake, alive)
    batch = Batch(engine, lake, vault, workspace)
    try:
        for number, (source, path) in enumerate(work):
            progress(f"import {workspace.relative(path)}", number, len(work))
            batch.take(source, path)
    except ParcoursError:
        batch.commit()  # what came before a faulty file stays
        raise
    batch.commit()
    if work:
        progress("import", len(work), len(work))
    versions = {spec.name: lake.latest(spec.name) or 0 for spec in _FILE_TABLES}
    if batch.files_taken:
        versions = {spec.name: lake.compact(engine, spec, versions[spec.name]) for spec in _FILE_TABLES}
    return _summary(vault, {row["file_id"] for row in ledger}, versions)


def open_source(
    engine: Engine, workspace: Workspace, item: Mapped, path: Path, name: str, *, sample: bool
) -> tuple[tuple[Rows, str] | None, list[Fault]]:
    """A file as rows, the query that joins them, and every fault of the mapping that this file shows."""
    source, document = item.source, item.document
    staging = workspace.scratch("staging")
    try:
        rows = open_rows(engine, _read_with_types(item), path, staging, name, sample=sample)
    except ParcoursError as problem:
        return None, [_file_fault(workspace, item, ("read",), problem)]
    relation, faults, lost = rows.sql, [], []
    for number, join in enumerate(source.join):
        try:
            right = _open_join(engine, workspace, join, f"{name}_join_{number}")
            relation, _ = joined(engine, replace(rows, sql=relation), [(join, right)])
            continue
        except SqlFault as problem:
            place = join.read.paths[0] if '"_r"' in problem.sentence else workspace.relative(path)
            what = readable(problem.sentence, ", ".join(join.by), place)
            faults.append(document.fault(("join", number, "by"), *what))
        except ParcoursError as problem:
            faults.append(_file_fault(workspace, item, ("join", number), problem))
        lost.append(join.name)
    with engine.time_zone(source.time_zone or workspace.settings.time_zone):
        faults += check_expressions(engine, document, item.rules, relation, workspace.relative(path), lost)
    return (rows, relation), faults


def _read_with_types(item: Mapped) -> Any:  # a Read; pydantic's copy is untyped
    read = item.source.read
    return read.model_copy(update={"types": {**item.source.types, **read.types}})


def _open_join(engine: Engine, workspace: Workspace, join: Join, name: str) -> Rows:
    staging = workspace.scratch("staging")
    parts = [
        (path, open_rows(engine, join.read, path, staging, f"{name}_{place}"))
        for place, path in enumerate(expand(join.read, workspace.folder))
    ]
    return parts[0][1] if len(parts) == 1 else stacked(engine, parts)


def _definition(item: Mapped, workspace: Workspace, joined_files: Sequence[Path]) -> str:
    """What, besides a file's own content, decides on its signals."""
    settings = workspace.settings
    parts = [
        item.document.digest,
        settings.time_zone,
        settings.identity.region,
        *settings.identity.priority,
    ]
    parts += [digest_of(path) for path in joined_files]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def digest_of(path: Path) -> str:
    """SHA-256 of a file's content; of a Delta table, of its list of commits."""
    if path.is_dir():
        return hashlib.sha256(
            "\n".join(sorted(str(file) for file in path.rglob("*.json"))).encode()
        ).hexdigest()
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def settle(lake: Lake, vault: Vault) -> None:
    """Finish or undo what a killed run left half done; comes before `prepare_sources`.

    Where the lake, or one of its tables of signals, was deleted, everything is forgotten, so that it is built anew from the sources;
    and where the vault was, the lake goes: its tokens are those of a lost key.
    """
    files = vault.ledger()
    if not vault.has_imported():
        lake.clear()
    if any(row["state"] == "imported" for row in files) and not all(lake.fits(spec) for spec in _FILE_TABLES):
        lake.clear()
        vault.forget_runs()
        for row in files:
            vault.forget_file(row["file_id"], PER_FILE)
        return
    known = min(lake.transaction(spec.name, _IMPORTED) or 0 for spec in _FILE_TABLES) if files else 0
    for row in files:
        if row["file_id"] > known:  # the lake never got it, or is older than the ledger
            vault.forget_file(row["file_id"], PER_FILE)
        elif row["state"] == "prepared":
            vault.update_file(row["file_id"], state="imported")


def _stale(
    vault: Vault, workspace: Workspace, item: Mapped, paths: Sequence[Path], definition: str
) -> list[Path]:
    """Files of a source to be imported: new ones, changed ones, and, where ids decide on duplicates, those after a changed one."""
    known = {row["path"]: row for row in vault.ledger(item.source.source)}
    has_ids = any(rule.message_id for rule in item.rules)
    found: list[Path] = []
    for path in paths:
        row = known.get(workspace.relative(path))
        follows_change = has_ids and any(workspace.relative(earlier) in known for earlier in found)
        if row is None or follows_change or _changed(vault, row, path, definition):
            found.append(path)
    return found


def _changed(vault: Vault, row: dict[str, Any], path: Path, definition: str) -> bool:
    status = path.stat()
    if row["definition"] != definition:
        return True
    if path.is_file() and (row["size_bytes"], row["modified_ns"]) == (status.st_size, status.st_mtime_ns):
        return False
    if row["digest"] != digest_of(path):
        return True
    vault.update_file(row["file_id"], modified_ns=status.st_mtime_ns, size_bytes=status.st_size)
    return False


def drop_gone(engine: Engine, lake: Lake, alive: set[int]) -> None:
    """Take rows out of the lake whose file was replaced."""
    condition = f"file_id not in ({', '.join(str(file_id) for file_id in sorted(alive)) or '-1'})"
    for spec in _FILE_TABLES:
        lake.remove_rows(engine, spec, condition, lake.latest(spec.name))


def _last_given(lake: Lake) -> int:
    """The highest number of a file that the lake knows."""
    return max(lake.transaction(spec.name, _IMPORTED) or 0 for spec in _FILE_TABLES)


class Batch:
    """Files that enter the lake together."""

    def __init__(self, engine: Engine, lake: Lake, vault: Vault, workspace: Workspace) -> None:
        self.engine = engine
        self.lake = lake
        self.vault = vault
        self.workspace = workspace
        self.files_taken = 0
        self._begin()

    def _begin(self) -> None:
        self._files: list[int] = []
        self._signals = 0
        self.incoming = {spec.name: self.lake.incoming(self.engine, spec) for spec in _FILE_TABLES}

    def take(self, source: Prepared, path: Path) -> None:
        """Write a file's rows aside, and what is personal in them to the vault."""
        status = path.stat()
        digest = digest_of(path)
        item = source.mapped
        opened, faults = open_source(self.engine, self.workspace, item, path, "rows", sample=False)
        if opened is None or faults:
            raise Faulty(faults)
        rows, relation = opened
        with (
            self.engine.time_zone(item.source.time_zone or self.workspace.settings.time_zone),
            self.engine.unshared(),
        ):
            facts = {
                "source": item.source.source,
                "path": self.workspace.relative(path),
                "size_bytes": status.st_size,
                "modified_ns": status.st_mtime_ns,
                "digest": digest,
                "definition": source.definition,
                "received": 0,
                "accepted": 0,
                "refused": {},
                "notes": {},
                "types": {},
            }
            # A number that the lake knows is never given again, not even where an older vault was put back.
            file_id = self.vault.add_file(facts, above=_last_given(self.lake))
            task = FileImport(
                self, item, file_id, self.workspace.relative(path), rows, relation, status.st_size
            )
            self._signals += task.run()
        self._files.append(file_id)
        self.files_taken += 1
        drop_tables(self.engine, "rows")
        if self._signals >= _BATCH_SIGNALS:
            self.commit()

    def signals(self) -> str:
        """SQL of all signals in the lake, and of those on their way."""
        known = self.lake.query(SIGNAL, self.lake.latest(SIGNAL.name))
        return f"{known} union all {self.incoming[SIGNAL.name].query()}"

    def commit(self) -> None:
        """Bring the files in: a commit for each table."""
        if not self._files:
            return
        for spec in _FILE_TABLES:
            self.lake.commit(
                self.incoming[spec.name],
                base=self.lake.latest(spec.name),
                replaces=lambda _: False,
                transaction=(_IMPORTED, self._files[-1]),
            )
        with self.vault.transaction():
            for file_id in self._files:
                self.vault.update_file(file_id, state="imported")
        self._begin()


def drop_tables(engine: Engine, prefix: str) -> None:
    """Forget the engine's temporary tables whose names begin so."""
    for (name,) in engine.rows(
        f"select table_name from duckdb_tables() where temporary and starts_with(table_name, {literal(prefix)})"
    ):
        engine.run(f"drop table {identifier(name)}")


def _summary(vault: Vault, before: set[int], versions: dict[str, int]) -> Imported:
    files = [row for row in vault.files() if row["state"] == "imported"]
    refused: dict[str, int] = {}
    notes: dict[str, int] = {}
    for row in files:
        for totals, counts in ((refused, row["refused"]), (notes, row["notes"])):
            for name, count in counts.items():
                totals[name] = totals.get(name, 0) + count
    return Imported(
        file_ids=frozenset(row["file_id"] for row in files),
        received=sum(row["received"] for row in files),
        accepted=sum(row["accepted"] for row in files),
        refused=refused,
        notes=notes,
        versions=versions,
        new_rows=sum(row["accepted"] for row in files if row["file_id"] not in before),
        files=files,
    )
