"""What journeys with a broken promise carry, and what one broken promise costs: the join with money is here, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from scipy.special import ndtri

from parcours.gap.finding.types import Basis, Each, Worth, drawn_map
from parcours.gap.money import money_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.gap.money import Money
    from parcours.gap.results import Results

Row = dict[str, Any]  # a row of a model
Key = tuple[str, str]  # map, promise
NOTHING = Worth(0, 0, None, 0, 0)
_QUANTILE = float(ndtri(0.95))  # from half a 90 % interval to a standard error


def minor_each(worth: Worth) -> float:
    """What one journey with a broken promise carries, hundredths of its currency; 0: nobody knows."""
    return worth.minor / worth.journeys if worth.currency and worth.journeys else 0.0


def each_of(
    results: Results, promises: Mapping[Key, bool], worth: Mapping[tuple[str, str | None], Worth]
) -> dict[Key, Each]:
    """What one broken promise of each kind costs, as the run estimated it.

    Args:
        results: The run.
        promises: Promise to whether it is about what was done; else what people say or what is measured.
        worth: Of journeys with a broken promise.
    """
    priced = money_of(results)
    told = {key: each for key in promises if (each := _priced_each(priced.get(key))) is not None}
    estimated = [
        (each.mean, priced[key].broken, each.currency)
        for key, each in told.items()
        if each.basis is Basis.EFFECT
    ]
    others = _mean_of(estimated)
    return {
        key: told.get(key) or _untold_each(others, worth.get(key, NOTHING), is_done=is_done)
        for key, is_done in promises.items()
    }


def _priced_each(money: Money | None) -> Each | None:
    """The cost of one; None where nothing of it is known."""
    if money is None or money.total_minor is None or not money.broken:
        return None
    spread = (money.high_minor or 0) - (money.low_minor or 0)
    return Each(
        money.total_minor / money.broken,
        spread / 2 / _QUANTILE / money.broken,
        money.currency,
        Basis.EFFECT if money.estimable else Basis.PART,
    )


def _mean_of(estimated: Sequence[tuple[float, float, str | None]]) -> Each | None:
    """The mean cost of a broken promise of any kind, and how far kinds lie apart; None where none was estimated."""
    if not estimated:
        return None
    means, broken = np.array([item[0] for item in estimated]), np.array([item[1] for item in estimated])
    mean = float(means @ broken / broken.sum())
    spread = float(np.sqrt(((means - mean) ** 2) @ broken / broken.sum()))
    return Each(max(mean, 0.0), spread, estimated[0][2], Basis.OTHERS)


def _untold_each(others: Each | None, worth: Worth, *, is_done: bool) -> Each:
    """For the order alone: like the others, or what journeys carry; a score counts nothing beside what it is given for."""
    if others is None:
        return Each(minor_each(worth), 0.0, worth.currency, Basis.CARRIED)
    return others if is_done else Each(0.0, 0.0, None, Basis.OTHERS)


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
