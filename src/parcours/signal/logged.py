"""Events on their way into a log that other tools read, and what writing one may meet."""

from __future__ import annotations

import contextlib
import gzip
import os
import re
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from parcours.kernel.errors import ParcoursError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

Value = str | int | float | bool

BEYOND_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class LogUnwritable(ParcoursError, OSError):
    """A log cannot be written where it was asked for."""

    code = "export.unwritable"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"the log cannot be written to {path}: {reason}",
            fix="name a file in a folder that is there and yours to write",
        )


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """One signal in one journey.

    Attributes:
        case: Name of the journey, unique in the log.
        activity: Step or type.
        at_us: When, microseconds UTC.
        id: Of the signal, 16 hexadecimal digits.
        attributes: What is told of it, by name.
        objects: What it is about: kind and value, sorted, for the lake keeps no order of them.
        person: Pseudonym of whoever is behind it; None where nobody is known.
    """

    case: str
    activity: str
    at_us: int
    id: str
    attributes: Mapping[str, Value]
    objects: Sequence[tuple[str, str]]
    person: str | None


@dataclass
class Written:
    """What went into a log.

    Attributes:
        cases: Journeys.
        events: Events of the log; a signal in two journeys is two of XES and one of OCEL.
        mended: Texts with a sign that XML cannot hold, put there as U+FFFD.
    """

    cases: int = 0
    events: int = 0
    mended: int = 0


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[IO[str]]:
    """A text file that appears whole or not at all, packed where its name ends in `.gz`.

    Raises:
        LogUnwritable: It cannot be written; what was there is left as it was.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(beside, "wt", encoding="utf-8", newline="") as file:
            yield file
        beside.replace(path)
    except OSError as problem:
        raise LogUnwritable(path, problem.strerror or "no reason given") from None
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def legible(text: str, written: Written) -> str:
    """A text without signs that XML 1.0 has no way to write, each counted."""
    mended = BEYOND_XML.sub("\ufffd", text)
    written.mended += mended != text
    return mended
