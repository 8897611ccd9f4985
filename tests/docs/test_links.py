"""No link of ours leads nowhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from docs.pages import DOCS, ROOT, pages, without_blocks

if TYPE_CHECKING:
    from pathlib import Path

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_INLINE_CODE = re.compile(r"`[^`\n]*`")


def _anchors(path: Path) -> set[str]:
    """Anchors as forges make them of headings."""
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", without_blocks(path.read_text("utf-8")), re.MULTILINE):
        kept = re.sub(r"[^\w\- ]", "", heading.lower())
        anchor, number = kept.replace(" ", "-"), 0
        while (name := f"{anchor}-{number}" if number else anchor) in found:
            number += 1
        found.add(name)
    return found


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_relative_links_and_anchors_resolve(path: Path) -> None:
    """Every relative link names a file that is there, every anchor a heading of it."""
    prose = _INLINE_CODE.sub("", without_blocks(path.read_text("utf-8")))
    broken = []
    for link in _LINK.findall(prose):
        if "://" in link or link.startswith("mailto:"):
            continue
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)

    assert not broken


def test_every_page_can_be_reached_from_the_index() -> None:
    """A page that no page leads to is read by nobody."""
    reached, waiting = set(), [DOCS / "index.md"]
    while waiting:
        path = waiting.pop()
        if path in reached:
            continue
        reached.add(path)
        links = (link.partition("#")[0] for link in _LINK.findall(without_blocks(path.read_text("utf-8"))))
        waiting += [
            target
            for link in links
            if link.endswith(".md")
            and "://" not in link
            and (target := (path.parent / link).resolve()).is_file()
        ]

    assert set(DOCS.rglob("*.md")) <= reached
