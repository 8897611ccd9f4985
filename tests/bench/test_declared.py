"""Declare said as promises gives the answers of its definitions, and of pm4py on public logs."""

from __future__ import annotations

import itertools
import json
import os
import random
import subprocess
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from journey.declared import VIOLATES
from parcours.bench.declared import CLOSED, OPENED, as_promises, promise_name, write_constraints
from parcours.bench.environments import PEERS, peer_python
from parcours.bench.errors import PeerNotInstalled
from parcours.gap import VERDICT
from parcours.gap.loop import run_workspace
from parcours.gap.replacing import LAYERED, current
from parcours.kernel.workspace import Workspace
from parcours.lake import Lake, open_engine
from parcours.signal import OBJECT
from parcours.vault import open_vault
from real.test_event_logs import gather, read_sepsis, read_xes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    Constraint = tuple[str, str, str | None]
    Cases = Mapping[str, Sequence[str]]

pytestmark = pytest.mark.heavy  # hundreds of promises a log

UNARY = ("existence", "absence", "exactly_one", "init")
SECOND_US = 1_000_000


def every_constraint(types: Sequence[str]) -> list[Constraint]:
    """Every template on every choice of types."""
    return [
        (template, *chosen)
        for template in VIOLATES
        for chosen in (
            ((node, None) for node in types) if template in UNARY else itertools.permutations(types, 2)
        )
    ]


def write_cases(file: Path, cases: Cases, *, framed: bool) -> Path:
    """Events a second apart in the order of each case; `framed` by their opening and closing."""
    rows = []
    for case, path in cases.items():
        told = [OPENED, *path, CLOSED] if framed else path
        rows += [(case, kind, place * SECOND_US) for place, kind in enumerate(told)]
    columns = list(zip(*rows, strict=True))
    at = pa.array(columns[2], pa.timestamp("us", tz="UTC"))
    pq.write_table(pa.table({"case_id": columns[0], "type": columns[1], "occurred_at": at}), file)
    return file


def violating(folder: Path, cases: Cases, constraints: Sequence[Constraint]) -> list[set[str]]:
    """Cases that violate each constraint, by verdicts of its promises."""
    folder.mkdir(exist_ok=True)
    file = write_cases(folder / "framed.parquet", cases, framed=True)
    workspace = Workspace(write_constraints(folder / "workspace", file, constraints))
    run_workspace(workspace, lambda *_: None)
    vault = open_vault(workspace.vault, read_only=True)
    versions, codes = vault.manifests(1)[0].versions, vault.terms("promise")
    vault.close()
    lake, engine = Lake(workspace.lake), open_engine(folder / "spill", "1GB", 1)
    layers = {spec.name: versions[spec.name] for spec in LAYERED}
    verdicts = current(lake, VERDICT, layers)
    words = Counter(dict(engine.rows(f"select verdict, count(*) from ({verdicts}) group by all")))
    assert set(words) <= {"kept", "broken", "pending"}, words
    broken: dict[int, Counter[tuple[str, int]]] = defaultdict(Counter)
    names = f"select object_id, any_value(value) as value from ({lake.query(OBJECT, versions['object'])}) group by all"
    for promise, case, trigger in engine.rows(f"""
        select v.promise_id, o.value, v.trigger_id
        from ({verdicts}) as v join ({names}) as o on o.object_id = v.unit_id
        where verdict = 'broken'"""):
        broken[promise][case, trigger] += 1
    engine.close()
    found = []
    for number, constraint in enumerate(constraints):
        cases_of: set[str] = set()
        for group, parts in enumerate(as_promises(*constraint)):
            all_broken = set.intersection(
                *(
                    set(broken[codes[f"log/{promise_name(number, group, part)}"]])
                    for part in range(len(parts))
                )
            )
            cases_of |= {case for case, _ in all_broken}
        found.append(cases_of)
    return found


def test_promises_say_what_declare_says(tmp_path: Path) -> None:
    """All sixteen templates on three types, over eighty random cases, against their definitions."""
    chosen = random.Random(7)
    cases = {f"c{number}": chosen.choices("ABCD", k=chosen.randint(1, 6)) for number in range(80)}
    constraints = every_constraint("ABC")
    found = violating(tmp_path, cases, constraints)

    for (template, node, other), ours in zip(constraints, found, strict=True):
        expected = {case for case, path in cases.items() if VIOLATES[template](path, node, other)}
        assert ours == expected, (template, node, other)


LOGS: dict[str, Callable[[], Iterator[tuple[str, str, str]]]] = {
    "receipt": lambda: read_xes("08_receipt.xes.gz"),
    "sepsis": read_sepsis,
    "incidents": lambda: read_xes("07_bpic2013_incidents.xes.gz"),
    "requests": lambda: read_xes("running-example.xes"),
}


@pytest.mark.parametrize("log", LOGS)
def test_promises_answer_as_pm4py_answers(tmp_path: Path, log: str) -> None:
    """Sixteen templates on the most frequent activities of a public log: the same cases violate each."""
    cases = gather(LOGS[log]())
    frequent = Counter(kind for path in cases.values() for kind in path)
    constraints = every_constraint([kind for kind, _ in frequent.most_common(3)])
    model, out = tmp_path / "model.json", tmp_path / "out.json"
    model.write_text(json.dumps(constraints), "utf-8")
    file = write_cases(tmp_path / "plain.parquet", cases, framed=False)
    peer = [str(_pm4py()), str(PEERS / "pm4py_declare.py"), str(file), str(model), str(out)]
    subprocess.run(peer, check=True, capture_output=True)
    theirs = [set(names) for names in json.loads(out.read_text("utf-8"))["violations"]]

    assert violating(tmp_path, cases, constraints) == theirs


def _pm4py() -> Path:
    """The peer's interpreter; skipped where it cannot be installed, except in CI."""
    try:
        return peer_python("pm4py")
    except PeerNotInstalled as problem:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(problem))
