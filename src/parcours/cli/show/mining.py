"""Step matrices, funnels, loops and differences of journeys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.cli.show.tables import bar, heading, lapse, note, paragraph, plural, share, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.cli.show.tables import Cell, Row

_LENGTH = 16
_SHOWN_WAYS = 3
_SHOWN_NODES = 8  # of an offset
_TRUSTED = 0.05
_LATE = 0.05
NOTHING = "no journey to show"


def matrix_lines(rows: Sequence[Row]) -> Iterator[Cell]:
    """Where journeys are at each offset, the most frequent node first."""
    if not rows:
        yield NOTHING
        return
    for offset in dict.fromkeys(row["offset"] for row in rows):
        own = [row for row in rows if row["offset"] == offset]
        yield from heading(
            "at the anchor"
            if offset == 0
            else f"{plural(abs(offset), 'move')} {'after' if offset > 0 else 'before'}"
        )
        absent = "(not begun)" if offset < 0 else "(ended)"
        lines: list[list[Cell]] = [
            [row["node"] or absent, f"{row['journeys']:,}", share(row["share"]), bar(row["share"], _LENGTH)]
            for row in own[:_SHOWN_NODES]
        ]
        yield from sheet(["", ">", ">", ""], lines, headed=False, folds="")
        if len(own) > _SHOWN_NODES:
            yield from note(f"and {len(own) - _SHOWN_NODES} more: --format json")


def funnel_lines(rows: Sequence[Row]) -> Iterator[Cell]:
    """Steps in turn, with where those go that do not reach the next."""
    if not rows or not rows[0]["journeys"]:
        yield NOTHING
        return
    heads = [
        "step",
        ">journeys",
        ">of all",
        "",
        ">of the step before",
        ">median wait",
        "never reach the next",
    ]
    lines: list[list[Cell]] = [
        [
            row["node"],
            f"{row['journeys']:,}",
            share(row["share"]),
            bar(row["share"], _LENGTH),
            "" if row["from_before"] is None else share(row["from_before"]),
            lapse(row["wait_median_s"]),
            _gone(row),
        ]
        for row in rows
    ]
    below = {
        "never reach the next": "never reach the next:",
        "median wait": "median wait",
        "of the step before": "of the step before",
        "": "",
    }
    yield from sheet(heads, lines, below=below, folds="step")


def _gone(row: Row) -> str:
    """How many journeys never reach the next step, and where they go."""
    if not row["dropped"]:
        return ""
    ways = [way for way in row["ways"] if way["dropped"]]
    told = ", ".join(f"{way['target'] or '(end)'} {way['dropped']:,}" for way in ways[:_SHOWN_WAYS])
    more = len(ways) - _SHOWN_WAYS
    return f"{row['dropped']:,} ({told}{f', {more} more' if more > 0 else ''})"


def loop_lines(rows: Sequence[Row], limit: int) -> Iterator[Cell]:
    """Nodes that are gone through again, and by which way."""
    if not rows:
        yield "no journey comes back to anything"
        return
    heads = ["again", ">times", ">journeys", ">of its journeys", ">median time away", "left by"]
    lines: list[list[Cell]] = [
        [
            row["node"],
            f"{row['again']:,}",
            f"{row['again_journeys']:,}",
            share(row["share"]),
            lapse(row["away_median_s"]),
            ", ".join(
                f"{'(at once)' if way['via'] == row['node'] else way['via']} {way['count']:,}"
                for way in row["ways"][:_SHOWN_WAYS]
            ),
        ]
        for row in rows[:limit]
    ]
    yield from sheet(
        heads, lines, below={"left by": "left by", "median time away": "median time away"}, folds="again"
    )
    if len(rows) > limit:
        yield from note(f"and {len(rows) - limit:,} more: --limit, or --format json")


def difference_lines(found: Row, limit: int) -> Iterator[Cell]:
    """Transitions of two cohorts that differ beyond chance."""
    chosen, other = found["chosen"], found["other"]
    yield f"{chosen['title']}: {plural(chosen['journeys'], 'journey')} · {other['title']}: {plural(other['journeys'], 'journey')}"
    rows = [
        row
        for row in found["transitions"]
        if row["chance"] < _TRUSTED or (row["wait_chance"] is not None and row["wait_chance"] < _TRUSTED)
    ]
    if not rows:
        yield "nothing differs beyond chance"
        return
    heads = [
        "from",
        "to",
        f">{chosen['title']}",
        f">{other['title']}",
        ">chance",
        ">median wait",
        ">other wait",
        ">wait chance",
    ]
    lines: list[list[Cell]] = [
        [
            row["source"] or "(start)",
            row["target"] or "(end)",
            share(row["share_chosen"]),
            share(row["share_other"]),
            _chance(row["chance"]),
            lapse(row["wait_chosen_s"]),
            lapse(row["wait_other_s"]),
            _chance(row["wait_chance"]),
        ]
        for row in rows[:limit]
    ]
    below = {
        "wait chance": "wait chance",
        "other wait": "other wait",
        "median wait": "median wait",
        "chance": "chance",
    }
    yield from sheet(heads, lines, below=below, folds="to")
    if len(rows) > limit:
        yield from note(f"and {len(rows) - limit:,} more: --limit, or --format json")


def representative_lines(found: Row, limit: int) -> Iterator[Cell]:
    """Typical journeys, told stage by stage where they are a map's."""
    rows = found["representative"]
    if not rows:
        yield NOTHING
        return
    for number, row in enumerate(rows[:limit], 1):
        yield from heading(f"{number}. {share(row['share'])} of journeys {bar(row['share'], _LENGTH)}")
        yield from paragraph(_way(row), indent=3)
        told = [
            f"{row['journeys']:,} journeys ({row['exactly']:,} exactly so) of {plural(row['people'], 'known person', 'known people')}",
            f"half within {lapse(row['duration_median_s'])}",
            ""
            if row["let_down"] is None
            else f"promise broken on {share(row['let_down'] / row['journeys'])}",
            "" if not row["scores"] else f"scores {row['score']:.1f} on average",
            f"walk one: --journey {row['example']}",
        ]
        yield from note(*told, indent=3)
    more = f", {len(rows) - limit:,} not shown (--limit)" if len(rows) > limit else ""
    proven = "; no fewer can" if found["is_fewest"] else "; fewer are not excluded"
    yield from note(
        f"{plural(len(rows), 'journey')} of {plural(found['variants'], 'different one')} stand for {share(found['covered'])} of {found['journeys']:,}{proven}{more}"
    )


def _way(row: Row) -> str:
    """A path with its waits, its stages named where they begin."""
    starts: dict[int, str] = {}
    place = 0
    for stage in row["stages"] or ():
        starts[place] = stage["stage"]
        place += len(stage["steps"])
    told = []
    for number, node in enumerate(row["path"]):
        wait = f"{lapse(row['waits_median_s'][number - 1])} → " if number else ""
        told.append(f"{wait}{f'[{starts[number]}] ' if number in starts else ''}{node}")
    return " ".join(told)


def _chance(chance: float | None) -> str:
    if chance is None:
        return ""
    return "<0.001" if chance < 0.001 else f"{chance:.3f}"  # noqa: PLR2004 - smaller says nothing more


def effect_lines(rows: Sequence[Row], limit: int) -> Iterator[Cell]:
    """What an interaction changes, what is an estimate apart from what only goes together."""
    if not rows:
        yield NOTHING
        return
    first = rows[0]
    yield (
        f"{lapse(first['landmark_s'])} after {first['after']}: what follows within {first['within']}, "
        f"where {first['of']} had come by then and where it had not"
    )
    told = [row for row in rows if row["kind"] != "nothing"]
    heads = [
        "then",
        ">with it",
        ">without",
        ">as it looks",
        ">all else alike",
        ">90 % interval",
        "what it is",
    ]
    lines: list[list[Cell]] = [
        [
            row["on"],
            share(row["share_had"]),
            share(row["share_had_not"]),
            _points(row["difference"]),
            _points(row["effect"]),
            f"{_points(row['low'])} to {_points(row['high'])}",
            _standing(row),
        ]
        for row in told[:limit]
    ]
    if lines:
        yield from sheet(heads, lines, below={"what it is": "what it is"}, folds="what it is")
    if len(told) > limit:
        yield from note(f"and {len(told) - limit:,} more: --limit, or --format json")
    unsaid = [row for row in rows if row["kind"] == "nothing"]
    for row in unsaid[: max(0, limit - len(told))]:
        yield from note(f"{row['on']}: nothing can be said, {row['because']}")
    most = max(rows, key=lambda row: (row["had"], row["had_not"]))
    yield from note(
        f"{plural(most['had'], 'journey')} with it, {most['had_not']:,} without; points are percentage points; "
        "who had what follows before that moment is on neither side; an estimate holds as far as nothing hidden drives both"
    )


def _points(share_of: float | None) -> str:
    return "" if share_of is None else f"{100 * share_of:+.1f}"


def _standing(row: Row) -> str:
    if row["kind"] == "association":
        return f"association only: {row['because']}"
    if not row["is_beyond_chance"]:
        return "may be chance"
    late = (
        f" at least, as {share(row['later'])} of those without had it later" if row["later"] > _LATE else ""
    )
    return f"estimate{late}; something hidden would have to explain {share(row['robustness'])} of both to undo it"
