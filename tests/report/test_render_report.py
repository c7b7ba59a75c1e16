import base64
import json
import math
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

from vidrec.media.frames import read_frames
from vidrec.recommender.recommendations import Ranked
from vidrec.report import page
from vidrec.report.filmstrips import Filmstrip, make
from vidrec.report.render_report import (
    REASONS_SHOWN,
    Index,
    category_mixture,
    describe_all,
    headlines,
    left_out,
    render,
    worst,
)
from vidrec.settings.render_report import Params
from vidrec.settings.weigh_objects import WeightingSettings
from vidrec.vectors.categories import COLUMNS, Guess
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.files import write_json
from vidrec.workflow.tables import write_table
from vidrec.workflow.video import Video, pair

if TYPE_CHECKING:
    from tests.conftest import MadeVideo

WriteIndex = Callable[[Path, list["MadeVideo"]], list[str]]

SETTINGS = Params(strip_frames=8, strip_size=96, poster_size=160, quality=70, worst=24, fps=3)
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
DETECTIONS = {
    Video("autos", "a1"): pd.DataFrame(
        {"frame": [1, 2, 3], "label": ["car", "bus", "tree"], "confidence": [0.9, 0.5, 0.05]}
    )
}


def index_of(vectors: Vectors, neighbors: list[list[Ranked]], **changes: Any) -> Index:
    values: dict[str, Any] = {
        "detections": DETECTIONS,
        "looked_at": {},
        "manifest": MANIFEST,
        "strips": {Video("autos", "a1"): Filmstrip(4, [1, 3], b"poster", b"strip")},
        "weighting": WEIGHTING,
        "guesses": {"a1": Guess("bikes", 0.625)},
        "index_metrics": {"precision_at_10": 0.5},
        "classifier_metrics": {},
    }
    return Index(vectors=vectors, neighbors=neighbors, **(values | changes))


INDEX = index_of(VECTORS, [[Ranked(1, 0.0, 0.0), Ranked(2, 0.0, 0.0)], [Ranked(0, 0.4, 0.4)], []])


def data_of(text: str) -> dict[str, Any]:
    """The data within a page."""
    found = re.search(r'<script type="application/json"[^>]*>(.*?)</script>', text, re.DOTALL)
    assert found
    content: dict[str, Any] = json.loads(found[1])
    return content


def test_videos_are_told_by_category_and_id() -> None:
    bus, first, second = describe_all(INDEX, ["autos", "bikes"])
    assert [video["id"] for video in (bus, first, second)] == ["a1", "b1", "b2"]
    assert [video["title"] for video in (bus, first, second)] == ["A bus", "b1", "b2"]
    assert [neighbor["place"] for neighbor in second["neighbors"]] == [0, 1]
    assert (second["hits"], second["mistaken"]) == (1, ("autos", 1))
    assert (first["neighbors"], first["mistaken"]) == ([], None)


def test_categories_are_shown_as_people_write_them() -> None:
    names = {"autos": "coches", "bikes": "bicicletas"}
    index = replace(INDEX, category_names=names)
    bus, _, second = describe_all(index, ["autos", "bikes"])
    assert bus["guess"]["name"] == "bicicletas"
    assert second["mistaken"] == ("coches", 1)
    text = render(index, SETTINGS)
    assert data_of(text)["categories"] == ["coches", "bicicletas"]
    assert "autos" not in text
    assert {each["category"] for each in left_out(index)} <= set(names.values())


def test_objects_are_those_that_count_with_when_they_are_seen() -> None:
    bus, empty, _ = describe_all(INDEX, ["autos", "bikes"])
    assert bus["objects"] == [
        {"label": "car", "importance": 0.8, "cells": "8000", "seen": 1, "first": 1, "last": 1},
        {"label": "bus", "importance": 0.6, "cells": "0400", "seen": 1, "first": 2, "last": 2},
    ]
    assert (empty["objects"], empty["frames"], empty["poster"]) == ([], 0, None)


def test_frames_that_were_not_looked_at_do_not_count() -> None:
    looked_at = {Video("autos", "a1"): [1, 2, 3, 5, 6]}
    bus, _, _ = describe_all(replace(INDEX, looked_at=looked_at), ["autos", "bikes"])
    assert bus["looked"] == 5
    assert bus["objects"][0]["cells"] == "80000"
    assert describe_all(INDEX, ["autos", "bikes"])[0]["looked"] == 4


def test_the_most_important_of_many_objects_are_shown() -> None:
    labels = [f"label {number:02}" for number in range(30)]
    vectors = Vectors(pair(["c"], ["v"]), labels, np.arange(30)[np.newaxis] / 30)
    (video,) = describe_all(index_of(vectors, [[]], detections={}), ["c"])
    assert video["objects"][0]["label"] == "label 29"
    assert len(video["objects"]) + video["more_objects"] == 29


def test_the_worst_have_the_fewest_alike_and_are_surest() -> None:
    def video(name: str, hits: int, *similarity: float) -> dict[str, Any]:
        return {"id": name, "hits": hits, "neighbors": [{"similarity": x} for x in similarity]}

    videos = [
        video("right", 2, 0.9, 0.9),
        video("half", 1, 0.9, 0.9),
        video("unsure", 0, 0.3, 0.1),
        video("sure", 0, 0.9, 0.8),
        video("alone", 0),
    ]
    assert [found["id"] for found in worst(videos, 9)] == ["sure", "unsure", "half"]
    assert [found["id"] for found in worst(videos, 1)] == ["sure"]


def test_the_mixture_says_whose_neighbours_are_what() -> None:
    assert category_mixture(INDEX, ["autos", "bikes"]) == [
        {"videos": 1, "shares": [0.0, 1.0]},
        {"videos": 2, "shares": [0.5, 0.5]},
    ]


def test_headlines_are_the_figures_that_are_there() -> None:
    index = replace(
        INDEX,
        index_metrics={"map_at_10": None, "precision_at_10": math.nan, "other": 1},
        classifier_metrics={"accuracy": 0.25},
    )
    found = headlines(index)
    assert [(figure["name"], figure["value"]) for figure in found] == [("Category accuracy", 0.25)]


def test_a_single_video_has_no_figure_of_its_neighbours() -> None:
    alone = Vectors(VECTORS.videos[:1], VECTORS.labels, VECTORS.values[:1])
    figures = {"precision_at_10": 0.0, "map_at_10": 0.0}
    assert headlines(index_of(alone, [[]], index_metrics=figures)) == []


def test_videos_without_a_vector_are_named() -> None:
    assert left_out(INDEX) == [
        {"video_id": "gone", "category": "bikes", "why": "unavailable: Video unavailable"}
    ]


def test_a_video_that_counts_and_has_no_vector_is_told_to_give_no_frames() -> None:
    """A row of the manifest that is ok must not read as the reason why it is left out."""
    manifest = pd.DataFrame(
        {
            "video_id": ["x1", "x2", "x3", "x4"],
            "category": "bikes",
            "status": ["ok", "partial", "partial", "empty"],
            "title": "",
            "error": ["", "cut off after 5.1 of 10 s", "cut off after 1 of 9 s", ""],
        }
    )
    strips = {Video("bikes", "x3"): Filmstrip(4, [1, 3], b"poster", b"strip")}
    found = left_out(replace(INDEX, manifest=manifest, strips=strips))
    assert [each["why"] for each in found] == [
        "it gives no frames",
        "it gives no frames; partial: cut off after 5.1 of 10 s",
        "it has frames, but no vector; partial: cut off after 1 of 9 s",
        "empty",
    ]
    text = said_on(render(replace(INDEX, manifest=manifest), SETTINGS))
    assert "bikes/x1: it gives no frames bikes/x2: it gives no frames; partial: cut off" in text
    assert ": ok" not in text


def test_a_partial_video_is_marked_and_told_why() -> None:
    manifest = MANIFEST.assign(
        status=["partial", "ok", "unavailable"], error=["cut off after 5.1 of 10 s", "", "gone"]
    )
    index = replace(INDEX, manifest=manifest)
    told = [video["partial"] for video in describe_all(index, ["autos", "bikes"])]
    assert told == ["cut off after 5.1 of 10 s", None, None]
    text = render(index, SETTINGS)
    cards = re.findall(r'<a class="card" href="#(\w+)">(.*?)</a>', text, re.DOTALL)
    mark = '<span class="partial" title="cut off after 5.1 of 10 s">partial</span>'
    assert [name for name, card in cards if mark in card] == ["a1"]
    assert data_of(text)["videos"][0]["partial"] == "cut off after 5.1 of 10 s"
    assert 'class="partial"' not in render(INDEX, SETTINGS)


def test_a_figure_is_read_from_its_own_file() -> None:
    index = replace(
        INDEX,
        index_metrics={"precision_at_10": 0.5, "accuracy": 0.125},
        classifier_metrics={"precision_at_10": 0.75, "accuracy": 0.25},
    )
    assert [(figure["name"], figure["value"]) for figure in headlines(index)] == [
        ("Precision at 10", 0.5),
        ("Category accuracy", 0.25),
    ]


def test_the_classifier_s_category_is_told_where_it_is_known() -> None:
    bus, first, second = describe_all(INDEX, ["autos", "bikes"])
    assert bus["guess"] == {"name": "bikes", "probability": 0.625}
    assert first["guess"] is second["guess"] is None


def test_neighbours_are_told_with_their_reasons() -> None:
    vectors = replace(VECTORS, values=np.array([[1.0, 1.0, 0.0], [0.6, 0.2, 0.0], [0, 0, 1.0]]))
    index = replace(
        INDEX, vectors=vectors, neighbors=[[], [Ranked(0, 0.5, 0.5), Ranked(2, 0.0, 0.0)], []]
    )
    first, second = describe_all(index, ["autos", "bikes"])[0]["neighbors"]
    assert [(r["label"], r["share"]) for r in first["reasons"]] == [("bus", 0.75), ("car", 0.25)]
    assert (first["similarity"], first["more"]) == (0.5, False)
    assert (second["reasons"], second["more"]) == ([], False)


def test_a_similarity_is_said_as_the_command_line_says_it() -> None:
    ranked = [Ranked(0, 0.997456, 0.997456), Ranked(2, 0.999999, 0.999999)]
    index = replace(INDEX, neighbors=[[], ranked, []])
    first, second = describe_all(index, ["autos", "bikes"])[0]["neighbors"]
    assert (first["text"], second["text"]) == ("0.997", "0.999")


def test_the_first_of_many_reasons_are_told() -> None:
    labels = [f"label {number}" for number in range(6)]
    vectors = Vectors(pair(["c", "c"], ["a", "b"]), labels, np.ones((2, 6)))
    video, _ = describe_all(index_of(vectors, [[Ranked(1, 1.0, 1.0)], []]), ["c"])
    (neighbor,) = video["neighbors"]
    assert [reason["label"] for reason in neighbor["reasons"]] == labels[:REASONS_SHOWN]
    assert neighbor["more"]


def test_a_page_holds_all_it_needs() -> None:
    text = render(INDEX, SETTINGS)
    assert not re.findall(r"""(?:src|href)=["'](?!data:|#)[^"']*["']""", text)
    assert not re.findall(r"url\(|@import|https?://", text.replace("http://www.w3.org", ""))
    assert [video["id"] for video in data_of(text)["videos"]] == ["a1", "b1", "b2"]


def test_hostile_names_stay_text() -> None:
    bad = "</script><script>alert(1)</script><!--\"'\u2028<img src=x onerror=alert(1)>"
    vectors = Vectors(pair([bad, bad], [bad, "v"]), [bad], np.ones((2, 1)))
    names = {"video_id": [bad, "out"], "category": bad, "status": ["partial", bad]}
    manifest = pd.DataFrame({**names, "title": bad, "error": bad})
    detections = {Video(bad, bad): pd.DataFrame({"frame": [1], "label": bad, "confidence": 1.0})}
    made = index_of(
        vectors,
        [[Ranked(1, 1.0, 1.0)], [Ranked(0, 1.0, 1.0)]],
        manifest=manifest,
        detections=detections,
        strips={},
        guesses={bad: Guess(bad, 1.0)},
    )
    text = render(made, SETTINGS)
    assert text.count("<script") == text.count("</script>") == 2
    assert "<img src=x" not in text
    assert "<!--" not in text
    assert data_of(text)["videos"][0]["title"] == bad
    assert data_of(text)["videos"][0]["guess"]["name"] == bad


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
    videos = data_of(pages[0].decode())["videos"]
    assert len(videos) == 33
    assert all(len(video["neighbors"]) == 10 for video in videos)
    assert videos[0]["title"] == "A cars video 1"
    assert videos[0]["guess"] == {"name": "cars", "probability": 0.75}


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


def said_on(page: str) -> str:
    """What a page says to its reader, in its templates too: neither style, script nor data."""
    text = re.sub(r"<(style|script)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


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
    page = (tmp_path / "index.html").read_text()
    assert '<dl class="figures">' not in page
    said = said_on(page)
    for word in ("null", "nan", "none", "classifier", "precision", "accuracy"):
        assert not re.search(rf"\b{word}\b", said, re.IGNORECASE), said


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
    first, second = data_of((tmp_path / "index.html").read_text())["videos"][:2]
    assert (first["strip"], first["shown"], len(first["neighbors"])) == (None, [], 10)
    assert first["objects"][0]["cells"]
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
    vectors = Vectors(videos, labels, values)
    detections = {
        video: pd.DataFrame({"frame": range(1, 31), "label": random.choice(labels, 30)}).assign(
            confidence=0.5
        )
        for video in videos
    }
    made = index_of(
        vectors,
        [
            [Ranked((row + step) % 300, random.random(), 0.5) for step in range(1, 11)]
            for row in range(300)
        ],
        detections=detections,
        strips={video: strips[place % 3] for place, video in enumerate(videos)},
        guesses={video.video_id: Guess(video.category, 0.9375) for video in videos},
    )
    assert len(render(made, SETTINGS).encode()) <= 8e6


def test_pictures_on_a_page_can_be_opened(
    tmp_path: Path, write_frames: Callable[[Path, int, int], None]
) -> None:
    write_frames(tmp_path / "v", 2, 0)
    address = page.data_url(make(read_frames(tmp_path / "v"), SETTINGS).poster)
    picture = Image.open(BytesIO(base64.b64decode(address.split(",")[1])))
    assert (picture.format, picture.size) == ("WEBP", (160, 160))
