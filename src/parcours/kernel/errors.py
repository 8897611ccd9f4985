"""One tree of errors: each says what happened, how to mend it, and carries facts for the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence


class ParcoursError(Exception):
    """Anything parcours refuses to do, with the sentence a user reads and the fix.

    Args:
        sentence: What happened, with the place; never a personal identifier.
        fix: What the reader can do about it.
        facts: Values for the log; never a personal identifier.
    """

    code: ClassVar[str] = "parcours.error"
    retryable: ClassVar[bool] = False

    def __init__(self, sentence: str, *, fix: str, **facts: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.fix = fix
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.sentence}; {self.fix}" if self.fix else self.sentence


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong in one configuration file.

    Attributes:
        file: Path as the user wrote it, relative to the workspace.
        line: Line of the fault, counted from 1; 0 when it concerns the whole file.
        what: One sentence without a full stop.
        fix: One sentence without a full stop.
    """

    file: str
    line: int
    what: str
    fix: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.what}; {self.fix}"


class Faulty(ParcoursError, ValueError):
    """The configuration has faults; all of them are told at once."""

    code = "config.faulty"

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        count = len(self.faults)
        first = str(self.faults[0])
        more = "" if count == 1 else f" (and {count - 1} more: `parcours check` lists them)"
        super().__init__(f"{first}{more}", fix="", faults=count)
