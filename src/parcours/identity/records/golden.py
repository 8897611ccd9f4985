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
    from collections.abc import Collection, Mapping, Sequence

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


@dataclass(frozen=True)
class Word:
    """One value of one field, as one source says it.

    Attributes:
        value: As it is written.
        source: Which source; None: what the person said is right.
        told_at: When it was last said, microseconds UTC; null where the vault does not know.
        times: How often it was said.
    """

    value: str
    source: str | None
    told_at: int | None
    times: int


@dataclass(frozen=True)
class FieldStory:
    """One field of a golden record: the value that survives, why, and all others.

    Attributes:
        field: One of `FIELDS`.
        kept: The value that survives.
        rule: `corrected`, or how `identity.yaml` chooses: `most_recent`, `most_frequent`, `longest`.
        is_trusted: Among sources that are trusted differently, the one trusted most has the word.
        lost: What else was said, the newest first; the same value from another source too.
    """

    field: str
    kept: Word
    rule: str
    is_trusted: bool
    lost: tuple[Word, ...]


def golden_record(vault: Vault, tokens: Collection[int], settings: RecordSettings) -> list[GoldenField]:
    """The golden record of the person behind some tokens.

    Args:
        vault: Holds what was told.
        tokens: Of one person.
        settings: Say which value survives.

    Returns:
        In the order of `FIELDS`, those of which something is told; what was corrected counts before all that sources say.
    """
    found, right = _told_of(vault, tokens), _corrections(vault, tokens)
    survived = {name: survivor(words, settings.survival(name)) for name, words in found.items()}
    survived |= {
        name: survivor(
            [Told(name, word.value, CORRECTED, word.told_at), *found.get(name, ())],
            Survival(trust=(CORRECTED,)),
        )
        for name, word in right.items()
    }
    return [survived[name] for name in FIELDS if name in survived]


def golden_stories(vault: Vault, tokens: Collection[int], settings: RecordSettings) -> list[FieldStory]:
    """The golden record of the person behind some tokens, with what it was chosen from; what the person corrected counts before all.

    Args:
        vault: Holds what was told.
        tokens: Of one person.
        settings: Say which value survives.

    Returns:
        In the order of `FIELDS`, those of which something is told.
    """
    found, right = _told_of(vault, tokens), _corrections(vault, tokens)
    return [
        story(name, found.get(name, []), settings.survival(name), right.get(name))
        for name in FIELDS
        if name in found or name in right
    ]


def story(field: str, told: Sequence[Told], rule: Survival, right: Word | None = None) -> FieldStory:
    """One field of a golden record.

    Args:
        field: Its name.
        told: Words on it; at least one where `right` is None.
        rule: Which of them survives.
        right: What the person said is right.

    Example:
        >>> from parcours.identity.records.settings import Survival
        >>> told = [Told("city", "Lyon", "crm", 2), Told("city", "Nice", "shop", 3), Told("city", "Lyon", "crm", 1)]
        >>> found = story("city", told, Survival(trust=("crm",)))
        >>> found.kept, found.is_trusted
        (Word(value='Lyon', source='crm', told_at=2, times=2), True)
        >>> found.lost
        (Word(value='Nice', source='shop', told_at=3, times=1),)
    """
    words = _words(told)
    if right is not None:
        return FieldStory(field, right, CORRECTED, is_trusted=False, lost=tuple(words))
    won = survivor(told, rule)
    kept = next(word for word in words if (word.value, word.source) == (won.value, won.source))
    trust = {source: place for place, source in enumerate(rule.trust)}
    ranks = {trust.get(item.source, len(trust)) for item in told}
    return FieldStory(
        field, kept, rule.choose, len(ranks) > 1, tuple(word for word in words if word is not kept)
    )


def _words(told: Sequence[Told]) -> list[Word]:
    """Each value of each source once, the newest first."""
    held: dict[tuple[str, str], list[int | None]] = {}
    for item in told:
        held.setdefault((item.value, item.source), []).append(item.told_at)
    words = [
        Word(value, source, max((at for at in times if at is not None), default=None), len(times))
        for (value, source), times in held.items()
    ]
    return sorted(
        words,
        key=lambda word: (-1 if word.told_at is None else word.told_at, word.value, word.source),
        reverse=True,
    )


def _corrections(vault: Vault, tokens: Collection[int]) -> Mapping[str, Word]:
    """Field to what was last said to be right."""
    numbers = func.json_each(json.dumps([int(token) for token in tokens])).table_valued("value")
    query = (
        select(CORRECTION.c.field, CORRECTION.c.value, CORRECTION.c.at)
        .where(CORRECTION.c.token.in_(select(numbers.c.value)))
        .order_by(CORRECTION.c.correction_id)
    )
    with vault.transaction() as connection:
        rows = connection.execute(query).all()
    return {row.field: Word(row.value, None, row.at, 1) for row in rows if row.field in FIELDS}


def _told_of(vault: Vault, tokens: Collection[int]) -> dict[str, list[Told]]:
    """Field to every word on it."""
    sql = (
        "select t.name, t.value, f.source, t.occurred_at from json_each(?) as j cross join trait as t on t.token = j.value "
        "join imported_file as f on f.file_id = t.file_id where trim(t.value) <> ''"
    )
    with vault.transaction() as connection:
        rows = connection.exec_driver_sql(sql, (json.dumps([int(token) for token in tokens]),))
        told = sorted((Told(*row) for row in rows if row[0] in FIELDS), key=lambda item: item.field)
    return {name: list(words) for name, words in groupby(told, key=lambda item: item.field)}


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
