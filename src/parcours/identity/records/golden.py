"""What a person is told by: of all that sources say, one value a field, with where it comes from and since when."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from parcours.identity.records.fields import FIELDS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from parcours.identity.records.settings import RecordSettings, Survival
    from parcours.vault import Vault


@dataclass(frozen=True)
class GoldenField:
    """The value of one field that survives.

    Attributes:
        field: One of `FIELDS`.
        value: As its source wrote it.
        source: Which source.
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
        In the order of `FIELDS`, those of which something is told.
    """
    sql = (
        "select t.name, t.value, f.source, t.occurred_at from json_each(?) as j cross join trait as t on t.token = j.value "
        "join imported_file as f on f.file_id = t.file_id where trim(t.value) <> ''"
    )
    with vault.transaction() as connection:
        rows = connection.exec_driver_sql(sql, (json.dumps([int(token) for token in tokens]),))
        told = sorted((Told(*row) for row in rows if row[0] in FIELDS), key=lambda item: item.field)
    found = {name: list(words) for name, words in groupby(told, key=lambda item: item.field)}
    return [survivor(found[name], settings.survival(name)) for name in FIELDS if name in found]


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
