"""The report in a real browser."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect
from tests.browsers import watch
from tests.clips import clip
from tests.pages import SETTINGS

from vidrec.commands.display_names import DisplayNames
from vidrec.commands.neighbors import Known
from vidrec.commands.question import FACTORS, Question, Words, rows_of
from vidrec.detections.masks import Segments, write_segments
from vidrec.detections.rle import encode_mask
from vidrec.recommender.ranking import similarity_text
from vidrec.recommender.steering import Steering, query_of
from vidrec.report import index_files
from vidrec.report.render_report import render
from vidrec.settings.render_report import Params
from vidrec.vectors.categories import Guess, write_categories
from vidrec.vectors.vectors import read_vectors
from vidrec.videos.manifest import one_line, read_manifest, write_manifest
from vidrec.vocabulary.groups import read_vocabulary
from vidrec.workflow import script
from vidrec.workflow.video import Video

if TYPE_CHECKING:
    from tests.conftest import MadeVideo

HOSTILE = "</script><script>document.title='run'</script><!--<img src=x onerror=alert(1)>\"'\u2028"
GUESSES = {"pets_003": Guess("pets", 0.934), "pets_004": Guess("music", 0.6)}
TROUBLE = "cut off after 5.1 of 10 s"
WIDTHS = {"desktop": (1280, 900), "phone": (360, 740)}
WriteIndex = Callable[[Path, list["MadeVideo"]], list[str]]


@dataclass(frozen=True)
class Made:
    """An index under `root`, and the address of a page of it in one file, and of one in pieces."""

    root: Path
    alone: str
    pieces: str


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory,
    write_index: WriteIndex,
    made_videos: list["MadeVideo"],
) -> Made:
    """A report: of its 33 videos one is hostile, one has no frames, one no objects.

    One is partial, one can be played, one is of YouTube, one has masks, and one was wanted and is
    not in the index.
    """
    root = tmp_path_factory.mktemp("report")
    hostile, unseen, blind, *others, last = made_videos
    many = [
        (2, label, 0.2)
        for label in ("boat", "banana", "chair", "clock", "bed", "pizza", "book", "train")
    ]
    videos = [
        replace(hostile, title=HOSTILE, found=[*hostile.found, (1, HOSTILE, 1.0)]),
        replace(unseen, frames=0),
        replace(blind, found=[]),
        *(
            replace(x, status="partial", error=TROUBLE) if x.video_id == "pets_004" else x
            for x in others
        ),
        replace(last, found=[*last.found, *many]),
    ]
    arguments = write_index(root, videos)
    with (root / "videos/manifest.csv").open("a") as manifest:
        manifest.write("lost,pets,ok,,,,,,\n")
    (root / "videos/pets").mkdir()
    clip(root / "videos/pets/pets_003.mp4", 12, 6)
    table = read_manifest(root / "videos").set_index("video_id", drop=False)
    table.loc["pets_003", "path"] = "data/videos/pets/pets_003.mp4"
    table.loc["pets_005", "source"] = "youtube"
    write_manifest(root / "videos", table)
    write_categories(root / "categories.csv", GUESSES)
    write_masks(root, next(x for x in videos if x.video_id == "pets_006"))
    return Made(
        root,
        write_page(arguments, SETTINGS),
        write_page(arguments, replace(SETTINGS, one_file_up_to=0)),
    )


def write_masks(root: Path, video: "MadeVideo") -> None:
    """Give what is found in a video masks: of the left half of the frame."""
    table = pd.DataFrame(video.found, columns=["frame", "label", "confidence"])
    half = np.zeros((64, 64), bool)
    half[:, :32] = True
    masks = [encode_mask(half)] * len(table)
    found = Segments(sorted(set(table["frame"])), table.assign(area_pct=50.0), masks)
    write_segments(root / "detections", Video(video.category, video.video_id), found)


def write_page(arguments: list[str], settings: Params) -> str:
    """Render what `write_index` has written; gives the page's address.

    It is rendered here, as another process would have to import all of it again.
    """
    parser = script.parser("")
    index_files.add_arguments(parser)
    args = parser.parse_args(arguments)
    folder = args.page.parent if settings.one_file_up_to else args.page.parent / "many"
    folder.mkdir(exist_ok=True)
    args.page, args.pieces = folder / "index.html", folder / "pieces"
    index_files.write(args, render(index_files.read(args, settings), settings))
    return str(args.page.as_uri())


@pytest.fixture
def report(made: Made) -> str:
    return made.alone


@pytest.fixture
def page(browser: Browser, report: str) -> Iterator[Page]:
    """The report, opened; at the end it must have had no error and asked for nothing."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page, wrong = watch(context, report)
    page.goto(report)
    yield page
    context.close()
    assert wrong == []


def shown(page: Page) -> list[str]:
    """The ids of the videos in the grid that the filter has left."""
    links = page.locator(".card").all()
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
        expect(card.locator(".scene img")).to_have_count(2)
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
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.neighbor a')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("#\\.overview")).to_be_hidden()
    first = page.evaluate("location.hash")
    page.keyboard.press("Escape")
    expect(page.locator("#\\.overview")).to_be_visible()
    assert first != card
    assert page.evaluate("document.activeElement.getAttribute('href')") == card


def test_a_neighbour_leads_on_and_the_history_back(page: Page) -> None:
    page.goto(page.url + "#pets_003")
    link = page.locator(".neighbor .title").first
    name = link.inner_text()
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
    expect(page.get_by_text("There is no video “no_such_video” here.")).to_be_visible()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("music_01", {"music_010", "music_011"}),
        ("CARS 7", {"cars_007"}),
        ("muzic_011", {"music_011"}),
        ("no such thing", set()),
    ],
)
def test_search_looks_at_title_id_and_category(page: Page, text: str, wanted: set[str]) -> None:
    page.get_by_role("searchbox").fill(text)
    assert set(shown(page)) == wanted
    expect(page.locator("#\\.found")).to_have_text(f"{len(wanted)} of 33\u00a0videos")
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
    point.scroll_into_view_if_needed()
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
    labels = page.locator(".objects th[scope=row] .label").evaluate_all(
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
    expect(page.locator("#\\.chosen .broken")).to_have_count(0)


def test_a_video_that_is_not_in_the_index_says_why(page: Page) -> None:
    page.get_by_text("1\u00a0video wanted, but not in the index").click()
    expect(page.get_by_text("pets/lost: it gives no frames", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("video_id", "said", "other"),
    [
        ("pets_003", "Classifier: pets, 93\u00a0%", False),
        ("pets_004", "Classifier: music, 60\u00a0%, not its own category", True),
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
    arguments = write_index(tmp_path, made_videos[:1])
    write_categories(tmp_path / "categories.csv", GUESSES)
    context = browser.new_context(locale="en-GB")
    page, wrong = watch(context, write_page(arguments, SETTINGS))
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
    for state in ("", "#/faults", "#/map", "#pets_003", "#pets_004", "#?objects=dog&less=cat"):
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


def ten(page: Page) -> list[str]:
    """The ids of the ten, in their order."""
    return [str(one.get_attribute("data-id")) for one in page.locator(".neighbor").all()]


def test_the_ten_change_at_once_with_what_counts(page: Page, report: str) -> None:
    page.goto(f"{report}#pets_003")
    usual = ten(page)
    weight = page.locator(".objects input[type=range]").first
    said = str(weight.get_attribute("aria-label"))
    weight.fill("0")
    expect(page.locator("#\\.changed")).to_contain_text("of the 10 are not among the usual ones")
    assert ten(page) != usual
    word = said.removeprefix("How much ").removesuffix(" counts")
    assert page.url.endswith(f"#pets_003?without={word}")
    expect(page.locator(".reason .label", has_text=word)).to_have_count(0)
    expect(weight).to_be_visible()
    page.reload()
    assert ten(page) != usual
    expect(page.locator(".objects input[type=range]").first).to_have_value("0")
    page.get_by_role("button", name="Reset").click()
    assert ten(page) == usual


def test_a_weight_of_1_for_all_gives_what_was_recommended(page: Page, report: str) -> None:
    for video in ("pets_003", "cars_007", "music_010"):
        page.goto(f"{report}#{video}")
        usual = ten(page)
        texts = page.locator(".neighbor .value").all_inner_texts()
        page.goto(f"{report}#{video}?less=no_such_thing&not=cars&not=music&not=pets")
        expect(page.locator(".neighbor")).to_have_count(0)
        # Asked for all categories one by one, it is ranked by the page itself.
        page.goto(f"{report}#{video}?category=cars&category=music&category=pets")
        expect(page.locator(".neighbor")).to_have_count(10)
        assert ten(page) == usual
        assert page.locator(".neighbor .value").all_inner_texts() == texts


def test_objects_of_little_importance_can_be_weighed_too(page: Page, report: str) -> None:
    page.goto(f"{report}#pets_011")
    rows = page.locator(".objects tbody tr")
    expect(rows).to_have_count(8)
    page.get_by_role("button", name="Show all", exact=True).click()
    expect(rows).to_have_count(10)
    shares = [text.split()[0] for text in page.locator(".objects .value").all_inner_texts()]
    assert abs(sum(map(int, shares)) - 100) <= len(shares)
    usual = ten(page)
    page.get_by_label("How much chair counts").fill("3")
    assert page.url.endswith("more=chair")
    assert len(ten(page)) == len(usual)


def test_several_videos_and_objects_are_one_question(page: Page, report: str) -> None:
    page.goto(f"{report}#pets_003")
    page.get_by_role("button", name="And this one too").first.click()
    title = page.locator("#\\.video-title")
    expect(title).to_contain_text("Like A pets video 3 and ")
    first, second = page.url.partition("#")[2].split(",")
    expect(page.locator(".neighbor")).to_have_count(10)
    assert not {first, second} & set(ten(page))
    page.get_by_role("button", name="Remove: A pets video 3").click()
    expect(page.locator(".neighbor")).to_have_count(10)
    assert page.url.endswith(f"#{second}")
    page.goto(f"{report}#?objects=guitar&objects=drum")
    expect(title).to_have_text("Like guitar and drum")
    expect(page.locator(".neighbor .category, .neighbor .kind").first).to_have_text("music")


def test_more_like_this_asks_for_that_video(page: Page, report: str) -> None:
    page.goto(f"{report}#pets_003?less=cat")
    second = ten(page)[1]
    page.get_by_role("button", name="More like this").nth(1).click()
    expect(page.locator("#\\.video-title")).to_be_focused()
    assert page.url.endswith(f"#{second}")


def test_only_a_category_and_varied(page: Page, report: str) -> None:
    page.goto(f"{report}#pets_003")
    usual = ten(page)
    page.get_by_label("Only of category").select_option("music")
    expect(page.locator(".neighbor").first).to_contain_text("music")
    assert {name.split("_")[0] for name in ten(page)} == {"music"}
    page.get_by_role("button", name="Remove: only music").click()
    page.get_by_label("Varied: less alike among themselves").check()
    expect(page.locator("#\\.changed")).not_to_be_empty()
    assert page.url.endswith("#pets_003?varied=")
    assert ten(page)[0] == usual[0]
    assert ten(page) != usual


def test_what_is_asked_is_told_as_a_command(page: Page, report: str) -> None:
    page.goto(f"{report}#pets_003,pets_004?without=cat&category=music&varied=")
    page.get_by_text("The same on the command line").click()
    expect(page.locator(".shell code")).to_have_text(
        "vidrec recommend pets_003 pets_004 --without cat --category music --diverse"
    )


def test_a_list_is_saved(page: Page, report: str, made: Made) -> None:
    page.goto(f"{report}#pets_004")
    names = ten(page)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as CSV").click()
    assert saved.value.suggested_filename == "pets_004.csv"
    rows = list(csv.DictReader(saved.value.path().read_text().splitlines()))
    assert [row["video_id"] for row in rows] == names
    assert [row["rank"] for row in rows] == [str(number) for number in range(1, 11)]
    page.goto(f"{report}#?objects=dog&category=pets")
    expect(page.locator("[data-id=pets_003]")).to_have_count(1)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save as M3U").click()
    lines = saved.value.path().read_text().splitlines()
    assert lines[0] == "#EXTM3U"
    file = (made.root / "videos/pets/pets_003.mp4").as_uri()
    assert lines[lines.index("#EXTINF:2,A pets video 3") + 1] == file


def played(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(
        "(() => { const v = document.querySelector('video');"
        " return { src: v.getAttribute('src'), error: v.error, seconds: v.currentTime }; })()"
    )
    return found


def test_a_video_plays_from_where_it_is_asked_to(browser: Browser, made: Made) -> None:
    context = browser.new_context(locale="en-GB")
    file = (made.root / "videos/pets/pets_003.mp4").as_uri()
    page, wrong = watch(context, made.alone, file)
    asked: list[str] = []
    page.on("request", lambda each: asked.append(each.url) if ".mp4" in each.url else None)
    page.goto(f"{made.alone}#pets_003")
    expect(page.locator(".strip button")).to_have_count(6)
    assert asked == []
    page.locator(".strip button").nth(3).click()
    expect(page.locator("video")).to_have_js_property("readyState", 4)
    found = played(page)
    assert (found["src"], found["error"]) == ("videos/pets/pets_003.mp4#t=1.00", None)
    assert found["seconds"] >= 1
    assert asked
    track = page.locator(".track").first
    box = track.bounding_box()
    assert box is not None
    track.click(position={"x": box["width"] * 0.5, "y": 3})
    assert played(page)["src"] == "videos/pets/pets_003.mp4#t=0.83"
    page.get_by_role("button", name="strongest at").first.press("Enter")
    expect(page.locator("video")).to_have_js_property("readyState", 4)
    assert played(page)["error"] is None
    context.close()
    assert wrong == []


def test_a_match_plays_in_its_place(browser: Browser, made: Made) -> None:
    context = browser.new_context(locale="en-GB")
    page, wrong = watch(context, made.alone, (made.root / "videos").as_uri())
    page.goto(f"{made.alone}#pets_003")
    first = page.locator(".neighbor").first
    first.get_by_role("button", name="Play A pets video 3 at").click()
    expect(first.locator("video")).to_be_focused()
    expect(first.locator("video")).to_have_js_property("readyState", 4)
    context.close()
    assert wrong == []


def test_a_video_of_youtube_is_linked_at_the_second(page: Page, report: str) -> None:
    page.goto(f"{report}#pets_005")
    link = page.locator(".strip a").nth(3)
    address = "https://www.youtube.com/watch?v=pets_005&t=1s"
    expect(link).to_have_attribute("href", address)
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(page.locator(".strip a")).to_have_count(6)


def test_a_file_that_is_gone_says_so(browser: Browser, made: Made) -> None:
    context = browser.new_context(locale="en-GB")
    page, _ = watch(context, made.alone)
    page.route("**/*.mp4", lambda route: route.abort())
    page.goto(f"{made.alone}#pets_003")
    page.evaluate("for (const v of [1]) document.querySelector('.strip button').click()")
    page.evaluate("document.querySelector('video').dispatchEvent(new Event('error'))")
    expect(page.get_by_text("This browser cannot play it")).to_be_visible()
    context.close()


def test_objects_narrow_the_list_and_count_what_is_shown(page: Page) -> None:
    before = len(shown(page))
    guitar = page.locator("#\\.groups").get_by_role("button", name="string instrument")
    count = int(guitar.locator(".count").inner_text())
    assert 0 < count < before
    guitar.click()
    expect(guitar).to_have_attribute("aria-pressed", "true")
    expect(guitar).to_be_focused()
    assert len(shown(page)) == count
    drum = page.locator("#\\.groups").get_by_role("button", name="percussion")
    both = int(drum.locator(".count").inner_text())
    drum.click()
    assert len(shown(page)) == both <= count
    kinds = page.locator("#\\.kinds .count").all_inner_texts()
    assert sum(map(int, kinds)) == both
    expect(page.get_by_role("link", name="Rank all by these objects")).to_have_attribute(
        "href", "#?objects=string+instrument&objects=percussion"
    )


def test_a_region_of_the_map_has_a_name_and_the_map_a_legend(page: Page) -> None:
    page.get_by_role("link", name="Map", exact=True).click()
    assert page.locator(".regions text").count() >= 2
    expect(page.locator(".legend li")).to_have_text(["cars", "music", "pets"])
    page.get_by_role("button", name="Zoom in").click()
    expect(page.locator(".map")).to_have_attribute("viewBox", "120 120 400 400")
    page.get_by_role("button", name="Whole map").click()
    expect(page.locator(".map")).to_have_attribute("viewBox", "0 0 640 640")


@pytest.mark.parametrize(("locale", "said"), [("es-MX", "Dónde falla"), ("fr", "Where it fails")])
def test_the_language_is_the_browser_s_or_the_one_chosen(
    browser: Browser, report: str, locale: str, said: str
) -> None:
    context = browser.new_context(locale=locale)
    page, wrong = watch(context, report)
    page.goto(f"{report}#pets_003")
    expect(page.get_by_role("link", name=said)).to_be_visible()
    page.get_by_label("Language" if locale == "fr" else "Idioma").select_option("es")
    expect(page.get_by_role("link", name="Dónde falla")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "es"
    expect(page.get_by_role("button", name="Más como este")).to_have_count(10)
    page.goto(f"{report}#pets_003?lang=en")
    expect(page.get_by_role("button", name="More like this")).to_have_count(10)
    context.close()
    assert wrong == []


def test_an_object_is_found_in_both_languages(page: Page, report: str) -> None:
    page.get_by_role("searchbox").fill("guitarra")
    in_spanish = shown(page)
    page.get_by_role("searchbox").fill("guitar")
    assert set(in_spanish) <= set(shown(page))
    assert in_spanish
    page.goto(f"{report}#?objects=guitarra")
    expect(page.locator(".neighbor").first).to_contain_text("music")


def test_what_is_not_there_is_told(page: Page, report: str) -> None:
    page.goto(f"{report}#pets_003,nobody?without=nothing&category=nowhere")
    for said in (
        "There is no video “nobody” here.",
        "No object here is called “nothing”.",
        "No category here is called “nowhere”.",
    ):
        expect(page.locator("#\\.details").get_by_text(said)).to_be_visible()
    expect(page.locator(".neighbor")).to_have_count(10)


def _note_script(loaded: list[str], asked: Request) -> None:
    if asked.url.endswith(".js"):
        loaded.append(asked.url)


def test_a_page_in_pieces_does_the_same(browser: Browser, made: Made) -> None:
    folder = made.pieces.removesuffix("index.html") + "pieces/"
    answers = []
    for address in (made.alone, made.pieces):
        context = browser.new_context(locale="en-GB")
        page, wrong = watch(context, address, folder if address == made.pieces else "")
        loaded: list[str] = []
        page.on("request", partial(_note_script, loaded))
        page.goto(address)
        expect(page.locator(".card")).to_have_count(33)
        assert loaded == []
        page.goto(f"{address}#pets_003")
        expect(page.locator(".neighbor")).to_have_count(10)
        plain = ten(page), page.locator(".reasons").all_inner_texts()
        assert not [each for each in loaded if "vectors" in each]
        page.goto(f"{address}#pets_003,cars_007?less=cat&varied=")
        expect(page.locator("#\\.video-title")).to_contain_text("Like")
        expect(page.locator(".neighbor")).to_have_count(10)
        steered = ten(page), page.locator(".reasons").all_inner_texts()
        page.goto(f"{address}#/faults")
        page.wait_for_selector(".fault")
        failing = page.locator(".fault").all_inner_texts()
        wide = page.locator(".shot img").first.evaluate(
            "img => img.decode().then(() => img.naturalWidth)"
        )
        answers.append((plain, steered, failing, wide))
        context.close()
        assert wrong == []
    assert answers[0] == answers[1]


def question(random: Random, known: Known) -> tuple[list[str], Question]:
    """A question made by chance: videos, objects, weights, categories."""
    groups = sorted({known.vocabulary.group(label) for label in known.vectors.labels})
    parents = sorted({known.vocabulary.parent(group) for group in groups} - {""})
    words = random.sample([*groups, *parents], 3)
    few = {name: [words.pop()] if random.random() < 0.6 else [] for name in FACTORS}
    kinds = random.sample(sorted(set(known.vectors.categories)), 2)
    asked = Question(
        objects=random.sample(groups, random.choice([0, 0, 1, 2])),
        category=kinds[:1] if random.random() < 0.2 else [],
        not_in_category=kinds[1:] if random.random() < 0.2 else [],
        diverse=random.random() < 0.3,
        **few,
    )
    return random.sample(known.vectors.ids[3:], random.choice([1, 1, 2, 3])), asked


def test_the_page_answers_as_the_command_line_does(page: Page, made: Made) -> None:
    """The same ten, similarities and groups for the same question; shares that sum to 1."""
    vectors = read_vectors(made.root / "vectors.csv")
    known = Known(vectors, DisplayNames(), read_vocabulary(), {}, None)
    words = Words(known.vocabulary, vectors.labels)
    random = Random(0)
    for _ in range(25):
        videos, asked = question(random, known)
        own = [vectors.ids.index(name) for name in videos]
        objects = [words.numbers(word) for word in asked.objects]
        base = query_of(vectors.values[own], objects, len(vectors.labels))
        rows = rows_of(asked, vectors.categories, known.names)
        wish = Steering(own, rows, asked.diverse)
        found = known.nearest(base * words.weights(asked), 10, wish)
        named = {"not" if k == "not_in_category" else k: v for k, v in asked.asked.items()}
        if named.pop("diverse", False):
            named["varied"] = [""]
        said = urlencode(named, doseq=True)
        page.goto("about:blank")
        page.goto(f"{made.alone}#{','.join(videos)}{'?' if said else ''}{said}")
        expect(page.locator(".neighbor")).to_have_count(len(found))
        assert ten(page) == [each.video_id for each in found], said
        texts = [similarity_text(each.similarity) for each in found]
        assert page.locator(".neighbor .value").all_inner_texts() == texts
        groups = [[group.group for group in each.groups[:4]] for each in found]
        shown_groups = (
            "all => all.map(x => [...x.querySelectorAll('.label')].map(y => y.textContent))"
        )
        assert page.locator(".neighbor").evaluate_all(shown_groups) == groups
        assert all(sum(x.share for x in each.reasons) == pytest.approx(1) for each in found)


def test_objects_are_drawn_over_the_frames_when_asked_for(page: Page, report: str) -> None:
    page.goto(f"{report}#pets_006")
    drawn = page.locator(".strip .masks")
    expect(drawn).to_have_count(6)
    expect(drawn.first).to_be_hidden()
    page.get_by_label("Draw the objects").check()
    expect(drawn.first).to_be_visible()
    expect(drawn.first).to_have_attribute(
        "aria-label", re.compile(r"^\w+: \d+\xa0%, 50\xa0% of the")
    )
    path = page.locator(".strip .masks path").first
    boxes = path.evaluate("x => { const b = x.getBBox(); return [b.x, b.y, b.width, b.height]; }")
    assert boxes == [0, 0, 28, 56]
    page.goto(f"{report}#pets_003")
    expect(page.get_by_label("Draw the objects")).to_have_count(0)
