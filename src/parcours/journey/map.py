"""The designed journey as read from `maps/*.yaml`: stages, steps, owners, goals, expectations, and promises as data.

What a promise means is for `gap`; here it is only read, whole, with the place of every fault.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from parcours.journey.brand import Price
from parcours.journey.cases import Case
from parcours.journey.measures import MEASURES, unknown_measures
from parcours.journey.opening import is_working_days, read_wait
from parcours.kernel.clock import UnreadableDuration, duration_us
from parcours.kernel.document import Document, Model, Text, Translations, read_document, validate
from parcours.kernel.errors import Fault
from parcours.kernel.money import Amount, read_amount
from parcours.signal.mapping import Name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from parcours.journey.opening import Wait
    from parcours.kernel.workspace import Workspace

# What a promise says of its target; each with the keys that belong to it beside those of every promise.
_FORWARD = {"after", "within", "calendar", "until", "match", "each", "unless", "only_for", "contradicted_by"}
_BACKWARD = {"whenever", "within", "calendar", "match", "unless", "only_for", "contradicted_by"}
PATTERNS = {
    "expect": _FORWARD | {"before", "between", "sum", "every", "revised_by"},
    "never": _FORWARD,
    "of": _FORWARD | {"at_most"},
    "measure": {"after", "within", "calendar", "match", "unless", "only_for", "at_least", "at_most"},
    "preceded_by": _BACKWARD,
    "since": _BACKWARD | {"same"},
}
_OWN_KEYS = frozenset().union(*PATTERNS.values())


def _check_duration(value: str) -> str:
    try:
        duration_us(value)
    except UnreadableDuration as problem:
        raise ValueError(str(problem)) from None
    return value


Duration = Annotated[Text, AfterValidator(_check_duration)]


def _check_window(value: str) -> str:
    return value if is_working_days(value) else _check_duration(value)


Window = Annotated[Text, AfterValidator(_check_window)]


def _as_ref(value: object) -> object:
    return {"signal": value} if isinstance(value, str) else value


class SignalRef(Model):
    """A kind of signal: its type, and a condition on it."""

    signal: Text
    where: Text | None = None


class Condition(Model):
    """A kind of signal, or a condition on the trigger itself where no signal is named."""

    signal: Text | None = None
    where: Text | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.signal is None and self.where is None:
            raise ValueError("neither `signal` nor `where`; name one")
        return self


class OnlyFor(Model):
    """A condition on the trigger: only for these was the promise made."""

    where: Text


_REF_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {"signal": {"type": "string"}, "where": {"type": "string"}},
            "additionalProperties": False,
        },
    ]
}
Ref = Annotated[SignalRef, BeforeValidator(_as_ref), WithJsonSchema(_REF_SCHEMA)]
Waiver = Annotated[Condition, BeforeValidator(_as_ref), WithJsonSchema(_REF_SCHEMA)]


class Starts(SignalRef):
    """What begins a journey, and how far back what led to it belongs to it."""

    look_back: Duration | None = None


StartsRef = Annotated[
    Starts,
    BeforeValidator(_as_ref),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {
                    "type": "object",
                    "properties": {name: {"type": "string"} for name in ("signal", "where", "look_back")},
                    "required": ["signal"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


class Ends(Model):
    """What closes a journey: a signal, quiet, or an instant that the starting signal names."""

    any_: tuple[Ref, ...] = Field(default=(), alias="any")
    or_quiet_for: Duration | None = None
    at: Text | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.any_ and self.or_quiet_for is None and self.at is None:
            raise ValueError("a journey that never ends; write `any`, `or_quiet_for` or `at`")
        return self


class Step(Model):
    """A place on the map that a signal proves."""

    step: Name
    signal: Text
    where: Text | None = None
    title: Translations | None = None
    touchpoints: tuple[Text, ...] = ()
    owner: Text | None = None
    optional: bool = False

    @property
    def ref(self) -> SignalRef:
        """The signal that proves the step."""
        return SignalRef(signal=self.signal, where=self.where)


class Stage(Model):
    """A phase of the map."""

    stage: Name
    title: Translations | None = None
    steps: tuple[Step, ...] = Field(min_length=1)


class Expectation(Model):
    """What customers expect at a step, promised or not."""

    step: Name
    says: Translations
    source: Text | None = Field(default=None, alias="from")


class Goal(Model):
    """What the map is to reach, and when."""

    model_config = ConfigDict(extra="allow")

    promise: Name | None = None
    measure: Text | None = None
    channel: Text | None = None
    kept: float | None = Field(default=None, ge=0, le=1)
    at_most: float | None = None
    at_least: float | None = None
    by: Any = None  # a date, which YAML may have read already


class Cadence(Model):
    """When the map is to be looked over again."""

    every: Duration | None = None
    by: date | None = None

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if self.every is None and self.by is None:
            raise ValueError("it says no day; write every: 90d, or by: 2027-03-31")
        return self


Bound = Annotated[dict[str, float], Field(min_length=1, max_length=1)]
Count = Annotated[int, Field(strict=True, ge=0)]
Pair = Annotated[dict[Text, Text], Field(min_length=1, max_length=1)]


class Promise(Model):
    """A commitment a machine can check."""

    promise: Name
    says: Translations | None = None
    made_in: Text | None = None
    theme: Text | None = None
    nature: Literal["delay", "availability", "price", "welcome", "information", "effort"] | None = None
    owner: Text | None = None
    cost: dict[Name, Price] = Field(default_factory=dict)
    after: Ref | None = None
    whenever: Ref | None = None
    expect: Ref | None = None
    never: Ref | None = None
    of: Ref | None = None
    measure: Ref | None = None
    preceded_by: Ref | None = None
    since: Ref | None = None
    within: Window | None = None
    before: Text | None = None
    between: tuple[Text, Text] | None = None
    until: Ref | None = None
    every: Window | None = None
    at_least: Bound | None = None
    at_most: Bound | Count | None = None
    sum: Pair | None = None
    same: dict[Text, Text] = Field(default_factory=dict)
    match: dict[Text, Text] = Field(default_factory=dict)
    each: Name | None = None
    per: Name | None = None
    only_for: OnlyFor | None = None
    unless: Waiver | None = None
    revised_by: Ref | None = None
    contradicted_by: Ref | None = None
    proven_by: tuple[Text, ...] | None = None
    calendar: Name | None = None

    @model_validator(mode="after")
    def _is_a_pattern(self) -> Self:
        targets = [key for key in PATTERNS if getattr(self, key) is not None]
        if len(targets) != 1:
            raise ValueError(
                "a promise says one of `expect`, `never`, `of`, `measure`, `preceded_by` and `since`; write exactly one"
            )
        self._refuse(*sorted(_OWN_KEYS - PATTERNS[targets[0]]))
        getattr(self, f"_check_{targets[0]}")()
        if self.only_for is not None and self.trigger is None:
            raise ValueError("`only_for` asks the trigger, and this promise has none; add `after`")
        self._check_calendar()
        currencies = sorted({read_amount(price).currency for price in self.cost.values()})
        if len(currencies) > 1:
            raise ValueError(f"`cost` is in {' and '.join(currencies)}; write it in one currency")
        return self

    @property
    def direct_cost(self) -> Amount | None:
        """What one broken promise costs by itself; None: the map says nothing."""
        prices = [read_amount(price) for price in self.cost.values()]
        return Amount(sum(price.minor for price in prices), prices[0].currency) if prices else None

    def _check_calendar(self) -> None:
        if self.calendar is None:
            if self._waits is not None and is_working_days(self._waits):
                raise ValueError(
                    "`working days` have no `calendar` to count on; add `calendar: bank_days` of brand.yaml"
                )
        elif self._waits is None:
            raise ValueError(
                "`calendar` has no `within` or `every` to count; write `within: 2h`, or take `calendar` out"
            )
        else:
            read_wait(self._waits)

    def _check_expect(self) -> None:
        if self.after is None:
            raise ValueError("`expect` has no `after`; name the signal that starts the promise")
        ends = [key for key in ("within", "before", "between", "every") if getattr(self, key) is not None]
        if len(ends) != 1:
            raise ValueError(
                "`expect` has no deadline, or two; write `within: 2h`, `before: property`, `between: [from, to]` or `every: 48h`"
            )
        if (self.every is None) != (self.until is None):
            raise ValueError(
                "`every` and `until` belong together; write `every: 48h` and `until: signal`, or take both out"
            )
        if self.sum is not None and (self.between is not None or self.every is not None):
            raise ValueError("`sum` needs one deadline; write `within: 5d` or `before: property`")
        if self.revised_by is not None and (self.sum is not None or self.every is not None):
            raise ValueError(
                "`revised_by` moves one deadline, which `sum` and `every` do not have; take it out"
            )

    def _check_never(self) -> None:
        if self.after is None:
            raise ValueError("`never` has no `after`; name the signal that starts the promise")
        self._check_end("never")

    def _check_of(self) -> None:
        if self.after is None:
            raise ValueError("`of` has no `after`; name the signal that starts the promise")
        if self.limit is None:
            raise ValueError("`of` has no number that it may reach; write `at_most: 2`")
        self._check_end("of")

    def _check_end(self, pattern: str) -> None:
        if (self.within is None) == (self.until is None):
            raise ValueError(f"`{pattern}` has no end, or two; write `within: 7d` or `until: signal`")

    def _check_measure(self) -> None:
        if self.limit is not None:
            raise ValueError("`measure` compares a property; write `at_most: {wait_s: 300}`")
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError(
                "`measure` has no bound, or two; write `at_least: {score: 8}` or `at_most: {wait_s: 300}`"
            )
        if self.within is not None and self.after is None:
            raise ValueError("`within` has no `after` to start from; add `after`, or take `within` out")

    def _check_preceded_by(self) -> None:
        if self.whenever is None:
            raise ValueError(
                "`preceded_by` has no `whenever`; name the signal before which it must have come"
            )

    def _check_since(self) -> None:
        if self.whenever is None:
            raise ValueError("`since` has no `whenever`; name the signal that is compared with it")
        if not self.same:
            raise ValueError("`since` compares nothing; write `same: {price_minor: price_minor}`")

    def _refuse(self, *keys: str) -> None:
        for key in keys:
            if getattr(self, key) not in (None, {}):
                raise ValueError(f"{key!r} does not belong to this pattern; take it out")

    @property
    def _waits(self) -> str | None:
        return self.within or self.every

    @property
    def wait(self) -> Wait | None:
        """What is waited for, or looked back, on the promise's calendar; None where time is counted as it passes."""
        return None if self.calendar is None or self._waits is None else read_wait(self._waits)

    @property
    def pattern(self) -> str:
        """The key of its target: `expect`, `never`, `of`, `measure`, `preceded_by` or `since`."""
        return next(key for key in PATTERNS if getattr(self, key) is not None)

    @property
    def target(self) -> SignalRef:
        """What is expected, forbidden, counted, measured, or looked back for."""
        found: SignalRef = getattr(self, self.pattern)
        return found

    def is_started_by(self, signal: str) -> bool:
        """Its trigger is of this type."""
        return self.trigger is not None and self.trigger.signal == signal

    @property
    def trigger(self) -> SignalRef | None:
        """What the promise is judged for; None: for each journey, or each place and hour."""
        return self.after or self.whenever

    @property
    def limit(self) -> int | None:
        """How many of `of` there may be; None for all else."""
        return self.at_most if isinstance(self.at_most, int) else None

    @property
    def bound(self) -> Mapping[str, float]:
        """Property and limit of a `measure`; empty for all else."""
        limit = self.at_least or self.at_most
        return limit if isinstance(limit, dict) else {}


class JourneyMap(Model):
    """One map file."""

    map: Name
    kind: Literal["purchase", "service", "problem", "relationship"] | None = None
    parent: Name | None = None
    title: Translations | None = None
    why: Translations | None = None
    strategy: Any = None
    owner: Text | None = None
    per: Name
    starts: StartsRef | None = None
    ends: Ends | None = None
    goals: tuple[Goal, ...] = ()
    stages: tuple[Stage, ...] = Field(min_length=1)
    expectations: tuple[Expectation, ...] = ()
    slices: tuple[Name, ...] = Field(default=(), max_length=8)
    review: Cadence | None = None
    promises: tuple[Promise, ...] = ()
    cases: tuple[Case, ...] = ()

    @property
    def steps(self) -> list[Step]:
        """All steps in the order of the map."""
        return [step for stage in self.stages for step in stage.steps]

    @property
    def by_person(self) -> bool:
        """A journey is about a person's time, not about an object."""
        return self.per in {"person", "visit"}

    @property
    def quiet_us(self) -> int:
        """Silence after which a journey of a person is over, microseconds."""
        text = self.ends.or_quiet_for if self.ends else None
        return duration_us(text or ("30m" if self.per == "visit" else "30d"))


@dataclass(frozen=True)
class Drawn:
    """A map with the document it was read from."""

    map: JourneyMap
    document: Document


def read_maps(workspace: Workspace) -> tuple[list[Drawn], list[Fault]]:
    """Read every map of a workspace, sorted by file name, and every fault of their form."""
    drawn: list[Drawn] = []
    faults: list[Fault] = []
    for path in workspace.documents("maps"):
        document = read_document(path, workspace.relative(path))
        if isinstance(document, Fault):
            faults.append(document)
            continue
        found = validate(document, JourneyMap)
        if isinstance(found, list):
            faults.extend(found)
        else:
            drawn.append(Drawn(found, document))
    return drawn, [*faults, *_doubles(drawn), *(fault for item in drawn for fault in _inside(item))]


def _doubles(drawn: Iterable[Drawn]) -> list[Fault]:
    seen: dict[str, str] = {}
    faults = []
    for item in drawn:
        if item.map.map in seen:
            faults.append(
                item.document.fault(
                    ("map",),
                    f"the map {item.map.map!r} is also in {seen[item.map.map]}",
                    "give each its own name",
                )
            )
        seen.setdefault(item.map.map, item.document.name)
    return faults


def _inside(item: Drawn) -> list[Fault]:
    """Names inside one map that are twice there, or nowhere."""
    faults = []
    places = [
        (("stages", number, "steps", place, "step"), step.step)
        for number, stage in enumerate(item.map.stages)
        for place, step in enumerate(stage.steps)
    ]
    faults += _repeated(item.document, places, "step")
    faults += _repeated(
        item.document,
        [
            (("promises", number, "promise"), promise.promise)
            for number, promise in enumerate(item.map.promises)
        ],
        "promise",
    )
    steps = {step.step for step in item.map.steps}
    promises = {promise.promise for promise in item.map.promises}
    for number, expectation in enumerate(item.map.expectations):
        if expectation.step not in steps:
            faults.append(
                item.document.fault(
                    ("expectations", number, "step"),
                    f"the expectation is about {expectation.step!r}, which is no step of this map",
                    "name one of its steps",
                )
            )
    for number, goal in enumerate(item.map.goals):
        faults += _measured(item.document, number, goal)
        if goal.promise is not None and goal.promise not in promises:
            faults.append(
                item.document.fault(
                    ("goals", number, "promise"),
                    f"the goal is about {goal.promise!r}, which is no promise of this map",
                    "name one of its promises",
                )
            )
    return faults


def _measured(document: Document, number: int, goal: Goal) -> Iterator[Fault]:
    """What is wrong with a goal on a measure."""
    place = ("goals", number, "measure")
    if goal.measure is None:
        return
    for _, what, fix in unknown_measures([goal.measure]):
        yield document.fault(place, f"the goal: {what}", fix)
    known = MEASURES.get(goal.measure)
    if known is None:
        return
    if known.needs_channel and goal.channel is None:
        what = f"the goal on {goal.measure!r} names no channel, and of all channels together it is always 1"
        yield document.fault(place, what, "add `channel: phone`, or another")
    if goal.at_most is None and goal.at_least is None:
        what = f"the goal on {goal.measure!r} has no bound"
        yield document.fault(place, what, "write `at_most: 0.1` or `at_least: 0.9`")


def _repeated(
    document: Document, places: Sequence[tuple[tuple[str | int, ...], str]], what: str
) -> list[Fault]:
    seen = set()
    faults = []
    for location, name in places:
        if name in seen:
            faults.append(
                document.fault(location, f"the {what} {name!r} is there twice", "give each its own name")
            )
        seen.add(name)
    return faults


def json_schema() -> dict[str, Any]:  # a JSON document
    """JSON Schema of a map file, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **JourneyMap.model_json_schema(by_alias=True),
    }
