"""Who took no letters in a simulated retailer gets none: answers of the customer file arrive, and count over merged people."""

from __future__ import annotations

import csv
from collections import defaultdict
from typing import TYPE_CHECKING

import pyarrow as pa

from parcours.gap.results import open_results
from parcours.identity import PERSON_TOKEN
from parcours.identity.consent import may
from parcours.kernel.workspace import Workspace
from story.shop import vault_rows

if TYPE_CHECKING:
    from pathlib import Path

    from simulate.given import Retailer


def answers(folder: Path) -> dict[str, list[tuple[str, bool]]]:
    """`namespace:value` to the answers that came with it, as (when, given), read from the customer file by hand."""
    found: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    with (folder / "data/customers.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            phone = row["telephone"].replace(" ", "")
            names = {
                "customer": row["client"],
                "card": row["carte"],
                "email": row["email"].lower(),
                "phone": f"+33{phone[1:]}" if phone else "",
            }
            said = [(row["extrait_le"], row["accepte_lettres"] == "oui")]
            said += [(row["desinscrit_le"], False)] if row["desinscrit_le"] else []
            for namespace, value in names.items():
                found[f"{namespace}:{value}"] += said if value else []
    return found


def test_letters_go_to_who_allowed_them_under_every_name(colibri: Retailer) -> None:
    """A person may be written where some name of theirs allowed it last, and none refused last."""
    said = answers(colibri.folder)
    named = vault_rows(colibri.folder, "select token, namespace || ':' || value from identifier")
    with open_results(Workspace(colibri.folder)) as results:
        results.view(PERSON_TOKEN)
        people = dict(results.engine.rows("select token, person_id from person_token"))
        last: dict[int, list[bool]] = defaultdict(list)
        for token, name in named:
            if token in people:
                last[people[token]] += (
                    [max(said[name], key=lambda one: (one[0], not one[1]))[1]] if said[name] else []
                )
        order = sorted({*people.values()})
        mask = may(results.engine, results.vault, pa.array(order), purpose="letters", channel="mail")
    expected = {person: bool(last[person]) and all(last[person]) for person in order}

    assert dict(zip(order, mask.to_pylist(), strict=True)) == expected
    assert 0 < sum(expected.values()) < len(order)
