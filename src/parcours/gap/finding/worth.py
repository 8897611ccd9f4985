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
    register_recorded(results)
    rows: dict[tuple[str, str | None], list[Row]] = {}
    for row in results.engine.model("parcours.gap", "journey_worth").to_pylist():
        promise = None if row["promise_id"] is None else names[row["promise_id"]][2]
        rows.setdefault((maps[row["map_id"]], promise), []).append(row)
    return {key: _sum_worth(own) for key, own in rows.items()}


def register_recorded(results: Results) -> None:
    """Table `recorded_promise (promise_id, is_recorded)`: the promises of the maps; those that are measured are no record of what was done."""
    codes = results.vault.terms("promise")
    drawn = [drawn_map(results, name) for name in results.maps]
    promises = [
        (codes[f"{item.map}/{of.promise}"], of.pattern != "measure") for item in drawn for of in item.promises
    ]
    columns = {
        "promise_id": pa.array([code for code, _ in promises], pa.int32()),
        "is_recorded": pa.array([is_recorded for _, is_recorded in promises], pa.bool_()),
    }
    results.engine.register("recorded_promise", pa.table(columns))


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
