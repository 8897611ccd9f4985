"""The way of one file: compiled, profiled, its identifiers linked, its rows counted, what is personal kept in the vault, the rest written aside."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from parcours.lake import identifier, literal
from parcours.signal.compiling import (
    DEFAULT_PRIORITY,
    Draft,
    Refused,
    Site,
    compile_rule,
    keyed_hash,
    looks_like_identifier,
    looks_personal,
)
from parcours.signal.erased import mark_rows, tombstones
from parcours.signal.identifying import CLAIMED, clean_identifier, know_phones
from parcours.signal.keeping import keep_personal, keep_refused, tuples
from parcours.signal.tables import LINK, OBJECT, SIGNAL, TIMELESS
from parcours.vault.tables import IDENTIFIER

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from parcours.kernel.workspace import Workspace
    from parcours.lake import Engine, TableSpec
    from parcours.signal.importing import Batch
    from parcours.signal.mapping import Mapped
    from parcours.signal.reading import Rows

_SMALL_BYTES = (
    16 << 20
)  # files up to here are worked out once and held; larger ones are read again, column by column
_PLACE = ("raw_type", "raw_channel", "raw_touchpoint")
_TIME_REASONS = frozenset(
    reason.value for reason in (Refused.MISSING_TIME, Refused.UNREADABLE_TIME, Refused.TIME_OUT_OF_RANGE)
)


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


@dataclass
class FileImport:
    """The way of one file into the vault and a batch."""

    batch: Batch
    item: Mapped
    file_id: int
    path: str
    rows: Rows
    relation: str
    size_bytes: int

    def __post_init__(self) -> None:
        """What the batch works with."""
        self.engine, self.vault, self.workspace = self.batch.engine, self.batch.vault, self.batch.workspace
        self.region = self.workspace.settings.identity.region

    def run(self) -> int:
        """Compile, profile, keep what is personal, write the rest aside; answers the signals of the file."""
        self.drafts = self._compile()
        if self.size_bytes <= _SMALL_BYTES:
            self.drafts = [self._held(draft) for draft in self.drafts]
        self.nobodies: dict[str, int] = {}
        self.personal_types: set[str] = set()
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
            names = beside.submit(self.vault.insert_rows, IDENTIFIER, tuples(named.to_batches()))
            self._add(SIGNAL, self._accepted_signals())
            names.result()
        self._see_objects()
        with self.vault.transaction():
            odd_answers = keep_personal(self)
            keep_refused(self, are_any=any(row["reason"] for row in profile))
            self._count(profile, odd_answers)
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

    def _held(self, draft: Draft) -> Draft:
        """The same with its rows in a table: planning a rule costs more than running it over a small file."""
        table = f"rows_draft_{draft.rule.number}"
        self.engine.run(f"create or replace temp table {table} as {draft.sql}")
        return replace(draft, sql=f"select * from {table}")

    def signal_id(self, draft: Draft) -> str:
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
            f"select source_row, {self.signal_id(draft)} as signal_id from ({draft.sql}) where reason is null"
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

    def final(self, draft: Draft) -> str:
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

    def accepted(self, draft: Draft) -> str:
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
            from ({self.final(draft)}) as d {" ".join(joins)}"""

    def _profile(self) -> list[dict[str, Any]]:
        """Counts by rule, reason, type, channel and touchpoint: a small table whatever the file's size."""
        places = ", ".join(_PLACE)
        parts = " union all ".join(
            f"select {draft.rule.number} as rule, reason, {places}, at_us from ({self.final(draft)})"
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
                select {raw}, min(at_us) as first_at, count(*) as signals from ({self.final(draft)}) where reason is null group by all
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

    def _count(self, profile: Sequence[dict[str, Any]], odd_answers: Mapping[str, int]) -> None:
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
            notes={
                **self.rows.notes,
                **self.nobodies,
                **{f"unreadable_consent:{purpose}": count for purpose, count in odd_answers.items()},
            },
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

    def _see_objects(self) -> None:
        """Table `object_seen`: the distinct objects of the file, in clear, and whether the lake may not have them so."""
        pairs = " union all ".join(
            f"select unnest(object_values) as pair from ({self.final(draft)}) where reason is null"
            for draft in self.drafts
            if draft.object_namespaces
        )
        if pairs:
            code = keyed_hash(self.site.key, "namespace", "value")
            self.engine.run(f"""
                create or replace temp table object_seen as
                select namespace_id, namespace, {code} as object_id, value, {looks_personal("value")} as is_personal
                from (select distinct pair.namespace_id as namespace_id, pair.namespace as namespace, pair.value as value from ({pairs}))""")

    def _objects_sql(self) -> str:
        if not any(draft.object_namespaces for draft in self.drafts):
            return OBJECT.empty_sql
        return f"select namespace_id, object_id, case when not is_personal then value end as value, {self.file_id} as file_id from object_seen"

    def _signals_sql(self, draft: Draft, at: str, condition: str) -> str:
        return f"""
            select {self.signal_id(draft)} as signal_id, {self.source_id} as source_id, type_id, channel_id, touchpoint_id,
                   {at} as occurred_at, source_row, token, weight, objects, properties, {self.file_id} as file_id
            from ({self.accepted(draft)}) where {condition}"""


def _same(left: str, right: str, columns: Sequence[str]) -> str:
    """SQL that two relations agree on columns, nulls included."""
    return " and ".join(
        f"{left}.{identifier(column)} is not distinct from {right}.{identifier(column)}" for column in columns
    )


def _texts(values: Iterable[str]) -> str:
    return ", ".join(literal(value) for value in sorted(values))
