"""Runs a drawn case as a real workspace and reads what was published."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from gap.direct import TOLD, Found, as_told
from gap.workspace import Columns, write_files, write_workspace
from parcours.gap.loop import run_workspace
from parcours.gap.replacing import LAYERED, current
from parcours.gap.tables import VERDICT
from parcours.journey import JOURNEY
from parcours.kernel.workspace import Workspace
from parcours.lake import Lake
from parcours.signal import OBJECT, SIGNAL
from parcours.signal.tables import MAX_RULES
from parcours.vault import open_vault

if TYPE_CHECKING:
    from gap.given import Case
    from parcours.lake import Engine

Lived = tuple[str, int, int, int | None, int]
"""A journey: unit, first and last signal, closing, signals."""


def run_case(engine: Engine, case: Case) -> tuple[list[Found], list[Lived]]:
    """Run the case's history, then the case itself; answers published verdicts and journeys, sorted."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_workspace(folder, case.map, case.log)
        columns = Columns(case.map, list(case.log))
        sources = {signal.source for signal in case.log}
        for arrival in case.history:
            for source in sources:
                write_files(folder, source, columns, case.arrived(arrival))
            run_workspace(Workspace(folder), lambda *_: None, as_of=arrival.as_of)
        for source in sources if case.history else ():
            write_files(folder, source, columns, case.log)
        run_workspace(Workspace(folder), lambda *_: None, as_of=case.as_of)
        return _read(engine, Workspace(folder), case)


def _read(engine: Engine, workspace: Workspace, case: Case) -> tuple[list[Found], list[Lived]]:
    vault = open_vault(workspace.vault, read_only=True)
    lake = Lake(workspace.lake)
    manifest = vault.manifests(1)[0]
    for spec in (VERDICT, JOURNEY, SIGNAL, OBJECT):
        if spec in LAYERED:
            engine.run(
                f"create or replace temp view read_{spec.name} as {current(lake, spec, manifest.versions)}"
            )
        else:
            lake.view(engine, spec, manifest.versions[spec.name], f"read_{spec.name}")
    signals = {signal.key: signal for signal in case.log}
    files = {row["file_id"]: (row["source"], Path(row["path"]).name) for row in vault.files()}
    names = {code: text.partition("/")[2] for text, code in vault.terms("promise").items()}
    vault.close()
    of_object = "(select object_id, any_value(value) as value from read_object group by object_id)"
    verdicts = []
    for promise, file_id, row, unit, verdict, deadline, target, part, *told in engine.rows(f"""
        select v.promise_id, s.file_id, s.source_row // {MAX_RULES}, o.value, v.verdict, v.deadline_at, v.target_at, p.value, {TOLD}
        from read_verdict as v
        join read_signal as s on s.signal_id = v.trigger_id
        left join {of_object} as o on o.object_id = v.unit_id
        left join {of_object} as p on p.object_id = v.part_id
        left join (select signal_id as denied_id, occurred_at as denied_at from read_signal) using (denied_id)"""):
        trigger = signals[*files[file_id], row]
        name = unit or trigger.person or ""  # a person has no name in the lake, but is the trigger's
        verdicts.append(
            Found(names[promise], name, trigger.key, verdict, deadline, target, part, as_told(*told))
        )
    journeys = [
        (unit or "", started, ended, closed, count)
        for unit, started, ended, closed, count in engine.rows(f"""
        select o.value, j.started_at, j.ended_at, j.closed_at, j.signals
        from read_journey as j
        left join {of_object} as o on o.object_id = j.unit_id""")
    ]
    return sorted(verdicts, key=repr), sorted(journeys, key=repr)
