"""What a report's page holds: words, figures and pictures of one language, ready to be laid out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from parcours.journey.drawing import PictureTable
    from parcours.ui import Language
    from parcours.web.report.drivers import DriverPart
    from parcours.web.report.money import MoneyPart
    from parcours.web.report.moved import MovedPart
    from parcours.web.report.personas import PersonaPart


@dataclass(frozen=True)
class Figure:
    """A number of the first screen, with what makes it honest."""

    label: str
    value: str
    details: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """What a picture shows, as text; shaped as the tables of `journey.drawing`."""

    title: str
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    figures: tuple[int, ...] = ()


@dataclass(frozen=True)
class GapLine:
    """One promise in the list of what to mend."""

    key: str
    rank: int
    says: str
    where: str
    kept: str
    span: str
    bar: str
    spark: str
    since: str
    kind: str
    stake: str
    stake_detail: str
    owner: str
    is_missed: bool
    tables: tuple[Table, ...]
    command: str


@dataclass(frozen=True)
class CommitteeLine:
    """One gap to decide on: its promise where it stands out, or below its goal."""

    rank: int
    says: str
    where: str
    since: str
    kept: str
    elsewhere: str
    kind: str
    money: str
    span: str
    people: str
    ease: str
    stable: str
    owner: str
    decided: str
    command: str


@dataclass(frozen=True)
class CommitteePart:
    """What a committee decides on; `how` says how the figures were computed."""

    lines: tuple[CommitteeLine, ...]
    unpromised: tuple[str, ...]
    decisions: Table
    how: tuple[str, ...]


@dataclass(frozen=True)
class WhenPart:
    """When the leading promise breaks."""

    title: str
    heat: str
    heat_table: Table
    days: str
    days_note: str
    days_table: Table
    command: str


@dataclass(frozen=True)
class StoryLine:
    """One line of a customer's story; `kind` is `seen`, `due`, `late`, `low` or `gone`."""

    kind: str
    time: str
    system: str
    words: str
    quote: str
    witness: str
    is_usual: bool | None
    proof: str


@dataclass(frozen=True)
class WhyStep:
    """One step of why a verdict is what it is; `kind` is `verdict`, or another step of `gap.explaining`."""

    kind: str
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class StoryPart:
    """One customer's way, beside what each system saw, and why the promise is broken."""

    title: str
    lead: str
    lines: tuple[StoryLine, ...]
    why: tuple[WhyStep, ...]
    command: str


@dataclass(frozen=True)
class Voice:
    """What some people said: a title with their mean score, a picture of the scores, quotes with what is said beside them."""

    title: str
    bars: str
    quotes: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TypicalLine:
    """A journey that stands for others; `steps` are (wait that leads to it, title), `drawing` is empty where it is not drawn."""

    journeys: str
    share: str
    ratio: float
    steps: tuple[tuple[str, str], ...]
    detail: str
    drawing: str


@dataclass(frozen=True)
class LivedPart:
    """What was lived on a map: the few journeys that stand for most, and tables of what journeys take."""

    note: str
    lines: tuple[TypicalLine, ...]
    tables: tuple[Table, ...]
    command: str


@dataclass(frozen=True)
class WayPart:
    """How people come to a purchase across channels, and what stores contribute."""

    lead: str
    table: Table
    stores: Table
    command: str


@dataclass(frozen=True)
class MapPage:
    """One map: its picture for wide and narrow screens, the journeys lived on it, and what people said."""

    key: str
    title: str
    why: str
    lead: str
    wide: str
    narrow: str
    tables: tuple[PictureTable, ...]
    journeys: LivedPart | None
    voices: tuple[Voice, ...]
    scores_table: Table | None


@dataclass(frozen=True)
class SourceLine:
    """One source, or a place of it that was deaf, and what it let us see; `place` is empty for the whole of a source."""

    title: str
    place: str
    name: str
    line: str
    heard: str
    signals: str
    refused: str
    note: str


@dataclass(frozen=True)
class RecognisedLine:
    """One channel: how many of its signals can be given to somebody; `known` and `rest` are shares in [0, 1]."""

    title: str
    share: str
    detail: str
    known: float
    rest: float
    said: str


@dataclass(frozen=True)
class SizeLine:
    """People with so many identifiers; `known` and `rest` are heights in [0, 1]."""

    title: str
    people: str
    known: float
    rest: float
    said: str


@dataclass(frozen=True)
class LeapLine:
    """Journeys over two channels before and after identifiers are joined; `was` and `gain` are lengths in [0, 1]."""

    title: str
    figures: str
    was: float
    gain: float


@dataclass(frozen=True)
class DoubtRow:
    """Somebody to look at: why, and the command that shows them."""

    why: str
    command: str


@dataclass(frozen=True)
class Doubt:
    """Who may have been recognised wrongly: figures with their words, the first rows, and the command that lists all."""

    title: str
    lines: tuple[tuple[str, str], ...]
    rows: tuple[DoubtRow, ...]
    command: str


@dataclass(frozen=True)
class RecognitionPart:
    """How well customers are recognised; `note` says what is missing where something is."""

    note: str
    lead: str
    channels: tuple[RecognisedLine, ...]
    sizes: tuple[SizeLine, ...]
    sizes_note: str
    before: str
    after: str
    leap_note: str
    pairs: tuple[LeapLine, ...]
    doubts: tuple[Doubt, ...]
    tables: tuple[Table, ...]
    command: str


@dataclass(frozen=True)
class RoleLine:
    """A bound that a channel, or a map, is to keep; `sign` says whether it does."""

    of: str
    words: str
    by: str
    sign: str
    is_missed: bool


@dataclass(frozen=True)
class RolePart:
    """What each channel is there for, beside what is lived."""

    lead: str
    bounds: tuple[RoleLine, ...]
    table: Table
    command: str


@dataclass(frozen=True)
class Page:
    """A report in one language."""

    language: Language
    title: str
    subtitle: str
    headline: str
    headline_detail: str
    figures: tuple[Figure, ...]
    maps: tuple[MapPage, ...]
    gaps: tuple[GapLine, ...]
    gap_axis: str
    committee: CommitteePart | None
    scoreboards: tuple[Table, ...]
    money: MoneyPart | None
    drivers: DriverPart | None
    personas: PersonaPart | None
    moved: MovedPart
    when: WhenPart | None
    story: StoryPart | None
    works: tuple[str, ...]
    moves: Table | None
    sources: tuple[SourceLine, ...]
    silences: Table | None
    blind: tuple[str, ...]
    recognition: RecognitionPart
    ways: WayPart | None
    roles: RolePart | None
    is_weighted: bool
    footer: str
