"""Cases of a map: signals that are given, and the verdicts they must lead to. Beside the map in `tests/*.yaml`, or in it below `cases:`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from parcours.kernel.clock import UnreadableInstant, parse_instant
from parcours.kernel.document import Document, Model, Text, Translations, closest, read_document, validate
from parcours.kernel.errors import Fault
from parcours.signal.mapping import Name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from parcours.journey.map import JourneyMap
    from parcours.kernel.workspace import Workspace

FOLDER = "tests"
Word = Literal["kept", "broken", "pending", "unobservable", "waived", "contested"]


def _as_instant(value: object) -> object:
    """YAML may have read an instant or a day already."""
    return value.isoformat() if isinstance(value, datetime | date) else value


def _check_instant(value: str) -> str:
    try:
        parse_instant(value)
    except UnreadableInstant as problem:
        raise ValueError(str(problem)) from None
    return value


Instant = Annotated[
    str, BeforeValidator(_as_instant), AfterValidator(_check_instant), WithJsonSchema({"type": "string"})
]
"""An instant as text; without an offset it is in the workspace's time zone, a date is the end of that day."""


def _as_written(value: object) -> object:
    """A property's value as importing keeps it: YAML may have read a flag, a day or an instant."""
    return str(value).lower() if isinstance(value, bool) else _as_instant(value)


Value = Annotated[
    Text,
    BeforeValidator(_as_written),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]}),
]


class Given(Model):
    """A signal of a case."""

    signal: Text
    at: Instant
    source: Name | None = None
    channel: Text | None = None
    touchpoint: Text | None = None
    person: Text | None = None
    objects: dict[Name, Text] = Field(default_factory=dict)
    set: dict[Text, Value] = Field(default_factory=dict)


class Expected(Model):
    """A verdict that a case must lead to; what it does not say may be anything."""

    verdict: Word
    unit: Text | None = None
    deadline: Instant | None = None
    target: Instant | None = None


def _as_expected(value: object) -> object:
    alone = [value] if not isinstance(value, list) else value
    return [{"verdict": item} if isinstance(item, str) else item for item in alone]


_ONE: dict[str, Any] = {"anyOf": [{"enum": list(Word.__args__)}, {"type": "object"}]}  # type: ignore[attr-defined]  # of a Literal
Verdicts = Annotated[
    tuple[Expected, ...],
    BeforeValidator(_as_expected),
    WithJsonSchema({"anyOf": [*_ONE["anyOf"], {"type": "array", "items": _ONE}]}),
]


class Case(Model):
    """Given signals, at an instant, expect these verdicts."""

    case: Text
    says: Translations | None = None
    as_of: Instant
    given: tuple[Given, ...]
    silent: dict[Name, Instant] = Field(default_factory=dict)
    expect: dict[Name, Verdicts]

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.given or not self.expect:
            raise ValueError("a case without signals or without verdicts; write both `given` and `expect`")
        return self


class CaseFile(Model):
    """What a file of `tests/` may say."""

    map: Name | None = None
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Placed:
    """A case with its place.

    Attributes:
        map: Name of the map it is about.
        number: Its place among the cases of its document, from 0.
    """

    map: str
    case: Case
    document: Document
    number: int

    def fault(self, keys: tuple[str | int, ...], what: str, fix: str) -> Fault:
        """A fault of the case."""
        return self.document.fault(("cases", self.number, *keys), what, fix)

    @property
    def line(self) -> int:
        """Line of its file on which it begins."""
        return self.document.line_of(("cases", self.number))


def read_cases(
    workspace: Workspace, maps: Iterable[tuple[JourneyMap, Document]]
) -> tuple[list[Placed], list[Fault]]:
    """Read the cases of every map: those in the maps first, then those of `tests/`, by file name; and every fault of their form."""
    known = list(maps)
    placed = [
        Placed(item.map, case, document, number)
        for item, document in known
        for number, case in enumerate(item.cases)
    ]
    names = {item.map for item, _ in known}
    faults: list[Fault] = []
    for path in workspace.documents(FOLDER):
        document = read_document(path, workspace.relative(path))
        if isinstance(document, Fault):
            faults.append(document)
            continue
        found = validate(document, CaseFile)
        if isinstance(found, list):
            faults.extend(found)
            continue
        name = found.map or path.stem
        if name not in names:
            faults.append(
                document.fault(
                    ("map",), f"there is no map {name!r}", closest(name, names) or "write the map first"
                )
            )
        placed += [Placed(name, case, document, number) for number, case in enumerate(found.cases)]
    return placed, [*faults, *_twice(placed)]


def _twice(placed: Iterable[Placed]) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    for item in placed:
        if (item.map, item.case.case) in seen:
            yield item.fault(
                ("case",), f"the case {item.case.case!r} is there twice", "give each its own name"
            )
        seen.add((item.map, item.case.case))


def json_schema() -> dict[str, Any]:  # a JSON document
    """JSON Schema of a file of cases, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **CaseFile.model_json_schema(by_alias=True),
    }
