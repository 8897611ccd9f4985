"""What journeys were like, and how people came to a purchase across channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.cli.show.tables import bar, heading, interval, lapse, note, plural, share, sheet
from parcours.journey.life.ways import UNKNOWN, WAYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.cli.show.tables import Cell, Row

_LENGTH = 16
_TRUSTED = 0.05
TITLES = {
    "duration_s": "how long",
    "duration_open_s": "how long, opening time",
    "wait_longest_s": "longest wait",
    "wait_longest_open_s": "longest wait, opening time",
    "signals": "signals",
    "steps": "steps of the map reached",
    "channels": "channels",
    "switches": "changes of channel",
    "ping_pong": "sent back to a channel",
    "contacts": "contacts",
    "repeats": "repeated contacts",
    "rework": "steps gone through again",
    "effort": "effort",
    "score": "score given",
    "value_minor": "worth",
}


def measure_lines(rows: Sequence[Row], effort: Row) -> Iterator[Cell]:
    """Each measure in a few figures; group by group where there are groups."""
    if not rows:
        yield "no journey to show"
        return
    for group in dict.fromkeys(row["group"] for row in rows):
        own = [row for row in rows if row["group"] == group]
        if group is not None:
            yield from heading(group)
        heads = ["measure", ">journeys", ">mean", ">median", ">90 % below"]
        lines: list[list[Cell]] = [
            [
                TITLES[row["measure"]],
                f"{row['journeys']:,}",
                *(_figure(row["measure"], row[name]) for name in ("mean", "median", "p90")),
            ]
            for row in own
        ]
        yield from sheet(
            heads, lines, below={"90 % below": "90 % below", "journeys": "journeys"}, folds="measure"
        )
    yield from note(_effort_words(effort))


def _figure(measure: str, value: float) -> str:
    if measure.endswith("_s"):
        return lapse(value)
    return f"{value / 100:,.2f}" if measure == "value_minor" else f"{value:,.2f}"


def _effort_words(effort: Row) -> str:
    weights = ", ".join(f"{name} {weight:.2f}" for name, weight in effort["weights"].items())
    answers = plural(effort["answers"], "answer")
    if effort["is_calibrated"]:
        return f"effort in points of {answers}, learnt from them: {weights}; rank agreement {effort['agreement']:.2f}"
    why = (
        "acts do not order them better than chance"
        if effort["agreement"] is not None
        else f"{answers}, too few to learn from"
    )
    return f"effort in acts, one each (contacts, repeated contacts, changes of channel, sent back, steps again); {why}"


def way_lines(rows: Sequence[Row]) -> Iterator[Cell]:
    """Ways to a purchase, with share and trend."""
    if not rows:
        yield "no purchase to show"
        return
    heads = ["way", ">purchases", ">share", "", "interval", "trend", "worth"]
    lines: list[list[Cell]] = [
        [
            WAYS[row["way"]]["en"],
            f"{row['purchases']:,}",
            "" if row["share"] is None else share(row["share"]),
            bar(row["share"] or 0, _LENGTH),
            interval(row["low"], row["high"]),
            _trend_words(row),
            ", ".join(f"{minor / 100:,.0f} {currency}" for currency, minor in row["values"].items()),
        ]
        for row in rows
    ]
    below = {"worth": "worth", "trend": "trend", "interval": "", "": ""}
    yield from sheet(heads, lines, below=below, folds="way")
    if any(row["way"] == UNKNOWN for row in rows):
        yield from note(
            "shares are of purchases of known people, and of those whose channel alone tells the way"
        )


def _trend_words(row: Row) -> str:
    if row["slope"] is None:
        return ""
    if row["chance"] >= _TRUSTED:
        return "steady"
    return f"{row['slope'] * 100:+.1f} points a month"


def store_lines(rows: Sequence[Row]) -> Iterator[Cell]:
    """What each store contributes."""
    if not rows:
        yield "no store to show: no signal carries an object `store`"
        return
    heads = ["store", ">purchases", ">begun online", ">finished online", "there, about no order"]
    lines: list[list[Cell]] = [
        [
            row["store"] or "(no name)",
            f"{row['purchases']:,}",
            f"{row['begun_online']:,}",
            f"{row['finished_online']:,}",
            ", ".join(f"{kind} {count:,}" for kind, count in row["acts"].items()),
        ]
        for row in rows
    ]
    yield from sheet(heads, lines, below={"there, about no order": "there, about no order:"}, folds="store")


def contribution_lines(rows: Sequence[Row], limit: int) -> Iterator[Cell]:
    """What goes together with outcomes, by three rules."""
    if not rows:
        yield "nothing came before an outcome"
        return
    for stage in dict.fromkeys(row.get("stage") for row in rows):
        own = [row for row in rows if row.get("stage") == stage]
        if stage is not None:
            yield from heading(stage)
        yield from _contributions(own[:limit])
        if len(own) > limit:
            yield from note(f"and {len(own) - limit:,} more: --limit, or --format json")
    yield from note("an association, not a cause: who is about to buy looks around more")


def _contributions(rows: Sequence[Row]) -> Iterator[Cell]:
    heads = [
        "touch",
        ">touches",
        ">by removal",
        "",
        ">by time decay",
        ">by the last touch",
        ">lost without it",
    ]
    lines: list[list[Cell]] = [
        [
            row["touch"] or "(no name)",
            f"{row['touches']:,}",
            share(row["markov"]),
            bar(row["markov"], _LENGTH),
            share(row["decayed"]),
            share(row["last"]),
            share(row["removal"]),
        ]
        for row in rows
    ]
    below = {
        "lost without it": "lost without it",
        "by the last touch": "by the last touch",
        "by time decay": "by time decay",
        "": "",
    }
    yield from sheet(heads, lines, below=below, folds="touch")


def concept_lines(rows: Sequence[Row], since: str) -> Iterator[Cell]:
    """What changed in some stores beside the others."""
    first = max(rows, key=lambda row: len(row["stores"]))
    yield (
        f"{plural(len(first['stores']), 'store')} since {since}, beside {plural(len(first['controls']), 'control store')}; "
        "each is held against itself before"
    )
    told = [row for row in rows if row["kind"] != "nothing"]
    heads = [
        "a week and store",
        ">before",
        ">after",
        ">as the others went",
        ">change",
        ">90 % interval",
        "what it is",
    ]
    lines: list[list[Cell]] = [
        [
            row["measure"],
            f"{row['before']:,.1f}",
            f"{row['after']:,.1f}",
            f"{row['expected']:,.1f}",
            _change(row["effect"]),
            "" if row["low"] is None else f"{_change(row['low'])} to {_change(row['high'])}",
            _standing(row),
        ]
        for row in told
    ]
    if lines:
        yield from sheet(heads, lines, below={"what it is": "what it is"}, folds="what it is")
    for row in rows:
        if row["kind"] == "nothing":
            yield from note(f"{row['measure']}: nothing can be said, {row['because']}")


def _change(ratio: float) -> str:
    return f"{100 * ratio:+.1f}%"


def _standing(row: Row) -> str:
    if row["kind"] == "association":
        return f"association only: {row['because']}"
    return "estimate" if row["chance"] < _TRUSTED else "may be chance"
