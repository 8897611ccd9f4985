"""What has moved: a line each with its weeks drawn and the time it lasted shaded, and the journeys looked over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from parcours.signal.catalogue import title_of
from parcours.ui.charts import moved_chart
from parcours.web.report.page import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from parcours.journey import JourneyMap
    from parcours.ui import Language

Row = dict[str, Any]  # of `kept_drift`
_SHOWN, _ECHOES = 8, 6
_AROUND_DAYS = 84  # of the beginning, week by week
_UP = {
    "volume": "More journeys begin",
    "mix": "A larger part",
    "channel": "A larger part",
    "share": "More go on",
    "new_branch": "A new way",
    "vanished_branch": "A way that is no more",
    "abandonment": "More stop here",
    "wait": "A longer wait",
    "satisfaction": "Better scores",
}
_DOWN = {
    **_UP,
    "volume": "Fewer journeys begin",
    "mix": "A smaller part",
    "channel": "A smaller part",
    "share": "Fewer go on",
    "abandonment": "Fewer stop here",
    "wait": "A shorter wait",
    "satisfaction": "Worse scores",
}


@dataclass(frozen=True)
class MovedLine:
    """One thing that moved."""

    number: int
    says: str
    where: str
    chart: str
    figures: str
    since: str
    echoes: tuple[str, ...]
    silent: str
    edit: str
    weeks: Table
    command: str


@dataclass(frozen=True)
class MovedPart:
    """All of it; without lines `looked` says that nothing has moved."""

    looked: tuple[str, ...]
    lines: tuple[MovedLine, ...]
    more: str
    command: str


def moved_part(found: Row, drawn: Mapping[str, JourneyMap], language: Language) -> MovedPart:
    """What has moved, in one language.

    Args:
        found: As `kept_drift` answers it.
        drawn: Maps by name.
        language: Of words.
    """
    rows = found["findings"]
    left = len(rows) - _SHOWN
    return MovedPart(
        looked=tuple(_looked(item, drawn, language) for item in found["looked"]),
        lines=tuple(_line(row, drawn, language) for row in rows[:_SHOWN]),
        more=language.text("and {n} more", n=language.number(left)) if left > 0 else "",
        command="parcours journeys drift",
    )


def _looked(item: Row, drawn: Mapping[str, JourneyMap], language: Language) -> str:
    name = _map_title(item["map"], drawn, language) or language.text("Journeys per {per}", per=item["per"])
    if item["first_on"] is None:
        return language.text("{name}: no journey to look over.", name=name)
    told = language.count(item["findings"], "{n} thing has moved", "{n} things have moved")
    if not item["findings"]:
        told = language.text("nothing has moved")
    span = {
        "since": language.day(date.fromisoformat(item["first_on"]), year=True),
        "until": language.day(date.fromisoformat(item["last_on"]), year=True),
    }
    if item["review"] is not None:
        reviewed = language.day(date.fromisoformat(item["review"]["reviewed_on"]), year=True)
        return language.text("{name}, since the review of {day}: {told}.", name=name, day=reviewed, told=told)
    return language.text("{name}, {since} to {until}: {told}.", name=name, told=told, **span)


def _line(row: Row, drawn: Mapping[str, JourneyMap], language: Language) -> MovedLine:
    since = date.fromisoformat(row["since"])
    until = None if row["until"] is None else date.fromisoformat(row["until"])
    figures = language.text(
        "{before} before, {after} then",
        before=_figure(row, row["before"], language),
        after=_figure(row, row["after"], language),
    )
    people = language.count(row["people"], "{n} person", "{n} people")
    says = _says(row, drawn.get(row["map"] or ""), language)
    return MovedLine(
        number=row["finding"],
        says=says,
        where=" · ".join(
            part for part in (_whom(row, language), _map_title(row["map"], drawn, language)) if part
        ),
        chart=_chart(row, since, until, f"{says}: {figures}"),
        figures=f"{figures} · {people}",
        since=_when(since, until, language),
        echoes=tuple(
            ", ".join(
                part
                for part in (_says(echo, drawn.get(row["map"] or ""), language), _whom(echo, language))
                if part
            )
            for echo in row["echoes"][:_ECHOES]
        ),
        silent=language.text(
            "The source {source} was silent then: this may be all there is to it.", source=row["silent"]
        )
        if row["silent"]
        else "",
        edit=row["edit"] or "",
        weeks=_weeks(row, language),
        command=f"parcours journeys drift --finding {row['finding']}",
    )


def _says(row: Row, drawn: JourneyMap | None, language: Language) -> str:
    word = language.text((_UP if row["after"] > row["before"] else _DOWN)[row["what"]])
    nodes = [_node(name, drawn, language) for name in row["subject"].split(" → ")]
    if row["subject"] != "journeys begun":
        return language.text("{what}: {nodes}", what=word, nodes=" → ".join(nodes))
    if row["what"] == "volume":
        return word
    return language.text("{what} of journeys that begin", what=word)


def _node(name: str, drawn: JourneyMap | None, language: Language) -> str:
    titles = {step.step: step.title for step in drawn.steps if step.title} if drawn else {}
    return language.pick(titles.get(name) or title_of(name))


def _whom(row: Row, language: Language) -> str:
    said = ", ".join(f"{language.text(name)} {value}" for name, value in row["slice"].items())
    return said or language.text("everybody")


def _map_title(name: str | None, drawn: Mapping[str, JourneyMap], language: Language) -> str:
    return "" if name is None else language.pick(drawn[name].title or {"en": name})


def _when(since: date, until: date | None, language: Language) -> str:
    if until is None:
        return language.text("since {day}", day=language.day(since, year=True))
    return language.text(
        "{since} to {until}", since=language.day(since, year=True), until=language.day(until, year=True)
    )


def _figure(row: Row, amount: float, language: Language) -> str:
    if row["unit"] == "ratio":
        return language.percent(amount, 1)
    if row["unit"] == "seconds":
        return language.duration(amount)
    return language.number(amount, 1)


def _values(row: Row) -> list[float | None]:
    """A figure a week; None where nobody came by."""
    if row["what"] == "volume":
        return [told / 7 for _, told, _ in row["weeks"]]
    return [told / cases if cases else None for _, told, cases in row["weeks"]]


def _chart(row: Row, since: date, until: date | None, label: str) -> str:
    days = [date.fromisoformat(day) for day, *_ in row["weeks"]]
    first = (since - days[0]).days / 7
    last = len(days) - 1.0 if until is None else ((until + timedelta(days=1)) - days[0]).days / 7
    return moved_chart(_values(row), first, last, label=label)


def _weeks(row: Row, language: Language) -> Table:
    told: Sequence[tuple[str, ...]] = [
        (
            language.day(date.fromisoformat(day), year=True),
            "" if value is None else _weekly(row, value, language),
            language.number(told if row["what"] == "volume" else cases),
        )
        for (day, told, cases), value in zip(row["weeks"], _values(row), strict=True)
        if abs((date.fromisoformat(day) - date.fromisoformat(row["since"])).days) <= _AROUND_DAYS
    ]
    unit = language.text("slower than usual") if row["what"] == "wait" else language.text("figure")
    return Table(
        language.text("Week by week"),
        (language.text("week of"), unit, language.text("visits")),
        tuple(told),
        (1, 2),
    )


def _weekly(row: Row, value: float, language: Language) -> str:
    """Of a wait the share that is slow is counted, in place of seconds."""
    return language.percent(value, 1) if row["unit"] in {"ratio", "seconds"} else language.number(value, 1)
