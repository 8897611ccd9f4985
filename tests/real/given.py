"""Examples run on real data, the way a user runs them: a workspace, the command, its JSON."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from given import shared_data

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
Row = dict[str, Any]  # rows of the product are JSON


def example(name: str, data: str, folder: Path) -> Path:
    """A copy of an example with its data linked in; skips where the data are absent.

    Args:
        name: Folder of the example.
        data: Folder of real data that it reads.
        folder: Where to copy it; must not exist.
    """
    source = shared_data(data)
    shutil.copytree(EXAMPLES / name, folder, ignore=shutil.ignore_patterns("data", ".parcours"))
    (folder / "data").symlink_to(source)
    return folder


def parcours(workspace: Path, *arguments: str) -> Any:  # JSON
    """What a command of parcours answers as JSON."""
    done = subprocess.run(
        [sys.executable, "-m", "parcours.cli.main", *arguments, "-w", str(workspace), "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def edges(rows: Iterable[Row]) -> list[Row]:
    """Transitions between two nodes: without the start and the end."""
    return [row for row in rows if row["source"] is not None and row["target"] is not None]


def journey_count(rows: Iterable[Row]) -> int:
    """How many journeys a graph is made of: each starts once."""
    return sum(row["count"] for row in rows if row["source"] is None)


def walked(cases: Mapping[str, Sequence[str]]) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, ...]]]:
    """(transitions, variants) of paths, counted in plain Python."""
    transitions = Counter(pair for path in cases.values() for pair in itertools.pairwise(path))
    return transitions, Counter(tuple(path) for path in cases.values())


def counted(rows: Iterable[Row]) -> Counter[tuple[str, str]]:
    """Transitions of a graph as `walked` counts them."""
    return Counter({(row["source"], row["target"]): row["count"] for row in edges(rows)})


def paths(rows: Iterable[Row]) -> Counter[tuple[str, ...]]:
    """Variants as `walked` counts them."""
    return Counter({tuple(row["path"]): row["count"] for row in rows})
