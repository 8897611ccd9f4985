"""Writes a drawn map and log as a real workspace, so that the product can be run on it.

Everything is written the way a stranger would write it: one CSV per file, one mapping per source (design,
section 4), one map (design, section 7).
"""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from gap.reference import Condition, Map, Promise, Ref, Signal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SEPARATOR = "|"
UNREADABLE = "on a fine day"
"""The time of a timeless signal, which no system can read."""

_DURATION_UNITS = (("d", 24 * 3600 * 1_000_000), ("h", 3600 * 1_000_000), ("s", 1_000_000))


def write_workspace(folder: Path, journey_map: Map, signals: Iterable[Signal]) -> None:
    """Write `data/*.csv`, `sources/*.yaml` and `maps/<name>.yaml` below the folder.

    A source that is only named (as a proof, or with a time zone) gets a file with nothing but its header.

    Raises:
        ValueError: A file of the log does not hold the rows 1 to n, or is not called `<source>-….csv`.
    """
    log = list(signals)
    columns = Columns(journey_map, log)
    for name in ("data", "sources", "maps"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for source in _sources(journey_map, log):
        write_files(folder, source, columns, log)
        mapping = _mapping(source, columns, journey_map.time_zones.get(source, "UTC"))
        write_yaml(folder / "sources" / f"{source}.yaml", mapping)
    write_yaml(folder / "maps" / f"{journey_map.name}.yaml", map_content(journey_map, log))


def write_files(folder: Path, source: str, columns: Columns, log: Iterable[Signal]) -> None:
    """Write the files of one source in the place of those that are there."""
    of_source = [signal for signal in log if signal.source == source]
    for old in (folder / "data").glob(f"{source}-*.csv"):
        old.unlink()
    for file in sorted({signal.file for signal in of_source}) or [f"{source}-1.csv"]:
        rows = sorted((s for s in of_source if s.file == file), key=lambda signal: signal.row)
        _write_csv(folder / "data" / file, source, columns, rows)


def write_yaml(path: Path, content: dict[str, object]) -> None:
    """Write one YAML file, keys in the order given."""
    yaml = YAML()
    yaml.default_flow_style = False
    with path.open("w", encoding="utf-8") as file:
        yaml.dump(content, file)


def read_yaml(path: Path) -> object:
    """What a YAML file says, as plain dictionaries and lists."""
    content: object = YAML(typ="safe").load(path.read_text("utf-8"))
    return content


# Data -------------------------------------------------------------------------------------------------------


class Columns:
    """The object namespaces and properties that the log holds or the map speaks of."""

    def __init__(self, journey_map: Map, log: Sequence[Signal]) -> None:
        spoken_of = {journey_map.per, *(promise.per for promise in journey_map.promises)} - {"person"}
        spoken_of -= {promise.per for promise in journey_map.promises if promise.place is not None}
        spoken_of |= {promise.place[0] for promise in journey_map.promises if promise.place is not None}
        spoken_of |= {promise.each for promise in journey_map.promises if promise.each is not None}
        self.objects = sorted(spoken_of.union(*(signal.objects for signal in log)))
        asked_for = _properties_of(journey_map)
        self.properties = sorted(asked_for.union(*(signal.properties for signal in log)))
        self.has_lists = any(len(values) > 1 for signal in log for values in signal.objects.values())

    def header(self) -> list[str]:
        """The first line of every file."""
        return ["at", "type", "person", *self.objects, *self.properties]

    def row(self, signal: Signal) -> list[str]:
        """The line of a signal."""
        at = (_EPOCH + timedelta(microseconds=signal.at)).replace(tzinfo=None)
        return [
            UNREADABLE if signal.timeless else at.isoformat(timespec="microseconds") + "Z",
            signal.type,
            signal.person or "",
            *(_SEPARATOR.join(signal.objects.get(namespace, ())) for namespace in self.objects),
            *(_cell(signal.properties.get(name)) for name in self.properties),
        ]


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _properties_of(journey_map: Map) -> set[str]:
    """Every property the map asks for."""
    named: set[str] = set()
    refs = [journey_map.starts, *journey_map.ends]
    for promise in journey_map.promises:
        refs += _refs_of(promise)
        for pairs in (promise.match, promise.sum, promise.same):
            named.update(pairs.keys(), pairs.values())
        named.update(promise.between or ())
        named.update(name for name, _, _ in promise.only_for or ())
        named.update(name for name, _, _ in promise.unless_where or ())
        named.update([promise.before] if promise.before is not None else [])
        named.update([promise.bound[0]] if promise.bound is not None else [])
    for ref in refs:
        named.update(name for name, _, _ in (ref.where if ref is not None else ()))
    return named


def _sources(journey_map: Map, log: Sequence[Signal]) -> list[str]:
    named = {signal.source for signal in log} | set(journey_map.time_zones)
    for promise in journey_map.promises:
        named.update(promise.proven_by or ())
    return sorted(named)


def _write_csv(path: Path, source: str, columns: Columns, signals: Sequence[Signal]) -> None:
    if [signal.row for signal in signals] != list(range(1, len(signals) + 1)):
        raise ValueError(f"{path.name} must hold the rows 1 to {len(signals)}, each once")
    if not (path.name.startswith(f"{source}-") and path.suffix == ".csv"):
        raise ValueError(f"{path.name} must be called {source}-….csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.header())
        writer.writerows(columns.row(signal) for signal in signals)


def _mapping(source: str, columns: Columns, time_zone: str) -> dict[str, object]:
    """The mapping of one source; column names are quoted because `order` is a word of SQL."""
    signal: dict[str, object] = {"type": {"sql": _quoted("type")}, "at": _quoted("at")}
    if columns.properties:
        signal["set"] = {name: _quoted(name) for name in columns.properties}
    mapping: dict[str, object] = {
        "source": source,
        "read": {"csv": f"data/{source}-*.csv"},
        "person": {"customer": _quoted("person")},
    }
    if columns.objects:
        mapping["objects"] = {
            name: f"string_split({_quoted(name)}, '{_SEPARATOR}')" if columns.has_lists else _quoted(name)
            for name in columns.objects
        }
    mapping |= {"channel": "web", "touchpoint": "web.page"}
    if time_zone != "UTC":
        mapping["time_zone"] = time_zone
    return mapping | {"signals": [signal]}


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


# Map --------------------------------------------------------------------------------------------------------


def map_content(journey_map: Map, log: Sequence[Signal]) -> dict[str, object]:
    """What the map's file says."""
    content: dict[str, object] = {
        "map": journey_map.name,
        "kind": "purchase",
        "title": {"en": journey_map.name},
        "per": journey_map.per,
    }
    if journey_map.starts is not None:
        content["starts"] = _ref(journey_map.starts)
    ends: dict[str, object] = {}
    if journey_map.ends:
        ends["any"] = [_ref(end) for end in journey_map.ends]
    if journey_map.quiet_us is not None:
        ends["or_quiet_for"] = _duration(journey_map.quiet_us)
    if ends:
        content["ends"] = ends
    steps = [
        {"step": kind.replace(".", "-"), "signal": kind, "owner": "team"} for kind in _types(journey_map, log)
    ]
    content["stages"] = [{"stage": "all", "steps": steps}]
    content["promises"] = [_promise(journey_map, promise) for promise in journey_map.promises]
    return content


def _types(journey_map: Map, log: Sequence[Signal]) -> list[str]:
    """Every type that the log holds or the map speaks of."""
    refs = [journey_map.starts, *journey_map.ends]
    for promise in journey_map.promises:
        refs += _refs_of(promise)
    return sorted({signal.type for signal in log} | {ref.type for ref in refs if ref is not None})


def _refs_of(promise: Promise) -> list[Ref | None]:
    return [
        promise.after,
        promise.target,
        promise.until,
        promise.unless,
        promise.revised_by,
        promise.contradicted_by,
    ]


def _promise(journey_map: Map, promise: Promise) -> dict[str, object]:
    """One promise; what it does not say is left out."""
    content: dict[str, object] = {
        "promise": promise.name,
        "says": {"en": promise.name},
        "per": promise.per if promise.per != journey_map.per else None,
        "whenever" if promise.looks_back else "after": _ref(promise.after),
        promise.pattern: _ref(promise.target),
        "within": _duration(promise.within_us) if promise.within_us is not None else None,
        "before": promise.before,
        "until": _ref(promise.until),
        "between": list(promise.between) if promise.between is not None else None,
        "every": _duration(promise.every_us) if promise.every_us is not None else None,
        "at_most": promise.limit,
        "sum": dict(promise.sum) or None,
        "same": dict(promise.same) or None,
        "each": promise.each,
        "only_for": {"where": _where(promise.only_for)} if promise.only_for is not None else None,
        "revised_by": _ref(promise.revised_by),
        "contradicted_by": _ref(promise.contradicted_by),
        "match": dict(promise.match) or None,
        "unless": _unless(promise),
        "proven_by": list(promise.proven_by) if promise.proven_by is not None else None,
        "owner": "team",
    }
    if promise.bound is not None:
        name, side, limit = promise.bound
        content[side] = {name: limit}
    return {word: value for word, value in content.items() if value is not None}


def _unless(promise: Promise) -> object:
    if promise.unless is not None:
        return _ref(promise.unless)
    if promise.unless_where is not None:
        return {"where": _where(promise.unless_where)}
    return None


def _ref(ref: Ref | None) -> object:
    if ref is None:
        return None
    return {"signal": ref.type, "where": _where(ref.where)} if ref.where else ref.type


def _where(conditions: Sequence[Condition]) -> str:
    return " and ".join(f"{name} {sign} {_constant(constant)}" for name, sign, constant in conditions)


def _constant(constant: object) -> str:
    """A constant as the grammar of `where` writes it: numbers bare, text between single quotes."""
    if isinstance(constant, int | float) and not isinstance(constant, bool):
        return str(constant)
    return "'" + str(constant).replace("'", "''") + "'"


def _duration(duration_us: int) -> str:
    """The duration in its largest whole unit: `3d`, `2h`, `90s`."""
    for unit, unit_us in _DURATION_UNITS:
        if duration_us % unit_us == 0:
            return f"{duration_us // unit_us}{unit}"
    raise ValueError(f"{duration_us} microseconds are no whole number of seconds")
