"""What cannot be explained, undone or decided."""

from parcours.kernel.errors import ParcoursError


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
