import base64
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image, ImageFilter
from tests.pages import SETTINGS, data_of

from vidrec.media.frames import read_frames
from vidrec.recommender.group_shares import Grouping
from vidrec.recommender.recommendations import Ranked
from vidrec.report import page
from vidrec.report.filmstrips import Filmstrip, make
from vidrec.report.likeness import likeness
from vidrec.report.moments import Seen, Track
from vidrec.report.render_report import Index, render
from vidrec.settings.render_report import Params
from vidrec.settings.weigh_objects import WeightingSettings
from vidrec.vectors.categories import COLUMNS, Guess
from vidrec.vectors.vectors import Vectors
from vidrec.vocabulary.groups import Vocabulary
from vidrec.workflow.files import write_json
from vidrec.workflow.tables import write_table
from vidrec.workflow.video import Video, pair

if TYPE_CHECKING:
    from tests.conftest import MadeVideo

WriteIndex = Callable[[Path, list["MadeVideo"]], list[str]]

BESIDE = replace(SETTINGS, one_file_up_to=0)
WEIGHTING = WeightingSettings("classified", "confidence", "sqrt", True, False, "l2", 0.1)
VECTORS = Vectors(
    pair(["bikes", "autos", "bikes"], ["b2", "a1", "b1"]),
    ["bus", "car", "wheel"],
    np.array([[0.0, 0.0, 1.0], [0.6, 0.8, 0.0], [0.0, 0.0, 0.0]]),
)
MANIFEST = pd.DataFrame(
    {
        "video_id": ["a1", "b1", "gone"],
        "category": ["autos", "bikes", "bikes"],
        "status": ["ok", "ok", "unavailable"],
        "title": ["A bus", "", "Gone"],
        "error": ["", "", "Video unavailable"],
    }
)
VOCABULARY = Vocabulary(
    {"bus": "vehicle on the road", "car": "vehicle on the road"},
    {"vehicle on the road": "vehicle"},
    {"bus": "autobús", "vehicle on the road": "vehículo de carretera", "vehicle": "vehículo"},
)
ROAD, WHEEL = 0, 1


def index_of(vectors: Vectors, neighbors: list[list[Ranked]], **changes: Any) -> Index:
    grouping = Grouping.of(vectors.labels, VOCABULARY)
    values: dict[str, Any] = {
        "vocabulary": VOCABULARY,
        "grouping": grouping,
        "likeness": likeness(vectors, neighbors, grouping),
        "seen": {Video("autos", "a1"): Seen(4, {"vehicle on the road": Track("0940", 2, 3)})},
        "manifest": MANIFEST,
        "plays": {Video("autos", "a1"): {"file": "../data/videos/autos/a1.mp4"}},
        "strips": {Video("autos", "a1"): Filmstrip(4, [1, 3], b"poster", b"strip")},
        "weighting": WEIGHTING,
        "guesses": {"a1": Guess("bikes", 0.625)},
        "index_metrics": {"precision_at_10": 0.5},
        "classifier_metrics": {},
    }
    return Index(vectors=vectors, neighbors=neighbors, **(values | changes))


INDEX = index_of(VECTORS, [[Ranked(1, 0.0, 0.0), Ranked(2, 0.0, 0.0)], [Ranked(0, 0.4, 0.4)], []])


def rendered(index: Index, settings: Params = SETTINGS) -> dict[str, Any]:
    return data_of(render(index, settings).page)


def test_videos_are_told_by_category_and_id() -> None:
    data = rendered(INDEX)
    assert data["ids"] == ["a1", "b1", "b2"]
    assert data["titles"] == ["A bus", "", ""]
    assert (data["kinds"], data["frames"]) == ([0, 1, 1], [4, 0, 0])
    bus, first, second = data["videos"]
    assert [neighbor["place"] for neighbor in second["neighbors"]] == [0, 1]
    assert bus["neighbors"][0]["place"] == 2
    assert first["neighbors"] == []
    assert data["possible"] == [0, 0, 1]


def test_categories_are_shown_as_people_write_them() -> None:
    names = {"autos": "coches", "bikes": "bicicletas"}
    data = rendered(replace(INDEX, category_names=names))
    assert [each["name"] for each in data["categories"]] == ["coches", "bicicletas"]
    assert [each["id"] for each in data["categories"]] == ["autos", "bikes"]
    assert data["videos"][0]["guess"] == {"name": "bicicletas", "probability": 0.625}
    assert {each["category"] for each in data["leftOut"]} == {"bicicletas"}


def test_objects_are_told_by_group_with_when_they_show() -> None:
    bus, empty, bike = rendered(INDEX)["videos"]
    assert bus["objects"] == [[ROAD, 1.0, [[1, 0.64], [0, 0.36]], 0]]
    assert (bus["looked"], bus["tracks"]) == (4, {"0": ["0940", 2, 3]})
    assert (bus["shown"], bus["file"]) == ([1, 3], "../data/videos/autos/a1.mp4")
    assert bike["objects"] == [[WHEEL, 1.0, [[2, 1.0]], 0]]
    assert (empty["objects"], empty["others"], empty["tracks"]) == ([], [0, 0.0], {})


def test_labels_have_their_groups_in_two_levels_and_in_spanish() -> None:
    data = rendered(INDEX)
    assert data["groups"] == ["vehicle on the road", "wheel"]
    assert (data["groupOf"], data["parents"], data["parentOf"]) == ([0, 0, 1], ["vehicle"], [0, -1])
    assert data["spanish"] == VOCABULARY.spanish


def test_a_video_is_found_by_what_it_is_mostly_of() -> None:
    values = np.array([[0.98, 0.14, 0.14], [0.6, 0.8, 0.0], [0.0, 0.0, 0.0]])
    data = rendered(index_of(replace(VECTORS, values=values), [[], [], []]))
    assert data["found"] == [[[[ROAD, 1.0]], [1, 0]], [[], []], [[[ROAD, 0.98]], [0]]]


def test_neighbours_are_told_with_their_reasons_and_their_moment() -> None:
    vectors = replace(VECTORS, values=np.array([[0.6, 0.2, 0.0], [1.0, 1.0, 0.0], [0, 0, 1.0]]))
    index = index_of(vectors, [[Ranked(1, 0.5, 0.5), Ranked(2, 0.0, 0.0)], [], []])
    first, second = rendered(index)["videos"][2]["neighbors"]
    assert first["objects"] == [[ROAD, 1.0, [[0, 0.75], [1, 0.25]], 0]]
    assert (first["similarity"], first["score"], first["others"]) == (0.5, 0.5, [0, 0.0])
    assert first["theirs"] == [3, 1, 2]
    assert (second["objects"], second["theirs"]) == ([], None)


def test_the_values_are_those_of_the_vectors() -> None:
    data = rendered(INDEX)
    assert data["values"] == [[[0, 1], [0.6, 0.8]], [[], []], [[2], [1.0]]]
    assert (data["hubness"], data["copies"], data["corrected"]) == (None, None, False)
    index = replace(INDEX, hubness=np.array([0.1, 0.2, 0.3]), copies={"b1": "b2"})
    data = rendered(index)
    assert (data["hubness"], data["copies"]) == ([0.2, 0.3, 0.1], [0, 1, 1])
    assert data["videos"][1]["copies"] == [2]


def test_a_partial_video_is_told_why() -> None:
    manifest = MANIFEST.assign(
        status=["partial", "ok", "unavailable"], error=["cut off after 5.1 of 10 s", "", "gone"]
    )
    told = [video["partial"] for video in rendered(replace(INDEX, manifest=manifest))["videos"]]
    assert told == ["cut off after 5.1 of 10 s", None, None]


def test_a_single_video_has_no_figure_of_its_neighbours() -> None:
    alone = Vectors(VECTORS.videos[1:2], VECTORS.labels, VECTORS.values[1:2])
    assert rendered(index_of(alone, [[]]))["figures"] == {}
    assert rendered(INDEX)["figures"] == {"precision_at_10": 0.5}


def test_a_page_in_one_file_holds_all_it_needs() -> None:
    report = render(INDEX, SETTINGS)
    assert report.pieces == {}
    text = re.sub(r"<script.*?</script>", "", report.page, flags=re.DOTALL)
    assert not re.findall(r"""(?:src|href)=["'](?!data:|#)[^"']*["']""", text)
    assert not re.findall(r"url\(|@import|https?://", text.replace("http://www.w3.org", ""))
    bus = data_of(report.page)["videos"][0]
    assert (bus["poster"], bus["strip"]) == (page.data_url(b"poster"), page.data_url(b"strip"))


def test_a_page_of_many_has_its_pieces_beside_it() -> None:
    report = render(INDEX, BESIDE)
    data = data_of(report.page)
    assert (data["videos"], data["values"], data["pieces"]) == (
        [],
        [],
        {"told": 25, "vectors": 500},
    )
    assert sorted(report.pieces) == [
        "posters/a1.webp",
        "strips/a1.webp",
        "told/0.js",
        "vectors/0.js",
    ]
    assert report.pieces["posters/a1.webp"] == b"poster"
    told = piece_of(report.pieces["told/0.js"])
    alone = rendered(INDEX)["videos"]
    pictures = ("poster", "strip")
    assert told == [{k: v for k, v in one.items() if k not in pictures} for one in alone]
    assert piece_of(report.pieces["vectors/0.js"]) == rendered(INDEX)["values"]


def piece_of(script: bytes) -> Any:
    found = re.fullmatch(r'vidrecPiece\("\w+",\d+,(.*)\);\n', script.decode(), re.DOTALL)
    assert found
    return json.loads(found[1])


def test_hostile_names_stay_text() -> None:
    bad = "</script><script>alert(1)</script><!--\"'\u2028<img src=x onerror=alert(1)>"
    vectors = Vectors(pair([bad, bad], [bad, "v"]), [bad], np.ones((2, 1)))
    names = {"video_id": [bad, "out"], "category": bad, "status": ["partial", bad]}
    manifest = pd.DataFrame({**names, "title": bad, "error": bad})
    made = index_of(
        vectors,
        [[Ranked(1, 1.0, 1.0)], [Ranked(0, 1.0, 1.0)]],
        manifest=manifest,
        strips={},
        plays={Video(bad, bad): {"file": bad}},
        guesses={bad: Guess(bad, 1.0)},
    )
    text = render(made, SETTINGS).page
    assert text.count("<script") == text.count("</script>") == 2
    assert "<img src=x" not in text
    assert "<!--" not in text
    assert data_of(text)["titles"][0] == bad
    assert data_of(text)["videos"][0]["guess"]["name"] == bad
    (told,) = (each for name, each in render(made, BESIDE).pieces.items() if name == "told/0.js")
    assert b"</script" not in told
    assert b"<!--" not in told
    assert piece_of(told)[0]["file"] == bad


def test_the_stage_writes_the_same_page_with_any_number_of_workers(
    tmp_path: Path,
    write_index: WriteIndex,
    made_videos: list["MadeVideo"],
    run_stage: Callable[..., int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = write_index(tmp_path, made_videos)
    pages = []
    for workers in ("1", "2"):
        shutil.rmtree(".vidrec/checkpoints", ignore_errors=True)
        monkeypatch.setenv("VIDREC_WORKERS", workers)
        assert run_stage("render_report", *arguments) == 0
        pages.append((tmp_path / "index.html").read_bytes())
    assert pages[0] == pages[1]
    data = data_of(pages[0].decode())
    assert len(data["videos"]) == 33
    assert all(len(video["neighbors"]) == 10 for video in data["videos"])
    assert data["titles"][0] == "A cars video 1"
    assert data["videos"][0]["guess"] == {"name": "cars", "probability": 0.75}
    assert list((tmp_path / "pieces").iterdir()) == []


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_small_index_has_a_page(
    tmp_path: Path,
    write_index: WriteIndex,
    made_videos: list["MadeVideo"],
    run_stage: Callable[..., int],
    count: int,
) -> None:
    arguments = write_index(tmp_path, made_videos[:count])
    assert run_stage("render_report", *arguments) == 0
    videos = data_of((tmp_path / "index.html").read_text())["videos"]
    assert [len(video["neighbors"]) for video in videos] == [count - 1] * count


@pytest.mark.parametrize(
    "categories",
    [["pets"] * 3, ["pets"], ["cars", "pets"]],
    ids=["one category", "one video", "each alone in its category"],
)
def test_a_page_without_a_classifier_of_videos_or_figures_leaves_them_out(
    tmp_path: Path,
    write_index: WriteIndex,
    made_videos: list["MadeVideo"],
    run_stage: Callable[..., int],
    categories: list[str],
) -> None:
    chosen = zip(made_videos, categories, strict=False)
    *blind, last = (replace(video, category=category) for video, category in chosen)
    arguments = write_index(tmp_path, [*(replace(video, found=[]) for video in blind), last])
    write_table(tmp_path / "categories.csv", pd.DataFrame(columns=list(COLUMNS)))
    write_json(tmp_path / "train_video_classifier.json", {"accuracy": None, "macro_f1": None})
    write_json(tmp_path / "build_index.json", {"precision_at_10": None, "map_at_10": None})
    assert run_stage("render_report", *arguments) == 0
    data = data_of((tmp_path / "index.html").read_text())
    assert (data["figures"], data["guessed"]) == ({}, False)
    assert {video["guess"] for video in data["videos"]} == {None}


def test_videos_without_frames_objects_or_areas_have_their_place(
    tmp_path: Path,
    write_index: WriteIndex,
    made_videos: list["MadeVideo"],
    run_stage: Callable[..., int],
) -> None:
    unseen, blind, *others = made_videos
    arguments = write_index(
        tmp_path, [replace(unseen, frames=0), replace(blind, found=[]), *others]
    )
    assert run_stage("render_report", *arguments) == 0
    data = data_of((tmp_path / "index.html").read_text())
    first, second = data["videos"][:2]
    assert (data["frames"][0], first["strip"], first["shown"]) == (0, None, [])
    assert len(first["neighbors"]) == 10
    assert first["tracks"]
    assert second["objects"] == []
    assert {neighbor["similarity"] for neighbor in second["neighbors"]} == {0.0}


def test_what_is_missing_is_one_line(
    tmp_path: Path,
    write_index: WriteIndex,
    made_videos: list["MadeVideo"],
    run_stage: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = write_index(tmp_path, made_videos[:3])
    shutil.rmtree(tmp_path / "frames")
    assert run_stage("render_report", *arguments) == 1
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "index.html").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("categories.csv", "video_id,category,probability\nv,c,2\n"),
        ("build_index.json", ""),
        ("build_index.json", "[0.5]"),
        ("train_video_classifier.json", "null"),
    ],
)
def test_an_input_that_cannot_be_used_is_one_line(
    tmp_path: Path,
    write_index: WriteIndex,
    made_videos: list["MadeVideo"],
    run_stage: Callable[..., int],
    capsys: pytest.CaptureFixture[str],
    name: str,
    content: str,
) -> None:
    arguments = write_index(tmp_path, made_videos[:3])
    (tmp_path / name).write_text(content)
    assert run_stage("render_report", *arguments) == 1
    said = capsys.readouterr().err
    assert said.startswith("error: ")
    assert name in said
    assert said.count("\n") == 1


def photo(path: Path, seed: int, shift: int) -> None:
    """A picture with as much detail as a photograph has, as the frames are stored."""
    random = np.random.default_rng(seed)
    layers = [
        np.asarray(
            Image.fromarray(random.integers(0, 256, (size, size, 3), dtype=np.uint8)).resize(
                (256, 256), Image.Resampling.BICUBIC
            ),
            np.float64,
        )
        / np.sqrt(size)
        for size in (4, 8, 16, 32, 64, 128)
    ]
    total = np.sum(layers, axis=0)
    scaled = (total - total.min()) / np.ptp(total) * 255
    picture = Image.fromarray(scaled.astype(np.uint8)[:224, shift : shift + 224])
    picture.filter(ImageFilter.GaussianBlur(0.5)).save(path, quality=92)


def test_a_page_of_300_videos_is_at_most_8_mb(tmp_path: Path) -> None:
    strips = []
    for seed in range(3):
        for number in range(1, 9):
            photo(tmp_path / f"{number}.jpg", seed, number * 3)
        strips.append(make(read_frames(tmp_path), SETTINGS))
    random = np.random.default_rng(0)
    labels = [f"an object of kind {number}" for number in range(200)]
    values = random.random((300, 200)) * (random.random((300, 200)) < 0.2)
    categories = [f"category{number % 3}" for number in range(300)]
    videos = pair(categories, [f"video-{number:011}" for number in range(300)])
    seen = Seen(30, {label: Track("9" * 30, 9, 9) for label in labels[:12]})
    made = index_of(
        Vectors(videos, labels, values.round(8)),
        [
            [Ranked((row + step) % 300, 0.123456, 0.5) for step in range(1, 11)]
            for row in range(300)
        ],
        seen=dict.fromkeys(videos, seen),
        strips={video: strips[place % 3] for place, video in enumerate(videos)},
        guesses={video.video_id: Guess(video.category, 0.9375) for video in videos},
    )
    assert len(render(made, SETTINGS).page.encode()) <= 8e6


def test_pictures_on_a_page_can_be_opened(
    tmp_path: Path, write_frames: Callable[[Path, int, int], None]
) -> None:
    write_frames(tmp_path / "v", 2, 0)
    address = page.data_url(make(read_frames(tmp_path / "v"), SETTINGS).poster)
    picture = Image.open(BytesIO(base64.b64decode(address.split(",")[1])))
    assert (picture.format, picture.size) == ("WEBP", (160, 160))
