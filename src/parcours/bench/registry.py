"""Every bench by the name `parcours bench NAME` knows it by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.bench.graph import bench_graph
from parcours.bench.olist import bench_olist
from parcours.bench.pipeline import bench_pipeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from parcours.bench.rows import BenchRow

# Sizes are keyword arguments of each; `olist` needs to be told where its data are.
BENCHES: dict[str, Callable[..., list[BenchRow]]] = {
    "graph": bench_graph,
    "pipeline": bench_pipeline,
    "olist": bench_olist,
}
