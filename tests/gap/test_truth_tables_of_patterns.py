"""Each row of the truth tables of the patterns beyond `expect`, `never` and `measure`, from files to published verdicts.

As in `test_truth_tables`: one order per row, hours from the same midnight, T is hour 200; `depot` is heard from hour 10 to 200, `van` from
hour 10 to 100 only. The plain loops of `reference` must say the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gap.given import Case
from gap.published import run_case
from gap.reference import Map, Promise, Ref, Signal, judge
from gap.test_truth_tables import GONE, HOUR_US, MIDNIGHT_US, T, at

if TYPE_CHECKING:
    from gap.direct import Found
    from parcours.lake import Engine

PLACED, READY, LATE, CLOSED, SAID, PAID, SHOWN = (
    Ref(f"order.{word}") for word in ("placed", "ready", "late", "closed", "said", "paid", "shown")
)


class Told(NamedTuple):
    """What happened: hour (None: nobody can say when), type, the source that told, parcels, properties."""

    hour: float | None
    type: str
    source: str
    parcels: tuple[str, ...]
    told: dict[str, object]


def told(
    hour: float | None, word: str, source: str = "shop", parcels: tuple[str, ...] = (), **properties: object
) -> Told:
    """Something about the order of the row."""
    return Told(hour, f"order.{word}", source, parcels, properties)


class Row(NamedTuple):
    """What the row is about, what happened, and the verdicts in the order of their promises and parts, worked out by hand."""

    about: str
    happened: list[Told]
    verdicts: list[str]


def log_of(rows: list[Row]) -> list[Signal]:
    """The rows as orders, in one file per source, between the first and last word of each prover."""
    happened = [
        ({"order": (f"o{number}",)}, what) for number, row in enumerate(rows) for what in row.happened
    ]
    happened += [({}, told(hour, "beat", "depot")) for hour in (10, 200)]
    happened += [({}, told(hour, "beat", "van")) for hour in (10, 100)]
    # A map that speaks of what nobody ever tells is refused.
    words = ("placed", "ready", "late", "closed", "said", "paid", "shown", "gone")
    happened += [({}, told(1, word)) for word in words]
    row_of = dict.fromkeys(("shop", "depot", "van"), 0)
    signals = []
    for objects, what in happened:
        row_of[what.source] += 1
        named = objects | ({"parcel": what.parcels} if what.parcels else {})
        signals.append(
            Signal(
                what.source,
                f"{what.source}-1.csv",
                row_of[what.source],
                what.type,
                0 if what.hour is None else at(what.hour),
                None,
                named,
                what.told,
                timeless=what.hour is None,
            )
        )
    return signals


def check(engine: Engine, rows: list[Row], promises: list[Promise]) -> list[Found]:
    """Run the rows as one workspace and compare every verdict with the row's; answers what was published."""
    log = log_of(rows)
    drawn = Map("order", None, (GONE,), None, tuple(promises))
    found, _ = run_case(engine, Case(drawn, tuple(log), at(T)))
    names = [promise.name for promise in promises]
    told_of = {
        number: [
            item.verdict
            for item in sorted(found, key=lambda item: (names.index(item.promise), item.part or ""))
            if item.unit == f"o{number}"
        ]
        for number in range(len(rows))
    }
    assert {(row.about, number): told_of[number] for number, row in enumerate(rows)} == {
        (row.about, number): row.verdicts for number, row in enumerate(rows)
    }
    plain = judge(drawn, log, at(T))
    assert sorted((v.promise, v.unit, v.part or "", v.verdict) for v in plain) == sorted(
        (item.promise, item.unit, item.part or "", item.verdict) for item in found
    )
    return found


def hour(number: float) -> str:
    """An instant as sources write it."""
    return f"2024-03-{1 + int(number // 24):02}T{int(number % 24):02}:00:00Z"


def slot(at_hour: float, start: float, end: float) -> Told:
    """An order placed with a slot."""
    return told(at_hour, "placed", opens=hour(start), due=hour(end))


BETWEEN = [
    # The slot is 30 to 40 unless said; depot covers 10 to 200.
    Row("in the slot", [slot(20, 30, 40), told(35, "ready")], ["kept"]),
    Row("its first instant", [slot(20, 30, 40), told(30, "ready")], ["kept"]),
    Row("its last instant", [slot(20, 30, 40), told(40, "ready")], ["kept"]),
    Row("too early", [slot(20, 30, 40), told(29, "ready")], ["broken"]),
    Row("too early is known at once: 190 before 195 to 205", [slot(180, 195, 205), told(190, "ready")], ["broken"]),
    Row("the first target decides", [slot(20, 30, 40), told(29, "ready"), told(35, "ready")], ["broken"]),
    Row("waived before it came", [slot(20, 30, 40), told(22, "late"), told(29, "ready")], ["waived"]),
    Row("waived, none came", [slot(20, 30, 40), told(39, "late")], ["waived"]),
    Row("waived too late", [slot(20, 30, 40), told(29, "ready"), told(30, "late")], ["broken"]),
    Row("not over: 205 > 200", [slot(180, 195, 205)], ["pending"]),
    Row("none came", [slot(20, 30, 40)], ["broken"]),
    Row("too late", [slot(20, 30, 40), told(41, "ready")], ["broken"]),
    Row("none came, nobody was heard at 5", [slot(5, 30, 40)], ["unobservable"]),
    Row("no start", [told(20, "placed", due=hour(40)), told(35, "ready")], ["unobservable"]),
    Row("ends before it begins", [slot(20, 40, 30), told(35, "ready")], ["unobservable"]),
    Row("a whole day: 2 March is 24 to 48", [told(20, "placed", opens="2024-03-02", due="2024-03-02"), told(24, "ready")], ["kept"]),
    Row("the day before", [told(20, "placed", opens="2024-03-02", due="2024-03-02"), told(23, "ready")], ["broken"]),
    Row("midnight after", [told(20, "placed", opens="2024-03-02", due="2024-03-02"), told(48, "ready")], ["broken"]),
    Row("another file at the trigger's instant accuses nobody", [slot(20, 30, 40), told(20, "ready", "depot"), told(35, "ready")], ["kept"]),
    Row("and keeps where the slot has begun", [slot(20, 20, 40), told(20, "ready", "depot")], ["kept"]),
    Row("nobody can say when", [slot(20, 30, 40), told(None, "ready")], ["unobservable"]),
]  # fmt: skip


def test_between(engine: Engine) -> None:
    """`after … expect … between [opens, due]`; too early lies before `from_at`."""
    promise = Promise(
        "slot", "expect", PLACED, READY, between=("opens", "due"), unless=LATE, proven_by=("depot",)
    )
    found = check(engine, BETWEEN, [promise])
    early = {
        item.unit
        for item in found
        if item.target_at and item.told.from_us and item.target_at < item.told.from_us
    }
    assert early == {"o3", "o4", "o5", "o6", "o8", "o16"}


def owed(at_hour: float, amount: object) -> Told:
    """A return that is to be paid back."""
    return told(at_hour, "placed", amount=amount)


def paid(at_hour: float | None, amount: object, source: str = "shop") -> Told:
    """A payment."""
    return told(at_hour, "paid", source, amount=amount)


SUM = [
    # The window is 10 hours.
    Row("60 + 40 = 100", [owed(20, 100), paid(22, 60), paid(25, "40")], ["kept"]),
    Row("more than enough", [owed(20, 100), paid(22, 150)], ["kept"]),
    Row("0.7 + 0.1 = 0.8", [owed(20, 0.8), paid(22, 0.7), paid(25, 0.1)], ["kept"]),
    Row("waived before it was enough", [owed(20, 100), paid(22, 60), told(23, "late"), paid(25, 40)], ["waived"]),
    Row("waived after", [owed(20, 100), paid(22, 100), told(23, "late")], ["kept"]),
    Row("not over: 205 > 200", [owed(195, 100), paid(196, 60)], ["pending"]),
    Row("40 short", [owed(20, 100), paid(22, 60)], ["broken"]),
    Row("40 too late", [owed(20, 100), paid(22, 60), paid(31, 40)], ["broken"]),
    Row("nothing came", [owed(20, 100)], ["broken"]),
    Row("nobody was heard at 5", [owed(5, 100), paid(6, 60)], ["unobservable"]),
    Row("nobody says how much", [told(20, "placed"), paid(22, 60)], ["unobservable"]),
    Row("nothing is owed", [owed(20, 0)], ["waived"]),
    Row("no number is no amount", [owed(20, 100), paid(22, "n/a"), paid(23, 99)], ["broken"]),
    Row("at one instant all at once: 150 - 60 = 90", [owed(20, 100), paid(22, 150), paid(22, -60)], ["broken"]),
    Row("taken back later", [owed(20, 100), paid(22, 150), paid(23, -60)], ["kept"]),
    Row("nobody can say when", [owed(20, 100), paid(22, 60), paid(None, 40)], ["unobservable"]),
]  # fmt: skip


def test_sum(engine: Engine) -> None:
    """`after … expect … sum … within 10h`, and how much came."""
    promise = Promise(
        "full",
        "expect",
        PLACED,
        PAID,
        within_us=10 * HOUR_US,
        sum={"amount": "amount"},
        unless=LATE,
        proven_by=("depot",),
    )
    found = {item.unit: item for item in check(engine, SUM, [promise])}
    assert [
        (found[unit].told.found, found[unit].told.asked) for unit in ("o0", "o6", "o7", "o8", "o10", "o13")
    ] == [
        (100, 100),
        (60, 100),
        (60, 100),
        (0, 100),
        (None, None),
        (90, 100),
    ]
    assert found["o7"].target_at == at(31)  # the payment that made it enough, one hour late


RHYTHM = [
    # Every 10 hours; depot covers 10 to 200.
    Row("S before the first is due", [told(20, "placed"), told(29, "closed")], ["kept"]),
    Row("S when it is due", [told(20, "placed"), told(30, "closed")], ["kept"]),
    Row("25, 35, S at 45", [told(20, "placed"), told(25, "ready"), told(35, "ready"), told(45, "closed")], ["kept"]),
    Row("25, then nothing: breach at 35", [told(20, "placed"), told(25, "ready"), told(45, "closed")], ["broken"]),
    Row("25, 36: breach at 35", [told(20, "placed"), told(25, "ready"), told(36, "ready"), told(40, "closed")], ["broken"]),
    Row("nothing: breach at 30", [told(20, "placed"), told(31, "closed")], ["broken"]),
    Row("closed with the journey", [told(20, "placed"), told(25, "gone"), told(45, "closed")], ["kept"]),
    Row("due 205 > 200", [told(190, "placed"), told(195, "ready")], ["pending"]),
    Row("due 200 = T", [told(190, "placed")], ["broken"]),
    Row("waived before the breach", [told(20, "placed"), told(30, "late"), told(45, "closed")], ["waived"]),
    Row("waived after it", [told(20, "placed"), told(31, "late"), told(45, "closed")], ["broken"]),
    Row("waived before S", [told(20, "placed"), told(25, "late"), told(29, "closed")], ["waived"]),
    Row("nobody was heard at 5", [told(5, "placed"), told(45, "closed")], ["unobservable"]),
    Row("nobody can say when", [told(20, "placed"), told(45, "closed"), told(None, "ready")], ["unobservable"]),
]  # fmt: skip


def test_rhythm(engine: Engine) -> None:
    """`after … expect … every 10h until S`, with the instant of the first breach."""
    promise = Promise(
        "news",
        "expect",
        PLACED,
        READY,
        every_us=10 * HOUR_US,
        until=CLOSED,
        unless=LATE,
        proven_by=("depot",),
    )
    found = {item.unit: item for item in check(engine, RHYTHM, [promise])}
    ends = [
        ((found[unit].deadline_us or 0) - MIDNIGHT_US) // HOUR_US for unit in ("o2", "o3", "o4", "o5", "o7")
    ]
    assert ends == [45, 35, 35, 30, 205]
    assert found["o4"].target_at == at(36)


COUNT = [
    # At most 2 within 10 hours; and at most 2 until S.
    Row("two", [told(20, "placed"), told(21, "ready"), told(22, "ready"), told(23, "closed")], ["kept", "kept"]),
    Row("three", [told(20, "placed"), *(told(h, "ready") for h in (21, 22, 30)), told(31, "closed")], ["broken", "broken"]),
    Row("the third too late for the one", [told(20, "placed"), *(told(h, "ready") for h in (21, 22, 31)), told(32, "closed")], ["kept", "broken"]),
    Row("the third after S", [told(20, "placed"), told(21, "ready"), told(22, "ready"), told(23, "closed"), told(24, "ready")], ["broken", "kept"]),
    Row("three before it is over", [told(195, "placed"), *(told(h, "ready") for h in (196, 197, 198))], ["broken", "broken"]),
    Row("waived before the third", [told(20, "placed"), told(21, "ready"), told(22, "ready"), told(23, "late"), told(24, "ready")], ["waived", "waived"]),
    Row("waived after", [told(20, "placed"), *(told(h, "ready") for h in (21, 22, 23)), told(24, "late")], ["broken", "broken"]),
    Row("not over", [told(195, "placed"), told(196, "ready")], ["pending", "pending"]),
    Row("nobody was heard at 5", [told(5, "placed"), told(6, "closed")], ["unobservable", "unobservable"]),
    Row("another file at the same instant is no proof",
        [told(20, "placed"), told(20, "ready", "depot"), told(21, "ready"), told(22, "ready"), told(23, "closed")], ["kept", "kept"]),
    Row("nobody can say when", [told(20, "placed"), told(21, "closed"), told(None, "ready")], ["unobservable", "unobservable"]),
]  # fmt: skip


def test_count(engine: Engine) -> None:
    """`after … at_most 2 of … within 10h`, and `… until S`."""
    within = Promise(
        "a-within", "of", PLACED, READY, within_us=10 * HOUR_US, limit=2, unless=LATE, proven_by=("depot",)
    )
    until = Promise("b-until", "of", PLACED, READY, until=CLOSED, limit=2, unless=LATE, proven_by=("depot",))
    found = {(item.promise, item.unit): item for item in check(engine, COUNT, [within, until])}
    assert [found["a-within", unit].told.found for unit in ("o0", "o1", "o2", "o7")] == [2, 3, 2, 1]
    assert found["a-within", "o1"].target_at == at(30)


PRECEDED = [
    # Within 10 hours before; and at any time before.
    Row("in time", [told(20, "ready"), told(25, "placed")], ["kept", "kept"]),
    Row("exactly 10 hours before", [told(20, "ready"), told(30, "placed")], ["kept", "kept"]),
    Row("too long before", [told(20, "ready"), told(31, "placed")], ["broken", "kept"]),
    Row("none", [told(15, "shown"), told(30, "placed")], ["broken", "broken"]),
    Row("after it", [told(25, "placed"), told(26, "ready")], ["broken", "broken"]),
    Row("waived before it", [told(22, "late"), told(25, "placed")], ["waived", "waived"]),
    Row("waived too long before", [told(14, "late"), told(25, "placed")], ["broken", "waived"]),
    Row("waived after it", [told(25, "placed"), told(26, "late")], ["broken", "broken"]),
    Row("nobody was heard at 8", [told(18, "placed")], ["unobservable", "broken"]),
    Row("nobody was heard at 5", [told(5, "shown"), told(25, "placed")], ["broken", "unobservable"]),
    Row("another file at the same instant is before", [told(25, "placed"), told(25, "ready", "depot")], ["kept", "kept"]),
    Row("the file orders its equal instants", [told(25, "placed"), told(25, "ready")], ["broken", "broken"]),
    Row("nobody can say when", [told(25, "placed"), told(None, "ready")], ["unobservable", "unobservable"]),
]  # fmt: skip


def test_preceded_by(engine: Engine) -> None:
    """`whenever … preceded_by …`, within 10 hours and without."""
    within = Promise(
        "a-within",
        "preceded_by",
        PLACED,
        READY,
        within_us=10 * HOUR_US,
        unless=LATE,
        proven_by=("depot",),
    )
    ever = Promise("b-ever", "preceded_by", PLACED, READY, unless=LATE, proven_by=("depot",))
    check(engine, PRECEDED, [within, ever])


def shown(at_hour: float | None, price: object, source: str = "shop", product: str = "p") -> Told:
    """A price shown."""
    return told(at_hour, "shown", source, price=price, product=product)


def bought(at_hour: float, price: object = 10) -> Told:
    """A price paid."""
    return told(at_hour, "placed", price=price, product="p")


SAME = [
    Row("the same", [shown(20, 10), bought(25)], ["kept"]),
    Row("the same number", [shown(20, "10.0"), bought(25)], ["kept"]),
    Row("another", [shown(20, 9), bought(25)], ["broken"]),
    Row("the last word counts", [shown(20, 9), shown(22, 10), bought(25)], ["kept"]),
    Row("the last word counts against", [shown(20, 10), shown(22, 9), bought(25)], ["broken"]),
    Row("of another product", [shown(20, 9, product="q"), bought(25)], ["unobservable"]),
    Row("never shown", [bought(25)], ["unobservable"]),
    Row("shown after", [bought(25), shown(26, 9)], ["unobservable"]),
    Row("nothing known of it", [shown(20, None), bought(25)], ["unobservable"]),
    Row("nothing known of the price paid", [shown(20, 9), bought(25, None)], ["unobservable"]),
    Row("waived since", [shown(20, 9), told(22, "late"), bought(25)], ["waived"]),
    Row("waived before it was shown", [told(19, "late"), shown(20, 9), bought(25)], ["broken"]),
    Row("not covered: the depot was not heard at 5", [shown(5, 9), bought(25)], ["unobservable"]),
    Row("two files at one instant, one agrees", [shown(20, 9), shown(20, 10, "depot"), bought(25)], ["kept"]),
    Row("one file at one instant, its last row counts", [shown(20, 10), shown(20, 9), bought(25)], ["broken"]),
    Row("another file at the trigger's instant agrees", [shown(20, 9), shown(25, 10, "depot"), bought(25)], ["kept"]),
    Row("or does not", [shown(20, 10), shown(25, 9, "depot"), bought(25)], ["kept"]),
    Row("and accuses nobody", [shown(25, 9, "depot"), bought(25)], ["unobservable"]),
    Row("nobody can say when", [shown(20, 9), bought(25), shown(None, 10)], ["unobservable"]),
]  # fmt: skip


def test_same(engine: Engine) -> None:
    """`whenever … since … same`, of the same product."""
    promise = Promise(
        "price",
        "since",
        PLACED,
        SHOWN,
        same={"price": "price"},
        match={"product": "product"},
        unless=LATE,
        proven_by=("depot",),
    )
    check(engine, SAME, [promise])


def ready(at_hour: float, *parcels: str) -> Told:
    """Parcels ready."""
    return told(at_hour, "ready", parcels=parcels)


EACH = [
    Row("both named by the trigger, one in time", [told(20, "placed", parcels=("k1", "k2")), ready(25, "k1")], ["kept", "broken"]),
    Row("both at once", [told(20, "placed", parcels=("k1", "k2")), ready(25, "k1", "k2")], ["kept", "kept"]),
    Row("named by the unit's signals", [told(20, "placed"), ready(25, "k1"), ready(31, "k2")], ["kept", "broken"]),
    Row("the trigger's count, where it names any", [told(20, "placed", parcels=("k1",)), ready(25, "k2")], ["broken"]),
    Row("nobody names one", [told(20, "placed")], ["broken"]),
    Row("nobody names one, ready as a whole", [told(20, "placed"), ready(25)], ["kept"]),
    Row("ready as a whole is ready of no part", [told(20, "placed", parcels=("k1",)), ready(25)], ["broken"]),
    Row("waived for one", [told(20, "placed", parcels=("k1", "k2")), told(22, "late", parcels=("k2",))], ["broken", "waived"]),
    Row("waived for all", [told(20, "placed", parcels=("k1", "k2")), told(22, "late")], ["waived", "waived"]),
]  # fmt: skip


def test_each(engine: Engine) -> None:
    """`each: parcel`, of `expect … within 10h`."""
    promise = Promise(
        "each",
        "expect",
        PLACED,
        READY,
        within_us=10 * HOUR_US,
        each="parcel",
        unless=LATE,
        proven_by=("depot",),
    )
    check(engine, EACH, [promise])


REVISED = [
    # Due 10 hours after the order, or after a word of delay; verdict, and the original one.
    Row("no revision", [told(20, "placed"), told(31, "ready")], ["broken"]),
    Row("revised at 25: due 35", [told(20, "placed"), told(25, "late"), told(34, "ready")], ["kept"]),
    Row("revised when it is due", [told(20, "placed"), told(30, "late"), told(40, "ready")], ["kept"]),
    Row("revised too late", [told(20, "placed"), told(31, "late"), told(34, "ready")], ["broken"]),
    Row("revised twice: due 44", [told(20, "placed"), told(25, "late"), told(34, "late"), told(44, "ready")], ["kept"]),
    Row("the second too late: due 35", [told(20, "placed"), told(25, "late"), told(36, "late"), told(40, "ready")], ["broken"]),
    Row("after it came", [told(20, "placed"), told(25, "ready"), told(26, "late")], ["kept"]),
    Row("before the order", [told(19, "late"), told(20, "placed"), told(31, "ready")], ["broken"]),
    Row("not yet due: 205, was due 199", [told(189, "placed"), told(195, "late")], ["pending"]),
]  # fmt: skip


def test_revised_by(engine: Engine) -> None:
    """`revised_by`, with the verdict that would have been."""
    promise = Promise(
        "due", "expect", PLACED, READY, within_us=10 * HOUR_US, revised_by=LATE, proven_by=("depot",)
    )
    found = {item.unit: item for item in check(engine, REVISED, [promise])}
    originals = {item.unit: item.told.original for item in found.values() if item.told.original}
    assert originals == {
        "o1": ("broken", at(30)),
        "o2": ("broken", at(30)),
        "o4": ("broken", at(30)),
        "o5": ("broken", at(30)),
        "o8": ("broken", at(199)),
    }
    assert found["o4"].deadline_us == at(44)


CONTRADICTED = [
    Row("denied after it came", [told(20, "placed"), told(25, "ready"), told(26, "said")], ["contested"]),
    Row("denied when it came", [told(20, "placed"), told(25, "ready"), told(25, "said")], ["contested"]),
    Row("said before it came", [told(20, "placed"), told(24, "said"), told(25, "ready")], ["kept"]),
    Row("said before the order", [told(19, "said"), told(20, "placed"), told(25, "ready")], ["kept"]),
    Row("broken stays broken", [told(20, "placed"), told(31, "ready"), told(32, "said")], ["broken"]),
]


def test_contradicted_by(engine: Engine) -> None:
    """`contradicted_by`: contested is neither kept nor broken."""
    promise = Promise(
        "ready", "expect", PLACED, READY, within_us=10 * HOUR_US, contradicted_by=SAID, proven_by=("depot",)
    )
    check(engine, CONTRADICTED, [promise])


ONLY_FOR = [
    Row("promised", [told(20, "placed", kind="gold"), told(31, "ready")], ["broken"]),
    Row("not promised", [told(20, "placed", kind="plain"), told(31, "ready")], []),
    Row("nobody can say", [told(20, "placed"), told(31, "ready")], []),
]


def test_only_for(engine: Engine) -> None:
    """`only_for`: to others nothing was promised."""
    promise = Promise(
        "gold",
        "expect",
        PLACED,
        READY,
        within_us=10 * HOUR_US,
        only_for=(("kind", "=", "gold"),),
        proven_by=("depot",),
    )
    check(engine, ONLY_FOR, [promise])


def test_a_place_and_an_hour(engine: Engine) -> None:
    """`measure … at_most … per: store_hour`: in hour 20 of s1 one of two queues is too long, in hour 21 none; s2 is waived."""
    measured: list[tuple[float, str, tuple[str, ...], dict[str, object]]] = [
        (20.1, "ready", ("s1",), {"wait": 100}),
        (20.9, "ready", ("s1",), {"wait": 400}),
        (21.0, "ready", ("s1",), {"wait": 300}),
        (21.5, "ready", ("s1", "s3"), {"wait": "n/a"}),
        (22.1, "late", ("s2",), {}),
        (22.2, "ready", ("s2",), {"wait": 400}),
    ]
    log = [
        Signal("shop", "shop-1.csv", row, f"order.{word}", at(when), None, {"store": stores}, properties)
        for row, (when, word, stores, properties) in enumerate(measured, 1)
    ]
    promise = Promise(
        "queue",
        "measure",
        None,
        READY,
        bound=("wait", "at_most", 300.0),
        unless=LATE,
        per="store_hour",
    )
    drawn = Map("order", None, (), None, (promise,))
    found, _ = run_case(engine, Case(drawn, tuple(log), at(T)))
    hours = [(item.unit, item.told.from_us, item.deadline_us, item.verdict) for item in found]
    assert sorted(hours, key=repr) == sorted(
        [
            ("s1", at(20), at(21) - 1, "broken"),
            ("s1", at(21), at(22) - 1, "kept"),
            ("s2", at(22), at(23) - 1, "waived"),
        ],
        key=repr,
    )
