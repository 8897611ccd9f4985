"""What is wrong with a map beyond its form: signals no source emits, unknown words, promises that cannot start or be proved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.gap.measured import place_of
from parcours.journey.birthdays import BIRTHDAY
from parcours.journey.brand import Brand
from parcours.journey.map import PATTERNS
from parcours.journey.scope import refs_of
from parcours.journey.where import BadCondition, Catalogue, parse_condition
from parcours.kernel.document import closest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from parcours.journey.map import Drawn, Promise, Step
    from parcours.kernel.errors import Fault

COMPUTED_SLICES = ("channel", "touchpoint", "source", "persona")


def check_map(
    item: Drawn,
    types: Collection[str],
    catalogue: Catalogue,
    sources: Collection[str],
    *,
    open_types: bool,
    brand: Brand | None = None,
) -> list[Fault]:
    """Every fault of a map that its workspace reveals.

    Args:
        item: The map.
        types: Signal types that sources emit.
        catalogue: Words that conditions may use.
        sources: Names of the sources.
        open_types: Some source takes its types from its rows and has not been imported, so a type not in `types` may still come.
        brand: What the map inherits; None: nothing.
    """
    return [
        *_check_refs(item, types, catalogue, open_types=open_types),
        *_check_per(item, catalogue),
        *_check_slices(item, catalogue),
        *_check_known_owners(item, brand or Brand()),
        *_check_calendars(item, brand or Brand(), catalogue),
        *(
            fault
            for number, promise in enumerate(item.map.promises)
            for fault in _check_promise(item, number, promise, catalogue, sources)
        ),
    ]


def _check_refs(
    item: Drawn, types: Collection[str], catalogue: Catalogue, *, open_types: bool
) -> Iterator[Fault]:
    for place, ref in refs_of(item.map):
        if ref.signal == BIRTHDAY:
            yield from _check_birthday(item, place, types)
            continue
        if ref.signal is not None and ref.signal not in types and not open_types:
            yield item.document.fault(
                (*place, "signal"),
                _nobody(place, ref.signal),
                f"{closest(ref.signal, types)} or add a source that emits it",
            )
        if ref.where is not None:
            try:
                parse_condition(ref.where, catalogue)
            except BadCondition as problem:
                what, _, fix = str(problem).partition("; ")
                yield item.document.fault((*place, "where"), what, fix)


def _check_birthday(item: Drawn, place: tuple[str | int, ...], types: Collection[str]) -> Iterator[Fault]:
    """A birthday is of a person, has no properties, and is known by birth dates that sources tell."""
    promise = item.map.promises[int(place[1])] if place[0] == "promises" else None
    what = fix = None
    if BIRTHDAY not in types:
        what, fix = (
            "no source tells birth dates",
            "add `traits: {birth_date: …}` to the source that knows them",
        )
    elif place[0] == "stages" or place[-1] in PATTERNS:
        what, fix = (
            "a birthday proves nothing",
            f"name a signal that a source emits; {BIRTHDAY!r} starts promises",
        )
    elif (promise.per if promise and promise.per else item.map.per) != "person":
        what, fix = "a birthday is of a person, and this is about something else", "write `per: person`"
    if what is not None and fix is not None:
        yield item.document.fault((*place, "signal"), what, fix)


def _nobody(place: tuple[str | int, ...], signal: str) -> str:
    if place[0] == "stages":
        return f"no signal can prove this step: no source emits {signal!r}"
    if place[-1] in {"after", "whenever"}:
        return f"this promise can never start: no source emits {signal!r}"
    if place[-1] in PATTERNS:
        return f"nobody can prove this promise: no source emits {signal!r}"
    return f"no source emits {signal!r}"


def _check_per(item: Drawn, catalogue: Catalogue) -> Iterator[Fault]:
    if not item.map.by_person and item.map.per not in catalogue.namespaces:
        yield item.document.fault(
            ("per",),
            f"no source names the object {item.map.per!r}",
            closest(item.map.per, {*catalogue.namespaces, "person"}),
        )
    for number, promise in enumerate(item.map.promises):
        if place_of(promise, catalogue.namespaces) is not None:
            continue
        if (
            promise.per is not None
            and promise.per not in (item.map.per, "person")
            and promise.per not in catalogue.namespaces
        ):
            yield item.document.fault(
                ("promises", number, "per"),
                f"no source names the object {promise.per!r}",
                closest(promise.per, {*catalogue.namespaces, "person"}),
            )


def check_owners(item: Drawn) -> list[Fault]:
    """Steps for which nobody answers; verdicts do without, so a run does not mind."""
    return [
        item.document.fault(
            place,
            f"the step {step.step!r} has no owner",
            "add `owner:` to it or to the map, so that somebody can mend it",
        )
        for place, step in _steps(item)
        if step.owner is None and item.map.owner is None
    ]


def _steps(item: Drawn) -> Iterator[tuple[tuple[str | int, ...], Step]]:
    for number, stage in enumerate(item.map.stages):
        for place, step in enumerate(stage.steps):
            yield ("stages", number, "steps", place), step


def _check_known_owners(item: Drawn, brand: Brand) -> Iterator[Fault]:
    """Where the brand names its owners, maps name no others."""
    named: list[tuple[tuple[str | int, ...], str | None]] = [((), item.map.owner)]
    named += [(place, step.owner) for place, step in _steps(item)]
    named += [(("promises", number), promise.owner) for number, promise in enumerate(item.map.promises)]
    for place, owner in named:
        if brand.owners and owner is not None and owner not in brand.owners:
            yield item.document.fault(
                (*place, "owner"),
                f"{owner!r} is no owner that brand.yaml names",
                f"{closest(owner, brand.owners)} or add it below `owners:`",
            )


def _check_calendars(item: Drawn, brand: Brand, catalogue: Catalogue) -> Iterator[Fault]:
    """A calendar that a promise names is the brand's, and what names its places is told by some source."""
    known = {*catalogue.properties, *catalogue.namespaces}
    for number, promise in enumerate(item.map.promises):
        place = ("promises", number, "calendar")
        calendar = brand.calendars.get(promise.calendar or "")
        if promise.calendar is not None and calendar is None:
            yield item.document.fault(
                place,
                f"{promise.calendar!r} is no calendar of brand.yaml",
                closest(promise.calendar, brand.calendars)
                if brand.calendars
                else "write it there, below `calendars:`",
            )
        elif calendar is not None and calendar.by is not None and calendar.by not in known:
            yield item.document.fault(
                place,
                f"the calendar {promise.calendar!r} is by {calendar.by!r}, which no source names",
                closest(calendar.by, known),
            )


def _check_slices(item: Drawn, catalogue: Catalogue) -> Iterator[Fault]:
    known = {*catalogue.properties, *catalogue.namespaces, *COMPUTED_SLICES}
    for number, name in enumerate(item.map.slices):
        if name not in known:
            yield item.document.fault(
                ("slices", number), f"nothing is known as {name!r} to slice by", closest(name, known)
            )


def _check_promise(
    item: Drawn, number: int, promise: Promise, catalogue: Catalogue, sources: Collection[str]
) -> Iterator[Fault]:
    here = ("promises", number)
    names = [("before", promise.before), *(("between", name) for name in promise.between or ())]
    names += [
        (key, name)
        for key in ("match", "same", "sum")
        for pair in (getattr(promise, key) or {}).items()
        for name in pair
    ]
    names += [("at_least" if promise.at_least else "at_most", name) for name in promise.bound]
    for key, name in names:
        if name is not None and name not in catalogue.properties:
            yield item.document.fault(
                (*here, key),
                f"the promise {promise.promise!r} needs the property {name!r}, which no source sets",
                closest(name, catalogue.properties),
            )
    for name in promise.proven_by or ():
        if name not in sources:
            yield item.document.fault(
                (*here, "proven_by"),
                f"the promise {promise.promise!r} is to be proved by {name!r}, which is no source",
                closest(name, sources),
            )
    if promise.owner is None and item.map.owner is None:
        yield item.document.fault(
            here,
            f"the promise {promise.promise!r} has no owner",
            "add `owner:`, so that somebody can mend it",
        )
    if promise.each is not None and (
        promise.each in {promise.per or item.map.per, "person"} or promise.each not in catalogue.namespaces
    ):
        yield item.document.fault(
            (*here, "each"),
            f"the promise {promise.promise!r} is to be judged for each {promise.each!r}, which is no other object that a source names",
            closest(promise.each, catalogue.namespaces),
        )
    if promise.unless is not None and promise.unless.signal is None and promise.trigger is None:
        yield item.document.fault(
            (*here, "unless"),
            "`unless` asks the trigger, and this promise has none",
            "name a signal in `unless`",
        )
