"""What may explain why a promise is broken: attributes known when it was made, never of staff, never what became of it.

The rule, in full in docs/explanation/where-and-since-when.md: the slices of the map; and of the signal that starts the promise its channel,
touchpoint, system, the objects it names and the texts it carries, as far as they have few values.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.gap.results import Results
    from parcours.journey import JourneyMap
    from parcours.journey.map import Promise

SAMPLE = 2_000  # signals of a type looked at to learn what they carry
PROPERTIES, NAMESPACES = 6, 3  # found by themselves at most, the fewest values first
BUILT_IN = ("channel", "touchpoint", "source")
_MOST_VALUES = 60
_EACH_VALUE = 10  # signals of the sample at least, on average
_KNOWN = 0.5  # share of the sample that must carry it
# Never the staff: a pattern in the work of one person is no finding of this product.
_STAFF = frozenset(
    [
        "staff",
        "employee",
        "associate",
        "adviser",
        "advisor",
        "agent",
        "cashier",
        "clerk",
        "operator",
        "driver",
        "seller_name",
        "salesperson",
        "salesman",
        "technician",
        "waiter",
        "colleague",
        "worker",
        "manager",
        "user",
        "login",
        "badge",
        "initials",
        "handled_by",
        "served_by",
        "assigned_to",
        "vendeur",
        "vendeuse",
        "conseiller",
        "conseillere",
        "caissier",
        "caissiere",
        "employe",
        "employee",
        "salarie",
        "collaborateur",
        "livreur",
        "technicien",
        "responsable",
        "matricule",
    ]
)
# Nor what became of it: exports often write the state a thing is in today on the row of its beginning.
_OUTCOME = frozenset(
    [
        "status",
        "statut",
        "outcome",
        "result",
        "resultat",
        "resolution",
        "resolved",
        "final",
        "finished",
        "closed",
        "cancelled",
        "canceled",
        "cancellation",
        "delivered",
        "refunded",
        "rejected",
        "refused",
        "completed",
        "done",
        "reason",
        "motif",
        "verdict",
        "late",
        "delayed",
        "lost",
    ]
)
_ORDERED = re.compile(r"[-+]?[\d\s.,:]+|\d{4}-\d\d-\d\d.*|\d\d?/\d\d?/\d{2,4}.*")  # numbers, dates, instants
_UNSAID = frozenset(("currency", "amount_minor", "score"))


@dataclass(frozen=True)
class Carried:
    """What the signals of one type carry that may explain something.

    Attributes:
        properties: Names of texts.
        namespaces: Of objects.
        everything: All names that they carry at all.
    """

    properties: tuple[str, ...]
    namespaces: tuple[str, ...]
    everything: frozenset[str]


def is_of_staff(name: str) -> bool:
    """An attribute that tells who of the staff was there.

    Example:
        >>> is_of_staff("handled_by"), is_of_staff("cashier-id"), is_of_staff("store")
        (True, True, False)
    """
    return name.lower() in _STAFF or any(word in _STAFF for word in _words(name))


def tells_outcome(name: str) -> bool:
    """An attribute that may say what became of a thing.

    Example:
        >>> tells_outcome("order_status"), tells_outcome("state"), tells_outcome("category")
        (True, False, False)
    """
    return any(word in _OUTCOME for word in _words(name))


def _words(name: str) -> list[str]:
    return re.split(r"[^a-zà-ÿ]+", name.lower())


def look_at(results: Results, type_id: int) -> Carried:
    """Learn from some signals of a type what they carry."""
    rows = results.engine.model("parcours.gap", "trigger_sample", {"type_id": type_id, "at_most": SAMPLE})
    names = {code: text for text, code in results.vault.terms("namespace").items()}
    properties: dict[str, dict[str, int]] = {}
    objects: dict[str, dict[int, int]] = {}
    for row in rows.to_pylist():
        for name, value in _texts(row["properties"]).items():
            counts = properties.setdefault(name, {})
            counts[value] = counts.get(value, 0) + 1
        for item in {
            item["namespace_id"]: item["object_id"] for item in reversed(row["objects"] or ())
        }.items():
            ids = objects.setdefault(names[item[0]], {})
            ids[item[1]] = ids.get(item[1], 0) + 1
    everything = frozenset((*properties, *objects, *BUILT_IN))
    told = {name: len(counts) for name, counts in properties.items() if _tells(name, counts, rows.num_rows)}
    named = {
        name: len(ids)
        for name, ids in objects.items()
        if not is_of_staff(name) and _is_few(list(ids.values()), rows.num_rows)
    }
    return Carried(_fewest(told, PROPERTIES), _fewest(named, NAMESPACES), everything)


def _texts(text: str | None) -> Mapping[str, str]:
    facts: Any = json.loads(text) if text else {}
    return {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in facts.items()
        if value is not None
    }


def _tells(name: str, counts: Mapping[str, int], sampled: int) -> bool:
    """A text with few values that is neither a number nor an instant, and not of staff."""
    if is_of_staff(name) or tells_outcome(name) or name in _UNSAID:
        return False
    return _is_few(list(counts.values()), sampled) and not all(_ORDERED.fullmatch(value) for value in counts)


def _is_few(counts: Sequence[int], sampled: int) -> bool:
    total = sum(counts)
    return (
        1 < len(counts) <= _MOST_VALUES and total >= _EACH_VALUE * len(counts) and total >= _KNOWN * sampled
    )


def _fewest(sizes: Mapping[str, int], most: int) -> tuple[str, ...]:
    return tuple(sorted(sizes, key=lambda name: (sizes[name], name))[:most])


def started_by(promise: Promise) -> str:
    """Type of the signal that a verdict of a promise names as its trigger."""
    return promise.trigger.signal if promise.trigger else promise.target.signal


def is_told_before(promise: Promise) -> bool:
    """The signal that starts the promise comes before what decides it, so that nothing it carries tells the outcome."""
    return promise.after is not None


def asked_of(drawn: JourneyMap, carried: Carried) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Properties and namespaces to read beside the map's own slices."""
    said = {*drawn.slices, *BUILT_IN, drawn.per}
    return (
        tuple(name for name in carried.properties if name not in said),
        tuple(name for name in carried.namespaces if name not in said),
    )
