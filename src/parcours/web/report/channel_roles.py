"""The role of each channel: what the brand declares, beside what is lived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.gap.naming_measures import bound_words, figure, title_of_measure
from parcours.journey.measures import MEASURES
from parcours.signal.catalogue import channel_title
from parcours.web.report.page import RoleLine, RolePart, Table

if TYPE_CHECKING:
    from parcours.gap.channels import BrandLived
    from parcours.journey.measures import Measured
    from parcours.ui import Language


def role_part(found: BrandLived, language: Language) -> RolePart | None:
    """Declared against lived; None where nothing is declared and no map aims at a measure."""
    if not any(item.role for item in found.channels) and not found.goals:
        return None
    bounds = [
        _line(language.pick(channel_title(item.channel)), one, "", language)
        for item in found.channels
        for one in item.keep
    ]
    bounds += [
        _line(
            language.pick(item.title)
            + (f" · {language.pick(channel_title(item.channel))}" if item.channel else ""),
            item.measured,
            "" if item.by is None else language.text("by {day}", day=item.by),
            language,
        )
        for item in found.goals
    ]
    return RolePart(
        lead=" · ".join(language.pick(said) for said in (found.posture, *found.values) if said),
        bounds=tuple(bounds),
        table=Table(
            language.text("Declared, and lived"),
            (
                language.text("channel"),
                language.text("is there for"),
                language.text("signals"),
                *(title_of_measure(name, language) for name in MEASURES),
            ),
            tuple(
                (
                    language.pick(channel_title(item.channel)),
                    language.pick(item.role) if item.role else language.text("(not declared)"),
                    language.number(item.signals) if item.signals else language.text("never seen"),
                    *(figure(one, language) for one in item.measures),
                )
                for item in found.channels
            ),
            tuple(range(2, 3 + len(MEASURES))),
        ),
        command="parcours map channels",
    )


def _line(of: str, measured: Measured, by: str, language: Language) -> RoleLine:
    sign = {True: "✓", False: "✗", None: "?"}[measured.holds]
    return RoleLine(of, bound_words(measured, language), by, sign, measured.holds is False)
