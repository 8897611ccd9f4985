"""Puts a drawn log where the product's journeys and promises read it, past files, vault and lake.

A whole run of a tiny workspace costs half a second, this a tenth of it: so most examples come this way, and fewer
through `run_workspace`, which proves that importing, identity and publishing change nothing.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

import pyarrow as pa

from gap.reference import Signal, Told, due_at
from gap.workspace import map_content
from parcours.gap.bench import Bench, Coverage
from parcours.gap.judging import judge
from parcours.journey.map import JourneyMap
from parcours.journey.scope import Scope, World, fill_scope, plan_scope, properties_of
from parcours.journey.stitching import stitch
from parcours.journey.tables import FILE_SHIFT
from parcours.journey.where import Catalogue
from parcours.kernel.clock import format_instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gap.reference import Map, RowKey
    from parcours.journey.opening import Timetable
    from parcours.lake import Engine

NAMESPACES = {"order": 0, "product": 1, "parcel": 2, "store": 3}
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
_SIGNAL = pa.schema(
    [
        ("signal_id", pa.int64()),
        ("source_id", pa.int32()),
        ("type_id", pa.int32()),
        ("channel_id", pa.int32()),
        ("touchpoint_id", pa.int32()),
        ("occurred_at", pa.int64()),
        ("weight", pa.float64()),
        ("objects", pa.list_(pa.struct([("namespace_id", pa.int32()), ("object_id", pa.int64())]))),
        ("properties", pa.string()),
        ("person_id", pa.int64()),
        ("ordinal", pa.int64()),
    ]
)


class Found(NamedTuple):
    """A verdict as both implementations tell it."""

    promise: str
    unit: str
    trigger: RowKey
    verdict: str
    deadline_us: int | None
    target_at: int | None
    part: str | None
    told: Told


TOLD = "from_at, found, asked, original_verdict, original_deadline_at, denied_at"


def as_told(
    from_us: int | None,
    found: float | None,
    asked: float | None,
    verdict: str | None,
    deadline: int | None,
    denied_at: int | None,
) -> Told:
    """The columns of `TOLD` as the reference tells them."""
    return Told(from_us, found, asked, None if verdict is None else (verdict, deadline), denied_at)


class Direct:
    """A log in an engine, with a map's scope.

    Args:
        engine: Where the views are made; another log may have been there.
        journey_map: What is asked.
        log: The signals, told or timeless.
        as_of: Instant of the run.
        content: The map in the product's words, where the reference has none for it.
        timetables: The brand's calendars.
    """

    def __init__(
        self,
        engine: Engine,
        journey_map: Map,
        log: Sequence[Signal],
        as_of: int,
        content: JourneyMap | None = None,
        timetables: Mapping[str, Timetable] | None = None,
    ) -> None:
        self.timetables = timetables or {}
        self.engine, self.map, self.log, self.as_of = engine, journey_map, list(log), as_of
        self.content = content or JourneyMap.model_validate(map_content(journey_map, log))
        self.types = _codes({signal.type for signal in log})
        self.sources = _codes({signal.source for signal in log})
        self.people = _codes({signal.person for signal in log if signal.person is not None})
        self.objects = _codes(
            {value for signal in log for values in signal.objects.values() for value in values}
        )
        self.files = _codes({f"{signal.source}/{signal.file}" for signal in log})

    def stitch(self) -> Scope:
        """Make `assigned`, `journey_new` and `journey_step_new`."""
        self._look()
        properties = {name for signal in self.log for name in signal.properties} | _asked_for(self.content)
        world = World(self.types, NAMESPACES, Catalogue(properties, set(NAMESPACES)), self.timetables)
        by_store = any(store is not None for _, store, *_ in self.map.deaf)
        scope = plan_scope("scoped", self.content, world, "store" if by_store else None)
        fill_scope(self.engine, scope)
        steps = {step.step: number for number, step in enumerate(self.content.steps)}
        stitch(self.engine, scope, 0, steps, self.as_of)
        return scope

    def journeys(self) -> list[tuple[str, list[RowKey], int | None]]:
        """Unit, signals in order, and closing of each journey, sorted; read from `journey_step_new`."""
        self.stitch()
        by_person = self.content.by_person
        units = _texts(self.people if by_person else self.objects)
        rows = self.engine.rows("""
            select j.unit_id, list(s.signal_id order by s.occurred_at, s.ordinal), j.closed_at
            from journey_step_new as s join journey_new as j using (journey_id)
            group by j.journey_id, j.unit_id, j.closed_at""")
        found = [
            (units[unit], [self.log[signal].key for signal in walk], closed) for unit, walk, closed in rows
        ]
        return sorted(found, key=repr)

    def judge(self) -> list[Found]:
        """All verdicts, sorted."""
        scope = self.stitch()
        names = {promise.promise: number for number, promise in enumerate(self.content.promises)}
        coverage = {promise.name: self.coverage(promise.name) for promise in self.map.promises}
        judge(self.engine, Bench(scope, 0, names, self.as_of, "UTC", coverage))
        told = {number: name for name, number in names.items()}
        per = {
            p.name: self.map.per if p.after is None and p.place is None else p.per for p in self.map.promises
        }
        units = {"person": _texts(self.people)}
        parts = _texts(self.objects)
        rows = self.engine.rows(f"""
            select promise_id, unit_id, trigger_id, verdict, deadline_at, target_at, part_id, {TOLD}
            from verdict_new left join (select signal_id, occurred_at as denied_at from log_row) on signal_id = denied_id""")
        return sorted(
            (
                Found(
                    told[promise],
                    units.get(per[told[promise]], _texts(self.objects))[unit],
                    self.log[trigger].key,
                    verdict,
                    deadline,
                    target,
                    None if part is None else parts[part],
                    as_told(*told_row),
                )
                for promise, unit, trigger, verdict, deadline, target, part, *told_row in rows
            ),
            key=repr,
        )

    def _look(self) -> None:
        rows = [self._row(number, signal) for number, signal in enumerate(self.log)]
        self.engine.register("log_row", pa.Table.from_pylist(rows, schema=_SIGNAL))
        self.engine.run(f"""
            create or replace temp view seen as select * from log_row where occurred_at <= {self.as_of};
            create or replace temp view timeless as select * from log_row where occurred_at is null""")
        terms = [("type", code, text) for text, code in self.types.items()]
        terms += [("source", code, text) for text, code in self.sources.items()]
        terms += [("namespace", code, text) for text, code in NAMESPACES.items()]
        terms += [("channel", 0, "web"), ("touchpoint", 0, "web.page")]
        self.engine.register(
            "term", pa.table([list(column) for column in zip(*terms, strict=True)], ["kind", "code", "text"])
        )
        zones = [(code, self.map.time_zones.get(source, "UTC")) for source, code in self.sources.items()]
        self.engine.register(
            "source_zone",
            pa.table(
                [[code for code, _ in zones], [zone for _, zone in zones]],
                pa.schema([("source_id", pa.int32()), ("zone", pa.string())]),
            ),
        )
        pairs = {
            (NAMESPACES[name], self.objects[value], value)
            for signal in self.log
            for name, values in signal.objects.items()
            for value in values
        }
        named = [dict(zip(("namespace_id", "object_id", "value"), pair, strict=True)) for pair in pairs]
        columns = pa.schema([("namespace_id", pa.int32()), ("object_id", pa.int64()), ("value", pa.string())])
        self.engine.register("object", pa.Table.from_pylist(named, schema=columns))

    def _row(self, number: int, signal: Signal) -> dict[str, object]:
        zone = self.map.time_zones.get(signal.source, "UTC")
        told = {name: _kept(value, zone) for name, value in signal.properties.items() if value is not None}
        objects = [
            {"namespace_id": NAMESPACES[name], "object_id": self.objects[value]}
            for name, values in signal.objects.items()
            for value in values
        ]
        return {
            "signal_id": number,
            "source_id": self.sources[signal.source],
            "type_id": self.types[signal.type],
            "channel_id": 0,
            "touchpoint_id": 0,
            "occurred_at": None if signal.timeless else signal.at,
            "weight": None,
            "objects": objects or None,
            "properties": json.dumps(told) if told else None,
            "person_id": None if signal.person is None else self.people[signal.person],
            "ordinal": (self.files[f"{signal.source}/{signal.file}"] << FILE_SHIFT) + signal.row,
        }

    def coverage(self, name: str) -> Coverage:
        """When the sources that must prove a promise were heard."""
        promise = next(promise for promise in self.map.promises if promise.name == name)
        heard: dict[str, list[int]] = {}
        emits = set()
        for signal in self.log:
            if not signal.timeless and signal.at <= self.as_of:
                heard.setdefault(signal.source, []).append(signal.at)
                if signal.type == promise.target.type:
                    emits.add(signal.source)
        proofs = promise.proven_by if promise.proven_by is not None else tuple(emits)
        if not proofs or any(source not in heard for source in proofs):
            return Coverage(None, None)
        deaf = tuple(
            (None if store is None else self.objects.get(store, -1), since, until)
            for source, store, since, until in self.map.deaf
            if source in proofs
        )
        ends = max(min(heard[source]) for source in proofs), min(max(heard[source]) for source in proofs)
        return Coverage(*ends, deaf)


def _codes(texts: set[str]) -> dict[str, int]:
    return {text: number for number, text in enumerate(sorted(texts))}


def _texts(codes: dict[str, int]) -> dict[int, str]:
    return {code: text for text, code in codes.items()}


def _kept(value: object, zone: str) -> str:
    """A property as importing keeps it: text, and instants as UTC."""
    text = str(value).strip()
    if not _INSTANT.fullmatch(text):
        return text
    instant = due_at(text, zone)
    if instant is None:
        return text
    told = format_instant(instant) or ""
    seconds, _, rest = told.removesuffix("+00:00").partition(".")
    return f"{seconds}.{(rest + '000000')[:6]}Z"


def _asked_for(content: JourneyMap) -> set[str]:
    named: set[str] = set()
    for promise in content.promises:
        named |= set(properties_of(promise))
    return named | {"kind", "qty", "score"}
