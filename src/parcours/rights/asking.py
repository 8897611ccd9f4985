"""Whether one person may be reached, with every answer behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from parcours.gap.results import person_text
from parcours.identity import PERSON_TOKEN
from parcours.identity.consent import answers_of, may
from parcours.kernel.clock import format_instant, now_us
from parcours.rights.holding import person_tokens

if TYPE_CHECKING:
    from parcours.gap.results import Results


def standing(results: Results, name: str, at: int | None) -> dict[str, Any]:
    """What stands for a person, by purpose and channel, and the ledger's rows under their identifiers.

    Args:
        results: The published run.
        name: A person id, or namespace:value.
        at: As it stood at this instant, microseconds UTC; None: now.

    Returns:
        A JSON document.

    Raises:
        UnknownPerson: Nobody is known under `name`.
    """
    instant = now_us() if at is None else at
    person = results.person_id(name)
    results.view(PERSON_TOKEN)
    rows = [
        row
        for row in answers_of(results.vault, person_tokens(results.engine, [person]))
        if row["at"] <= instant
    ]
    purposes = sorted({row["purpose"] for row in rows})
    stands = []
    for purpose in purposes:
        named = sorted({row["channel"] for row in rows if row["purpose"] == purpose} - {None})
        for channel in (*named, None):  # None: any channel that no answer names
            mask = may(
                results.engine,
                results.vault,
                pa.array([person]),
                purpose=purpose,
                channel=channel or "",
                at=instant,
            )
            stands.append({"purpose": purpose, "channel": channel, "may": mask[0].as_py()})
    kept = ("namespace", "value", "purpose", "channel", "answer", "wording", "language", "source", "proof")
    return {
        "person": person_text(person),
        "as_of": format_instant(instant, results.zone),
        "standing": stands,
        "answers": [
            {"at": format_instant(row["at"], results.zone), **{name: row[name] for name in kept}}
            for row in rows
        ],
    }
