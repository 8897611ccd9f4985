"""What journeys with a broken promise carry: the join with money is here, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from parcours.gap.finding.types import Worth, drawn_map

if TYPE_CHECKING:
    from collections.abc import Sequence

    from parcours.gap.results import Results

Row = dict[str, Any]  # a row of a model
NOTHING = Worth(0, 0, None, 0, 0)


def minor_each(worth: Worth) -> float:
    """What one journey with a broken promise carries, hundredths of its currency; 0: nobody knows."""
    return worth.minor / worth.journeys if worth.currency and worth.journeys else 0.0


def worth_of(results: Results) -> dict[tuple[str, str | None], Worth]:
    """(map, promise; None for any of them) to the journeys concerned and the amounts they carry."""
    names = {code: text.partition("/") for text, code in results.vault.terms("promise").items()}
    maps = {code: text for text, code in results.vault.terms("map").items()}
    recorded = {
        (drawn.map, promise.promise): promise.pattern != "measure"
        for drawn in (drawn_map(results, name) for name in results.maps)
        for promise in drawn.promises
    }
    codes = [
        (code, recorded[name, promise])
        for code, (name, _, promise) in names.items()
        if (name, promise) in recorded
    ]
    results.engine.register(
        "recorded_promise",
        pa.table(
            {
                "promise_id": pa.array([code for code, _ in codes], pa.int32()),
                "is_recorded": pa.array([is_recorded for _, is_recorded in codes], pa.bool_()),
            }
        ),
    )
    rows: dict[tuple[str, str | None], list[Row]] = {}
    for row in results.engine.model("parcours.gap", "journey_worth").to_pylist():
        promise = None if row["promise_id"] is None else names[row["promise_id"]][2]
        rows.setdefault((maps[row["map_id"]], promise), []).append(row)
    return {key: _sum_worth(own) for key, own in rows.items()}


def _sum_worth(rows: Sequence[Row]) -> Worth:
    """Journeys of all currencies, amounts of the one that most of them are in."""
    priced = [row for row in rows if row["currency"]]
    main = max(priced, key=lambda row: row["broken"], default=None)
    return Worth(
        round(sum(row["broken"] for row in rows)),
        round(sum(row["unseen"] for row in rows)),
        main["currency"] if main else None,
        round(main["broken_minor"] or 0) if main else 0,
        round(main["unseen_minor"] or 0) if main else 0,
    )
