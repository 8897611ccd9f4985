"""`init --from`: looks at files, writes a mapping for each into a workspace, and says what was guessed."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from parcours.cli.template import NotEmpty
from parcours.kernel.clock import format_instant, is_time_zone
from parcours.kernel.errors import ParcoursError
from parcours.kernel.workspace import Workspace
from parcours.lake import open_engine
from parcours.signal.proposing import Surroundings, propose
from parcours.signal.ready_made import TITLES, ready_mapping, recognise, sharpened
from parcours.signal.rendering import Origin, render
from parcours.signal.sampling import source_name, take_sample

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from parcours.signal.proposing import Guess, Proposal
    from parcours.signal.sampling import Sample

COPIED_BYTES = 100 << 20  # larger files stay where they are
_MEMORY = "700MB"
_PATTERN_SIGNS = frozenset("*?[")
_STYLES = {"high": "green", "fair": "yellow", "low": "bold red"}


class AlreadyThere(ParcoursError, FileExistsError):
    """A mapping or a data file would be overwritten."""

    code = "init.already_there"

    def __init__(self, path: Path, fix: str) -> None:
        super().__init__(f"{path} is there already", fix=fix, path=str(path))


@dataclass(frozen=True)
class Proposed:
    """What became of one file.

    Attributes:
        mapping: Where the mapping is.
        data: Where the rows are read from, as the mapping says.
        copied: The file was copied into the workspace.
        proposal: None where the file was recognised and has a ready mapping.
        ready: Name of that mapping; None where it was guessed.
    """

    file: Path
    mapping: Path
    data: str
    copied: bool
    sample: Sample
    proposal: Proposal | None
    ready: str | None = None


@dataclass(frozen=True)
class _Planned:
    """A file looked at, before anything is written."""

    file: Path
    mapping: Path
    read: str
    target: Path | None
    sample: Sample
    proposal: Proposal | None
    ready: str | None


def propose_sources(folder: Path, files: Sequence[Path]) -> list[Proposed]:
    """Write a mapping for each file into a workspace, which is made where there is none.

    A file of up to 100 MB is copied into `data/`; a larger one, or one that lies in the workspace, is read where it is. All files are
    looked at before anything is written, and nothing is ever overwritten. Exports of well-known tools have a ready mapping, one for all
    files of a tool.

    Args:
        folder: The workspace; new, empty, or one that exists.
        files: What to look at.

    Raises:
        NotEmpty: The folder holds something and is no workspace.
        AlreadyThere: A mapping or data file of that name is there.
        UnreadableFile: A file is missing, empty, or of no kind that can be read.
    """
    zone, zone_from = _zone_of(folder)
    with tempfile.TemporaryDirectory(prefix="parcours-") as spare:
        engine = open_engine(Path(spare, "spill"), _MEMORY, threads=1)
        try:
            planned = [
                _plan(
                    folder,
                    file,
                    take_sample(engine, file, Path(spare, str(number))),
                    Surroundings("", zone=zone, zone_from=zone_from),
                    [source_name(other) for other in files if other != file],
                )
                for number, file in enumerate(files)
            ]
        finally:
            engine.close()
    _check_apart(planned)
    _make(folder, zone, zone_from)
    return [_write(plan, [other for other in planned if other.mapping == plan.mapping]) for plan in planned]


def summary(folder: Path, done: Sequence[Proposed]) -> RenderableType:
    """What was guessed, how sure, and what to do next."""
    return Group(*(part for item in done for part in _parts(folder, item)))


def _zone_of(folder: Path) -> tuple[str, str]:
    """The zone of times without offset, and where it comes from."""
    is_workspace = (folder / "parcours.toml").is_file() or (folder / "sources").is_dir()
    if folder.exists() and (not folder.is_dir() or (not is_workspace and any(folder.iterdir()))):
        raise NotEmpty(folder)
    if is_workspace:
        (folder / "sources").mkdir(exist_ok=True)
        return Workspace(folder).settings.time_zone, "the workspace's zone"
    name = os.environ.get("TZ", "").lstrip(":")
    if not is_time_zone(name):
        name = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]
    name = name.removeprefix("Etc/") if name == "Etc/UTC" else name
    return (name, "this machine's zone") if is_time_zone(name) else ("UTC", "UTC")


def _plan(folder: Path, file: Path, sample: Sample, around: Surroundings, others: Sequence[str]) -> _Planned:
    """What a file becomes, beside the sources named `others`."""
    ready = recognise(sample.columns)
    name = ready or source_name(file)
    mapping = folder / "sources" / f"{name}.yaml"
    if mapping.exists():
        fix = "rename the file to be read, or take the mapping away: nothing is ever overwritten"
        raise AlreadyThere(
            mapping, f"put the file beside those that its `read` names, or {fix}" if ready else fix
        )
    around = replace(
        around,
        source=name,
        day=(format_instant(int(file.stat().st_mtime) * 1_000_000) or "")[:10],
        whole=sample.whole,
        decimal_comma=sample.delimiter == ";",
    )
    read, target = _place(folder, file)
    if ready:
        return _Planned(file, mapping, read, target, sample, None, ready)
    proposal = sharpened(sample.columns, around, others) or propose(sample.columns, around)
    if sample.unseen:
        note = f"the last {sample.unseen:,} columns were not looked at: write those you need"
        proposal = replace(proposal, notes=(*proposal.notes, note))
    return _Planned(file, mapping, read, target, sample, proposal, None)


def _place(folder: Path, file: Path) -> tuple[str, Path | None]:
    """How `read` names the file, and where it is copied to; None where it stays."""
    full, root = file.resolve(), folder.resolve()
    if full.is_relative_to(root):
        return full.relative_to(root).as_posix(), None
    if full.stat().st_size > COPIED_BYTES:
        return full.as_posix(), None
    target = folder / "data" / file.name
    if target.exists():
        raise AlreadyThere(
            target, "rename the file to be read, or take that one away: nothing is ever overwritten"
        )
    return f"data/{file.name}", target


def _check_apart(planned: Sequence[_Planned]) -> None:
    seen: dict[str, Path] = {}
    for plan in planned:
        other = seen.setdefault(plan.mapping.name.lower(), plan.file)
        same = plan.file.name in {item.file.name for item in planned if item.file != plan.file}
        if other is not plan.file and (plan.ready is None or same):
            raise AlreadyThere(plan.mapping, f"{other} and {plan.file} give the same name: rename one")


def _make(folder: Path, zone: str, zone_from: str) -> None:
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    settings = folder / "parcours.toml"
    if not settings.exists():
        settings.write_text(
            "# Settings of this workspace; everything else is in sources/ and maps/.\n"
            f'time_zone = "{zone}"   # guess: {zone_from}; weeks are counted and times are shown in it\n',
            "utf-8",
        )


def _write(plan: _Planned, together: Sequence[_Planned]) -> Proposed:
    """Copy a file and write its mapping, the first of those that share one for all."""
    if plan.target is not None:
        plan.target.parent.mkdir(exist_ok=True)
        shutil.copyfile(plan.file, plan.target)
    sample = plan.sample
    text = ""
    if plan.proposal is not None:
        origin = Origin(sample.format, plan.read, plan.file.name, sample.rows, sample.whole, sample.header)
        text = render(plan.proposal, origin)
    elif plan.ready is not None and plan is together[0]:
        text = ready_mapping(plan.ready, sample.format, [other.read for other in together])
    if text:
        with plan.mapping.open("x", encoding="utf-8") as file:
            file.write(text)
    return Proposed(
        plan.file, plan.mapping, plan.read, plan.target is not None, sample, plan.proposal, plan.ready
    )


def _parts(folder: Path, item: Proposed) -> Iterator[RenderableType]:
    rows = f"{item.sample.rows:,} rows" + ("" if item.sample.whole else " of more")
    where = f"copied to {folder / item.data}" if item.copied else f"read where it is, {item.data}"
    if item.proposal is None:
        title = TITLES[item.ready or ""]
        yield Text(f"{item.mapping}: {item.file.name} is {title}, {rows} seen; {where}", style="bold")
        yield Text("nothing was guessed: the mapping is ready, and made for that tool", style="green")
        return
    yield Text(f"{item.mapping}: proposed from {rows}; {where}", style="bold")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in ("key", "column or value", "why"):
        table.add_column(head, overflow="fold")
    table.add_column("sure", no_wrap=True)
    for key, guess in _guesses(item.proposal):
        table.add_row(
            Text(key),
            Text(guess.column or guess.value),
            Text(guess.why),
            Text(guess.sure.value, style=_STYLES[guess.sure.value]),
        )
    yield table
    if not item.proposal.has_time:
        yield Text(
            "no time found: a signal needs the time it happened. Each row has the day of the file until you write `at: COLUMN`",
            style="bold red",
        )
    for note in item.proposal.notes:
        yield Text(f"to decide: {note}", style="yellow")
    if item.proposal.left_out:
        yield Text(
            f"left out: {', '.join(name or '(no heading)' for name, _ in item.proposal.left_out)}",
            style="dim",
        )
    yield Text("")


def _guesses(proposal: Proposal) -> Iterator[tuple[str, Guess]]:
    for signal in proposal.signals:
        yield "type", signal.type
        yield "at", signal.at
    for key, guess in (
        ("time_zone", proposal.zone),
        ("id", proposal.id),
        ("channel", proposal.channel),
        ("touchpoint", proposal.touchpoint),
        ("text", proposal.text),
    ):
        if guess is not None:
            yield key, guess
    for name, guesses in (
        ("person", proposal.person),
        ("objects", proposal.objects),
        ("traits", proposal.traits),
        ("set", proposal.properties),
    ):
        for guess in guesses:
            yield f"{name}.{guess.key}", guess
