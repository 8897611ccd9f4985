"""What cannot be explained, undone or decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.kernel.errors import ParcoursError

if TYPE_CHECKING:
    from collections.abc import Collection


class UnknownEvent(ParcoursError, LookupError):
    """No merge has this id."""

    code = "identity.unknown_event"

    def __init__(self, event: str) -> None:
        super().__init__(
            f"there is no event {event!r}",
            fix="take one from `parcours identity explain PERSON`, such as 3.1 or 16 hexadecimal digits",
        )


class NoMerge(ParcoursError, ValueError):
    """Only a merge can be undone."""

    code = "identity.no_merge"

    def __init__(self, event: str) -> None:
        super().__init__(
            f"event {event} is a split, and only merges are undone",
            fix="join the two again with `parcours identity accept ITEM`, items as in `parcours identity explain`",
        )


class AlreadyUndone(ParcoursError, ValueError):
    """A merge was undone before."""

    code = "identity.already_undone"

    def __init__(self, event: str) -> None:
        super().__init__(
            f"event {event} is undone already",
            fix="call `parcours run` if its effect is not seen yet",
        )


class JoinsNobody(ParcoursError, ValueError):
    """Evidence that can be left out without parting anybody."""

    code = "identity.joins_nobody"

    def __init__(self, event: str) -> None:
        super().__init__(
            f"the evidence {event} joins nobody by itself: it is not followed, or evidence seen earlier joins the same identifiers",
            fix="undo an event that `parcours identity explain` lists",
        )


class UnknownItem(ParcoursError, LookupError):
    """Nothing of this id waits for a decision."""

    code = "identity.unknown_item"

    def __init__(self, item: str) -> None:
        super().__init__(
            f"there is no item {item!r} in the review queue",
            fix="take one from `parcours identity review`: 16 hexadecimal digits",
        )


class AlreadyDecided(ParcoursError, ValueError):
    """The same was decided before."""

    code = "identity.already_decided"

    def __init__(self, item: str, verb: str) -> None:
        super().__init__(
            f"item {item} was decided already: {verb}",
            fix="call `parcours run` if its effect is not seen yet, or decide the other way",
        )


class NothingKnownThen(ParcoursError, LookupError):
    """No run had been published at the instant asked about."""

    code = "identity.nothing_known_then"

    def __init__(self, instant: str) -> None:
        super().__init__(
            f"nothing had been run by {instant}, so nobody was known", fix="ask about a later instant"
        )


class NotOnePerson(ParcoursError, LookupError):
    """A path was asked for between identifiers of which one is not the person's."""

    code = "identity.not_one_person"

    def __init__(self) -> None:
        super().__init__(
            "the two identifiers do not both belong to this person, so no evidence leads from one to the other",
            fix="ask about two that `parcours identity explain` lists",
        )


class UnknownPart(ParcoursError, LookupError):
    """Rows of a part of a figure were asked for that the figure does not have."""

    code = "identity.unknown_part"

    def __init__(self, part: str, known: Collection[str]) -> None:
        named = ", ".join(sorted(name for name in known if name))
        super().__init__(
            f"there is no part {part!r} of these rows",
            fix=f"use one of: {named}" if named else "leave --only out",
        )


class NothingTold(ParcoursError, LookupError):
    """A golden record was asked for of somebody of whom sources tell nothing."""

    code = "identity.nothing_told"

    def __init__(self) -> None:
        super().__init__(
            "no source tells a name, an address or a birth date of this person",
            fix="map `traits` of a source that knows them, then call `parcours run`",
        )


class ErasedPerson(ParcoursError, LookupError):
    """Somebody was asked about who was erased."""

    code = "identity.erased_person"

    def __init__(self) -> None:
        super().__init__(
            "this person was erased, so nothing is known of them any more",
            fix="ask about somebody else; an erasure cannot be undone",
        )
