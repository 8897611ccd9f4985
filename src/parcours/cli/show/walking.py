"""One journey, moment by moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from parcours.cli.show.tables import BAD, FAINT, GOOD, SIGNS, STYLES, heading, lapse, moment, note, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.gap.mining.walking import Moment, Told, Walk
    from parcours.ui import Language

_INDENT = 4


def walk_lines(walk: Walk, language: Language) -> Iterator[Text]:
    """What was promised, what happened, what was said, and how long it took."""
    yield Text(f"{walk.map}, journey {walk.journey}", style="bold")
    yield from note(walk.why, f"{lapse(walk.duration_s)} from first to last" if walk.duration_s else "")
    day = ""
    for item in walk.moments:
        at = moment(item.at)
        if at[:10] != day:
            day = at[:10]
            yield from heading(day)
        yield from _moment_lines(item, at[11:], language)
    if walk.not_reached:
        yield from heading(f"never reached: {', '.join(walk.not_reached)}")


def _moment_lines(item: Moment, at: str, language: Language) -> Iterator[Text]:
    waited = f"  after {lapse(item.wait_s)}" if item.wait_s else ""
    if item.signal is None:
        yield Text(f"{at}  ", style=FAINT) + Text("nothing has come", style=BAD) + Text(waited, style=FAINT)
    else:
        where = item.touchpoint or item.channel or ""
        title = language.pick(item.title, item.signal)
        yield Text(f"{at}  ") + Text(title, style="bold") + Text(f"  {where}{waited}", style=FAINT)
    for told in item.promised:
        due = f", by {moment(told.due_by)}" if told.due_by else ""
        yield from paragraph(Text(f"promised: {language.pick(told.says)}{due}"), indent=_INDENT)
    for told in item.happened:
        yield from paragraph(_happened(told, language), indent=_INDENT)
    for told in item.missed:
        yield from paragraph(
            Text(f"✗ {language.pick(told.says)}: the time is over", style=BAD), indent=_INDENT
        )
    if item.score is not None or item.said:
        score = "" if item.score is None else f" ({item.score:g})"
        yield from paragraph(Text(f"said{score}: {item.said or '-'}", style="italic"), indent=_INDENT)


def _happened(told: Told, language: Language) -> Text:
    timing = ""
    if told.late_s is not None:
        timing = f", {lapse(abs(told.late_s))} {'late' if told.late_s > 0 else 'before it was due'}"
    style = {"kept": GOOD, "broken": BAD}.get(told.verdict, STYLES.get(told.verdict, ""))
    return Text(f"{SIGNS[told.verdict]} {told.verdict}: {language.pick(told.says)}{timing}", style=style)
