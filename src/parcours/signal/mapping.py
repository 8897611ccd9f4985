"""Mappings: `sources/*.yaml` say how the rows of a file become signals."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, WithJsonSchema, model_validator

from parcours.kernel.document import Document, Model, Text, Translations, read_document, validate
from parcours.kernel.errors import Fault
from parcours.kernel.workspace import Zone
from parcours.signal.identifying import CLAIMED
from parcours.signal.tables import MAX_RULES, TRAITS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from parcours.kernel.workspace import Workspace

FORMATS = ("csv", "parquet", "json", "delta", "xes", "ocel")
# Other names a mapping may use for them, in English and French.
TRAIT_SYNONYMS = {
    **dict.fromkeys(("first_name", "firstname", "forename", "prenom"), "given_name"),
    **dict.fromkeys(("last_name", "lastname", "surname", "name", "nom", "nom_de_famille"), "family_name"),
    **dict.fromkeys(("dob", "date_of_birth", "birthdate", "ne_le", "date_de_naissance"), "birth_date"),
    **dict.fromkeys(("mail", "e_mail", "courriel"), "email"),
    **dict.fromkeys(("telephone", "tel", "mobile", "portable"), "phone"),
    **dict.fromkeys(("street_number", "numero"), "house_number"),
    **dict.fromkeys(("address", "adresse", "rue", "voie"), "street"),
    **dict.fromkeys(("postal_code", "zip", "code_postal", "cp"), "postcode"),
    **dict.fromkeys(("town", "suburb", "ville", "commune"), "city"),
    **dict.fromkeys(("state", "county", "departement"), "region"),
    "pays": "country",
}
_ABSENT = object()
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _as_choice(value: object) -> object:
    return (
        {"literal": value} if isinstance(value, str | int | float) and not isinstance(value, bool) else value
    )


def _by_trait(value: object) -> object:
    """Traits by their own names, unless two names would be one."""
    if not isinstance(value, dict):
        return value
    named = {TRAIT_SYNONYMS.get(name, name): expression for name, expression in value.items()}
    return named if len(named) == len(value) else value


def check_name(value: str) -> str:
    """A name as it is; ValueError where it is none."""
    if not _NAME.fullmatch(value):
        raise ValueError(f"{value!r} is not a name; use letters, digits, - _ and .")
    return value


Name = Annotated[str, AfterValidator(check_name)]
Paths = Annotated[
    tuple[str, ...],
    BeforeValidator(_as_list),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Expression = Text
"""An SQL expression over the row's columns, in DuckDB's dialect."""


def _with_claims(value: object) -> object:
    """An identifier said without proof goes under a namespace of its own, so that it is never taken for the identifier."""
    if not isinstance(value, dict):
        return value
    told: dict[object, object] = {}
    for name, written in value.items():
        if not isinstance(written, dict):
            told[name] = written
            continue
        if set(written) - {"sql", "claimed"} or written.get("claimed", False) not in (True, False):
            raise ValueError(f"`{name}` takes {{sql: expression, claimed: true}} and nothing else")
        told[f"{CLAIMED}{name}" if written.get("claimed") else name] = written.get("sql")
    return told


Person = Annotated[
    dict[Name, Expression],
    BeforeValidator(_with_claims),
    WithJsonSchema(
        {
            "type": "object",
            "additionalProperties": {
                "anyOf": [
                    {"type": "string"},
                    {
                        "type": "object",
                        "properties": {"sql": {"type": "string"}, "claimed": {"type": "boolean"}},
                        "required": ["sql"],
                        "additionalProperties": False,
                    },
                ]
            },
        }
    ),
]


class Read(Model):
    """What to read: one format with a path or several, relative to the workspace; `*` and `**` match files."""

    csv: Paths | None = None
    parquet: Paths | None = None
    json_: Paths | None = Field(default=None, alias="json")
    delta: Paths | None = None
    xes: Paths | None = None
    ocel: Paths | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=4)
    encoding: str | None = None
    quote: str | None = Field(default=None, max_length=1)
    header: bool = True
    columns: tuple[str, ...] | None = None
    null: tuple[str, ...] = ()
    types: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_format(self) -> Self:
        if sum(paths is not None for paths in self._formats().values()) != 1:
            raise ValueError(
                f"name one file format; write `read: {{csv: data/file.csv}}`, with one of {', '.join(FORMATS)}"
            )
        return self

    def _formats(self) -> dict[str, tuple[str, ...] | None]:
        return dict(
            zip(FORMATS, (self.csv, self.parquet, self.json_, self.delta, self.xes, self.ocel), strict=True)
        )

    @property
    def format(self) -> str:
        """The one format named."""
        return next(name for name, paths in self._formats().items() if paths is not None)

    @property
    def paths(self) -> tuple[str, ...]:
        """Paths and patterns as written."""
        return self._formats()[self.format] or ()


class Choice(Model):
    """A fixed text, or an expression where the row decides."""

    literal: Text | None = None
    sql: Expression | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.literal is None) == (self.sql is None):
            raise ValueError("neither a text nor {sql: expression}; write one of both")
        return self


TextOrSql = Annotated[
    Choice,
    BeforeValidator(_as_choice),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {"sql": {"type": "string"}},
                    "required": ["sql"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class Join(Model):
    """Another table whose one matching row is readable as `name.column`."""

    name: Name
    read: Read
    by: dict[str, str] = Field(min_length=1)


class Consent(Model):
    """An answer that a row holds: may its person be spoken to, for a purpose, by some channels or by all."""

    purpose: Name
    channel: Annotated[
        tuple[Name, ...],
        BeforeValidator(_as_list),
        WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
    ] = ()
    answer: Expression
    wording: Expression | None = None
    language: Expression | None = None
    proof: Expression | None = None


class _Shared(Model):
    """What a source says for all its signals, and a signal may say for itself."""

    person: Person = Field(default_factory=dict)
    objects: dict[Name, Expression] = Field(default_factory=dict)
    channel: TextOrSql | None = None
    touchpoint: TextOrSql | None = None
    at: Expression | None = None
    when: Expression | None = None
    id: Expression | None = None
    weight: Expression | None = None
    text: Expression | None = None
    set: dict[Name, Expression] = Field(default_factory=dict)
    traits: Annotated[dict[str, Expression], BeforeValidator(_by_trait)] = Field(default_factory=dict)
    consents: tuple[Consent, ...] = ()

    @model_validator(mode="after")
    def _known_traits(self) -> Self:
        unknown = sorted(set(self.traits) - set(TRAITS))
        if unknown:
            raise ValueError(f"unknown trait {unknown[0]!r}; use {', '.join(TRAITS)}")
        return self


class SignalRule(_Shared):
    """One kind of signal that a row gives."""

    type: TextOrSql


class Source(_Shared):
    """One mapping file."""

    source: Name
    title: Translations | None = None
    read: Read
    join: tuple[Join, ...] = ()
    time_zone: Zone | None = None
    types: dict[str, str] = Field(default_factory=dict)
    signals: tuple[SignalRule, ...] = Field(min_length=1, max_length=MAX_RULES)

    @model_validator(mode="after")
    def _names_differ(self) -> Self:
        """Not in capital letters alone: an engine's columns do not."""
        for group in ("person", "objects", "set", "traits"):
            for rule in (self, *self.signals):
                seen: dict[str, str] = {}
                for name in (*getattr(self, group), *getattr(rule, group)):
                    other = seen.setdefault(name.lower(), name)
                    if other != name:
                        raise ValueError(
                            f"`{group}` has {other!r} and {name!r}, which differ in capital letters alone; use one name"
                        )
        return self

    @model_validator(mode="after")
    def _every_answer_has_its_person(self) -> Self:
        for number, rule in enumerate(self.signals, 1):
            if (self.consents or rule.consents) and not (self.person or rule.person):
                raise ValueError(
                    f"signal {number} has `consents` and no `person`; say whose answers they are"
                )
        return self

    @model_validator(mode="after")
    def _every_signal_has_its_time(self) -> Self:
        for number, rule in enumerate(self.signals, 1):
            if rule.at is None and self.at is None:
                raise ValueError(
                    f"signal {number} has no `at`; say which column or expression tells when it happened"
                )
        return self


@dataclass(frozen=True)
class Rule:
    """A signal rule with what it inherits from its source.

    Attributes:
        number: Place in the mapping, from 0.
        own_id: The rule has an `id` of its own, not the source's for all.
        says_when: The rule has a `when` of its own: where it holds, the row says that it happened, even without a time.
    """

    number: int
    type: Choice
    channel: Choice | None
    touchpoint: Choice | None
    at: str
    when: tuple[str, ...]
    message_id: str | None
    own_id: bool
    says_when: bool
    weight: str | None
    text: str | None
    person: Mapping[str, str]
    objects: Mapping[str, str]
    properties: Mapping[str, str]
    traits: Mapping[str, str]
    consents: tuple[Consent, ...]


def rules_of(source: Source) -> list[Rule]:
    """The rules of a source, each with what it inherits."""
    return [
        Rule(
            number=number,
            type=rule.type,
            channel=rule.channel or source.channel,
            touchpoint=rule.touchpoint or source.touchpoint,
            at=rule.at or source.at or "",
            when=tuple(part for part in (source.when, rule.when) if part),
            message_id=rule.id or source.id,
            own_id=rule.id is not None,
            says_when=rule.when is not None,
            weight=rule.weight or source.weight,
            text=rule.text or source.text,
            person={**source.person, **rule.person},
            objects={**source.objects, **rule.objects},
            properties={**source.set, **rule.set},
            traits={**source.traits, **rule.traits},
            consents=(*source.consents, *rule.consents),
        )
        for number, rule in enumerate(source.signals)
    ]


@dataclass(frozen=True)
class Mapped:
    """A source with the document it was read from.

    Attributes:
        mended: What was wrong was left out: good for finding more faults, not for importing.
    """

    source: Source
    document: Document
    mended: bool = False

    @property
    def rules(self) -> list[Rule]:
        """The source's rules."""
        return rules_of(self.source)


def read_sources(workspace: Workspace) -> tuple[list[Mapped], list[Fault]]:
    """Read every mapping of a workspace, sorted by file name, and every fault of their form.

    A mapping with a fault is among the mappings, as far as it can be understood; whoever runs them asks for faults first.
    """
    mapped: list[Mapped] = []
    faults: list[Fault] = []
    for path in workspace.documents("sources"):
        document = read_document(path, workspace.relative(path))
        if isinstance(document, Fault):
            faults.append(document)
            continue
        found = validate(document, Source)
        if isinstance(found, list):
            faults.extend(found)
            mapped += _mended(document)
        else:
            mapped.append(Mapped(found, document))
    if not mapped and not faults:
        faults.append(
            Fault(
                "sources/",
                0,
                "there is no mapping",
                "describe a file in sources/NAME.yaml, or see `parcours init`",
            )
        )
    return mapped, [*faults, *_doubles(mapped)]


_ATTEMPTS = 8


def _mended(document: Document) -> list[Mapped]:
    """A faulty mapping without its wrong keys, so that what else is wrong with it, or with its maps, is told at the same time.

    Empty where nothing sensible remains. It is never imported: its faults stop every run.
    """
    content = copy.deepcopy(document.content)
    for _ in range(_ATTEMPTS):
        try:
            return [Mapped(Source.model_validate(content), replace(document, content=content), mended=True)]
        except ValidationError as problem:
            mended = [_mend(content, error["loc"], error["type"]) for error in problem.errors()]
            if not all(mended):
                return []
    return []


def _mend(content: Any, location: tuple[str | int, ...], kind: str) -> bool:  # YAML holds any type
    """Take one wrong key out, or put a missing type in; False where that is impossible."""
    *path, last = location or ("",)
    for key in path:
        inside = isinstance(content, dict) and key in content
        if inside or (isinstance(content, list) and isinstance(key, int) and key < len(content)):
            content = content[key]
    if not isinstance(content, dict):
        return False
    if kind == "missing":
        content[last] = {"sql": "null"}
        return last == "type"
    if kind == "value_error" and last not in content:
        return False
    return content.pop(last, _ABSENT) is not _ABSENT


def _doubles(mapped: Iterable[Mapped]) -> list[Fault]:
    seen: dict[str, str] = {}
    faults = []
    for item in mapped:
        name = item.source.source
        if name in seen:
            faults.append(
                item.document.fault(
                    ("source",), f"the source {name!r} is also in {seen[name]}", "give each its own name"
                )
            )
        seen.setdefault(name, item.document.name)
    return faults


def json_schema() -> dict[str, Any]:  # a JSON document
    """JSON Schema of a mapping file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Source.model_json_schema(by_alias=True),
    }
