"""Exports of well-known tools, recognised by their columns and given a mapping that nobody has to guess.

Whole mappings lie in `ready/`; tables of a Segment or RudderStack warehouse, whose columns differ from table to table, are proposed like
any other file, with what their schema says in place of guesses.
"""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING

from parcours.lake import literal
from parcours.signal.proposing import Guess, SignalGuess, Sure, propose

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from parcours.signal.proposing import Proposal, Surroundings
    from parcours.signal.shapes import Column

TITLES = {
    "ga4": "an export of Google Analytics 4 from BigQuery",
    "segment": "calls of Segment or RudderStack",
}

# What we call the recommended events of GA4 and those of Segment's e-commerce specification, in small letters and underscores; and the
# place of a site or an app where they happen.
EVENTS: Sequence[tuple[str, str, Sequence[str], Sequence[str]]] = (
    # type, place, of GA4, of Segment
    ("page.viewed", "page", ("page_view",), ("page_viewed",)),
    ("screen.viewed", "page", ("screen_view",), ()),
    ("session.started", "page", ("session_start",), ()),
    ("list.viewed", "list", ("view_item_list",), ("product_list_viewed",)),
    ("product.clicked", "product", ("select_item",), ("product_clicked",)),
    ("product.viewed", "product", ("view_item",), ("product_viewed",)),
    ("wish.added", "product", ("add_to_wishlist",), ("product_added_to_wishlist",)),
    ("feedback.given", "product", (), ("product_reviewed",)),
    ("search.done", "search", ("search", "view_search_results"), ("products_searched",)),
    ("cart.updated", "cart", ("add_to_cart", "remove_from_cart"), ("product_added", "product_removed")),
    ("cart.viewed", "cart", ("view_cart",), ("cart_viewed",)),
    ("checkout.started", "checkout", ("begin_checkout",), ("checkout_started",)),
    ("checkout.continued", "checkout", ("add_shipping_info",), ("checkout_step_completed",)),
    ("payment.chosen", "checkout", ("add_payment_info",), ("payment_info_entered",)),
    ("order.placed", "checkout", ("purchase",), ("order_completed",)),
    ("order.cancelled", "account", (), ("order_cancelled",)),
    ("refund.paid", "account", ("refund",), ("order_refunded",)),
    ("login.done", "account", ("login",), ("signed_in",)),
    ("account.created", "account", ("sign_up",), ("signed_up",)),
)
_IN_APP = (
    "coalesce(lower(context ->> '$.device.type') in ('ios', 'android') "
    "or regexp_matches(context ->> '$.library.name', '(?i)ios|android|swift|kotlin|flutter|react-native'), false)"
)
_CHANNEL = (
    f"case when {_IN_APP} then 'app' when coalesce(context ->> '$.channel', '') = 'server' "
    "or regexp_matches(context ->> '$.library.name', '(?i)node|python|java$|ruby|golang|php|net$') then 'back-office' else 'web' end"
)
_SLUG = "trim(regexp_replace(lower(event), '[^a-z0-9]+', '_', 'g'), '_')"
_DAY = re.compile(r"\d{8,}")
_CALLS = {
    "pages": "page.viewed",
    "screens": "screen.viewed",
    "identifies": "person.identified",
    "groups": "group.joined",
    "aliases": "person.aliased",
}
_TIMES = ("timestamp", "original_timestamp", "received_at")
_BOOKKEEPING = {"id", "sent_at", "loaded_at", "event_text", "uuid", "uuid_ts", "rudder_id", "_rid", *_TIMES}
_WHY = "a table of a Segment or RudderStack warehouse"


def recognise(columns: Sequence[Column]) -> str | None:
    """Which of the ready mappings fits a file of these columns; None for none.

    Example:
        >>> from parcours.signal.shapes import Column
        >>> names = ("event_name", "event_timestamp", "event_params", "user_pseudo_id")
        >>> recognise([Column(name, name, "VARCHAR", []) for name in names])
        'ga4'
    """
    tops = {column.name.partition(".")[0] for column in columns}
    if tops >= {"event_name", "event_timestamp", "event_params"}:
        return "ga4"
    if tops >= {"type", "messageId"} and tops & {"anonymousId", "userId"}:
        return "segment"
    return None


def ready_mapping(name: str, format: str, paths: Sequence[str]) -> str:  # noqa: A002 - the word of `read`
    """The text of a ready mapping.

    Args:
        name: As `recognise` gave it; also the source's name.
        format: As `read` names it.
        paths: Of files as `read` shall name them. Days in them become `*`, so that the next day's file is read too.
    """
    patterns = list(dict.fromkeys(_DAY.sub("*", path) for path in paths))
    listed = ", ".join(f'"{pattern}"' for pattern in patterns)
    if name == "ga4":
        kind, place = _type("event_name", "event_name", ga4=True), _place("event_name", ga4=True)
    else:
        kind, place = _type(_SLUG, _object_verb(_SLUG)), _place(_SLUG)
    text = files("parcours.signal").joinpath("ready", f"{name}.yaml").read_text("utf-8")
    for sign, value in {
        "@source": name,
        "@read": f"{{{format}: [{listed}]}}",
        "@type": kind,
        "@place": place,
        "@channel": _CHANNEL,
        "@app": _IN_APP,
    }.items():
        text = text.replace(sign, value)
    return text


def sharpened(columns: Sequence[Column], around: Surroundings, others: Sequence[str] = ()) -> Proposal | None:
    """A proposal for a table of a Segment or RudderStack warehouse; None where the file is none.

    Its identifiers, times and ids are known; its properties and traits are proposed as of any other file.

    Args:
        columns: Of the table.
        around: What its values do not say.
        others: Names of the tables proposed together with it: `tracks` leaves to them the events that they are named after.
    """
    by_name = {column.name.lower(): column for column in columns}
    if not (
        by_name.keys() >= {"id", "received_at"}
        and by_name.keys() & {"anonymous_id", "user_id", "previous_id"}
    ):
        return None
    times = [by_name[name].expression for name in _TIMES if name in by_name]
    own = _BOOKKEEPING | {"anonymous_id", "user_id", "previous_id", "event"}
    rest = [column for name, column in by_name.items() if name not in own and not name.startswith("context_")]
    found = propose(rest, around)
    person = {
        "customer": by_name.get("user_id"),
        "cookie": by_name.get("anonymous_id") or by_name.get("previous_id"),
    }
    known = tuple(_known(key, column.expression, column.name) for key, column in person.items() if column)
    at = _known("at", times[0] if len(times) == 1 else f"coalesce({', '.join(times)})", "")
    return replace(
        found,
        id=_known("id", by_name["id"].expression, "id"),
        person=(*known, *(guess for guess in found.person if guess.key in {"email", "phone"})),
        signals=(SignalGuess(_kind(around.source, by_name), at, _elsewhere(around.source, others)),),
        has_time=True,
        zone=_known("time_zone", "UTC", "", is_text=True),
        looks_up=None,
        notes=(*(note for note in found.notes if "time" not in note), *_notes(around.source)),
    )


def _elsewhere(source: str, others: Sequence[str]) -> str | None:
    """The condition that leaves out of `tracks` what has a table of its own."""
    events = sorted({_slug(other) for other in others if _last_word(other) not in {"tracks", *_CALLS}})
    if _last_word(source) != "tracks" or not events:
        return None
    return f"event not in ({', '.join(literal(event) for event in events)})"


def _slug(source: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", source.lower())


def _notes(source: str) -> tuple[str, ...]:
    if _last_word(source) == "tracks":
        return (
            "`tracks` holds the same events as the tables named after each event, which have the properties: read one or the others, or write `when` so that none is read twice",
        )
    return ()


def _kind(source: str, columns: Collection[str]) -> Guess:
    """What the rows of a table tell."""
    word = _last_word(source)
    if word in _CALLS:
        return _known("type", _CALLS[word], "", is_text=True)
    if "event" in columns:
        return _known("type", _type("event", _object_verb("event")), "event")
    slug = _slug(source)
    kind = next((kind for kind, _, _, names in EVENTS if slug in names), re.sub(r"_([a-z]+)$", r".\1", slug))
    return _known("type", kind, "", is_text=True)


def _last_word(source: str) -> str:
    """The table's own name: `shop_pages` is a table of pages."""
    return re.split(r"[^a-z0-9]+", source.lower())[-1]


def _known(key: str, value: str, column: str, *, is_text: bool = False) -> Guess:
    return Guess(key, value, _WHY, Sure.HIGH, column, is_text=is_text)


def _type(value: str, otherwise: str, *, ga4: bool = False) -> str:
    """SQL of the type of an event; one that no specification names is what `otherwise` makes of it."""
    return _cases(value, [(kind, ga4s if ga4 else segments) for kind, _, ga4s, segments in EVENTS], otherwise)


def _place(value: str, *, ga4: bool = False) -> str:
    """SQL of the place of an event on a site or in an app."""
    words: dict[str, list[str]] = {}
    for _, place, ga4s, segments in EVENTS:
        words.setdefault(place, []).extend(ga4s if ga4 else segments)
    return _cases(value, [item for item in words.items() if item[0] != "page"], "'page'")


def _object_verb(slug: str) -> str:
    """SQL of a name as our types are written: `coupon_applied` becomes `coupon.applied`."""
    return f"regexp_replace({slug}, '_([a-z]+)$', '.\\1')"


def _cases(value: str, words: Sequence[tuple[str, Sequence[str]]], otherwise: str) -> str:
    """SQL that says one word for several others, in lines of a block."""
    whens = [
        f"when {value} in ({', '.join(literal(name) for name in names)}) then {literal(word)}"
        for word, names in words
        if names
    ]
    return "\n        ".join(["case", *whens, f"else {otherwise} end"])
