"""Who follows a page gets what the page shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from pyarrow import parquet

from docs.pages import DOCS, ROOT, blocks, call, compare, follow, page, pages

if TYPE_CHECKING:
    from pathlib import Path

FOLLOWED = (
    "README.md",
    "docs/tutorial/first-gap.md",
    "docs/how-to/connect-a-source.md",
    "docs/how-to/connect-a-till.md",
    "docs/how-to/connect-a-web-shop.md",
    "docs/how-to/connect-a-help-desk.md",
    "docs/how-to/connect-a-survey.md",
    "docs/how-to/connect-ga4.md",
    "docs/how-to/connect-segment.md",
    "docs/how-to/export-journeys.md",
    "docs/how-to/schedule-runs.md",
    "docs/how-to/defend-one-verdict.md",
    "docs/how-to/see-who-is-recognised.md",
    "docs/how-to/share-a-report.md",
    "docs/how-to/answer-a-request.md",
    "docs/how-to/simulate-a-retailer.md",
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


def test_every_page_that_calls_commands_is_followed() -> None:
    """What a page prints is what the reader gets."""
    calling = {
        str(path.relative_to(ROOT))
        for path in pages()
        if any(block.language == "console" for block in blocks(path.read_text("utf-8")))
    }

    assert calling == set(FOLLOWED)


def test_a_survey_leaves_words_and_names_in_the_vault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the columns of the survey page, the lake holds scores and stores; names, addresses and comments it does not."""
    monkeypatch.chdir(tmp_path)
    follow(page("how-to/connect-a-survey.md"), tmp_path)
    files = sorted((tmp_path / "shop" / ".parcours" / "lake").rglob("*.parquet"))
    lake = "\n".join(str(parquet.read_table(path).to_pylist()) for path in files)

    assert "Nantes" in lake
    assert not any(word in lake for word in ("Durand", "Hugo", "example.org", "Deux jours", "44000", "06 12"))


def test_the_pages_of_sources_share_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes the files of all four gets the one story that the help desk's page tells."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")
    texts = [page(f"how-to/connect-a-{name}.md") for name in ("till", "web-shop", "help-desk", "survey")]
    for text in texts:
        follow(re.sub(r"^```console\n.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL), tmp_path)
    status, printed = call("parcours run -w shop --as-of 2026-10-21")
    assert status == 0, printed
    (story,) = [block.text for block in blocks(texts[2]) if block.language == "text"]
    asked = "parcours person email:hugo@example.org -w shop"

    assert f"`{asked}`" in texts[2]
    compare(asked, story.splitlines(), call(asked)[1])
