"""Why a person is one: identifiers, the evidence between them, what became of them run by run, and what was not followed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from sqlalchemy import select

from parcours.identity.deciding import Verb, in_force, read_log
from parcours.identity.errors import NothingKnownThen, NotOnePerson
from parcours.identity.history import BY_RECORDS, DECIDED, MERGE, SEEN_TOGETHER
from parcours.identity.paths import Evidence, replay, way
from parcours.identity.store import KINDS, TABLES, item_of
from parcours.identity.tables import RUN_SHIFT
from parcours.identity.types import Kind, Why
from parcours.kernel.clock import format_instant
from parcours.signal.tables import LINK
from parcours.vault.tables import IDENTIFIER, MANIFEST, RECORD_PAIR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from parcours.identity.deciding import Decision
    from parcours.identity.paths import Joint
    from parcours.lake import Engine, Lake
    from parcours.vault import Manifest, Vault

Row = dict[str, Any]  # rows leave as JSON
_FEW = 500  # values of one statement


@dataclass(frozen=True)
class Desk:
    """Where identity is explained from: one published run.

    Attributes:
        engine: For queries; gets the tables of identity as views.
        zone: Time zone that instants are shown in.
    """

    engine: Engine
    lake: Lake
    vault: Vault
    manifest: Manifest
    zone: str

    def open(self) -> None:
        """Make the tables of identity readable."""
        for spec in (LINK, *TABLES):
            self.lake.view(self.engine, spec, self.manifest.versions.get(spec.name))

    @cached_property
    def log(self) -> list[Decision]:
        """Every decision ever made."""
        return read_log(self.vault)

    @cached_property
    def spaces(self) -> Mapping[int, str]:
        """Names of namespaces by code."""
        return {code: name for name, code in self.vault.terms("namespace").items()}

    @cached_property
    def files(self) -> Mapping[int, Row]:
        """The ledger of the run's files."""
        return {row["file_id"]: row for row in self.vault.files(self.manifest.facts["files"])}  # type: ignore[arg-type]  # facts are JSON

    def when(self, instant_us: int | None) -> str | None:
        """An instant as shown."""
        return format_instant(instant_us, self.zone)

    def run_at(self, instant_us: int) -> tuple[int, int]:
        """(last run up to an instant, instant it looked at).

        Raises:
            NothingKnownThen: There was none yet.
        """
        with self.vault.transaction() as connection:
            query = (
                select(MANIFEST.c.run_id, MANIFEST.c.as_of)
                .where(MANIFEST.c.as_of <= instant_us)
                .order_by(MANIFEST.c.run_id.desc())
                .limit(1)
            )
            found = connection.execute(query).first()
        if found is None:
            raise NothingKnownThen(str(self.when(instant_us)))
        return found.run_id, found.as_of

    def person_then(self, token: int, run_id: int) -> int | None:
        """Whose a token was after a run."""
        rows = self.engine.model(__package__, "person_then", {"token": token, "run_id": run_id})
        return rows["person_id"][0].as_py() if rows.num_rows else None

    def tokens_then(self, person_id: int, run_id: int) -> dict[int, int | None]:
        """Tokens that a person had after a run, with when each was first seen."""
        rows = self.engine.model(__package__, "token_then", {"person_id": person_id, "run_id": run_id})
        return dict(zip(rows["token"].to_pylist(), rows["first_at"].to_pylist(), strict=True))

    def links(self, tokens: Collection[int], as_of: int) -> list[Row]:
        """Per file and pair: what was seen together with any of `tokens`."""
        self.engine.register("asked_token", pa.table({"token": pa.array(sorted(tokens), pa.int64())}))
        return list(self.engine.model(__package__, "person_link", {"as_of": as_of}).to_pylist())

    def review(self, at_most: int | None = None) -> list[Row]:
        """The review queue of the run, the largest figures first."""
        return list(self.engine.model(__package__, "review_item", {"at_most": at_most}).to_pylist())

    def review_of(self, tokens: Collection[int]) -> list[Row]:
        """What of the review queue concerns any of `tokens`."""
        self.engine.register("asked_token", pa.table({"token": pa.array(sorted(tokens), pa.int64())}))
        return list(self.engine.model(__package__, "review_of_token").to_pylist())

    def review_count(self) -> int:
        """Items that are nobody's decision themselves."""
        return int(self.engine.value("select count(*) from identity_review where why <> 'apart'"))

    def named(self, tokens: Iterable[int]) -> dict[int, Row]:
        """What tokens stand for, in clear."""
        asked, found = sorted(set(tokens)), {}
        with self.vault.transaction() as connection:
            for start in range(0, len(asked), _FEW):
                query = select(IDENTIFIER).where(IDENTIFIER.c.token.in_(asked[start : start + _FEW]))
                for row in connection.execute(query):
                    found[row.token] = {"namespace": row.namespace, "value": row.value}
        return {token: found.get(token, {"namespace": None, "value": None}) for token in asked}

    def events(self, people: Collection[int], run_id: int) -> list[Row]:
        """Merges and splits that people went through, and those that were merged into them before."""
        asked = set(people)
        while True:
            self.engine.register("asked_person", pa.table({"person_id": pa.array(sorted(asked), pa.int64())}))
            found = self.engine.model(__package__, "event_of_people", {"run_id": run_id}).to_pylist()
            more = {
                row["other_person_id"] for row in found if row["person_id"] in asked and row["kind"] == MERGE
            }
            if more <= asked:
                return list(found)
            asked |= more


def explain(
    desk: Desk, token: int, *, between: tuple[int, int] | None = None, as_of: int | None = None
) -> Row | None:
    """Why a person is one.

    Args:
        desk: An open desk.
        token: Any token of the person.
        between: Two tokens: the way from the one to the other is told too.
        as_of: Who we thought it was at this instant, microseconds UTC; now by default.

    Returns:
        A JSON document; None where nobody had this token.

    Raises:
        NothingKnownThen: No run had been published by `as_of`.
        NotOnePerson: One of `between` is not the person's.
    """
    run_id, instant = (desk.manifest.run_id, desk.manifest.as_of) if as_of is None else desk.run_at(as_of)
    person_id = desk.person_then(token, run_id)
    if person_id is None:
        return None
    tokens = desk.tokens_then(person_id, run_id)
    links = desk.links(tokens, instant)
    evidence = evidence_within(desk, tokens, links)
    joints = replay(evidence)
    events = desk.events([person_id], run_id)
    refused = _refused(desk, tokens, links) if as_of is None else []
    ends = {
        end
        for row in (*links, *events, *refused)
        for end in (row["token"], row["other_token"])
        if end is not None
    }
    names = desk.named(
        {*tokens, *ends, *(end for item in evidence for end in (item.token, item.other_token))}
    )
    told = Teller(desk, names)
    answer = {
        "person": hexadecimal(person_id),
        "run": run_id,
        "as_of": desk.when(instant),
        "identifiers": told.identifiers(tokens, links),
        "evidence": [told.evidence(joint.evidence) for joint in joints],
        "events": told.events(events, joints),
        "refused": [told.item(row) for row in refused],
    }
    if between is not None:
        found = way(evidence, *between) if set(between) <= set(tokens) else None
        if found is None:
            raise NotOnePerson
        answer["path"] = [told.evidence(item) for item in found]
    return answer


def evidence_within(desk: Desk, tokens: Collection[int], links: Sequence[Row]) -> list[Evidence]:
    """What makes a set of tokens one person: all that was seen together among them, and what was decided."""
    found: dict[tuple[int, int], Evidence] = {}
    for row in links:
        if row["token"] not in tokens or row["other_token"] not in tokens:
            continue
        token, other = sorted((row["token"], row["other_token"]))
        held = found.get((token, other))
        found[token, other] = Evidence(
            min(row["first_at"], held.first_at) if held else row["first_at"],
            token,
            other,
            SEEN_TOGETHER,
            held.file_id if held else row["file_id"],  # links come in the order of time
            row["signals"] + (held.signals if held else 0),
        )
    for item in _alike(desk, tokens):
        found.setdefault((item.token, item.other_token), item)
    decided = {
        tuple(sorted(min(side) for side in decision.sides)): decision.decided_at
        for decision in desk.log
        if decision.verb is Verb.TOGETHER and len(decision.sides) == 2  # noqa: PLR2004 - two ends
    }
    for token, other in in_force(desk.log).together:
        if token in tokens and other in tokens and (token, other) not in found:
            one, two = sorted((token, other))
            found[one, two] = Evidence(decided[one, two], one, two, DECIDED)
    return list(found.values())


def _alike(desk: Desk, tokens: Collection[int]) -> list[Evidence]:
    """Pairs whose customer records were found to be one person's."""
    if not desk.manifest.facts.get("records"):
        return []
    pair = RECORD_PAIR.c
    query = select(pair.token, pair.other_token, pair.first_at).where(pair.decision == MERGE)
    with desk.vault.transaction() as connection:
        rows = connection.execute(query.order_by(pair.token, pair.other_token)).all()
    return [
        Evidence(
            row.first_at or 0,
            min(row.token, row.other_token),
            max(row.token, row.other_token),
            BY_RECORDS,
        )
        for row in rows
        if row.token in tokens and row.other_token in tokens
    ]


def _refused(desk: Desk, tokens: Collection[int], links: Sequence[Row]) -> list[Row]:
    """What was not followed: items of the review queue that concern the person, hubs they were seen with included."""
    beside = {end for row in links for end in (row["token"], row["other_token"])} - set(tokens)
    return [
        row
        for row in desk.review_of({*tokens, *beside})
        if row["why"] == Why.HUB.value or row["token"] in tokens or row["other_token"] in tokens
    ]


def hexadecimal(number: int) -> str:
    """A token, a person or an item as shown: 16 hexadecimal digits."""
    return f"{number & 0xFFFFFFFFFFFFFFFF:016x}"


def number_of(text: str) -> int | None:
    """The other way round; None where it is none."""
    try:
        return int.from_bytes(bytes.fromhex(text), "big", signed=True) if len(text) == 16 else None  # noqa: PLR2004 - digits
    except ValueError:
        return None


def event_name(event_id: int) -> str:
    """A recorded event as shown: run and place in it."""
    return f"{event_id >> RUN_SHIFT}.{event_id & ((1 << RUN_SHIFT) - 1)}"


class Teller:
    """Puts rows in clear."""

    def __init__(self, desk: Desk, names: Mapping[int, Row]) -> None:
        self._desk, self._names = desk, names
        self._decisions = in_force(desk.log)

    @classmethod
    def of_items(cls, desk: Desk, rows: Iterable[Row]) -> list[Row]:
        """Items of the review queue in clear."""
        held = list(rows)
        ends = {end for row in held for end in (row["token"], row["other_token"]) if end is not None}
        told = cls(desk, desk.named(ends))
        return [told.item(row) for row in held]

    def identifiers(self, tokens: Mapping[int, int | None], links: Sequence[Row]) -> list[Row]:
        """Each identifier with when and where it was first seen, the first first."""
        first: dict[int, Row] = {}
        for row in links:
            for end in (row["token"], row["other_token"]):
                first.setdefault(end, row)
        told = [
            {
                **self._names[token],
                "kind": self._kind(self._names[token]["namespace"]),
                "first_at": self._desk.when(first[token]["first_at"] if token in first else first_at),
                **self._place(first[token]["file_id"] if token in first else None),
            }
            for token, first_at in tokens.items()
        ]
        return sorted(
            told, key=lambda row: (row["first_at"] or "", row["namespace"] or "", row["value"] or "")
        )

    def evidence(self, item: Evidence) -> Row:
        """One piece of evidence."""
        return {
            "item": hexadecimal(item.item_id),
            "from": self.text(item.token),
            "to": self.text(item.other_token),
            "cause": item.cause,
            "first_at": self._desk.when(item.first_at),
            "signals": item.signals,
            **self._place(item.file_id),
        }

    def events(self, rows: Sequence[Row], joints: Sequence[Joint]) -> list[Row]:
        """What runs recorded, and what later signals joined within one run; the first first."""
        recorded = {
            item_of(row["token"], row["other_token"])
            for row in rows
            if row["token"] is not None and row["kind"] == MERGE
        }
        told = [(row["found_at"], self._recorded(row)) for row in rows]
        told += [
            (joint.evidence.first_at, self._replayed(joint))
            for joint in joints
            if joint.joins_known and joint.evidence.item_id not in recorded
        ]
        return [row for _, row in sorted(told, key=lambda pair: (pair[0], str(pair[1]["event"])))]

    def item(self, row: Row) -> Row:
        """One item of the review queue."""
        other = row["other_token"]
        return {
            "item": hexadecimal(row["item_id"]),
            "why": row["why"],
            "from": self.text(row["token"]),
            "to": None if other is None else self.text(other),
            "seen_with": row["seen_with"],
            "plausible": row["plausible"],
            "first_at": self._desk.when(row["first_at"]),
        }

    def text(self, token: int) -> str:
        """An identifier in clear; its token where nothing is known of it."""
        name = self._names.get(token) or {"namespace": None, "value": None}
        return f"{name['namespace']}:{name['value']}" if name["namespace"] else hexadecimal(token)

    def _recorded(self, row: Row) -> Row:
        ends = None
        if row["token"] is not None:
            ends = {
                "item": hexadecimal(item_of(row["token"], row["other_token"])),
                "from": self.text(row["token"]),
                "to": self.text(row["other_token"]),
                "first_at": self._desk.when(row["first_at"]),
                **self._place(row["file_id"]),
            }
        parted = any(apart.parts(row["person_id"], row["other_person_id"]) for apart in self._decisions.apart)
        return {
            "event": event_name(row["event_id"]),
            "kind": row["kind"],
            "at": self._desk.when(row["found_at"]),
            "person": hexadecimal(row["person_id"]),
            "other_person": hexadecimal(row["other_person_id"]),
            "cause": row["cause"],
            "evidence": ends,
            "undone": parted and row["kind"] == MERGE,
        }

    def _replayed(self, joint: Joint) -> Row:
        item = joint.evidence
        undone = any(apart.parts(item.token, item.other_token) for apart in self._decisions.apart)
        return {
            "event": hexadecimal(item.item_id),
            "kind": MERGE,
            "at": self._desk.when(item.first_at),
            "person": None,
            "other_person": None,
            "cause": item.cause,
            "evidence": {
                key: value for key, value in self.evidence(item).items() if key not in {"cause", "signals"}
            },
            "undone": undone,
        }

    def _place(self, file_id: int | None) -> Row:
        row = self._desk.files.get(file_id) if file_id is not None else None
        return {"source": row["source"] if row else None, "file": row["path"] if row else None}

    def _kind(self, namespace: str | None) -> str:
        return KINDS.get(namespace or "", Kind.ACCOUNT).name.lower()
