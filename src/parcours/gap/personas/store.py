"""What personas are, and what was decided on them by hand: rows that are only added."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from parcours.kernel.clock import now_us
from parcours.kernel.document import closest
from parcours.kernel.errors import ParcoursError
from parcours.vault.tables import PERSONA_DECISION, PERSONA_MODEL

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from parcours.vault import Vault

VERBS = ("rename", "merge", "split", "pin", "unpin")
Definition = dict[str, Any]  # JSON, as `learning.learn` writes it


class TooFewPeople(ParcoursError, ValueError):
    """Nobody can be grouped: too few people are known by enough signals."""

    code = "gap.too_few_people"

    def __init__(self, people: int, needed: int, occasions: int) -> None:
        super().__init__(
            f"{people} people are known by {occasions} occasions or more, and personas need {needed}",
            fix="connect sources whose signals name a person, or wait for more data",
            people=people,
        )


class NoSuchPersona(ParcoursError, LookupError):
    """A persona was named that there is not."""

    code = "gap.no_such_persona"

    def __init__(self, name: str, known: Collection[str]) -> None:
        super().__init__(f"there is no persona {name!r}", fix=closest(name, known))


class NothingDecided(ParcoursError, ValueError):
    """A decision on a persona would change nothing, or says nothing."""

    code = "gap.nothing_decided"

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(why, fix=fix)


@dataclass(frozen=True)
class Edits:
    """What decisions come to.

    Attributes:
        names: Persona to its name given by hand, by language.
        merged: Persona to the one it was merged into.
        pinned: Personas whose definition is not learnt anew.
    """

    names: Mapping[int, Mapping[str, str]]
    merged: Mapping[int, int]
    pinned: frozenset[int]

    def standing(self, persona: int) -> int:
        """The persona that a persona is now told as."""
        while persona in self.merged:
            persona = self.merged[persona]
        return persona


def persona_text(persona: int) -> str:
    """The id of a persona as shown.

    Example:
        >>> persona_text(3)
        'p3'
    """
    return f"p{persona}"


def read_definition(vault: Vault) -> Definition | None:
    """The newest definition; None: nobody has kept one."""
    query = select(PERSONA_MODEL).order_by(PERSONA_MODEL.c.model_id.desc()).limit(1)
    with vault.transaction() as connection:
        row = connection.execute(query).first()
    return None if row is None else {**row.definition, "model": row.model_id, "made_at": row.made_at}


def keep_definition(vault: Vault, definition: Definition, run_id: int) -> None:
    """Keep what was learnt; from now on it is what personas are."""
    told = {key: value for key, value in definition.items() if key not in {"model", "made_at"}}
    with vault.transaction() as connection:
        connection.execute(insert(PERSONA_MODEL).values(made_at=now_us(), run_id=run_id, definition=told))


def read_edits(vault: Vault) -> Edits:
    """What was decided by hand, the later decision over the earlier one."""
    names: dict[int, Mapping[str, str]] = {}
    merged: dict[int, int] = {}
    pinned: set[int] = set()
    for row in decisions(vault):
        if row["verb"] == "rename":
            names[row["persona"]] = row["facts"]
        elif row["verb"] == "merge":
            merged[row["persona"]] = row["facts"]["into"]
        elif row["verb"] == "split":
            merged.pop(row["persona"], None)
        elif row["verb"] == "pin":
            pinned.add(row["persona"])
        else:
            pinned.discard(row["persona"])
    return Edits(names, merged, frozenset(pinned))


def decisions(vault: Vault) -> list[dict[str, Any]]:
    """Every decision ever recorded, the oldest first."""
    query = select(PERSONA_DECISION).order_by(PERSONA_DECISION.c.decision_id)
    with vault.transaction() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def find_persona(definition: Definition, name: str) -> int:
    """The persona of an id such as `p3`.

    Raises:
        NoSuchPersona: There is none.
    """
    known = {persona_text(each["persona"]): each["persona"] for each in definition["classes"]}
    if name not in known:
        raise NoSuchPersona(name, known)
    return int(known[name])


def decide_persona(
    vault: Vault, definition: Definition, verb: str, name: str, because: str, facts: Mapping[str, Any]
) -> None:
    """Record what is decided on a persona.

    Args:
        vault: Takes the decision.
        definition: What personas are.
        verb: One of `VERBS`.
        name: Id of the persona.
        because: Why.
        facts: `en` and `fr` of a new name; `into`, an id, of a merge.

    Raises:
        NoSuchPersona: There is none of that id.
        NothingDecided: It says not why, names nothing, or merges a persona with itself.
    """
    if not because.strip():
        raise NothingDecided("--because says nothing", "write why behind --because")
    persona, edits, told = find_persona(definition, name), read_edits(vault), dict(facts)
    if verb == "rename" and not any(str(text).strip() for text in told.values()):
        raise NothingDecided("a name has no letters", "give the new name with --to or --to-fr")
    if verb == "merge":
        into = edits.standing(find_persona(definition, str(told["into"])))
        if into == edits.standing(persona):
            raise NothingDecided(f"{name} and {told['into']} are one already", "name two personas")
        persona, told = edits.standing(persona), {"into": into}
    if verb == "split" and persona not in edits.merged:
        raise NothingDecided(f"{name} is merged into nothing", "name a persona that was merged")
    if verb == "unpin" and persona not in edits.pinned:
        raise NothingDecided(f"{name} is not pinned", "name a persona that is")
    row = {
        "verb": verb, "persona": persona, "facts": told, "because": because.strip(), "recorded_at": now_us(), "recorded_by": _user(),
    }  # fmt: skip
    with vault.transaction() as connection:
        connection.execute(insert(PERSONA_DECISION).values(**row))


def _user() -> str:
    """Who is at work, as the system knows them."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
