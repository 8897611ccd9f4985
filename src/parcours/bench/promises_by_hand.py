"""The plain promises of `bench.promised` as one hand-written query each: `python -m parcours.bench.promises_by_hand WORKSPACE`.

It reads the people and the order that a run published, and knows nothing of how the product judges.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import duckdb

from parcours.bench.promised import mixed_promises
from parcours.gap.replacing import LAYERED, current
from parcours.journey import JOURNEY, JOURNEY_STEP
from parcours.kernel.clock import duration_us
from parcours.kernel.workspace import Workspace
from parcours.lake import Lake
from parcours.vault import open_vault

PLAIN = {"promise", "after", "expect", "within"}
STEPS = """
create temp table step as
select s.type_id, j.person_id, s.occurred_at, s.ordinal
from ({steps}) as s join ({journeys}) as j using (journey_id)
order by s.type_id, j.person_id, s.occurred_at
"""
PROMISE = """
with target as (select person_id, occurred_at, ordinal from step where type_id = {target}),
     counted as (
        select (select min(e.occurred_at) from target as e
                where e.person_id = t.person_id
                  and (e.occurred_at > t.occurred_at or (e.occurred_at = t.occurred_at and e.ordinal > t.ordinal))
               ) as target_at, t.occurred_at
        from step as t
        where type_id = {trigger}
     )
select count(*) as triggers, count(*) filter (where target_at <= occurred_at + {within}) as kept from counted
"""


def judge_by_hand(folder: Path) -> dict[str, dict[str, int]]:
    """`{promise: {triggers, kept}}` of the promises that say no more than after, expect and within."""
    workspace = Workspace(folder)
    vault = open_vault(workspace.vault, read_only=True)
    versions, types = vault.manifests(1)[0].versions, vault.terms("type")
    vault.close()
    lake = Lake(workspace.lake)
    layers = {spec.name: versions[spec.name] for spec in LAYERED}
    found = {}
    with duckdb.connect() as hand:
        steps, journeys = (current(lake, spec, layers) for spec in (JOURNEY_STEP, JOURNEY))
        hand.execute(STEPS.format(steps=steps, journeys=journeys))
        for promise in mixed_promises():
            if promise.keys() != PLAIN or not isinstance(promise["after"], str):
                continue
            asked = {
                "trigger": types.get(promise["after"], -1),
                "target": types.get(promise["expect"], -1),
                "within": duration_us(promise["within"]),
            }
            row = hand.execute(PROMISE.format(**asked)).fetchone()
            found[promise["promise"]] = dict(zip(("triggers", "kept"), row or (0, 0), strict=True))
    return found


def main() -> None:
    """Print one JSON object about a workspace that was run."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("workspace", type=Path)
    sys.stdout.write(json.dumps(judge_by_hand(parser.parse_args().workspace)) + "\n")


if __name__ == "__main__":
    main()
