"""Everything that stands out in a published run, read back and put in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from parcours.gap.finding.cases import hours_of, read_cases
from parcours.gap.finding.explaining import explain
from parcours.gap.finding.following import tell_once
from parcours.gap.finding.kinds import kind_of, unpromised
from parcours.gap.finding.ranking import Wanted, rank
from parcours.gap.finding.recording import read_findings, record_findings
from parcours.gap.finding.scanning import FEWEST_BROKEN
from parcours.gap.finding.types import Finding, Findings, Share, drawn_map
from parcours.gap.finding.worth import NOTHING, each_of, worth_of
from parcours.gap.naming import register_terms
from parcours.gap.tables import VERDICT
from parcours.journey import JOURNEY, JOURNEY_STEP
from parcours.signal import OBJECT, SIGNAL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.gap.finding.cases import PromiseCases
    from parcours.gap.finding.types import Stake, Where, Worth
    from parcours.gap.results import Results
    from parcours.journey import JourneyMap

Row = dict[str, Any]  # a row of `Results.gaps`
Key = tuple[str, str]  # map, promise
LOGIC = "2"  # raised when what is found, or how it is recorded, changes, so that it is searched anew
_ROUNDING = 1e-6  # of sums of weights


@dataclass(frozen=True)
class _Known:
    """What has been found of each promise, before it is put together."""

    cases: Mapping[Key, PromiseCases]
    explains: Mapping[Key, tuple[Where, ...]]
    works: Mapping[Key, tuple[Where, ...]]
    stakes: Mapping[Key, Stake]
    worth: Mapping[tuple[str, str | None], Worth]
    rows: Mapping[Key, Sequence[Row]]


def find(results: Results) -> Findings:
    """Everything that stands out in a published run; searched by whoever asks first, and kept."""
    return read_findings(results.kept.answer("findings", LOGIC, lambda: record_findings(search(results))))


def search(results: Results) -> Findings:
    """The same, searched anew."""
    results.progress("findings", 0, 1)
    for spec in (VERDICT, JOURNEY, JOURNEY_STEP, SIGNAL, OBJECT):
        results.view(spec)
    register_terms(results.engine, results.vault)
    rows = results.gaps(slice_weeks=False)
    maps = {name: drawn_map(results, name) for name in results.maps}
    known = _know(results, maps, rows)
    found = [_finding(results, maps[key[0]], key, known) for key in known.stakes]
    found.sort(key=lambda item: (item.stake.rank, item.map, item.promise))
    days = results.engine.rows(
        "select cast(local_time(min(trigger_at), $zone) as date), cast(local_time(max(trigger_at), $zone) as date) from verdict",
        {"zone": results.zone},
    )
    return Findings(
        tuple(found),
        _sum_shares([row for row in rows if not row["slice"] and row["period"] is None]),
        tuple(item for drawn in maps.values() for item in unpromised(results, drawn)),
        {name: known.worth.get((name, None), NOTHING) for name in results.maps},
        first_day=days[0][0],
        last_day=days[0][1],
        is_weighted=any(
            abs(row["population"][key] - row[key]) > _ROUNDING for row in rows for key in ("kept", "broken")
        ),
    )


def _know(results: Results, maps: Mapping[str, JourneyMap], rows: Sequence[Row]) -> _Known:
    worth = worth_of(results)
    cases = {
        (name, promise): own
        for name, drawn in maps.items()
        for promise, own in read_cases(results, drawn).items()
    }
    searched = [key for key, own in cases.items() if int(own.is_broken.sum()) >= FEWEST_BROKEN]
    found = {key: explain(cases[key], len(searched)) for key in searched}
    explains = tell_once({key: worse for key, (worse, _) in found.items()}, cases)
    goals = {
        (name, goal.promise): goal.kept
        for name, drawn in maps.items()
        for goal in reversed(drawn.goals)
        if goal.promise and goal.kept is not None
    }
    done = {
        (name, promise.promise): promise.pattern != "measure"
        for name, drawn in maps.items()
        for promise in drawn.promises
    }
    each = each_of(results, done, worth)
    wanted = {
        (name, promise): Wanted(
            cases.get((name, promise)),
            explains.get((name, promise), ()),
            goals.get((name, promise)),
            worth.get((name, promise), NOTHING),
            each[name, promise],
        )
        for name in maps
        for promise in results.maps[name]["promises"]
    }
    by_key: dict[Key, list[Row]] = {}
    for row in rows:
        by_key.setdefault((row["map"], row["promise"]), []).append(row)
    works = {key: better for key, (_, better) in found.items()}
    return _Known(cases, explains, works, rank(wanted), worth, by_key)


def _finding(results: Results, drawn: JourneyMap, key: Key, known: _Known) -> Finding:
    own = known.rows.get(key, ())
    overall = next((row for row in own if not row["slice"] and row["period"] is None), None)
    told = results.maps[drawn.map]["promises"][key[1]]
    goal = next((item.kept for item in drawn.goals if item.promise == key[1] and item.kept is not None), None)
    share = _share(overall) if overall else Share.of(0, 0)
    slices = tuple(_as_population(row) for row in own if row["slice"] and row["period"] is None)
    kind, because = kind_of(share, goal, overall, slices)
    finding = Finding(
        map=drawn.map,
        promise=key[1],
        says=told["says"] or {"en": key[1]},
        goal=goal,
        owner=told["owner"],
        theme=told["theme"],
        nature=told["nature"],
        share=share,
        weeks=tuple((row["period"], _share(row)) for row in own if not row["slice"] and row["period"]),
        slices=slices,
        explains=known.explains.get(key, ()),
        works=known.works.get(key, ()),
        kind=kind,
        because=because,
        hours={},
        worth=known.worth.get(key, NOTHING),
        stake=known.stakes[key],
    )
    if key not in known.cases:
        return finding
    where = finding.where
    return replace(finding, hours=hours_of(known.cases[key], where.dimension if where else None))


def _share(row: Row) -> Share:
    """Counts of the sample; the share and its interval are of the population that it stands for."""
    told = row["population"]
    return Share(
        row["kept"], row["broken"], row["unobservable"], told["kept_ratio"], told["low"], told["high"]
    )


def _as_population(row: Row) -> Row:
    return {**row, **{key: row["population"][key] for key in ("kept_ratio", "low", "high")}}


def _sum_shares(rows: Sequence[Row]) -> Share:
    """All promises together: shares of the population, on as many cases as were counted."""
    counted, stood_for = (
        [sum(row[key] for row in part) for key in ("kept", "broken", "unobservable")]
        for part in (rows, [row["population"] for row in rows])
    )
    if not sum(stood_for):
        return Share.of(0, 0)
    scale = sum(counted) / sum(stood_for)
    share = Share.of(*(scale * count for count in stood_for))
    return replace(share, kept=counted[0], broken=counted[1], unobservable=counted[2])
