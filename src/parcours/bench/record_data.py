"""Invented customer records with their truth: French and English names by their frequency, slips, moves, households, missing fields.

`python -m parcours.bench.record_data FILE --records 1000000 --seed 1` writes Parquet; the same seed gives the same records.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

GIVEN = [
    "marie",
    "jean",
    "pierre",
    "michel",
    "andre",
    "philippe",
    "alain",
    "bernard",
    "nathalie",
    "isabelle",
    "catherine",
    "sylvie",
    "christine",
    "thomas",
    "nicolas",
    "julien",
    "camille",
    "lea",
    "manon",
    "emma",
    "chloe",
    "lucas",
    "hugo",
    "louis",
    "arthur",
    "jules",
    "ines",
    "sarah",
    "laura",
    "julie",
    "anne",
    "sophie",
    "claire",
    "lucie",
    "charlotte",
    "alice",
    "louise",
    "rose",
    "jade",
    "gabriel",
    "raphael",
    "adam",
    "mohamed",
    "fatima",
    "yasmine",
    "karim",
    "oliver",
    "george",
    "harry",
    "jack",
    "charlie",
    "james",
    "john",
    "robert",
    "david",
    "richard",
    "mary",
    "patricia",
    "jennifer",
    "linda",
    "elizabeth",
    "susan",
    "margaret",
    "dorothy",
    "helen",
    "sandra",
    "ashley",
    "kimberly",
    "emily",
    "donna",
    "michelle",
    "carol",
    "amanda",
    "melissa",
    "deborah",
    "stephanie",
    "rebecca",
    "anthony",
    "kevin",
    "brian",
    "edward",
    "ronald",
    "timothy",
    "jason",
    "jeffrey",
    "ryan",
    "jacob",
    "gary",
    "eric",
    "jonathan",
    "stephen",
    "larry",
    "justin",
    "scott",
    "brandon",
    "benjamin",
    "samuel",
    "gregory",
    "frank",
    "alexandre",
    "antoine",
    "maxime",
    "paul",
    "victor",
    "martin",
    "simon",
    "olivier",
    "sebastien",
    "guillaume",
    "vincent",
    "laurent",
    "stephane",
    "christophe",
    "frederic",
    "david",
    "cedric",
    "ludovic",
    "fabien",
    "damien",
]
SYLLABLES = [
    "ba",
    "be",
    "bi",
    "bo",
    "bou",
    "bra",
    "bre",
    "bri",
    "ca",
    "ce",
    "cha",
    "che",
    "cla",
    "co",
    "cou",
    "cra",
    "da",
    "de",
    "di",
    "do",
    "du",
    "dra",
    "fa",
    "fe",
    "fi",
    "fo",
    "fou",
    "fra",
    "ga",
    "ge",
    "gi",
    "go",
    "gra",
    "gue",
    "ha",
    "he",
    "hu",
    "ja",
    "je",
    "jo",
    "ju",
    "la",
    "le",
    "li",
    "lo",
    "lou",
    "ma",
    "me",
    "mi",
    "mo",
    "mou",
    "na",
    "ne",
    "ni",
    "no",
    "nou",
    "pa",
    "pe",
    "pi",
    "po",
    "pou",
    "pra",
    "ra",
    "re",
    "ri",
    "ro",
    "rou",
    "sa",
    "se",
    "si",
    "so",
    "sou",
    "ta",
    "te",
    "ti",
    "to",
    "tra",
    "va",
    "ve",
    "vi",
    "vo",
    "za",
    "ze",
]
ENDINGS = [
    "rd",
    "nt",
    "ult",
    "in",
    "eau",
    "ier",
    "et",
    "ot",
    "on",
    "ard",
    "aud",
    "ez",
    "s",
    "x",
    "y",
    "man",
    "son",
    "ton",
    "ley",
    "ell",
    "er",
    "c",
    "l",
]
KINDS = ["rue", "avenue", "boulevard", "place", "chemin", "allee", "impasse", "street", "road", "lane"]
FAMILY_NAMES, STREETS, CITIES = 40_000, 30_000, 4_000
_HOUR_US = 3_600_000_000


def write_records(path: Path, records: int, seed: int) -> None:
    """Write records, about five for four people, in no order.

    Columns:
        token: bigint, the number of the record, from 1.
        truth: bigint, whose it is.
        first_at: bigint, microseconds UTC.
        given_name, family_name, birth_date, email, phone, street, postcode, city: text as customers write it; null where not told.
    """
    with duckdb.connect() as engine:
        engine.execute("set threads = 2; set memory_limit = '3GB'; set preserve_insertion_order = true")
        engine.execute(f"set temp_directory = '{path.parent}'")
        engine.execute(
            f"create macro luck(n, salt) as (hash(n * 1000003 + salt * 7919 + {int(seed)}) % 1000000) / 1000000.0"
        )
        # A slip drops a letter, doubles one, or exchanges two.
        engine.execute("""
            create macro slip(text, n, salt) as case
                when text is null or length(text) < 3 then text
                when luck(n, salt) < 0.4 then substr(text, 1, 1 + cast(floor(luck(n, salt + 1) * (length(text) - 1)) as integer))
                    || substr(text, 3 + cast(floor(luck(n, salt + 1) * (length(text) - 1)) as integer))
                when luck(n, salt) < 0.7 then substr(text, 1, 1 + cast(floor(luck(n, salt + 1) * (length(text) - 1)) as integer))
                    || substr(text, 1 + cast(floor(luck(n, salt + 1) * (length(text) - 1)) as integer))
                else substr(text, 1, 1) || substr(text, 3, 1) || substr(text, 2, 1) || substr(text, 4) end""")
        engine.execute(
            "create macro pick(words, share) as words[1 + cast(floor(share * len(words)) as integer)]"
        )
        engine.execute(
            "create table word as select $given as given, $syllable as syllable, $ending as ending, $kind as kind",
            {"given": GIVEN, "syllable": SYLLABLES, "ending": ENDINGS, "kind": KINDS},
        )
        for table, count, salt in (("family", FAMILY_NAMES, 11), ("road", STREETS, 17), ("town", CITIES, 23)):
            engine.execute(f"""create table {table} as select i, pick(syllable, luck(i, {salt})) || pick(syllable, luck(i, {salt + 1}))
                || case when luck(i, {salt + 2}) < 0.5 then pick(syllable, luck(i, {salt + 3})) else '' end
                || pick(ending, luck(i, {salt + 4})) as name from range({count}) as r(i), word""")
        people = records * 4 // 5
        # Squares of luck are frequent at the low end, as names and towns are.
        engine.execute(f"""create table person as select p, p // 2 as home,
                pick(given, pow(luck(p, 31), 1.7)) as given_name,
                cast(floor(pow(luck(case when luck(p // 2, 5) < 0.5 then p // 2 else p end, 37), 2.2) * {FAMILY_NAMES}) as bigint) as family,
                date '1940-01-01' + cast(floor(luck(p, 41) * 24000) as integer) as born,
                cast(floor(luck(p // 2, 43) * {STREETS}) as bigint) as road, 1 + cast(floor(pow(luck(p // 2, 47), 2) * 150) as integer) as number,
                cast(floor(pow(luck(p // 2, 53), 2) * {CITIES}) as bigint) as town, cast(hash(p * 31 + 59) % 100000000 as bigint) as line
            from range({people}) as r(p), word""")
        engine.execute(f"""create table record as
            with told as (
                select p, 0 as copy, p as n from person
                union all select cast(floor(luck(c, 3) * {people}) as bigint), 1 + c, {people} + c from range({records - people}) as r(c)
            ), known as (
                select t.n, t.copy, q.*, f.name as family_name, w.name as road_name, c.name as city, k.kind
                from told as t join person as q on q.p = t.p join family as f on f.i = q.family
                join road as w on w.i = case when t.copy > 0 and luck(t.n, 61) < 0.15 then (q.road + t.copy) % {STREETS} else q.road end
                join town as c on c.i = q.town cross join word as k
            )
            select row_number() over (order by hash(n + {int(seed)}), n) as token, p as truth,
                1700000000000000 + n % 10000 * {_HOUR_US} as first_at,
                case when luck(n, 67) < 0.04 then null when copy > 0 and luck(n, 71) < 0.12 then slip(given_name, n, 73)
                     when copy > 0 and luck(n, 71) < 0.15 then substr(given_name, 1, 1) else given_name end as given_name,
                case when copy > 0 and luck(n, 79) < 0.12 then slip(family_name, n, 83) else family_name end as family_name,
                case when luck(n, 89) < 0.35 then null
                     when copy > 0 and luck(n, 97) < 0.04 then strftime(born + cast(1 + luck(n, 101) * 9 as integer), '%d/%m/%Y')
                     when copy > 0 and luck(n, 97) < 0.5 then strftime(born, '%d/%m/%Y') else strftime(born, '%Y-%m-%d') end as birth_date,
                case when luck(n, 103) < 0.3 then null when copy > 0 and luck(n, 107) < 0.3 then family_name || line % 1000 || '@example.org'
                     else given_name || '.' || family_name || line % 9973 || '@example.com' end as email,
                case when luck(n, 109) < 0.4 then null when copy > 0 and luck(n, 113) < 0.2 then '+336' || lpad(cast((line + copy) % 100000000 as varchar), 8, '0')
                     when luck(n, 127) < 0.5 then '06' || lpad(cast(line as varchar), 8, '0')
                     else '+33 6 ' || lpad(cast(line as varchar), 8, '0') end as phone,
                case when luck(n, 131) < 0.15 then null else number || case when luck(n, 137) < 0.5 then ', ' else ' ' end
                     || pick(kind, luck(road, 139)) || ' ' || case when copy > 0 and luck(n, 149) < 0.1 then slip(road_name, n, 151) else road_name end end as street,
                case when luck(n, 157) < 0.1 then null else lpad(cast(1000 + town * 23 as varchar), 5, '0') end as postcode,
                case when luck(n, 163) < 0.1 then null when copy > 0 and luck(n, 167) < 0.05 then slip(city, n, 173) else city end as city
            from known""")
        engine.execute(f"copy (select * from record order by token) to '{path}' (format parquet)")


def main() -> None:
    """Write one file of records."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--records", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    wanted.file.parent.mkdir(parents=True, exist_ok=True)
    write_records(wanted.file, wanted.records, wanted.seed)


if __name__ == "__main__":
    main()
