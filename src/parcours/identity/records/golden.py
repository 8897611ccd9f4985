"""What a person is told by: of all that sources say, one value a field, with where it comes from and since when."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from parcours.identity.records.fields import FIELDS
from parcours.identity.records.settings import Survival
from parcours.vault.tables import CORRECTION

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from parcours.identity.records.settings import RecordSettings
    from parcours.vault import Vault

CORRECTED = "corrected"  # the source of what the person, or somebody for them, said is right


@dataclass(frozen=True)
class GoldenField:
    """The value of one field that survives.

    Attributes:
        field: One of `FIELDS`.
        value: As its source wrote it.
        source: Which source; `corrected` where somebody said what is right.
        told_at: When it last said so, microseconds UTC; null where the vault does not know.
        others: How many other values were told.
    """

    field: str
    value: str
    source: str
    told_at: int | None
    others: int


class Told(NamedTuple):
    """One source's word on one field."""

    field: str
    value: str
    source: str
    told_at: int | None


def golden_record(vault: Vault, tokens: Collection[int], settings: RecordSettings) -> list[GoldenField]:
    """The golden record of the person behind some tokens.

    Args:
        vault: Holds what was told.
        tokens: Of one person.
        settings: Say which value survives.

    Returns:
        In the order of `FIELDS`, those of which something is told; what was corrected counts before all that sources say.
    """
    sql = (
        "select t.name, t.value, f.source, t.occurred_at from json_each(?) as j cross join trait as t on t.token = j.value "
        "join imported_file as f on f.file_id = t.file_id where trim(t.value) <> ''"
    )
    with vault.transaction() as connection:
        rows = connection.exec_driver_sql(sql, (json.dumps([int(token) for token in tokens]),))
        told = sorted((Told(*row) for row in rows if row[0] in FIELDS), key=lambda item: item.field)
    found = {name: list(words) for name, words in groupby(told, key=lambda item: item.field)}
    right = {field: Told(field, value, CORRECTED, at) for at, field, value in _corrected(vault, tokens)}
    survived = {name: survivor(words, settings.survival(name)) for name, words in found.items()}
    survived |= {
        name: survivor([word, *found.get(name, ())], Survival(trust=(CORRECTED,)))
        for name, word in right.items()
    }
    return [survived[name] for name in FIELDS if name in survived]


def _corrected(vault: Vault, tokens: Collection[int]) -> list[tuple[int, str, str]]:
    """(at, field, value) of corrections of these tokens' traits, the newest of a field last."""
    row = CORRECTION.c
    query = select(row.at, row.field, row.value).where(
        row.field.in_(FIELDS),
        row.token.in_(
            select(func.json_each(json.dumps([int(token) for token in tokens])).table_valued("value").c.value)
        ),
    )
    with vault.transaction() as connection:
        return [tuple(found) for found in connection.execute(query.order_by(row.correction_id))]


def survivor(told: Sequence[Told], rule: Survival) -> GoldenField:
    """The value of one field that survives.

    Args:
        told: At least one word, all on one field.
        rule: Among the most trusted source that says anything: its newest, its most frequent or its longest value; the newest decides
            between equals, then the text, so that the order of arrival does not.

    Example:
        >>> from parcours.identity.records.settings import Survival
        >>> told = [Told("city", "Lyon", "crm", 2), Told("city", "Lyon 3e", "till", 1), Told("city", "Nice", "shop", 3)]
        >>> survivor(told, Survival()).value, survivor(told, Survival(choose="longest")).value
        ('Nice', 'Lyon 3e')
        >>> survivor(told, Survival(trust=("crm",)))
        GoldenField(field='city', value='Lyon', source='crm', told_at=2, others=2)
    """
    trust = {source: place for place, source in enumerate(rule.trust)}
    best = min(trust.get(item.source, len(trust)) for item in told)
    among = [item for item in told if trust.get(item.source, len(trust)) == best]
    often = Counter(item.value for item in among)

    def rank(item: Told) -> tuple[int, int, str, str]:
        first = {"most_recent": 0, "most_frequent": often[item.value], "longest": len(item.value)}[
            rule.choose
        ]
        newest = -1 if item.told_at is None else item.told_at
        return first, newest, item.value, item.source

    won = max(among, key=rank)
    return GoldenField(won.field, won.value, won.source, won.told_at, len({item.value for item in told}) - 1)
