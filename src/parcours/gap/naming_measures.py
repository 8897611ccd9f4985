"""Measures in words of a language: their titles, figures and bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.journey.measures import MEASURES

if TYPE_CHECKING:
    from parcours.journey.measures import Measured
    from parcours.ui import Language


def title_of_measure(name: str, language: Language) -> str:
    """What a measure is called."""
    return language.text(MEASURES[name].title)


def figure(found: Measured, language: Language) -> str:
    """Its value as lived; a dash where there is nothing to hold it against."""
    return _shown(found.value, found.measure, language)


def bound_words(found: Measured, language: Language) -> str:
    """Its value against its bound, with the numbers behind it."""
    at_most = found.at_most is not None
    bound = found.at_most if at_most else found.at_least
    message = (
        "{title}: {value}, at most {bound} ({n} of {all})"
        if at_most
        else "{title}: {value}, at least {bound} ({n} of {all})"
    )
    return language.text(
        message,
        title=title_of_measure(found.measure, language),
        value=figure(found, language),
        bound=_shown(bound, found.measure, language),
        n=language.number(found.numerator),
        all=language.number(found.denominator),
    )


def _shown(value: float | None, measure: str, language: Language) -> str:
    if value is None:
        return "–"  # noqa: RUF001 - a dash
    return language.percent(value, 1) if MEASURES[measure].is_share else language.number(value, 2)
