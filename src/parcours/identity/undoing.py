"""Taking back a merge, and settling what waits in the review queue: decisions that the next run carries out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.identity.deciding import Verb, decide, in_force
from parcours.identity.errors import (
    AlreadyDecided,
    AlreadyUndone,
    JoinsNobody,
    NoMerge,
    UnknownEvent,
    UnknownItem,
)
from parcours.identity.explaining import Teller, evidence_within, hexadecimal, number_of
from parcours.identity.history import MERGE
from parcours.identity.paths import replay
from parcours.identity.tables import RUN_SHIFT
from parcours.identity.types import Why

if TYPE_CHECKING:
    from parcours.identity.explaining import Desk
    from parcours.vault import Vault

Sides = tuple[frozenset[int], frozenset[int]]
Row = dict[str, Any]  # rows leave as JSON


def undo(desk: Desk, vault: Vault, event: str, reason: str | None) -> Row:
    """Decide that the two people an event joined are two; from the next run on they stay split.

    Args:
        desk: An open desk.
        vault: Open for writing.
        event: As `explain` prints it: `run.place`, or the 16 digits of a piece of evidence.
        reason: Kept with the decision.

    Raises:
        UnknownEvent: There is none.
        NoMerge: It is a split.
        AlreadyUndone: It was undone before.
        JoinsNobody: Other evidence joins the same identifiers.
    """
    sides = _sides_of_recorded(desk, event) if "." in event else _sides_of_evidence(desk, event)
    number = decide(vault, Verb.APART, event, sides, reason)
    return {
        "decision": number,
        "event": event,
        "identifiers": [len(side) for side in sides],
    }


def settle(desk: Desk, vault: Vault, item: str, reason: str | None, *, accepted: bool) -> Row:
    """Decide on an item of the review queue.

    Accepted, a pair is one person and a hub carries merges; refused, a pair is two people and a hub stays out without being asked about again.

    Raises:
        UnknownItem: Nothing of this id waits.
        AlreadyDecided: The same was decided before.
    """
    number = number_of(item)
    found = (
        []
        if number is None
        else desk.engine.model(__package__, "review_alone", {"item_id": number}).to_pylist()
    )
    if not found:
        raise UnknownItem(item)
    row = found[0]
    if row["why"] == Why.HUB.value:
        verb, sides = (Verb.CARRIES if accepted else Verb.DISMISSED), [{row["token"]}]
    else:
        verb, sides = (Verb.TOGETHER if accepted else Verb.APART), [{row["token"]}, {row["other_token"]}]
    last = next((decision for decision in reversed(desk.log) if decision.subject == item), None)
    if last is not None and last.verb is verb:
        raise AlreadyDecided(item, verb.value)
    return {"decision": decide(vault, verb, item, sides, reason), "item": item, "verb": verb.value}


def queue(desk: Desk, limit: int | None = None) -> Row:
    """Of the review queue, what nobody has decided on yet, in clear: `items`, the largest figures first, and their `count` in all."""
    decided = {decision.subject for decision in desk.log}
    rows = desk.review(None if limit is None else limit + len(decided))
    waiting = [row for row in rows if hexadecimal(row["item_id"]) not in decided]
    settled = (number_of(subject) for subject in decided)
    held = [number for number in settled if number is not None and _is_waiting(desk, number)]
    return {"count": desk.review_count() - len(held), "items": Teller.of_items(desk, waiting[:limit])}


def _is_waiting(desk: Desk, item_id: int) -> bool:
    found = desk.engine.model(__package__, "review_alone", {"item_id": item_id})
    return bool(found.num_rows) and str(found["why"][0]) != Why.APART.value


def _sides_of_recorded(desk: Desk, event: str) -> Sides:
    """Tokens of the two people that a recorded merge joined, as they were before it."""
    run, _, place = event.partition(".")
    if not (run.isdigit() and place.isdigit()):
        raise UnknownEvent(event)
    asked = {"event_id": (int(run) << RUN_SHIFT) | int(place)}
    found = desk.engine.model(__package__, "event_alone", asked).to_pylist()
    if not found:
        raise UnknownEvent(event)
    (row,) = found
    if row["kind"] != MERGE:
        raise NoMerge(event)
    _refuse_undone(desk, event, row["person_id"], row["other_person_id"])
    before = int(run) - 1
    return (
        frozenset(desk.tokens_then(row["person_id"], before)),
        frozenset(desk.tokens_then(row["other_person_id"], before)),
    )


def _sides_of_evidence(desk: Desk, event: str) -> Sides:
    """Tokens that stood on either side of a piece of evidence when it was first seen."""
    number = number_of(event)
    if number is None:
        raise UnknownEvent(event)
    found = desk.engine.model(__package__, "link_alone", {"item_id": number}).to_pylist()
    if not found:
        raise UnknownEvent(event)
    token, other = found[0]["token"], found[0]["other_token"]
    _refuse_undone(desk, event, token, other)
    run_id = desk.manifest.run_id
    person_id = desk.person_then(token, run_id)
    if person_id is None or person_id != desk.person_then(other, run_id):
        raise JoinsNobody(event)
    tokens = desk.tokens_then(person_id, run_id)
    evidence = evidence_within(desk, tokens, desk.links(tokens, desk.manifest.as_of))
    for joint in replay(evidence):
        if joint.evidence.item_id == number:
            return joint.sides
    raise JoinsNobody(event)


def _refuse_undone(desk: Desk, event: str, token: int, other_token: int) -> None:
    if any(apart.parts(token, other_token) for apart in in_force(desk.log).apart):
        raise AlreadyUndone(event)
