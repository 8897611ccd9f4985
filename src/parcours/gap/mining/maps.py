"""Maps and what is lived: a map proposed where there is none, and edits proposed to one that is there, each with its evidence."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from parcours.gap.finding import drawn_map
from parcours.gap.mining.choice import Choice, choose
from parcours.gap.naming import register_terms
from parcours.gap.results import Unknown
from parcours.journey import JOURNEY, JOURNEY_STEP
from parcours.journey.mined.drafting import LEAST_SHARE, Profile, draft_map, quoted
from parcours.kernel.clock import format_instant
from parcours.kernel.errors import ParcoursError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.gap.results import Results
    from parcours.journey import JourneyMap
    from parcours.journey.map import Step
    from parcours.journey.mined.drafting import Draft

Row = dict[str, Any]  # rows leave as JSON
_OFTEN_SHARE = 0.02  # of journeys, or of a step's; what is rarer is no edit
_REQUIRED_SHARE = 0.8  # of closed journeys; a step that fewer reach is optional
_USUAL_SHARE = 0.98  # of closed journeys; an optional step that so many reach is not optional
_TURNED_SHARE = 0.5  # of journeys with both; a step that comes later in more of them stands too early
_FEWEST = 20  # journeys; from fewer nothing is proposed
_QUIET_US = 30 * 86_400 * 1_000_000  # a step not seen for so long before the end of the data has gone dead


class NothingToDraw(ParcoursError, LookupError):
    """A map was to be proposed where nothing was lived."""

    code = "mining.nothing_to_draw"

    def __init__(self, per: str) -> None:
        super().__init__(
            f"no signal is about any {per}, so no map can be proposed",
            fix="name another kind of object with --per; `parcours journeys graph --per order` shows what there is",
        )


def draft_of(
    results: Results,
    name: str,
    per: str,
    *,
    owner: str,
    quiet: str | None = None,
    least_share: float = LEAST_SHARE,
) -> Draft:
    """A map proposed from what was lived.

    Args:
        results: The published run.
        name: Of the map.
        per: What a journey is about.
        owner: Who answers for it.
        quiet: Per person: the silence that ends a journey.
        least_share: Of journeys that must have a type for it to be a step.

    Raises:
        NothingToDraw: No journey.
        Unknown: No such kind of object.
    """
    nodes = choose(results, Choice(per=per, quiet=quiet or ("30d" if per == "person" else None)))
    engine = results.engine
    rows = engine.model("parcours.journey.mined", "node_profile").to_pylist()
    if not rows:
        raise NothingToDraw(per)
    journeys = int(engine.value("select count(*) from move where place = 1"))
    places = _touchpoints(results, per)
    profiles = [
        Profile(
            type=nodes.names[row["node"]],
            touchpoints=places.get(row["node"], ()),
            **{key: value for key, value in row.items() if key != "node"},
        )
        for row in rows
    ]
    quiet_s = engine.model("parcours.journey.mined", "longest_quiet").to_pylist()[0]["wait_p99_s"]
    return draft_map(name, per, profiles, journeys, owner=owner, quiet_s=quiet_s, least_share=least_share)


def _touchpoints(results: Results, per: str) -> dict[int, tuple[tuple[str, int], ...]]:
    asked = {"namespace_id": None if per in {"person", "visit"} else results.vault.terms("namespace")[per]}
    found: dict[int, list[tuple[str, int]]] = {}
    for row in results.engine.model(__package__ or "", "type_touchpoint", asked).to_pylist():
        found.setdefault(row["type_id"], []).append((row["touchpoint"], row["signals"]))
    return {kind: tuple(rows) for kind, rows in found.items()}


def review_rows(results: Results, map_name: str) -> list[Row]:
    """Edits proposed to a map, each with its evidence; the one that concerns most journeys first.

    Returns:
        Rows `what` (add_step, drop_step, wake_step, add_touchpoint, drop_touchpoint, make_optional, make_required, move_step), `subject`, `journeys` (that
        show it), `of` (journeys held against), `share`, `evidence` (a sentence), `edit` (what to write).

    Raises:
        Unknown: No such map.
    """
    if map_name not in results.maps:
        raise Unknown("map", map_name, results.maps)
    for spec in (JOURNEY, JOURNEY_STEP):
        results.view(spec)
    register_terms(results.engine, results.vault)
    review = _Review(results, map_name)
    rows = [*review.undocumented(), *review.steps(), *review.touchpoints(), *review.order()]
    return sorted(rows, key=lambda row: (-row["journeys"], row["what"], row["subject"]))


class _Review:
    """What was lived on a map, read once."""

    def __init__(self, results: Results, map_name: str) -> None:
        self._results = results
        self._map: JourneyMap = drawn_map(results, map_name)
        asked = {"map_id": results.vault.terms("map")[map_name]}
        steps = results.vault.terms("step")
        self._codes = {step.step: steps.get(f"{map_name}/{step.step}", -1) for step in self._map.steps}
        self._names = {code: name for name, code in self._codes.items()}
        self._types = {code: text for text, code in results.vault.terms("type").items()}
        read = {
            name: results.engine.model(__package__ or "", name, asked).to_pylist()
            for name in ("step_profile", "step_at", "step_order", "after_step")
        }
        self._read: Mapping[str, list[Row]] = read
        self._profile = {row["step_id"]: row for row in read["step_profile"] if row["step_id"] is not None}
        totals = results.engine.rows(
            "select count(*), count(closed_at), max(ended_at) from journey where map_id = $map_id", asked
        )[0]
        self._journeys, self._closed, self._last_at = totals

    def undocumented(self) -> list[Row]:
        """Types of signals that journeys go through and the map does not draw."""
        found = []
        for row in self._read["step_profile"]:
            if row["step_id"] is not None or not self._is_often(row["journeys"], self._journeys):
                continue
            kind = self._types[row["type_id"]]
            before = next(
                (item["before_id"] for item in self._read["after_step"] if item["type_id"] == row["type_id"]),
                None,
            )
            after = self._names.get(before) if before is not None else None
            places = [
                item["touchpoint"] for item in self._read["step_at"] if item["type_id"] == row["type_id"]
            ][:3]
            where = f", mostly after {after}" if after else ", mostly before any step"
            at = f", touchpoints: [{', '.join(quoted(place) for place in places)}]" if places else ""
            found.append(
                self._row(
                    "add_step",
                    kind,
                    row["journeys"],
                    self._journeys,
                    f"lived in {row['journeys']:,} of {self._journeys:,} journeys{where}, and on no step",
                    f"{{step: {quoted(kind.replace('.', '-'))}, signal: {quoted(kind)}{at}, optional: true}}",
                )
            )
        return found

    def steps(self) -> list[Row]:
        """Steps that nobody comes by, nobody comes by any more, or that are more or less optional than drawn."""
        if self._journeys < _FEWEST:
            return []
        return [row for step in self._map.steps if (row := self._step(step)) is not None]

    def _step(self, step: Step) -> Row | None:
        told = self._profile.get(self._codes[step.step])
        if told is None:
            heard = step.signal in self._types.values()
            why = (
                "its signal comes from somewhere, but not in these journeys"
                if heard
                else "no source sends its signal"
            )
            fix = f"remove the step {step.step}, or mend the source of {step.signal}"
            return self._row(
                "drop_step",
                step.step,
                0,
                self._journeys,
                f"lived in none of {self._journeys:,} journeys: {why}",
                fix,
            )
        last = told["last_at"]
        if last < self._last_at - _QUIET_US:
            day = (format_instant(last, self._results.zone) or "")[:10]
            fix = f"remove the step {step.step}, or mend the source of {step.signal}"
            return self._row(
                "wake_step", step.step, told["journeys"], self._journeys, f"not lived since {day}", fix
            )
        if self._closed < _FEWEST:
            return None
        share = told["closed"] / self._closed
        sentence = f"reached by {told['closed']:,} of {self._closed:,} closed journeys"
        if not step.optional and share < _REQUIRED_SHARE:
            return self._row(
                "make_optional",
                step.step,
                self._closed - told["closed"],
                self._closed,
                sentence,
                f"{step.step}: optional: true",
            )
        if step.optional and share >= _USUAL_SHARE:
            return self._row(
                "make_required",
                step.step,
                told["closed"],
                self._closed,
                sentence,
                f"{step.step}: remove `optional: true`",
            )
        return None

    def touchpoints(self) -> list[Row]:
        """Touchpoints lived and not drawn on their step, and drawn and not lived; a step that names none expects any."""
        found = []
        for step in self._map.steps:
            told = self._profile.get(self._codes[step.step])
            if told is None or not step.touchpoints or told["journeys"] < _FEWEST:
                continue
            lived = {
                row["touchpoint"]: row["journeys"]
                for row in self._read["step_at"]
                if row["step_id"] == self._codes[step.step]
            }
            of = told["journeys"]
            for place, journeys in lived.items():
                if place not in step.touchpoints and self._is_often(journeys, of):
                    evidence = f"{step.step} lived at {place} in {journeys:,} of its {of:,} journeys"
                    found.append(
                        self._row(
                            "add_touchpoint",
                            place,
                            journeys,
                            of,
                            evidence,
                            f"{step.step}: touchpoints: add {place}",
                        )
                    )
            for place in step.touchpoints:
                if place not in lived:
                    evidence = f"{step.step} lived there in none of its {of:,} journeys"
                    found.append(
                        self._row(
                            "drop_touchpoint",
                            place,
                            0,
                            of,
                            evidence,
                            f"{step.step}: touchpoints: remove {place}",
                        )
                    )
        return found

    def order(self) -> list[Row]:
        """Neighbours on the map that most journeys live the other way round."""
        found = []
        pairs = {(row["step_id"], row["other_id"]): row for row in self._read["step_order"]}
        required: Sequence[Step] = [step for step in self._map.steps if not step.optional]
        for step, following in pairwise(required):
            row = pairs.get((self._codes[step.step], self._codes[following.step]))
            if (
                row is None
                or row["journeys"] < _FEWEST
                or row["other_first"] <= _TURNED_SHARE * row["journeys"]
            ):
                continue
            evidence = f"{following.step} comes first in {row['other_first']:,} of the {row['journeys']:,} journeys that have both"
            found.append(
                self._row(
                    "move_step",
                    following.step,
                    row["other_first"],
                    row["journeys"],
                    evidence,
                    f"put {following.step} before {step.step}",
                )
            )
        return found

    def _is_often(self, journeys: int, of: int) -> bool:
        return journeys >= max(_FEWEST, _OFTEN_SHARE * of)

    @staticmethod
    def _row(what: str, subject: str, journeys: int, of: int, evidence: str, edit: str) -> Row:
        share = journeys / of if of else None
        return {
            "what": what,
            "subject": subject,
            "journeys": journeys,
            "of": of,
            "share": share,
            "evidence": evidence,
            "edit": edit,
        }
