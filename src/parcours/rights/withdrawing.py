"""The step of an erasure that readers see: tables without the person, published in place of every older run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
from sqlalchemy import delete, select, update

from parcours.gap.counting import count_gaps
from parcours.gap.covering import coverage_of
from parcours.gap.naming import register_terms
from parcours.gap.replacing import LAYERED, current
from parcours.gap.tables import GAP, VERDICT
from parcours.identity import PERSON_TOKEN
from parcours.identity.store import TABLES as IDENTITY_TABLES
from parcours.journey import JOURNEY
from parcours.kernel.clock import now_us
from parcours.rights.reach import condition, delete_rows, numbers
from parcours.signal import LINK, OBJECT, SIGNAL, TIMELESS, read_sources
from parcours.signal.compiling import Refused
from parcours.signal.tables import MAX_RULES
from parcours.vault.tables import ERASURE, IDENTIFIER, IMPORTED_FILE, REFUSED, TERM

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sqlalchemy import Connection

    from parcours.kernel.workspace import Workspace
    from parcours.lake import Engine, Lake, TableSpec
    from parcours.vault import Manifest, Vault

BASE_TABLES = (SIGNAL, TIMELESS, LINK, OBJECT)
DERIVED_TABLES = (*IDENTITY_TABLES, *LAYERED, GAP)
TABLES = (*BASE_TABLES, *DERIVED_TABLES)
_PLACES = ("type", "channel", "touchpoint")


class Stores(Protocol):
    """What is written to."""

    workspace: Workspace
    engine: Engine
    lake: Lake
    vault: Vault


def withdraw(
    stores: Stores, erasure_id: int, manifest: Manifest, stones: Collection[int], facts: Mapping[str, Any]
) -> None:
    """Write every table without whoever is under the tombstones of a job, and publish that.

    Args:
        stores: Held for writing; the engine holds views of the published tables, and `carried_row`.
        erasure_id: The job, which is then `withdrawn`.
        manifest: The published run.
        stones: Keyed hashes of identifiers and things.
        facts: Of the job, as it was begun.
    """
    engine = stores.engine
    register_terms(engine, stores.vault)
    _find(engine, stones, facts["people"])
    remade = set(engine.model(__package__, "remade_map")["map_name"].to_pylist())  # before the tables change
    counts = _count(engine)
    versions = {**manifest.versions}
    for spec in (*BASE_TABLES, *IDENTITY_TABLES[1:], *LAYERED):
        if spec.name in versions:
            versions[spec.name] = _without(stores, spec, versions[spec.name])
    versions[PERSON_TOKEN.name] = _without_tokens(stores, manifest)
    _recount(stores, versions, manifest)
    with stores.vault.transaction() as connection:
        ledger = _settle_ledger(stores, connection, facts)
        _forget_terms(stores, connection)
        signals = [signal for (signal,) in engine.rows("select signal_id from held_signal")]
        keys = {"tokens": stones, "signals": signals, "people": facts["people"]}
        counts |= {f"vault.{name}": count for name, count in delete_rows(connection, keys).items()}
        counts["vault.refused"] = ledger
        counts["vault.identifier"] += _forget_things(stores, connection, versions)
        stores.vault.republish(
            {
                "published_at": now_us(),
                "versions": versions,
                "facts": _facts(stores, manifest, versions, remade),
            }
        )
        told = {
            "sources": facts["sources"],
            "number": len(facts["people"]),
            "tombstones": len(stones),
            "counts": counts,
        }
        job = update(ERASURE).where(ERASURE.c.erasure_id == erasure_id)
        connection.execute(job.values(state="withdrawn", facts=told))


def _find(engine: Engine, stones: Collection[int], people: Collection[int]) -> None:
    """Tables `held_token`, `held_object`, `held_signal`, `held_person`, `held_journey` over the published tables."""
    engine.register("stone", pa.table({"token": pa.array(sorted(stones), pa.int64())}))
    engine.register("somebody", pa.table({"person_id": pa.array(sorted(people), pa.int64())}))
    engine.run("""
        create or replace temp table held_token as select token from stone;
        create or replace temp table held_object as select token as object_id from stone;
        create or replace temp table held_person as select person_id from somebody;
        create or replace temp view recorded as select * from signal union all select * from timeless""")
    engine.make_view(__package__, "carrier_object")
    engine.make_table(__package__, "held_signal")
    engine.run("""
        create or replace temp table held_journey as select distinct map_id, journey_id, layer from journey
        where person_id in (select person_id from held_person) or unit_id in (select object_id from held_object)""")
    engine.make_table(__package__, "orphan_object")


def _count(engine: Engine) -> dict[str, int]:
    """Rows that will go, by table of the lake."""
    return {
        f"lake.{spec.name}": int(engine.value(f"select count(*) from {spec.name} where {_gone(spec)}"))
        for spec in (*BASE_TABLES, *DERIVED_TABLES[:-1])
    }


def _gone(spec: TableSpec) -> str:
    """SQL of the rows that go. Of things that others share, a file's row goes where the file speaks of them no more."""
    if spec is not OBJECT:
        return condition(spec) or "false"
    return f"({condition(spec)}) or (file_id, object_id) in (select (file_id, object_id) from orphan_object)"


def _without(stores: Stores, spec: TableSpec, published: int) -> int:
    """A table's version without their rows; the newest one too, so that no file of an interrupted run keeps them."""
    latest = stores.lake.latest(spec.name)
    base = latest if spec in BASE_TABLES else published
    if base is None:
        return published
    if latest != base:
        base = stores.lake.drop_partitions(stores.engine, spec, lambda _: False, base)
    version = stores.lake.remove_rows(stores.engine, spec, _gone(spec), base)
    return base if version is None else version


def _without_tokens(stores: Stores, manifest: Manifest) -> int:
    """Whom tokens stand for, without theirs; of a token seen beside theirs only what is seen without them.

    A component is not named after a token that goes; what held it together may be gone, which makes the next run look at more, never at less.
    """
    stores.engine.make_table(__package__, "loose_token", {"as_of": manifest.as_of})
    sql = """
        select p.* replace (
            coalesce(l.first_at, p.first_at) as first_at, min(p.token) over (partition by p.component) as component)
        from person_token as p left join loose_token as l on l.token = p.token
        where p.token not in (select token from held_token) and (l.token is null or l.first_at is not null)
        order by p.token"""
    return stores.lake.write(stores.engine, PERSON_TOKEN, sql, base=None)[0]


def _recount(stores: Stores, versions: dict[str, int], manifest: Manifest) -> None:
    """Gaps are sums over people: they are counted anew. Makes every view one of the new versions, but that of signals."""
    for spec in (VERDICT, JOURNEY):
        stores.engine.run(
            f"create or replace temp view {spec.name} as {current(stores.lake, spec, versions)}"
        )
    codes = stores.vault.terms("map")
    maps: Any = manifest.facts["maps"]  # facts are JSON
    slices = {codes[name]: told["slices"] for name, told in maps.items() if name in codes}
    versions[GAP.name], _ = count_gaps(stores.engine, stores.lake, slices)


def _settle_ledger(stores: Stores, connection: Connection, facts: Mapping[str, Any]) -> int:
    """The ledger counts their rows as refused for being erased, and keeps nothing of them; answers the rows emptied."""
    erased = Refused.ERASED.value
    lines = {(file_id, row): line for file_id, row, line in facts["rows"]}
    held = stores.engine.rows(
        "select h.file_id, h.source_row from held_signal as h semi join signal as s on s.signal_id = h.signal_id and s.file_id = h.file_id"
    )
    accepted: dict[int, int] = {}
    gone = {}
    for file_id, row in held:
        accepted[file_id] = accepted.get(file_id, 0) + 1
        gone[file_id, lines.get((file_id, row), row // MAX_RULES), row % MAX_RULES] = erased
    refused: dict[int, dict[str, int]] = {}
    emptied = 0
    for file_id, line, rule in (tuple(key) for key in facts["refused"]):
        place = (REFUSED.c.file_id == file_id) & (REFUSED.c.line == line) & (REFUSED.c.rule == rule)
        reason = connection.execute(select(REFUSED.c.reason).where(place)).scalar()
        if rule < 0:  # no row: it stays what it is, without its beginning
            emptied += connection.execute(update(REFUSED).where(place).values(content=None)).rowcount
        elif reason is not None and reason != erased:
            counts = refused.setdefault(file_id, {})
            counts[reason] = counts.get(reason, 0) + 1
            emptied += connection.execute(
                update(REFUSED).where(place).values(content=None, reason=erased)
            ).rowcount
    stores.vault.insert_rows(REFUSED, ((*place, reason, None) for place, reason in gone.items()))
    for file_id in {*accepted, *refused}:
        _settle_file(stores, connection, file_id, accepted.get(file_id, 0), refused.get(file_id, {}))
    return emptied


def _settle_file(
    stores: Stores, connection: Connection, file_id: int, accepted: int, refused: Mapping[str, int]
) -> None:
    row = connection.execute(select(IMPORTED_FILE).where(IMPORTED_FILE.c.file_id == file_id)).one()
    counts = {reason: count - refused.get(reason, 0) for reason, count in row.refused.items()}
    erased = accepted + sum(refused.values())
    counts[Refused.ERASED.value] = counts.get(Refused.ERASED.value, 0) + erased
    names = {code: text for text, code in stores.vault.terms("type").items()}
    types = stores.engine.rows(
        "select type_id, count(*), min(occurred_at), max(occurred_at) from signal where file_id = $file_id "
        "and signal_id not in (select signal_id from held_signal) group by 1 order by 1",
        {"file_id": file_id},
    )
    stores.vault.update_file(
        file_id,
        accepted=row.accepted - accepted,
        refused={reason: count for reason, count in counts.items() if count},
        types={names[code]: list(told) for code, *told in types},
    )


def _forget_things(stores: Stores, connection: Connection, versions: Mapping[str, int]) -> int:
    """What nothing speaks of any more and looked personal, though many may share its kind: such as a device's name."""
    gone = stores.engine.rows(
        "select distinct object_id from orphan_object "
        f"except select object_id from ({stores.lake.query(OBJECT, versions.get(OBJECT.name))}) "
        f"except select token from ({stores.lake.query(PERSON_TOKEN, versions.get(PERSON_TOKEN.name))})"
    )
    return connection.execute(
        delete(IDENTIFIER).where(IDENTIFIER.c.token.in_(numbers([thing for (thing,) in gone])))
    ).rowcount


def _forget_terms(stores: Stores, connection: Connection) -> None:
    """Words that only their rows used, and no mapping writes: a page or a place may be somebody's name."""
    mapped, _ = read_sources(stores.workspace)
    written = {
        choice.literal
        for item in mapped
        for rule in item.rules
        for choice in (rule.type, rule.channel, rule.touchpoint)
        if choice is not None
    }
    for kind in _PLACES:
        column = f"{kind}_id"
        unused = stores.engine.rows(
            f"select distinct {column} from recorded where {column} is not null and signal_id in (select signal_id from held_signal) "
            f"except select {column} from recorded where signal_id not in (select signal_id from held_signal)"
        )
        for (code,) in unused:
            query = delete(TERM).where(
                TERM.c.kind == kind, TERM.c.code == code, TERM.c.text.not_in(sorted(written - {None}))
            )
            connection.execute(query)


def _facts(
    stores: Stores, manifest: Manifest, versions: Mapping[str, int], remade: Collection[str]
) -> dict[str, Any]:
    """What the manifest tells, without them."""
    facts: dict[str, Any] = {**manifest.facts}
    files = [row for row in stores.vault.files(facts["files"]) if row["state"] == "imported"]
    totals: dict[str, int] = {}
    for row in files:
        for reason, count in row["refused"].items():
            totals[reason] = totals.get(reason, 0) + count

    for spec in (SIGNAL, PERSON_TOKEN):
        stores.lake.view(stores.engine, spec, versions[spec.name])
    coverage = coverage_of(stores.engine, stores.vault, manifest.as_of)["spans"]
    if any(span[:2] != facts["coverage"][name][:2] for name, span in coverage.items()):
        remade = facts["definitions"].keys()  # what a source lets us see decides on verdicts of others
    return {
        **facts,
        "people": stores.engine.value("select count(distinct person_id) from person_token"),
        "journeys": stores.engine.value("select count(*) from journey"),
        "verdicts": stores.engine.value("select count(*) from verdict"),
        "received": sum(row["received"] for row in files),
        "accepted": sum(row["accepted"] for row in files),
        "refused": totals,
        "coverage": coverage,
        "definitions": {name: text for name, text in facts["definitions"].items() if name not in remade},
    }
