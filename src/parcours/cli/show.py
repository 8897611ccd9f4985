"""What people see in a terminal: tables, bars and sparklines that stay readable in a pipe."""

from __future__ import annotations

import contextlib
from functools import cache
from typing import TYPE_CHECKING, Any

from rich.console import Console, Group
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rich.console import RenderableType

    from parcours.gap.loop import RunReport
    from parcours.kernel.errors import Fault

Row = dict[str, Any]  # rows as the features answer them
_SPARKS = "▁▂▃▄▅▆▇█"
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
    """The one console of standard output; wide enough in a pipe to lose nothing."""
    made = Console(highlight=False)
    return made if made.is_terminal else Console(highlight=False, width=160)


@contextlib.contextmanager
def drawn_progress() -> Iterator[Callable[[str, int, int], None]]:
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
    table = _table(
        "promise",
        "says",
        ">kept",
        "95 % interval",
        "",
        ">broken",
        ">pending",
        ">not observable",
        ">waived",
        ">score kept/broken",
        "weeks",
        "owner",
    )
    for row in sorted(overall, key=lambda row: (row["kept_ratio"] is None, row["kept_ratio"])):
        weeks = [
            item
            for item in rows
            if item["promise"] == row["promise"]
            and item["map"] == row["map"]
            and not item["slice"]
            and item["period"]
        ]
        table.add_row(
            row["promise"],
            row["says"],
            _share(row["kept_ratio"]),
            _interval(row),
            _bar(row),
            _count(row["broken"], "bold red"),
            _count(row["pending"]),
            _count(row["unobservable"]),
            _count(row["waived"]),
            _scores(row),
            _spark([item["kept_ratio"] for item in weeks]),
            row["owner"] or "",
        )
    yield table
    yield Text(
        "kept = kept / (kept + broken); the interval holds sampling and what could not be observed",
        style="dim",
    )
    dimensions = sorted({name for row in rows for name in row["slice"]}) if chosen or slice_by else []
    for name in dimensions:
        if slice_by in {None, name}:
            yield _slice_table(
                [row for row in rows if name in row["slice"] and row["period"] is None], name, limit
            )


def _slice_table(rows: Sequence[Row], name: str, limit: int) -> RenderableType:
    table = _table(
        "promise",
        name,
        ">kept",
        "95 % interval",
        "",
        ">broken",
        ">of",
        ">not observable",
        title=f"by {name}, the worst first",
    )
    judged = [row for row in rows if row["kept_ratio"] is not None]
    for row in sorted(judged, key=lambda row: (row["high"], -row["broken"]))[:limit]:
        table.add_row(
            row["promise"],
            str(row["slice"][name]),
            _share(row["kept_ratio"]),
            _interval(row),
            _bar(row),
            _count(row["broken"], "bold red"),
            f"{row['eligible']:,}",
            _count(row["unobservable"]),
        )
    more = len(judged) - limit
    return (
        Group(table, Text(f"and {more:,} more: --limit, or --format json", style="dim"))
        if more > 0
        else table
    )


def verdict_table(rows: Sequence[Row], promise: str) -> RenderableType:
    """Verdicts, newest first, each with the file rows behind it."""
    if not rows:
        return Text(f"no verdict of {promise!r} matches")
    slices = list(rows[0]["slices"])
    table = _table(
        "verdict", "about", "promised at", "due", "happened", *slices, "proof", "they said", title=promise
    )
    for row in rows:
        proof = f"{row['trigger']['file']} row {row['trigger']['row']}"
        if row["target"]:
            proof += f" → {row['target']['file']} row {row['target']['row']}"
        table.add_row(
            Text(row["verdict"], style=_STYLES.get(row["verdict"], "")),
            str(row["unit"] or ""),
            _moment(row["triggered_at"]),
            _moment(row["deadline_at"]),
            _moment(row["target_at"]),
            *(str(row["slices"][name] or "") for name in slices),
            proof,
            _shorten(row["text"]),
        )
    return table


def coverage_table(rows: Sequence[Row]) -> RenderableType:
    """Sources and what they let us see."""
    table = _table(
        "source", "first signal", "last signal", ">signals", ">files", ">received", "refused", "types"
    )
    for row in rows:
        refused = ", ".join(f"{count:,} {reason}" for reason, count in row["refused"].items()) or "none"
        types = ", ".join(row["types"][:6]) + (" …" if len(row["types"]) > 6 else "")  # noqa: PLR2004 - as many as fit
        table.add_row(
            row["source"],
            _moment(row["first_at"]),
            _moment(row["last_at"]),
            f"{row['signals']:,}",
            str(row["files"]),
            f"{row['received']:,}",
            refused,
            types,
        )
    return table


def person_parts(found: Row) -> Iterator[RenderableType]:
    """One customer's story."""
    names = (
        ", ".join(f"{item['namespace']}:{item['value']}" for item in found["identifiers"]) or "no identifier"
    )
    yield Text(f"person {found['person']}", style="bold")
    yield Text(f"known as {names}")
    table = _table("when", "what", "where", "about", "they said", "proof", title="what each system saw")
    for row in found["signals"]:
        table.add_row(
            _moment(row["at"]),
            row["type"],
            row["touchpoint"] or row["channel"] or "",
            ", ".join(row["objects"]),
            _shorten(row["text"]),
            f"{row['file']} row {row['row']}",
        )
    yield table
    if found["verdicts"]:
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
    table = _table("map", "kind", "per", "stages", "steps", "promises", "file")
    for row in rows:
        table.add_row(
            row["map"],
            row["kind"] or "",
            row["per"],
            " → ".join(row["stages"]),
            ", ".join(row["steps"]),
            ", ".join(row["promises"]),
            row["file"],
        )
    return table


def status_table(found: Row) -> RenderableType:
    """What was last published."""
    table = _table("", "")
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
        table.add_row(
            key.replace("_", " "), f"{found[key]:,}" if isinstance(found[key], int) else str(found[key])
        )
    table.add_row(
        "refused", ", ".join(f"{count:,} {reason}" for reason, count in found["refused"].items()) or "none"
    )
    table.add_row("maps", ", ".join(found["maps"]) or "none")
    return table


def bench_table(rows: Sequence[Row]) -> RenderableType:
    """Benches with their ratios."""
    table = _table("bench", "case", "metric", ">ours", ">peer", "peer's name", ">ratio", ">target", "holds")
    for row in rows:
        holds = {None: "", True: Text("yes", style="cyan"), False: Text("no", style="bold red")}[row["holds"]]
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
    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for column in columns:
        made.add_column(
            column.lstrip(">"), justify="right" if column.startswith(">") else "left", overflow="fold"
        )
    return made


def _cut(table: Table, more: int, what: str) -> RenderableType:
    return (
        Group(table, Text(f"and {more:,} more {what}: --limit, or --format json", style="dim"))
        if more > 0
        else table
    )


def _share(ratio: float | None) -> str:
    return "–" if ratio is None else f"{ratio:.1%}"


def _interval(row: Row) -> str:
    return "" if row["low"] is None else f"{row['low']:.1%} to {row['high']:.1%}"


def _bar(row: Row) -> Text:
    """Kept, not observable and broken of what could be judged, as one bar that reads without colour."""
    total = row["kept"] + row["broken"] + row["unobservable"]
    if not total:
        return Text("")
    width = 12
    kept, unseen = round(width * row["kept"] / total), round(width * row["unobservable"] / total)
    broken = max(0, width - kept - unseen)
    return Text("█" * kept, style="cyan") + Text("░" * unseen, style="dim") + Text("×" * broken, style="red")  # noqa: RUF001 - a cross


def _spark(ratios: Sequence[float | None]) -> str:
    """The kept share week by week, the last 26."""
    return "".join(" " if ratio is None else _SPARKS[min(7, int(ratio * 8))] for ratio in ratios[-26:])


def _scores(row: Row) -> str:
    means = [row["said"][verdict]["score_mean"] for verdict in ("kept", "broken")]
    return (
        "" if means == [None, None] else " / ".join("–" if mean is None else f"{mean:.2f}" for mean in means)
    )


def _count(number: int, style: str = "") -> Text:
    return Text(f"{number:,}" if number else "·", style=style if number else "dim")


def _moment(text: str | None) -> str:
    return "" if text is None else text[:16].replace("T", " ")


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
