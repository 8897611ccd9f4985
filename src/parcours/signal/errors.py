"""What a source's file can do wrong as a whole; faults of single rows are counted, not raised."""

from __future__ import annotations

from parcours.kernel.errors import ParcoursError


class UnreadableFile(ParcoursError, ValueError):
    """A file cannot be read at all, or not to its end; nothing of it entered.

    Args:
        file: Path as the user wrote it.
        what: What is wrong with it, with the line where there is one; never a value of the file.
        fix: What the reader can do about it.
    """

    code = "signal.unreadable_file"

    def __init__(self, file: str, what: str, fix: str) -> None:
        super().__init__(f"cannot read {file}: {what}", fix=fix, file=file, what=what)
