"""Writes the workspace in which parcours does what the hand-written floor does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from parcours.bench.retailer import PROMISES

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = "# Written by `parcours bench`; the defaults are what is measured.\n"
SOURCE = """\
source: bench
read: {{parquet: {file}}}
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


def write_workspace(folder: Path, signals: Path) -> Path:
    """Write a workspace over one signal file, with the promises of the invented retailer.

    Args:
        folder: Where; made if need be.
        signals: A file of `data.write_signals`; it is read where it lies.

    Returns:
        `folder`.
    """
    for below in ("sources", "maps"):
        (folder / below).mkdir(parents=True, exist_ok=True)
    (folder / "parcours.toml").write_text(SETTINGS, "utf-8")
    source = SOURCE.format(file=json.dumps(str(signals.resolve())))
    (folder / "sources" / "bench.yaml").write_text(source, "utf-8")
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
