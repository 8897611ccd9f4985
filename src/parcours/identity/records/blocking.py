"""Which pairs are looked at: all of a small set; of a large one those that agree in something, as many as can be afforded.

A pair that no rule brings together is never linked, so loose rules are better as long as they are cheap. How many pairs a rule brings is
counted before any is made, and rules are taken from the strictest on until the next one would be too much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.identity.records.errors import NothingToCompare, TooManyPairs
from parcours.identity.records.settings import PARTS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from parcours.identity.records.settings import RecordSettings
    from parcours.lake import Engine

ALL_PAIRS = 1_500 * 1_499 // 2  # so many are compared without asking what they share
_PAIRS_AT_LEAST, _PAIRS_PER_RECORD = 250_000, 20
_COUNTED_RECORDS = 200_000  # enough to tell how many pairs a rule brings
_IMPLIED = {  # who agrees in the first agrees in the second
    "family_name": "family_start",
    "family_start": "family_initial",
    "given_name": "given_start",
    "given_start": "given_initial",
    "birth_date": "birth_year",
    "email": "mailbox",
}
_FIELD_OF = {
    "given_initial": "given_name",
    "given_start": "given_name",
    "family_initial": "family_name",
    "family_start": "family_name",
    "birth_year": "birth_date",
    "mailbox": "email",
}
CANDIDATES: tuple[tuple[str, ...], ...] = (
    ("email",),
    ("mailbox",),
    ("phone",),
    ("birth_date",),
    ("family_name",),
    ("given_name",),
    ("postcode",),
    ("street",),
    ("birth_date", "family_start"),
    ("birth_date", "given_start"),
    ("birth_date", "family_initial"),
    ("birth_date", "given_initial"),
    ("birth_date", "postcode"),
    ("birth_date", "city"),
    ("family_name", "given_name"),
    ("family_name", "given_initial"),
    ("family_name", "given_start"),
    ("family_name", "birth_year"),
    ("family_name", "postcode"),
    ("family_name", "city"),
    ("family_name", "street"),
    ("given_name", "family_start"),
    ("given_name", "birth_year"),
    ("given_name", "postcode"),
    ("given_name", "street"),
    ("given_name", "city"),
    ("street", "house_number"),
    ("street", "postcode"),
    ("house_number", "postcode"),
    ("family_start", "given_start", "birth_year"),
    ("family_start", "given_start", "postcode"),
    ("family_start", "birth_year", "postcode"),
    ("family_name", "given_name", "postcode"),
    ("family_name", "given_name", "birth_year"),
    ("family_name", "given_initial", "postcode"),
    ("given_name", "family_start", "birth_year"),
    ("given_name", "birth_year", "postcode"),
    ("street", "house_number", "postcode"),
    ("street", "house_number", "city"),
    ("street", "house_number", "given_initial"),
)
Rule = tuple[str, ...]
EXCHANGED: Rule = ("exchanged",)  # the given name of one is the family name of the other


@dataclass(frozen=True)
class Blocking:
    """The rules taken.

    Attributes:
        rules: A pair is looked at that agrees in all keys of one of them; no keys: all pairs.
        pairs: How many pairs they bring, those brought twice counted twice.
    """

    rules: tuple[Rule, ...]
    pairs: int


def choose_blocking(engine: Engine, present: Collection[str], settings: RecordSettings) -> Blocking:
    """The rules for the records of now.

    Args:
        engine: Holds `record`.
        present: Fields that records tell.
        settings: May name rules, and bounds their pairs.

    Raises:
        TooManyPairs: The settings' own rules bring more than is allowed.
        NothingToCompare: There are too many records for all pairs, and nothing sorts them.
    """
    records = int(engine.value("select count(*) from record"))
    every = records * (records - 1) // 2
    if settings.blocking is not None:
        return _own(engine, present, settings, records)
    if every <= min(ALL_PAIRS, settings.most_pairs):
        return Blocking(((),), every)
    budget = min(settings.most_pairs, _PAIRS_AT_LEAST + _PAIRS_PER_RECORD * records)
    chosen = afford(_estimate_pairs(engine, possible(present), records), budget)
    if not chosen.rules:
        raise NothingToCompare(records, tuple(sorted(present)))
    return chosen


def possible(present: Collection[str]) -> list[Rule]:
    """Rules whose keys records with these fields have."""
    found = [rule for rule in CANDIDATES if _fields(rule) <= set(present)]
    return [*found, EXCHANGED] if {"given_name", "family_name"} <= set(present) else found


def count_pairs(engine: Engine, rules: Iterable[Rule], source: str = "record") -> dict[Rule, int]:
    """How many pairs of `record`, or of another table like it, each rule brings, without making any."""
    return {rule: _count(engine, rule, source) for rule in rules}


def _estimate_pairs(engine: Engine, rules: Iterable[Rule], records: int) -> dict[Rule, int]:
    """As `count_pairs`, of many records by some of them: one record in n has one pair in n x n."""
    every = max(1, records // _COUNTED_RECORDS)
    if every == 1:
        return count_pairs(engine, rules)
    engine.run(f"create or replace table counted as select * from record where hash(token) % {every} = 0")
    found = {rule: pairs * every**2 for rule, pairs in count_pairs(engine, rules, "counted").items()}
    engine.run("drop table counted")
    return found


def afford(pairs: dict[Rule, int], budget: int) -> Blocking:
    """Rules from the strictest on as long as they fit; one that a looser one holds is left out.

    Example:
        >>> afford({("email",): 10, ("family_name", "city"): 30, ("family_name",): 60, ("city",): 900}, 100)
        Blocking(rules=(('email',), ('family_name',)), pairs=70)
    """
    chosen: dict[Rule, int] = {}
    for rule, count in sorted(pairs.items(), key=lambda item: (item[1], item[0])):
        looser = {other: known for other, known in chosen.items() if not set(rule) <= _closure(other)}
        if any(set(other) <= _closure(rule) for other in chosen):
            continue
        if sum(looser.values()) + count > budget:
            continue
        chosen = {**looser, rule: count}
    return Blocking(tuple(chosen), sum(chosen.values()))


def rule_sql(rule: Rule) -> str:
    """A rule as Splink reads it, over `l` and `r`.

    Example:
        >>> rule_sql(("family_name", "birth_year"))
        'l.family_name = r.family_name and substr(l.birth_date, 1, 4) = substr(r.birth_date, 1, 4)'
    """
    if rule == EXCHANGED:
        return "l.given_name = r.family_name and l.family_name = r.given_name"
    return " and ".join(f"{_key(name, 'l.')} = {_key(name, 'r.')}" for name in rule) or "1=1"


def index_records(engine: Engine, rules: Sequence[Rule]) -> None:
    """Make the table `keyed`: each record's token, and a number for what each rule asks to be equal; null where it is not told."""
    columns = []
    for place, rule in enumerate(rules):
        if rule == EXCHANGED:
            columns += [
                f"{_number(['given_name', 'family_name'])} as k{place}",
                f"{_number(['family_name', 'given_name'])} as x{place}",
            ]
        elif rule:
            columns.append(f"{_number([_key(name, '') for name in rule])} as k{place}")
    engine.run(f"create or replace table keyed as select {', '.join(['token', *columns])} from record")


def pairs_sql(rules: Sequence[Rule], *, fresh: bool = False) -> str:
    """SQL of the pairs (token, other_token; the lower first) that agree in some rule, each once; `index_records` was called with the rules.

    Args:
        rules: As given there.
        fresh: Only pairs with a token of the table `fresh`.
    """
    left, order = "keyed", "l.token < r.token"
    if fresh:
        left = "(select * from keyed where token in (select token from fresh))"
        order = "(l.token < r.token or r.token not in (select token from fresh)) and l.token <> r.token"
    parts = []
    for place, rule in enumerate(rules):
        earlier = "".join(
            f" and not coalesce({_equal(before, rules[before])}, false)" for before in range(place)
        )
        parts.append(
            "select least(l.token, r.token) as token, greatest(l.token, r.token) as other_token "
            f"from {left} as l join keyed as r on {_equal(place, rule)} where {order}{earlier}"
        )
    return " union all ".join(parts)


def _number(keys: Sequence[str]) -> str:
    told = " and ".join(f"{key} is not null" for key in keys)
    return f"case when {told} then hash({', '.join(keys)}) end"


def _equal(place: int, rule: Rule) -> str:
    if not rule:
        return "true"
    return f"l.k{place} = r.{'x' if rule == EXCHANGED else 'k'}{place}"


def _own(engine: Engine, present: Collection[str], settings: RecordSettings, records: int) -> Blocking:
    rules = tuple(rule for rule in settings.blocking or () if _fields(rule) <= set(present))
    if not settings.blocking:  # blocks nothing
        every = records * (records - 1) // 2
        if every > min(settings.most_pairs, ALL_PAIRS):
            raise TooManyPairs(records, every, min(settings.most_pairs, ALL_PAIRS))
        return Blocking(((),), every)
    if not rules:
        raise NothingToCompare(records, tuple(sorted(present)))
    pairs = sum(count_pairs(engine, rules).values())
    if pairs > settings.most_pairs:
        raise TooManyPairs(records, pairs, settings.most_pairs)
    return Blocking(rules, pairs)


def _count(engine: Engine, rule: Rule, source: str) -> int:
    if rule == EXCHANGED:
        sql = (
            f"with n as (select given_name as g, family_name as f, count(*) as c from {source} where g is not null and f is not null group by all) "
            "select coalesce(sum(a.c * b.c), 0) // 2 from n as a join n as b on a.g = b.f and a.f = b.g"
        )
        return int(engine.value(sql))
    keys = [_key(name, "") for name in rule]
    some = " and ".join(f"{key} is not null" for key in keys) or "true"
    grouped = f"select count(*) as c from {source} where {some} group by {', '.join(keys)}"
    return int(engine.value(f"select coalesce(sum(c * (c - 1) // 2), 0) from ({grouped})"))


def _key(name: str, side: str) -> str:
    if name not in PARTS:
        return f"{side}{name}"
    field = _FIELD_OF[name]
    return PARTS[name].replace(field, f"{side}{field}")


def _fields(rule: Sequence[str]) -> set[str]:
    return {_FIELD_OF.get(name, name) for name in rule}


def _closure(rule: Rule) -> set[str]:
    found = set(rule)
    for name in rule:
        step: str | None = name
        while (step := _IMPLIED.get(step or "")) is not None:
            found.add(step)
    return found
