"""Rules held against lived journeys: Declare constraints as somebody writes them, and waits that are unusual, with the journeys behind each number.

Nobody was promised these: a rule that is violated accuses nobody, but it may be worth a promise.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast, get_args

import pyarrow as pa

from parcours.gap.naming import register_terms
from parcours.gap.results import Results, Unknown, person_text
from parcours.journey.rules import (
    Constraint,
    Template,
    concerned,
    place_walk,
    temporal_profile,
    unusual_waits,
    violations,
)
from parcours.kernel.clock import format_instant
from parcours.kernel.errors import ParcoursError
from parcours.signal import OBJECT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.gap.mining.choice import Choice

Row = dict[str, Any]  # rows leave as JSON
_RULE = re.compile(r"\s*(\w+)\s*\(\s*([^(),]+?)\s*(?:,\s*([^(),]+?)\s*)?\)\s*")
MOST_PAIRS = 200_000_000  # of signals of one journey that a temporal profile compares


class UnreadableRule(ParcoursError, ValueError):
    """A text that should be a rule between the nodes of journeys is none."""

    code = "gap.unreadable_rule"

    def __init__(self, text: str) -> None:
        super().__init__(
            f"{text!r} is no rule",
            fix=f"write it like `response(order.placed, order.ready)`; templates are {', '.join(get_args(Template))}",
        )


class JourneysTooLong(ParcoursError, ValueError):
    """A temporal profile would compare too many pairs of signals."""

    code = "gap.journeys_too_long"

    def __init__(self, pairs: int) -> None:
        super().__init__(
            f"these journeys hold {pairs:,} pairs of signals, more than {MOST_PAIRS:,}",
            fix="choose shorter journeys: with `--map`, `--per order`, or `--quiet 1d`",
            pairs=pairs,
        )


def hold_rules(results: Results, rules: Sequence[str], choice: Choice, *, behind: bool = False) -> list[Row]:
    """How many journeys each rule speaks of, and how many violate it.

    Args:
        results: Of the last run.
        rules: As `response(order.placed, order.ready)`; nodes are names of the walk.
        choice: The journeys.
        behind: Answer the journeys that violate instead, a row for each rule and journey.

    Returns:
        Rows `rule, journeys, violating, violating_ratio` (null where it speaks of none); or `rule, journey, person, started_at`.

    Raises:
        UnreadableRule: One of them is none.
        BadConstraint: A template with too few or too many nodes.
        Unknown: A template or node that is not known.
    """
    names = _walk(results, choice)
    asked = [_read(text, names) for text in rules]
    place_walk(results.engine)
    found = violations(results.engine, asked)
    if behind:
        told = _journeys(results, choice, found["journey"].unique())
        pairs = zip(found["constraint_id"].to_pylist(), found["journey"].to_pylist(), strict=True)
        rows = [{"rule": _written(rules[number]), **told[journey]} for number, journey in pairs]
        return sorted(rows, key=lambda row: (row["rule"], row["started_at"], row["journey"] or ""))
    counts = dict.fromkeys(range(len(rules)), 0)
    for number in found["constraint_id"].to_pylist():
        counts[number] += 1
    return [
        {
            "rule": _written(text),
            "journeys": spoken_of,
            "violating": counts[number],
            "violating_ratio": counts[number] / spoken_of if spoken_of else None,
        }
        for number, (text, spoken_of) in enumerate(zip(rules, concerned(results.engine, asked), strict=True))
    ]


def hold_waits(
    results: Results, zeta: float, choice: Choice, pair: tuple[str, str] | None = None
) -> list[Row]:
    """How long it usually takes between each two nodes of a journey, and how often it took unusually long or short.

    Args:
        results: Of the last run.
        zeta: Standard deviations from the mean that are still usual.
        choice: The journeys.
        pair: Answer the unusual waits between these two nodes instead, the longest first.

    Returns:
        Rows `source, target, pairs, wait_mean_s, wait_std_s, unusual, journeys`, those with most unusual waits first; or
        `journey, person, started_at, wait_s`.

    Raises:
        JourneysTooLong: Too many pairs would be compared.
        Unknown: A node that is not known.
    """
    names = _walk(results, choice)
    codes = {text: code for code, text in names.items()}
    place_walk(results.engine)
    _refuse_long(results)
    usual = temporal_profile(results.engine)
    if pair is not None:
        chosen = tuple(_code(name, codes) for name in pair)
        usual = [each for each in usual if (each.source, each.target) == chosen]
    found = unusual_waits(results.engine, usual, zeta)
    if pair is not None:
        told = _journeys(results, choice, found["journey"].unique())
        rows = [{**told[row["journey"]], "wait_s": row["wait_s"]} for row in found.to_pylist()]
        return sorted(rows, key=lambda row: (-row["wait_s"], row["journey"] or "", row["started_at"]))
    unusual = found.group_by(["source", "target"]).aggregate(
        [("journey", "count"), ("journey", "count_distinct")]
    )
    counts = {(row["source"], row["target"]): row for row in unusual.to_pylist()}
    nothing = {"journey_count": 0, "journey_count_distinct": 0}
    rows = [
        {
            "source": names[each.source],
            "target": names[each.target],
            "pairs": each.pairs,
            "wait_mean_s": each.wait_mean_s,
            "wait_std_s": each.wait_std_s,
            "unusual": counts.get((each.source, each.target), nothing)["journey_count"],
            "journeys": counts.get((each.source, each.target), nothing)["journey_count_distinct"],
        }
        for each in usual
    ]
    return sorted(rows, key=lambda row: (-row["unusual"], -row["pairs"], row["source"], row["target"]))


def _walk(results: Results, choice: Choice) -> dict[int, str]:
    return results.walk(choice.map_name, by=choice.by, per=choice.per, quiet=choice.quiet)


def _read(text: str, names: Mapping[int, str]) -> Constraint:
    """A rule as it is written."""
    found = _RULE.fullmatch(text)
    if found is None:
        raise UnreadableRule(text)
    codes = {name: code for code, name in names.items()}
    template, *nodes = found.groups()
    if template not in get_args(Template):
        raise Unknown("template of a rule", template or "", get_args(Template))
    wanted = [_code(node, codes) for node in nodes if node is not None]
    return Constraint(cast("Template", template), *wanted)


def _code(name: str, codes: Mapping[str, int]) -> int:
    if name not in codes:
        raise Unknown("step or type", name, codes)
    return codes[name]


def _written(rule: str) -> str:
    """A rule with its spaces where one expects them."""
    found = _RULE.fullmatch(rule)
    template, *nodes = found.groups() if found else (rule,)
    return f"{template}({', '.join(node for node in nodes if node is not None)})"


def _refuse_long(results: Results) -> None:
    pairs = results.engine.value(
        "select cast(coalesce(sum(signals * (signals - 1) // 2), 0) as bigint) from (select count(*) as signals from placed_walk group by journey)"
    )
    if pairs > MOST_PAIRS:
        raise JourneysTooLong(pairs)


def _journeys(results: Results, choice: Choice, journeys: pa.ChunkedArray) -> dict[int, Row]:
    """What to call some journeys of a walk: the object or person they are of, who lived them, and when they began."""
    results.engine.register("asked_journey", pa.table({"journey": journeys}))
    rows = results.engine.model("parcours.journey", "walked_journey").to_pylist()
    units = {row["journey"]: row["journey"] for row in rows}
    if choice.map_name is not None:
        lived = "select j.journey_id, j.unit_id from journey as j join asked_journey as a on a.journey = j.journey_id"
        units = dict(
            results.engine.rows(
                f"{lived} where j.map_id = $map_id", {"map_id": results.vault.terms("map")[choice.map_name]}
            )
        )
    results.view(OBJECT)
    register_terms(results.engine, results.vault)
    objects = results.object_names(set(units.values()))
    return {
        row["journey"]: {
            "journey": objects.get(units[row["journey"]]) or person_text(row["person"]),
            "person": person_text(row["person"]),
            "started_at": format_instant(row["started_at"], results.zone),
        }
        for row in rows
    }
