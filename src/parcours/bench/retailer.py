"""The invented retailer behind the measurements: where people meet it, and what it promises."""

from __future__ import annotations

from typing import NamedTuple


class Place(NamedTuple):
    """One touchpoint of the invented retailer.

    Attributes:
        channel: Family of the touchpoint.
        touchpoint: Where it happens.
        type: The one signal type this touchpoint emits.
        popularity: Relative frequency, > 0; only its share of the sum matters.
    """

    channel: str
    touchpoint: str
    type: str
    popularity: float


# 72 places in the order people pass them within their channel; popularity is skewed about 1 to 200.
PLACES: tuple[Place, ...] = (
    Place("web", "web.home", "page.viewed", 60.0),
    Place("web", "web.campaign", "page.viewed", 12.0),
    Place("web", "web.search", "search.done", 45.0),
    Place("web", "web.category", "list.viewed", 70.0),
    Place("web", "web.product", "product.viewed", 100.0),
    Place("web", "web.reviews", "page.viewed", 14.0),
    Place("web", "web.stock", "stock.checked", 11.0),
    Place("web", "web.wishlist", "wish.added", 6.0),
    Place("web", "web.basket", "basket.filled", 30.0),
    Place("web", "web.login", "account.opened", 16.0),
    Place("web", "web.checkout", "checkout.started", 15.0),
    Place("web", "web.payment", "order.placed", 12.0),
    Place("web", "web.order", "order.viewed", 9.0),
    Place("web", "web.help", "help.read", 4.0),
    Place("web", "web.chat", "contact.opened", 2.0),
    Place("web", "web.returns", "return.asked", 2.5),
    Place("web", "web.survey", "feedback.given", 1.5),
    Place("app", "app.home", "page.viewed", 40.0),
    Place("app", "app.offers", "offer.viewed", 18.0),
    Place("app", "app.search", "search.done", 26.0),
    Place("app", "app.category", "list.viewed", 34.0),
    Place("app", "app.product", "product.viewed", 55.0),
    Place("app", "app.scan", "product.scanned", 5.0),
    Place("app", "app.stock", "stock.checked", 7.0),
    Place("app", "app.wishlist", "wish.added", 5.0),
    Place("app", "app.basket", "basket.filled", 18.0),
    Place("app", "app.checkout", "checkout.started", 9.0),
    Place("app", "app.payment", "order.placed", 8.0),
    Place("app", "app.order", "order.viewed", 10.0),
    Place("app", "app.card", "loyalty.shown", 8.0),
    Place("app", "app.chat", "contact.opened", 1.8),
    Place("app", "app.returns", "return.asked", 1.6),
    Place("app", "app.rating", "feedback.given", 1.2),
    Place("mail", "mail.newsletter", "notice.sent", 22.0),
    Place("mail", "mail.newsletter-click", "notice.opened", 6.0),
    Place("mail", "mail.basket-reminder", "notice.sent", 5.0),
    Place("mail", "mail.confirmation", "order.confirmed", 13.0),
    Place("mail", "mail.shipping", "order.shipped", 11.0),
    Place("mail", "mail.ready", "order.ready", 6.0),
    Place("mail", "mail.invoice", "invoice.sent", 8.0),
    Place("mail", "mail.survey", "survey.sent", 5.0),
    Place("mail", "mail.answer", "contact.answered", 2.5),
    Place("delivery", "delivery.depot", "order.shipped", 7.0),
    Place("delivery", "delivery.van", "delivery.announced", 7.0),
    Place("delivery", "delivery.door", "order.delivered", 7.0),
    Place("delivery", "delivery.neighbour", "order.delivered", 0.9),
    Place("delivery", "delivery.locker", "order.delivered", 2.0),
    Place("delivery", "delivery.missed", "delivery.missed", 1.0),
    Place("delivery", "delivery.pickup", "return.sent", 0.8),
    Place("store", "store.door", "visit.began", 16.0),
    Place("store", "store.aisle", "product.handled", 12.0),
    Place("store", "store.shelf-label", "product.scanned", 3.0),
    Place("store", "store.adviser", "advice.given", 5.0),
    Place("store", "store.fitting-room", "product.tried", 4.0),
    Place("store", "store.queue", "queue.joined", 6.0),
    Place("store", "store.till", "receipt.printed", 10.0),
    Place("store", "store.self-checkout", "receipt.printed", 5.0),
    Place("store", "store.card", "loyalty.shown", 6.0),
    Place("store", "store.desk", "order.collected", 4.0),
    Place("store", "store.lockers", "order.collected", 1.5),
    Place("store", "store.returns", "return.received", 1.7),
    Place("store", "store.refund", "refund.paid", 1.4),
    Place("store", "store.kiosk", "feedback.given", 0.7),
    Place("phone", "phone.menu", "contact.opened", 3.0),
    Place("phone", "phone.hold", "queue.joined", 2.2),
    Place("phone", "phone.adviser", "contact.answered", 2.0),
    Place("phone", "phone.callback", "contact.answered", 0.5),
    Place("phone", "phone.refund", "refund.paid", 0.5),
    Place("phone", "phone.closing", "contact.closed", 1.6),
    Place("social", "social.post", "notice.opened", 4.0),
    Place("social", "social.message", "contact.opened", 0.9),
    Place("social", "social.reply", "contact.answered", 0.6),
)

# "After the first type, the second within a day." Some are easily kept and some rarely, as promises are.
PROMISES: tuple[tuple[str, str], ...] = (
    ("order.placed", "order.confirmed"),
    ("order.confirmed", "order.shipped"),
    ("order.placed", "order.ready"),
    ("order.ready", "order.collected"),
    ("order.shipped", "delivery.announced"),
    ("delivery.announced", "order.delivered"),
    ("delivery.missed", "order.delivered"),
    ("order.delivered", "survey.sent"),
    ("contact.opened", "contact.answered"),
    ("contact.answered", "contact.closed"),
    ("return.asked", "return.sent"),
    ("return.received", "refund.paid"),
    ("receipt.printed", "invoice.sent"),
    ("queue.joined", "receipt.printed"),
    ("checkout.started", "order.placed"),
    ("basket.filled", "checkout.started"),
    ("product.viewed", "basket.filled"),
    ("stock.checked", "visit.began"),
    ("help.read", "contact.opened"),
    ("offer.viewed", "product.viewed"),
)
