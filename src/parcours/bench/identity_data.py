"""Invented identifiers seen together: `python -m parcours.bench.identity_data FILE PAIRS` writes them as the rows of `link`.

Twenty pairs a person, as signals repeat what they carry: a customer number with an address, a phone number, a card, three browsers. One pair in
twenty names the browser of a household of two, one in a hundred the screen of a store.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

from parcours.lake import literal

PAIRS_PER_PERSON = 20
CUSTOMER, EMAIL, PHONE, CARD, COOKIE, KIOSK = range(6)
_ROWS = """
with picked as (
    select i, hash(i) % $people as person, hash(i + 1000000007) % 100 as pick from range($pairs) as t(i)
), named as (
    select *, case when pick < 25 then 1 when pick < 40 then 2 when pick < 50 then 3 when pick < 99 then 4 else 5 end as other_namespace_id,
           case when pick < 50 then person
                when pick < 94 then 4 * person + hash(i + 2000000011) % 3
                when pick < 99 then 4 * (person // 2 * 2) + 3
                else person % 100 end as number
    from picked
)
select cast(hash(person, 0) >> 1 as bigint) as token, cast(0 as integer) as namespace_id,
       cast(hash(number, other_namespace_id) >> 1 as bigint) as other_token,
       cast(other_namespace_id as integer) as other_namespace_id,
       1700000000000000 + i as first_at, cast(1 as bigint) as signals, cast(1 as integer) as file_id
from named
"""


def write_pairs(path: Path, pairs: int) -> None:
    """Write `pairs` rows of `link`, unless they are there."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".part")
    sql = _ROWS.replace("$people", str(max(1, pairs // PAIRS_PER_PERSON))).replace("$pairs", str(pairs))
    with duckdb.connect() as lake:
        lake.execute("set preserve_insertion_order = false")
        lake.execute(f"copy ({sql}) to {literal(str(aside))} (format parquet, compression zstd)")
    aside.rename(path)


def main() -> None:
    """Write one file."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("pairs", type=int)
    wanted = parser.parse_args()
    write_pairs(wanted.file, wanted.pairs)


if __name__ == "__main__":
    main()
