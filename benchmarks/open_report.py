"""How large the report is, and how long headless Chromium takes until it can be used.

Run from the top of the project: python benchmarks/open_report.py [reports/index.html]
"""

import shutil
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from vidrec.project import ProjectPaths

RUNS = 5


def seconds_to_open(browser: Browser, address: str) -> float:
    """From asking for the page until it has been loaded, its script has run and it is painted."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    started = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(".bar a[aria-current]")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    taken = time.perf_counter() - started
    context.close()
    return taken


def main() -> None:
    report = Path(sys.argv[1] if len(sys.argv) > 1 else ProjectPaths().page).absolute()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        taken = [seconds_to_open(browser, report.as_uri()) for _ in range(RUNS)]
        browser.close()
    print(f"{report.name}: {report.stat().st_size / 1e6:.2f} MB")
    print(f"opens in {statistics.median(taken):.2f} s (median of {RUNS}, worst {max(taken):.2f} s)")


if __name__ == "__main__":
    main()
