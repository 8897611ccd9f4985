"""Reads our Markdown pages: headings, tables, files and commands written in them."""

from __future__ import annotations

import contextlib
import importlib
import io
import pkgutil
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import parcours
from parcours.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
NOT_OURS_TO_IMPORT = ("parcours.vault.migrations", "parcours.bench.peers")
ANYTHING = "…"
_TELLING_STATUS = '; echo "status $?"'
_FENCE = re.compile(r"^```(\w+)?[ ]*(\S+)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """A fenced block.

    Attributes:
        language: First word after the fence.
        name: Second word: the file it shows; empty for none.
    """

    language: str
    name: str
    text: str


def pages() -> list[Path]:
    """Every Markdown page that is ours."""
    own = [ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "changelog.d/README.md")]
    return [*own, *sorted(DOCS.rglob("*.md"))]


def page(name: str) -> str:
    """A page below `docs/`."""
    return (DOCS / name).read_text("utf-8")


def blocks(text: str) -> list[Block]:
    """Fenced blocks in the order of the page."""
    return [Block(found[1] or "", found[2] or "", found[3]) for found in _FENCE.finditer(text)]


def without_blocks(text: str) -> str:
    """A page's prose."""
    return _FENCE.sub("", text)


def headings(text: str, level: int = 2) -> list[str]:
    """Headings of one level, code marks taken off."""
    return [
        line.strip("`") for line in re.findall(rf"^{'#' * level} (.+)$", without_blocks(text), re.MULTILINE)
    ]


def section(text: str, heading: str) -> str:
    """What stands below a heading, up to the next of its level or above."""
    found = re.search(rf"^(#+) `?{re.escape(heading)}`?$", text, re.MULTILINE)
    assert found is not None, f"there is no heading {heading!r}"
    level = len(found[1])
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{level}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def table(text: str) -> list[list[str]]:
    """Rows of the first table of a text, without its heading; cells without code marks."""
    rows: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("|"):
            cells = [cell.strip().strip("`").strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
            rows.append([cell.replace("\\|", "|") for cell in cells])
        elif rows:
            break
    return rows[2:]


def every(kind: type[T]) -> list[type[T]]:
    """Every class below `kind`, itself included, once all of parcours is imported."""
    import_everything()
    found = [kind]
    for below in kind.__subclasses__():
        found += every(below)
    return found


def import_everything() -> list[str]:
    """Import every module of the product; answers their names."""
    names = [
        item.name
        for item in pkgutil.walk_packages(parcours.__path__, "parcours.")
        if not item.name.startswith(NOT_OURS_TO_IMPORT)
    ]
    for name in names:
        importlib.import_module(name)
    return names


def follow(text: str, folder: Path) -> None:
    """Do what a page says: write its files, call its commands, compare what they print.

    A file is a block with a name (```` ```csv data/orders.csv ````). A command is a line `$ parcours …` or `$ python …` in a `console`
    block; the lines after it must be printed in that order, where `…` stands for anything and runs of spaces count as one. A command
    may send what it prints into a file (`> gaps.json`), must end with 0, or tells how it ended (`; echo "status $?"`).

    Args:
        text: The page.
        folder: The working folder, into which the process has already changed.
    """
    for block in blocks(text):
        if block.name:
            (folder / block.name).parent.mkdir(parents=True, exist_ok=True)
            with (folder / block.name).open("w", encoding="utf-8") as file:
                file.write(block.text)
        elif block.language == "console":
            for command, expected in _commands(block.text):
                compare(command, expected, _printed(command, folder))


def _printed(command: str, folder: Path) -> str:
    """What is left on the screen by a command of a page."""
    alone = command.removesuffix(_TELLING_STATUS)
    alone, _, into = alone.partition(" > ")
    status, printed = call(alone) if alone.startswith("parcours ") else _call_python(alone, folder)
    if into:
        (folder / into).write_text(printed, "utf-8")
        printed = ""
    if command.endswith(_TELLING_STATUS):
        return f"{printed}status {status}\n"
    assert status == 0, f"{command}\n{printed}"
    return printed


def _call_python(command: str, folder: Path) -> tuple[int, str]:
    """Call a script that a page wrote; answers exit status and all it printed."""
    words = shlex.split(command)
    assert words[0] == "python", command
    assert (folder / words[1]).is_file(), command
    done = subprocess.run(
        [sys.executable, *words[1:]], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def call(command: str) -> tuple[int, str]:
    """Call `parcours …` in this process; answers exit status and all it printed."""
    words = shlex.split(command)
    assert words[0] == "parcours", command
    before, printed = sys.argv, io.StringIO()
    status = 0
    sys.argv = words
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            main()
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    finally:
        sys.argv = before
    return status, printed.getvalue()


def compare(command: str, expected: list[str], printed: str) -> None:
    """Each expected line is printed, in this order."""
    lines = [" ".join(line.split()) for line in printed.splitlines()]
    place = 0
    for line in expected:
        pattern = re.compile(".*".join(re.escape(part) for part in " ".join(line.split()).split(ANYTHING)))
        while place < len(lines) and not pattern.fullmatch(lines[place]):
            place += 1
        assert place < len(lines), f"{command}\nnever printed, or not in this order: {line}\n{printed}"
        place += 1


def _commands(text: str) -> Iterator[tuple[str, list[str]]]:
    command: str = ""
    expected: list[str] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, expected
            command, expected = line[2:], []
        elif line.strip() and line.strip() != ANYTHING:
            expected.append(line)
    if command:
        yield command, expected
