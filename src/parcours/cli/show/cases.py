"""Cases of maps: which hold, and of those that do not, what was expected, what was found and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree
from rich.text import Text

from parcours.cli.show.tables import BAD, note, paragraph, plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parcours.gap.rehearsing import Difference, Outcome

_NOTHING = "no verdict"


def case_lines(outcomes: Sequence[Outcome]) -> Iterator[Text]:
    """Cases that do not hold, each with its differences, then how many hold."""
    if not outcomes:
        yield Text("no cases")
        yield from note("write them in tests/, one file a map, or in the map below `cases:`")
        return
    for outcome in outcomes:
        if outcome.holds:
            continue
        place = f"{outcome.file}:{outcome.line}"
        yield Text(f"✗ {outcome.map}: {outcome.case}", style=BAD) + Text(f"  {place}", style="dim")
        for difference in outcome.differences:
            yield from paragraph(_told(difference), indent=4)
            yield from note(difference.why, indent=4)
    held = sum(outcome.holds for outcome in outcomes)
    yield from paragraph(
        f"✓ all {plural(held, 'case')} hold"
        if held == len(outcomes)
        else f"{held} of {plural(len(outcomes), 'case')} hold"
    )


def _told(difference: Difference) -> str:
    return f"{difference.promise}: expected {difference.expected or _NOTHING}, found {difference.found or _NOTHING}"


def case_rows(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """One JSON object a case."""
    return [
        {
            "map": outcome.map,
            "case": outcome.case,
            "file": outcome.file,
            "line": outcome.line,
            "holds": outcome.holds,
            "differences": [
                {
                    "promise": difference.promise,
                    "expected": difference.expected or None,
                    "found": difference.found or None,
                    "why": difference.why or None,
                }
                for difference in outcome.differences
            ],
        }
        for outcome in outcomes
    ]


def junit_xml(outcomes: Sequence[Outcome]) -> bytes:
    """The outcome as JUnit XML: a suite a map, a test a case."""
    root = etree.Element("testsuites", name="parcours")
    for name in dict.fromkeys(outcome.map for outcome in outcomes):
        own = [outcome for outcome in outcomes if outcome.map == name]
        failures = sum(not outcome.holds for outcome in own)
        suite = etree.SubElement(root, "testsuite", name=name, tests=str(len(own)), failures=str(failures))
        for outcome in own:
            place = {"classname": name, "name": outcome.case, "file": outcome.file, "line": str(outcome.line)}
            test = etree.SubElement(suite, "testcase", place)
            if not outcome.holds:
                told = [(_told(difference), difference.why) for difference in outcome.differences]
                failure = etree.SubElement(test, "failure", message="; ".join(text for text, _ in told))
                failure.text = "\n".join(line for pair in told for line in pair if line)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
