"""What rights refuse to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.kernel.errors import ParcoursError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class UsedFolder(ParcoursError, ValueError):
    """An export was to go where something is already, or nothing can be written."""

    code = "rights.used_folder"

    def __init__(self, folder: Path, what: str) -> None:
        super().__init__(f"{folder} {what}", fix="name a new or empty folder with -o")


class ChangedFiles(ParcoursError, RuntimeError):
    """Files that may hold the person are not as they were imported, so not all of theirs could be found."""

    code = "rights.changed_files"
    retryable = True

    def __init__(self, paths: Sequence[str]) -> None:
        more = "" if len(paths) == 1 else f" and {len(paths) - 1} more"
        super().__init__(
            f"{paths[0]}{more} changed since the last run; nobody was erased",
            fix="call `parcours run`, then this again",
            files=len(paths),
        )


class UnwritableProof(ParcoursError, RuntimeError):
    """The proof of an erasure cannot be written to the file named."""

    code = "rights.unwritable_proof"
    retryable = True

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(
            f"the proof cannot be written to {path}: {what}",
            fix="name a file that can be written with --proof",
        )
