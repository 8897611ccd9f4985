"""Writes the workspace in which parcours does what the hand-written floor does."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from parcours.bench.retailer import PROMISES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOM = "parcours-bench"
SETTINGS = "# Written by `parcours bench`; the defaults are what is measured.\n"
SOURCE = """\
source: {source}
read: {read}
person: {{customer: customer, device: device}}
channel: {{sql: channel}}
signals:
  - {{type: {{sql: type}}, touchpoint: {{sql: touchpoint}}, at: occurred_at}}
"""
MAP = """\
map: bench
title: {{en: Everything the invented retailer promises}}
per: person
ends: {{or_quiet_for: 30d}}
stages:
  - stage: all
    steps:
{steps}
promises:
{promises}
"""
STEP = "      - {{step: {step}, signal: {type}, owner: bench}}"
PROMISE = (
    "  - {{promise: {promise}, says: {{en: After {after} comes {expect} within a day}}, "
    "after: {after}, expect: {expect}, within: 1d, owner: bench}}"
)


@contextlib.contextmanager
def workroom() -> Iterator[Path]:
    """A folder in the system's temporary folder (`TMPDIR` says where), deleted at the end.

    Those of benches that were killed are deleted first: they may hold tens of gigabytes.
    """
    for left in Path(tempfile.gettempdir()).glob(f"{ROOM}-*-*"):
        process = left.name.split("-")[2]
        if process.isdigit() and not _is_alive(int(process)):
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=f"{ROOM}-{os.getpid()}-") as folder:
        yield Path(folder)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def write_workspace(folder: Path, sources: Mapping[str, Mapping[str, str]]) -> Path:
    """Write a workspace over files of signals, with the promises of the invented retailer.

    Args:
        folder: Where; made if need be.
        sources: Name of each source to its `read:`, as `{"parquet": "data/*.parquet"}`; the columns are those of
            `data.write_signals`, and every type that is promised about must occur.

    Returns:
        `folder`.
    """
    for below in ("sources", "maps"):
        (folder / below).mkdir(parents=True, exist_ok=True)
    (folder / "parcours.toml").write_text(SETTINGS, "utf-8")
    for name, read in sources.items():
        mapping = SOURCE.format(source=name, read=json.dumps(read))
        (folder / "sources" / f"{name}.yaml").write_text(mapping, "utf-8")
    (folder / "maps" / "bench.yaml").write_text(_map(), "utf-8")
    return folder


def promise_name(number: int) -> str:
    """`p01` for the first: how map and floor name their promises alike."""
    return f"p{number:02}"


def _map() -> str:
    types = dict.fromkeys(type_ for pair in PROMISES for type_ in pair)
    steps = (STEP.format(step=type_.replace(".", "-"), type=type_) for type_ in types)
    promises = (
        PROMISE.format(promise=promise_name(number), after=after, expect=expect)
        for number, (after, expect) in enumerate(PROMISES, start=1)
    )
    return MAP.format(steps="\n".join(steps), promises="\n".join(promises))


def bytes_below(folder: Path) -> int:
    """What all files below a folder hold; bytes."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
