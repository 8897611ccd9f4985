"""Configuration documents: YAML files read with the line of every value, checked whole against a model.

A document is read once; what is wrong with it comes back as faults with file, line and fix, all at once.
"""

from __future__ import annotations

import difflib
import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, WithJsonSchema
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from parcours.kernel.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails

M = TypeVar("M", bound="Model")
Location = tuple[str | int, ...]


class Model(BaseModel):
    """Base of all configuration models: unknown keys are faults, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


Text = Annotated[str, BeforeValidator(_as_text)]
"""Text where YAML may have read a number: `store: 12` means the text `12`."""


def _as_translations(value: object) -> object:
    return {"en": value} if isinstance(value, str) else value


Translations = Annotated[
    dict[str, str],
    BeforeValidator(_as_translations),
    WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]}
    ),
]
"""Words by language, `{en: …, fr: …}`; a plain text is English."""


@dataclass(frozen=True)
class Document:
    """One YAML file as read.

    Attributes:
        name: Path relative to the workspace, as shown to the user.
        content: Plain lists, dictionaries and scalars.
        digest: SHA-256 of the bytes, hexadecimal.
    """

    name: str
    content: Any  # whatever YAML holds; the model says what it must be
    digest: str
    _nodes: Any = field(repr=False, default=None)

    def line_of(self, location: Location) -> int:
        """Line, from 1, of the deepest part of `location` that the file holds."""
        node, line = self._nodes, 1
        for key in location:
            if isinstance(node, CommentedMap) and (own := _own_key(node, key)) is not None:
                key = own  # noqa: PLW2901 - as the file has it: YAML reads `1:` as a number
                line = node.lc.key(key)[0] + 1
            elif isinstance(node, CommentedSeq) and isinstance(key, int) and key < len(node):
                line = node.lc.item(key)[0] + 1
            else:
                continue  # a part that names a choice of the model, or is missing from the file
            node = node[key]
        return int(line)

    def fault(self, location: Location, what: str, fix: str) -> Fault:
        """A fault of this document at `location`."""
        return Fault(self.name, self.line_of(location), what, fix)


def read_document(path: Path, name: str) -> Document | Fault:
    """Read one YAML file; what cannot be read is answered as a fault.

    Args:
        path: The file.
        name: What to call it in faults.
    """
    try:
        raw = path.read_bytes()
        nodes = YAML(typ="rt").load(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return Fault(name, 0, "the file is not UTF-8", "save it as UTF-8")
    except OSError as problem:
        return Fault(name, 0, f"the file cannot be read ({problem.strerror})", "check its path and rights")
    except MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 0
        return Fault(
            name, line, f"not YAML: {str(problem.problem).splitlines()[0]}", "mend the line or quote the text"
        )
    except (YAMLError, ValueError, RecursionError) as problem:
        return Fault(name, 0, f"not YAML: {str(problem).splitlines()[0]}", "mend the file")
    if not isinstance(nodes, CommentedMap):
        return Fault(
            name, 1, "the file holds no keys", "write `key: value` lines; see the reference of this file"
        )
    return Document(name, _plain(nodes), hashlib.sha256(raw).hexdigest(), nodes)


def validate(document: Document, model: type[M]) -> M | list[Fault]:
    """Check a document against its model and answer the model, or every fault."""
    try:
        return model.model_validate(document.content)
    except ValidationError as problem:
        return _faults(document, problem.errors(include_url=False), model)


def closest(word: str, known: Collection[str]) -> str:
    """The fix for an unknown word: the likely one, else the list."""
    guesses = difflib.get_close_matches(word, list(known), n=1)
    if guesses:
        return f"did you mean {guesses[0]!r}?"
    return f"use one of: {', '.join(sorted(known))}" if known else "remove it"


def _own_key(node: CommentedMap, key: str | int) -> Any:  # YAML keys are of any type
    return key if key in node else next((own for own in node if _key_text(own) == key), None)


def _key_text(key: Any) -> str:  # YAML keys are of any type
    """A key as it is written: YAML reads `null:` and `true:` as values."""
    if key is None:
        return "null"
    return str(key).lower() if isinstance(key, bool) else str(key)


def _plain(node: Any) -> Any:  # YAML holds any type
    if isinstance(node, dict):
        return {_key_text(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    for kind in (bool, int, float, str):
        if isinstance(node, kind) and type(node) is not kind:
            return bool(node) if kind is bool else kind(node)
    return node


def _faults(document: Document, errors: Sequence[ErrorDetails], model: type[Model]) -> list[Fault]:
    found: dict[tuple[int, str], Fault] = {}
    for error in errors:
        location = tuple(part for part in error["loc"] if part != "[key]")
        line = document.line_of(location)
        key = ".".join(str(part) for part in location if isinstance(part, str)) or "the file"
        what, fix = sentence(error, key, location, model)
        found.setdefault((line, what), Fault(document.name, line, what, fix))
    return list(found.values())


def sentence(error: ErrorDetails, key: str, location: Location, model: type[Model]) -> tuple[str, str]:
    """What is wrong with the value at a place of a document, and the fix."""
    last = str(location[-1]) if location else ""
    match error["type"]:
        case "extra_forbidden":
            return f"unknown key {last!r}", closest(last, _keys_of(model, location[:-1]))
        case "missing":
            return f"the key {key!r} is missing", f"add `{last}:`"
        case "value_error":
            what, _, fix = str(error["ctx"]["error"]).partition("; ")
            return f"{key}: {what}", fix or "see the reference of this file"
        case "string_type":
            return f"{key}: {error['input']!r} is not text", "put it between quotes"
        case "literal_error":
            return f"{key}: {error['input']!r} is not known here", f"use {error['ctx']['expected']}"
        case _:
            return f"{key}: {error['msg'][0].lower()}{error['msg'][1:]}", "see the reference of this file"


def _keys_of(model: type[Model], location: Location) -> list[str]:
    """Keys that the part of `model` at `location` knows."""
    kind: Any = model  # annotations are any type
    for part in location:
        if isinstance(part, int):
            continue
        fields = getattr(kind, "model_fields", {})
        entry = next((item for name, item in fields.items() if part in (name, item.alias)), None)
        if entry is None:
            continue
        kind = _model_in(entry.annotation) or kind
    return [item.alias or name for name, item in getattr(kind, "model_fields", {}).items()]


def _model_in(annotation: Any) -> Any:  # annotations are any type
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
