"""Each row of the truth tables of `docs/reference/promises.md`, run by the product from files to published verdicts.

One workspace per pattern, one order per row. Hours count from the same midnight; T is hour 200. The shop tells of
orders; two others prove: `depot`, heard from hour 10 to 200, and `van`, heard from hour 10 to 100 only.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from gap.reference import Map, Promise, Ref, Signal
from gap.workspace import write_workspace
from parcours.gap.loop import run_workspace
from parcours.gap.results import open_results
from parcours.kernel.workspace import Workspace

if TYPE_CHECKING:
    from pathlib import Path

MIDNIGHT = datetime(2024, 3, 1, tzinfo=UTC)
HOUR_US = 3600 * 1_000_000
MIDNIGHT_US = round(MIDNIGHT.timestamp()) * 1_000_000
T = 200

PLACED, READY, LATE, CLOSED, SCORED = (
    Ref(f"order.{word}") for word in ("placed", "ready", "late", "closed", "scored")
)
GONE = Ref("order.gone")


class Told(NamedTuple):
    """What happened to an order: hour (None: nobody can say when), type, properties, and the source that told."""

    hour: float | None
    type: str
    told: dict[str, object] | None = None
    source: str = "shop"


class Row(NamedTuple):
    """What the row is about, what happened, and the verdict of each promise, worked out by hand."""

    about: str
    happened: list[Told]
    verdicts: dict[str, str]


def at(hour: float) -> int:
    """The instant of an hour."""
    return MIDNIGHT_US + round(hour * HOUR_US)


def log_of(rows: list[Row]) -> list[Signal]:
    """The rows as orders, in one file per source, between the first and last word of each prover."""
    told = [(f"o{number}", what) for number, row in enumerate(rows) for what in row.happened]
    told += [("", Told(hour, "depot.open", None, "depot")) for hour in (10, 200)]
    told += [("", Told(hour, "van.out", None, "van")) for hour in (10, 100)]
    row_of = dict.fromkeys(("shop", "depot", "van"), 0)
    signals = []
    for order, what in told:
        row_of[what.source] += 1
        signals.append(
            Signal(
                what.source,
                f"{what.source}-1.csv",
                row_of[what.source],
                what.type,
                0 if what.hour is None else at(what.hour),
                None,
                {"order": (order,)} if order else {},
                what.told or {},
                timeless=what.hour is None,
            )
        )
    return signals


def check(folder: Path, rows: list[Row], promises: list[Promise], ends: tuple[Ref, ...] = ()) -> None:
    """Run the rows as one workspace and compare every verdict with the row's."""
    write_workspace(folder, Map("order", None, ends, None, tuple(promises)), log_of(rows))
    workspace = Workspace(folder)
    run_workspace(workspace, lambda *_: None, as_of=at(T))
    with open_results(workspace) as results:
        found = {
            (promise.name, row["unit"]): row["verdict"]
            for promise in promises
            for row in results.verdicts(promise.name, limit=None)
        }
    expected = {
        (name, f"o{number}"): verdict
        for number, row in enumerate(rows)
        for name, verdict in row.verdicts.items()
    }
    told = {key: (rows[int(key[1][1:])].about, found.get(key)) for key in expected}
    assert told == {key: (rows[int(key[1][1:])].about, verdict) for key, verdict in expected.items()}
    assert set(found) == set(expected)


def both(verdict: str, by_van: str | None = None) -> dict[str, str]:
    """The verdict proven by the depot, and by the van, which fell silent at hour 100."""
    return {"by-depot": verdict, "by-van": by_van or verdict}


def proven(pattern: str, *, within_h: int | None = None, until: Ref | None = None) -> list[Promise]:
    """The same promise twice, proven by the one and by the other."""
    return [
        Promise(
            f"by-{source}",
            pattern,
            PLACED,
            READY,
            within_us=None if within_h is None else within_h * HOUR_US,
            until=until,
            unless=LATE,
            proven_by=(source,),
        )
        for source in ("depot", "van")
    ]


def placed(hour: float, **told: object) -> Told:
    """An order placed."""
    return Told(hour, "order.placed", told)


def ready(hour: float | None, source: str = "shop") -> Told:
    """An order ready."""
    return Told(hour, "order.ready", None, source)


def late(hour: float) -> Told:
    """A word of delay, which waives."""
    return Told(hour, "order.late")


EXPECT_WITHIN = [
    # waiver, target, deadline passed, covered: the window is 10 hours.
    Row("no, yes, yes, yes: 25 lies in 20 to 30", [placed(20), ready(25)], both("kept")),
    Row("no, yes, no: 199 lies in 195 to 205", [placed(195), ready(199)], both("kept")),
    Row("no, yes, yes, no: nobody was heard at 5", [placed(5), ready(8)], both("kept")),
    Row("the deadline itself is in time: 30 = 20 + 10", [placed(20), ready(30)], both("kept")),
    Row("yes, yes: 22 before 25", [placed(20), late(22), ready(25)], both("waived")),
    Row("yes, no: 22 in 20 to 30", [placed(20), late(22)], both("waived")),
    Row("yes, no, no: 197 in 195 to 205", [placed(195), late(197)], both("waived")),
    Row("the waiver comes after the target", [placed(20), ready(25), late(26)], both("kept")),
    Row("the waiver comes after the deadline", [placed(20), late(31)], both("broken")),
    Row("no, no, no: due 205 > 200", [placed(195)], both("pending")),
    Row("no, no, yes, yes: due 30", [placed(20)], both("broken")),
    Row(
        "no, no, yes: due 200 = T; the van fell silent at 100", [placed(190)], both("broken", "unobservable")
    ),
    Row("no, no, yes: due 105; the van fell silent at 100", [placed(95)], both("broken", "unobservable")),
    Row("no, no, yes, no: neither was heard at 5", [placed(5)], both("unobservable")),
    Row("a late target is shown, not counted", [placed(20), ready(31)], both("broken")),
    Row("a target before its trigger is none", [ready(19), placed(20)], both("broken")),
    Row("another file at the same instant is after", [placed(20), ready(20, "depot")], both("kept")),
    Row("the file orders its equal instants", [ready(20), placed(20)], both("broken")),
    Row("ready, nobody can say when", [placed(20), ready(None)], both("unobservable")),
    Row("ready in time, and once nobody can say when", [placed(20), ready(25), ready(None)], both("kept")),
]


def test_expect_within(tmp_path: Path) -> None:
    """`after … expect … within 10h`."""
    check(tmp_path, EXPECT_WITHIN, proven("expect", within_h=10))


EXPECT_BEFORE = [
    # Midnight is 1 March 00:00 UTC; hour 72 is the end of 3 March.
    Row("an instant", [placed(20, due="2024-03-02T06:00:00Z"), ready(30)], {"by-due": "kept"}),
    Row("one hour late", [placed(20, due="2024-03-02T06:00:00Z"), ready(31)], {"by-due": "broken"}),
    Row("a day ends at midnight", [placed(20, due="2024-03-03"), ready(71.9)], {"by-due": "kept"}),
    Row("midnight is late", [placed(20, due="2024-03-03"), ready(72)], {"by-due": "broken"}),
    Row("an offset: 06:00 UTC", [placed(20, due="2024-03-02T08:00:00+02:00"), ready(31)], {"by-due": "broken"}),
    Row("P is missing", [placed(20), ready(25)], {"by-due": "unobservable"}),
    Row("P is no instant", [placed(20, due="soon"), ready(25)], {"by-due": "unobservable"}),
    Row("due before its trigger", [placed(50, due="2024-03-02T06:00:00Z"), ready(51)], {"by-due": "broken"}),
    Row("due before its trigger, not covered", [placed(5, due="2024-02-01")], {"by-due": "unobservable"}),
    Row("not yet due: hour 216", [placed(20, due="2024-03-09")], {"by-due": "pending"}),
    Row("waived", [placed(20, due="2024-03-03"), late(71)], {"by-due": "waived"}),
    Row("excused by its trigger", [placed(20, due="2024-03-03", kind="gift")], {"by-kind": "waived", "by-due": "broken"}),
    Row("not excused", [placed(20, due="2024-03-03", kind="own")], {"by-kind": "broken", "by-due": "broken"}),
]  # fmt: skip


def test_expect_before(tmp_path: Path) -> None:
    """`after … expect … before P`, and `unless` with a condition on the trigger."""
    by_due = Promise(
        "by-due", "expect", PLACED, READY, before="due", unless=LATE, proven_by=("depot",)
    )  # fmt: skip
    by_kind = Promise(
        "by-kind",
        "expect",
        Ref("order.placed", (("kind", "!=", "none"),)),
        READY,
        before="due",
        unless_where=(("kind", "=", "gift"),),
        proven_by=("depot",),
    )
    check(tmp_path, EXPECT_BEFORE, [by_due, by_kind])


NEVER_WITHIN = [
    Row("no, yes: 25 lies in 20 to 30", [placed(20), ready(25)], both("broken")),
    Row("no, yes, no, no: known at once", [placed(195), ready(196)], both("broken")),
    Row("the end is in the window: 30 = 20 + 10", [placed(20), ready(30)], both("broken")),
    Row("yes, yes: 22 before 25", [placed(20), late(22), ready(25)], both("waived")),
    Row("yes, no", [placed(20), late(22)], both("waived")),
    Row("the waiver comes after the target", [placed(20), ready(25), late(26)], both("broken")),
    Row("no, no, no: ends 205 > 200", [placed(195)], both("pending")),
    Row("no, no, yes, yes: ends 30", [placed(20)], both("kept")),
    Row("no, no, yes: ends 200 = T; the van fell silent at 100", [placed(190)], both("kept", "unobservable")),
    Row("no, no, yes, no: nobody was heard at 5", [placed(5)], both("unobservable")),
    Row("after the window", [placed(20), ready(31)], both("kept")),
    Row("another file at the same instant is no proof", [placed(20), ready(20, "depot")], both("kept")),
    Row("the same file at the same instant is", [placed(20), ready(20)], both("broken")),
    Row("ready, nobody can say when", [placed(20), ready(None)], both("unobservable")),
]


def test_never_within(tmp_path: Path) -> None:
    """`after … never … within 10h`."""
    check(tmp_path, NEVER_WITHIN, proven("never", within_h=10))


def closed(hour: float, source: str = "shop") -> Told:
    """S."""
    return Told(hour, "order.closed", None, source)


def gone(hour: float) -> Told:
    """What closes the journey."""
    return Told(hour, "order.gone")


NEVER_UNTIL = [
    Row("no, yes: before S", [placed(20), ready(29), closed(30)], both("broken")),
    Row("no, yes, while it is open", [placed(195), ready(196)], both("broken")),
    Row("yes, yes: 22 before 25", [placed(20), late(22), ready(25), closed(30)], both("waived")),
    Row("yes, no", [placed(20), late(22)], both("waived")),
    Row("no, no, no: no S, not closed", [placed(20)], both("pending")),
    Row("no, no, yes, yes: S at 30", [placed(20), closed(30)], both("kept")),
    Row("no, no, yes: S at 110; the van fell silent at 100", [placed(20), closed(110)], both("kept", "unobservable")),
    Row("after S", [placed(20), closed(30), ready(31)], both("kept")),
    Row("at the instant of S, the file decides: before", [placed(20), ready(30), closed(30)], both("broken")),
    Row("at the instant of S, the file decides: after", [placed(20), closed(30), ready(30)], both("kept")),
    Row("at the instant of S in another file", [placed(20), closed(30), ready(30, "depot")], both("kept")),
    Row("S before its trigger ends nothing", [closed(19), placed(20)], both("pending")),
    Row("closed at 30", [placed(20), gone(30), ready(31)], both("kept")),
    Row("closed at 30, S comes later", [placed(20), gone(30), ready(31), closed(40)], both("kept")),
    Row("S at 30, closed later", [placed(20), closed(30), ready(31), gone(40)], both("kept")),
    Row("the closing is in the window", [placed(20), ready(30), gone(30)], both("broken")),
    Row("closed before its trigger", [gone(19), placed(20), ready(25)], both("kept")),
    Row("ready, nobody can say when", [placed(20), closed(30), ready(None)], both("unobservable")),
]  # fmt: skip


def test_never_until(tmp_path: Path) -> None:
    """`after … never … until S`; the journey closes when the order is gone."""
    check(tmp_path, NEVER_UNTIL, proven("never", until=CLOSED), ends=(GONE,))


def scored(hour: float, score: object) -> Told:
    """A measurement."""
    return Told(hour, "order.scored", {"score": score})


def of(within: str, after: str, journey: str) -> dict[str, str]:
    """The verdicts of `at_least 8` within 10 hours, at any time after, and anywhere in the journey."""
    return {"within": within, "after": after, "journey": journey}


MEASURE = [
    Row("waived before any measurement", [placed(20), late(22), scored(25, 3)], of("waived", "waived", "waived")),
    Row("waived without", [placed(20), late(22)], of("waived", "waived", "waived")),
    Row("measured before the waiver", [placed(20), scored(21, 3), late(22)], of("broken", "broken", "broken")),
    Row("all hold", [placed(20), scored(25, 8), scored(26, "9.5")], of("kept", "kept", "kept")),
    Row("one fails", [placed(20), scored(25, 9), scored(26, "7"), scored(27, 10)], of("broken", "broken", "broken")),
    Row("10 is more than 8 as a number", [placed(20), scored(25, "10")], of("kept", "kept", "kept")),
    Row("none, the window open, the journey too", [placed(195)], of("pending", "pending", "pending")),
    Row("none, the window over at 200 = T", [placed(190)], of("unobservable", "pending", "pending")),
    Row("none, the journey closed", [placed(20), gone(30)], of("unobservable", "unobservable", "unobservable")),
    Row("after the window", [placed(20), scored(31, 3)], of("unobservable", "broken", "broken")),
    Row("at its end", [placed(20), scored(30, 8)], of("kept", "kept", "kept")),
    Row("before the trigger", [scored(19, 9), placed(20)], of("unobservable", "pending", "kept")),
    Row("no number", [placed(20), scored(25, "n/a"), gone(30)], of("unobservable", "unobservable", "unobservable")),
    Row("the first signal waives", [late(19), placed(20), scored(21, 3)], of("broken", "broken", "waived")),
    Row("in another file at the same instant", [placed(20), Told(20, "order.scored", {"score": 9}, "depot")],
        of("kept", "kept", "kept")),
]  # fmt: skip


def test_measure(tmp_path: Path) -> None:
    """`measure … at_least 8`, with `after` and `within`, with `after` alone, and with neither."""
    promises = [
        Promise(
            name,
            "measure",
            None if name == "journey" else PLACED,
            SCORED,
            within_us=10 * HOUR_US if name == "within" else None,
            bound=("score", "at_least", 8.0),
            unless=LATE,
        )
        for name in ("within", "after", "journey")
    ]
    check(tmp_path, MEASURE, promises, ends=(GONE,))
