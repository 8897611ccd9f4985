"""Runs contenders as child processes and measures what they cost: seconds, peak memory, bytes written."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parcours.bench.errors import ContenderFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

KIBIBYTE = 1024
BLOCK = 512  # bytes; in which the kernel answers what a process wrote


@dataclass(frozen=True)
class Outcome:
    """What one contender did.

    Attributes:
        answer: The JSON it printed; its shape is the contender's.
        wall_s: From start to end of the process, imports included; seconds.
        peak_bytes: Largest resident set; bytes. Never below the peak of the process that started it:
            Linux keeps the parent's mark across `exec`, so the measuring process stays small (data are
            invented by a child).
        written_bytes: What it, its threads and its own children gave to the disk, spilled rows that were soon deleted
            included: `write_bytes` of `/proc/<pid>/io` at its end. Nothing on a file system in memory.
    """

    answer: Any  # any JSON
    wall_s: float
    peak_bytes: int
    written_bytes: int


def run_child(contender: str, arguments: Sequence[str | Path], folder: Path | None = None) -> Outcome:
    """Run one contender to its end.

    Args:
        contender: Name for the error's sentence.
        arguments: Program and arguments; it prints one JSON document, or nothing.
        folder: Working folder; default this process's own.

    Returns:
        Its answer (None when it printed nothing) and its cost.

    Raises:
        ContenderFailed: It ended with another status than 0, or printed something else.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        child = subprocess.Popen([str(each) for each in arguments], stdout=out, stderr=err, cwd=folder)
        _, status, usage = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        printed, complaint = (_text(file) for file in (out, err))
    if child.returncode:
        raise ContenderFailed(contender, child.returncode, complaint)
    return Outcome(_parsed(contender, printed), wall_s, usage.ru_maxrss * KIBIBYTE, usage.ru_oublock * BLOCK)


def run_module(contender: str, module: str, *arguments: str | Path) -> Outcome:
    """Run `python -m module arguments` with this interpreter; see `run_child`."""
    return run_child(contender, [sys.executable, "-m", module, *arguments])


def run_parcours(workspace: Path, *verb: str) -> Outcome:
    """Run one of our own commands on a workspace; its answer is its JSON. See `run_child`."""
    named = f"parcours {' '.join(verb)}"
    return run_module(named, "parcours.cli.main", *verb, "-w", workspace, "--format", "json")


def peak_of_this_process() -> int:
    """Largest resident set of this process since it began; bytes.

    `getrusage` would also hold the mark of whoever started us, so Linux is asked for our own.
    """
    status = Path("/proc/self/status")
    own = re.search(r"VmHWM:\s+(\d+) kB", status.read_text()) if status.exists() else None
    return KIBIBYTE * (int(own[1]) if own else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _text(file: Any) -> str:
    file.seek(0)
    return str(file.read().decode("utf-8", "replace"))


def _parsed(contender: str, printed: str) -> Any:
    try:
        return json.loads(printed) if printed.strip() else None
    except ValueError as cause:
        raise ContenderFailed(contender, 0, f"not one JSON document: {printed[:200]}") from cause
