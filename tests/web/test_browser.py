"""The report in a real browser: both languages and themes, wide and narrow, with and without scripts, on paper."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.heavy
LANGUAGES = ("fr", "en")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; absent, the tests are skipped, except in CI."""
    path = shutil.which("chromium")
    if path is None:
        why = "Chromium is absent; on Debian: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh window."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()


def _show(page: Page, path: Path, language: str, theme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path.as_uri())
    for name, value in (("language", language), ("theme", theme)):
        page.locator(f"#{name}-{value}").check(force=True)


@pytest.mark.parametrize(
    ("language", "theme", "width"),
    [("fr", "light", 1280), ("fr", "dark", 360), ("en", "light", 360), ("en", "dark", 1280)],
)
def test_everybody_can_use_it(
    page: Page, template_report_path: Path, language: str, theme: str, width: int
) -> None:
    """axe-core finds nothing serious or critical, every row opened."""
    _show(page, template_report_path, language, theme, width)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    found = Axe().run(page).response["violations"]
    grave = [
        (item["id"], [node["target"] for node in item["nodes"]][:3])
        for item in found
        if item["impact"] in {"serious", "critical"}
    ]

    assert grave == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [360, 768, 1024, 1280, 1920])
def test_nothing_scrolls_sideways(page: Page, template_report_path: Path, language: str, width: int) -> None:
    """The page is as wide as the screen, on a phone and on a wall."""
    _show(page, template_report_path, language, "light", width)

    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_other_language_is_hidden(page: Page, template_report_path: Path) -> None:
    """One language is seen at a time, and the document says which."""
    for language, other in (LANGUAGES, LANGUAGES[::-1]):
        _show(page, template_report_path, language, "light", 1280)

        assert page.locator(f"main[lang={language}]").is_visible()
        assert not page.locator(f"main[lang={other}]").is_visible()
        assert page.evaluate("document.documentElement.lang") == language


def test_it_works_without_scripts(browser: Browser, template_report_path: Path) -> None:
    """Languages and themes switch and rows open where scripts are forbidden."""
    page = browser.new_page(java_script_enabled=False)
    page.goto(template_report_path.as_uri())
    page.locator("#language-fr").check(force=True)
    page.locator("main[lang=fr] .gaps summary").first.click()

    assert page.locator("main[lang=fr]").is_visible()
    assert page.locator("main[lang=fr] .gaps .opened").first.is_visible()
    page.close()


def test_a_chip_of_the_picture_opens_its_promise(page: Page, template_report_path: Path) -> None:
    """From the picture, by keyboard, to the places and weeks of a promise."""
    _show(page, template_report_path, "en", "light", 1280)
    chip = page.locator("main[lang=en] .picture.wide a[href='#en-gap-click-and-collect-ready-in-2h']")
    chip.focus()
    page.keyboard.press("Enter")

    page.locator("#en-gap-click-and-collect-ready-in-2h .opened").wait_for(state="visible")


def test_the_keyboard_reaches_every_part_of_the_picture(page: Page, template_report_path: Path) -> None:
    """Each place that a mouse can point at can be tabbed to, and says what it is."""
    _show(page, template_report_path, "en", "light", 1280)
    stops = page.locator("main[lang=en] .picture.wide :is([tabindex='0'], a)")

    assert stops.count() > 10
    for number in range(stops.count()):
        assert stops.nth(number).evaluate(
            "part => part.getAttribute('aria-label') || part.textContent.trim()"
        )


def test_it_prints(page: Page, template_report_path: Path, tmp_path: Path) -> None:
    """On paper it is light, in one language, and of a few pages."""
    _show(page, template_report_path, "fr", "dark", 1280)
    page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    printed = (tmp_path / "report.pdf").read_bytes()
    pages = printed.count(b"/Type /Page\n") or printed.count(b"/Type /Page ")

    assert 2 <= pages <= 12
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not page.locator("main[lang=en]").is_visible()
