"""The report in a real browser."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from tests.browsers import watch

from vidrec.detections.tree import read_videos
from vidrec.media.frame_index import frames_below
from vidrec.recommender.recommendations import read_recommendations
from vidrec.report.draw_filmstrips import draw_all
from vidrec.report.render_report import Index, render
from vidrec.settings.render_report import Params
from vidrec.vectors.categories import Guess
from vidrec.vectors.vectors import read_vectors
from vidrec.vectors.weighting import read_weighting
from vidrec.videos.manifest import one_line, read_manifest
from vidrec.workflow.files import read_json

if TYPE_CHECKING:
    from tests.conftest import MadeVideo

HOSTILE = "</script><script>document.title='run'</script><!--<img src=x onerror=alert(1)>\"'\u2028"
SETTINGS = Params(strip_frames=8, strip_size=96, poster_size=160, quality=70, worst=24, fps=3)
GUESSES = {"pets_003": Guess("pets", 0.934), "pets_004": Guess("music", 0.6)}
TROUBLE = "cut off after 5.1 of 10 s"
WIDTHS = {"desktop": (1280, 900), "phone": (360, 740)}


@pytest.fixture(scope="module")
def report(
    tmp_path_factory: pytest.TempPathFactory,
    write_index: Callable[[Path, list["MadeVideo"]], list[str]],
    made_videos: list["MadeVideo"],
) -> str:
    """A report's address: of its 33 videos one is hostile, one has no frames, one no objects.

    One is partial, and one was wanted and is not in the index.
    """
    root = tmp_path_factory.mktemp("report")
    hostile, unseen, blind, *others = made_videos
    made = [
        replace(hostile, title=HOSTILE, found=[*hostile.found, (1, HOSTILE, 1.0)]),
        replace(unseen, frames=0),
        replace(blind, found=[]),
        *(
            replace(x, status="partial", error=TROUBLE) if x.video_id == "pets_004" else x
            for x in others
        ),
    ]
    write_index(root, made)
    with (root / "videos/manifest.csv").open("a") as manifest:
        manifest.write("lost,pets,ok,,,,,,\n")
    return write_page(root)


def write_page(root: Path) -> str:
    """Render what `write_index` has written under `root`; gives the page's address.

    It is rendered here, as another process would have to import all of it again.
    """
    vectors = read_vectors(root / "vectors.csv")
    found = read_videos(root / "detections", with_distribution=False)
    index = Index(
        vectors=vectors,
        neighbors=read_recommendations(root / "recommendations.csv", vectors),
        looked_at={},
        detections={video.video: video.table for video in found},
        manifest=read_manifest(root / "videos"),
        strips=draw_all(frames_below(root / "frames"), SETTINGS),
        weighting=read_weighting(root / "weighting.json").params,
        guesses=GUESSES,
        index_metrics=read_json(root / "build_index.json"),
        classifier_metrics={"accuracy": 0.875},
    )
    (root / "index.html").write_text(render(index, SETTINGS))
    return (root / "index.html").as_uri()


@pytest.fixture
def page(browser: Browser, report: str) -> Iterator[Page]:
    """The report, opened; at the end it must have had no error and asked for nothing."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page, wrong = watch(context, report)
    page.goto(report)
    yield page
    context.close()
    assert wrong == []


def shown(page: Page) -> list[str]:
    """The ids of the videos in the grid that the filter has left."""
    links = page.locator(".grid li:not([hidden]) .card").all()
    return [str(link.get_attribute("href")).removeprefix("#") for link in links]


def test_a_click_picks_a_video_and_shows_its_ten(page: Page) -> None:
    page.get_by_role("link", name="A pets video 3", exact=True).click()
    chosen = page.locator("#\\.chosen")
    expect(chosen.get_by_role("heading", level=2)).to_have_text("A pets video 3")
    expect(chosen.locator(".neighbor")).to_have_count(10)
    expect(chosen.locator(".strip li")).to_have_count(6)
    expect(page).to_have_url(page.url.partition("#")[0] + "#pets_003")
    for card in chosen.locator(".neighbor").all():
        assert 0 <= float(card.locator(".value").inner_text()) <= 1
        shares = [text.split()[-2] for text in card.locator(".share").all_inner_texts()]
        assert abs(sum(map(int, shares)) - 100) <= len(shares)
    wide = chosen.locator(".strip img").first.evaluate("img => img.naturalWidth")
    assert wide == 6 * SETTINGS.strip_size


def test_the_keyboard_is_enough(page: Page) -> None:
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.card')"):
            break
    page.keyboard.press("Tab")
    card = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("Enter")
    expect(page.locator(".neighbor")).to_have_count(10)
    assert page.evaluate("document.activeElement.id") == ".video-title"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#\\.overview")).to_be_hidden()
    first = page.locator(".neighbor").first.get_attribute("href")
    page.keyboard.press("Escape")
    expect(page.locator("#\\.overview")).to_be_visible()
    assert first != card
    assert page.evaluate("document.activeElement.getAttribute('href')") == card


def test_a_neighbour_leads_on_and_the_history_back(page: Page) -> None:
    page.goto(page.url + "#pets_003")
    link = page.locator(".neighbor").first
    name = link.locator(".title").inner_text()
    link.click()
    expect(page.locator("#\\.video-title")).to_have_text(name)
    page.go_back()
    expect(page.locator("#\\.video-title")).to_have_text("A pets video 3")


def test_a_link_opens_its_video(page: Page, report: str) -> None:
    page.goto("about:blank")
    page.goto(f"{report}#music_004")
    expect(page.locator("#\\.video-title")).to_have_text("A music video 4")
    page.goto(f"{report}#/faults")
    expect(page.get_by_role("heading", name="Where it fails")).to_be_attached()
    page.goto(f"{report}#no_such_video")
    expect(page.locator("#\\.overview")).to_be_visible()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("music_01", {"music_010", "music_011"}),
        ("CARS 7", {"cars_007"}),
        ("no such thing", set()),
    ],
)
def test_search_looks_at_title_id_and_category(page: Page, text: str, wanted: set[str]) -> None:
    page.get_by_role("searchbox").fill(text)
    assert set(shown(page)) == wanted
    expect(page.get_by_role("status")).to_have_text(f"{len(wanted)} of 33 videos")
    expect(page.locator("#\\.none")).to_be_visible(visible=not wanted)


def test_search_looks_at_objects(page: Page, made_videos: list["MadeVideo"]) -> None:
    page.get_by_role("searchbox").fill("guitar")
    rest = made_videos[3:]  # the first three have other objects here
    wanted = {
        video.video_id for video in rest if "guitar" in [label for _, label, _ in video.found]
    }
    assert {name for name in shown(page) if name not in ("cars_001", "cars_002")} == wanted


def test_categories_filter_and_the_filter_clears(page: Page) -> None:
    page.get_by_role("button", name="pets").click()
    assert len(shown(page)) == 11
    page.get_by_role("button", name="music").click()
    assert {name.split("_")[0] for name in shown(page)} == {"pets", "music"}
    page.get_by_role("searchbox").fill("cars")
    page.get_by_role("button", name="Show all again").click()
    assert len(shown(page)) == 33


def test_a_click_near_a_point_of_the_map_picks_its_video(page: Page) -> None:
    page.get_by_role("link", name="Map", exact=True).click()
    point = page.locator(".point[href='#pets_005']")
    box = point.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#\\.tip .title")).to_have_text("A pets video 5")
    page.mouse.click(box["x"] + box["width"] / 2 + 2, box["y"] + box["height"] / 2 + 2)
    expect(page.locator("#\\.video-title")).to_have_text("A pets video 5")
    expect(page.locator(".point.here")).to_have_count(1)
    expect(page.locator(".point.near")).to_have_count(10)


def test_arrow_keys_move_over_the_map(page: Page) -> None:
    page.get_by_role("link", name="Map", exact=True).click()
    points = page.locator(".point[tabindex='0']")
    expect(points).to_have_count(1)
    points.focus()
    visited = set()
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp") * 4:
        page.keyboard.press(key)
        visited.add(page.evaluate("document.activeElement.getAttribute('href')"))
    assert len(visited) > 3
    expect(page.locator(".point[tabindex='0']")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator(".neighbor")).to_have_count(10)


def test_a_hostile_title_is_only_text(page: Page) -> None:
    page.locator(".card[href='#cars_001']").click()
    title = page.locator("#\\.video-title").evaluate("node => node.textContent")
    assert title == one_line(HOSTILE)
    labels = page.locator(".objects th[scope=row]").evaluate_all(
        "all => all.map(x => x.textContent)"
    )
    assert HOSTILE in labels
    assert page.title() != "run"
    assert page.locator("script").count() == 2
    assert page.locator("img[src=x]").count() == 0


def test_a_video_without_frames_or_objects_says_so(page: Page) -> None:
    page.locator(".card[href='#cars_002']").click()
    expect(page.get_by_text("This video has no frames.")).to_be_visible()
    expect(page.locator(".neighbor")).to_have_count(10)
    page.locator(".card[href='#cars_003']").click()
    expect(page.get_by_text("No object was found in this video.")).to_be_visible()
    expect(page.get_by_text("No video has an object in common with this one")).to_be_visible()


def test_a_partial_video_says_what_is_wrong_with_it(page: Page) -> None:
    card = page.get_by_role("link", name="partial A pets video 4", exact=True)
    expect(card.get_by_text("partial", exact=True)).to_be_visible()
    card.click()
    said = f"This video is partial: {TROUBLE}; what decodes of it counts."
    expect(page.locator("#\\.chosen").get_by_text(said)).to_be_visible()
    page.locator(".card[href='#pets_003']").click()
    expect(page.locator("#\\.chosen .broken")).to_be_hidden()


def test_a_video_that_is_not_in_the_index_says_why(page: Page) -> None:
    page.get_by_text("1 video wanted, but not in the index").click()
    expect(page.get_by_text("pets/lost: it gives no frames", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("video_id", "said", "other"),
    [
        ("pets_003", "Classifier: pets, 93 %", False),
        ("pets_004", "Classifier: music, 60 %, not its own category", True),
        ("pets_005", "Classifier: not known", False),
    ],
)
def test_the_classifier_s_category_is_told(
    page: Page, video_id: str, said: str, other: bool
) -> None:
    page.goto(page.url + f"#{video_id}")
    told = page.locator("#\\.chosen .guess")
    expect(told).to_have_text(said)
    assert ("other" in str(told.get_attribute("class")).split()) is other


def test_of_a_video_alone_in_its_category_nothing_is_known(
    browser: Browser,
    tmp_path: Path,
    write_index: Callable[[Path, list["MadeVideo"]], list[str]],
    made_videos: list["MadeVideo"],
) -> None:
    write_index(tmp_path, made_videos[:1])
    context = browser.new_context()
    page, wrong = watch(context, write_page(tmp_path))
    page.goto(f"{(tmp_path / 'index.html').as_uri()}#cars_001")
    expect(page.locator("#\\.chosen .guess")).to_have_text(
        "Classifier: not known, alone in its category"
    )
    context.close()
    assert wrong == []


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_serious_fault_for_those_who_see_or_hear_otherwise(
    browser: Browser, report: str, width: str, scheme: str
) -> None:
    across, down = WIDTHS[width]
    context = browser.new_context(
        viewport={"width": across, "height": down},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page, wrong = watch(context, report)
    found = []
    for state in ("", "#/faults", "#/map", "#pets_003", "#pets_004"):
        page.goto(report + state)
        results = Axe().run(page)
        found += [
            (state, fault["id"], [node["html"] for node in fault["nodes"]][:3])
            for fault in results.response["violations"]
            if fault["impact"] in ("serious", "critical")
        ]
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0, f"{state} is {overflow} pixels too wide"
    context.close()
    assert found == []
    assert wrong == []


def test_on_a_phone_the_chosen_video_takes_the_screen(browser: Browser, report: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    page, wrong = watch(context, report)
    page.goto(report)
    card = page.locator(".card[href='#music_009']")
    card.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    card.tap()
    expect(page.locator("#\\.video-title")).to_be_in_viewport()
    expect(card).to_be_hidden()
    page.get_by_role("link", name="Close").tap()
    expect(card).to_be_in_viewport()
    assert abs(page.evaluate("scrollY") - before) < 5
    context.close()
    assert wrong == []


def test_on_a_phone_the_history_leads_back_to_the_map(browser: Browser, report: str) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, has_touch=True)
    page, wrong = watch(context, report)
    page.goto(f"{report}#/map")
    page.evaluate("location.hash = '#music_009'")
    expect(page.locator("#\\.video-title")).to_be_in_viewport()
    page.go_back()
    expect(page.locator(".map")).to_be_visible()
    expect(page.locator("#\\.video-title")).to_have_count(0)
    context.close()
    assert wrong == []
