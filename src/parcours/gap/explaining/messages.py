"""What is said of verdicts, in English; the other languages are in the catalogue of messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.gap.explaining.types import Cause, Otherwise, Why

if TYPE_CHECKING:
    from collections.abc import Mapping

VERDICTS: Mapping[str, str] = {
    "kept": "Promise kept",
    "broken": "Promise not kept",
    "pending": "Promise under way",
    "unobservable": "Promise not verifiable",
    "waived": "Promise waived",
    "contested": "Promise contested",
}
WOULD: Mapping[str, str] = {
    "kept": "It would be kept {words}.",
    "broken": "It would not be kept {words}.",
    "pending": "It would be under way {words}.",
    "waived": "It would be waived {words}.",
}
AT_FIRST: Mapping[str, str] = {
    "kept": "At first it was due {at}, and kept by then.",
    "broken": "At first it was due {at}, and not kept by then.",
    "pending": "At first it was due {at}, which is not over.",
    "unobservable": "At first it was due {at}; whether it was kept by then nobody can say.",
    "waived": "At first it was due {at}, and waived by then.",
    "contested": "At first it was due {at}, and kept by then.",
}
HUNG_ON_SILENCE = {
    *(Cause.ABSENT, Cause.TOO_LATE, Cause.SHORT, Cause.SILENT, Cause.NONE_CAME),
    *(Cause.FEW_ENOUGH, Cause.DIFFERS, Cause.TOO_EARLY),
}
CAUSES: Mapping[Cause, str] = {
    Cause.IN_TIME: "it came in time",
    Cause.TOO_LATE: "it came too late",
    Cause.TOO_EARLY: "it came too early",
    Cause.ABSENT: "it did not come, and whoever would have shown it was heard",
    Cause.NONE_CAME: "none came",
    Cause.CAME: "it came, and must not",
    Cause.TOO_MANY: "there were too many",
    Cause.FEW_ENOUGH: "there were no more than promised",
    Cause.ENOUGH: "it was enough, in time",
    Cause.SHORT: "it was not enough",
    Cause.STEADY: "no silence was too long",
    Cause.SILENT: "the silence was too long",
    Cause.SAME: "it was the same",
    Cause.DIFFERS: "it was not the same",
    Cause.HOLDS: "every answer holds the bound",
    Cause.FAILS: "an answer fails the bound",
    Cause.OPEN: "it is not over yet",
    Cause.EXCUSED: "the promise does not hold in such a case",
    Cause.WAIVED: "something happened that releases from it",
    Cause.NOTHING_OWED: "nothing was owed",
    Cause.DENIED: "the record says kept, the customer says no",
    Cause.NO_DEADLINE: "nobody can say by when",
    Cause.NO_AMOUNT: "nobody can say how much was owed",
    Cause.NO_WORD: "nobody can say what had been said before",
    Cause.UNKNOWN_VALUE: "a value that is compared is missing",
    Cause.UNDATED: "it happened, and nobody can say when",
    Cause.UNMEASURED: "nobody answered",
    Cause.UNHEARD: "whoever would have shown it was not heard then",
}
WHY: Mapping[Why, str] = {
    Why.DECIDES: "this is what counts",
    Why.COUNTED: "counts",
    Why.BEFORE_TRIGGER: "does not count: it came {apart} before",
    Why.AFTER_TRIGGER: "does not count: it came {apart} after",
    Why.TIED: "does not count: at that very instant nobody can say which came first",
    Why.LATER: "does not count: another one had come before",
    Why.OLDER: "does not count: another one came after it",
    Why.OTHER: "does not count: not {where}",
    Why.UNMATCHED: "does not count: it is about another {match}",
    Why.OTHER_PART: "does not count: it is not about {part}",
    Why.NO_NUMBER: "does not count: it tells no number",
    Why.TOO_OLD: "does not count: {apart} too old",
    Why.EARLY: "{apart} too early",
    Why.LATE: "{apart} too late",
    Why.AFTER_END: "does not count: it came after the end",
}
ASKED: Mapping[str, str] = {
    "expect": "{what}: the first one counts",
    "never": "{what}: must not come",
    "of": "{what}: at most {n}, there are {found}",
    "sum": "{what}: {n} in all, {found} came in time",
    "every": "{what}: never longer than {wait} without one",
    "measure": "{what}: {bound}, each one counts",
    "preceded_by": "{what}: must have come before",
    "since": "{what}, the last one before: {same}",
}
CHANGES: Mapping[Otherwise, str] = {
    Otherwise.IN_TIME: "had {what} come by {by}",
    Otherwise.IN_SLOT: "had {what} not come before {by}",
    Otherwise.NOT_COME: "had {what} not come until {by}",
    Otherwise.FEWER: "had there been no more than {value} until {by}",
    Otherwise.AMOUNT: "had {value} more come by {by}",
    Otherwise.BEFORE: "had {what} come before, but not before {by}",
    Otherwise.WORD: "had there been {what} before, it could be judged",
    Otherwise.VALUE: "had it been {value}",
    Otherwise.BOUND: "had every answer held the bound of {value}",
    Otherwise.WAIVER: "had {unless} come by {by}",
    Otherwise.REVISION: "had {revised} given a later date by {by}, that date would count",
    Otherwise.DATED: "were the time of {what} known, it could be judged",
    Otherwise.DEADLINE: "had {value} said by when or how much, it could be judged",
    Otherwise.HEARD: "had {sources} been heard all the time, it could be judged",
    Otherwise.MEASURED: "had anybody answered by {by}, it could be judged",
    Otherwise.LATER: "had it come after {by}",
    Otherwise.UNDENIED: "had the customer not denied it",
    Otherwise.PENDING: "it is decided by {by} at the latest",
    Otherwise.CAME: "had {what} come by {by}",
    Otherwise.MORE: "had {value} more come by {by}",
    Otherwise.MISSING: "had {what} not come before",
    Otherwise.ANOTHER: "had it been another value",
    Otherwise.FAILING: "had one answer failed the bound",
    Otherwise.SILENCE: "had there been a longer silence",
    Otherwise.STEADY: "had {what} come by {by}, that silence would not have been too long",
    Otherwise.UNWAIVED: "had nothing released from it, it would be judged like any other",
}
TIMED: Mapping[Otherwise, str] = {  # where no instant is known
    Otherwise.BEFORE: "had {what} come before",
    Otherwise.NOT_COME: "had {what} not come",
    Otherwise.FEWER: "had there been no more than {value}",
    Otherwise.WAIVER: "had {unless} come before",
    Otherwise.MEASURED: "had anybody answered, it could be judged",
    Otherwise.LATER: "had it not come",
    Otherwise.CAME: "had {what} come",
    Otherwise.MORE: "had {value} more come",
    Otherwise.PENDING: "it is decided when the end has come",
}
