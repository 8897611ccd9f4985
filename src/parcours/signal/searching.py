"""Where in the source files somebody is: the rows that carry an identifier or an object of theirs, refused rows too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parcours.signal.erased import mark_rows, text_carries
from parcours.signal.importing import digest_of, drop_tables, open_source
from parcours.signal.one_file import compile_source
from parcours.signal.tables import MAX_RULES

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from parcours.kernel.workspace import Workspace
    from parcours.lake import Engine
    from parcours.signal.mapping import Mapped
    from parcours.vault import Vault


@dataclass(frozen=True)
class Carried:
    """What of a file carries somebody.

    Attributes:
        file_id: In the ledger.
        path: Relative to the workspace.
        rows: `source_row` of each signal, refused ones too, to its line in the file.
        things: (namespace code, object id) of all that these rows are about.
        unreadable: Lines that are no rows and name them.
        is_read: The file is there as it was imported; else nothing is known of its rows.
    """

    file_id: int
    path: str
    rows: Mapping[int, int]
    things: frozenset[tuple[int, int]]
    unreadable: tuple[int, ...]
    is_read: bool = True

    @property
    def lines(self) -> list[int]:
        """Every line, in order."""
        return sorted({*self.rows.values(), *self.unreadable})


def search_file(
    engine: Engine,
    workspace: Workspace,
    vault: Vault,
    item: Mapped | None,
    entry: Mapping[str, Any],
    tokens: Collection[int],
) -> Carried:
    """Read one imported file again and find the rows that carry one of `tokens`.

    Args:
        engine: Reads it.
        workspace: Where the file lies.
        vault: Knows the key.
        item: The file's mapping; None where it is gone.
        entry: The file's row in the ledger.
        tokens: Keyed hashes of identifiers and objects.
    """
    path = workspace.folder / entry["path"]
    missing = Carried(entry["file_id"], entry["path"], {}, frozenset(), (), is_read=False)
    if item is None or item.mended or not path.exists() or digest_of(path) != entry["digest"]:
        return missing
    opened, faults = open_source(engine, workspace, item, path, "searched", sample=False)
    if opened is None or faults:
        return missing
    rows, relation = opened
    terms, region = vault.terms("namespace"), workspace.settings.identity.region
    names = [name for rule in item.rules for name in (*rule.person, *rule.objects)]
    codes = {name: terms.get(name, -1) for name in names}
    with engine.time_zone(item.source.time_zone or workspace.settings.time_zone), engine.unshared():
        site, drafts = compile_source(engine, workspace, item, relation, vault.key(), codes)
        mark_rows(engine, drafts, site.key, tokens, region, "carried")
        things = {
            pair
            for draft in drafts
            if draft.object_namespaces
            for pair in engine.rows(
                "select distinct item.namespace_id, item.object_id from (select unnest(objects) as item "
                f"from ({draft.sql}) where source_row in (select source_row from carried))"
            )
        }
        found = [row for (row,) in engine.rows("select distinct source_row from carried order by 1")]
    lines = rows.lines(sorted({row // MAX_RULES for row in found}))
    unreadable = tuple(
        line.line
        for line in rows.unreadable
        if line.content and text_carries(line.content, names, vault.key(), tokens, region)
    )
    drop_tables(engine, "searched")
    drop_tables(engine, "carried")
    return Carried(
        entry["file_id"],
        entry["path"],
        {row: lines[row // MAX_RULES] for row in found},
        frozenset(things),
        unreadable,
    )
