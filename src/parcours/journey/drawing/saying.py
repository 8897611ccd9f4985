"""What a picture says in words: whole sentences for those who hear it, short figures for those who see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from babel import numbers

from parcours.journey.drawing.shapes import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.journey.picture import Chip, Felt, Flow, LivedMap, Place
    from parcours.ui import Language

_WHOLE = 1000  # from here on a count is shortened


def short_count(number: int, language: Language) -> str:
    """A count in at most four figures.

    Example:
        >>> from parcours.ui import speak
        >>> short_count(41_234, speak("en")), short_count(3, speak("en"))
        ('41.2k', '3')
    """
    if number < _WHOLE:
        return str(number)
    rounded = round(number, 3 - len(str(number))) if number >= 100 * _WHOLE else number
    said = numbers.format_compact_decimal(rounded, locale=language.locale, fraction_digits=1)
    return str(said).replace("K", "k")


def score(value: float, language: Language) -> str:
    """A score, with a decimal where it has one."""
    return language.number(value, 0 if value == int(value) else 1)


def name_of_picture(lived: LivedMap, language: Language) -> str:
    """Its title."""
    return language.text(
        "{map}: the journey as designed and as lived", map=language.pick(lived.title, lived.key)
    )


def sense_of_picture(lived: LivedMap, language: Language) -> str:
    """What it shows, for those who do not see it."""
    parts = [
        language.count(lived.journeys, "{n} lived journey.", "{n} lived journeys."),
        language.text(
            "Stages: {stages}.", stages=", ".join(language.pick(c.title, c.key) for c in lived.columns)
        ),
        language.text(
            "Touchpoints, moves between them, promises and what people felt follow one by one; the tables hold the same figures."
        ),
    ]
    return " ".join(parts)


def sentence_of_place(place: Place, state: State, lived: LivedMap, language: Language) -> str:
    """A place as one hears it."""
    titles = titles_of(lived, language)
    head = language.text(
        "{place} ({lane}, stage {stage})",
        place=language.pick(place.title, place.key),
        lane=titles.get(place.lane, place.lane),
        stage=titles.get(place.column, place.column),
    )
    parts = [head + language.text(": ") + _people(place, state, language)]
    if place.let_down:
        parts.append(
            language.count(
                place.let_down,
                "{n} of them was let down by a promise ({share}).",
                "{n} of them were let down by a promise ({share}).",
                share=language.percent(place.let_down / max(place.people, 1)),
            )
        )
    if place.optional:
        parts.append(language.text("Optional."))
    return " ".join(parts)


def sentence_of_flow(flow: Flow, lived: LivedMap, language: Language) -> str:
    """A flow as one hears it."""
    names = {place.key: language.pick(place.title, place.key) for place in lived.places}
    parts = [
        language.text(
            "From {source} to {target}: {journeys}.",
            source=names[flow.source],
            target=names[flow.target],
            journeys=language.count(flow.journeys, "{n} journey", "{n} journeys"),
        )
    ]
    if flow.let_down:
        parts.append(
            language.count(
                flow.let_down,
                "A promise was broken on {n} of them.",
                "A promise was broken on {n} of them.",
            )
        )
    if flow.wait_s is not None:
        parts.append(language.text("Median wait {wait}.", wait=language.duration(flow.wait_s)))
    return " ".join(parts)


def sentence_of_chip(chip: Chip, lived: LivedMap, language: Language) -> str:
    """A promise as one hears it."""
    titles = titles_of(lived, language)
    parts = [
        language.text(
            "Promise “{promise}”, stage {stage}:",
            promise=language.pick(chip.says, chip.promise),
            stage=titles.get(chip.column, chip.column),
        ),
        share_kept(chip, language),
    ]
    if chip.goal is not None:
        parts.append(
            language.text("The goal is {goal}; it is missed.", goal=language.percent(chip.goal))
            if is_below(chip)
            else language.text("The goal is {goal}.", goal=language.percent(chip.goal))
        )
    parts.append(", ".join(judged_and_not(chip, language)) + ".")
    return " ".join(parts)


def sentence_of_felt(felt: Felt, lived: LivedMap, language: Language) -> str:
    """What people felt at a stage, as one hears it."""
    parts = [
        language.text(
            "What people felt, stage {stage}: {mean} on average, half between {low} and {high}, on a scale from {least} to {most};",
            stage=titles_of(lived, language).get(felt.column, felt.column),
            mean=score(round(felt.mean, 1), language),
            low=score(round(felt.low, 1), language),
            high=score(round(felt.high, 1), language),
            least=score(lived.scale[0], language),
            most=score(lived.scale[1], language),
        ),
        language.count(felt.answers, "{n} answer.", "{n} answers."),
    ]
    if felt.quote:
        parts.append(quoted(felt.quote, language))
    return " ".join(parts)


def share_kept(chip: Chip, language: Language) -> str:
    """The share kept with its interval, as a sentence."""
    if chip.kept_ratio is None:
        return language.text("not verifiable.")
    share = language.percent(chip.kept_ratio)
    if chip.low is None or chip.high is None:
        return language.text("{share} kept.", share=share)
    return language.text("{share} kept ({span}).", share=share, span=language.span(chip.low, chip.high))


def judged_and_not(chip: Chip, language: Language) -> tuple[str, ...]:
    """How many were judged, and how many nobody could see."""
    judged = language.count(chip.judged, "{n} judged", "{n} judged")
    if not chip.unobservable:
        return (judged,)
    blind = language.count(chip.unobservable, "{n} not observable", "{n} not observable")
    return (judged, blind) if chip.judged else (blind,)


def is_below(chip: Chip) -> bool:
    """Whether the share kept is below its goal."""
    return chip.kept_ratio is not None and chip.goal is not None and chip.kept_ratio < chip.goal


def quoted(quote: str, language: Language) -> str:
    """Somebody's words between the marks of the language."""
    return language.text("“{quote}”", quote=quote.strip())


def _people(place: Place, state: State, language: Language) -> str:
    if state is State.UNHEARD and not place.people:
        return language.text("no source that could show it was heard.")
    if state is State.UNLIVED:
        return language.text("designed, but nobody came by.")
    said = language.count(place.people, "{n} person came by.", "{n} people came by.")
    if state is State.UNDESIGNED:
        return f"{said} {language.text('It is on no map.')}"
    return said


def titles_of(lived: LivedMap, language: Language) -> Mapping[str, str]:
    """Words of stages and lanes by key."""
    lanes = {lane.key: language.pick(lane.title, lane.key) for lane in lived.lanes}
    return lanes | {column.key: language.pick(column.title, column.key) for column in lived.columns}
