"""What an interaction changes: whether another one follows more often than where it had not happened, all else that is known alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow.compute as pc
from scipy.special import ndtr
from threadpoolctl import threadpool_limits

from parcours.gap.mining.choice import choose
from parcours.gap.mining.trials import Walked, anchored, landmark_of, make_trial
from parcours.gap.money.comparing import robustness_value
from parcours.gap.money.effect import Compared, estimate_effects
from parcours.gap.money.parting import FEWEST, MOST_APART, distance_apart
from parcours.gap.money.reading import mask_for
from parcours.journey import JOURNEY
from parcours.kernel.clock import duration_us
from parcours.kernel.errors import ParcoursError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.gap.mining.choice import Choice, Nodes
    from parcours.gap.mining.trials import Trial
    from parcours.gap.results import Results

Row = dict[str, Any]  # rows leave as JSON
WITHIN = "7d"
_MOST_JOURNEYS = 100_000  # that visit the anchor, about; drawn by their ids
_MOST_TRIMMED = 0.1  # of those who had it, without anybody like them
_CHANCE = 0.05  # of telling anything where there is nothing, among all that is told together


class NeverFollows(ParcoursError, ValueError):
    """What an interaction changes was asked where it never comes after the anchor."""

    code = "mining.never_follows"

    def __init__(self, of: str, after: str) -> None:
        super().__init__(
            f"{of!r} never comes after {after!r} in these journeys",
            fix="choose another `--after`; `parcours journeys graph` shows what comes after what",
        )


@dataclass(frozen=True)
class _Asked:
    of: str
    after: str
    within: str
    walked: Walked
    begins: Any  # (journeys,) int64
    landmark_us: int
    until: int


def effect_rows(
    results: Results,
    choice: Choice,
    of: str,
    on: str | None = None,
    after: str | None = None,
    within: str = WITHIN,
    by: str | None = None,
) -> list[Row]:
    """What an interaction changes in whether others follow.

    Args:
        results: The published run.
        choice: Of journeys.
        of: The interaction, a node.
        on: What may follow; None: every other node, each in a row.
        after: The node from whose first visit time is counted; None: the one that most often comes right before `of`.
        within: How long after the landmark something must follow.
        by: The landmark, counted from `after`; None: when nineteen of twenty such interactions have happened.

    Returns:
        Rows `of, on, after, landmark_s, within, had, had_not (journeys), later (share of those without who had it only
        after the landmark, weighted to be like those with it: as much of the effect is missing), share_had, share_had_not, difference (as it looks), effect, low,
        high (adjusted, in shares; 90 % interval), chance (of as much where there is nothing), is_beyond_chance (of all rows together), kind (estimate,
        association or nothing), because, balance, robustness`, the clearest first.

    Raises:
        Unknown: No such node.
        NeverFollows: `of` never comes after `after`.
    """
    nodes = choose(results, choice)
    code = nodes.code(of)
    before = nodes.code(after) if after else _usually_before(results, code)
    name = of if before is None else nodes.name(before)
    if before is None or name is None:
        raise NeverFollows(of, "anything")
    asked = _ask(results, choice, code, before, (of, name, within), by)
    wanted = (
        [nodes.code(on)]
        if on
        else [item for item in np.unique(asked.walked.node).tolist() if item not in {code, before}]
    )
    with threadpool_limits(limits=1):  # the same sums on every machine, whatever its cores
        rows = [_row(asked, code, item, nodes) for item in wanted]
    _correct(rows)
    return sorted(
        rows,
        key=lambda row: (
            row["kind"] == "nothing",
            not row["is_beyond_chance"],
            -abs(row["effect"] or 0.0),
            row["on"],
        ),
    )


def _usually_before(results: Results, code: int) -> int | None:
    found = results.engine.rows(
        "select node from move where next_node = $code and node <> $code group by node order by count(*) desc, node limit 1",
        {"code": code},
    )
    return found[0][0] if found else None


def _ask(
    results: Results, choice: Choice, code: int, before: int, names: tuple[str, str, str], by: str | None
) -> _Asked:
    engine = results.engine
    many = engine.value(f"select count(distinct journey) from move where node = {int(before)}")
    rows = engine.model(
        __package__ or "", "anchored_walk", {"anchor": before, "mask": mask_for(many, _MOST_JOURNEYS)}
    )
    ids, first, journey = np.unique(rows["journey"].to_numpy(), return_index=True, return_inverse=True)
    people = pc.fill_null(rows["person"], 0).to_numpy()[first]
    closed = np.full(len(ids), np.iinfo(np.int64).max)
    if choice.map_name is not None:
        results.view(JOURNEY)
        told = engine.arrow(
            "select journey_id, closed_at from journey where map_id = $map_id and closed_at is not null",
            {"map_id": results.vault.terms("map")[choice.map_name]},
        )
        known = told["journey_id"].to_numpy()
        place = np.searchsorted(ids, known).clip(max=max(len(ids) - 1, 0))
        mine = ids[place] == known if len(ids) else np.zeros(0, np.bool_)
        closed[place[mine]] = told["closed_at"].to_numpy()[mine]
    until = int(results.manifest.as_of)
    walked = Walked(
        journey.astype(np.int64),
        rows["node"].to_numpy().astype(np.int64),
        rows["at_us"].to_numpy(),
        np.where(people == 0, -1 - np.arange(len(ids)), people),
        closed,
        _offset_us(results.zone, until),
    )
    until = min(until, int(walked.at.max()))
    begins = anchored(walked, before)
    usual = landmark_of(walked, begins, code)
    if usual is None:
        raise NeverFollows(*names[:2])
    return _Asked(*names, walked, begins, duration_us(by) if by else usual, until)


def _offset_us(zone: str, instant_us: int) -> int:
    """Of the clock of a zone to UTC; good enough to tell mornings from evenings all year."""
    told = datetime.fromtimestamp(instant_us / 1e6, UTC).astimezone(ZoneInfo(zone)).utcoffset()
    return 0 if told is None else int(told.total_seconds() * 1_000_000)


def _row(asked: _Asked, of: int, on: int, nodes: Nodes) -> Row:
    trial = make_trial(
        asked.walked,
        asked.begins,
        asked.landmark_us,
        of=of,
        on=on,
        within_us=duration_us(asked.within),
        until=asked.until,
    )
    had, came = trial.had, trial.came
    shares = [float(came[side].mean()) if side.any() else None for side in (had, ~had)]
    row: Row = {
        "of": asked.of,
        "on": nodes.name(on),
        "after": asked.after,
        "landmark_s": asked.landmark_us / 1e6,
        "within": asked.within,
        "had": int(had.sum()),
        "had_not": int((~had).sum()),
        "share_had": shares[0],
        "share_had_not": shares[1],
        "difference": None if None in shares else shares[0] - shares[1],  # type: ignore[operator]
        "effect": None,
        "low": None,
        "high": None,
        "is_beyond_chance": False,
        "kind": "nothing",
        "because": None,
        "balance": None,
        "later": None,
        "robustness": None,
        "chance": None,
    }
    if min(row["had"], row["had_not"]) < FEWEST:
        return {**row, "because": f"fewer than {FEWEST} journeys with it, or without"}
    if not came.any():
        return {**row, "because": f"it never follows in {asked.within}"}
    return {**row, **_estimate(trial, asked.walked)}


def _estimate(trial: Trial, walked: Walked) -> Row:
    compared = Compared(trial.had, trial.known, walked.person[trial.journey], None)
    effects = estimate_effects(compared, trial.came.astype(np.float64)[:, None])
    if effects is None:
        return {"because": "who had it has nobody like them who had not"}
    effect = effects.of(np.ones(1))
    weight = effects.weight[~effects.broken]
    alike = float(weight.sum() ** 2 / (weight**2).sum())
    apart = distance_apart(trial.known[effects.rows], effects.broken, weight)
    trimmed = int(trial.had.sum() - effects.broken.sum())
    because = next(_doubts(trimmed / int(trial.had.sum()), alike, apart), None)
    distance = effect.mean / effect.error if effect.error > 0 else 0.0
    freedom = max(len(effects.rows) - trial.known.shape[1] - 2, 1)
    return {
        "effect": effect.mean,
        "low": effect.mean - effect.margin,
        "high": effect.mean + effect.margin,
        "kind": "association" if because else "estimate",
        "because": because,
        "balance": apart,
        "later": float(weight @ trial.later[effects.rows][~effects.broken] / weight.sum()),
        "robustness": robustness_value(distance, freedom),
        "chance": float(2 * ndtr(-abs(distance))),
    }


def _doubts(trimmed: float, alike: float, apart: float) -> Iterator[str]:
    """Why a comparison must not be called an estimate of a cause."""
    if trimmed > _MOST_TRIMMED:
        yield f"{trimmed:.0%} of those who had it have nobody like them"
    if alike < FEWEST:
        yield f"those without it who are like them count for {alike:.0f} only"
    if apart > MOST_APART:
        yield f"the two sides still differ by {apart:.2f} standard deviations in something known"


def _correct(rows: list[Row]) -> None:
    """Which of all that is told together are beyond chance.

    Source:
        Benjamini and Hochberg (1995), JRSS B 57:289-300.
    """
    told = sorted((row for row in rows if row["chance"] is not None), key=lambda row: row["chance"])
    reached = max(
        (number for number, row in enumerate(told, 1) if row["chance"] <= _CHANCE * number / len(told)),
        default=0,
    )
    for row in told[:reached]:
        row["is_beyond_chance"] = True
