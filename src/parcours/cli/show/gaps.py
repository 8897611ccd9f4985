"""The gaps: promises first, the most important on top; of one promise also where it breaks."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.drawing import (
    axis_head,
    axis_start,
    goal_text,
    is_weighted,
    last_weeks,
    sparks,
    whisker,
)
from parcours.cli.show.found import found_lines
from parcours.cli.show.tables import BAD, count, heading, interval, note, paragraph, share, sheet
from parcours.gap.contrast import contrast_slices, rank_promises

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.cli.show.tables import Cell, Row
    from parcours.gap.contrast import Contrast
    from parcours.gap.finding import Finding

_FEW = 5  # a mean of fewer answers is not shown: it would say more about one customer than about the promise
_TELLING = 5  # slices shown of the dimension that tells most, unless it is asked for
_PERHAPS = 1.96  # standard errors
_OF_PROMISE = {  # what moves below its row first, and the words before it there
    "owner": "owner",
    "then scored": "people then scored",
    "contested": "contested",
    "waived": "waived",
    "pending": "pending",
    "worst where": "worst",
    "says": "",
    "weeks": "weeks",
    "not observable": "not observable",
    "of": "judged",
    "goal": "goal",
}
_OF_SLICE = {
    "weeks": "weeks",
    "not observable": "not observable",
    "elsewhere": "elsewhere",
    "how sure": "",
    "of": "judged",
}


def gap_lines(
    rows: Sequence[Row],
    found_out: Sequence[Finding],
    *,
    promise: str | None,
    slice_by: str | None,
    limit: int,
    at: str,
) -> Iterator[Text]:
    """Promises, then slices: of a promise the dimension that tells most, or the one that is asked for.

    Args:
        rows: As results answer them.
        found_out: What stands out of their promises, by rank.
        promise: The only promise, where one was chosen.
        slice_by: A dimension to be shown whole.
        limit: Rows of slices shown.
        at: Option that names the workspace, for commands to be copied.
    """
    overall = rank_promises([row for row in rows if not row["slice"] and row["period"] is None])
    if not overall:
        yield from paragraph(
            f"no promise has been made to anyone yet: write one in maps/*.yaml, then parcours run{at}"
        )
        return
    found = {_key(row): contrast_slices(row, _slices_of(rows, row)) for row in overall}
    yield from _promises(rows, overall, found)
    for row in overall if promise is not None else ():
        yield from _interval_parts(row)
    for row in overall:
        dimensions = found[_key(row)]
        if slice_by in dimensions:
            yield from _slices(rows, row, slice_by, dimensions[slice_by], limit)
        elif promise is not None and slice_by is None and dimensions:
            yield from _telling(rows, row, dimensions)
    yield from found_lines(found_out, at)
    yield from _signs(overall)
    yield from note(_next(overall[0], found[_key(overall[0])], promise, at))


def worst_slice(dimensions: dict[str, list[Contrast]]) -> Contrast | None:
    """The slice that is worse than the rest for sure, the surest of all."""
    first = next(iter(dimensions.values()), [])
    return first[0] if first and first[0].is_sure else None


def slice_name(row: Row) -> str:
    """What a slice is called."""
    return str(next(iter(row["slice"].values())))


def _promises(
    rows: Sequence[Row], overall: Sequence[Row], found: dict[tuple[str, str], dict[str, list[Contrast]]]
) -> Iterator[Text]:
    several = len({row["map"] for row in overall}) > 1
    weeks, start = last_weeks(rows), axis_start(overall)
    heads = ["promise", "says", ">kept", "95 % interval", axis_head(start), "goal", ">broken", ">of"]
    heads += [">not observable", "weeks", "worst where", ">pending", ">waived", ">contested", "then scored"]
    lines: list[list[Cell]] = []
    for row in overall:
        worst = worst_slice(found[_key(row)])
        weekly = [item for item in rows if item["period"] and not item["slice"] and _key(item) == _key(row)]
        lines.append(
            [
                f"{row['map']}/{row['promise']}" if several else row["promise"],
                row["says"] if row["says"] != row["promise"] else "",
                share(row["population"]["kept_ratio"]),
                interval(row["population"]["low"], row["population"]["high"]),
                whisker(row, start),
                goal_text(row),
                count(row["broken"]),
                count(row["kept"] + row["broken"]),
                count(row["unobservable"]),
                sparks(weekly, weeks, start),
                ""
                if worst is None
                else f"{slice_name(worst.row)} {share(worst.row['population']['kept_ratio'])}",
                *(count(row[verdict]) for verdict in ("pending", "waived", "contested")),
                _scores(row),
                row["owner"] or "",
            ]
        )
    yield from sheet([*heads, "owner"], lines, below=_OF_PROMISE, folds="promise")


def _interval_parts(row: Row) -> Iterator[Text]:
    """What the interval is made of: chance, and what nobody saw."""
    judged, unseen = row["kept"] + row["broken"], row["unobservable"]
    if judged + unseen == 0:
        return
    sampling, observability = row["sampling"], row["observability"]
    chance = interval(sampling["low"], sampling["high"]) or "nothing was judged"
    silence = interval(observability["low"], observability["high"])
    yield from note(
        f"sampling interval {chance}: chance alone, {judged:,} judged",
        f"observability interval {silence}: all {unseen:,} not observable broken, or all kept"
        if unseen
        else "observability interval: nothing is hidden",
    )


def _telling(rows: Sequence[Row], overall: Row, dimensions: dict[str, list[Contrast]]) -> Iterator[Text]:
    """The dimension that tells most as a table, the others as a line each."""
    first, *others = dimensions
    yield from _slices(rows, overall, first, dimensions[first], _TELLING)
    if others:
        yield Text("")
    for name in others:
        worst = dimensions[name][0]
        here = f"by {name}: {slice_name(worst.row)} {share(worst.row['population']['kept_ratio'])}"
        if worst.rest_ratio is None:
            yield from note(f"{here}, and nobody elsewhere")
            continue
        sure = _sureness(worst).plain or "no worse than chance explains"
        yield from note(f"{here}, elsewhere {share(worst.rest_ratio)}", sure, f"--slice {name}")


def _slices(
    rows: Sequence[Row], overall: Row, name: str, contrasts: Sequence[Contrast], limit: int
) -> Iterator[Text]:
    mine = [row for row in _of(rows, overall) if name in row["slice"]]
    weeks, start = last_weeks(rows), axis_start([item.row | {"goal": None} for item in contrasts[:limit]])
    yield from heading(f"{overall['promise']} by {name}: the surest to be worse than the rest first")
    heads = [name, ">kept", "95 % interval", axis_head(start), ">broken", ">of", ">elsewhere", "how sure"]
    lines: list[list[Cell]] = [
        [
            slice_name(item.row),
            share(item.row["population"]["kept_ratio"]),
            interval(item.row["population"]["low"], item.row["population"]["high"]),
            whisker(item.row | {"goal": None}, start, BAD if item.is_sure else ""),
            count(item.row["broken"]),
            count(item.row["kept"] + item.row["broken"]),
            share(item.rest_ratio),
            _sureness(item),
            count(item.row["unobservable"]),
            sparks(
                [row for row in mine if row["period"] and row["slice"] == item.row["slice"]], weeks, start
            ),
        ]
        for item in contrasts[:limit]
    ]
    yield from sheet([*heads, ">not observable", "weeks"], lines, below=_OF_SLICE, folds=name)
    if len(contrasts) > limit:
        yield from note(
            f"and {len(contrasts) - limit:,} more", f"--slice {name} --limit {len(contrasts)} shows all"
        )
    judged = {slice_name(item.row) for item in contrasts}
    unseen = [
        row for row in mine if row["period"] is None and slice_name(row) not in judged and row["unobservable"]
    ]
    if unseen:
        told = ", ".join(f"{slice_name(row)} ({row['unobservable']:,})" for row in unseen)
        yield from note(f"only not observable: {told}")


def _signs(overall: Sequence[Row]) -> Iterator[Text]:
    """What the signs mean."""
    yield Text("")
    yield from note(
        "● kept of what was kept or broken",
        "├─┤ 95 % interval, with what could not be observed (◂ it begins further left)",
        *(["◇ goal: ✗ missed and ✓ reached for sure, ○ open"] if any(row["goal"] for row in overall) else []),
    )
    yield from note(
        "weeks: ▁ where the scale begins, or less, to █ all kept, ? not observable, · none to judge",
        "first come goals missed for sure, then what is broken most often",
    )
    if any(is_weighted(row) for row in overall):
        yield from note(
            "shares and intervals are of the population that the sample's weights stand for; counts are of the sample"
        )


def _next(row: Row, dimensions: dict[str, list[Contrast]], promise: str | None, at: str) -> str:
    if promise is None:
        return f"next: parcours gaps{at} --promise {row['promise']}"
    worst = worst_slice(dimensions)
    where = ""
    if worst is not None:
        name, value = next(iter(worst.row["slice"].items()))
        where = " --where " + shlex.quote(f"{name}={value}")
    return (
        f"next: parcours verdicts{at} --promise {row['promise']} --verdict broken{where}"
        if row["broken"]
        else ""
    )


def _sureness(item: Contrast) -> Text:
    if item.is_sure:
        return Text("✗ surely worse", style=BAD)
    return Text("○ perhaps worse" if item.distance > _PERHAPS else "")


def _scores(row: Row) -> str:
    said = {verdict: row["said"][verdict] for verdict in ("kept", "broken")}
    means = [
        f"{item['score_mean']:.1f} {verdict}" for verdict, item in said.items() if item["scores"] >= _FEW
    ]
    return ", ".join(means)


def _of(rows: Sequence[Row], overall: Row) -> list[Row]:
    return [row for row in rows if row["slice"] and _key(row) == _key(overall)]


def _slices_of(rows: Sequence[Row], overall: Row) -> list[Row]:
    return [row for row in _of(rows, overall) if row["period"] is None]


def _key(row: Row) -> tuple[str, str]:
    return row["map"], row["promise"]
