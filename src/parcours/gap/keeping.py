"""Answers that follow from a published run alone: computed once, by whoever asks first, and kept beside the run.

A run does not wait for them, and nobody waits twice. An answer is kept under a digest of all that it rests on; where that is another one
now, because of news, a map, a price or other code, it is computed anew. So an answer never belongs to another state than the figures
beside it. ADR-0024.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import uuid
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from parcours import __version__
from parcours.gap.tables import LOGIC

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from parcours.vault import Manifest

FOLDER = "kept"  # below the vault: an answer may hold what is personal, and goes with an erasure
_UNREAD = (
    "listening",
    "received",
    "accepted",
    "refused",
    "notes",
    "logic",
)  # facts of a run that no answer rests on


class Kept:
    """The answers kept beside one published run.

    Args:
        vault: Folder of the vault.
        manifest: The run.
        zone: In which days and hours are counted.
    """

    def __init__(self, vault: Path, manifest: Manifest, zone: str) -> None:
        self._folder = vault / FOLDER
        self._manifest = manifest
        self._zone = zone
        self._read: dict[str, Any] = {}

    def answer(self, name: str, logic: str, compute: Callable[[], Any]) -> Any:  # JSON
        """The answer of this name, read or, where it is of another state or there is none, computed and kept.

        Args:
            name: Of its file.
            logic: Raised when the meaning of the answer, or the way to it, changes.
            compute: Answers what JSON can hold.
        """
        if name not in self._read:
            self._read[name] = self._found(name, logic, compute)
        return self._read[name]

    def _found(self, name: str, logic: str, compute: Callable[[], Any]) -> Any:  # JSON
        path, state = self._folder / f"{name}.json", self._state(logic)
        try:
            kept = json.loads(path.read_bytes())
        except (OSError, ValueError):  # there is none, or somebody damaged it: it can be computed
            kept = None
        if isinstance(kept, dict) and kept.get("state") == state:
            return kept["answer"]
        text = json.dumps({"state": state, "answer": compute()})
        _write(path, text)
        return json.loads(text)["answer"]  # the first reader gets what the second gets

    def table(self, name: str, logic: str, compute: Callable[[pa.Table | None], pa.Table]) -> pa.Table:
        """As `answer`, of rows too many for JSON.

        Args:
            name: Of its file.
            logic: As of `answer`.
            compute: Answers the rows; takes those of the state before, None where there are none.
        """
        if name not in self._read:
            path, state = self._folder / f"{name}.parquet", self._state(logic)
            before = _read_table(path)
            if before is None or (before.schema.metadata or {}).get(b"state") != state.encode():
                before = compute(before).replace_schema_metadata({"state": state})
                _write(path, before)
            self._read[name] = before
        return self._read[name]

    def last_answer(self, name: str) -> Any:  # JSON
        """The answer as it was kept last, of whatever state; None: none is."""
        try:
            return json.loads((self._folder / f"{name}.json").read_bytes())["answer"]
        except (OSError, ValueError, KeyError, TypeError):  # there is none, or somebody damaged it
            return None

    def last(self, name: str) -> pa.Table | None:
        """Rows as they were kept last, of whatever state; None: none are."""
        return _read_table(self._folder / f"{name}.parquet")

    def _state(self, logic: str) -> str:
        facts = {name: fact for name, fact in self._manifest.facts.items() if name not in _UNREAD}
        told = [__version__, LOGIC, logic, self._zone, self._manifest.versions, facts]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def forget_answers(vault: Path) -> None:
    """Delete all that is kept: somebody is erased."""
    for path in (vault / FOLDER).glob("*"):
        path.unlink(missing_ok=True)


def _read_table(path: Path) -> pa.Table | None:
    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowException):  # there is none, or somebody damaged it: it can be computed
        return None


def _write(path: Path, content: str | pa.Table) -> None:
    """Put a file in its place whole; a workspace that may only be read, or a full disk, keeps nothing."""
    aside = path.with_name(f"{path.stem}-{uuid.uuid4().hex}.tmp")
    try:
        path.parent.mkdir(exist_ok=True)
        if isinstance(content, str):
            aside.write_text(content, "utf-8")
        else:
            pq.write_table(content, aside, compression="zstd")
        os.replace(aside, path)
    except OSError:
        with contextlib.suppress(OSError):
            aside.unlink()
