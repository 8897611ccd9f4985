"""Random logs and maps, small and full of coincidences.

Instants lie on a coarse grid, so that ties, exact deadlines and exact closings are common. Everything drawn
can be written as a workspace (`workspace.write_workspace`) and means the same there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from gap.reference import Condition, Map, Promise, Ref, Signal

SOURCES = ("alpha", "beta", "gamma")
TYPES = ("order.placed", "order.ready", "order.delayed", "order.closed")
PEOPLE = ("ann", "bob", "cyd", "dan")
ORDERS = ("o1", "o2", "o3", "o4")
TIME_ZONES = ("UTC", "America/Sao_Paulo", "Europe/Paris", "Asia/Tokyo")

PATIENT = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
"""A map takes many draws, and machines are shared."""

_SECOND_US = 1_000_000
_HOUR_US = 3600 * _SECOND_US
_STEP_US = 6 * _HOUR_US
_START = datetime(2024, 3, 1, tzinfo=UTC)
_START_US = round(_START.timestamp()) * _SECOND_US
_SLOTS: tuple[int, ...] = (*range(9), *range(9), 8 + 4 * 30, 9 + 4 * 30)
"""Two days of six-hour steps; now and then 30 days after the last of them, or six hours more."""

_RUN_SLOTS: tuple[int, ...] = (*range(2, 13), *range(8, 13), 10 + 4 * 30, 200)

_KINDS = ("x", "y", "it's")
_QUANTITIES = (0, 1, "2", "2.5", 10)
_SCORES = (3, "7", 8, "8.0", 9.5, "n/a")
_DUE = (
    *(f"{_START + timedelta(hours=hours):%Y-%m-%dT%H:%M:%S}Z" for hours in (-24, 0, 6, 12, 24, 36, 48, 60)),
    "2024-03-02T06:00:00+06:00",
    "2024-03-02 12:00:00",
    "2024-02-28",
    "2024-03-01",
    "2024-03-02",
    "2024-03-03",
    "soon",
)
_PROPERTIES: dict[str, tuple[object, ...]] = {
    "kind": _KINDS,
    "colour": _KINDS,
    "qty": _QUANTITIES,
    "score": _SCORES,
    "due": _DUE,
    "opens": _DUE,
}
_SAME = ({"qty": "qty"}, {"kind": "kind"}, {"qty": "score"}, {"kind": "kind", "qty": "qty"})
_SIGNS = ("=", "!=", "<", "<=", ">", ">=")
_DURATIONS = (_SECOND_US, _STEP_US, 2 * _STEP_US, 3 * _STEP_US, 4 * _STEP_US, 8 * _STEP_US)


def instants(*, crowded: bool = False) -> st.SearchStrategy[int]:
    """When a signal happens: on the grid, now and then one microsecond beside it; `crowded` is nearly always a tie."""
    return _near((0, 0, 0, 1, 1, 2, 3) if crowded else _SLOTS)


def runs() -> st.SearchStrategy[int]:
    """As of when to look: on the same grid, more often late than early."""
    return _near(_RUN_SLOTS)


def _near(slots: tuple[int, ...]) -> st.SearchStrategy[int]:
    beside = st.sampled_from((0, 0, 0, 0, 0, 0, -1, 1))
    return st.builds(lambda slot, by: _START_US + slot * _STEP_US + by, st.sampled_from(slots), beside)


@st.composite
def logs(draw: st.DrawFn, *, several_orders: bool = False, crowded: bool = False) -> tuple[Signal, ...]:
    """Up to fourteen signals of one to three sources, one or two files each, one to four units.

    Rows count from 1 in each file and do not follow the clock. With `several_orders` a signal may carry two. One in
    fifteen happened at an instant that nobody can read.
    """
    files = [
        (source, f"{source}-{number}.csv")
        for source in SOURCES[: draw(st.integers(1, 3))]
        for number in range(1, draw(st.integers(1, 2)) + 1)
    ]
    unit_count = draw(st.sampled_from((1, 1, 2, 2, 3, 4)))
    orders_of_one = st.sampled_from([(order,) for order in ORDERS[:unit_count]] * 4 + [()])
    orders_of_many = st.lists(st.sampled_from(ORDERS[:unit_count]), max_size=2).map(tuple)
    parcels = st.sampled_from(((), (), ("k1",), ("k2",), ("k1", "k2")))
    people = st.sampled_from([*PEOPLE[:unit_count] * 4, None])
    row_of = dict.fromkeys(files, 0)
    signals = []
    for _ in range(draw(st.sampled_from((*range(15), *range(6, 15), *range(10, 15))))):
        place = draw(st.sampled_from(files))
        row_of[place] += 1
        orders: tuple[str, ...] = draw(orders_of_many if several_orders else orders_of_one)
        signal = Signal(
            source=place[0],
            file=place[1],
            row=row_of[place],
            type=draw(st.sampled_from(TYPES)),
            at=draw(instants(crowded=crowded)),
            person=draw(people),
            objects=_objects(
                orders,
                draw(parcels) if several_orders else (),
                draw(st.sampled_from(((), ("s1",), ("s2",), ("s1", "s2")))) if several_orders else (),
            ),
            properties=draw(_properties()),
            timeless=draw(st.sampled_from((*[False] * 14, True))),
        )
        signals.append(signal)
    return tuple(signals)


def _objects(
    orders: tuple[str, ...], parcels: tuple[str, ...], stores: tuple[str, ...]
) -> dict[str, tuple[str, ...]]:
    named = {"order": tuple(dict.fromkeys(orders)), "parcel": parcels, "store": stores}
    return {name: values for name, values in named.items() if values}


@st.composite
def _properties(draw: st.DrawFn) -> dict[str, object]:
    """Each property is missing once in five times."""
    is_told = st.sampled_from((True, True, True, True, False))
    return {name: draw(st.sampled_from(values)) for name, values in _PROPERTIES.items() if draw(is_told)}


def conditions() -> st.SearchStrategy[Condition]:
    """One comparison: text with text, numbers with what is always a number, or with what may be none."""
    of_text = st.tuples(st.just("kind"), st.sampled_from(_SIGNS), st.sampled_from(_KINDS))
    of_quantity = st.tuples(st.just("qty"), st.sampled_from(_SIGNS), st.sampled_from((0, 1, 2, 2.5, 9)))
    of_score = st.tuples(st.just("score"), st.sampled_from(_SIGNS), st.sampled_from((7, 8, 9.5)))
    return st.one_of(of_text, of_quantity, of_score)


def wheres() -> st.SearchStrategy[tuple[Condition, ...]]:
    """Most often no condition, else one or two."""
    some = st.lists(conditions(), min_size=1, max_size=2).map(tuple)
    return st.sampled_from((0, 0, 0, 0, 0, 1)).flatmap(lambda asked: some if asked else st.just(()))


def refs() -> st.SearchStrategy[Ref]:
    """A type, with or without conditions."""
    return st.builds(Ref, st.sampled_from(TYPES), wheres())


@st.composite
def promises(draw: st.DrawFn, per: str = "order", name: str = "p1") -> Promise:
    """A promise of any pattern, judged within `per`."""
    pattern, window = draw(
        st.sampled_from(
            (
                ("expect", "within"),
                ("expect", "before"),
                ("never", "within"),
                ("never", "until"),
                ("measure", "within"),
                ("measure", "after"),
                ("measure", "journey"),
                ("measure", "place"),
                ("expect", "between"),
                ("expect", "between"),
                ("expect", "every"),
                ("expect", "sum"),
                ("of", "within"),
                ("of", "until"),
                ("preceded_by", "within"),
                ("preceded_by", "ever"),
                ("since", "within"),
                ("since", "ever"),
            )
        )
    )
    is_of_journey = window in {"journey", "place"}
    bound = st.tuples(
        st.sampled_from(("score", "qty")),
        st.sampled_from(("at_least", "at_most")),
        st.sampled_from((2.5, 8.0)),
    )
    same = st.sampled_from(
        ({}, {}, {}, {}, {"kind": "kind"}, {"qty": "qty"}, {"kind": "kind", "colour": "colour"})
    )
    waivers = ("none", "none", "signal", "signal") if is_of_journey else ("none", "none", "signal", "trigger")
    waiver = draw(st.sampled_from(waivers))
    sums = window == "sum"
    if sums:
        window = draw(st.sampled_from(("within", "before")))
    once = pattern == "expect" and window != "every" and not sums
    parts = pattern in {"expect", "never", "of"} and draw(st.sampled_from((False, False, True)))
    rarely = st.sampled_from((False, False, False, True))
    return Promise(
        name=name,
        pattern=pattern,
        after=None if is_of_journey else draw(refs()),
        target=draw(refs()),
        within_us=draw(st.sampled_from(_DURATIONS)) if window == "within" else None,
        before="due" if window == "before" else None,
        between=("opens", "due") if window == "between" else None,
        every_us=draw(st.sampled_from(_DURATIONS)) if window == "every" else None,
        limit=draw(st.integers(0, 2)) if pattern == "of" else None,
        sum={"qty": draw(st.sampled_from(("qty", "score")))} if sums else {},
        same=draw(st.sampled_from(_SAME)) if pattern == "since" else {},
        each="parcel" if parts else None,
        only_for=(draw(conditions()),) if not is_of_journey and draw(rarely) else None,
        revised_by=draw(refs()) if once and draw(st.booleans()) else None,
        contradicted_by=draw(refs()) if pattern != "measure" and draw(rarely) else None,
        until=draw(refs()) if window in {"until", "every"} else None,
        bound=draw(bound) if pattern == "measure" else None,
        match={} if is_of_journey else draw(same),
        unless=draw(refs()) if waiver == "signal" else None,
        unless_where=(draw(conditions()),) if waiver == "trigger" else None,
        per=draw(st.sampled_from(("store_hour", "store_day"))) if window == "place" else per,
        proven_by=draw(st.one_of(st.none(), st.none(), _proofs())),
    )


def _proofs() -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(SOURCES), min_size=1, max_size=2, unique=True).map(tuple)


@st.composite
def maps(draw: st.DrawFn, *, own_units: bool = True) -> Map:
    """A map of orders or people with one to three promises.

    Args:
        draw: Given by Hypothesis.
        own_units: Whether a promise with `after` may be judged within another unit than the map's.
    """
    per = draw(st.sampled_from(("order", "person")))
    drawn = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        promise = draw(promises(per, f"p{number}"))
        if own_units and promise.after is not None and draw(st.sampled_from((False, False, False, True))):
            promise = draw(promises("person" if per == "order" else "order", f"p{number}"))
        drawn.append(promise)
    ends = st.lists(st.sampled_from(TYPES), max_size=2, unique=True)
    return Map(
        per=per,
        starts=draw(refs()) if draw(st.sampled_from((False, False, True))) else None,
        ends=tuple(Ref(kind) for kind in draw(ends)),
        quiet_us=draw(st.sampled_from((None, _STEP_US, 2 * _STEP_US, 4 * _STEP_US))),
        promises=tuple(drawn),
        time_zones={source: draw(st.sampled_from(TIME_ZONES)) for source in SOURCES},
    )


@st.composite
def deaf_times(draw: st.DrawFn) -> tuple[tuple[str, str | None, int, int], ...]:
    """Up to four times in which a source was deaf, in one store or everywhere."""
    found: list[tuple[str, str | None, int, int]] = []
    for _ in range(draw(st.integers(1, 4))):
        since, until = sorted(draw(st.lists(instants(), min_size=2, max_size=2, unique=True)))
        store = draw(st.sampled_from((None, "s1", "s1", "s2", "s9")))
        found.append((draw(st.sampled_from(SOURCES)), store, since, until))
    return tuple(found)


@dataclass(frozen=True)
class Arrival:
    """One run of a history: how many rows of each file have come, and the instant of the run."""

    rows: dict[str, int]
    as_of: int


@dataclass(frozen=True)
class Case:
    """A map, a log and an instant, that can be run as a workspace; `history` are the runs that came before."""

    map: Map
    log: tuple[Signal, ...]
    as_of: int
    history: tuple[Arrival, ...] = ()

    def arrived(self, arrival: Arrival) -> list[Signal]:
        """The part of the log that has come."""
        return [signal for signal in self.log if signal.row <= arrival.rows.get(signal.file, signal.row)]


@st.composite
def cases(draw: st.DrawFn, *, earlier_runs: int = 0) -> Case:
    """A case with a source `zero` that says each type once, of nobody, and is heard at every step of the grid.

    A workspace is refused where its map names a type that nobody says; so somebody does.
    """
    journey_map, log = draw(maps()), draw(logs(several_orders=True))
    told = [(kind, _START_US - _STEP_US) for kind in TYPES]
    told += [("beat", _START_US + slot * _STEP_US) for slot in sorted(set(_RUN_SLOTS) | set(_SLOTS))]
    zero = [
        Signal("zero", "zero-1.csv", row, kind, at, None, {}, {}) for row, (kind, at) in enumerate(told, 1)
    ]
    named = {signal.source for signal in log}.union(*(p.proven_by or () for p in journey_map.promises))
    zones = {source: zone for source, zone in journey_map.time_zones.items() if source in named}
    files = sorted({signal.file for signal in log})
    history = []
    for _ in range(earlier_runs):
        counts = {file: draw(st.integers(0, sum(s.file == file for s in log))) for file in files}
        full = {file: 99 for file in files if draw(st.booleans())}
        history.append(Arrival(counts | full, draw(runs())))
    return Case(replace(journey_map, time_zones=zones), (*log, *zero), draw(runs()), tuple(history))
