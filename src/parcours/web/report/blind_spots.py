"""Sources, and what could not be observed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from parcours.signal.catalogue import refusal_title
from parcours.ui import charts
from parcours.web.report.page import SourceLine

if TYPE_CHECKING:
    from parcours.ui import Language
    from parcours.web.report.gathering import Facts, Heard

_SILENT_AFTER = timedelta(days=2)  # before the newest signal of all


def silent_days(source: Heard, facts: Facts) -> int:
    """Days for which a source has been silent at the end of what all sources saw; 0: it is not."""
    newest = max((item.last_at for item in facts.sources if item.last_at), default=None)
    if newest is None or source.last_at is None or newest - source.last_at < _SILENT_AFTER:
        return 0
    return (newest - source.last_at).days


def source_lines(facts: Facts, language: Language) -> tuple[SourceLine, ...]:
    """One line a source: when it was heard, and what was refused."""
    starts = [source.first_at for source in facts.sources if source.first_at]
    ends = [source.last_at for source in facts.sources if source.last_at]
    whole = (max(ends) - min(starts)).total_seconds() if starts and ends else 0.0
    found = []
    for source in facts.sources:
        silent = silent_days(source, facts)
        line, heard = "", language.text("never heard")
        if source.first_at and source.last_at:
            start, end = (
                (moment - min(starts)).total_seconds() / whole if whole else float(number)
                for number, moment in enumerate((source.first_at, source.last_at))
            )
            line = charts.heard_line(start, end, is_silent=bool(silent))
            heard = language.text(
                "{start} to {end}",
                start=language.short_day(source.first_at),
                end=language.short_day(source.last_at),
            )
        refused = ", ".join(
            f"{language.number(count)} {language.pick(refusal_title(reason))}"
            for reason, count in source.row["refused"].items()
        )
        found.append(
            SourceLine(
                title=language.pick(source.title),
                name=source.row["source"],
                line=line,
                heard=heard,
                signals=language.number(source.row["signals"]),
                refused=refused or language.text("none"),
                note=language.count(silent, "silent for {n} day", "silent for {n} days") if silent else "",
            )
        )
    return tuple(found)


def blind_lines(facts: Facts, language: Language) -> tuple[str, ...]:
    """What could not be observed, in sentences."""
    said = [
        language.count(
            found.share.unobservable,
            "“{promise}”: {n} promise could not be verified ({share} of those due).",
            "“{promise}”: {n} promises could not be verified ({share} of those due).",
            promise=language.pick(found.says),
            share=language.percent(
                found.share.unobservable / (found.share.judged + found.share.unobservable)
            ),
        )
        for found in facts.findings.promises
        if found.share.unobservable
    ]
    for part in facts.maps:
        said += [
            language.text(
                "“{step}” is on the map, but no system that was heard could show it.",
                step=language.pick(place.title),
            )
            for place in part.lived.places
            if not place.heard
        ]
    return tuple(said)
