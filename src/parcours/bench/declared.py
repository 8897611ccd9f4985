"""Declare constraints said as promises: a workspace over an event log in which each constraint is judged with its evidence.

The log tells when a case begins and ends, since a promise cannot know that nothing more will come: `case.opened` before its first event and
`case.closed` after its last. Beside its own type, each event but the opening is told as `step`, whose `activity` conditions can name.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from parcours.bench.workspace import SETTINGS
from parcours.lake import literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    Promise = dict[str, Any]  # a promise as a map holds it

OPENED, CLOSED, STEP = "case.opened", "case.closed", "step"
SOURCE = {
    "source": "log",
    "objects": {"case": "case_id"},
    "signals": [
        {"type": {"sql": "type"}, "at": "occurred_at"},
        {"type": STEP, "at": "occurred_at", "when": f"type <> '{OPENED}'", "set": {"activity": "type"}},
    ],
}


def as_promises(template: str, node: str, other: str | None = None) -> list[list[Promise]]:
    """A constraint as groups of promises.

    Args:
        template: As in Declare; `responded_existence`, `chain_response`, ….
        node: Type of its first event.
        other: Type of its second; None where it has one.

    Returns:
        A case violates the constraint where, for some group, one of its triggers has every promise of the group broken.
    """
    groups = _UNARY[template](node) if other is None else _BINARY[template](node, other)
    return [[group] if isinstance(group, dict) else group for group in groups]


def _step(sign: str, *names: str) -> Promise:
    listed = ", ".join(literal(name) for name in names)
    return {"signal": STEP, "where": f"activity {sign} ({listed})"}


def _exists(node: str) -> Promise:
    return {"whenever": CLOSED, "preceded_by": node}


def _answered(node: str, other: str) -> Promise:
    return {"after": node, "never": CLOSED, "until": other}


def _led_to(node: str, other: str) -> Promise:
    return {"whenever": other, "preceded_by": node}


def _never(node: str, other: str) -> Promise:
    return {"after": node, "never": other, "until": CLOSED}


def _either(node: str, other: str) -> list[Promise]:
    return [_answered(node, other), _led_to(other, node)]


def _answered_before_again(node: str, other: str) -> Promise:
    return {"after": _step("in", node), "never": _step("in", node, CLOSED), "until": _step("in", other)}


def _once_for_each(node: str, other: str) -> Promise:
    return {"after": _step("in", other), "never": _step("in", other), "until": _step("in", node)}


def _next(node: str, other: str) -> Promise:
    return {"after": _step("in", node), "never": _step("not in", other), "until": _step("in", other)}


def _only_next(node: str, other: str) -> list[Promise]:
    until = _step("not in", other)
    return [
        {"after": _step("not in", node), "never": _step("in", other), "until": until},
        {"after": OPENED, "never": _step("in", other), "until": until},
    ]


_UNARY: Mapping[str, Any] = {
    "existence": lambda node: [_exists(node)],
    "absence": lambda node: [_never(OPENED, node)],
    "exactly_one": lambda node: [
        _exists(node),
        {"after": OPENED, "at_most": 1, "of": node, "until": CLOSED},
    ],
    "init": lambda node: [{"after": OPENED, "never": _step("not in", node), "until": _step("in", node)}],
}
_BINARY: Mapping[str, Any] = {
    "responded_existence": lambda node, other: [_either(node, other)],
    "coexistence": lambda node, other: [_either(node, other), _either(other, node)],
    "noncoexistence": lambda node, other: [_never(node, other), _never(other, node)],
    "response": lambda node, other: [_answered(node, other)],
    "precedence": lambda node, other: [_led_to(node, other)],
    "succession": lambda node, other: [_answered(node, other), _led_to(node, other)],
    "altresponse": lambda node, other: [_answered_before_again(node, other)],
    "altprecedence": lambda node, other: [_led_to(node, other), _once_for_each(node, other)],
    "altsuccession": lambda node, other: [
        _answered_before_again(node, other),
        _led_to(node, other),
        _once_for_each(node, other),
    ],
    "chainresponse": lambda node, other: [_next(node, other)],
    "chainprecedence": lambda node, other: [*_only_next(node, other)],
    "chainsuccession": lambda node, other: [_next(node, other), *_only_next(node, other)],
}


def promise_name(constraint: int, group: int, part: int) -> str:
    """`c012-1-0`: by place of the constraint, of its group, and in it."""
    return f"c{constraint:03}-{group}-{part}"


def write_constraints(folder: Path, file: Path, constraints: Sequence[tuple[str, str, str | None]]) -> Path:
    """Write a workspace in which constraints are promises.

    Args:
        folder: Where; made if need be.
        file: Parquet with `case_id`, `type` and `occurred_at`; with the opening and closing of each case among the types.
        constraints: Template and types of each.

    Returns:
        `folder`.
    """
    promises = [
        {"promise": promise_name(number, group, part), "owner": "nobody", **promise}
        for number, (template, node, other) in enumerate(constraints)
        for group, parts in enumerate(as_promises(template, node, other))
        for part, promise in enumerate(parts)
    ]
    drawn = {
        "map": "log",
        "per": "case",
        "stages": [
            {"stage": "all", "steps": [{"step": "any", "signal": STEP}, {"step": "open", "signal": OPENED}]}
        ],
        "promises": promises,
    }
    documents = {
        "parcours.toml": SETTINGS,
        "sources/log.yaml": json.dumps({"read": {"parquet": str(file)}, **SOURCE}),
        "maps/log.yaml": json.dumps(drawn),
    }
    for name, text in documents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder
