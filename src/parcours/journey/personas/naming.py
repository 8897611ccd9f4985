"""What a persona is called by default, from how its people look, buy and ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.ui import LANGUAGES, speak

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Shares = Mapping[tuple[str, str], float]

_MOSTLY = 0.8  # of purchases: the other place is an exception
_OFTEN = 0.4  # of purchases in store: looking online first is a habit
_SELDOM = 0.10  # of what they do: they hardly buy
_COLLECTS, _DELIVERED = 0.75, 0.25  # of orders online
_ASKS = 0.25  # of what they do
IN_STORE = ("store_only", "looked_soon", "looked_before")
ONLINE = ("online_only", "click_and_collect", "store_then_online", "web_in_store")

HABITS: Mapping[tuple[str, str], str] = {
    ("buying", "store_only"): "bought in store without a look online",
    ("buying", "looked_soon"): "bought in store within three days of a look online",
    ("buying", "looked_before"): "bought in store within thirty days of a look online",
    ("buying", "online_only"): "ordered online, delivered",
    ("buying", "click_and_collect"): "ordered online, collected in store",
    ("buying", "store_then_online"): "seen in store, ordered online",
    ("buying", "web_in_store"): "ordered online from within a store",
    ("buying", "elsewhere"): "bought by phone or mail",
    ("doing", "look"): "looks",
    ("doing", "buy"): "buys",
    ("doing", "ask"): "asks",
    ("doing", "return"): "returns",
    ("doing", "answer"): "gives an opinion",
    ("looking", "digital"): "looks on site or app",
    ("looking", "store"): "looks in store",
    ("asking", "phone"): "asks by phone",
    ("asking", "chat"): "asks by chat",
    ("asking", "mail"): "asks by e-mail",
}
"""English words for habits; the other languages are in the catalogue of messages."""


def habit_words(habit: tuple[str, str], language: str) -> str:
    """A habit in words; as the retailer calls it where it is none of ours."""
    return speak(language).text(HABITS.get(habit, f"{habit[0]}: {habit[1]}"))


def call(shares: Shares) -> dict[str, str]:
    """A name in every language.

    Args:
        shares: Group and habit to its mean share within the group, ratios; what is missing is nought.

    Example:
        >>> call({("doing", "look"): 0.6, ("doing", "buy"): 0.4, ("buying", "store_only"): 1.0})["en"]
        'Buys in store'
    """
    message = _message(shares)
    return {code: speak(code).text(message) for code in LANGUAGES}


def _message(shares: Shares) -> str:  # noqa: PLR0911 - one return a name, in the order in which they are tried
    def of(group: str, *names: str) -> float:
        return sum(shares.get((group, name), 0.0) for name in names)

    if of("doing", "look") and of("doing", "buy") < _SELDOM and of("doing", "look") > 1 - 2 * _SELDOM:
        return "Looks, hardly buys"
    if of("doing", "ask", "return") >= _ASKS:
        return "Asks and returns often"
    bought = sum(share for (group, _), share in shares.items() if group == "buying")
    if not bought:
        return "Buys" if of("doing", "buy") >= of("doing", "look") else "Looks"
    in_store, online = of("buying", *IN_STORE) / bought, of("buying", *ONLINE) / bought
    if in_store >= _MOSTLY:
        looked = of("buying", "looked_soon", "looked_before") / (in_store * bought)
        return "Looks online, buys in store" if looked >= _OFTEN else "Buys in store"
    if online >= _MOSTLY:
        collected = of("buying", "click_and_collect") / (online * bought)
        if collected >= _COLLECTS:
            return "Orders online, collects in store"
        return "Orders online, has it delivered" if collected <= _DELIVERED else "Orders online"
    return "Buys in store and online" if in_store + online >= _MOSTLY else "Buys by phone or mail"


def told_apart(names: Sequence[dict[str, str]], shares: Sequence[Shares]) -> list[dict[str, str]]:
    """Names of which no two are the same: each that is, with what its people do more than the others of that name.

    Args:
        names: Of each class.
        shares: Of each class, as `call` takes them.
    """
    found = []
    for place, name in enumerate(names):
        others = [number for number, other in enumerate(names) if other == name and number != place]
        if not others:
            found.append(name)
            continue
        more = max(
            shares[place],
            key=lambda habit: shares[place][habit] - max(shares[number].get(habit, 0.0) for number in others),
        )
        found.append({code: f"{text}, {habit_words(more, code)}" for code, text in name.items()})
    return found
