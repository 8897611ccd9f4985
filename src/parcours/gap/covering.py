"""When the sources that prove promises were heard: from the ledger of files, with the silences in which they were deaf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from parcours.gap.bench import Coverage
from parcours.gap.listening import changed_spans

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from parcours.gap.listening import Silence
    from parcours.journey.map import Promise
    from parcours.lake import Engine
    from parcours.vault import Vault


def coverage_of(
    engine: Engine, vault: Vault, as_of: int, files: Sequence[Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """First and last signal of each source with how many there are, and the sources of each type, up to an instant.

    Args:
        engine: Holds the view `signal`.
        vault: Knows the names and the ledger.
        as_of: Microseconds UTC.
        files: Imported ones, as the ledger has them, where they were read already.
    """
    spans: dict[str, list[int]] = {}
    emits: dict[str, set[str]] = {}
    for name, kind, count, first, last in _heard(
        engine, vault, as_of, vault.files() if files is None else files
    ):
        span = spans.setdefault(name, [first, last, 0])
        spans[name] = [min(span[0], first), max(span[1], last), span[2] + count]
        emits.setdefault(kind, set()).add(name)
    return {"spans": spans, "emits": emits}


def _heard(
    engine: Engine, vault: Vault, as_of: int, files: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, str, int, int, int]]:
    """(source, type, signals, first, last): from the ledger, unless it knows of signals after the instant of the run."""
    imported = [row for row in files if row["state"] == "imported"]
    told = [(row["source"], kind, *facts) for row in imported for kind, facts in row["types"].items()]
    if all(last <= as_of for *_, last in told):
        yield from told
        return
    names = {code: name for name, code in vault.terms("source").items()}
    types = {code: name for name, code in vault.terms("type").items()}
    for row in engine.model(__package__, "source_coverage", {"as_of": as_of}).to_pylist():
        place = names[row["source_id"]], types[row["type_id"]]
        yield (*place, row["signal_count"], row["first_at"], row["last_at"])


def proof_of(promise: Promise, emits: Mapping[str, Collection[str]]) -> list[str]:
    """Sources that must have been heard for a promise to be judged."""
    return sorted(promise.proven_by or emits.get(promise.target.signal, ()))


def covered_by(
    sources: Sequence[str], heard: Mapping[str, Sequence[int]], silences: Sequence[Silence]
) -> Coverage:
    """When all of some sources had been heard, and when one of them was deaf."""
    return Coverage(*_common(sources, heard), _deaf(sources, silences))


def _common(sources: Sequence[str], heard: Mapping[str, Sequence[int]]) -> tuple[int | None, int | None]:
    """First and last instant at which all of some sources had been heard; None where one never was."""
    spans = [heard[source] for source in sources if source in heard]
    if not spans or len(spans) < len(sources):
        return None, None
    return max(span[0] for span in spans), min(span[1] for span in spans)


def asked_place(covered: Mapping[str, Coverage], place: str | None) -> str | None:
    """The word for places, where some promise may have been made at one at which a source was deaf."""
    asked = any(of is not None for known in covered.values() for of, *_ in known.deaf)
    return str(place) if asked else None


def _deaf(sources: Collection[str], silences: Sequence[Silence]) -> tuple[tuple[int | None, int, int], ...]:
    """Spans in which one of some sources was deaf; a type that is not heard while its source goes on may as well not have happened."""
    return tuple(
        (item.place, item.since, item.until)
        for item in silences
        if item.source in sources and item.type is None
    )


def register_coverage(
    engine: Engine,
    promise_ids: Mapping[str, int],
    covered: Mapping[str, Coverage],
    before: Mapping[str, Coverage],
) -> None:
    """Tables `promise_coverage` and `deaf_change`.

    When the sources that prove a promise were heard, now and in the last published run; and when they were deaf in one of both alone.

    Args:
        engine: Gets the tables.
        promise_ids: Promise to its code.
        covered: By promise, as of now.
        before: By promise, as of that run.
    """
    names = ("since", "until", "since_before", "until_before")
    rows = [
        (code, covered[promise].since, covered[promise].until, before[promise].since, before[promise].until)
        for promise, code in promise_ids.items()
    ]
    _register_rows(engine, "promise_coverage", names, rows)
    changed = [
        (code, since, until)
        for promise, code in promise_ids.items()
        for since, until in changed_spans(before[promise].deaf, covered[promise].deaf)
    ]
    _register_rows(engine, "deaf_change", ("since", "until"), changed)


def _register_rows(
    engine: Engine, table: str, names: Sequence[str], rows: Sequence[tuple[int | None, ...]]
) -> None:
    schema = pa.schema([("promise_id", pa.int32()), *((name, pa.int64()) for name in names)])
    columns = zip(*rows, strict=True) if rows else [()] * len(schema)
    arrays = [pa.array(values, kind) for values, kind in zip(columns, schema.types, strict=True)]
    engine.register(table, pa.Table.from_arrays(arrays, schema=schema))
