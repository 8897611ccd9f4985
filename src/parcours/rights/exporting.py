"""Everything held on one person, as one JSON document and one CSV a kind: for them to read and to take elsewhere."""

from __future__ import annotations

import csv
import json
import os
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from parcours.gap.results import UnknownPerson, person_text
from parcours.gap.tables import VERDICT
from parcours.identity import IDENTITY_EVENT, PERSON_TOKEN
from parcours.identity.consent import answers_of
from parcours.identity.correcting import corrected
from parcours.journey import JOURNEY, JOURNEY_STEP
from parcours.kernel.clock import format_instant, now_us
from parcours.rights.errors import UsedFolder
from parcours.rights.holding import find_held, find_person
from parcours.rights.meaning import FORMAT, MEANING, RETENTION
from parcours.rights.reach import numbers, reached_tables, rows_of
from parcours.signal import LINK, OBJECT, SIGNAL, TIMELESS, read_sources
from parcours.signal.erased import text_carries
from parcours.signal.tables import MAX_RULES
from parcours.vault.tables import CORRECTION, FREE_TEXT, IDENTIFIER, REFUSED, SCREENED, TRAIT

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from parcours.gap.results import Results
    from parcours.kernel.workspace import Workspace
    from parcours.rights.holding import Held
    from parcours.signal.importing import Progress
    from parcours.vault import Vault

Row = dict[str, Any]  # rows leave as JSON
# What a spreadsheet takes for a formula, also in full width; OWASP ASVS 5.0, 1.2.10.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - full-width signs are the point
_TOLD = frozenset({"identifier", "free_text", "trait", "screened", "consent", "correction"})


def export_person(workspace: Workspace, results: Results, name: str, progress: Progress) -> Row:
    """Everything held on one person.

    Args:
        workspace: Where the source files lie; they are read again, for rows that were refused.
        results: The published run.
        name: Whose file it is: a person id, or an identifier as namespace:value.
        progress: Told what is under way.

    Returns:
        A JSON document: `format`, `about`, and one list of rows for each kind of `MEANING`.

    Raises:
        UnknownPerson: Nothing is held under `name`.
    """
    tables = (SIGNAL, TIMELESS, LINK, OBJECT, PERSON_TOKEN, IDENTITY_EVENT, JOURNEY, JOURNEY_STEP, VERDICT)
    for spec in tables:
        results.view(spec)
    person = find_person(results.engine, workspace, results.vault, name, results.manifest.as_of)
    if not person.is_known:
        raise UnknownPerson
    mapped, _ = read_sources(workspace)
    held = find_held(results.engine, workspace, results.vault, mapped, person.tokens, progress)
    results.engine.run(
        "delete from held_signal where signal_id in (select signal_id from recorded where token is not null "
        "and token not in (select token from held_token) and token not in (select token from shared_token))"
    )  # a row of somebody else that happens to name them
    return _Telling(results, held, person.person_id).document(workspace)


class _Telling:
    """Rows of one person, with names for codes."""

    def __init__(self, results: Results, held: Held, person_id: int) -> None:
        self.results, self.held, self.person_id = results, held, person_id
        self.engine, self.vault = results.engine, results.vault
        self.zone = results.zone
        kinds = ("source", "type", "channel", "touchpoint", "namespace", "map", "promise", "step")
        self.terms = {kind: {code: text for text, code in self.vault.terms(kind).items()} for kind in kinds}
        self.files = {row["file_id"]: row for row in self.vault.files()}
        self.recorded = self._rows(
            "select r.*, cast(r.objects as json) as things from recorded as r where signal_id in (select signal_id from held_signal) "
            "order by occurred_at nulls last, file_id, source_row"
        )
        self.number = {row["signal_id"]: place for place, row in enumerate(self.recorded, 1)}
        self.engine.make_table("parcours.rights", "own_journey", {"person_id": person_id})
        self.journeys = self._rows(
            "select j.* from journey as j semi join own_journey using (map_id, journey_id) order by started_at, map_id, journey_id"
        )
        self.journey_number = {
            (row["map_id"], row["journey_id"]): place for place, row in enumerate(self.journeys, 1)
        }
        self.things = self._things()
        self.named = {
            row["token"]: (row["namespace"], row["value"])
            for row in self._kept(IDENTIFIER, "token", self.held.tokens)
        }

    def document(self, workspace: Workspace) -> Row:
        """The whole file."""
        rows = {kind: list(getattr(self, f"_{kind}")()) for kind in MEANING}
        return {"format": FORMAT, "about": self._about(workspace), **rows}

    def _about(self, workspace: Workspace) -> Row:
        sources = {row["source"] for row in (self.files.get(row["file_id"]) for row in self.recorded) if row}
        return {
            "person": person_text(self.person_id),
            "held_by": workspace.settings.name or workspace.folder.resolve().name,
            "exported_at": format_instant(now_us(), self.zone),
            "as_of": format_instant(self.results.manifest.as_of, self.zone),
            "meaning": {kind: {"is": what, "fields": fields} for kind, (what, fields) in MEANING.items()},
            "sources": [
                {
                    "source": name,
                    "title": self.results.source_title(name),
                    "files": sorted({row["path"] for row in self.files.values() if row["source"] == name}),
                }
                for name in sorted(sources)
            ],
            "not_looked_at": sorted(item.path for item in self.held.unread),
            "retention": RETENTION,
        }

    def _rows(self, sql: str, bound: Mapping[str, object] | None = None) -> list[Row]:
        return list(self.engine.arrow(sql, bound).to_pylist())

    def _kept(self, table: Any, column: str, values: Collection[int]) -> list[Row]:  # an SQLAlchemy table
        """Rows of a vault's table by one column."""
        query = select(table).where(table.c[column].in_(numbers(values)))
        with self.vault.transaction() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]  # noqa: SLF001 - SQLAlchemy's public name

    def _when(self, instant: int | None) -> str | None:
        return format_instant(instant, self.zone)

    def _path(self, file_id: int) -> str | None:
        return self.files[file_id]["path"] if file_id in self.files else None

    def _text(self, kind: str, code: int | None) -> str | None:
        return None if code is None else self.terms[kind].get(code)

    def _things(self) -> dict[int, str]:
        """What the things of the signals are, in clear."""
        found = {
            row["object_id"]: f"{self.terms['namespace'][row['namespace_id']]}:{row['value'] or ''}"
            for row in self._rows(
                "select object_id, min(namespace_id) as namespace_id, min(value) as value from object where object_id in "
                "(select object_id from carrier_object where signal_id in (select signal_id from held_signal)) group by 1"
            )
        }
        hidden = [thing for thing, text in found.items() if text.endswith(":")]
        named = {
            row["token"]: f"{row['namespace']}:{row['value']}"
            for row in self._kept(IDENTIFIER, "token", hidden)
        }
        return {**found, **named}

    def _identifiers(self) -> Iterator[Row]:
        first = dict(
            self.engine.rows(
                "select token, first_at from person_token where token in (select token from held_token)"
            )
        )
        right = corrected(self.vault, self.held.tokens)
        named = self._kept(IDENTIFIER, "token", self.held.tokens)
        for row in sorted(named, key=lambda row: (row["namespace"], row["value"])):
            yield {
                "namespace": row["namespace"],
                "value": row["value"],
                "corrected_to": right.get((row["token"], row["namespace"])),
                "first_at": self._when(first.get(row["token"])),
            }

    def _signals(self) -> Iterator[Row]:
        texts = {row["signal_id"]: row["text"] for row in self._kept(FREE_TEXT, "signal_id", self.number)}
        for row in self.recorded:
            yield {
                "signal": self.number[row["signal_id"]],
                "at": self._when(row["occurred_at"]),
                "type": self._text("type", row["type_id"]),
                "channel": self._text("channel", row["channel_id"]),
                "touchpoint": self._text("touchpoint", row["touchpoint_id"]),
                "source": self._text("source", row["source_id"]),
                "objects": [
                    self.things.get(item["object_id"], "") for item in json.loads(row["things"] or "[]")
                ],
                "properties": self.results.properties(row["properties"]),
                "text": texts.get(row["signal_id"]),
                "weight": row["weight"],
                "file": self._path(row["file_id"]),
                "row": row["source_row"] // MAX_RULES,
            }

    def _of_signals(self, table: Any) -> list[Row]:  # an SQLAlchemy table
        rows = self._kept(table, "signal_id", self.number)
        return sorted(rows, key=lambda row: (self.number[row["signal_id"]], row["name"]))

    def _traits(self) -> Iterator[Row]:
        for row in self._of_signals(TRAIT):
            yield {
                "signal": self.number[row["signal_id"]],
                "name": row["name"],
                "value": row["value"],
                "source": self.files.get(row["file_id"], {}).get("source"),
                "file": self._path(row["file_id"]),
            }

    def _screened(self) -> Iterator[Row]:
        for row in self._of_signals(SCREENED):
            yield {"signal": self.number[row["signal_id"]], "name": row["name"], "value": row["value"]}

    def _refused(self) -> Iterator[Row]:
        for row in refused_rows(self.vault, self.held, self.results.region):
            content = row["content"]
            yield {
                "file": self._path(row["file_id"]),
                "line": row["line"],
                "reason": row["reason"],
                "content": json.loads(content) if content and row["rule"] >= 0 else content,
            }

    def _consents(self) -> Iterator[Row]:
        for row in answers_of(self.vault, self.held.tokens):
            kept = ("purpose", "channel", "answer", "wording", "language", "source", "proof")
            told = {
                "namespace": row["namespace"],
                "identifier": row["value"],
                **{name: row[name] for name in kept},
            }
            yield {
                name: self._when(row["at"]) if name == "at" else told[name] for name in MEANING["consents"][1]
            }

    def _corrections(self) -> Iterator[Row]:
        for row in sorted(
            self._kept(CORRECTION, "token", self.held.tokens), key=lambda row: row["correction_id"]
        ):
            yield {
                "field": row["field"],
                "value": row["value"],
                "at": self._when(row["at"]),
                "proof": row["proof"],
            }

    def _unit(self, unit_id: int | None) -> str | None:
        return None if unit_id is None or unit_id == self.person_id else self.things.get(unit_id)

    def _journeys(self) -> Iterator[Row]:
        for row in self.journeys:
            yield {
                "journey": self.journey_number[row["map_id"], row["journey_id"]],
                "map": self._text("map", row["map_id"]),
                "about": self._unit(row["unit_id"]),
                "started_at": self._when(row["started_at"]),
                "ended_at": self._when(row["ended_at"]),
                "closed_at": self._when(row["closed_at"]),
                **{name: row[name] for name in ("signals", "score_sum", "score_count")},
            }

    def _steps(self) -> Iterator[Row]:
        for row in self._rows(
            "select * from journey_step where signal_id in (select signal_id from held_signal) order by occurred_at, ordinal, map_id"
        ):
            yield {
                "journey": self.journey_number.get((row["map_id"], row["journey_id"])),
                "map": self._text("map", row["map_id"]),
                "signal": self.number[row["signal_id"]],
                "at": self._when(row["occurred_at"]),
                "type": self._text("type", row["type_id"]),
                "step": (self._text("step", row["step_id"]) or "").partition("/")[2] or None,
            }

    def _verdicts(self) -> Iterator[Row]:
        rows = self._rows(
            "select * from verdict where trigger_id in (select signal_id from held_signal) "
            "or (trigger_id is null and (map_id, journey_id) in (select (map_id, journey_id) from own_journey)) "
            "order by trigger_at, map_id, promise_id, trigger_id"
        )
        for row in rows:
            of, _, promise = (self._text("promise", row["promise_id"]) or "").partition("/")
            told = self.results.maps.get(of, {"promises": {}})["promises"].get(promise, {})
            yield {
                "map": of,
                "promise": promise,
                "says": told.get("says"),
                "about": self._unit(row["unit_id"]),
                "journey": self.journey_number.get((row["map_id"], row["journey_id"])),
                "made_at": self._when(row["trigger_at"]),
                "deadline_at": self._when(row["deadline_at"]),
                "settled_at": self._when(row["target_at"]),
                "verdict": row["verdict"],
            }

    def _links(self) -> Iterator[Row]:
        for row in self._rows(
            "select * from link where token in (select token from held_token) or other_token in (select token from held_token) "
            "order by first_at, file_id, token, other_token"
        ):
            yield {
                **self._sides(row),
                "first_at": self._when(row["first_at"]),
                "signals": row["signals"],
                "file": self._path(row["file_id"]),
            }

    def _changes(self) -> Iterator[Row]:
        for row in self._rows(
            "select * from identity_event where person_id = $person or other_person_id = $person order by event_id",
            {"person": self.person_id},
        ):
            yield {
                "at": self._when(row["found_at"]),
                "what": row["kind"],
                "cause": row["cause"],
                **self._sides(row),
            }

    def _sides(self, row: Row) -> Row:
        """Both ends of a piece of evidence; of what is not theirs, such as a device many people use, the kind alone."""
        told: Row = {}
        for end in ("", "other_"):
            kind, value = self.named.get(row[f"{end}token"], (None, None))
            told[f"{end}namespace"] = kind or self._text("namespace", row[f"{end}namespace_id"])
            told[f"{end}value"] = value
        return told

    def _others(self) -> Iterator[Row]:
        keys = {"tokens": self.held.tokens, "signals": list(self.number), "people": [self.person_id]}
        for table in reached_tables():
            if table.name not in _TOLD:
                with self.vault.transaction() as connection:
                    for row in connection.execute(select(table).where(rows_of(table, keys))):
                        yield {"table": table.name, "row": dict(row._mapping)}  # noqa: SLF001 - SQLAlchemy's public name


def refused_rows(vault: Vault, held: Held, region: str) -> list[Row]:
    """Rows of the vault's `refused` that name the person: by place where their file was read again, else by what they hold."""
    places = [
        (item.file_id, line, row % MAX_RULES) for item in held.files for row, line in item.rows.items()
    ] + [(item.file_id, line, -1) for item in held.files for line in item.unreadable]
    wanted = {*places}
    files = {item.file_id for item in (*held.files, *held.unread)}
    with vault.transaction() as connection:
        query = select(REFUSED).where(REFUSED.c.file_id.in_(numbers(files)))
        rows = [dict(row._mapping) for row in connection.execute(query)]  # noqa: SLF001 - SQLAlchemy's public name
    unread = {item.file_id for item in held.unread}
    names, key = list(vault.terms("namespace")), vault.key()
    tokens = {*held.tokens, *held.objects}
    return [
        row
        for row in rows
        if (row["file_id"], row["line"], row["rule"]) in wanted
        or (
            row["file_id"] in unread
            and row["content"]
            and text_carries(row["content"], names, key, tokens, region)
        )
    ]


def write_export(document: Row, folder: Path) -> list[Path]:
    """Write `person.json` and one CSV a kind that has rows into a new or empty folder, readable by its owner alone.

    Raises:
        UsedFolder: Something is there, or it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsedFolder(folder, "is not empty")
        folder.chmod(0o700)
        written = [folder / "person.json"]
        with _private(written[0]) as file:
            json.dump(document, file, ensure_ascii=False, indent=2, default=str)
        for kind, (_, fields) in MEANING.items():
            if document[kind]:
                written.append(folder / f"{kind}.csv")
                _write_csv(written[-1], list(fields), document[kind])
    except OSError as problem:
        raise UsedFolder(folder, f"cannot be written: {problem.strerror}") from None
    return written


def _private(path: Path) -> Any:  # an open file
    return os.fdopen(
        os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline=""
    )


def _write_csv(path: Path, fields: Sequence[str], rows: Sequence[Row]) -> None:
    with _private(path) as file:
        writer = csv.writer(file)
        writer.writerow(fields)
        writer.writerows([_cell(row[name]) for name in fields] for row in rows)


def _cell(value: Any) -> Any:  # any JSON value
    """A value as a spreadsheet may be given it: no text begins as a formula does; numbers stay numbers."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
