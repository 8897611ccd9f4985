"""The truth beside the data: who is who, what became of each promise, what was planted and what it did.

Only `evaluate` and `bench` may read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.simulate import naming
from parcours.simulate.cells import person_name, stamps
from parcours.simulate.demand import COLLECT
from parcours.simulate.fulfilment import OUTCOMES
from parcours.simulate.people import PERSONAS
from parcours.simulate.service_exports import comments
from parcours.simulate.true_verdicts import Slice, verdicts
from parcours.simulate.voice import ASKED_BY
from parcours.simulate.words import LANGUAGES, THEMES, TONES

if TYPE_CHECKING:
    from parcours.simulate.columns import Integers
    from parcours.simulate.part import Part

IDENTITY, PEOPLE, SHARED = "truth/identity.csv", "truth/people.csv", "truth/shared_device.csv"
VERDICTS, OUTCOME, COMMENTS = "truth/verdict.parquet", "truth/outcome.parquet", "truth/comment.parquet"
SHARES, BAD_ROWS = "truth/share.csv", "truth/bad_row.csv"
Tables = dict[str, Any]  # file to Arrow table; pyarrow ships no types


def tell(part: Part) -> tuple[Tables, dict[int, Slice]]:
    """The truth about the people of a part, and how each planted gap's slice did."""
    judged, slices = verdicts(part)
    return {
        IDENTITY: _identity(part),
        PEOPLE: _people(part),
        SHARED: _shared(part),
        VERDICTS: judged,
        OUTCOME: _outcomes(part),
        COMMENTS: _comments(part),
    }, slices


def _identity(part: Part) -> Any:
    """Every identifier that stands for one person."""
    people, number = part.people, part.people.number
    everyone = np.ones(len(people), dtype=bool)
    cookies = [(np.full(len(number), which), people.cookies > which) for which in range(3)]
    orders = np.flatnonzero(part.order >= 0)
    columns = [
        ("customer", naming.customer(number, people.has_account), number),
        ("customer", naming.second_customer(number[people.second_account]), number[people.second_account]),
        ("card", naming.card(number, people.has_card), number),
        ("email", naming.address(number, people.household, everyone), number),
        ("email", _second_address(number[people.second_account]), number[people.second_account]),
        ("phone", naming.phone(number), number),
        *(("cookie", naming.browser(number, which, owned), number) for which, owned in cookies),
        ("device", naming.app_device(number, people.has_app), number),
        ("order", naming.label("W", part.order[orders], 6), part.person[orders]),
    ]
    tables = [
        pa.table(
            {
                "namespace": pa.array([space] * len(who), pa.string()),
                "identifier": names,
                "person": person_name(who),
            }
        )
        for space, names, who in columns
    ]
    told = pa.concat_tables(tables)
    return told.filter(pc.is_valid(told["identifier"])).combine_chunks()


def _second_address(number: Integers) -> Any:
    return pc.binary_join_element_wise(
        "boite", pc.utf8_slice_codeunits(naming.second_customer(number), 1), "@example.org", ""
    )


def _people(part: Part) -> Any:
    people = part.people
    bought = np.bincount(part.bought.person, minlength=len(people))
    reasons = (*(gap.gap for gap in part.plan.planting.gaps), "")
    return pa.table(
        {
            "person": person_name(people.number),
            "household": person_name(people.household),
            "persona": naming.words(PERSONAS, people.persona),
            "buys": naming.words(("nothing", "store", "online", "both"), people.buys),
            "researches_online": pa.array(people.researches),
            "language": naming.words(LANGUAGES, people.english.astype(np.int64)),
            "prefers": naming.words(("phone", "chat", "mail"), people.asks_by),
            "purchases": pa.array(bought),
            "left_at": stamps(part.left_at),
            "left_because": naming.words(
                reasons, np.where(part.left_because >= 0, part.left_because, len(reasons) - 1)
            ),
        }
    )


def _shared(part: Part) -> Any:
    """Browsers and devices that a household shares."""
    people = part.people
    shares = people.shares_device
    heads, rows, members = np.unique(people.household[shares], return_index=True, return_counts=True)
    declared = people.declares_shared[shares][rows]
    return pa.table(
        {
            "namespace": naming.words(("cookie", "shared_device"), declared.astype(np.int64)),
            "identifier": pc.if_else(
                pa.array(declared), naming.household_device(heads), naming.household_browser(heads)
            ),
            "household": person_name(heads),
            "people": pa.array(members),
        }
    )


def _outcomes(part: Part) -> Any:
    """What became of each order, once."""
    rows = np.flatnonzero(part.is_online)
    bought, fates = part.bought.take(rows), part.fates.take(rows)
    at = np.minimum(np.minimum(fates.collected_at, fates.delivered_at), fates.cancelled_at)
    stores = (*(store.name for store in part.plan.stores), "")
    return pa.table(
        {
            "order": naming.label("W", part.order[rows], 6),
            "person": person_name(part.person[rows]),
            "placed_at": stamps(bought.paid_at),
            "fulfilment": naming.words(("delivery", "collect"), (bought.way == COLLECT).astype(np.int64)),
            "store": naming.words(stores, np.where(bought.store >= 0, bought.store, len(stores) - 1)),
            "outcome": naming.words(OUTCOMES, fates.outcome),
            "outcome_at": stamps(at),
            "amount_minor": pa.array(bought.value),
            "hurt": pa.array(np.minimum(fates.hurt + part.contacts.hurt[rows], 1.0)),
        }
    )


def _comments(part: Part) -> Any:
    """Themes and tone of each comment."""
    text = comments(part)
    rows = np.flatnonzero(part.opinions.theme >= 0)
    opinions = part.opinions.take(rows)
    receipts, orders = part.receipt[opinions.purchase], part.order[opinions.purchase]
    second = naming.words(THEMES, np.maximum(opinions.second, 0), opinions.second >= 0)
    themes = pc.binary_join_element_wise(naming.words(THEMES, opinions.theme), pc.fill_null(second, ""), ";")
    english = part.people.english[part.bought.person[opinions.purchase]]
    return pa.table(
        {
            "asked_by": naming.words(ASKED_BY, opinions.asked_by),
            "paper": pc.coalesce(
                naming.label("W", orders, 6, orders >= 0), naming.label("R", receipts, 7, receipts >= 0)
            ),
            "person": person_name(part.person[opinions.purchase]),
            "given_at": stamps(opinions.at),
            "score": pa.array(opinions.score),
            "language": naming.words(LANGUAGES, english.astype(np.int64)),
            "tone": naming.words(TONES, opinions.tone),
            "themes": pc.utf8_rtrim(themes, ";"),
            "text": text.take(pa.array(rows)),
        }
    )
