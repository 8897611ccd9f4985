"""What tests of records start from: a vault, records told by a source, and an invented town of customers with its truth."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pyarrow as pa

from parcours.identity.records.gathering import standardise
from parcours.lake import open_engine
from parcours.vault import open_vault
from parcours.vault.tables import IDENTIFIER, TRAIT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from parcours.lake import Engine
    from parcours.vault import Vault

Record = dict[str, str]
GIVEN = [
    "amandine",
    "baptiste",
    "corinne",
    "didier",
    "edith",
    "ferdinand",
    "ghislaine",
    "hector",
    "irene",
    "joachim",
    "karine",
    "leopold",
    "mathilde",
    "nestor",
    "odile",
    "pascal",
    "quentin",
    "regine",
    "solange",
    "theodore",
    "ursula",
    "violette",
    "wilfried",
    "xaviera",
    "yvonne",
    "zacharie",
    "hamza",
    "leila",
    "soraya",
    "tarek",
    "olwen",
    "rhys",
    "siobhan",
    "callum",
]
FAMILY = [
    "abadie",
    "bellocq",
    "casteran",
    "dufau",
    "etchegoyen",
    "fourcade",
    "garrigue",
    "haristoy",
    "irigoyen",
    "jacquemin",
    "kerboul",
    "laborde",
    "marrast",
    "nogaro",
    "ourliac",
    "peyrecave",
    "quereilhac",
    "roussel",
    "sempe",
    "tauzin",
    "urruty",
    "verges",
    "wattiez",
    "yrieix",
    "zabala",
    "pritchard",
    "okafor",
    "blackwood",
    "fitzgerald",
    "haddad",
    "benali",
    "thibaudeau",
    "vasseur",
    "rochefort",
    "lemoine",
]
STREETS = [
    "rue des tanneurs",
    "avenue foch",
    "allee des platanes",
    "quai nord",
    "chemin vert",
    "place du marche",
    "high street",
    "mill lane",
]
TOWNS = [
    "40100 dax",
    "64000 pau",
    "64100 bayonne",
    "65000 tarbes",
    "31000 toulouse",
    "33000 bordeaux",
    "47000 agen",
    "32000 auch",
]


def town(people: int, copies: int, seed: int) -> tuple[list[Record], list[int]]:
    """Customers as a source would tell of them, and whose each record is.

    Args:
        people: How many there are.
        copies: Further records, each of somebody drawn at random, with slips, moves and gaps.
        seed: The same seed gives the same town.
    """
    luck = random.Random(seed)
    true = [_person(luck) for _ in range(people)]
    owners = [*range(people), *(luck.randrange(people) for _ in range(copies))]
    return [
        true[owner] if number < people else _retold(true[owner], luck) for number, owner in enumerate(owners)
    ], owners


def _person(luck: random.Random) -> Record:
    given, family = luck.choice(GIVEN), luck.choice(FAMILY)
    postcode, city = luck.choice(TOWNS).split()
    return {
        "given_name": given,
        "family_name": family,
        "birth_date": f"{luck.randrange(1940, 2005)}-{luck.randrange(1, 13):02}-{luck.randrange(1, 29):02}",
        "email": f"{given}.{family}{luck.randrange(100)}@example.org",
        "phone": f"06{luck.randrange(10**8):08}",
        "street": f"{luck.randrange(1, 120)} {luck.choice(STREETS)}",
        "postcode": postcode,
        "city": city,
    }


def _retold(person: Record, luck: random.Random) -> Record:
    told = {name: value for name, value in person.items() if luck.random() > 0.15}
    for name in ("given_name", "family_name", "city"):
        if name in told and luck.random() < 0.2:
            place = luck.randrange(len(told[name]))
            told[name] = told[name][:place] + told[name][place + 1 :]
    if luck.random() < 0.15:
        told["street"] = f"{luck.randrange(1, 120)} {luck.choice(STREETS)}"
    if luck.random() < 0.1 and "phone" in told:
        told["phone"] = f"06{luck.randrange(10**8):08}"
    if luck.random() < 0.3 and "birth_date" in told:
        year, month, day = told["birth_date"].split("-")
        told["birth_date"] = f"{day}/{month}/{year}"
    return told


def tell(
    vault: Vault, records: Mapping[int, Record], file_id: int, namespace: str = "customer", at: int = 0
) -> None:
    """Put what one file says of some customers into the vault; the token is the record's number."""
    facts: dict[str, object] = {
        **dict.fromkeys(("path", "digest", "definition"), "x"),
        "refused": {},
        "notes": {},
        "types": {},
    }
    counts = dict.fromkeys(("size_bytes", "modified_ns", "received", "accepted"), 0)
    while vault.add_file({"source": f"source-{file_id}", **facts, **counts}) < file_id:
        pass
    vault.insert_rows(IDENTIFIER, ((token, namespace, str(token)) for token in records))
    rows = (
        (file_id * 1_000_000 + token, name, file_id, token, value, at)
        for token, told in records.items()
        for name, value in told.items()
    )
    vault.insert_rows(TRAIT, rows)


def vault_in(folder: Path) -> Vault:
    """An open vault of its own."""
    return open_vault(folder / ".parcours/vault")


def engine_of(folder: Path, records: Iterable[Record]) -> Engine:
    """An engine whose table `record` holds these records in standard form; tokens count from 1."""
    engine = open_engine(folder / "spill", "1GB", 2)
    rows = [{"token": token, "first_at": 0, **record} for token, record in enumerate(records, 1)]
    names = dict.fromkeys(name for row in rows for name in row)
    columns = {
        name: pa.array(
            [row.get(name) for row in rows], pa.int64() if name in {"token", "first_at"} else pa.string()
        )
        for name in names
    }
    engine.register("told", pa.table(columns))
    standardise(engine, "told", "record", "FR")
    return engine
