"""A run may be killed at any instant: the next one ends as if nothing had happened."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from parcours.vault import open_vault
from story.shop import AS_OF, everything, ran, write

if TYPE_CHECKING:
    from pathlib import Path

KILLS = 40
ROWS = 120
SOURCES = {
    "sources/web.yaml": """
        source: web
        read: {csv: "data/web-*.csv"}
        join:
          - {name: shop, read: {csv: data/shops.csv}, by: {store: id}}
        person: {customer: customer, cookie: cookie}
        objects: {order: order_id}
        set: {store: store, region: shop.region, mail: mail}
        traits: {city: city}
        text: remark
        id: id
        signals:
          - {type: order.placed, at: placed_at}
          - {type: order.cancelled, at: cancelled_at, when: cancelled_at is not null}
        """,
    "sources/till.yaml": """
        source: till
        read: {json: "data/till-*.jsonl"}
        person: {customer: who}
        objects: {order: order}
        signals:
          - {type: {sql: kind}, at: at}
        """,
    "maps/collect.yaml": """
        map: collect
        per: order
        owner: stores
        slices: [store, region]
        ends: {any: [order.collected], or_quiet_for: 14d}
        stages:
          - stage: buy
            steps:
              - {step: pay, signal: order.placed}
              - {step: fetch, signal: order.collected, optional: true}
        promises:
          - {promise: ready-in-2d, after: order.placed, expect: order.ready, within: 2d}
          - {promise: no-cancel, after: order.placed, never: order.cancelled, within: 9d}
        """,
    "maps/life.yaml": """
        map: life
        per: person
        owner: care
        ends: {or_quiet_for: 3d}
        stages:
          - stage: live
            steps: [{step: buy, signal: order.placed}]
        promises:
          - {promise: back, after: order.placed, expect: order.collected, within: 3d}
        """,
    "data/shops.csv": "id,region\nlyon,east\nnice,south\nlille,north\n",
}


def instant(dice: random.Random) -> str:
    """A time in the first 25 days of January, one in thirty unreadable."""
    if dice.random() < 1 / 30:
        return dice.choice(["", "soon", "2024-02-31"])
    return f"2024-01-{dice.randint(1, 25):02d} {dice.randint(0, 23):02d}:{dice.randint(0, 59):02d}:00"


def web_file(dice: random.Random, rows: int = ROWS) -> str:
    """Orders; some ids come twice, some rows are ragged, some properties are personal."""
    lines = ["id,order_id,customer,cookie,store,mail,city,remark,placed_at,cancelled_at"]
    for _ in range(rows):
        number = dice.randint(1, 600)
        if dice.random() < 1 / 40:
            lines.append("ragged,row")
            continue
        customer = f"c{number % 150}" if dice.random() < 0.7 else ""
        cookie = f"k{number % 200}" if dice.random() < 0.8 else ""
        mail = f"c{number}@example.org" if dice.random() < 0.2 else "none"
        cancelled = instant(dice) if dice.random() < 0.2 else ""
        store = dice.choice(["lyon", "nice", "lille"])
        remark = f'"said, ""{number}"""' if dice.random() < 0.3 else ""
        lines.append(
            f"{dice.randint(1, 4000)},o{number},{customer},{cookie},{store},{mail},Lyon,{remark},{instant(dice)},{cancelled}"
        )
    return "\n".join(lines) + "\n"


def till_file(dice: random.Random, rows: int = ROWS) -> str:
    """Hand-overs, some of them no JSON."""
    lines = []
    for _ in range(rows):
        number = dice.randint(1, 600)
        kind = dice.choice(["order.ready", "order.collected"])
        bad = dice.random() < 1 / 40
        lines.append(
            "{"
            if bad
            else f'{{"who":"c{number % 150}","order":"o{number}","kind":"{kind}","at":"{instant(dice)}"}}'
        )
    return "\n".join(lines) + "\n"


def change(folder: Path, dice: random.Random, number: int) -> None:
    """Add a file, or replace one that is there."""
    kind, make = dice.choice([("web", web_file), ("till", till_file)])
    ending = "csv" if kind == "web" else "jsonl"
    present = sorted((folder / "data").glob(f"{kind}-*"))
    path = (
        dice.choice(present)
        if present and dice.random() < 0.5
        else folder / f"data/{kind}-{number:03d}.{ending}"
    )
    path.write_text(make(dice), "utf-8")


def start(folder: Path) -> subprocess.Popen[bytes]:
    """A run in a process of its own."""
    words = ["run", "-w", str(folder), "--as-of", AS_OF, "--format", "json"]
    code = f"import sys; sys.argv = {['parcours', *words]!r}; from parcours.cli.main import main; main()"
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_for_stage(folder: Path, process: subprocess.Popen[bytes], table: str) -> None:
    """Return when a table is being written aside, or its log grows, or the run is over."""
    lake = folder / ".parcours/lake"

    def commits() -> int:
        return len(list((lake / table / "_delta_log").glob("*.json")))

    before = commits()
    while process.poll() is None:
        if commits() > before or any((lake / "_staging").glob(f"{table}-*")):
            return
        time.sleep(0.001)


@pytest.mark.heavy
@pytest.mark.timeout(2400)
def test_a_killed_run_is_taken_up_as_if_it_had_never_been_killed(tmp_path: Path) -> None:
    """After forty kills at random instants and between stages, with files coming in, everything equals a twin that was never killed."""
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")  # noqa: T201 - the seed of a failure is needed to see it again
    dice = random.Random(seed)
    folder, twin = tmp_path / "killed", tmp_path / "twin"
    write(folder, SOURCES)
    (folder / "data/web-000.csv").write_text(web_file(dice), "utf-8")
    (folder / "data/till-000.jsonl").write_text(till_file(dice), "utf-8")
    for number in range(1, 6):
        change(folder, dice, number)
    vault = open_vault(folder / ".parcours/vault")
    vault.key()
    vault.close()
    shutil.copytree(folder / ".parcours", twin / ".parcours")

    begun = time.perf_counter()
    calm = start(folder)
    errors = calm.communicate()[1]
    assert calm.returncode == 0, errors.decode()
    run_s = time.perf_counter() - begun
    killed = 0
    tables = (
        "object",
        "link",
        "timeless",
        "signal",
        "person_token",
        "journey",
        "journey_step",
        "verdict",
        "gap",
    )
    for number in range(KILLS):
        if dice.random() < 0.7:
            change(folder, dice, 10 + number)
        process = start(folder)
        if number % 2:
            time.sleep(dice.uniform(0.25, 1.0) * run_s)
        else:
            wait_for_stage(folder, process, dice.choice(tables))
            time.sleep(dice.choice([0, 0, 0.005, 0.02]))
        process.send_signal(signal.SIGKILL)
        errors = process.communicate()[1]
        assert process.returncode in (-signal.SIGKILL, 0), errors.decode()
        if process.returncode:
            killed += 1
        elif number % 2:  # runs are shorter by now than was thought
            run_s *= 0.8
    print(f"killed {killed} of {KILLS}, a run takes {run_s:.1f} s")  # noqa: T201 - says how much was proved
    ran(folder)

    for name in ("data", "sources", "maps"):
        shutil.copytree(folder / name, twin / name)
    ran(twin)
    ours, theirs = everything(folder), everything(twin)
    names, known = ours.pop("identifier"), theirs.pop("identifier")
    assert set(known) <= set(names)  # names of replaced files may still be known
    for name, rows in theirs.items():
        assert ours[name] == rows, f"{name} differs (seed {seed}, pid {os.getpid()})"
    assert killed > KILLS // 3
    left = [path.name for path in (folder / ".parcours/vault").iterdir()]
    assert not [name for name in left if name.startswith(("staging", "spill"))]
    assert not list((folder / ".parcours/lake/_staging").rglob("*.parquet"))
