"""What people decide about identity: kept for ever, the later decision wins."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import func, insert, select

from parcours.identity.types import Apart, Decisions
from parcours.kernel.clock import now_us
from parcours.vault.tables import IDENTITY_DECISION, IDENTITY_DECISION_TOKEN

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from parcours.vault import Vault


class Verb(StrEnum):
    """What was decided."""

    APART = "apart"  # the tokens of one side are never one person with those of the other
    TOGETHER = "together"  # the two tokens are one person
    CARRIES = "carries"  # the token may carry merges although it looks like a hub
    DISMISSED = "dismissed"  # the token stays out, and nobody need look again


@dataclass(frozen=True)
class Decision:
    """One decision as it was recorded.

    Attributes:
        decision_id: Grows.
        subject: The event or item it answers.
        sides: Tokens, one set or two.
        decided_at: When, microseconds UTC.
    """

    decision_id: int
    verb: Verb
    subject: str
    sides: tuple[frozenset[int], ...]
    reason: str | None
    decided_at: int
    decided_by: str


def decide(
    vault: Vault, verb: Verb, subject: str, sides: Sequence[Collection[int]], reason: str | None
) -> int:
    """Record a decision; it counts from the next run on. Answers its id."""
    with vault.transaction() as connection:
        highest = connection.execute(
            select(func.coalesce(func.max(IDENTITY_DECISION.c.decision_id), 0))
        ).scalar_one()
        decision_id = int(highest) + 1
        facts = {
            "decision_id": decision_id,
            "verb": verb.value,
            "subject": subject,
            "reason": reason,
            "decided_at": now_us(),
            "decided_by": _user(),
        }
        connection.execute(insert(IDENTITY_DECISION).values(**facts))
        rows = [
            {"decision_id": decision_id, "token": token, "side": side}
            for side, tokens in enumerate(sides)
            for token in sorted(tokens)
        ]
        connection.execute(insert(IDENTITY_DECISION_TOKEN), rows)
        return decision_id


def read_log(vault: Vault) -> list[Decision]:
    """Every decision ever made, oldest first."""
    with vault.transaction() as connection:
        sides: dict[int, tuple[set[int], set[int]]] = {}
        for row in connection.execute(select(IDENTITY_DECISION_TOKEN)):
            sides.setdefault(row.decision_id, (set(), set()))[row.side].add(row.token)
        query = select(IDENTITY_DECISION).order_by(IDENTITY_DECISION.c.decision_id)
        return [
            Decision(
                row.decision_id,
                Verb(row.verb),
                row.subject,
                tuple(frozenset(tokens) for tokens in sides.get(row.decision_id, ()) if tokens),
                row.reason,
                row.decided_at,
                row.decided_by,
            )
            for row in connection.execute(query)
        ]


def in_force(log: Sequence[Decision]) -> Decisions:
    """What a log of decisions comes to: who joins again whom somebody had kept apart takes that back, and the other way round."""
    apart: list[Apart] = []
    together: list[tuple[int, int]] = []
    carrying: set[int] = set()
    for decision in log:
        if decision.verb is Verb.APART and len(decision.sides) == 2:  # noqa: PLR2004 - erased tokens leave a side empty
            found = Apart(decision.decision_id, (decision.sides[0], decision.sides[1]))
            together = [pair for pair in together if not found.parts(*pair)]
            apart.append(found)
        elif decision.verb is Verb.TOGETHER and len(decision.sides) == 2:  # noqa: PLR2004 - as above
            one, other = (min(side) for side in decision.sides)
            apart = [found for found in apart if not found.parts(one, other)]
            together.append((one, other))
        elif decision.sides:
            change = carrying.update if decision.verb is Verb.CARRIES else carrying.difference_update
            change(decision.sides[0])
    return Decisions(tuple(apart), tuple(together), frozenset(carrying))


def _user() -> str:
    """Who is at work, as the system knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
