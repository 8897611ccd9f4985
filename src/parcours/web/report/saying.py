"""A report in one language: every sentence, figure and picture of its page, ready to be laid out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.web.report.blind_spots import blind_lines, silence_table, source_lines
from parcours.web.report.channel_roles import role_part
from parcours.web.report.committee import committee_part
from parcours.web.report.drivers import driver_part
from parcours.web.report.first_screen import figures, headline, headline_detail, subtitle
from parcours.web.report.lived import way_part
from parcours.web.report.maps import map_page, moves_table
from parcours.web.report.money import money_part
from parcours.web.report.moved import moved_part
from parcours.web.report.one_customer import story_part
from parcours.web.report.page import Page
from parcours.web.report.personas import persona_part
from parcours.web.report.ranking import axis_floor, gap_line, works_lines
from parcours.web.report.recognition import recognition_part
from parcours.web.report.scoreboards import scoreboards
from parcours.web.report.timing import when_part

if TYPE_CHECKING:
    from parcours.ui import Language
    from parcours.web.report.gathering import Facts


def say(facts: Facts, language: Language) -> Page:
    """A report's page in one language."""
    floor = axis_floor(facts.findings)
    return Page(
        language=language,
        title=facts.name,
        subtitle=subtitle(facts, language),
        headline=headline(facts, language),
        headline_detail=headline_detail(facts, language),
        figures=figures(facts, language),
        maps=tuple(map_page(part, language) for part in facts.maps),
        gaps=tuple(
            gap_line(found, number, facts, language, floor)
            for number, found in enumerate(facts.findings.promises, 1)
        ),
        gap_axis=language.text("{low} to {high}", low=language.percent(floor), high=language.percent(1)),
        committee=committee_part(facts, language),
        scoreboards=scoreboards(facts.findings, language),
        money=money_part(facts.costs, language),
        drivers=driver_part(facts.drivers, language),
        personas=persona_part(facts.personas, language),
        moved=moved_part(facts.moved, facts.drivers.drawn, language),
        when=when_part(facts.findings.lead, language),
        story=story_part(facts, language),
        works=works_lines(facts.findings, language),
        moves=moves_table(facts, language),
        sources=source_lines(facts, language),
        silences=silence_table(facts, language),
        blind=blind_lines(facts, language),
        recognition=recognition_part(facts.recognition, language),
        ways=way_part(facts.ways, language),
        roles=role_part(facts.brand, language),
        is_weighted=facts.findings.is_weighted,
        footer=language.text(
            "Run {run}, judged as of {day} {clock}. Made by parcours.",
            run=facts.run_id,
            day=language.day(facts.as_of, year=True),
            clock=language.clock(facts.as_of),
        ),
    )
