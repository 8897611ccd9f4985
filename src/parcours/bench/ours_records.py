"""Our linking of a file of raw records, timed from its first read to people; what plain Splink needs for the same is left beside.

`python -m parcours.bench.ours_records FILE FOLDER` prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from parcours.bench.child import peak_of_this_process
from parcours.identity.evaluating import pairwise
from parcours.identity.records.blocking import choose_blocking, rule_sql
from parcours.identity.records.comparing import RECORDS_TO_COMPARE, comparisons, splink_comparison
from parcours.identity.records.fields import FIELDS
from parcours.identity.records.gathering import standardise
from parcours.identity.records.linking import MERGE, decide, fields_told, scored_pairs, weigh_all
from parcours.identity.records.settings import RecordSettings
from parcours.lake import file_literal, open_engine

if TYPE_CHECKING:
    from parcours.lake import Engine


def main() -> None:
    """Print seconds, peak memory and accuracy of one linking."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="6GB")
    wanted = parser.parse_args()
    settings = RecordSettings()
    began = time.perf_counter()
    engine = open_engine(wanted.folder / "spill", wanted.memory, wanted.threads)
    engine.run(f"create view raw_record as {_raw(wanted.file)}")
    standardise(engine, "raw_record", "record", settings.region)
    standard_s = time.perf_counter() - began
    parameters = weigh_all(engine, settings)
    weighed_s = time.perf_counter() - began
    pairs = scored_pairs(engine, parameters, settings.merge, None)
    decided = decide(engine, parameters, settings, pairs)
    seconds = time.perf_counter() - began
    merged = decided.filter(np.asarray(decided["decision"]) == MERGE)
    truth = engine.arrow("select token, truth from raw_record order by token")
    token = truth["token"].to_numpy()
    ends = [np.searchsorted(token, merged[name].to_numpy()) for name in ("token", "other_token")]
    graph = coo_matrix((np.ones(len(merged), bool), tuple(ends)), shape=(len(token), len(token)))
    found = connected_components(graph, directed=False)[1].astype(np.int64)
    told = pairwise(found, truth["truth"].to_numpy())
    _leave_for_the_peer(engine, wanted.folder, settings)
    json.dump(
        {
            "seconds": seconds,
            "parts": {"standard": standard_s, "weigh": weighed_s - standard_s, "people": seconds - weighed_s},
            "peak_bytes": peak_of_this_process(),
            "pairs": decided.num_rows,
            "precision": told.precision,
            "recall": told.recall,
            "f1": told.f1,
        },
        sys.stdout,
    )
    engine.close()


def _raw(file: Path) -> str:
    """SQL of the raw records of a file: our own Parquet, FEBRL's CSV or that of fake_1000."""
    if file.suffix == ".parquet":
        return f"select * from read_parquet({file_literal(file)})"
    if "febrl" in file.parts:
        return f"""
            select row_number() over () as token, cast(0 as bigint) as first_at,
                   cast(regexp_extract(rec_id, 'rec-(\\d+)-', 1) as bigint) as truth, trim(given_name) as given_name,
                   trim(surname) as family_name, trim(date_of_birth) as birth_date, trim(street_number) as house_number,
                   trim(address_1) as street, trim(postcode) as postcode, trim(suburb) as city
            from read_csv({file_literal(file)}, delim = ', ', header = true, all_varchar = true)"""
    return f"""
        select row_number() over () as token, cast(0 as bigint) as first_at, cast(cluster as bigint) as truth,
               first_name as given_name, surname as family_name, dob as birth_date, city, email
        from read_csv({file_literal(file)}, header = true, all_varchar = true)"""


def _leave_for_the_peer(engine: Engine, folder: Path, settings: RecordSettings) -> None:
    """The same records in standard form, the same comparisons, the same rules."""
    present = fields_told(engine, settings.fields or FIELDS)
    rules = choose_blocking(engine, present, settings).rules
    engine.run(f"copy ({RECORDS_TO_COMPARE}) to {file_literal(folder / 'standard.parquet')} (format parquet)")
    plain = {
        "link_type": "dedupe_only",
        "unique_id_column_name": "token",
        "comparisons": [splink_comparison(item) for item in comparisons(present)],
        "blocking_rules_to_generate_predictions": [rule_sql(rule) for rule in rules],
    }
    (folder / "settings.json").write_text(json.dumps(plain), "utf-8")


if __name__ == "__main__":
    main()
