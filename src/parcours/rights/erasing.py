"""A person leaves every store for good: begun with tombstones, each step safe to repeat, closed with a proof.

The job's row in the vault says how far it is: `begun` (tombstones stand; the lake is being rewritten), `withdrawn` (readers see a run
without them; old files and free pages still lie on disk), `done`. Whoever holds the workspace next goes on from there.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlalchemy import insert, select, update

from parcours.gap.keeping import forget_answers
from parcours.gap.results import NothingPublished, UnknownPerson
from parcours.kernel.clock import format_instant, now_us
from parcours.lake import Lake, open_engine
from parcours.rights.errors import ChangedFiles, UnwritableProof
from parcours.rights.exporting import refused_rows
from parcours.rights.holding import find_held, find_person, name_token
from parcours.rights.withdrawing import BASE_TABLES, DERIVED_TABLES, TABLES, withdraw
from parcours.signal import read_sources
from parcours.signal.importing import PER_FILE, drop_gone, settle
from parcours.vault import open_vault
from parcours.vault.store import BrokenVault
from parcours.vault.tables import ERASURE, TOMBSTONE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from parcours.kernel.workspace import Workspace
    from parcours.lake import Engine
    from parcours.rights.holding import Held
    from parcours.signal.importing import Progress
    from parcours.vault import Manifest, Vault

_PATIENCE_S = 60.0  # that readers of older runs are given to end
FORMAT = "parcours.erasure/1"


@dataclass(frozen=True)
class Erased:
    """What an erasure came to.

    Attributes:
        people: How many people were named who were still known.
        already: How many names were under a tombstone before.
        proof: A JSON document without personal data; None where nothing was to be erased, or nothing was done.
        counts: Rows that are held, or were, by store.
        sources: File to the lines that hold them; the files are the user's own and stay.
        unread: Files that may hold them and changed since the last run.
    """

    people: int
    already: int
    proof: dict[str, Any] | None
    counts: dict[str, int]
    sources: dict[str, list[int]]
    unread: list[str]


def erase_people(
    workspace: Workspace, names: Sequence[str], progress: Progress, *, only_look: bool = False
) -> Erased:
    """Erase people from vault and lake, after finishing what an interrupted erasure left.

    Args:
        workspace: Where.
        names: Person ids, or identifiers as namespace:value; none only finishes.
        progress: Told what is under way.
        only_look: Say what would go, and change nothing.

    Raises:
        Busy: A run, or another erasure, holds the workspace.
        NothingPublished: No run has been published.
        UnknownPerson: A name is nobody's, and was nobody's who was erased.
        ChangedFiles: Files that may hold them are not as they were imported.
    """
    with _opened(workspace) as eraser:
        if only_look:
            return eraser.look(names, progress)
        last = eraser.finish(progress)
        if not names:
            return last or Erased(0, 0, None, {}, {}, [])
        return eraser.erase(names, progress)


def finish_erasures(workspace: Workspace, progress: Progress) -> None:
    """Go on with an erasure that was interrupted; nothing to do is quick."""
    if not (workspace.vault / "vault.sqlite").exists():
        return
    try:
        vault = open_vault(workspace.vault, read_only=True)
    except (
        BrokenVault
    ):  # one of an older parcours has no erasures; what else is wrong, whoever writes will say
        return
    try:
        with vault.transaction() as connection:
            is_open = connection.execute(
                select(ERASURE.c.erasure_id).where(ERASURE.c.state != "done")
            ).first()
    finally:
        vault.close()
    if is_open:
        erase_people(workspace, (), progress)


def write_proof(proof: dict[str, Any], path: Path) -> None:
    """Write a proof as JSON.

    Raises:
        UnwritableProof: The disk refuses.
    """
    try:
        path.write_text(json.dumps(proof, indent=2, ensure_ascii=False) + "\n", "utf-8")
    except OSError as problem:
        raise UnwritableProof(path, problem.strerror or "the system refuses") from None


@contextmanager
def _opened(workspace: Workspace) -> Iterator[_Eraser]:
    with workspace.locked():
        workspace.wipe_scratch()
        if not (workspace.vault / "vault.sqlite").exists():
            raise NothingPublished
        vault = open_vault(workspace.vault)
        engine = open_engine(
            workspace.scratch("spill"), workspace.settings.memory, workspace.settings.threads
        )
        try:
            yield _Eraser(workspace, engine, Lake(workspace.lake), vault)
        finally:
            engine.close()
            vault.close()
            workspace.wipe_scratch()


@dataclass(frozen=True)
class _People:
    """Whom names stand for: people and their identifiers, how many were erased before, and the proof of the last of these."""

    ids: list[int]
    tokens: frozenset[int]
    already: int
    proof: dict[str, Any] | None


class _Eraser:
    """Who holds the workspace and erases."""

    def __init__(self, workspace: Workspace, engine: Engine, lake: Lake, vault: Vault) -> None:
        self.workspace, self.engine, self.lake, self.vault = workspace, engine, lake, vault

    def look(self, names: Sequence[str], progress: Progress) -> Erased:
        """What would go."""
        manifest = self._manifest()
        self._view(manifest)
        people = self._people(names)
        held = self._held(people, progress)
        found = {
            "signals": self.engine.value("select count(*) from held_signal"),
            "identifiers": len(held.tokens),
            "things": len(held.objects),
            "refused rows": len(refused_rows(self.vault, held, self.workspace.settings.identity.region)),
        }
        return Erased(
            len(people.ids), people.already, None, found, _sources(held), [item.path for item in held.unread]
        )

    def erase(self, names: Sequence[str], progress: Progress) -> Erased:
        """Begin a job and do it."""
        self._take_back()
        self._view(self._manifest())
        people = self._people(names)
        if not people.ids:
            return Erased(0, people.already, people.proof, {}, {}, [])
        held = self._held(people, progress)
        if held.unread:
            raise ChangedFiles([item.path for item in held.unread])
        return self._go_on(self._begin(people.ids, held), progress, people.already)

    def finish(self, progress: Progress) -> Erased | None:
        """Go on with what was interrupted; answers what the last of it came to."""
        with self.vault.transaction() as connection:
            open_jobs = connection.execute(
                select(ERASURE.c.erasure_id).where(ERASURE.c.state != "done").order_by(ERASURE.c.erasure_id)
            ).scalars()
            jobs = list(open_jobs)
        last = None
        for erasure_id in jobs:
            last = self._go_on(erasure_id, progress, 0)
        return last

    def _manifest(self) -> Manifest:
        manifests = self.vault.manifests(1)
        if not manifests:
            raise NothingPublished
        return manifests[0]

    def _take_back(self) -> None:
        """Undo what an interrupted or failed run left: what is not published is imported anew, under the tombstones."""
        settle(self.lake, self.vault)
        published = set(self._manifest().facts["files"])  # type: ignore[call-overload]  # facts are JSON
        for row in self.vault.files():
            if row["file_id"] not in published:
                self.vault.forget_file(row["file_id"], PER_FILE)
        drop_gone(self.engine, self.lake, {row["file_id"] for row in self.vault.files()})

    def _view(self, manifest: Manifest) -> None:
        """Make the published tables readable."""
        for spec in TABLES:
            self.lake.view(self.engine, spec, manifest.versions.get(spec.name))

    def _held(self, people: _People, progress: Progress) -> Held:
        mapped, _ = read_sources(self.workspace)
        return find_held(self.engine, self.workspace, self.vault, mapped, people.tokens, progress)

    def _people(self, names: Sequence[str]) -> _People:
        people: dict[int, frozenset[int]] = {}
        proofs = []
        as_of = self._manifest().as_of
        for name in names:
            found = find_person(self.engine, self.workspace, self.vault, name, as_of)
            if found.is_known:
                people[found.person_id] = found.tokens
                continue
            with self.vault.transaction() as connection:
                query = select(ERASURE.c.facts).join(
                    TOMBSTONE, TOMBSTONE.c.erasure_id == ERASURE.c.erasure_id
                )
                stone = name_token(self.vault, name, self.workspace.settings.identity.region)
                facts = connection.execute(query.where(TOMBSTONE.c.token == stone)).scalar()
            if facts is None:
                raise UnknownPerson
            proofs.append(facts.get("proof"))
        tokens = frozenset().union(*people.values()) | people.keys()
        return _People(sorted(people), tokens, len(proofs), proofs[-1] if proofs else None)

    def _begin(self, people: Sequence[int], held: Held) -> int:
        """Tombstones and job, in one transaction: from here on nothing of theirs enters, and the job will be done."""
        refused = [
            (row["file_id"], row["line"], row["rule"])
            for row in refused_rows(self.vault, held, self.workspace.settings.identity.region)
        ]
        facts = {
            "people": list(people),
            "rows": [(item.file_id, row, line) for item in (*held.files,) for row, line in item.rows.items()],
            "refused": refused,
            "sources": _sources(held),
        }
        with self.vault.transaction() as connection:
            job = {"state": "begun", "begun_at": now_us(), "finished_at": None, "facts": facts}
            erasure_id = int(
                connection.execute(insert(ERASURE).values(job).returning(ERASURE.c.erasure_id)).scalar_one()
            )
            stones = ((token, erasure_id) for token in sorted({*held.tokens, *held.objects}))
            self.vault.insert_rows(TOMBSTONE, stones)
        return erasure_id

    def _go_on(self, erasure_id: int, progress: Progress, already: int) -> Erased:
        job = self._job(erasure_id)
        if job["state"] == "begun":
            progress("erase", 0, 3)
            self._withdraw(erasure_id, job["facts"])
            job = self._job(erasure_id)
        progress("erase: old files", 1, 3)
        self._purge()
        progress("erase: free space", 2, 3)
        proof = self._close(erasure_id, job)
        progress("erase", 3, 3)
        facts = job["facts"]
        return Erased(facts["number"], already, proof, facts["counts"], facts["sources"], [])

    def _job(self, erasure_id: int) -> dict[str, Any]:
        with self.vault.transaction() as connection:
            row = connection.execute(select(ERASURE).where(ERASURE.c.erasure_id == erasure_id)).one()
            return dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name

    def _withdraw(self, erasure_id: int, facts: dict[str, Any]) -> None:
        """Write the lake without them, then, in one transaction, take them out of the vault and publish."""
        manifest = self._manifest()
        self._view(manifest)
        with self.vault.transaction() as connection:
            query = select(TOMBSTONE.c.token).where(TOMBSTONE.c.erasure_id == erasure_id)
            stones = list(connection.execute(query).scalars())
        rows = pa.array([row for _, row, _ in facts["rows"]], pa.int64())
        files = pa.array([file_id for file_id, _, _ in facts["rows"]], pa.int32())
        self.engine.register("carried_row", pa.table({"file_id": files, "source_row": rows}))
        withdraw(self, erasure_id, manifest, stones, facts)

    def _purge(self) -> None:
        """Delete what older runs read: they are withdrawn. Readers that began before are waited for, for a while."""
        self.workspace.wait_for_readers(_PATIENCE_S)
        versions = self._manifest().versions
        for spec in (*BASE_TABLES, *DERIVED_TABLES):
            if spec.name in versions:
                self.lake.vacuum(spec.name, {versions[spec.name]})
        self.lake.clear_staging()
        forget_answers(self.workspace.vault)
        self.vault.shred()

    def _close(self, erasure_id: int, job: dict[str, Any]) -> dict[str, Any]:
        """Close the job with its proof, which is kept; row numbers are not."""
        facts, finished_at = job["facts"], now_us()
        told = {
            "format": FORMAT,
            "erasure": erasure_id,
            "begun_at": format_instant(job["begun_at"]),
            "finished_at": format_instant(finished_at),
            "people": facts["number"],
            "tombstones": facts["tombstones"],
            "stores": [{"store": store, "rows_erased": count} for store, count in facts["counts"].items()],
            "source_files_still_holding_them": [
                {"file": file, "lines": lines} for file, lines in facts["sources"].items()
            ],
        }
        text = json.dumps(told, sort_keys=True, ensure_ascii=False)
        proof = {**told, "sha256": hashlib.sha256(text.encode()).hexdigest()}
        with self.vault.transaction() as connection:
            values = {"state": "done", "finished_at": finished_at, "facts": {"proof": proof}}
            connection.execute(update(ERASURE).where(ERASURE.c.erasure_id == erasure_id).values(values))
        return proof


def _sources(held: Held) -> dict[str, list[int]]:
    return {item.path: item.lines for item in sorted(held.files, key=lambda item: item.path)}
