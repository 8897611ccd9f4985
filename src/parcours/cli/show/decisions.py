"""Decisions on gaps with what came of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text

from parcours.cli.show.tables import BAD, heading, note, paragraph, share, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.cli.show.tables import Cell
    from parcours.gap.deciding import Decision, Effect
    from parcours.gap.finding import Share

Row = dict[str, Any]  # leaves as JSON
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_BELOW = {
    "because": "because",
    "budget": "budget",
    "who": "who",
    "before": "before",
    "without it": "without it",
}


def decision_row(decision: Decision, effect: Effect | None) -> Row:
    """A decision as JSON; without an effect what was written down alone."""
    row: Row = {
        "decision": decision.decision_id,
        "map": decision.map,
        "promise": decision.promise,
        "where": dict(decision.where),
        "days": decision.when.days,
        "hours": decision.when.hours,
        "choice": decision.choice.value,
        "who": decision.who,
        "budget_minor": decision.budget_minor,
        "currency": decision.currency,
        "by": str(decision.due_on),
        "because": decision.because,
        "decided_on": str(decision.decided_on),
        "recorded_by": decision.recorded_by,
    }
    if effect is None:
        return row
    return row | {
        "due": effect.is_due,
        "state": effect.state.value,
        "before": _share(effect.before),
        "after": _share(effect.after),
        "rest_before": effect.rest_before and _share(effect.rest_before),
        "rest_after": effect.rest_after and _share(effect.rest_after),
        "forecast": effect.forecast,
        "points": effect.points,
        "low": effect.low,
        "high": effect.high,
    }


def _share(told: Share) -> Row:
    return {"kept": told.kept, "broken": told.broken, "kept_ratio": told.ratio}


def decision_lines(rows: Sequence[Row], at: str) -> Iterator[Text]:
    """Decisions, those that are due and not seen to work first."""
    if not rows:
        yield from paragraph(
            f"nothing has been decided yet: parcours gap decide{at} PROMISE mend --who … --by … --because …"
        )
        return
    order = {"worse": 0, "no change seen": 1, "not measurable": 2, "too early": 3, "better": 4}
    ranked = sorted(rows, key=lambda row: (not row["due"], order[row["state"]], row["by"], row["decision"]))
    yield from heading("decisions, those due and not seen to work first")
    heads = [
        ">no.",
        "promise",
        "where",
        "choice",
        "by",
        "what came of it",
        ">before",
        ">without it",
        ">since",
        "who",
        "budget",
        "because",
    ]
    yield from sheet(heads, [_line(row) for row in ranked], below=_BELOW, folds="where")
    yield from note(
        "before: eight weeks up to the decision",
        "without it: before, moved as the rest of the promise moved",
        "since: from its day on",
    )


def _line(row: Row) -> list[Cell]:
    budget = "" if row["budget_minor"] is None else f"{row['budget_minor'] / 100:,.0f} {row['currency']}"
    return [
        str(row["decision"]),
        row["promise"],
        place_text(row),
        row["choice"],
        row["by"],
        _outcome(row),
        share(row["before"]["kept_ratio"]),
        share(row["forecast"]),
        share(row["after"]["kept_ratio"]),
        row["who"],
        budget,
        row["because"],
    ]


def _outcome(row: Row) -> Text:
    said = outcome_text(row)
    return Text(said, style=BAD if row["state"] == "worse" else "")


def outcome_text(row: Row) -> str:
    """What came of a decision, in words."""
    if row["points"] is None:
        return str(row["state"])
    low, high = (round(100 * row[name]) for name in ("low", "high"))
    if row["state"] == "no change seen":
        return f"no change seen ({low:+d} to {high:+d} points)"
    verb = "rose" if row["state"] == "better" else "fell"
    points = abs(round(100 * row["points"]))
    ends = (low, high) if row["state"] == "better" else (-high, -low)
    return f"kept share {verb} by {points} points ({ends[0]} to {ends[1]})"


def place_text(row: Row) -> str:
    """What it is about: attributes, weekdays and hours."""
    parts = [f"{name}={value}" for name, value in row["where"].items()]
    if row["days"]:
        first, last = (_DAYS[day] for day in row["days"])
        parts.append(first if first == last else f"{first}-{last}")
    if row["hours"]:
        parts.append(f"{row['hours'][0]}-{row['hours'][1]} h")
    return " ".join(parts) or "everywhere"
