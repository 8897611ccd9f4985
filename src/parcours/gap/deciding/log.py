"""Decisions on gaps: recorded once, never changed."""

from __future__ import annotations

import getpass
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from parcours.gap.when import When
from parcours.kernel.clock import now_us
from parcours.kernel.errors import ParcoursError
from parcours.vault.tables import GAP_DECISION

if TYPE_CHECKING:
    from parcours.vault import Vault

_BUDGET = re.compile(r"(\d+(?:[.,]\d{1,2})?)\s*([A-Z]{3})")


class UnreadableDecision(ParcoursError, ValueError):
    """Something of a decision cannot be read, or does not fit the rest."""

    code = "gap.unreadable_decision"

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what, fix=fix)


class Choice(StrEnum):
    """What is to be done about a gap."""

    MEND = "mend"
    CHANGE = "change"  # the promise itself
    ACCEPT = "accept"


@dataclass(frozen=True)
class Decision:
    """One decision.

    Attributes:
        decision_id: Grows; 0: not recorded yet.
        where: (attribute, value) of what it is about; empty: everything.
        when: Days and hours of the week that it is about.
        who: Answers for it.
        budget_minor: Hundredths of `currency`; None: none.
        due_on: Day from which the effect is measured.
        decided_on: Day of the decision.
        run_id: The run that was published when it was recorded.
        recorded_at: Microseconds UTC.
    """

    decision_id: int
    map: str
    promise: str
    where: tuple[tuple[str, str], ...]
    when: When
    choice: Choice
    who: str
    budget_minor: int | None
    currency: str | None
    due_on: date
    because: str
    decided_on: date
    run_id: int
    recorded_at: int
    recorded_by: str


def read_choice(text: str) -> Choice:
    """A choice as written on the command line.

    Raises:
        UnreadableDecision: It is none.
    """
    try:
        return Choice(text.strip().lower())
    except ValueError:
        raise UnreadableDecision(
            f"{text!r} is no decision", "decide mend, change (the promise) or accept"
        ) from None


def read_budget(text: str | None) -> tuple[int | None, str | None]:
    """Hundredths and currency of a budget.

    Raises:
        UnreadableDecision: It is no amount with its currency.

    Example:
        >>> read_budget("5000 EUR"), read_budget("12.5 GBP"), read_budget(None)
        ((500000, 'EUR'), (1250, 'GBP'), (None, None))
    """
    if text is None:
        return None, None
    found = _BUDGET.fullmatch(text.strip())
    if found is None:
        raise UnreadableDecision(f"{text!r} is no budget", "write it like 5000 EUR")
    return round(float(found[1].replace(",", ".")) * 100), found[2]


def decide(vault: Vault, decision: Decision) -> int:
    """Record a decision; answers its id.

    Raises:
        UnreadableDecision: Its effect would be measured before it was decided, or it says not who or why.
    """
    if decision.due_on <= decision.decided_on:
        raise UnreadableDecision(
            f"{decision.due_on} is not after {decision.decided_on}, the day of the decision",
            "give a later day with --by, or an earlier one with --on",
        )
    for name, text in (("--who", decision.who), ("--because", decision.because)):
        if not text.strip():
            raise UnreadableDecision(f"{name} says nothing", f"write something behind {name}")
    facts: dict[str, Any] = {
        "map": decision.map,
        "promise": decision.promise,
        "place": {"where": dict(decision.where), "days": decision.when.days, "hours": decision.when.hours},
        "choice": decision.choice.value,
        "who": decision.who.strip(),
        "budget_minor": decision.budget_minor,
        "currency": decision.currency,
        "due_on": decision.due_on.isoformat(),
        "because": decision.because.strip(),
        "decided_on": decision.decided_on.isoformat(),
        "run_id": decision.run_id,
        "recorded_at": now_us(),
        "recorded_by": at_work(),
    }
    with vault.transaction() as connection:
        query = insert(GAP_DECISION).values(**facts).returning(GAP_DECISION.c.decision_id)
        return int(connection.execute(query).scalar_one())


def read_decisions(vault: Vault) -> list[Decision]:
    """Every decision ever recorded, oldest first."""
    with vault.transaction() as connection:
        rows = connection.execute(select(GAP_DECISION).order_by(GAP_DECISION.c.decision_id)).all()
    return [
        Decision(
            decision_id=row.decision_id,
            map=row.map,
            promise=row.promise,
            where=tuple(row.place["where"].items()),
            when=When(_pair(row.place["days"]), _pair(row.place["hours"])),
            choice=Choice(row.choice),
            who=row.who,
            budget_minor=row.budget_minor,
            currency=row.currency,
            due_on=date.fromisoformat(row.due_on),
            because=row.because,
            decided_on=date.fromisoformat(row.decided_on),
            run_id=row.run_id,
            recorded_at=row.recorded_at,
            recorded_by=row.recorded_by,
        )
        for row in rows
    ]


def _pair(told: list[int] | None) -> tuple[int, int] | None:
    return None if told is None else (told[0], told[1])


def at_work() -> str:
    """Who is at work, as the system knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
