"""Who follows a page gets what the page shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from docs.pages import DOCS, ROOT, follow

if TYPE_CHECKING:
    from pathlib import Path

FOLLOWED = (
    "README.md",
    "docs/tutorial/first-gap.md",
    "docs/how-to/connect-a-source.md",
    "docs/how-to/use-in-ci.md",
    "docs/explanation/verdicts-and-intervals.md",
)


@pytest.mark.parametrize("name", FOLLOWED)
def test_following_a_page_gives_what_it_shows(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files written and commands called as on the page print the lines of the page."""
    monkeypatch.chdir(tmp_path)

    follow((ROOT / name).read_text("utf-8"), tmp_path)


def test_every_tutorial_is_followed() -> None:
    """A tutorial nobody follows goes stale."""
    tutorials = {str(path.relative_to(ROOT)) for path in (DOCS / "tutorial").glob("*.md")}

    assert tutorials <= set(FOLLOWED)
