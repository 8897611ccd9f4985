"""A reader of the part of JSON Schema that our schemas use, so that tests need no validator."""

from __future__ import annotations

from datetime import date
from typing import Any

Schema = dict[str, Any]  # a JSON document
_KINDS: dict[str, type | tuple[type, ...]] = {
    "string": (str, date),  # YAML reads a date where editors see text
    "number": (int, float),
    "integer": int,
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def faults(value: object, schema: Schema, root: Schema, place: str = "") -> list[str]:
    """Where `value` is not what `schema` says; empty where it is."""
    if "$ref" in schema:
        return faults(value, _resolved(schema["$ref"], root), root, place)
    if "anyOf" in schema:
        found = [faults(value, choice, root, place) for choice in schema["anyOf"]]
        return [] if any(not each for each in found) else min(found, key=len)
    wrong = []
    kind = schema.get("type")
    if kind is not None and not _is_a(value, kind):
        return [f"{place or 'the file'} is not of type {kind}: {value!r}"]
    if "enum" in schema and value not in schema["enum"]:
        wrong.append(f"{place} is none of {schema['enum']}: {value!r}")
    if isinstance(value, dict):
        wrong += _object_faults(value, schema, root, place)
    if isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            wrong += faults(item, schema["items"], root, f"{place}[{number}]")
    return wrong


def _object_faults(value: dict[str, object], schema: Schema, root: Schema, place: str) -> list[str]:
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    wrong = [f"{place}.{key} is missing" for key in schema.get("required", ()) if key not in value]
    for key, item in value.items():
        if key in known:
            wrong += faults(item, known[key], root, f"{place}.{key}")
        elif others is False:
            wrong.append(f"{place}.{key} is unknown")
        elif isinstance(others, dict):
            wrong += faults(item, others, root, f"{place}.{key}")
    return wrong


def _resolved(reference: str, root: Schema) -> Schema:
    found: Schema = root
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found


def _is_a(value: object, kind: str) -> bool:
    return isinstance(value, _KINDS[kind]) and not (isinstance(value, bool) and kind in {"number", "integer"})
