"""What can stop a measurement; a contender that is merely slow is a row, not an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.kernel.document import closest
from parcours.kernel.errors import ParcoursError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

TAIL = 500  # characters of a contender's last words


class ContenderFailed(ParcoursError, RuntimeError):
    """A contender did not answer, so nothing can be compared."""

    code = "bench.contender_failed"

    def __init__(self, contender: str, status: int, complaint: str) -> None:
        last_words = complaint.strip()[-TAIL:]
        super().__init__(
            f"{contender} gave no answer (status {status}): {last_words}",
            fix="run it alone to see why",
            contender=contender,
            status=status,
        )


class PeerNotInstalled(ParcoursError, RuntimeError):
    """A peer's locked environment could not be made."""

    code = "bench.peer_not_installed"
    retryable = True

    def __init__(self, peer: str, complaint: str) -> None:
        super().__init__(
            f"the environment of {peer} could not be installed: {complaint.strip()[-TAIL:]}",
            fix="check that pip reaches a package index",
            peer=peer,
        )


class NoBrowser(ParcoursError, LookupError):
    """A bench looks at a page and there is no browser."""

    code = "bench.no_browser"

    def __init__(self) -> None:
        super().__init__("Chromium is not installed", fix="on Debian: apt-get install chromium")


class UnknownBench(ParcoursError, LookupError):
    """A bench was asked for that there is not."""

    code = "bench.unknown"

    def __init__(self, name: str, known: Collection[str]) -> None:
        super().__init__(f"there is no bench {name!r}", fix=closest(name, known))


class NoBenchData(ParcoursError, LookupError):
    """A bench needs data that were not given."""

    code = "bench.no_data"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the bench {name!r} needs the folder of its data",
            fix=f"call `parcours bench {name} --data FOLDER`",
        )


class NoPicture(ParcoursError, ValueError):
    """A picture was asked of a bench that draws none, or of all at once."""

    code = "bench.no_picture"

    def __init__(self, name: str | None, pictured: Collection[str]) -> None:
        who = f"the bench {name!r} draws" if name else "all benches together draw"
        super().__init__(f"{who} no picture", fix=f"ask --plot of {' or '.join(pictured)}")


class PictureUnwritable(ParcoursError, OSError):
    """The picture cannot be written where it was asked for; nothing was measured."""

    code = "bench.picture_unwritable"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"the picture cannot be written to {path}: {reason}",
            fix="name a file in a folder that is there and yours to write",
        )
