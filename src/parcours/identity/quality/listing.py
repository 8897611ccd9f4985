"""The rows behind each figure, with ids that say nothing to a stranger."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from parcours.identity.errors import UnknownPart
from parcours.identity.explaining import hexadecimal
from parcours.identity.quality.preparing import PACKAGE
from parcours.signal.tables import MAX_RULES

if TYPE_CHECKING:
    from collections.abc import Collection

    from parcours.identity.explaining import Desk
    from parcours.identity.quality.types import Quality

Row = dict[str, Any]  # rows leave as JSON


class Rows(StrEnum):
    """Which figure's rows are listed."""

    TOUCHPOINTS = "touchpoints"
    UNIDENTIFIED = "unidentified"
    SIZES = "sizes"
    SEVERAL = "several"
    ONE = "one"
    CROSSING = "crossing"


@dataclass(frozen=True)
class _Asked:
    """What is listed, of which part of it, and how many rows at most."""

    desk: Desk
    quality: Quality
    only: str | None
    limit: int


def list_rows(desk: Desk, quality: Quality, kind: Rows, only: str | None, limit: int) -> list[Row]:
    """Rows behind a figure, at most `limit`.

    Args:
        desk: Whose engine `measure` has prepared.
        quality: What it measured.
        kind: Which figure.
        only: A part of it: a channel of `touchpoints` and `unidentified`, a size of `sizes`, a rule of `several`, a field of `one`.
        limit: Rows.

    Raises:
        UnknownPart: There is no such part.
    """
    return _LISTS[kind](_Asked(desk, quality, only, limit))


def _touchpoints(asked: _Asked) -> list[Row]:
    _check(asked, {place.channel for place in asked.quality.places})
    rows = [place for place in asked.quality.places if asked.only in {None, place.channel}]
    kept = ("source", "channel", "touchpoint", "signals", "identified", "known", "elsewhere")
    return [{name: getattr(place, name) for name in kept} for place in rows[: asked.limit]]


def _unidentified(asked: _Asked) -> list[Row]:
    _check(asked, {place.channel for place in asked.quality.places})
    bound = {"channel": asked.only, "at_most": asked.limit}
    rows = asked.desk.engine.model(PACKAGE, "unidentified_signal", bound).to_pylist()
    return [
        {
            "at": asked.desk.when(row["occurred_at"]),
            **{name: row[name] for name in ("type", "channel", "touchpoint", "source")},
            "file": asked.desk.files.get(row["file_id"], {}).get("path"),
            "row": row["source_row"] // MAX_RULES,
        }
        for row in rows
    ]


def _sizes(asked: _Asked) -> list[Row]:
    sizes = {size.name: size for size in asked.quality.sizes}
    _check(asked, sizes)
    chosen = sizes[asked.only] if asked.only else None
    bound = {
        "least": chosen.least if chosen else 1,
        "most": chosen.most if chosen else None,
        "at_most": asked.limit,
    }
    rows = asked.desk.engine.model(PACKAGE, "sized_person", bound).to_pylist()
    return [{"person": hexadecimal(row.pop("person_id")), **row} for row in rows]


def _several(asked: _Asked) -> list[Row]:
    _check(asked, asked.quality.rules)
    chosen = [
        suspect
        for suspect in asked.quality.suspects
        if asked.only is None or asked.only in {item.rule for item in suspect.suspicions}
    ]
    return [
        {
            "person": hexadecimal(suspect.person_id),
            "why": [
                {"rule": item.rule, "of": item.subject, "found": item.found, "plausible": item.plausible}
                for item in suspect.suspicions
            ],
            "by_records": suspect.by_records,
        }
        for suspect in chosen[: asked.limit]
    ]


def _one(asked: _Asked) -> list[Row]:
    _check(asked, {item.field for item in asked.quality.apart})
    chosen = [item for item in asked.quality.apart if asked.only in {None, item.field}]
    return [
        {
            "person": hexadecimal(item.person_id),
            "other_person": hexadecimal(item.other_person_id),
            "field": item.field,
            "shared": item.shared,
        }
        for item in chosen[: asked.limit]
    ]


def _crossing(asked: _Asked) -> list[Row]:
    _check(asked, ())
    rows = asked.desk.engine.model(PACKAGE, "crossing_person", {"at_most": asked.limit}).to_pylist()
    return [
        {
            "person": hexadecimal(row["person_id"]),
            "first_at": asked.desk.when(row["first_at"]),
            "last_at": asked.desk.when(row["last_at"]),
            "channels": row["channels"],
            "signals": row["signals"],
        }
        for row in rows
    ]


def _check(asked: _Asked, known: Collection[str]) -> None:
    if asked.only is not None and asked.only not in known:
        raise UnknownPart(asked.only, known)


_LISTS = {
    Rows.TOUCHPOINTS: _touchpoints,
    Rows.UNIDENTIFIED: _unidentified,
    Rows.SIZES: _sizes,
    Rows.SEVERAL: _several,
    Rows.ONE: _one,
    Rows.CROSSING: _crossing,
}
