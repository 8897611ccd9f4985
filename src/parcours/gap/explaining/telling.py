"""From a verdict's row, and what its queries knew, to an explanation: nothing is judged here, only told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.gap.explaining.counting import count_due
from parcours.gap.explaining.types import (
    Candidate,
    Cause,
    Change,
    Explanation,
    Hearing,
    Otherwise,
    Proof,
    Sought,
    Why,
)
from parcours.kernel.clock import SECOND_US
from parcours.signal.catalogue import title_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.gap.explaining.replaying import Replay, Row
    from parcours.journey.map import Condition, Promise, SignalRef
    from parcours.journey.opening import Timetable

_OF_KEPT = {
    Cause.IN_TIME: Otherwise.MISSING,
    Cause.SAME: Otherwise.ANOTHER,
    Cause.HOLDS: Otherwise.FAILING,
    Cause.STEADY: Otherwise.SILENCE,
}
_TOLD = 6  # signals of the asked type told of one verdict
_JUDGED = {"kept", "broken", "contested"}


@dataclass(frozen=True)
class Setting:
    """What the explanations of one promise share.

    Attributes:
        of_place: It is about a place and a span of time, nobody identified.
        timetable: Of its calendar; None: it has none.
        zone: The workspace's.
        heard: Source that has to show it, to its words, first and last signal.
        as_of: Instant of the run.
    """

    map: str
    promise: Promise
    owner: str | None
    of_place: bool
    timetable: Timetable | None
    zone: str
    heard: Mapping[str, tuple[Mapping[str, str], int | None, int | None]]
    as_of: int


def signals_of(row: Row, found: Replay) -> set[int]:
    """Signals whose rows an explanation shows."""
    named = [row["trigger_id"], row["target_id"], row["denied_id"]]
    named += [found.known.get("waiver_id"), found.known.get("until_id")]
    named += [item["near_id"] for item in (*found.near, *found.revisions)]
    return {item for item in named if item is not None}


def tell(
    setting: Setting, row: Row, found: Replay, proofs: Mapping[int, Proof], unit: str | None
) -> Explanation:
    """Explain one verdict.

    Args:
        setting: Of its promise.
        row: As published: trigger_id, trigger_at, deadline_at, target_id, target_at, verdict, from_at, found, asked, original_deadline_at,
            original_verdict, denied_id, part (its name).
        found: What the queries knew.
        proofs: The signals of `signals_of`.
        unit: What it is about, as shown.
    """
    promise, known = setting.promise, found.known
    trigger = proofs[row["trigger_id"]]
    cause = cause_of(setting, row, known)
    due = count_due(setting, row, found, proofs)
    candidates = [
        Candidate(proofs[item["near_id"]], *_what_for(setting, row, found, item, due.from_at))
        for item in found.near
        if item["near_id"] != row["trigger_id"] or promise.trigger is None
    ]
    told = _telling(candidates, row)
    hearings = tuple(
        Hearing(source, title, first, last, _covers(row, due.from_at, first, last))
        for source, (title, first, last) in setting.heard.items()
    )
    return Explanation(
        map=setting.map,
        promise=promise.promise,
        says=promise.says or {"en": promise.promise},
        made_in=promise.made_in,
        owner=setting.owner,
        unit=unit,
        verdict=row["verdict"],
        cause=cause,
        zone=due.zone,
        trigger=trigger,
        due=due,
        sought=_sought(promise, row, trigger),
        hearings=hearings,
        found=tuple(told),
        left_out=len(candidates) - len(told),
        waived_by=proofs.get(known.get("waiver_id") or 0) if cause is Cause.WAIVED else None,
        denied_by=proofs.get(row["denied_id"] or 0),
        changes=tuple(_changes(setting, row, cause, hearings, proofs)),
        as_of_at=setting.as_of,
    )


def _covers(row: Row, from_at: int | None, first: int | None, last: int | None) -> bool:
    """Heard before and after the window; a window that is open ends with the last that was heard."""
    start = row["trigger_at"] if from_at is None else min(from_at, row["trigger_at"])
    end = max(row["deadline_at"] or start, row["trigger_at"])
    return first is not None and last is not None and first <= start and end <= last


# Causes -----------------------------------------------------------------------------------------------------


def cause_of(setting: Setting, row: Row, known: Row) -> Cause:
    """The row of the truth table that gave the verdict."""
    match row["verdict"]:
        case "pending":
            return Cause.OPEN
        case "contested":
            return Cause.DENIED
        case "waived":
            if known.get("excused"):
                return Cause.EXCUSED
            return Cause.NOTHING_OWED if _owes_nothing(setting.promise, row) else Cause.WAIVED
        case "unobservable":
            return _why_unseen(setting.promise, row, known)
        case verdict:
            return _decided(setting.promise, row, kept=verdict == "kept")


def _owes_nothing(promise: Promise, row: Row) -> bool:
    return promise.sum is not None and row["asked"] is not None and row["asked"] <= 0


def _why_unseen(promise: Promise, row: Row, known: Row) -> Cause:
    ends = promise.within or promise.before or promise.between or promise.every
    if promise.since is not None:
        if row["from_at"] is None:
            return Cause.NO_WORD
        if not known.get("sure_known"):
            return Cause.UNKNOWN_VALUE
    elif ends and (row["deadline_at"] is None or (promise.preceded_by and row["from_at"] is None)):
        return Cause.NO_DEADLINE
    if promise.sum is not None and row["asked"] is None:
        return Cause.NO_AMOUNT
    if promise.pattern == "measure":
        return Cause.UNMEASURED
    return Cause.UNDATED if known.get("is_undated") else Cause.UNHEARD


def _decided(promise: Promise, row: Row, *, kept: bool) -> Cause:  # noqa: PLR0911 - one answer a pattern
    match promise.pattern:
        case "never":
            return Cause.NONE_CAME if kept else Cause.CAME
        case "of":
            return Cause.FEW_ENOUGH if kept else Cause.TOO_MANY
        case "measure":
            return Cause.HOLDS if kept else Cause.FAILS
        case "since":
            return Cause.SAME if kept else Cause.DIFFERS
        case "preceded_by":
            missed = Cause.ABSENT if row["target_id"] is None else Cause.TOO_EARLY
            return Cause.IN_TIME if kept else missed
    if promise.every is not None:
        return Cause.STEADY if kept else Cause.SILENT
    if kept:
        return Cause.ENOUGH if promise.sum else Cause.IN_TIME
    if row["target_id"] is None:
        return Cause.SHORT if promise.sum else Cause.ABSENT
    is_early = promise.between is not None and row["target_at"] < row["from_at"]
    return Cause.TOO_EARLY if is_early else Cause.TOO_LATE


# What was found ---------------------------------------------------------------------------------------------


def _what_for(  # noqa: C901, PLR0911, PLR0912 - one answer a sentence of the page
    setting: Setting, row: Row, found: Replay, item: Row, from_at: int | None
) -> tuple[Why, float | None, float | str | None]:
    """What a signal of the asked type is for the verdict, how far it misses, and its value."""
    promise, at, value = setting.promise, item["at_us"], item["value"]
    for holds, why in (
        (item["fits"], Why.OTHER),
        (item["of_part"], Why.OTHER_PART),
        (item["matches"], Why.UNMATCHED),
    ):
        if not holds:
            return why, None, None
    if (promise.sum or promise.bound) and value is None:
        return Why.NO_NUMBER, None, None
    if not item["follows"]:
        aside = Why.AFTER_TRIGGER if promise.whenever is not None else Why.BEFORE_TRIGGER
        is_tied = at == row["trigger_at"]
        return (Why.TIED, None, None) if is_tied else (aside, _seconds(row["trigger_at"], at), value)
    if promise.whenever is not None:
        return _looked_back(row, item, from_at)
    late = _seconds(row["deadline_at"], at) if row["deadline_at"] is not None else None
    is_late = late is not None and at > row["deadline_at"]
    is_target = item["near_id"] == row["target_id"]
    if promise.of is not None or promise.never is not None:
        return _forbidden(promise, row, item, found, late if is_late else None)
    if promise.pattern == "measure":
        return (Why.AFTER_END, late, value) if is_late else (Why.COUNTED, None, value)
    if promise.every is not None:
        if is_target:
            return Why.LATE, late, None
        aside = Why.AFTER_END if row["verdict"] == "kept" else Why.LATER
        return (aside, late, None) if is_late else (Why.COUNTED, None, None)
    if promise.sum is not None:
        why = Why.LATE if is_late else Why.DECIDES if is_target and row["verdict"] in _JUDGED else Why.COUNTED
        return why, late if is_late else None, value
    if not is_target:
        return Why.LATER, late if is_late else None, None
    if is_late:
        return Why.LATE, late, None
    if row["from_at"] is not None and at < row["from_at"]:
        return Why.EARLY, _seconds(at, row["from_at"]), None
    return (Why.DECIDES, late, None) if row["deadline_at"] is not None else (Why.COUNTED, None, None)


def _looked_back(row: Row, item: Row, from_at: int | None) -> tuple[Why, float | None, None]:
    if item["near_id"] != row["target_id"]:
        return Why.OLDER, None, None
    if from_at is not None and item["at_us"] < from_at:
        return Why.TOO_OLD, _seconds(item["at_us"], from_at), None
    return Why.DECIDES, None, None


def _forbidden(
    promise: Promise, row: Row, item: Row, found: Replay, late: float | None
) -> tuple[Why, float | None, None]:
    if item["near_id"] == row["target_id"]:
        return Why.DECIDES, None, None
    if promise.of is not None:
        return (Why.COUNTED if item["near_id"] in found.counted else Why.AFTER_END), late, None
    came_later = row["target_at"] is not None and late is None
    return (Why.LATER if came_later else Why.AFTER_END), late, None


def _seconds(earlier: int | None, later: int | None) -> float | None:
    return None if earlier is None or later is None else abs(later - earlier) / SECOND_US


def _telling(candidates: Sequence[Candidate], row: Row) -> list[Candidate]:
    """Of many the one that decides, those that count, then the nearest; in the order of time."""
    border = row["deadline_at"] or row["trigger_at"]

    def weight(item: Candidate) -> tuple[int, int]:
        place = 0 if item.by.signal_id == row["target_id"] else 1 if item.why is Why.COUNTED else 2
        return place, abs(item.by.at - border)

    kept = {item.by.signal_id for item in sorted(candidates, key=weight)[:_TOLD]}
    return [item for item in candidates if item.by.signal_id in kept]


# What was looked for ----------------------------------------------------------------------------------------


def _sought(promise: Promise, row: Row, trigger: Proof) -> Sought:
    pattern = "every" if promise.every else "sum" if promise.sum else promise.pattern
    limit = next(iter(promise.bound.items()), None)
    return Sought(
        pattern=pattern,
        type=promise.target.signal,
        title=title_of(promise.target.signal),
        where=promise.target.where,
        match=tuple((theirs, trigger.said.get(own)) for own, theirs in promise.match.items()),
        part=row.get("part"),
        bound=None if limit is None else (limit[0], "at_least" if promise.at_least else "at_most", limit[1]),
        same=tuple((own, trigger.said.get(own), theirs) for own, theirs in promise.same.items()),
        asked=row["asked"],
        found=row["found"],
        until=_title(promise.until),
        unless=_title(promise.unless),
        revised_by=_title(promise.revised_by),
    )


def _title(ref: SignalRef | Condition | None) -> Mapping[str, str] | None:
    return None if ref is None or ref.signal is None else title_of(ref.signal)


# What would have changed it ---------------------------------------------------------------------------------


def _changes(  # noqa: C901, PLR0912 - one case a cause
    setting: Setting,
    row: Row,
    cause: Cause,
    hearings: Sequence[Hearing],
    proofs: Mapping[int, Proof],
) -> list[Change]:
    promise, deadline = setting.promise, row["deadline_at"]
    end = None if deadline is None else max(deadline, row["trigger_at"])
    missing = None if row["asked"] is None else row["asked"] - (row["found"] or 0)
    found: list[Change] = []
    match cause:
        case Cause.ABSENT | Cause.TOO_LATE | Cause.TOO_EARLY if promise.whenever is not None:
            found = [Change(Otherwise.BEFORE, "kept", row["from_at"])]
        case Cause.TOO_EARLY:
            found = [Change(Otherwise.IN_SLOT, "kept", row["from_at"])]
        case Cause.SHORT | Cause.TOO_LATE if promise.sum is not None:
            found = [Change(Otherwise.AMOUNT, "kept", deadline, round(missing or 0, 6))]
        case Cause.ABSENT | Cause.TOO_LATE:
            found = [Change(Otherwise.IN_TIME, "kept", deadline)]
        case Cause.SILENT:
            found = [Change(Otherwise.STEADY, None, deadline)]
        case Cause.CAME:
            found = [Change(Otherwise.NOT_COME, "kept" if deadline is not None else "pending", end)]
        case Cause.TOO_MANY:
            found = [
                Change(Otherwise.FEWER, "kept" if deadline is not None else "pending", end, row["asked"])
            ]
        case Cause.FAILS:
            found = [Change(Otherwise.BOUND, "kept", value=next(iter(promise.bound.values())))]
        case Cause.DIFFERS:
            found = [_other_value(promise, row, proofs)]
        case Cause.IN_TIME | Cause.ENOUGH if promise.whenever is None:
            found = [Change(Otherwise.LATER, "broken", deadline)]
        case Cause.NONE_CAME:
            found = [Change(Otherwise.CAME, "broken", end)]
        case Cause.FEW_ENOUGH:
            found = [Change(Otherwise.MORE, "broken", end, (missing or 0) + 1)]
        case Cause.EXCUSED | Cause.WAIVED | Cause.NOTHING_OWED:
            found = [Change(Otherwise.UNWAIVED, None)]
        case Cause.OPEN:
            found = [Change(Otherwise.PENDING, None, deadline)]
        case Cause.DENIED:
            found = [Change(Otherwise.UNDENIED, "kept")]
        case _:
            found = _if_seen(promise, row, cause, hearings)
    return found + _if_excused(promise, row, cause)


def _other_value(promise: Promise, row: Row, proofs: Mapping[int, Proof]) -> Change:
    """The value that would have been the same: the first that differs."""
    own, theirs = proofs[row["trigger_id"]].said, proofs[row["target_id"]].said
    pairs = [(own.get(name), theirs.get(other)) for name, other in promise.same.items()]
    return Change(Otherwise.VALUE, "kept", value=next((other for one, other in pairs if one != other), None))


def _if_seen(  # noqa: PLR0911 - one answer a cause
    promise: Promise, row: Row, cause: Cause, hearings: Sequence[Hearing]
) -> list[Change]:
    if cause in _OF_KEPT:
        return [Change(_OF_KEPT[cause], "broken")]
    match cause:
        case Cause.NO_DEADLINE | Cause.NO_AMOUNT:
            named = promise.before or (
                next(iter(promise.sum)) if promise.sum and cause is Cause.NO_AMOUNT else None
            )
            return [Change(Otherwise.DEADLINE, None, value=named)]
        case Cause.UNDATED:
            return [Change(Otherwise.DATED, None)]
        case Cause.UNHEARD:
            silent = tuple(item.title for item in hearings if not item.covers)
            return [Change(Otherwise.HEARD, None, row["deadline_at"], sources=silent)]
        case Cause.UNMEASURED:
            return [Change(Otherwise.MEASURED, None, row["deadline_at"])]
        case Cause.NO_WORD:
            return [Change(Otherwise.WORD, None)]
        case Cause.UNKNOWN_VALUE:
            return [Change(Otherwise.DEADLINE, None, value=", ".join(promise.same))]
    return []


def _if_excused(promise: Promise, row: Row, cause: Cause) -> list[Change]:
    """What would have waived or moved a promise that was broken."""
    found: list[Change] = []
    deadline = row["deadline_at"]
    if row["verdict"] != "broken":
        return found
    if promise.unless is not None and promise.unless.signal is not None:
        before = deadline
        if cause in {Cause.CAME, Cause.TOO_MANY, Cause.TOO_EARLY} and promise.whenever is None:
            before = row["target_at"]
        found.append(Change(Otherwise.WAIVER, "waived", row["trigger_at"] if promise.whenever else before))
    moves = cause in {Cause.ABSENT, Cause.TOO_LATE} and deadline is not None and deadline >= row["trigger_at"]
    if promise.revised_by is not None and moves:
        found.append(Change(Otherwise.REVISION, None, deadline))
    return found
