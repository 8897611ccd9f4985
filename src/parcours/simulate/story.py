"""The customer C1407: a good Tuesday, then one Saturday across four systems, and never again.

Paid at 14:07; at the counter at 16:20, nothing there; the kiosk told at 16:31 "Ma commande n'existait pas."; on the phone at 16:52 and
everything repeated at 17:09; ready at 18:46; cancelled on Monday. Nothing of it is drawn, so everything can be told from the stage.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from parcours.simulate import exports, truth
from parcours.simulate.calendar import PARIS, SATURDAY
from parcours.simulate.promises import (
    ANSWERED,
    CONTENT,
    IN_STOCK,
    NO_REPEAT,
    PROMISES,
    READY_IN_2H,
    TOLD_WHEN_READY,
)

if TYPE_CHECKING:
    from parcours.simulate.plan import Plan
    from parcours.simulate.writing import Files

Row = dict[str, Any]  # cells of one row, as the export has them
CUSTOMER, MAIL, CARD, COOKIE = "C1407", "camille.roux@example.org", "291407", "ck-1407"
PHONE, NATIONAL = "+33199001407", "01 99 00 14 07"  # 01 99 00: another range that Arcep keeps for fiction
PERSON = "H-C1407"
ORDER, EARLIER = "W1407", "W1386"
TOLD, REPEATED = "T1407", "T1408"
_GAP = "lyon-saturday"
_NEEDS_DAYS = 3  # from the Saturday to the end of the Monday


def story_day(plan: Plan) -> date | None:
    """The Saturday: the first of the planted gap that lies in the data; None where there is none."""
    gap = next((gap for gap in plan.planting.gaps if gap.gap == _GAP and gap.since is not None), None)
    if gap is None or gap.since is None:
        return None
    day = max(gap.since, plan.start)
    day += timedelta(days=(SATURDAY - day.weekday()) % 7)
    return day if day + timedelta(days=_NEEDS_DAYS) <= plan.last_day else None


def add_story(plan: Plan, data: Files, told: Files) -> None:
    """Write the customer's rows into the exports, and the truth about them."""
    day = story_day(plan)
    if day is None:
        return
    earlier = day - timedelta(days=25)  # a Tuesday
    rows = _customer_rows(plan)
    rows += _saturday(plan, day)
    verdicts = _saturday_verdicts(plan, day)
    if earlier >= plan.start:
        rows += _good_tuesday(plan, earlier)
        verdicts += _tuesday_verdicts(plan, earlier)
    for name, row in rows:
        data.append_rows(name, [row])
    told.append_rows(truth.VERDICTS, verdicts)
    told.append_rows(truth.OUTCOME, _outcomes(plan, day, earlier))
    told.append_rows(truth.IDENTITY, _identities(has_earlier=earlier >= plan.start))
    told.append_rows(truth.PEOPLE, [_person(day, purchases=1 + (earlier >= plan.start))])
    told.append_rows(truth.COMMENTS, [_comment(day)])


def _at(day: date, hour: int, minute: int, second: int = 0) -> datetime:
    """What the clocks in Paris show, as an instant."""
    return datetime.combine(day, time(hour, minute, second), PARIS).astimezone(UTC)


def _customer_rows(plan: Plan) -> list[tuple[str, Row]]:
    row = {
        "client": CUSTOMER, "carte": CARD, "prenom": "Camille", "nom": "Roux", "email": MAIL, "telephone": NATIONAL,
        "ne_le": date(1984, 5, 14), "code_postal": plan.stores[0].postcode, "accepte_lettres": "oui", "prefere": "telephone",
        "extrait_le": _at(plan.start, 1, 0),
    }  # fmt: skip
    return [(exports.CUSTOMERS, row)]


def _order(plan: Plan, number: str, paid_at: datetime, slot: str, cents: int) -> tuple[str, Row]:
    row = {
        "commande": number, "client": CUSTOMER, "email": MAIL, "telephone": NATIONAL, "cookie": COOKIE, "canal": "site",
        "mode": "retrait", "magasin": plan.stores[0].code, "payee_le": paid_at, "engagement": "deux_heures",
        "prete_avant": paid_at + timedelta(hours=2), "creneau": slot, "montant_centimes": cents, "articles": 2,
    }  # fmt: skip
    return exports.ORDERS, row


def _event(plan: Plan, number: str, event: str, at: datetime, reason: str | None = None) -> tuple[str, Row]:
    place = "desk" if event in {"DESK_SCAN", "COLLECTED"} else "backroom"
    row = {
        "id": f"e-{number}-{event}", "event": event, "order": number, "store": plan.stores[0].code, "place": place,
        "reason": reason, "at": at,
    }  # fmt: skip
    return exports.STORES, row


def _notice(number: str, kind: str, at: datetime) -> tuple[str, Row]:
    return exports.NOTICES, {
        "sent_at": at,
        "kind": kind,
        "medium": "sms",
        "order_ref": number,
        "clicked": False,
    }


def _page(visit: str, page: str, kind: str, at: datetime) -> tuple[str, Row]:
    product = "SKU01407" if page == "product" else None
    row = {
        "visite": visit, "horodatage": at, "page": page, "evenement": kind, "produit": product, "cookie": COOKIE, "client": CUSTOMER,
    }  # fmt: skip
    return exports.WEB, row


def _ticket(number: str, opened_at: datetime, answered_at: datetime, subject: str) -> tuple[str, Row]:
    row = {
        "ticket": number, "channel": "phone", "reason": "not_ready", "order_no": ORDER, "phone": PHONE, "opened_at": opened_at,
        "first_answer_at": answered_at, "subject": subject,
    }  # fmt: skip
    return exports.CARE, row


def _saturday(plan: Plan, day: date) -> list[tuple[str, Row]]:
    monday = day + timedelta(days=2)
    kiosk = {
        "when_local": f"{day} 16:31:48", "store": plan.stores[0].code, "order_code": ORDER, "score": 0,
        "comment": "Ma commande n'existait pas.",
    }  # fmt: skip
    return [
        _page("v-1407", "product", "product.viewed", _at(day, 13, 52, 10)),
        _page("v-1407", "stock", "stock.checked", _at(day, 13, 55, 41)),
        _page("v-1407", "basket", "basket.filled", _at(day, 14, 3, 5)),
        _page("v-1407", "checkout", "checkout.started", _at(day, 14, 5, 12)),
        _order(plan, ORDER, _at(day, 14, 7, 22), "sat-14-18", 8_490),
        _notice(ORDER, "confirmation", _at(day, 14, 7, 40)),
        _event(plan, ORDER, "DESK_SCAN", _at(day, 16, 20, 5)),
        (exports.KIOSK_FILE, kiosk),
        _ticket(TOLD, _at(day, 16, 52, 10), _at(day, 16, 58, 31), "Commande payée, rien au comptoir"),
        _ticket(
            REPEATED,
            _at(day, 17, 9, 44),
            _at(day, 17, 21, 2),
            "J'ai dû tout répéter : on ne voit pas ma commande du site",
        ),
        _event(plan, ORDER, "READY", _at(day, 18, 46, 27)),
        _notice(ORDER, "ready", _at(day, 18, 49, 3)),
        _event(plan, ORDER, "CANCELLED", _at(monday, 9, 31, 15), "customer"),
    ]


def _good_tuesday(plan: Plan, day: date) -> list[tuple[str, Row]]:
    answer = {
        "answered_at": _at(day + timedelta(days=1), 9, 12, 30), "asked_by": "mail.survey", "email": MAIL, "order_no": EARLIER,
        "score": 9, "likely_again": 9, "likely_store": 9, "verbatim": "Rapide, merci.",
    }  # fmt: skip
    return [
        _order(plan, EARLIER, _at(day, 12, 31, 9), "week-09-14", 5_250),
        _notice(EARLIER, "confirmation", _at(day, 12, 31, 30)),
        _event(plan, EARLIER, "READY", _at(day, 13, 22, 40)),
        _notice(EARLIER, "ready", _at(day, 13, 25, 2)),
        _event(plan, EARLIER, "DESK_SCAN", _at(day, 18, 4, 11)),
        _event(plan, EARLIER, "COLLECTED", _at(day, 18, 6, 50)),
        (exports.SURVEY, answer),
    ]


# The truth about it ------------------------------------------------------------------------------------------


def _verdict(  # noqa: PLR0913, PLR0917 - the columns of a verdict
    plan: Plan,
    promise: str,
    identifier: str,
    verdict: str,
    trigger_at: datetime,
    deadline_at: datetime,
    target_at: datetime | None,
    channel: str = "web",
) -> Row:
    return {
        "map": PROMISES[promise].map,
        "promise": promise,
        "namespace": "ticket" if identifier.startswith("T") else "order",
        "identifier": identifier,
        "person": PERSON,
        "store": plan.stores[0].name,
        "channel": channel,
        "trigger_at": trigger_at,
        "deadline_at": deadline_at,
        "target_at": target_at,
        "verdict": verdict,
        "gap": _GAP if promise == READY_IN_2H and verdict == "broken" else "",
        "settled": True,
        "silent": False,
    }


def _saturday_verdicts(plan: Plan, day: date) -> list[Row]:
    paid_at, ready_at, hours = _at(day, 14, 7, 22), _at(day, 18, 46, 27), timedelta(hours=1)
    first, second = _at(day, 16, 52, 10), _at(day, 17, 9, 44)
    cancelled_at = _at(day + timedelta(days=2), 9, 31, 15)
    return [
        _verdict(plan, READY_IN_2H, ORDER, "broken", paid_at, paid_at + 2 * hours, ready_at),
        _verdict(plan, IN_STOCK, ORDER, "kept", paid_at, cancelled_at, None),
        _verdict(plan, TOLD_WHEN_READY, ORDER, "kept", ready_at, ready_at + hours / 4, _at(day, 18, 49, 3)),
        _verdict(plan, ANSWERED, TOLD, "kept", first, first + 24 * hours, _at(day, 16, 58, 31), "phone"),
        _verdict(plan, ANSWERED, REPEATED, "kept", second, second + 24 * hours, _at(day, 17, 21, 2), "phone"),
        _verdict(plan, NO_REPEAT, TOLD, "broken", first, first + 168 * hours, second, "phone"),
        _verdict(plan, NO_REPEAT, REPEATED, "kept", second, second + 168 * hours, None, "phone"),
    ]


def _tuesday_verdicts(plan: Plan, day: date) -> list[Row]:
    paid_at, ready_at, hours = _at(day, 12, 31, 9), _at(day, 13, 22, 40), timedelta(hours=1)
    collected_at = _at(day, 18, 6, 50)
    answered_at = _at(day + timedelta(days=1), 9, 12, 30)
    return [
        _verdict(plan, READY_IN_2H, EARLIER, "kept", paid_at, paid_at + 2 * hours, ready_at),
        _verdict(plan, IN_STOCK, EARLIER, "kept", paid_at, collected_at, None),
        _verdict(plan, TOLD_WHEN_READY, EARLIER, "kept", ready_at, ready_at + hours / 4, _at(day, 13, 25, 2)),
        _verdict(plan, CONTENT, EARLIER, "kept", collected_at, collected_at + 72 * hours, answered_at),
    ]


def _outcomes(plan: Plan, day: date, earlier: date) -> list[Row]:
    common = {"person": PERSON, "fulfilment": "collect", "store": plan.stores[0].name}
    rows = [
        common
        | {
            "order": ORDER,
            "placed_at": _at(day, 14, 7, 22),
            "outcome": "cancelled_by_customer",
            "outcome_at": _at(day + timedelta(days=2), 9, 31, 15),
            "amount_minor": 8_490,
            "hurt": 1.0,
        }
    ]
    if earlier >= plan.start:
        rows.append(
            common
            | {
                "order": EARLIER,
                "placed_at": _at(earlier, 12, 31, 9),
                "outcome": "collected",
                "outcome_at": _at(earlier, 18, 6, 50),
                "amount_minor": 5_250,
                "hurt": 0.0,
            }
        )
    return rows


def _identities(*, has_earlier: bool) -> list[Row]:
    known = [
        ("customer", CUSTOMER),
        ("card", CARD),
        ("email", MAIL),
        ("phone", PHONE),
        ("cookie", COOKIE),
        ("order", ORDER),
    ]
    known += [("order", EARLIER)] if has_earlier else []
    return [{"namespace": space, "identifier": name, "person": PERSON} for space, name in known]


def _person(day: date, purchases: int) -> Row:
    return {
        "person": PERSON, "household": PERSON, "persona": "collector", "buys": "both", "researches_online": False, "language": "fr",
        "prefers": "phone", "purchases": purchases, "left_at": _at(day, 16, 20, 5), "left_because": _GAP,
    }  # fmt: skip


def _comment(day: date) -> Row:
    return {
        "asked_by": "store.kiosk", "paper": ORDER, "person": PERSON, "given_at": _at(day, 16, 31, 48), "score": 0, "language": "fr",
        "tone": "negative", "themes": "not_ready", "text": "Ma commande n'existait pas.",
    }  # fmt: skip
