"""What people see in a terminal: tables, bars and sparklines that stay readable in a pipe."""

from __future__ import annotations

import contextlib
import os
import sys
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.console import Console, Group
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from rich.console import RenderableType

    from parcours.gap.loop import RunReport
    from parcours.kernel.errors import Fault
    from parcours.signal.importing import Progress as Told

Row = dict[str, Any]  # rows as the features answer them
_PIPE_WIDTH = 160
_FEW = 5  # a mean of fewer answers is not shown: it would say more about one customer than about the promise
_SPARKS = "▁▂▃▄▅▆▇█"
_WRAPPING = {"says", "they said", "refused", "types", "about", "stages", "steps", "promises"}
_NARROWEST = 16  # of a column that wraps
_GUTTER = 2  # between two columns
_JUDGED = ("kept", "broken", "unobservable")
_STYLES = {
    "kept": "cyan",
    "broken": "bold red",
    "pending": "yellow",
    "unobservable": "dim",
    "waived": "dim",
    "contested": "magenta",
}


@cache
def console() -> Console:
    """The one console of standard output: as wide as the terminal or COLUMNS say; in a pipe wide enough to lose nothing."""
    wide = not sys.stdout.isatty() and not os.environ.get("COLUMNS", "").isdigit()
    return Console(highlight=False, width=_PIPE_WIDTH if wide else None)


@contextlib.contextmanager
def drawn_progress() -> Iterator[Told]:
    """Progress on standard error: a bar on a terminal, a line a stage elsewhere."""
    errors = Console(stderr=True, highlight=False)
    if not errors.is_terminal:
        yield lambda *_: None
        return
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=errors,
        transient=True,
    ) as bar:
        task = bar.add_task("reading", total=None)
        yield lambda what, done, total: bar.update(
            task, description=what, completed=done, total=total or None
        )


def faults_table(faults: Sequence[Fault]) -> RenderableType:
    """Every fault with its place and fix."""
    table = _table("", "place", "what", "fix")
    for fault in faults:
        table.add_row("✗", f"{fault.file}:{fault.line}" if fault.line else fault.file, fault.what, fault.fix)
    return Group(table, Text(f"{len(faults)} fault{'s' if len(faults) > 1 else ''}", style="bold red"))


def run_table(report: RunReport) -> RenderableType:
    """Counts and timings of a run."""
    table = _table("stage", ">seconds", ">rows")
    for stage in report.stages:
        table.add_row(stage.stage, f"{stage.seconds:.2f}", f"{stage.rows:,}")
    refused = ", ".join(f"{count:,} {reason}" for reason, count in sorted(report.refused.items())) or "none"
    line = f"{report.accepted:,} of {report.received:,} signals accepted (refused: {refused}) · {report.people:,} people · {report.journeys:,} journeys · {report.verdicts:,} verdicts"
    return Group(table, Text(line), Text("next: parcours gaps", style="dim"))


def gap_tables(
    rows: Sequence[Row], slice_by: str | None, limit: int, *, chosen: bool
) -> Iterator[RenderableType]:
    """The gaps, the most broken first; with a promise or slice chosen, its slices and weeks."""
    overall = [row for row in rows if not row["slice"] and row["period"] is None]
    if not overall:
        yield Text("no promise has been made to anyone yet: write one in maps/*.yaml and run again")
        return
    weighted = any(_is_weighted(row) for row in overall)
    rows = [_as_population(row) for row in rows] if weighted else rows
    overall = [row for row in rows if not row["slice"] and row["period"] is None]
    weeks = _weeks(rows)
    several = len({row["map"] for row in overall}) > 1
    heads = ["map"] * several + [
        "promise",
        "says",
        ">kept",
        "95 % interval",
        "",
        ">broken",
        ">pending",
        ">waived",
        ">contested",
        ">not observable",
        ">score kept/broken",
        "weeks",
        "owner",
    ]
    lines: list[list[str | Text]] = [
        [row["map"]] * several
        + [
            row["promise"],
            row["says"],
            _share(row["kept_ratio"]),
            _interval(row),
            _bar(row),
            _count(row["broken"], "bold red"),
            _count(row["pending"]),
            _count(row["waived"]),
            _count(row["contested"]),
            _count(row["unobservable"]),
            _scores(row),
            weeks.get(_place(row), ""),
            row["owner"] or "",
        ]
        for row in sorted(overall, key=lambda row: (row["kept_ratio"] is None, row["kept_ratio"]))
    ]
    yield _fitted(
        heads,
        lines,
        spare=("", "score kept/broken", "pending", "waived", "contested", "owner", "says", "weeks"),
    )
    yield Text(
        "kept = kept / (kept + broken); the interval holds sampling and what could not be observed; "
        "weeks: half kept or less ▁ to all kept █",
        style="dim",
    )
    if weighted:
        yield Text(
            "shares and intervals are of the population that the sample's weights stand for; counts are of the sample",
            style="dim",
        )
    dimensions = sorted({name for row in rows for name in row["slice"]}) if chosen or slice_by else []
    for name in dimensions:
        if slice_by in {None, name}:
            yield Text("")
            yield _slice_table([row for row in rows if name in row["slice"]], name, limit)


def _is_weighted(row: Row) -> bool:
    """Its cases stand for more, or fewer, than themselves."""
    return any(abs(row["population"][verdict] - row[verdict]) > 1e-6 for verdict in _JUDGED)  # noqa: PLR2004 - rounding


def _as_population(row: Row) -> Row:
    """A row whose share, interval and bar are those of the population."""
    told = row["population"]
    return {
        **row,
        **{key: told[key] for key in ("kept_ratio", "low", "high")},
        "bar": [told[verdict] for verdict in _JUDGED],
    }


def _slice_table(rows: Sequence[Row], name: str, limit: int) -> RenderableType:
    """A slice's rows: what was judged, the worst first, then what nobody could see."""
    weeks = _weeks(rows)
    shown = [
        row
        for row in rows
        if row["period"] is None and (row["kept_ratio"] is not None or row["unobservable"])
    ]
    shown.sort(key=lambda row: (row["kept_ratio"] is None, row["high"], -row["broken"]))
    heads = ["promise", name, ">kept", "95 % interval", "", ">broken", ">of", ">not observable", "weeks"]
    lines = [
        [
            row["promise"],
            str(row["slice"][name]),
            _share(row["kept_ratio"]),
            _interval(row),
            _bar(row),
            _count(row["broken"], "bold red"),
            f"{row['eligible']:,}",
            _count(row["unobservable"]),
            weeks.get(_place(row), ""),
        ]
        for row in shown[:limit]
    ]
    table = _fitted(
        heads,
        lines,
        spare=("", "weeks"),
        title=f"by {name}, the worst first",
    )
    return _cut(table, len(shown) - limit, "rows")


def verdict_table(rows: Sequence[Row], promise: str) -> RenderableType:
    """Verdicts, newest first, each with the file rows behind it."""
    if not rows:
        return Text(f"no verdict of {promise!r} matches")
    slices = [name for name in rows[0]["slices"] if any(row["slices"][name] for row in rows)]
    heads = ["verdict", "about", "promised at", "due", "happened", *slices, "they said", "proof"]
    lines: list[list[str | Text]] = [
        [
            Text(row["verdict"], style=_STYLES.get(row["verdict"], "")),
            str(row["unit"] or ""),
            _moment(row["triggered_at"]),
            _moment(row["deadline_at"]),
            _moment(row["target_at"]),
            *(str(row["slices"][name] or "") for name in slices),
            _shorten(row["text"]),
            _proof(row["trigger"], row["target"]),
        ]
        for row in rows
    ]
    return _fitted(
        heads, lines, spare=("proof", *reversed(slices[1:]), "they said", *slices[:1]), title=promise
    )


def coverage_table(rows: Sequence[Row]) -> RenderableType:
    """Sources and what they let us see."""
    heads = [
        "source",
        "first signal",
        "last signal",
        ">silent for",
        ">signals",
        ">files",
        ">received",
        "refused",
        "types",
    ]
    newest = max((row["last_at"] for row in rows if row["last_at"]), default=None, key=datetime.fromisoformat)
    lines: list[list[str | Text]] = []
    for row in rows:
        refused = ", ".join(f"{count:,} {reason}" for reason, count in row["refused"].items()) or "none"
        types = ", ".join(row["types"][:6]) + (" …" if len(row["types"]) > 6 else "")  # noqa: PLR2004 - as many as fit
        lines.append(
            [
                row["source"],
                _moment(row["first_at"]),
                _moment(row["last_at"]),
                _silence(row["last_at"], newest),
                f"{row['signals']:,}",
                str(row["files"]),
                f"{row['received']:,}",
                refused,
                types,
            ]
        )
    return Group(
        _fitted(heads, lines, spare=("types", "files", "received", "first signal")),
        Text(
            "silent for: how long before the newest signal of all it fell silent; what it should prove since then is not observable",
            style="dim",
        ),
    )


def person_parts(found: Row) -> Iterator[RenderableType]:
    """One customer's story."""
    names = (
        ", ".join(f"{item['namespace']}:{item['value']}" for item in found["identifiers"]) or "no identifier"
    )
    yield Text(f"person {found['person']}", style="bold")
    yield Text(f"known as {names}")
    heads = ["when", "what", "where", "about", "they said", "proof"]
    lines: list[list[str | Text]] = [
        [
            _moment(row["at"]),
            row["type"],
            row["touchpoint"] or row["channel"] or "",
            ", ".join(row["objects"]),
            _shorten(row["text"]),
            _proof(row, None),
        ]
        for row in found["signals"]
    ]
    yield Text("")
    yield _fitted(heads, lines, spare=("proof", "about", "where"), title="what each system saw")
    if found["verdicts"]:
        yield Text("")
        table = _table("promise", "verdict", "promised at", "due", "happened", title="what was promised")
        for row in found["verdicts"]:
            table.add_row(
                row["promise"],
                Text(row["verdict"], style=_STYLES.get(row["verdict"], "")),
                _moment(row["triggered_at"]),
                _moment(row["deadline_at"]),
                _moment(row["target_at"]),
            )
        yield table


def graph_table(rows: Sequence[Row], limit: int) -> RenderableType:
    """Transitions, the most frequent first."""
    table = _table("from", "to", ">times", ">people", ">median wait", ">95 % within", "")
    top = max((row["count"] for row in rows), default=1)
    for row in rows[:limit]:
        table.add_row(
            row["source"] or "(start)",
            row["target"] or "(end)",
            f"{row['count']:,}",
            f"{row['people']:,}",
            _wait(row["wait_median_s"]),
            _wait(row["wait_p95_s"]),
            "█" * round(16 * row["count"] / top),
        )
    return _cut(table, len(rows) - limit, "transitions")


def variant_table(rows: Sequence[Row], limit: int) -> RenderableType:
    """Paths, the most frequent first, with the share they cover together."""
    total = sum(row["count"] for row in rows) or 1
    table = _table(">times", ">share", ">together", "path")
    covered = 0
    for row in rows[:limit]:
        covered += row["count"]
        table.add_row(
            f"{row['count']:,}",
            f"{row['count'] / total:.1%}",
            f"{covered / total:.1%}",
            " → ".join(row["path"]),
        )
    return _cut(table, len(rows) - limit, "variants")


def map_table(rows: Sequence[Row]) -> RenderableType:
    """Maps and what they hold."""
    heads = ["map", "kind", "per", "stages", "steps", "promises", "file"]
    lines = [
        [
            row["map"],
            row["kind"] or "",
            row["per"],
            " → ".join(row["stages"]),
            ", ".join(row["steps"]),
            ", ".join(row["promises"]),
            row["file"],
        ]
        for row in rows
    ]
    return _fitted(heads, lines, spare=("file", "kind", "stages"))


def status_table(found: Row) -> RenderableType:
    """What was last published."""
    table = _table("", "")
    table.show_header = False
    for key in (
        "workspace",
        "run",
        "published_at",
        "as_of",
        "seconds",
        "received",
        "accepted",
        "people",
        "journeys",
        "verdicts",
    ):
        value = found[key]
        if key in {"published_at", "as_of"}:
            value = _moment(value)
        table.add_row(key.replace("_", " "), f"{value:,}" if isinstance(value, int) else str(value))
    table.add_row(
        "refused", ", ".join(f"{count:,} {reason}" for reason, count in found["refused"].items()) or "none"
    )
    table.add_row("maps", ", ".join(found["maps"]) or "none")
    return table


def bench_table(rows: Sequence[Row]) -> RenderableType:
    """Benches with their ratios."""
    table = _table("bench", "case", "metric", ">ours", ">peer", "peer's name", ">ratio", ">target", "holds")
    for row in rows:
        holds = {None: Text(""), True: Text("yes", style="cyan"), False: Text("no", style="bold red")}[
            row["holds"]
        ]
        numbers = (
            "" if row[key] is None else f"{row[key]:,.3g}" for key in ("ours", "peer", "ratio", "target")
        )
        ours, peer, ratio, target = numbers
        table.add_row(
            row["bench"],
            row["case"],
            f"{row['metric']} ({row['unit']})",
            ours,
            peer,
            row["peer_name"] or "",
            ratio,
            target,
            holds,
        )
    return table


def _table(*columns: str, title: str | None = None) -> Table:
    """A table; a heading that begins with > is of numbers."""
    made = Table(
        title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold"
    )
    for column in columns:
        made.add_column(
            column.lstrip(">"), justify="right" if column.startswith(">") else "left", overflow="fold"
        )
    return made


def _fitted(
    columns: Sequence[str],
    lines: Sequence[Sequence[str | Text]],
    *,
    spare: Collection[str],
    title: str | None = None,
) -> Table:
    """A table without columns that say nothing, and without as many of `spare`, first to last, as it takes to fit.

    Only columns of text wrap, between words; the rest stays on one line.
    """
    shown = [place for place in range(len(columns)) if any(_says_something(line[place]) for line in lines)]
    widths = {place: _narrowest(columns[place], [line[place] for line in lines]) for place in shown}
    for name in spare:
        if _fits(widths, shown):
            break
        shown = [place for place in shown if columns[place].lstrip(">") != name]
    made = _table(*(columns[place] for place in shown), title=title)
    for place, column in zip(shown, made.columns, strict=True):
        if _fits(widths, shown):
            column.min_width = widths[place]
            column.no_wrap = columns[place] not in _WRAPPING
    for line in lines:
        made.add_row(*(line[place] for place in shown))
    return made


def _fits(widths: Mapping[int, int], places: Sequence[int]) -> bool:
    return sum(widths[place] + _GUTTER for place in places) - _GUTTER <= console().width


def _narrowest(head: str, cells: Sequence[str | Text]) -> int:
    """The width a column needs: its longest word and some more where it wraps, else its longest cell."""
    texts = [head.lstrip(">"), *(str(cell) for cell in cells)]
    longest = max(cell_len(text) for text in texts)
    if head not in _WRAPPING:
        return longest
    return max(min(_NARROWEST, longest), *(cell_len(word) for text in texts for word in text.split()))


def _says_something(cell: str | Text) -> bool:
    return str(cell) not in {"", "·"}


def _cut(table: Table, more: int, what: str) -> RenderableType:
    return (
        Group(table, Text(f"and {more:,} more {what}: --limit, or --format json", style="dim"))
        if more > 0
        else table
    )


def _share(ratio: float | None) -> str:
    return "-" if ratio is None else f"{ratio:.1%}"


def _interval(row: Row) -> str:
    return "" if row["low"] is None else f"{row['low']:.1%} to {row['high']:.1%}"


def _bar(row: Row) -> Text:
    """Kept, not observable and broken of what could be judged, as one bar that reads without colour."""
    counts = dict(zip(_JUDGED, row.get("bar") or [row[verdict] for verdict in _JUDGED], strict=True))
    total = sum(counts.values())
    if not total:
        return Text("")
    width = 12
    # What happened at all keeps a mark, however rare: a bar without a cross says that nothing was broken.
    broken, unseen = (
        max(round(width * counts[verdict] / total), int(counts[verdict] > 0))
        for verdict in ("broken", "unobservable")
    )
    kept = max(0, width - broken - unseen)
    return Text("█" * kept, style="cyan") + Text("░" * unseen, style="dim") + Text("×" * broken, style="red")  # noqa: RUF001 - a cross


def _place(row: Row) -> tuple[str, ...]:
    """What a row is about, whatever its week."""
    return row["map"], row["promise"], *(str(part) for pair in row["slice"].items() for part in pair)


def _weeks(rows: Sequence[Row]) -> dict[tuple[str, ...], str]:
    """The kept share week by week, the last 26, of all that rows are about; a week that nobody saw is a blank."""
    periods = sorted({row["period"] for row in rows if row["period"]})[-26:]
    ratios: dict[tuple[str, ...], dict[str, float | None]] = {}
    for row in rows:
        if row["period"]:
            ratios.setdefault(_place(row), {})[row["period"]] = row["kept_ratio"]
    return {
        place: "".join(_spark(by_week.get(period)) for period in periods) for place, by_week in ratios.items()
    }


def _spark(ratio: float | None) -> str:
    """Half kept or less is the lowest mark: promises that matter are mostly kept, and differ above that."""
    return " " if ratio is None else _SPARKS[max(0, min(7, int((2 * ratio - 1) * 8)))]


def _scores(row: Row) -> str:
    said = [row["said"][verdict] for verdict in ("kept", "broken")]
    means = ["-" if item["scores"] < _FEW else f"{item['score_mean']:.1f}" for item in said]
    return "" if means == ["-", "-"] else " / ".join(means)


def _count(number: int, style: str = "") -> Text:
    return Text(f"{number:,}" if number else "·", style=style if number else "dim")


def _moment(text: str | None) -> str:
    return "" if text is None else text[:16].replace("T", " ")


def _proof(trigger: Row, target: Row | None) -> str:
    """The rows of the files behind a verdict, the file said once."""
    first = f"{trigger['file']} row {trigger['row']}"
    if not target:
        return first
    return f"{first} → {target['row'] if target['file'] == trigger['file'] else _proof(target, None)}"


def _silence(last: str | None, newest: str | None) -> str:
    if last is None or newest is None:
        return ""
    days = (datetime.fromisoformat(newest) - datetime.fromisoformat(last)).days
    return f"{days} days" if days > 1 else ""


def _shorten(text: str | None) -> str:
    limit = 60
    return "" if not text else (text if len(text) <= limit else f"{text[: limit - 1]}…").replace("\n", " ")


def _wait(seconds: float | None) -> str:
    if seconds is None:
        return ""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"
