"""Types of signals have words that people understand."""

from __future__ import annotations

import pytest

from parcours.signal.catalogue import REFUSALS, TYPES, title_of
from parcours.signal.compiling import Refused
from parcours.ui import LANGUAGES


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_a_known_type_has_words_in_every_language(kind: str) -> None:
    """Each its own; the English ones are those of the table."""
    said = title_of(kind)
    assert set(said) == set(LANGUAGES)
    assert said["en"] == TYPES[kind]
    assert said["fr"] != said["en"]


def test_words_are_as_the_trade_says_them() -> None:
    """Some, by hand."""
    assert title_of("order.placed") == {"fr": "Commande passée", "en": "Order placed"}
    assert title_of("sale.paid")["en"] == "Bought at the till"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("robot.waved", "robot waved"),
        ("T02 Check", "T02 Check"),
        ("order.line_bought", "order line bought"),
        ("", ""),
    ],
)
def test_an_unknown_type_is_said_as_it_is_written(kind: str, said: str) -> None:
    """Dots and underscores are no words."""
    assert title_of(kind) == {"en": said}


def test_no_two_types_are_called_the_same() -> None:
    """A reader can tell them apart."""
    assert len(set(TYPES.values())) == len(TYPES)
    assert len({title_of(kind)["fr"] for kind in TYPES}) == len(TYPES)


def test_every_reason_to_refuse_a_signal_has_words() -> None:
    """No reader of a report meets a code."""
    assert set(REFUSALS) == set(Refused)
