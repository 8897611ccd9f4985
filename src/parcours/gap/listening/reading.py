"""What a published run listened to, read back: streams, silences, and what each source let us see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from parcours.gap.listening.hearing import listen, odd_days, quiet_since
from parcours.gap.tables import VERDICT
from parcours.journey.brand import Brand
from parcours.kernel.clock import SECOND_US, format_instant
from parcours.signal import OBJECT, SIGNAL

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from parcours.gap.listening.hearing import Hearing, Stream
    from parcours.gap.listening.spans import Silence
    from parcours.gap.results import Results

Row = dict[str, Any]  # rows leave as JSON
_HOUR_US = 3600 * SECOND_US
FAR = 1 << 62  # microseconds UTC: the end of what lasts


def hearing_of(results: Results) -> Hearing:
    """Streams and silences of the published run, learnt again from its signals: as the run learnt them."""
    results.view(SIGNAL)
    facts: dict[str, Any] = dict(results.manifest.facts)  # facts are JSON
    told, codes = facts["listening"], results.vault.terms("source")
    brand = Brand.model_validate(facts["brand"])
    spans = [span[:2] for span in facts["coverage"].values()]
    return listen(
        results.engine,
        {code: name for name, code in codes.items() if name in facts["coverage"]},
        (_namespace(results), [codes[name] for name in told["placed"]]),
        (results.zone, odd_days(brand, results.region, spans)),
        results.manifest.as_of,
        {code: name for name, code in results.vault.terms("type").items()},
    )


def place_names(results: Results, hearing: Hearing) -> dict[int, str]:
    """What the places of streams are called; one whose name looked personal is called by a number."""
    ids = sorted({stream.place for stream in hearing.streams if stream.place is not None})
    results.see()
    results.view(OBJECT)
    rows = results.engine.model("parcours.gap", "object_name", {"object_ids": ids}).to_pylist() if ids else []
    names = {row["object_id"]: row["value"] for row in rows}
    return {place: names.get(place) or f"{place & 0xFFFF:04x}" for place in ids}


def coverage_rows(results: Results, hearing: Hearing) -> list[Row]:
    """`Results.coverage`, each source with its state, its silences and its places."""
    names = place_names(results, hearing)
    whole = {stream.source: stream for stream in hearing.streams if stream.place is None}
    newest = max((stream.last_at for stream in whole.values()), default=0)
    hidden = hidden_by(results, hearing.silences)
    answer = []
    for row in results.coverage():
        stream = whole.get(row["source"])
        quiet = None if stream is None else quiet_since(stream, newest, results.zone)
        silences = [
            (item, counts)
            for item, counts in zip(hearing.silences, hidden, strict=True)
            if item.source == row["source"]
        ]
        answer.append(
            {
                **row,
                "state": "never" if stream is None else "quiet" if quiet is not None else "heard",
                "quiet_since": format_instant(quiet, results.zone),
                "tells_within_h": _hours(stream),
                "deaf": [_deaf(results, item, names, counts) for item, counts in silences],
                "places": [
                    _place(results, item, names)
                    for item in hearing.streams
                    if item.source == row["source"] and item.place is not None
                ],
            }
        )
    return answer


def _deaf(results: Results, silence: Silence, names: Mapping[int, str], hides: Row) -> Row:
    return {
        "place": None if silence.place is None else names[silence.place],
        "type": silence.type,
        "since": format_instant(silence.since, results.zone),
        "until": format_instant(silence.until, results.zone),
        "hours": round((silence.until - silence.since) / _HOUR_US, 1),
        "missed": silence.missed,
        "heard": silence.heard,
        **hides,
    }


def _place(results: Results, stream: Stream, names: Mapping[int, str]) -> Row:
    return {
        "place": names[stream.place or 0],
        "signals": stream.signals,
        "first_at": format_instant(stream.first_at, results.zone),
        "last_at": format_instant(stream.last_at, results.zone),
        "tells_within_h": _hours(stream),
    }


def _hours(stream: Stream | None) -> float | None:
    return None if stream is None or stream.tells_within_h is None else round(stream.tells_within_h, 1)


def hidden_by(results: Results, silences: Sequence[Silence]) -> list[Row]:
    """What silences hide: `promises` that their source must prove, and the `verdicts` and `journeys` that are not observable.

    The silence of a type hides nothing; its `promises` are those that the type decides.

    Args:
        results: The published run.
        silences: Those that last have `FAR` as their end.
    """
    facts: dict[str, Any] = dict(results.manifest.facts)  # facts are JSON
    proof: Mapping[str, Mapping[str, Sequence[str]]] = facts["listening"]["proof"]
    targets: Mapping[str, Mapping[str, str]] = facts["listening"].get("targets", {})
    kinds = {f"{of}/{name}": kind for of, told in targets.items() for name, kind in told.items()}
    codes = results.vault.terms("promise")
    proves: dict[str, dict[int, str]] = {}
    for of, promises in proof.items():
        for promise, sources in promises.items():
            for source in sources:
                if f"{of}/{promise}" in codes:
                    proves.setdefault(source, {})[codes[f"{of}/{promise}"]] = f"{of}/{promise}"
    rows = [
        {
            "number": number,
            "promise_id": code,
            "place_id": item.place,
            "since": item.since,
            "until": item.until,
        }
        for number, item in enumerate(silences)
        for code in proves.get(item.source, ())
        if item.type is None
    ]
    answer: list[Row] = [
        {
            "promises": [
                name
                for name in proves.get(item.source, {}).values()
                if item.type and item.type == kinds.get(name)
            ],
            "verdicts": 0,
            "journeys": 0,
        }
        for item in silences
    ]
    for row in _hidden(results, rows):
        told = answer[row["number"]]
        told["promises"].append(proves[silences[row["number"]].source][row["promise_id"]])
        told["verdicts"] += row["verdicts"]
        told["journeys"] += row["journeys"]
    return answer


def _hidden(results: Results, rows: Sequence[Row]) -> Iterable[Row]:
    for spec in (VERDICT, SIGNAL):
        results.view(spec)
    kinds = {"number": pa.int32(), "promise_id": pa.int32()}
    columns = ("number", "promise_id", "place_id", "since", "until")
    schema = pa.schema([(name, kinds.get(name, pa.int64())) for name in columns])
    results.engine.register("hiding", pa.Table.from_pylist(rows, schema=schema))
    found: list[Row] = results.engine.model(
        "parcours.gap", "hidden_verdict", {"namespace_id": _namespace(results)}
    ).to_pylist()
    return found


def _namespace(results: Results) -> int:
    """Code of the namespace that names places; -1 where none does."""
    place = results.manifest.facts["listening"]["place"]  # type: ignore[index]  # facts are JSON
    return results.vault.terms("namespace").get(place or "", -1)
