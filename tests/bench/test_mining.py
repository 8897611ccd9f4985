"""Public logs mined by ours and by two libraries: variants, rework, step matrix and funnel are the same to the unit."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from pyarrow import parquet

from parcours.bench.environments import peer_python
from parcours.bench.errors import PeerNotInstalled
from parcours.bench.mining import QUESTIONS, ask, differing_answers
from real.test_event_logs import gather, read_sepsis, read_xes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.heavy  # the libraries are installed once, and each reads each log

LOGS: dict[str, Callable[[], Iterator[tuple[str, str, str]]]] = {
    "receipt": lambda: read_xes("08_receipt.xes.gz"),
    "sepsis": read_sepsis,
    "incidents": lambda: read_xes("07_bpic2013_incidents.xes.gz"),
}


@pytest.mark.parametrize("peer", QUESTIONS)
@pytest.mark.parametrize("log", LOGS)
def test_a_public_log_is_mined_as_the_libraries_mine_it(tmp_path: Path, log: str, peer: str) -> None:
    """The same variants and cases with rework as pm4py's; the same step matrix and funnel of frequent activities as retentioneering's."""
    try:
        peer_python(peer)
    except PeerNotInstalled as problem:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(problem))
    cases = gather(LOGS[log]())
    begins = datetime(
        2026, 1, 1, tzinfo=UTC
    )  # the order of a case is what is compared: one activity a minute
    rows = [
        (case, kind, begins + timedelta(minutes=place))
        for case, path in cases.items()
        for place, kind in enumerate(path)
    ]
    names = ["case_id", "type", "occurred_at"]
    file = tmp_path / "cases.parquet"
    parquet.write_table(pa.table([list(column) for column in zip(*rows, strict=True)], names), file)
    frequent = [kind for kind, _ in Counter(kind for path in cases.values() for kind in path).most_common(3)]
    ours, theirs = (ask(name, file, frequent).answer for name in ("parcours", peer))

    for question in QUESTIONS[peer]:
        assert differing_answers(question, ours, theirs) == 0, question
