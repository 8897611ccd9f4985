"""The customer file: accounts, cards, second accounts, typing mistakes, who takes no more letters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parcours.simulate import naming
from parcours.simulate.cells import stamps
from parcours.simulate.columns import DAY, HOUR, Integers, between

if TYPE_CHECKING:
    from parcours.simulate.part import Part

_UNSUBSCRIBES = 0.04  # of those who allowed letters, in the time of the data


def customers(part: Part, rng: np.random.Generator) -> Any:
    """The customer file, as old as it is: cards apart from accounts, second accounts, typing mistakes."""
    people = part.people
    apart = people.has_card & people.has_account & (naming.scatter(people.number, 5) % 4 == 0)
    account = np.flatnonzero(people.has_account)
    card_only = np.flatnonzero((people.has_card & ~people.has_account) | apart)
    second = np.flatnonzero(people.second_account)
    row = np.concatenate([account, card_only, second])
    kind = np.repeat([0, 1, 2], [len(account), len(card_only), len(second)])
    order = np.lexsort((kind, row))
    row, kind = row[order], kind[order]
    who = people.take(row)
    on_paper = (kind == 1) & apart[
        row
    ]  # a card applied for at the till, by who has an account: half the form is empty
    calendar = part.calendar
    opened_at = calendar.begins_at + between(rng.random(len(row)), 0, 3 * HOUR)
    left = (rng.random(len(row)) < _UNSUBSCRIBES) & who.opted_in & (kind == 0)
    mail = pc.if_else(
        pa.array(kind == 2),  # a second account
        pc.binary_join_element_wise(
            "boite", pc.utf8_slice_codeunits(naming.second_customer(who.number), 1), "@example.org", ""
        ),
        naming.address(who.number, who.household, who.has_mail & (~on_paper | (who.number % 2 == 0))),
    )
    has_phone = who.has_phone & ~((kind == 2) & (who.number % 2 == 0)) & (~on_paper | (who.number % 3 == 0))
    wrong = who.misspelt & (kind != 0)
    number = naming.customer(who.number, kind != 1)
    birthday = (naming.scatter(who.number, 9) % 20_000 - 9_000).astype(np.int32)
    return pa.table(
        {
            "client": pc.if_else(pa.array(kind == 2), naming.second_customer(who.number), number),
            "carte": naming.card(who.number, who.has_card & (kind != 2) & ((kind == 1) | ~apart[row])),
            "prenom": naming.given_name(who.number),
            "nom": naming.misspelt(naming.family_name(who.household), wrong | (kind == 2)),
            "email": mail,
            "telephone": naming.national(who.number, has_phone),
            "ne_le": pa.array(birthday, mask=who.number % 3 == 0).cast(pa.date32()),
            "code_postal": _postcodes(part, who.home),
            "accepte_lettres": naming.words(("non", "oui"), who.opted_in.astype(np.int64)),
            "prefere": naming.words(("telephone", "chat", "mail"), who.asks_by),
            "extrait_le": stamps(opened_at),
            "desinscrit_le": stamps(
                calendar.begins_at
                + between(
                    rng.random(len(row)), DAY, max(2 * DAY, calendar.ends_at - calendar.begins_at - DAY)
                ),
                left,
            ),
        }
    )


def _postcodes(part: Part, home: Integers) -> Any:
    codes = tuple(store.postcode for store in part.plan.stores) or ("75001",)
    return naming.words(codes, np.maximum(home, 0))
