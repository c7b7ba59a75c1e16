"""Take the pictures of the report that the README shows: docs/gallery*.webp.

Run from the top of the project after `make repro`, where Chromium is installed:
python docs/take_screenshots.py [reports/index.html [VIDEO_ID]]
"""

import shutil
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from vidrec.project import ProjectPaths

DOCS = Path("docs")
QUALITY = 85
# Pictures that are hidden or further down are loaded only when somebody comes near them.
ALL_DRAWN = """() => [...document.images].every(
    (image) => image.complete
        || !image.checkVisibility()
        || image.getBoundingClientRect().top > innerHeight
)"""


def take(
    browser: Browser, steps: list[str], name: str, size: tuple[int, int], scale: float
) -> None:
    """The window after going from address to address, as docs/<name>.webp."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        device_scale_factor=scale,
        reduced_motion="reduce",
    )
    page = context.new_page()
    for address in steps:
        page.goto(address)
    page.wait_for_function(ALL_DRAWN)
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    context.close()
    picture.save(DOCS / f"{name}.webp", quality=QUALITY, method=6)


def main() -> None:
    report = Path(sys.argv[1] if len(sys.argv) > 1 else ProjectPaths().page).absolute().as_uri()
    video = sys.argv[2] if len(sys.argv) > 2 else "cars_001"
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        chosen, on_map = f"{report}#{video}", f"{report}#/map"
        take(browser, [chosen], "gallery", (1280, 1180), 1)
        take(browser, [on_map, chosen], "gallery_map", (1280, 900), 1)
        take(browser, [chosen], "gallery_phone", (390, 844), 1.5)
        browser.close()


if __name__ == "__main__":
    main()
