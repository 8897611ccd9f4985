"""Draws the pictures of docs/explanation/synthetic-retailer.md: the simulated retailer beside published shapes.

Call `python tests/docs/retailer_pictures.py` after changing what the simulation draws.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from parcours.simulate import make_plan
from parcours.simulate.calendar import Calendar, midnight
from parcours.simulate.columns import DAY, Integers, Ratios
from parcours.simulate.demand import draw_purchases
from parcours.simulate.living import live
from parcours.simulate.people import PACE, make_people
from parcours.simulate.voice import speak

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "pictures"
PEOPLE, DAYS, SEED = 20_000, 480, 1
SHOWN_DAYS = 365  # the last ones: the first months fill up with customers
SHARES = np.arange(0.1, 1.0, 0.1)
# CDNOW, all 69,659 purchases: deciles of the days between two purchases on different days, in medians; purchases by number of articles.
CDNOW_WAITS = (0.12, 0.26, 0.44, 0.68, 1.0, 1.47, 2.24, 3.5, 5.88)
CDNOW_COHORT_DAYS, CDNOW_DAYS = 91, 546  # first purchases fall into these days; all were followed until then
CDNOW_ARTICLES = (0.452, 0.231, 0.136, 0.072, 0.040, 0.023, 0.015, 0.032)  # one to seven, eight and more
# Olist, weighted to the population: stars one to five of orders on time, and of orders three to seven days late.
OLIST_ON_TIME = (0.069, 0.026, 0.083, 0.203, 0.620)
OLIST_LATE = (0.573, 0.090, 0.090, 0.067, 0.180)
_STAR_FROM = (0, 2, 5, 7, 9)  # scores of ten from which a star counts
_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 640, 260, 48, 16, 34, 40
_STYLE = """<style>
  text { font: 12px system-ui, sans-serif; fill: #24323f } .title { font-weight: 600 }
  .ours { stroke: #0b6e99; fill: none; stroke-width: 2 } .bar { fill: #0b6e99 } .theirs { fill: #d1662a } .line { stroke: #8a97a3 }
  @media (prefers-color-scheme: dark) { text { fill: #dfe7ee } .ours { stroke: #58b6dd } .bar { fill: #58b6dd } .theirs { fill: #f09a68 } }
</style>"""


@dataclass(frozen=True)
class Shapes:
    """What the simulated purchases look like.

    Attributes:
        waits: Deciles of the days between two purchases, in medians.
        articles: Purchases by number of articles: one to seven, eight and more; ratios.
        content, hurt: Stars one to five of who answered, where nothing hurt, and where something did; ratios.
        daily: Purchases a day of the data, in store and online.
        first_day: The first of those days, days since 1970.
    """

    waits: Ratios
    articles: Ratios
    content: Ratios
    hurt: Ratios
    daily: Integers
    first_day: int


def shapes() -> Shapes:
    """Simulate 20,000 people over a year in which nothing is planted."""
    plan = make_plan(PEOPLE, DAYS, SEED, gaps="none")
    shown_from = np.array([midnight(plan.last_day) - (SHOWN_DAYS - 1) * DAY + DAY // 2])
    calendar = Calendar(plan.start, plan.days, plan.stores)
    people = make_people(np.random.default_rng(SEED), 0, plan.people, plan, calendar)
    could = draw_purchases(np.random.default_rng(SEED + 1), people, plan, calendar)
    life = live(could, people, plan.planting, calendar, plan.stores)
    rows = np.flatnonzero(life.happens)
    bought, fates, contacts = could.take(rows), life.fates.take(rows), life.contacts.take(rows)
    opinions = speak(bought, fates, contacts, people, calendar)
    pain = np.minimum(fates.hurt + contacts.hurt, 1)[opinions.purchase]
    day = calendar.day(bought.paid_at) - calendar.day(shown_from)[0]
    return Shapes(
        waits=_waits(),
        articles=np.bincount(np.minimum(bought.items, 8), minlength=9)[1:] / len(rows),
        content=_stars(opinions.score[pain == 0]),
        hurt=_stars(opinions.score[pain >= 0.4]),
        daily=np.bincount(day[(day >= 0) & (day < SHOWN_DAYS)], minlength=SHOWN_DAYS),
        first_day=int(calendar.day(shown_from)[0]),
    )


def _waits() -> Ratios:
    """Waits of people whose first purchases fall into some days, followed as long as CDNOW's customers were, at our pace."""
    plan = make_plan(3 * PEOPLE, 60, SEED, gaps="none")
    calendar = Calendar(plan.start, plan.days, plan.stores)
    people = make_people(np.random.default_rng(SEED), 0, plan.people, plan, calendar)
    could = draw_purchases(np.random.default_rng(SEED + 1), people, plan, calendar)
    rows = np.flatnonzero(live(could, people, plan.planting, calendar, plan.stores).happens)
    person, day = could.person[rows], (could.paid_at[rows] - calendar.origin) / DAY
    buyers, first = np.unique(person, return_index=True)
    began = np.zeros(len(people))
    began[buyers] = day[first]
    followed = (began[person] < CDNOW_COHORT_DAYS / PACE) & (day < CDNOW_DAYS / PACE)
    person, day = person[followed], day[followed]
    waits = np.diff(day)[np.diff(person) == 0]
    waits = waits[waits >= 1 / PACE]  # a day of CDNOW's
    deciles: Ratios = np.quantile(waits, SHARES) / np.median(waits)
    return deciles


def _stars(score: Integers) -> Ratios:
    star = np.searchsorted(_STAR_FROM, score, side="right")
    return np.bincount(star, minlength=6)[1:] / len(star)


@dataclass
class Drawing:
    """An SVG picture with a title and two axes."""

    title: str
    below: str
    marks: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, words: str, anchor: str = "middle") -> None:
        """Words at a place."""
        self.marks.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>')

    def line(self, points: Sequence[tuple[float, float]]) -> None:
        """Our line through points."""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.marks.append(f'<polyline class="ours" points="{path}"/>')

    def dot(self, x: float, y: float) -> None:
        """A published point."""
        self.marks.append(f'<circle class="theirs" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')

    def bar(self, x: float, width: float, share: float, whole: float, kind: str) -> None:
        """A bar that stands on the axis; `whole` fills the height."""
        height = (_HEIGHT - _TOP - _BOTTOM) * share / whole
        self.marks.append(
            f'<rect class="{kind}" x="{x:.1f}" y="{_HEIGHT - _BOTTOM - height:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
        )

    def svg(self) -> str:
        """The whole picture."""
        floor = _HEIGHT - _BOTTOM
        axes = f'<path class="line" d="M{_LEFT} {_TOP}V{floor}H{_WIDTH - _RIGHT}" fill="none"/>'
        title = f'<text class="title" x="{_LEFT}" y="20">{self.title}</text>'
        below = f'<text x="{_WIDTH / 2}" y="{_HEIGHT - 6}" text-anchor="middle">{self.below}</text>'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{self.title}">'
        return "\n".join([head, _STYLE, title, below, axes, *self.marks, "</svg>", ""])


def _across(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _up(share: float) -> float:
    return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)


def waits_picture(found: Shapes) -> str:
    """How long until the next purchase: share of waits that are shorter."""
    drawing = Drawing("Days between two purchases (line: ours, dots: CDNOW)", "times the median wait")
    longest = 9.0
    drawing.line(
        [(_across(wait / longest), _up(share)) for wait, share in zip(found.waits, SHARES, strict=True)]
    )
    for wait, share in zip(CDNOW_WAITS, SHARES, strict=True):
        drawing.dot(_across(wait / longest), _up(share))
    for tick in range(0, 10, 3):
        drawing.text(_across(tick / longest), _HEIGHT - _BOTTOM + 16, f"{tick}")
    for share in (0.1, 0.5, 0.9):
        drawing.text(_LEFT - 6, _up(share) + 4, f"{share:.0%}", "end")
    return drawing.svg()


def pairs_picture(title: str, below: str, names: Sequence[str], ours: Ratios, theirs: Sequence[float]) -> str:
    """Our shares beside published ones."""
    drawing, step = Drawing(title, below), (_WIDTH - _LEFT - _RIGHT) / len(names)
    whole = max(*ours, *theirs) * 1.1
    for place, (name, mine, other) in enumerate(zip(names, ours, theirs, strict=True)):
        x = _LEFT + step * place
        drawing.bar(x + step * 0.15, step * 0.33, mine, whole, "bar")
        drawing.bar(x + step * 0.52, step * 0.33, other, whole, "theirs")
        drawing.text(x + step / 2, _HEIGHT - _BOTTOM + 16, name)
        drawing.text(
            x + step * 0.32, _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * mine / whole - 4, f"{mine:.0%}"
        )
    return drawing.svg()


def year_picture(found: Shapes) -> str:
    """Purchases day by day."""
    drawing = Drawing("Purchases a day over a year: week-ends, holidays, August, sales", "month")
    most = float(found.daily.max()) * 1.05
    drawing.line([(_across(day / SHOWN_DAYS), _up(count / most)) for day, count in enumerate(found.daily)])
    for day in range(SHOWN_DAYS):
        moment = np.datetime64(found.first_day + day, "D")
        if str(moment).endswith("-01"):
            drawing.text(_across(day / SHOWN_DAYS), _HEIGHT - _BOTTOM + 16, str(moment)[5:7])
    drawing.text(_LEFT - 6, _up(1 / 1.05) + 4, f"{found.daily.max()}", "end")
    return drawing.svg()


def pictures() -> dict[str, str]:
    """File to picture."""
    found = shapes()
    stars = ("1 star", "2", "3", "4", "5 stars")
    articles = ("1 article", "2", "3", "4", "5", "6", "7", "8 or more")
    return {
        "waits.svg": waits_picture(found),
        "articles.svg": pairs_picture(
            "Articles in a purchase (blue: ours, orange: CDNOW)",
            "share of purchases",
            articles,
            found.articles,
            CDNOW_ARTICLES,
        ),
        "stars-content.svg": pairs_picture(
            "Where nothing hurt (blue: ours, orange: Olist, on time)",
            "share of answers",
            stars,
            found.content,
            OLIST_ON_TIME,
        ),
        "stars-hurt.svg": pairs_picture(
            "Where it hurt (blue: ours, orange: Olist, three to seven days late)",
            "share of answers",
            stars,
            found.hurt,
            OLIST_LATE,
        ),
        "year.svg": year_picture(found),
    }


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pictures().items():
        (FOLDER / name).write_text(text, "utf-8")
