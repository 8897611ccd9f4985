"""Which of the five classical gaps a broken promise is, by written rules, and what is expected where nothing is promised.

Knowing, designing, delivering, communicating, perceiving: Parasuraman, Zeithaml and Berry (1985), Journal of Marketing 49:41-50. The rules are
ours, in docs/explanation/what-to-treat-first.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from parcours.gap.finding.types import Kind, Share, Unpromised

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from parcours.gap.results import Results
    from parcours.journey import JourneyMap

Row = dict[str, Any]  # a row of `Results.gaps`
RULES: Mapping[str, str] = {
    "bold": "even the places that keep it best stay below its goal: it promises more than anybody can keep",
    "denied": "the record says kept, and customers deny it more often than it is broken",
    "disliked": "it is kept, and those for whom it was kept still score low",
    "broken": "it can be kept, as the best places show, and is not",
}
_WELL_KEPT = 0.9  # share kept, where the map sets no goal
_FEW_PLACES = 3  # of one slice, to speak of the best
_FEW_ANSWERS = 30
_LOW = 0.6  # of the scale: 6 of 10
_TEN = 10.0
_FIVE = 5.0
_ENOUGH = 50  # verdicts of a place, to be held up as an example


def kind_of(
    share: Share, goal: float | None, overall: Row | None, slices: Sequence[Row]
) -> tuple[Kind | None, str | None]:
    """The kind of gap of one promise, and the rule that says so.

    Args:
        share: All of it.
        goal: Share of it that the map wants kept.
        overall: Its gap row.
        slices: Its gap rows by slice, whole period.

    Returns:
        (None, None) where nothing was judged, or nothing is broken, denied or disliked.
    """
    if overall is None or share.ratio is None:
        return None, None
    if overall["contested"] > share.broken and overall["contested"] > 0:
        return Kind.PERCEPTION, "denied"
    if share.broken and goal is not None and share.ratio < goal and _is_too_bold(goal, slices):
        return Kind.COMMUNICATION, "bold"
    if share.ratio >= (_WELL_KEPT if goal is None else goal) and _is_disliked(overall["said"]["kept"]):
        return Kind.PERCEPTION, "disliked"
    return (Kind.DELIVERY, "broken") if share.broken else (None, None)


def _is_too_bold(goal: float, slices: Sequence[Row]) -> bool:
    """The best place of every slice with several stays below the goal for sure."""
    by_slice: dict[str, list[Row]] = {}
    for row in slices:
        if row["kept"] + row["broken"] >= _ENOUGH:
            by_slice.setdefault(next(iter(row["slice"])), []).append(row)
    told = [rows for rows in by_slice.values() if len(rows) >= _FEW_PLACES]
    return bool(told) and all(row["high"] < goal for rows in told for row in rows)


def _is_disliked(said: Row) -> bool:
    mean = said["score_mean"]
    if mean is None or said["scores"] < _FEW_ANSWERS:
        return False
    scale = _TEN if mean > _FIVE else _FIVE  # whose mean is below five of ten is disliked on either scale
    return bool(mean / scale < _LOW)


def unpromised(results: Results, drawn: JourneyMap) -> Iterator[Unpromised]:
    """Steps of a map on which something is expected or disliked, and nothing is promised."""
    promised = {
        ref.signal
        for promise in drawn.promises
        for ref in (promise.target, promise.trigger)
        if ref is not None and promise.pattern != "measure"
    }
    expected = {item.step: item for item in drawn.expectations}
    scores = _scores(results, drawn)
    for step in drawn.steps:
        answers, mean = scores.get(step.step, (0, None))
        title, owner = step.title or {"en": step.step}, step.owner or drawn.owner
        facts = (step.signal in promised, expected.get(step.step))
        if facts[1] is not None and not facts[0]:
            yield Unpromised(drawn.map, step.step, title, Kind.DESIGN, facts[1].says, owner, answers, mean)
        elif facts == (False, None) and _is_disliked({"score_mean": mean, "scores": answers}):
            yield Unpromised(drawn.map, step.step, title, Kind.KNOWLEDGE, None, owner, answers, mean)


def _scores(results: Results, drawn: JourneyMap) -> dict[str, tuple[int, float | None]]:
    """Scores given next after each step."""
    rows = results.engine.model(
        "parcours.gap", "step_score", {"map_id": results.vault.terms("map")[drawn.map]}
    )
    names = {code: text.partition("/")[2] for text, code in results.vault.terms("step").items()}
    return {names[row["step_id"]]: (row["answers"], row["score_mean"]) for row in rows.to_pylist()}
