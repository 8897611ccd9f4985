"""All that is held on one person: the same answer for who asks to see it and for who asks to have it gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlalchemy import select

from parcours.gap.results import UnknownPerson
from parcours.identity.consent import read_identifier
from parcours.identity.store import SHARED_NAMESPACES
from parcours.lake import literal
from parcours.signal.searching import Carried, search_file
from parcours.signal.tokens import token_of
from parcours.vault.tables import IDENTIFIER

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from parcours.kernel.workspace import Workspace
    from parcours.lake import Engine
    from parcours.signal.importing import Progress
    from parcours.signal.mapping import Mapped
    from parcours.vault import Vault

# Things that many people share, under the names they usually have; `[rights] shared_objects` adds to them.
MANY_PEOPLES = (
    "agent", "article", "brand", "campaign", "carrier", "category", "city", "country", "coupon", "depot", "desk",
    "device", "employee", "item", "kiosk", "locker", "magasin", "page", "product", "produit", "queue", "route", "shelf",
    "shop", "site", "sku", "staff", "store", "tablet", "terminal", "till", "truck", "vehicle", "warehouse", "zone",
)  # fmt: skip
_MOSTLY_ONE = 0.2  # a namespace of which more things than this were seen with two people is shared


@dataclass(frozen=True)
class Person:
    """Whom a name stands for.

    Attributes:
        person_id: Of the published run; else the identifier's own token.
        tokens: All their identifiers, and the one that was named.
        is_known: Something is held under the name, and not of a device that many people share.
    """

    person_id: int
    tokens: frozenset[int]
    is_known: bool


@dataclass(frozen=True)
class Held:
    """What is held on a person, besides the rows in the engine's tables.

    The engine then holds `held_token (token)`, `held_object (object_id)`, `held_signal (signal_id, file_id, source_row)`.

    Attributes:
        tokens: Their identifiers.
        objects: Things that are theirs alone.
        files: What the source files say of them; files without a line of theirs are left out.
        unread: Imported files that may name them and are not there as they were imported; relative paths.
    """

    tokens: tuple[int, ...]
    objects: tuple[int, ...]
    files: tuple[Carried, ...]
    unread: tuple[Carried, ...]


def find_held(
    engine: Engine,
    workspace: Workspace,
    vault: Vault,
    mapped: Sequence[Mapped],
    tokens: Collection[int],
    progress: Progress,
    things: Collection[int] = (),
) -> Held:
    """Find all that is held on whoever these identifiers stand for.

    Args:
        engine: Holds the views `signal`, `timeless`, `link`, `object`, `person_token`.
        workspace: Where the source files lie.
        vault: Its ledger names them.
        mapped: The mappings of the sources.
        tokens: Keyed hashes of the person's identifiers.
        progress: Told what is under way.
        things: Keyed hashes of things known to be theirs.
    """
    _prepare(engine, workspace, vault, tokens, things)
    by_source = {item.source.source: item for item in mapped}
    carried: dict[int, Carried] = {}
    while True:
        before = _grow(engine)
        entries = _files_to_read(engine, vault)
        for number, entry in enumerate(entries):
            progress(f"read {entry['path']}", number, len(entries))
            sought = {*tokens, *before}
            carried[entry["file_id"]] = search_file(
                engine, workspace, vault, by_source.get(entry["source"]), entry, sought
            )
        _register_carried(engine, carried.values())
        after = _grow(engine)
        if after == before:
            break
    found = [item for item in carried.values() if item.lines]
    unread = [item for item in carried.values() if not item.is_read]
    return Held(tuple(sorted(tokens)), tuple(sorted(after)), tuple(found), tuple(unread))


def _prepare_shared(engine: Engine, workspace: Workspace, vault: Vault) -> None:
    """Table `shared_token`: identifiers that many people share."""
    codes = vault.terms("namespace")
    shared = {*SHARED_NAMESPACES, *workspace.settings.identity.never_merge}
    _make(engine, "shared_name", "namespace_id", [codes[name] for name in shared if name in codes], "integer")
    engine.make_table(__package__, "shared_token")


def _prepare(
    engine: Engine, workspace: Workspace, vault: Vault, tokens: Collection[int], things: Collection[int]
) -> None:
    _prepare_shared(engine, workspace, vault)
    _make(engine, "held_token", "token", tokens)
    _make(engine, "held_object", "object_id", things)
    _make(engine, "looked_at", "object_id", things)
    _register_carried(engine, ())
    engine.run(
        "create or replace temp view recorded as select * from signal union all select * from timeless"
    )
    engine.make_view(__package__, "carrier_object")
    _choose_namespaces(engine, workspace, vault)


def _grow(engine: Engine) -> set[int]:
    """Add the things that are theirs alone, and the signals about these, until no more are found; answers the things."""
    while True:
        engine.make_table(__package__, "held_signal")
        engine.make_table(__package__, "candidate_object")
        engine.run("insert into looked_at select object_id from candidate_object")
        engine.make_table(__package__, "own_object")
        engine.run("insert into held_object select object_id from own_object")
        if not engine.value("select count(*) from own_object"):
            return {thing for (thing,) in engine.rows("select object_id from held_object")}


def _choose_namespaces(engine: Engine, workspace: Workspace, vault: Vault) -> None:
    """Table `personal_namespace`: namespaces whose things are each one person's."""
    names = {*MANY_PEOPLES, *workspace.settings.rights.shared_objects}
    shared = {code for (code,) in _rows_of_model(engine, "shared_namespace", {"at_most": _MOSTLY_ONE})}
    terms = vault.terms("namespace")
    codes = [code for name, code in terms.items() if name not in names and code not in shared]
    _make(engine, "personal_namespace", "namespace_id", codes, "integer")


def _files_to_read(engine: Engine, vault: Vault) -> list[dict[str, Any]]:
    """Files of the ledger that may hold a row of theirs: by what was accepted of them, or because something was refused."""
    holding = {file_id for (file_id,) in _rows_of_model(engine, "holding_file")}
    files = [row for row in vault.files() if row["state"] == "imported"]
    return [row for row in files if row["file_id"] in holding or row["refused"]]


def _register_carried(engine: Engine, carried: Collection[Carried]) -> None:
    pairs = [(item.file_id, row) for item in carried for row in item.rows]
    columns = {
        "file_id": pa.array([file_id for file_id, _ in pairs], pa.int32()),
        "source_row": pa.array([row for _, row in pairs], pa.int64()),
    }
    engine.register("carried_row", pa.table(columns))
    things = sorted({thing for item in carried for thing in item.things})
    columns = {
        "namespace_id": pa.array([namespace_id for namespace_id, _ in things], pa.int32()),
        "object_id": pa.array([object_id for _, object_id in things], pa.int64()),
    }
    engine.register("carried_thing", pa.table(columns))


def _rows_of_model(
    engine: Engine, model: str, bound: dict[str, object] | None = None
) -> list[tuple[int, ...]]:
    columns = engine.model(__package__, model, bound).to_pydict().values()
    return list(zip(*columns, strict=True))


def _make(engine: Engine, name: str, column: str, values: Collection[int], kind: str = "bigint") -> None:
    """A table of the engine with one column of numbers."""
    engine.register("numbers", pa.table({"number": pa.array(sorted(values), pa.int64())}))
    engine.run(
        f"create or replace temp table {name} as select cast(number as {kind}) as {column} from numbers"
    )


def find_person(engine: Engine, workspace: Workspace, vault: Vault, name: str, as_of: int) -> Person:
    """Whom a name stands for, also where they only come after the instant of the run.

    Args:
        engine: Holds the views `link` and `person_token`.
        workspace: Its settings say which identifiers many people share.
        vault: Knows the key and the names.
        name: A person id, or an identifier as namespace:value.
        as_of: Instant of the run, microseconds UTC.
    """
    token = name_token(vault, name, workspace.settings.identity.region)
    person = engine.value("select person_id from person_token where token = $token", {"token": token})
    _prepare_shared(engine, workspace, vault)
    _make(engine, "own_token", "token", {token, *(() if person is None else person_tokens(engine, [person]))})
    while engine.value(f"select count(*) from ({_later(engine, as_of)})"):
        engine.run("insert into own_token select token from later_token")
    tokens = {own for (own,) in engine.rows("select token from own_token")}
    known = person is not None or bool(
        engine.value(
            "select count(*) from link where token = $token or other_token = $token", {"token": token}
        )
    )
    with vault.transaction() as connection:
        named = connection.execute(select(IDENTIFIER.c.namespace).where(IDENTIFIER.c.token == token)).scalar()
    is_shared = bool(engine.value("select count(*) from shared_token where token = $token", {"token": token}))
    is_known = not is_shared and (known or named is not None)
    return Person(token if person is None else int(person), frozenset(tokens), is_known)


def _later(engine: Engine, as_of: int) -> str:
    engine.make_table(__package__, "later_token", {"as_of": as_of})
    return "select token from later_token"


def name_token(vault: Vault, name: str, region: str) -> int:
    """The keyed hash that a name stands for.

    Raises:
        NoIdentifier: It is an identifier that stands for nobody.
        UnknownPerson: It is neither an identifier nor a person id.
    """
    if ":" in name:
        return token_of(vault.key(), *read_identifier(name, region))
    try:
        return int.from_bytes(bytes.fromhex(name), "big", signed=True)
    except (ValueError, OverflowError):
        raise UnknownPerson from None


def person_tokens(engine: Engine, people: Collection[int]) -> list[int]:
    """Identifiers of people in the view `person_token`."""
    numbers = ", ".join(literal(person) for person in sorted(people)) or "null"
    return [
        token
        for (token,) in engine.rows(
            f"select token from person_token where person_id in ({numbers}) order by 1"
        )
    ]
