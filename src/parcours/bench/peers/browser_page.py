# noqa: INP001 - run by its path with another interpreter, never imported
"""How a page opens in Chromium, in an environment of its own; imports nothing of parcours.

`python browser_page.py CHROMIUM FILE` prints a JSON object: `paint_s`, the median of five first paints in a fresh window each, and
`grave`, what axe-core calls serious or critical in both languages and themes.
"""

import json
import statistics
import sys
from importlib import import_module
from pathlib import Path

VIEWS = 5
PAINTED = "performance.getEntriesByName('first-contentful-paint').map(entry => entry.startTime)"


def main() -> None:
    """Print one JSON object about one page."""
    axe = import_module("axe_playwright_python.sync_playwright").Axe()  # only this environment has them
    address = Path(sys.argv[2]).resolve().as_uri()
    paints, grave = [], set()
    with import_module("playwright.sync_api").sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"])
        for _ in range(VIEWS):
            page = browser.new_page()
            page.goto(address)
            page.wait_for_function(f"{PAINTED}.length > 0")
            paints.append(page.evaluate(PAINTED)[0] / 1000)
            page.close()
        page = browser.new_page()
        page.goto(address)
        for language in ("fr", "en"):
            for theme in ("light", "dark"):
                for name, value in (("language", language), ("theme", theme)):
                    page.locator(f"#{name}-{value}").check(force=True)
                found = axe.run(page).response["violations"]
                grave |= {
                    (language, theme, item["id"])
                    for item in found
                    if item["impact"] in {"serious", "critical"}
                }
        browser.close()
    sys.stdout.write(json.dumps({"paint_s": statistics.median(paints), "grave": len(grave)}) + "\n")


if __name__ == "__main__":
    main()
