"""The journey that people lived, laid over the map they were meant to walk: reads a run's tables into `picture.LivedMap`.

A place is a step of the map, or a type of signal that is on no step, in one family of channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from parcours.journey.picture import Column, Felt, Flow, Lane, LivedMap, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from parcours.journey.map import JourneyMap, Step
    from parcours.lake import Engine

# Families of channels, from top to bottom of the picture, with the channels of each; a channel of none is a family of its own.
FAMILIES: Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]] = {
    "digital": (
        {"en": "Web and app", "fr": "Site et appli"},
        ("web", "app", "site", "mobile", "internet", "marketplace"),
    ),
    "messages": (
        {"en": "Messages", "fr": "Messages"},
        ("mail", "email", "e-mail", "sms", "push", "letter", "social", "whatsapp", "message"),
    ),
    "store": ({"en": "Store", "fr": "Magasin"}, ("store", "kiosk", "till", "tablet", "locker")),
    "contact": (
        {"en": "Customer care", "fr": "Service client"},
        ("phone", "chat", "call", "bot", "video", "desk"),
    ),
    "delivery": ({"en": "Delivery", "fr": "Livraison"}, ("delivery", "carrier", "post", "parcel")),
    "backstage": (
        {"en": "Behind the scenes", "fr": "Coulisses"},
        ("warehouse", "workshop", "payment", "back-office"),
    ),
    "device": ({"en": "Devices", "fr": "Objets connectés"}, ("device", "sensor", "beacon")),
    "xr": ({"en": "Augmented reality", "fr": "Réalité augmentée"}, ("xr", "ar", "vr")),
}
NO_FAMILY = {"en": "Channel unknown", "fr": "Canal inconnu"}
USUAL_SCALES = ((1.0, 5.0), (0.0, 10.0), (0.0, 100.0))  # of scores
_TELLING_ANSWERS = 20
_SHOWN_FLOW = 0.01  # of all journeys; thinner flows are counted, not drawn
_MOST_FLOWS = 40
_SHOWN_PLACE = 0.002  # of all journeys; something undesigned that is rarer is counted, not drawn


@dataclass(frozen=True)
class Terms:
    """Codes of the lake's words.

    Attributes:
        step: Step, as `map/step`, to its code.
        type, channel: Word to its code.
    """

    step: Mapping[str, int]
    type: Mapping[str, int]
    channel: Mapping[str, int]


def read_lived(
    engine: Engine,
    drawn: JourneyMap,
    map_id: int,
    terms: Terms,
    *,
    heard_types: Collection[str],
    type_title: Callable[[str], Mapping[str, str]],
    quote_of: Callable[[Sequence[int]], str | None],
) -> LivedMap:
    """One map with what was lived on it.

    Args:
        engine: Holds the views `journey`, `journey_step`, `signal` and `let_down_journey (journey_id)`.
        drawn: The map as it was when it was run.
        map_id: Its code.
        terms: Of the run.
        heard_types: Types of signals that some source which was heard can send.
        type_title: Words for a type of signal that is on no step.
        quote_of: A sentence that may be shown among the texts of these signals, lowest scores first; None: there is none.

    Returns:
        The lived map, without chips: what became of its promises is not known here.
    """
    lanes = _register_lanes(engine, terms.channel)
    steps = _register_stages(engine, drawn, terms.step)
    engine.make_table(__package__, "stop", {"map_id": map_id, "no_lane": len(lanes) - 1})
    journeys = int(
        engine.value("select count(*) from journey where map_id = $map_id", {"map_id": map_id}) or 0
    )
    reader = _Reader(engine, drawn, steps, {code: text for text, code in terms.type.items()}, lanes, journeys)
    places = reader.places(heard_types, type_title)
    flows, shown = reader.flows({place.key for place in places})
    used = {place.lane for place in places}
    felt, scale = reader.felt(quote_of)
    return LivedMap(
        key=drawn.map,
        title=drawn.title or {"en": drawn.map},
        columns=reader.columns(),
        lanes=tuple(lane for lane in lanes if lane.key in used),
        places=places,
        designed=_designed(drawn, places),
        flows=flows,
        shown_share=shown,
        chips=(),
        felt=felt,
        journeys=journeys,
        scale=scale,
    )


@dataclass(frozen=True)
class _Reader:
    """Reads one map's parts from the table `stop`."""

    engine: Engine
    drawn: JourneyMap
    steps: Mapping[int, tuple[Step, int]]  # code to the step and the number of its stage
    types: Mapping[int, str]
    lanes: Sequence[Lane]
    journeys: int

    def places(
        self, heard_types: Collection[str], type_title: Callable[[str], Mapping[str, str]]
    ) -> tuple[Place, ...]:
        rows = self.engine.model(__package__, "lived_place").to_pylist()
        after: dict[tuple[int, int], int | None] = {}
        for row in rows:
            if not row["is_total"]:
                after.setdefault((row["node"], row["lane"]), row["after_step"])
        lived = [row for row in rows if row["is_total"]]
        shown = [
            row
            for row in lived
            if row["node"] in self.steps or row["people"] >= max(1, _SHOWN_PLACE * self.journeys)
        ]
        found = [self._place(row, after, type_title) for row in shown]
        reached = {place.step for place in found}
        found += [
            self._unlived(step, heard_types) for step, _ in self.steps.values() if step.step not in reached
        ]
        stages = [stage.stage for stage in self.drawn.stages]
        order = {step.step: number for number, step in enumerate(self.drawn.steps)}
        return tuple(
            sorted(
                found,
                key=lambda place: (
                    stages.index(place.column),
                    order.get(place.step or "", len(order)),
                    place.key,
                ),
            )
        )

    def _place(
        self,
        row: Mapping[str, Any],
        after: Mapping[tuple[int, int], int | None],
        type_title: Callable[[str], Mapping[str, str]],
    ) -> Place:
        node, lane = row["node"], self.lanes[row["lane"]].key
        people = {"people": row["people"], "let_down": row["let_down"]}
        if node in self.steps:
            step, stage = self.steps[node]
            return Place(
                f"{step.step}@{lane}",
                step.step,
                step.title or {"en": step.step},
                self.drawn.stages[stage].stage,
                lane,
                optional=step.optional,
                **people,
            )
        kind = self.types[-1 - node]
        before = after.get((node, row["lane"]))
        stage = 0 if before is None else self.steps[before][1]
        return Place(
            _undesigned(kind, lane), None, type_title(kind), self.drawn.stages[stage].stage, lane, **people
        )

    def _unlived(self, step: Step, heard_types: Collection[str]) -> Place:
        """A step nobody came by: in the lane of the touchpoint it names, else of its stage's first step that does."""
        stage = next((stage for stage in self.drawn.stages if step in stage.steps), self.drawn.stages[0])
        named = [touchpoint for other in (step, *stage.steps) for touchpoint in other.touchpoints]
        channel = named[0].partition(".")[0] if named else ""
        lane = self._family(channel)
        return Place(
            f"{step.step}@{lane}",
            step.step,
            step.title or {"en": step.step},
            stage.stage,
            lane,
            people=0,
            heard=step.signal in heard_types,
            optional=step.optional,
        )

    def _family(self, channel: str) -> str:
        own = next((key for key, (_, channels) in FAMILIES.items() if channel in (key, *channels)), channel)
        known = {lane.key for lane in self.lanes}
        return own if own in known else self.lanes[-1].key

    def flows(self, places: Collection[str]) -> tuple[tuple[Flow, ...], float]:
        rows = self.engine.model(__package__, "lived_flow").to_pylist()
        moves = sum(row["moves"] for row in rows)
        found: list[Flow] = []
        shown = 0
        for row in rows:
            source = self._key(row["node"], row["lane"])
            target = self._key(row["next_node"], row["next_lane"])
            thin = row["journeys"] < _SHOWN_FLOW * self.journeys or len(found) >= _MOST_FLOWS
            if thin or source not in places or target not in places:
                continue
            found.append(Flow(source, target, row["journeys"], row["let_down"], row["wait_s"]))
            shown += row["moves"]
        return tuple(found), shown / moves if moves else 1.0

    def _key(self, node: int, lane: int) -> str:
        key = self.lanes[lane].key
        return (
            f"{self.steps[node][0].step}@{key}"
            if node in self.steps
            else _undesigned(self.types[-1 - node], key)
        )

    def columns(self) -> tuple[Column, ...]:
        waits = {
            row["stage"]: row["wait_s"] for row in self.engine.model(__package__, "stage_wait").to_pylist()
        }
        return tuple(
            Column(
                stage.stage,
                stage.title or {"en": stage.stage},
                tuple(dict.fromkeys(step.owner for step in stage.steps if step.owner)),
                waits.get(number),
            )
            for number, stage in enumerate(self.drawn.stages)
        )

    def felt(
        self, quote_of: Callable[[Sequence[int]], str | None]
    ) -> tuple[tuple[Felt, ...], tuple[float, float]]:
        """What was felt after each stage, and the scale it was given on."""
        rows = self.engine.model(__package__, "felt_stage").to_pylist()
        lowest = min((row["mean"] for row in rows), default=None)
        felt = tuple(
            Felt(
                self.drawn.stages[row["stage"]].stage,
                row["mean"],
                row["low"],
                row["high"],
                row["answers"],
                quote_of(row["low_ids"]) if row["mean"] == lowest else None,
            )
            for row in rows
        )
        return felt, _scale(rows)


def _scale(rows: Sequence[Mapping[str, Any]]) -> tuple[float, float]:
    """The narrowest usual scale that holds all scores; a few of them do not tell 1 to 5 from 0 to 10."""
    if not rows:
        return USUAL_SCALES[1]
    low, high = min(row["lowest"] for row in rows), max(row["highest"] for row in rows)
    few = sum(row["answers"] for row in rows) < _TELLING_ANSWERS
    usual = (scale for scale in USUAL_SCALES[few:] if scale[0] <= low and high <= scale[1])
    return next(usual, (low, high) if low < high else (low, low + 1))


def _undesigned(kind: str, lane: str) -> str:
    """Key of a place that is on no step; a step may be called as the type is, so the sign before it is none of a step's name."""
    return f"~{kind}@{lane}"


def _register_lanes(engine: Engine, channels: Mapping[str, int]) -> list[Lane]:
    """Make `lane_of (channel_id, lane)`; answers the lanes, the last one for signals without a channel."""
    lanes = [Lane(key, title) for key, (title, _) in FAMILIES.items()]
    numbers = {
        channel: number for number, (key, (_, own)) in enumerate(FAMILIES.items()) for channel in (key, *own)
    }
    for channel in sorted(set(channels) - set(numbers)):
        numbers[channel] = len(lanes)
        lanes.append(Lane(channel, {"en": channel}))
    lanes.append(Lane("", NO_FAMILY))
    rows = {
        "channel_id": pa.array(list(channels.values()), pa.int32()),
        "lane": pa.array([numbers[channel] for channel in channels], pa.int32()),
    }
    engine.register("lane_of", pa.table(rows))
    return lanes


def _register_stages(
    engine: Engine, drawn: JourneyMap, codes: Mapping[str, int]
) -> dict[int, tuple[Step, int]]:
    """Make `stage_of (step_id, stage)`; answers each step's code with the step and the number of its stage."""
    steps = {
        codes[f"{drawn.map}/{step.step}"]: (step, number)
        for number, stage in enumerate(drawn.stages)
        for step in stage.steps
        if f"{drawn.map}/{step.step}" in codes
    }
    rows = {
        "step_id": pa.array(list(steps), pa.int32()),
        "stage": pa.array([stage for _, stage in steps.values()], pa.int32()),
    }
    engine.register("stage_of", pa.table(rows))
    return steps


def _designed(drawn: JourneyMap, places: Sequence[Place]) -> tuple[tuple[str, str], ...]:
    """The designed way: step after step that is not optional, at the place where most people take it."""
    main: dict[str, Place] = {}
    for place in places:
        if place.step and (place.step not in main or place.people > main[place.step].people):
            main[place.step] = place
    way = [main[step.step].key for step in drawn.steps if not step.optional and step.step in main]
    return tuple(pairwise(way))
