"""What a store concept changed: stores that have it beside control stores, each held against itself before.

Source: difference in differences of logarithms, with the spread between control stores as its error (Conley and Taber 2011, for few that changed).
"""

from __future__ import annotations

import math
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any

from scipy.special import stdtr, stdtrit

from parcours.gap.results import Unknown
from parcours.journey.measures import CONTACTS, SALES
from parcours.kernel.clock import parse_instant
from parcours.kernel.errors import ParcoursError
from parcours.signal import OBJECT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.gap.results import Results

Row = dict[str, Any]  # rows leave as JSON
Weeks = dict[int, float]  # week, 0 begins with the concept, to a count
MEASURES = ("sales", "people", "contacts", "signals")
LEVEL = 0.90  # of every interval
_FEWEST_WEEKS = 2  # before and after
_FEWEST_CONTROLS = 3  # whose spread is an error
_FEWEST = 20  # before, of what is measured; the logarithm of fewer is mostly chance
_APART = 0.05  # chance below which stores were parting before there was anything


class NoConcept(ParcoursError, ValueError):
    """A store concept was asked about without whole weeks on both sides of its beginning."""

    code = "mining.no_concept"

    def __init__(self, since: str, before: int, after: int) -> None:
        super().__init__(
            f"there are {before} whole weeks before {since} and {after} after it",
            fix=f"choose `--since` with {_FEWEST_WEEKS} whole weeks of signals on either side",
        )


def concept_rows(
    results: Results,
    stores: Sequence[str],
    since: str,
    *,
    controls: Sequence[str] = (),
    namespace: str = "store",
) -> list[Row]:
    """What changed in some stores from a day on, beside what changed in the others.

    Args:
        results: The published run.
        stores: Those with the concept.
        since: Day it began, on the clock of the workspace.
        controls: Stores without it; none: all others.
        namespace: What stores are called in the signals.

    Returns:
        Rows `measure, stores, controls (names of those that count), before, after (a week and store), expected (after, had they gone as the
        controls did), effect, low, high (ratio; 90 % interval), chance, kind (estimate, association or nothing), because, weeks (rows
        `week, stores, controls`: of the mean before), placebo (the same change, pretended in the middle of the time before)`.

    Raises:
        Unknown: No such store, or no such kind of object.
        NoConcept: Too few whole weeks.
    """
    namespaces = results.vault.terms("namespace")
    if namespace not in namespaces:
        raise Unknown("kind of object", namespace, namespaces)
    begins = parse_instant(since if "T" in since else f"{since}T00:00:00", results.zone)
    counted, names = _count(results, namespaces[namespace], begins)
    known = set(names.values())
    for name in (*stores, *controls):
        if name not in known:
            raise Unknown(namespace, name, known)
    spans = [week for weeks in counted.values() for week in weeks["signals"]]
    first, last = min(spans) + 1, max(spans) - 1  # the weeks at both ends are not whole
    if -first < _FEWEST_WEEKS or last + 1 < _FEWEST_WEEKS:
        raise NoConcept(since, max(-first, 0), max(last + 1, 0))
    others = [name for name in controls or sorted(known - set(stores)) if name not in stores]
    by_name = {names[code]: weeks for code, weeks in counted.items()}
    return [_compare(by_name, list(stores), others, measure, range(first, last + 1)) for measure in MEASURES]


def _count(
    results: Results, namespace_id: int, since: int
) -> tuple[dict[int, dict[str, Weeks]], dict[int, str]]:
    """Counts by object, measure and week; names of the objects."""
    types = results.vault.terms("type")
    results.see()
    asked = {
        "namespace_id": namespace_id,
        "since": since,
        "sales": [types[name] for name in SALES if name in types] or [-1],
        "contacts": [types[name] for name in CONTACTS if name in types] or [-1],
    }
    counted: dict[int, dict[str, Weeks]] = {}
    for row in results.engine.model(__package__ or "", "object_week", asked).to_pylist():
        weeks = counted.setdefault(row["object_id"], {name: {} for name in MEASURES})
        for name in MEASURES:
            weeks[name][row["week"]] = float(row[name])
    results.view(OBJECT)
    told = results.object_names(list(counted))
    return counted, {code: told.get(code, "").partition(":")[2] or str(code) for code in counted}


def _compare(
    counted: Mapping[str, Mapping[str, Weeks]],
    stores: list[str],
    controls: list[str],
    measure: str,
    span: range,
) -> Row:
    series = {name: counted[name][measure] for name in (*stores, *controls)}
    enough = {name for name, weeks in series.items() if _sum(weeks, range(span.start, 0)) >= _FEWEST}
    mine, others = ([name for name in part if name in enough] for part in (stores, controls))
    before, after = (_mean(series, mine, weeks) for weeks in (range(span.start, 0), range(span.stop)))
    row: Row = {
        "measure": measure,
        "stores": mine,
        "controls": others,
        "before": before,
        "after": after,
        **dict.fromkeys(("expected", "effect", "low", "high", "chance")),
        "kind": "nothing",
        "because": None,
        "placebo": None,
        "weeks": [
            {
                "week": week,
                "stores": _relative(series, mine, week, span),
                "controls": _relative(series, others, week, span),
            }
            for week in span
        ],
    }
    if not mine:
        return {**row, "because": f"fewer than {_FEWEST} before"}
    if not others:
        return {**row, "because": "there is no control store"}
    changes = {name: _change(series[name], span, 0) for name in (*mine, *others)}
    found = _difference(changes, mine, others)
    middle = span.start // 2
    placebo = (
        _difference(
            {name: _change(series[name], range(span.start, 0), middle) for name in changes}, mine, others
        )
        if -span.start >= 2 * _FEWEST_WEEKS
        else None
    )
    return {**row, **_told(found, after, placebo)}


def _told(found: Row, after: float, placebo: Row | None) -> Row:
    effect = math.expm1(found["mean"])
    because = None
    if found["error"] is None:
        because = (
            f"fewer than {_FEWEST_CONTROLS} control stores: nobody knows how far stores part by themselves"
        )
    elif placebo is not None and placebo["chance"] is not None and placebo["chance"] < _APART:
        because = (
            f"they were parting before it began: {math.expm1(placebo['mean']):+.0%} within the time before"
        )
    low, high = (None if bound is None else math.expm1(bound) for bound in (found["low"], found["high"]))
    return {
        "expected": after / math.exp(found["mean"]),
        "effect": effect,
        "low": low,
        "high": high,
        "chance": found["chance"],
        "kind": "association" if because else "estimate",
        "because": because,
        "placebo": None if placebo is None else math.expm1(placebo["mean"]),
    }


def _difference(changes: Mapping[str, float], stores: Sequence[str], controls: Sequence[str]) -> Row:
    """Mean change of stores less that of controls, in logarithms, with its error from the spread of controls."""
    mean = fmean(changes[name] for name in stores) - fmean(changes[name] for name in controls)
    if len(controls) < _FEWEST_CONTROLS:
        return {"mean": mean, "error": None, "low": None, "high": None, "chance": None}
    error = stdev(changes[name] for name in controls) * math.sqrt(1 / len(stores) + 1 / len(controls))
    freedom = len(controls) - 1
    margin = float(stdtrit(freedom, 0.5 + LEVEL / 2)) * error
    chance = float(2 * stdtr(freedom, -abs(mean) / error)) if error else float(mean == 0)
    return {"mean": mean, "error": error, "low": mean - margin, "high": mean + margin, "chance": chance}


def _change(weeks: Weeks, span: range, turn: int) -> float:
    """Logarithm of the mean week from a turn on over the mean week before it; half a count more on both sides, for none may be left."""
    parts = (range(turn, span.stop), range(span.start, turn))
    after, before = (math.log((_sum(weeks, part) + 0.5) / len(part)) for part in parts)
    return after - before


def _sum(weeks: Weeks, span: range) -> float:
    return sum(weeks.get(week, 0.0) for week in span)


def _mean(series: Mapping[str, Weeks], names: Sequence[str], span: range) -> float:
    return sum(_sum(series[name], span) for name in names) / max(len(names) * len(span), 1)


def _relative(series: Mapping[str, Weeks], names: Sequence[str], week: int, span: range) -> float | None:
    """The mean of stores in a week, each over its own mean before."""
    if not names:
        return None
    return fmean(
        series[name].get(week, 0.0) / (_sum(series[name], range(span.start, 0)) / -span.start)
        for name in names
    )
