"""The floor of the batch loop: what a throw-away script needs for the same answers.

DuckDB and SciPy by hand, no lake, no quarantine, no evidence, no names. It is written to be quick
and is never part of the product: `python -m parcours.bench.floor FILE --threads 2 --memory 6GB`
prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from parcours.bench.child import peak_of_this_process
from parcours.bench.retailer import PROMISES
from parcours.bench.workspace import promise_name

if TYPE_CHECKING:
    from collections.abc import Callable

    Stage = Callable[[duckdb.DuckDBPyConnection, Path, Path], None]

QUIET_US = 30 * 86_400 * 1_000_000  # a journey ends when a person says nothing for this long
WITHIN_US = 86_400 * 1_000_000

# Each stage is one pass over the data with everything coded; `row` keeps the file's order at equal instants.
CODE = """
create table type as select name, (row_number() over (order by name))::utinyint as id
    from (select distinct type as name from read_parquet($file));
create table place as
    select channel, touchpoint, (row_number() over (order by channel, touchpoint))::utinyint as id
    from (select distinct channel, touchpoint from read_parquet($file));
create table device as select name, (row_number() over () - 1)::integer as id
    from (select distinct device as name from read_parquet($file));
create table customer as select name, (row_number() over () - 1)::integer as id
    from (select distinct customer as name from read_parquet($file) where customer is not null);
create table coded as
    select s.file_row_number::integer as row, epoch_us(s.occurred_at) as at_us,
           d.id as device, c.id as customer, t.id as type, p.id as place
    from read_parquet($file, file_row_number = true) as s
    join device as d on s.device = d.name
    left join customer as c on s.customer = c.name
    join type as t on s.type = t.name
    join place as p on s.channel = p.channel and s.touchpoint = p.touchpoint
"""
STEPS = """
create table step as
    with ordered as (
        select w.person, s.row, s.at_us, s.type, s.place,
               lag(s.type) over one as came_from, s.at_us - lag(s.at_us) over one as wait_us
        from coded as s join whose as w using (device)
        window one as (partition by w.person order by s.at_us, s.row)
    )
    select person, row, at_us, type, place,
           case when wait_us <= {quiet} then came_from end as came_from,
           case when wait_us <= {quiet} then wait_us end as wait_us,
           (row_number() over one)::integer as number,
           (count(*) filter (where wait_us is null or wait_us > {quiet}) over one)::integer as journey
    from ordered
    window one as (partition by person order by at_us, row rows unbounded preceding);
drop table coded
"""
GRAPH = """
create table edge as
    select came_from, type, count(*) as count, median(wait_us) as wait_median_us
    from step where came_from is not null group by all
"""
BY_TYPE = """
create table by_type as select type, person, number, at_us from step order by type, person, number
"""
PROMISE = """
insert into kept
    select $promise, count(*), count(*) filter (where b.at_us - a.at_us <= {within})
    from (
        select person, number, at_us from by_type where type = (select id from type where name = $after)
    ) as a asof left join (
        select person, number, at_us from by_type where type = (select id from type where name = $expect)
    ) as b on a.person = b.person and a.number < b.number
"""
COUNTS = """
select (select count(*) from step) as signals,
       (select count(distinct person) from whose) as people,
       (select count(*) from step where wait_us is null) as journeys,
       (select count(*) from edge) as edges,
       (select sum(count) from edge)::bigint as transitions
"""


def code(lake: duckdb.DuckDBPyConnection, file: Path, _out: Path) -> None:
    """Read the file once for names and once for rows."""
    for statement in CODE.split(";"):
        lake.execute(statement, {"file": str(file)})


def link(lake: duckdb.DuckDBPyConnection, _file: Path, _out: Path) -> None:
    """A person is a connected component of devices and customers seen together."""
    devices, customers = (_rows(lake, table) for table in ("device", "customer"))
    seen = lake.execute("select distinct device, customer from coded where customer is not null").fetchnumpy()
    ends = (np.asarray(seen["device"]), np.asarray(seen["customer"]) + devices)
    links = coo_array((np.ones(len(ends[0]), dtype=np.int8), ends), shape=(devices + customers,) * 2)
    person = connected_components(links, directed=False)[1][:devices]
    found = {"device": np.arange(devices, dtype=np.int32), "person": person.astype(np.int32)}
    lake.register("found", found)
    lake.execute("create table whose as select device, person from found")
    lake.unregister("found")


def _rows(lake: duckdb.DuckDBPyConnection, table: str) -> int:
    row = lake.execute(f"select count(*) from {table}").fetchone()
    return int(row[0]) if row else 0


def steps(lake: duckdb.DuckDBPyConnection, _file: Path, _out: Path) -> None:
    """Two windows: what came before, then which journey it belongs to; the coded rows are not needed any more."""
    lake.execute(STEPS.format(quiet=QUIET_US))


def graph(lake: duckdb.DuckDBPyConnection, _file: Path, _out: Path) -> None:
    """Transitions within journeys, with their median wait."""
    lake.execute(GRAPH)


def promises(lake: duckdb.DuckDBPyConnection, _file: Path, _out: Path) -> None:
    """Each trigger is kept when the next target of the same person comes within a day, both ends included."""
    lake.execute(BY_TYPE)
    lake.execute("create table kept (promise text, triggers bigint, kept bigint)")
    question = PROMISE.format(within=WITHIN_US)
    for number, (after, expect) in enumerate(PROMISES, start=1):
        lake.execute(question, {"promise": promise_name(number), "after": after, "expect": expect})


def write(lake: duckdb.DuckDBPyConnection, _file: Path, out: Path) -> None:
    """The steps, back as Parquet."""
    lake.execute(
        f"copy (select person, journey, number, row, at_us, type, place, wait_us from step) "
        f"to '{out / 'steps.parquet'}' (format parquet, compression zstd)"
    )


STAGES: tuple[Stage, ...] = (code, link, steps, graph, promises, write)


def run_floor(file: Path, threads: int, memory: str) -> dict[str, object]:
    """Run every stage.

    Returns:
        `stages` seconds by name, `seconds` their sum, `counts`, `promises` `{p01: {triggers, kept}}`.
    """
    seconds = {}
    with tempfile.TemporaryDirectory(prefix="parcours-floor-") as folder, duckdb.connect() as lake:
        lake.execute(f"set threads = {threads}")
        lake.execute(f"set memory_limit = '{memory}'")
        lake.execute(f"set temp_directory = '{folder}/spill'")
        lake.execute("set preserve_insertion_order = false")
        for stage in STAGES:
            began = time.perf_counter()
            stage(lake, file, Path(folder))
            seconds[stage.__name__] = time.perf_counter() - began
        return {"stages": seconds, "seconds": sum(seconds.values()), **_answers(lake)}


def _answers(lake: duckdb.DuckDBPyConnection) -> dict[str, object]:
    counted = lake.execute(COUNTS)
    names = [column[0] for column in counted.description or ()]
    counts = dict(zip(names, counted.fetchone() or (), strict=True))
    rows = lake.execute("select promise, triggers, kept from kept order by promise").fetchall()
    return {
        "counts": counts,
        "promises": {promise: {"triggers": triggers, "kept": kept} for promise, triggers, kept in rows},
    }


def main() -> None:
    """Print one JSON object about one signal file."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", default="6GB")
    wanted = parser.parse_args()
    answer = run_floor(wanted.file, wanted.threads, wanted.memory)
    json.dump({**answer, "peak_bytes": peak_of_this_process()}, sys.stdout)


if __name__ == "__main__":
    main()
