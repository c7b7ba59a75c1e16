"""How large the page is, and how long headless Chromium takes: to open it, to show a video, to
answer when what counts is changed; and the memory of its tab.

Run from the top of the project: python benchmarks/open_report.py [reports/index.html], or of a page
of made-up videos: python benchmarks/open_report.py --videos 10000
"""

import argparse
import json
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import psutil
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, Request, sync_playwright
from synthetic_vectors import synthetic_vectors

from vidrec.project import ProjectPaths
from vidrec.recommender.build_index import compare_all
from vidrec.recommender.group_shares import Grouping
from vidrec.recommender.ranking import Candidates
from vidrec.recommender.recommendations import Ranked
from vidrec.report.filmstrips import Filmstrip
from vidrec.report.likeness import likeness
from vidrec.report.moments import Seen, Track
from vidrec.report.render_report import Index, Report, render
from vidrec.settings.render_report import Params
from vidrec.settings.weigh_objects import WeightingSettings
from vidrec.vectors.categories import Guess
from vidrec.vectors.sparse import as_dense
from vidrec.vectors.vectors import Vectors
from vidrec.videos.manifest import COLUMNS
from vidrec.vocabulary.groups import Vocabulary
from vidrec.workflow.video import Video

OPENED, CHOSEN, STEERED = 5, 20, 10
CATEGORIES, GROUPS, FRAMES, SHOWN, NEIGHBORS = 20, 100, 60, 8, 10
# Pixels per side of a frame in a strip and of a poster, and of the noise that makes them as large
# as those of real videos.
STRIP, POSTER, COARSE = 96, 160, 24
QUALITY = 70
PAINTED = "new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"


def made_up(count: int) -> Index:
    """An index of so many videos, each of 60 frames and of some hundred labels in 100 groups."""
    sparse = synthetic_vectors(count)
    videos = [Video(f"category_{n % CATEGORIES:02}", f"v{n:06}") for n in range(count)]
    vectors = replace(as_dense(sparse), videos=videos)
    found = [each for each, _ in compare_all(vectors, NEIGHBORS, Candidates.of(vectors.ids))]
    neighbors = [
        [Ranked(int(row), float(alike), float(alike)) for row, alike in _first(each)]
        for each in ((one.order, one.similarity) for one in found)
    ]
    names = {label: f"group {n % GROUPS:02}" for n, label in enumerate(vectors.labels)}
    vocabulary = Vocabulary(names, {}, {})
    grouping = Grouping.of(vectors.labels, vocabulary)
    return Index(
        vectors=vectors,
        neighbors=neighbors,
        vocabulary=vocabulary,
        grouping=grouping,
        likeness=likeness(vectors, neighbors, grouping),
        seen=dict.fromkeys(videos, _seen(grouping)),
        manifest=_manifest(vectors),
        plays={video: {"file": f"../data/videos/{video}.mp4"} for video in videos},
        strips=_strips(videos),
        weighting=WeightingSettings("classified", "probability", "sqrt", False, False, "l2", 0.001),
        guesses={video.video_id: Guess(video.category, 0.9) for video in videos},
        index_metrics={"precision_at_10": 0.5},
        classifier_metrics={},
    )


def _first(found: tuple[NDArray[np.int64], NDArray[np.float64]]) -> list[tuple[int, float]]:
    order, similarity = found
    return list(zip(order[:NEIGHBORS], similarity[:NEIGHBORS], strict=True))


def _seen(grouping: Grouping) -> Seen:
    return Seen(FRAMES, {name: Track("04938201" * 6, 7, 31) for name in grouping.groups[:12]})


def _manifest(vectors: Vectors) -> pd.DataFrame:
    table = pd.DataFrame({"video_id": vectors.ids, "category": vectors.categories})
    table["title"] = [f"A made-up video, number {n}" for n in range(len(table))]
    return table.assign(status="ok").reindex(columns=list(COLUMNS), fill_value="")


def _strips(videos: list[Video]) -> dict[Video, Filmstrip]:
    noise = np.random.default_rng(0)
    shown = [1 + 7 * n for n in range(SHOWN)]
    kinds = [
        Filmstrip(FRAMES, shown, _picture(noise, 1, POSTER), _picture(noise, SHOWN, STRIP))
        for _ in range(50)
    ]
    return {video: kinds[n % len(kinds)] for n, video in enumerate(videos)}


def _picture(noise: np.random.Generator, across: int, size: int) -> bytes:
    coarse = noise.integers(0, 256, (COARSE, across * COARSE, 3), dtype=np.uint8)
    picture = Image.fromarray(coarse).resize((across * size, size), Image.Resampling.BICUBIC)
    stream = BytesIO()
    picture.save(stream, "WEBP", quality=QUALITY)
    return stream.getvalue()


def write(report: Report, folder: Path) -> Path:
    """Write a report as the stage does; gives its page."""
    for name, content in report.pieces.items():
        path = folder / "pieces" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "index.html").write_text(report.page)
    return folder / "index.html"


def seconds(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


def painted(page: Page, selector: str) -> None:
    page.wait_for_selector(selector)
    page.evaluate(PAINTED)


def opened(browser: Browser, address: str) -> tuple[float, float]:
    """Seconds until the page has been loaded, its script has run and it is painted; the MB read."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    read: list[Request] = []

    def note(asked: Request) -> None:
        read.append(asked)

    page.on("request", note)

    def go() -> None:
        page.goto(address)
        painted(page, ".bar a[aria-current]")

    taken = seconds(go)
    files = {each.url for each in read if each.url.startswith("file:")}
    size = sum(
        Path(each.removeprefix("file://").partition("#")[0]).stat().st_size for each in files
    )
    context.close()
    return taken, size / 1e6


def chosen(page: Page, video_id: str) -> float:
    """Seconds until a video is shown with its ten."""

    def go() -> None:
        page.evaluate(f"location.hash = {json.dumps('#' + video_id)}")
        painted(page, f".neighbors[data-of={json.dumps(video_id)}] .neighbor .reason")

    return seconds(go)


def steered(page: Page, turn: int) -> float:
    """Seconds until the ten are others, since an object counts for less or more."""
    weight = page.locator(".objects input[type=range]").first
    before = int(page.get_attribute(".neighbors", "data-answer") or 0)

    def go() -> None:
        weight.fill("132"[turn % 3])
        painted(page, f".neighbors[data-answer='{before + 1}']")

    return seconds(go)


def tab_mb() -> float:
    """The memory of the largest tab: what of it is not shared with other processes."""
    tabs = (
        p for p in psutil.Process().children(recursive=True) if "--type=renderer" in p.cmdline()
    )
    return max(tab.memory_full_info().uss for tab in tabs) / 1e6


def told(name: str, values: list[float], digits: int = 2) -> str:
    middle, worst = statistics.median(values), max(values)
    return f"{name} {middle:.{digits}f} s (median of {len(values)}, worst {worst:.{digits}f} s)"


def measure(address: str, ids: list[str]) -> None:
    """Print what a page costs."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        first = [opened(browser, address) for _ in range(OPENED)]
        print(f"{told('opens in', [taken for taken, _ in first])}, {first[0][1]:.1f} MB read")
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(address)
        print(told("shows a video in", [chosen(page, each) for each in ids], 3))
        times = [steered(page, turn) for turn in range(STEERED)]
        print(f"first weight {times[0]:.2f} s; {told('others', times[1:], 3)}")
        page.evaluate("location.hash = '#/map'")
        painted(page, ".map .point")
        print(f"memory of the tab: {tab_mb():.0f} MB")
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path, nargs="?", default=ProjectPaths().page)
    parser.add_argument("--videos", type=int, help="measure a page of so many made-up videos")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        page = args.page.absolute()
        if args.videos:
            settings = Params(SHOWN, STRIP, POSTER, QUALITY, 24, 400, "", 3)
            index = made_up(args.videos)
            started = time.perf_counter()
            page = write(render(index, settings), Path(folder))
            print(f"rendered in {time.perf_counter() - started:.0f} s")
        data = page.read_text().partition('id=".data">')[2].partition("</script>")[0]
        ids = json.loads(data)["ids"]
        size = sum(each.stat().st_size for each in page.parent.rglob("*") if each.is_file())
        print(f"{len(ids)} videos: {page.stat().st_size / 1e6:.2f} MB, of {size / 1e6:.1f} in all")
        measure(page.as_uri(), random.Random(0).sample(ids, min(CHOSEN, len(ids))))


if __name__ == "__main__":
    main()
