"""Files enter the lake: only new or changed ones, each exactly once, each row counted.

Files come in batches. For each file of one, the ledger says `prepared`, what is personal or refused goes to the vault in one transaction,
and signals, objects and links are written aside; then each table of the lake takes the batch in one commit that records the number of its
last file, and the ledger says `imported`. Wherever a run is killed, the next one knows from ledger and log whether to go on or to begin
the files anew.
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

from parcours.kernel.clock import now_us
from parcours.kernel.errors import Faulty, ParcoursError
from parcours.lake import SqlFault, identifier, literal
from parcours.signal.compiling import (
    DEFAULT_PRIORITY,
    Draft,
    Refused,
    Site,
    as_column,
    check_expressions,
    compile_rule,
    consent_answer,
    keyed_hash,
    looks_like_identifier,
    looks_personal,
    readable,
)
from parcours.signal.erased import mark_rows, text_carries, tombstones
from parcours.signal.identifying import CLAIMED, clean_identifier, know_phones
from parcours.signal.reading import ROW, Rows, expand, joined, open_rows, stacked
from parcours.signal.tables import LINK, MAX_RULES, OBJECT, SIGNAL, TIMELESS
from parcours.vault.tables import CONSENT, FREE_TEXT, IDENTIFIER, REFUSED, SCREENED, TRAIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from parcours.kernel.errors import Fault
    from parcours.kernel.workspace import Workspace
    from parcours.lake import Engine, Lake, TableSpec
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
    """

    file_ids: frozenset[int]
    received: int
    accepted: int
    refused: dict[str, int]
    notes: dict[str, int]
    versions: dict[str, int]
    new_rows: int


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
    before = {row["file_id"] for row in vault.files()}
    work = [(source, path) for source in sources for path in source.stale]
    fresh = {
        (source.mapped.source.source, workspace.relative(path))
        for source in sources
        for path in source.paths
        if path not in source.stale
    }
    for row in vault.files():
        if (row["source"], row["path"]) not in fresh:  # it changed, or no mapping names it any more
            vault.forget_file(row["file_id"], PER_FILE)
    drop_gone(engine, lake, {row["file_id"] for row in vault.files()})
    batch = _Batch(engine, lake, vault, workspace)
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
    return _summary(vault, before, versions)


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
    files = vault.files()
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
    known = {row["path"]: row for row in vault.files() if row["source"] == item.source.source}
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


class _Batch:
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
            taken = max(self.lake.transaction(spec.name, _IMPORTED) or 0 for spec in _FILE_TABLES)
            file_id = self.vault.add_file(facts, above=taken)
            task = _FileImport(self, item, file_id, self.workspace.relative(path), rows, relation)
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


def compile_source(
    engine: Engine,
    workspace: Workspace,
    item: Mapped,
    relation: str,
    key: bytes,
    namespaces: Mapping[str, int],
) -> tuple[Site, list[Draft]]:
    """The rules of a mapping over a file opened with `open_source`, within the source's time zone.

    Args:
        engine: Holds the relation.
        workspace: Whose settings hold.
        item: The mapping.
        relation: A query with the file's rows.
        key: Secret of the workspace.
        namespaces: Codes of the mapping's namespaces.
    """
    source, settings = item.source, workspace.settings
    site = Site(
        relation=relation,
        zone=source.time_zone or settings.time_zone,
        key=key.hex(),
        namespaces=namespaces,
        priority=settings.identity.priority or DEFAULT_PRIORITY,
    )
    return site, [compile_rule(engine, rule, site) for rule in item.rules]


def drop_tables(engine: Engine, prefix: str) -> None:
    """Forget the engine's temporary tables whose names begin so."""
    for (name,) in engine.rows(
        f"select table_name from duckdb_tables() where temporary and starts_with(table_name, {literal(prefix)})"
    ):
        engine.run(f"drop table {identifier(name)}")


@dataclass
class _FileImport:
    """The way of one file into the vault and a batch."""

    batch: _Batch
    item: Mapped
    file_id: int
    path: str
    rows: Rows
    relation: str

    def __post_init__(self) -> None:
        """What the batch works with."""
        self.engine, self.vault, self.workspace = self.batch.engine, self.batch.vault, self.batch.workspace
        self.region = self.workspace.settings.identity.region

    def run(self) -> int:
        """Compile, profile, keep what is personal, write the rest aside; answers the signals of the file."""
        self.drafts = self._compile()
        self.nobodies: dict[str, int] = {}
        self.personal_types: set[str] = set()
        self.odd_answers: dict[str, int] = {}
        self.erased = tombstones(self.vault)
        mark_rows(self.engine, self.drafts, self.site.key, self.erased, self.region)
        self._find_duplicates()
        profile = self._profile()
        self._code_terms(profile)
        self.timeless = any(row["reason"] in _TIME_REASONS for row in profile)
        self._find_links()
        self.signals: int = sum(row["signals"] for row in profile)
        # The vault takes its names by one thread of Python, the engine writes signals by threads of its own: side by side.
        # Neither touches the other's connection, and nothing is committed to the lake before the names are in the vault.
        named = self.engine.arrow(
            "select token, any_value(namespace) as namespace, any_value(value) as value from named group by token order by token"
        )
        with ThreadPoolExecutor(max_workers=1) as beside:
            names = beside.submit(self.vault.insert_rows, IDENTIFIER, _tuples(named.to_batches()))
            self._add(SIGNAL, self._accepted_signals())
            names.result()
        with self.vault.transaction():
            self._keep_personal()
            self._keep_refused(profile)
            self._count(profile)
        self._add(OBJECT, self._objects_sql())
        self._add(LINK, self._links_sql())
        self._add(TIMELESS, self._timeless_sql())
        return self.signals

    def _add(self, spec: TableSpec, sql: str) -> None:
        self.batch.incoming[spec.name].add(sql, rows=self.signals)

    def _compile(self) -> list[Draft]:
        names = [name for rule in self.item.rules for name in (*rule.person, *rule.objects)]
        codes = self.vault.code_terms("namespace", names)
        self.site, drafts = compile_source(
            self.engine, self.workspace, self.item, self.relation, self.vault.key(), codes
        )
        return drafts

    def _signal_id(self, draft: Draft) -> str:
        """SQL of a signal's id: from source and message id, else from source, file and place."""
        source = self.item.source.source
        if draft.rule.message_id:
            part = str(draft.rule.number) if len(self.item.rules) > 1 and not draft.rule.own_id else ""
            return keyed_hash(self.site.key, literal(source), literal(part), "message")
        base = int.from_bytes(hashlib.sha256(f"{source}\n{self.path}".encode()).digest()[:8], "big") >> 2
        return f"({base} + source_row)"

    def _find_duplicates(self) -> None:
        """Table `duplicate`: places of signals whose id an earlier row or file has."""
        self.engine.run("create or replace temp table duplicate (source_row bigint)")
        with_ids = [draft for draft in self.drafts if draft.rule.message_id]
        if not with_ids:
            return
        ids = " union all ".join(
            f"select source_row, {self._signal_id(draft)} as signal_id from ({draft.sql}) where reason is null"
            for draft in with_ids
        )
        self.engine.run(f"create or replace temp table message as {ids}")
        code = self.vault.code_terms("source", [self.item.source.source])[self.item.source.source]
        known = self.batch.signals()
        self.engine.run(
            "insert into duplicate select source_row from (select source_row, row_number() over (partition by signal_id order by source_row) as place from message) where place > 1 "
            f"union select source_row from message semi join (select signal_id from ({known}) where source_id = {code}) as known using (signal_id)"
        )
        self.engine.run("drop table message")

    def _final(self, draft: Draft) -> str:
        """The draft with what only the whole file tells: duplicates, and types that look personal."""
        cases = []
        erased = "when source_row in (select source_row from erased) then 'erased'" if self.erased else ""
        if draft.rule.message_id:
            found = "source_row in (select source_row from duplicate)"
            cases.append(f"when {found} then {literal(Refused.DUPLICATE_ID.value)}")
        if self.personal_types and draft.rule.type.sql is not None:
            found = f"raw_type in ({_texts(self.personal_types)})"
            cases.append(f"when {found} then {literal(Refused.PERSONAL_TYPE.value)}")
        if not cases and not erased:
            return draft.sql
        reason = f"case {erased} when reason is not null then reason {' '.join(cases)} end"
        return f"select * replace ({reason} as reason) from ({draft.sql})"

    def _accepted(self, draft: Draft) -> str:
        """The draft's accepted rows, with the codes of their places and the token that leads them."""
        joins, lead = [f"join place as p on {_same('p', 'd', _PLACE)}"], "null::bigint as token"
        if draft.namespaces:
            raw = [f"raw_i_{name}" for name in draft.namespaces]
            joins.append(f"left join combination_{draft.rule.number} as c on {_same('c', 'd', raw)}")
            lead = ", ".join(
                ["c.lead as token", *(f"c.{identifier(f'k_{name}')}" for name in draft.namespaces)]
            )
        return f"""
            select d.*, p.type_id, p.channel_id, p.touchpoint_id, {lead}
            from ({self._final(draft)}) as d {" ".join(joins)}"""

    def _profile(self) -> list[dict[str, Any]]:
        """Counts by rule, reason, type, channel and touchpoint: a small table whatever the file's size."""
        places = ", ".join(_PLACE)
        parts = " union all ".join(
            f"select {draft.rule.number} as rule, reason, {places}, at_us from ({self._final(draft)})"
            for draft in self.drafts
        )
        table = self.engine.arrow(f"""
            select rule, reason, {places}, count(*) as signals, min(at_us) as first_at, max(at_us) as last_at
            from ({parts}) group by all""")
        self.engine.register("profile", table)
        self.personal_types = {
            text
            for (text,) in self.engine.rows(
                f"select distinct raw_type from profile where reason is null and {looks_like_identifier('trim(raw_type)')}"
            )
        }
        return [self._profiled(row) for row in table.to_pylist()]

    def _profiled(self, row: dict[str, Any]) -> dict[str, Any]:
        """A row of the profile with clean texts; what cannot have entered the lake has none."""
        if row["reason"] is None and row["raw_type"] in self.personal_types:
            row["reason"] = Refused.PERSONAL_TYPE.value
        known = row["reason"] is None or row["reason"] in _TIME_REASONS
        for word in _PLACE:
            row[word.removeprefix("raw_")] = ((row[word] or "").strip(" ") or None) if known else None
        return row

    def _code_terms(self, profile: Sequence[dict[str, Any]]) -> None:
        """Table `place`: codes of each distinct (type, channel, touchpoint) as the file writes it."""
        import pyarrow as pa  # noqa: PLC0415 - kept off the start-up path

        distinct = {tuple(row[word] for word in _PLACE): row for row in profile if row["type"] is not None}
        columns: dict[str, Any] = {
            word: pa.array([key[place] for key in distinct], pa.string()) for place, word in enumerate(_PLACE)
        }
        for kind in ("type", "channel", "touchpoint"):
            texts = [row[kind] for row in distinct.values()]
            codes = self.vault.code_terms(kind, sorted({text for text in texts if text is not None}))
            columns[f"{kind}_id"] = pa.array(
                [None if text is None else codes[text] for text in texts], pa.int32()
            )
        self.engine.register("place", pa.table(columns))
        self.source_id = self.vault.code_terms("source", [self.item.source.source])[self.item.source.source]

    def _find_links(self) -> None:
        """Table `seen_together`: distinct identifiers on the same signals, and table `named`: what their tokens stand for."""
        self.engine.run("""
            create or replace temp table seen_together (
                token bigint, namespace_id integer, other_token bigint, other_namespace_id integer, first_at bigint, signals bigint);
            create or replace temp table named (token bigint, namespace varchar, value varchar)""")
        know_phones(self.engine)
        for draft in self.drafts:
            if draft.namespaces:
                self._combine(draft)
                self._link(draft)

    def _combine(self, draft: Draft) -> None:
        """Table `combination_RULE`: each distinct set of identifiers as written, cleaned and hashed once, with the leading token."""
        names, region = draft.namespaces, self.region
        raw = ", ".join(identifier(f"raw_i_{name}") for name in names)
        clean = ", ".join(
            f"{clean_identifier(name, identifier(f'raw_i_{name}'), region)} as {identifier(f'i_{name}')}"
            for name in names
        )
        tokens = ", ".join(
            f"case when {identifier(f'i_{name}')} is not null then {self._token(name)} end as {identifier(f'k_{name}')}"
            for name in names
        )
        lead = ", ".join(identifier(f"k_{name}") for name in names if not name.startswith(CLAIMED))
        self.engine.run(f"""
            create or replace temp table combination_{draft.rule.number} as
            with written as (
                select {raw}, min(at_us) as first_at, count(*) as signals from ({self._final(draft)}) where reason is null group by all
            ), cleaned as (select *, {clean} from written), hashed as (select *, {tokens} from cleaned)
            select *, coalesce({lead or "null::bigint"}) as lead from hashed""")
        for name in names:
            self._count_nobodies(draft, name)

    def _count_nobodies(self, draft: Draft, name: str) -> None:
        """Note signals with an identifier that is malformed or stands for nobody."""
        raw, clean = identifier(f"raw_i_{name}"), identifier(f"i_{name}")
        found = self.engine.value(
            f"select cast(sum(signals) as bigint) from combination_{draft.rule.number} where trim({raw}) <> '' and {clean} is null"
        )
        if found:
            note = f"{name} stands for nobody"
            self.nobodies[note] = self.nobodies.get(note, 0) + found

    def _link(self, draft: Draft) -> None:
        names, table = draft.namespaces, f"combination_{draft.rule.number}"
        for name in names:
            token = identifier(f"k_{name}")
            self.engine.run(
                f"insert into named select distinct {token}, {literal(name)}, {identifier(f'i_{name}')} from {table} where {token} is not null"
            )
        for place, lead in enumerate(names):
            if lead.startswith(CLAIMED):
                break
            before = "".join(f" and {identifier(f'k_{name}')} is null" for name in names[:place])
            alone = "".join(f" and {identifier(f'k_{name}')} is null" for name in names[place + 1 :])
            led = f"from {table} where {identifier(f'k_{lead}')} is not null{before}"
            lead_columns = f"{identifier(f'k_{lead}')}, {self.site.namespaces[lead]}"
            self.engine.run(
                f"insert into seen_together select {lead_columns}, null, null, first_at, signals {led}{alone}"
            )
            for other in names[place + 1 :]:
                token = identifier(f"k_{other}")
                self.engine.run(
                    f"insert into seen_together select {lead_columns}, {token}, {self.site.namespaces[other]}, first_at, signals {led} and {token} is not null"
                )

    def _token(self, name: str) -> str:
        return keyed_hash(self.site.key, literal(name), identifier(f"i_{name}"))

    def _keep_personal(self) -> None:
        if any(draft.object_namespaces for draft in self.drafts):  # what the lake has no clear value of
            hidden = f"select object_id, namespace, value from ({self._objects()}) where {looks_personal('value')} order by all"
            self.vault.insert_rows(IDENTIFIER, _tuples(self.engine.batches(hidden)))
        for draft in self.drafts:
            accepted = f"({self._accepted(draft)}) where reason is null"
            signal = self._signal_id(draft)
            if draft.rule.text:
                found = f"select {signal}, {self.file_id}, text from {accepted} and text is not null"
                self.vault.insert_rows(FREE_TEXT, _tuples(self.engine.batches(found)))
            for trait in draft.traits:
                value = identifier(f"t_{trait}")
                found = f"select {signal}, {literal(trait)}, {self.file_id}, token, {value}, at_us from {accepted} and {value} is not null"
                self.vault.insert_rows(TRAIT, _tuples(self.engine.batches(found)))
            if draft.properties:
                found = f"select signal, item.name, {self.file_id}, item.value from (select {signal} as signal, unnest(screened) as item from {accepted} and len(screened) > 0)"
                self.vault.insert_rows(SCREENED, _tuples(self.engine.batches(found)))
            self._keep_consents(draft)

    def _keep_consents(self, draft: Draft) -> None:
        """Each answer goes into the ledger under every identifier of its row; what is in the ledger stays there."""
        source, now = self.item.source.source, now_us()
        for number, consent in enumerate(draft.rule.consents):
            said = f"c_{number}_answer"
            rows = f"select *, {consent_answer(said)} as answer from ({self._accepted(draft)}) where reason is null and {said} is not null"
            odd = int(self.engine.value(f"select count(*) from ({rows}) where answer is null"))
            if odd:
                self.odd_answers[consent.purpose] = self.odd_answers.get(consent.purpose, 0) + odd
            proof = (
                f"coalesce(c_{number}_proof, {literal(f'{self.path}, row ')} || source_row // {MAX_RULES})"
            )
            for name in draft.namespaces:
                token = identifier(f"k_{name}")
                for channel in consent.channel or (None,):
                    parts = [token, literal(consent.purpose), literal(channel or ""), "answer", "at_us"]
                    code = keyed_hash(
                        self.site.key, *(f"cast({part} as varchar)" for part in parts), literal(source)
                    )
                    found = (
                        f"select {code}, {token}, {literal(consent.purpose)}, {literal(channel)}, answer, at_us, "
                        f"c_{number}_wording, c_{number}_language, {literal(source)}, {proof}, {now} "
                        f"from ({rows}) where answer is not null and {token} is not null"
                    )
                    self.vault.insert_rows(CONSENT, _tuples(self.engine.batches(found)))

    def _keep_refused(self, profile: Sequence[dict[str, Any]]) -> None:
        unreadable = (
            (self.file_id, item.line, -1, item.reason, self._unless_erased(item.content))
            for item in self.rows.unreadable
        )
        self.vault.insert_rows(REFUSED, unreadable)
        if not any(row["reason"] for row in profile):
            return
        refused = " union all ".join(
            f"select source_row // {MAX_RULES} as row, {draft.rule.number} as rule, reason from ({self._final(draft)}) where reason is not null"
            for draft in self.drafts
        )
        self.engine.run(f"create or replace temp table refused as {refused}")
        if self.engine.value("select count(*) from refused"):
            lines = self.rows.lines(
                row for (row,) in self.engine.rows("select distinct row from refused order by row")
            )
            columns = ", ".join(f"{identifier(name)} := _f.{identifier(name)}" for name in self.rows.columns)
            whole = f"case when r.reason <> {literal(Refused.ERASED.value)} then cast(to_json(struct_pack({columns})) as varchar) end"
            content = f"select r.row, r.rule, r.reason, {whole} from refused as r join ({self.rows.sql}) as _f on _f.{ROW} = r.row order by all"
            rows = (
                (self.file_id, lines[row], rule, reason, text)
                for row, rule, reason, text in _tuples(self.engine.batches(content))
            )
            self.vault.insert_rows(REFUSED, rows)
        self.engine.run("drop table refused")

    def _odd(self) -> dict[str, int]:
        """How many answers about consent were no answer, by purpose."""
        return {f"unreadable_consent:{purpose}": count for purpose, count in self.odd_answers.items()}

    def _unless_erased(self, content: str | None) -> str | None:
        """A line that is no row; None where it names somebody who was erased."""
        names, key = list(self.site.namespaces), bytes.fromhex(self.site.key)
        return None if content and text_carries(content, names, key, self.erased, self.region) else content

    def _count(self, profile: Sequence[dict[str, Any]]) -> None:
        refused: dict[str, int] = {}
        for row in profile:
            if row["reason"] is not None:
                refused[row["reason"]] = refused.get(row["reason"], 0) + row["signals"]
        if self.rows.unreadable:
            refused[Refused.UNREADABLE_LINE.value] = len(self.rows.unreadable)
        accepted = sum(row["signals"] for row in profile if row["reason"] is None)
        types: dict[str, list[int]] = {}
        for row in profile:
            if row["reason"] is None:
                count, first, last = types.get(row["type"], (0, row["first_at"], row["last_at"]))
                types[row["type"]] = [
                    count + row["signals"],
                    min(first, row["first_at"]),
                    max(last, row["last_at"]),
                ]
        self.vault.update_file(
            self.file_id,
            received=accepted + sum(refused.values()),
            accepted=accepted,
            refused=refused,
            notes={**self.rows.notes, **self.nobodies, **self._odd()},
            types=types,
        )

    def _accepted_signals(self) -> str:
        return " union all ".join(
            self._signals_sql(draft, "at_us", "reason is null") for draft in self.drafts
        )

    def _links_sql(self) -> str:
        return f"select token, namespace_id, other_token, other_namespace_id, min(first_at) as first_at, cast(sum(signals) as bigint) as signals, {self.file_id} as file_id from seen_together group by all"

    def _timeless_sql(self) -> str:
        """Signals refused for their time alone, of rules that say that they happened."""
        if not self.timeless:
            return TIMELESS.empty_sql
        parts = []
        for draft in self.drafts:
            reasons = _TIME_REASONS if draft.rule.says_when else _TIME_REASONS - {Refused.MISSING_TIME.value}
            condition = f"reason in ({_texts(reasons)})"
            parts.append(self._signals_sql(draft, "null::bigint", condition))
        return " union all ".join(parts)

    def _objects(self) -> str:
        """SQL of the distinct objects of the file, in clear."""
        pairs = " union all ".join(
            f"select unnest(object_values) as pair from ({self._final(draft)}) where reason is null"
            for draft in self.drafts
            if draft.object_namespaces
        )
        code = keyed_hash(self.site.key, "namespace", "value")
        return f"select namespace_id, namespace, {code} as object_id, value from (select distinct pair.namespace_id as namespace_id, pair.namespace as namespace, pair.value as value from ({pairs}))"

    def _objects_sql(self) -> str:
        if not any(draft.object_namespaces for draft in self.drafts):
            return OBJECT.empty_sql
        value = f"case when not {looks_personal('value')} then value end"
        return f"select namespace_id, object_id, {value} as value, {self.file_id} as file_id from ({self._objects()})"

    def _signals_sql(self, draft: Draft, at: str, condition: str) -> str:
        return f"""
            select {self._signal_id(draft)} as signal_id, {self.source_id} as source_id, type_id, channel_id, touchpoint_id,
                   {at} as occurred_at, source_row, token, weight, objects, properties, {self.file_id} as file_id
            from ({self._accepted(draft)}) where {condition}"""


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
    )


def _same(left: str, right: str, columns: Sequence[str]) -> str:
    """SQL that two relations agree on columns, nulls included."""
    return " and ".join(
        f"{left}.{identifier(column)} is not distinct from {right}.{identifier(column)}" for column in columns
    )


def _texts(values: Iterable[str]) -> str:
    return ", ".join(literal(value) for value in sorted(values))


def _tuples(batches: Iterable[Any]) -> Iterator[tuple[Any, ...]]:
    """Rows of Arrow batches, column values as Python ones."""
    for batch in batches:
        yield from zip(*(_values(column) for column in batch.columns), strict=True)


def _values(column: pa.Array) -> list[Any]:
    """Python values of a column; by way of numpy where nothing is null, which is several times faster."""
    return list(column.to_pylist() if column.null_count else column.to_numpy(zero_copy_only=False).tolist())
