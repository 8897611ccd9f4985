"""A map proposed from what was lived: its steps in the order in which they are reached, stages where time passes, and no promise."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from parcours.journey.measures import CONTACTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEAST_SHARE = 0.02  # of journeys; what fewer go through is no step
_REQUIRED = 0.8  # of journeys; below, a step is optional
_ENDS = 0.5  # of the journeys with a type that end with it
_ENDING_SHARE = 0.05  # of journeys that have such a type
_APART = 4.0  # times as long since the beginning: another stage begins
_MOST_STAGES = 5
_SOON_S = 60.0  # within it everything is the beginning
_TOUCHPOINT_SHARE = 0.05  # of a type's signals
_DAY_S = 86_400
_QUIET_DAYS = (1, 90)
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_NO_END = ("feedback.given", *CONTACTS)  # what people say about a journey, or ask in it, does not end it
_NAME = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Profile:
    """What was lived of a type of signals, on its first visit.

    Attributes:
        type: Its name.
        journeys: That have it.
        firsts, lasts: That begin, or end, with it.
        wait_median_s, wait_p90_s: Since the journey began, seconds.
        place_mean: In the journey, from 1.
        touchpoints: Where, with the signals of each, the most frequent first.
    """

    type: str
    journeys: int
    firsts: int
    lasts: int
    wait_median_s: float
    wait_p90_s: float
    place_mean: float
    touchpoints: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class DraftStep:
    """A step proposed; `share` is of journeys, waits are since the journey began, seconds."""

    step: str
    signal: str
    touchpoints: tuple[str, ...]
    is_optional: bool
    share: float
    wait_median_s: float
    wait_p90_s: float


@dataclass(frozen=True)
class Draft:
    """A map proposed.

    Attributes:
        owner: Who answers for it.
        starts: Type that begins most journeys.
        starts_share: Of journeys that begin with it.
        ends: Types that end most journeys which have them.
        quiet_days: After so long without a signal next to no journey goes on.
        stages: Name to steps.
        left_out: Types that too few journeys have, with the share of journeys.
        journeys: It was drawn from.
    """

    name: str
    per: str
    owner: str
    starts: str
    starts_share: float
    ends: tuple[str, ...]
    quiet_days: int
    stages: tuple[tuple[str, tuple[DraftStep, ...]], ...]
    left_out: tuple[tuple[str, float], ...]
    journeys: int


def draft_map(
    name: str,
    per: str,
    profiles: Sequence[Profile],
    journeys: int,
    *,
    owner: str,
    quiet_s: float | None,
    least_share: float = LEAST_SHARE,
) -> Draft:
    """Propose a map.

    Args:
        name: Of the map.
        per: What a journey is about.
        profiles: What was lived, at least one.
        journeys: In all.
        owner: Who answers for the map.
        quiet_s: So long 99 waits in 100 at most are, seconds; None: no journey has two signals.
        least_share: Of journeys that must have a type for it to be a step.
    """
    start = max(profiles, key=lambda item: (item.firsts, item.type))
    chosen = [item for item in profiles if item.journeys >= least_share * journeys or item is start]
    chosen.sort(key=lambda item: (item is not start, item.wait_median_s, item.place_mean, item.type))
    ends = tuple(
        item.type
        for item in chosen
        if item is not start
        and item.type not in _NO_END
        and item.lasts >= _ENDS * item.journeys
        and item.journeys >= _ENDING_SHARE * journeys
    )
    days = math.ceil(2 * (quiet_s or 0) / _DAY_S)
    left_out = [(item.type, item.journeys / journeys) for item in profiles if item not in chosen]
    return Draft(
        name=name,
        per=per,
        owner=owner,
        starts=start.type,
        starts_share=start.firsts / journeys,
        ends=ends,
        quiet_days=min(max(days, _QUIET_DAYS[0]), _QUIET_DAYS[1]),
        stages=_staged([(item, _step(item, journeys)) for item in chosen]),
        left_out=tuple(sorted(left_out, key=lambda item: (-item[1], item[0]))),
        journeys=journeys,
    )


def _step(item: Profile, journeys: int) -> DraftStep:
    signals = sum(count for _, count in item.touchpoints)
    return DraftStep(
        step=_NAME.sub("-", item.type.lower()).strip("-") or "step",
        signal=item.type,
        touchpoints=tuple(place for place, count in item.touchpoints if count >= _TOUCHPOINT_SHARE * signals),
        is_optional=item.journeys < _REQUIRED * journeys,
        share=item.journeys / journeys,
        wait_median_s=item.wait_median_s,
        wait_p90_s=item.wait_p90_s,
    )


def _staged(steps: Sequence[tuple[Profile, DraftStep]]) -> tuple[tuple[str, tuple[DraftStep, ...]], ...]:
    """Cut where the time since the beginning grows most, from one step to the next; a stage is called after its most frequent step."""
    unique = _distinct([step for _, step in steps])
    waits = [item.wait_median_s + _SOON_S for item, _ in steps]
    growth = [(later / earlier, number) for number, (earlier, later) in enumerate(pairwise(waits), 1)]
    cuts = sorted(
        number for ratio, number in sorted(growth, reverse=True)[: _MOST_STAGES - 1] if ratio >= _APART
    )
    bounds = [0, *cuts, len(unique)]
    stages = [tuple(unique[since:until]) for since, until in pairwise(bounds)]
    return tuple((max(stage, key=lambda step: step.share).step, stage) for stage in stages)


def _distinct(steps: Sequence[DraftStep]) -> list[DraftStep]:
    """Names that two types share are told apart by a number."""
    seen: dict[str, int] = {}
    found = []
    for step in steps:
        seen[step.step] = seen.get(step.step, 0) + 1
        number = seen[step.step]
        found.append(step if number == 1 else DraftStep(**{**step.__dict__, "step": f"{step.step}-{number}"}))
    return found


def draft_yaml(draft: Draft) -> str:
    """The map as a file, each step with its evidence as a comment."""
    lines = [
        f"# Proposed from {draft.journeys:,} lived journeys. It says what is, not what should be: give it a title and a why, an owner for each step, and write",
        "# down what you promise; the times beside the steps are where to begin.",
        f"map: {quoted(draft.name)}",
        f"owner: {quoted(draft.owner)}",
        f"per: {quoted(draft.per)}",
        f"starts: {quoted(draft.starts)}   # {draft.starts_share:.1%} of journeys begin with it",
        f"ends: {{{_ending(draft)}or_quiet_for: {draft.quiet_days}d}}",
        "stages:",
    ]
    for name, steps in draft.stages:
        lines += [f"  - stage: {quoted(name)}", "    steps:"]
        for step in steps:
            lines.append(f"      # {_evidence(step)}")
            lines.append(f"      - {{{_keys(step)}}}")
    if draft.left_out:
        told = ", ".join(f"{kind} {share:.1%}" for kind, share in draft.left_out)
        lines.append(f"# Too rare for a step: {told}")
    return "\n".join(lines) + "\n"


def _ending(draft: Draft) -> str:
    return f"any: [{', '.join(quoted(kind) for kind in draft.ends)}], " if draft.ends else ""


def _keys(step: DraftStep) -> str:
    keys: Mapping[str, str] = {
        "step": quoted(step.step),
        "signal": quoted(step.signal),
        "touchpoints": f"[{', '.join(quoted(place) for place in step.touchpoints)}]"
        if step.touchpoints
        else "",
        "optional": "true" if step.is_optional else "",
    }
    return ", ".join(f"{key}: {value}" for key, value in keys.items() if value)


def _evidence(step: DraftStep) -> str:
    return f"{step.share:.1%} of journeys; half within {_lapse(step.wait_median_s)} of the beginning, nine in ten within {_lapse(step.wait_p90_s)}"


def _lapse(seconds: float) -> str:
    """A wait as a map would write it: the largest unit that leaves two digits or more, rounded up."""
    for unit, length in (("d", _DAY_S), ("h", 3_600), ("m", 60)):
        if seconds >= 2 * length:
            return f"{math.ceil(seconds / length)}{unit}"
    return f"{math.ceil(seconds)}s"


def quoted(text: str) -> str:
    """A text as YAML reads it back, in quotes where it must be.

    Example:
        >>> quoted("order.placed"), quoted("it's"), quoted("yes"), quoted("A: b")
        ('order.placed', "'it''s'", "'yes'", "'A: b'")
    """
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in {
        "yes",
        "no",
        "on",
        "off",
        "true",
        "false",
        "null",
        "y",
        "n",
    }
    return text if is_plain else "'" + text.replace("'", "''") + "'"
