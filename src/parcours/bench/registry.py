"""Every bench by the name `parcours bench NAME` knows it by."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from parcours.bench.graph import SIGNALS, bench_graph
from parcours.bench.olist import bench_olist
from parcours.bench.pipeline import SIZES, bench_pipeline
from parcours.kernel.document import closest
from parcours.kernel.errors import ParcoursError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from parcours.bench.rows import BenchRow

# Sizes are keyword arguments of each; `olist` needs to be told where its data are.
BENCHES: dict[str, Callable[..., list[BenchRow]]] = {
    "graph": bench_graph,
    "pipeline": bench_pipeline,
    "olist": bench_olist,
}


class UnknownBench(ParcoursError, LookupError):
    """A bench was asked for that there is not."""

    code = "bench.unknown"

    def __init__(self, name: str, known: Collection[str]) -> None:
        super().__init__(f"there is no bench {name!r}", fix=closest(name, known))


class NoBenchData(ParcoursError, LookupError):
    """A bench needs data that were not given."""

    code = "bench.no_data"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the bench {name!r} needs the folder of its data",
            fix=f"call `parcours bench {name} --data FOLDER`",
        )


def run_benches(
    name: str | None, *, data: Path | None, signals: int | None, tell: Callable[[str], None]
) -> list[dict[str, Any]]:
    """Run one bench, or all that can run.

    Args:
        name: Which; all by default, without `olist` where no data are given.
        data: Folder of real data, for `olist`.
        signals: Size of `graph`, or the larger size of `pipeline` (the smaller is a tenth of it).
        tell: Told before each step.

    Returns:
        Rows `bench, case, metric, unit, ours, peer, peer_name, ratio, target, holds`.
    """
    if name is not None and name not in BENCHES:
        raise UnknownBench(name, BENCHES)
    if name == "olist" and data is None:
        raise NoBenchData(name)
    ready = {
        "graph": partial(bench_graph, signals=signals or SIGNALS),
        "pipeline": partial(bench_pipeline, sizes=(signals // 10, signals) if signals else SIZES),
        **({"olist": partial(bench_olist, data)} if data is not None else {}),
    }
    return [asdict(row) for key in ready if name in {None, key} for row in ready[key](progress=tell)]
