import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image
from tests.projects import ROOT, write_params

from vidrec import cli
from vidrec.classifier.frame_classifier import load_classifier
from vidrec.segmenter.object_segmenter import load_segmenter

PACKAGE = Path(cli.__file__).parent
Write = Callable[[Path, int, int], None]
Run = Callable[..., int]
SETTINGS = {
    "run": {"classified": True},
    "classify_frames": {"precision": "fp32", "batch_size": 4, "fps": 3},
    "segment_objects": {
        "fps": 1.0,
        "resolution": 64,
        "proposals": 1,
        "threshold": 0.05,
        "detections": 4,
        "max_overlap": 1.0,
        "precision": "fp32",
        "weights": "pretrained",
    },
    "extract_frames": {"fps": 3},
}


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder as the working directory that has params and, in data/weights, nothing yet."""
    monkeypatch.chdir(tmp_path)
    Path("params.yaml").write_text(yaml.safe_dump(SETTINGS), encoding="utf-8")
    Path("data/weights").mkdir(parents=True)
    Path("dvc.yaml").touch()
    Path("stages").mkdir()
    yield
    load_classifier.cache_clear()
    load_segmenter.cache_clear()


def test_classify_prints_what_the_stage_writes(
    vidrec: Run,
    run_stage: Run,
    classifier_folder: Path,
    write_frames: Write,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("data/weights/classifier").symlink_to(classifier_folder)
    write_frames(Path("frames/pets/a"), 11, 0)
    assert vidrec("classify", "frames/pets/a") == 0
    printed, errors = capsys.readouterr()
    assert errors == ""
    assert printed.startswith("frame,label,confidence\n1,")
    outputs = ["--detections", "found", "--features", "features"]
    inputs = ["--frames", "frames", "--weights", "data/weights/classifier"]
    assert run_stage("classify_frames", *inputs, *outputs) == 0
    assert Path("found/pets/a.csv").read_text(encoding="utf-8") == printed
    assert pd.read_csv("found/pets/a.csv")["frame"].tolist() == list(range(1, 12))


def test_segment_prints_the_objects_of_every_frame(
    vidrec: Run,
    segmenter_folder: Path,
    write_frames: Write,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("data/weights/segmenter").symlink_to(segmenter_folder)
    write_frames(Path("frames"), 2, 0)
    assert vidrec("segment", "frames") == 0
    printed, errors = capsys.readouterr()
    assert errors == ""
    rows = [line.split(",") for line in printed.splitlines()]
    assert rows[0] == ["frame", "label", "confidence", "area_pct"]
    assert [(row[0], row[1]) for row in rows[1:]] == [
        *(("1", "handbag"), ("1", "person")),
        *(("2", "handbag"), ("2", "person")),
    ]
    assert all(0 < float(row[3]) <= 100 for row in rows[1:])


@pytest.mark.parametrize("command", ["classify", "segment"])
def test_a_directory_that_will_not_do_is_one_line(
    command: str,
    vidrec: Run,
    classifier_folder: Path,
    segmenter_folder: Path,
    write_frames: Write,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("data/weights/classifier").symlink_to(classifier_folder)
    Path("data/weights/segmenter").symlink_to(segmenter_folder)
    Path("empty").mkdir()
    for name, lost in (("gap", "2.jpg"), ("broken", "1.jpg")):
        write_frames(Path(name), 3, 0)
        Path(name, lost).unlink()
    Path("broken/1.jpg").write_bytes(b"no picture")
    for name, said in (
        ("nowhere", "nowhere is not a directory"),
        ("empty", "empty holds no frames"),
        ("gap", "gap lacks frame 2.jpg"),
        ("broken", "broken/1.jpg cannot be read as a picture"),
        ("params.yaml", "params.yaml is not a directory"),
    ):
        assert vidrec(command, name) == 1
        printed, errors = capsys.readouterr()
        assert printed == ""
        assert errors.startswith(f"error: {said}")
        assert errors.count("\n") == 1


@pytest.mark.parametrize("command", ["classify", "segment"])
def test_missing_weights_or_params_are_one_line(
    command: str, vidrec: Run, write_frames: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write_frames(Path("frames"), 1, 0)
    assert vidrec(command, "frames") == 1
    assert "card.json is missing: run `dvc repro`" in capsys.readouterr().err
    assert vidrec("--params", "nowhere.yaml", command, "frames") == 1
    assert capsys.readouterr().err.startswith("error: nowhere.yaml is missing")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "COMMAND"),
        (["dance"], "'dance'"),
        (["classify"], "DIR"),
        (["segment", "a", "b"], "b"),
        (["recommend"], "name a video, or objects: --objects dog"),
        (["recommend", "a", "-k", "0"], "'0' is not a whole number of 1 or more"),
        (["recommend", "a", "--lang", "fr"], "'fr'"),
        (["recommend", "a", "--without"], "--without"),
        (["recommend", "a", "-k", "two"], "'two' is not a whole number of 1 or more"),
        (["discover"], "CATEGORY=SOURCE"),
        (["discover", "a=b", "--reserves=-5"], "'-5' is not a whole number of 0 or more"),
        (["discover", "a=b", "--reserves", "-5"], "--reserves"),
        (["add", "a.mp4"], "--category"),
        (["remove"], "ID"),
        (["inspect"], "VIDEO"),
    ],
)
def test_bad_arguments_are_one_line_and_status_2(
    arguments: list[str], said: str, vidrec: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vidrec(*arguments) == 2
    printed, errors = capsys.readouterr()
    assert printed == ""
    assert errors.startswith("error: ")
    assert said in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize(
    "command", ["", "classify", "segment", "recommend", "inspect", "add", "remove", "discover"]
)
def test_help_ends_well(command: str, vidrec: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert vidrec(*command.split(), "--help") == 0
    assert capsys.readouterr().out.startswith("usage: vidrec")


# By id, by a file of the index, by frames of the index, and what the index has not.
CLIP = "data/videos/cars/clip_0.mp4"
VIDEOS = ["clip_0", CLIP, "data/frames/cars/clip_0", "unseen.mp4"]


def write_unseen() -> None:
    Path("unseen.mp4").write_bytes(Path(CLIP).read_bytes() + b"\0")


@pytest.mark.parametrize("video", VIDEOS)
def test_recommend_prints_a_table(
    video: str, vidrec: Run, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_unseen()
    assert vidrec("recommend", video, "-k", "3") == 0
    printed, errors = capsys.readouterr()
    assert errors == ""
    title, category, header, *rows = printed.splitlines()
    assert title == f"most similar to {video}:"
    assert re.fullmatch(r"category by its objects: (cars|pets) \(\d+%\)", category)
    assert header.split()[:4] == ["rank", "video", "category", "similarity"]
    assert [row.split()[0] for row in rows] == ["1", "2", "3"]
    assert all(row.split()[1].startswith("clip_") and "%" in row for row in rows)
    assert "\x1b" not in printed


@pytest.mark.parametrize("video", VIDEOS)
def test_recommend_prints_the_json_of_the_contract(
    video: str, vidrec: Run, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_unseen()
    assert vidrec("recommend", video, "--json") == 0
    printed, errors = capsys.readouterr()
    assert errors == ""
    found = json.loads(printed)
    known = [] if video == "unseen.mp4" else ["video_id", "title", "path"]
    assert list(found) == ["query", "in_index", *known, "category", "neighbors"]
    assert found["in_index"] is (video != "unseen.mp4")
    assert found.get("video_id", "clip_0") == "clip_0"
    assert found.get("path", CLIP) == CLIP
    assert list(found["category"]) == ["name", "probability"]
    assert found["category"]["name"] in ("cars", "pets")
    assert 0.5 <= found["category"]["probability"] <= 1
    assert found["query"] == video
    places = [item["rank"] for item in found["neighbors"]]
    assert places == ([1, 2, 3, 4, 5, 6] if video == "unseen.mp4" else [1, 2, 3, 4, 5])
    for item in found["neighbors"]:
        named = ["rank", "video_id", "category", "title", "path"]
        assert list(item) == [*named, "similarity", "score", "reasons", "groups"]
        assert all(list(reason) == ["label", "share"] for reason in item["reasons"])
        assert sum(reason["share"] for reason in item["reasons"]) == pytest.approx(1)
        assert all(list(group) == ["group", "name", "share", "labels"] for group in item["groups"])
        assert sum(group["share"] for group in item["groups"]) == pytest.approx(1)


@pytest.mark.parametrize("video", VIDEOS)
def test_an_index_of_before_there_was_a_classifier_still_recommends(
    video: str, vidrec: Run, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_unseen()
    Path("data/categories.csv").unlink()
    Path("data/video_classifier.json").unlink()
    assert vidrec("recommend", video) == 0
    _, category, _, *rows = capsys.readouterr().out.splitlines()
    assert category.startswith("category by its objects: not known: `dvc repro train_video")
    assert len(rows) >= 5
    assert vidrec("recommend", video, "--json") == 0
    printed, errors = capsys.readouterr()
    assert errors == ""
    assert json.loads(printed)["category"] is None


def named(printed: str) -> list[str]:
    """The ids in a table, in the order of its rows; what stands above it has no number."""
    rows = [line.split() for line in printed.splitlines()]
    return [row[1] for row in rows if row[0].isdigit()]


def nearest_by_hand(videos: list[int], objects: list[int], weights: list[float]) -> pd.Series:
    """The cosine of each other video with a question about these clips and labels, best first."""
    table = pd.read_csv("data/vectors.csv").set_index("video_id").drop(columns="category")
    unit = table.div(np.sqrt((table**2).sum(axis=1)), axis=0)
    asked = [f"clip_{number}" for number in videos]
    query = (unit.loc[asked].sum().to_numpy() + np.eye(3)[objects].sum(axis=0)) * weights
    cosine: pd.Series = unit @ (query / np.linalg.norm(query))
    return cosine.drop(asked).sort_values(ascending=False)


@pytest.mark.parametrize(
    ("arguments", "title", "videos", "objects", "weights"),
    [
        ("clip_0 clip_1", "clip_0 and clip_1", [0, 1], [], [1, 1, 1]),
        ("clip_1 clip_0", "clip_1 and clip_0", [0, 1], [], [1, 1, 1]),
        ("clip_0 clip_1 clip_4", "clip_0, clip_1 and clip_4", [0, 1, 4], [], [1, 1, 1]),
        ("clip_0 --objects dog", "clip_0 and dog", [0], [1], [1, 1, 1]),
        ("--objects perro --objects tree", "perro and tree", [], [1, 2], [1, 1, 1]),
        ("--objects perro,tree", "perro and tree", [], [1, 2], [1, 1, 1]),
        ("clip_0 --objects ,", "clip_0", [0], [], [1, 1, 1]),
        ("clip_0 --without cat", "clip_0", [0], [], [0, 1, 1]),
        ("clip_0 --more tree --less cats", "clip_0", [0], [], [0.5, 1, 2]),
    ],
)
def test_a_steered_question_has_its_answer(
    arguments: str,
    title: str,
    videos: list[int],
    objects: list[int],
    weights: list[float],
    vidrec: Run,
    index: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    expected = nearest_by_hand(videos, objects, weights)
    assert vidrec("recommend", *arguments.split(), "--lang", "en") == 0
    printed, _ = capsys.readouterr()
    assert printed.startswith(f"most similar to {title}:\n")
    # An object that only some have in common with the question leaves the others out.
    assert named(printed) == expected[expected > 0].index.tolist()
    assert vidrec("recommend", *arguments.split(), "--json") == 0
    found = json.loads(capsys.readouterr().out)["neighbors"]
    assert [each["similarity"] for each in found] == pytest.approx(
        expected[expected > 0].tolist(), abs=1e-6
    )


def test_an_unseen_video_is_one_of_several(
    vidrec: Run, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is clip_0 but for a byte, which its vector does not tell; that video may be named."""
    write_unseen()
    assert vidrec("recommend", "unseen.mp4", "clip_3") == 0
    printed, errors = capsys.readouterr()
    assert errors == ""
    assert printed.startswith("most similar to unseen.mp4 and clip_3:\nrank")
    found = named(printed)
    found.remove("clip_0")
    assert found == nearest_by_hand([0, 3], [], [1, 1, 1]).index.tolist()


def test_categories_decide_who_is_named_and_a_varied_answer_has_the_same_videos(
    vidrec: Run, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def ids(*arguments: str) -> list[str]:
        assert vidrec("recommend", "clip_0", *arguments) == 0
        return named(capsys.readouterr().out)

    every = ids()
    cars = [each for each in every if each in ("clip_2", "clip_4")]
    pets = [each for each in every if each not in cars]
    assert ids("--category", "pets") == ids("--not-in-category", "cars") == pets
    assert ids("--not-in-category", "pets") == cars
    assert ids("--category", "pets", "--category", "cars") == every
    varied = ids("--diverse")
    assert (varied[0], sorted(varied)) == (every[0], sorted(every))


def test_words_and_answer_are_in_the_language_asked_for(
    vidrec: Run, index: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "es_ES.UTF-8")
    arguments = ("recommend", "clip_0", "clip_1", "--without", "árboles")
    assert vidrec(*arguments) == 0
    printed, errors = capsys.readouterr()
    assert errors == ""
    title, header, first, *_ = printed.splitlines()
    assert title == "los más parecidos a clip_0 y clip_1:"
    assert header.split()[:4] == ["puesto", "vídeo", "categoría", "similitud"]
    assert re.search(r"gato \d+%, perro \d+%$", first.rstrip())
    assert vidrec(*arguments, "--lang", "en") == 0
    assert capsys.readouterr().out.startswith("most similar to clip_0 and clip_1:\n")


def test_json_says_what_was_asked(
    vidrec: Run, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vidrec("recommend", "clip_0", "clip_1", "--json", "--lang", "es", "--more", "cat") == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["query", "steering", "in_index", "category", "neighbors"]
    assert (found["query"], found["steering"]) == (["clip_0", "clip_1"], {"more": ["cat"]})
    assert (found["in_index"], found["category"]) == (False, None)
    group = next(each for each in found["neighbors"][0]["groups"] if each["group"] == "cat")
    (label,) = group["labels"]
    assert (group["name"], label["label"], label["name"]) == ("gato", "cat", "gato")
    assert label["share"] == group["share"]
    asked = ["--objects", "cat, dog", "--category", "pets", "--diverse"]
    assert vidrec("recommend", "--json", *asked) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["query"] == []
    assert found["steering"] == {"objects": ["cat", "dog"], "category": ["pets"], "diverse": True}
    assert {each["category"] for each in found["neighbors"]} == {"pets"}


def test_a_word_that_changes_nothing_is_told(
    vidrec: Run, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vidrec("recommend", "--objects", "cat", "-k", "1") == 0
    plain = capsys.readouterr()
    assert vidrec("recommend", "--objects", "cat", "-k", "1", "--more", "dog") == 0
    told = capsys.readouterr()
    assert (told.out, plain.err) == (plain.out, "")
    assert told.err == "'dog' is not in what is asked about, so its weight changes nothing\n"


def test_the_answer_is_written_to_a_file_and_its_place_is_said(
    vidrec: Run, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["recommend", "clip_0", "--category", "cars", "--lang", "es"]
    assert vidrec(*asked, "--output", "a.csv") == 0
    assert capsys.readouterr() == ("a.csv\n", "")
    table = pd.read_csv("a.csv")
    assert list(table) == [
        *("rank", "video_id", "category", "title", "similarity", "path", "reasons")
    ]
    assert table["video_id"].tolist() == ["clip_2", "clip_4"]
    assert table["path"].tolist() == [
        str(index / f"data/videos/cars/clip_{number}.mp4") for number in (2, 4)
    ]
    assert all(reasons.startswith("gato ") for reasons in table["reasons"])
    assert vidrec(*asked, "--output", "a.m3u") == 0
    assert Path("a.m3u").read_text(encoding="utf-8").splitlines() == [
        *("#EXTM3U", "#EXTINF:3,clip_2", table["path"][0]),
        *("#EXTINF:3,clip_4", table["path"][1]),
    ]


def test_odd_names_are_shown_without_what_a_terminal_obeys(
    vidrec: Run, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("a\x1b[31m.mp4").write_bytes(Path("data/videos/cars/clip_0.mp4").read_bytes())
    assert vidrec("recommend", "a\x1b[31m.mp4") == 0
    assert capsys.readouterr().out.startswith("most similar to a\ufffd[31m.mp4:\n")
    Path(os.fsdecode(b"\xff.mp4")).write_bytes(b"")
    assert vidrec("recommend", os.fsdecode(b"\xff.mp4")) == 1
    assert "(empty)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["recommend", "clip"], "no video 'clip' in the index: did you mean clip_"),
        (["recommend", "CLIP-00"], "no video 'CLIP-00' in the index: did you mean clip_0 or "),
        (["inspect", "CLIP-00"], "no video 'CLIP-00' in the index: did you mean clip_0 or "),
        (["recommend", ""], "no video is named: give its id or title"),
        (["inspect", ""], "no video is named: give its id or title"),
        (["recommend", "none/clip.mp4"], "none/clip.mp4 is missing"),
        (["recommend", "params.yaml"], "params.yaml gives no frames (unknown_container)"),
        (["inspect", "clip"], "no video 'clip' in the index"),
        (["recommend", "--diverse", "--objects", " , "], "nothing is asked about"),
        (["recommend", "clip_0", "clip_9"], "no video 'clip_9' in the index: did you mean clip_"),
        (["recommend", "clip_0", "none/a.mp4", "--json"], "none/a.mp4 is missing"),
        (["recommend", "clip_0", ""], "no video is named: give its id or title"),
        (["recommend", "--objects", "cat, hat"], "no object of the index is called 'hat': did"),
        (["recommend", "clip_0", "--more", "dgo"], "called 'dgo': did you mean dog"),
        (["recommend", "clip_0", "--without", "cat,dog,tree"], "nothing is left to be alike in"),
        (["recommend", "clip_0", "--less", "cat", "--more", "gato"], "give 'cat' different"),
        (["recommend", "clip_0", "--category", "pet"], "no category 'pet' in the index: did you"),
        (["recommend", "clip_0", "--not-in-category", "music"], "there are cars, pets"),
        (
            ["recommend", "clip_0", "--category", "pets", "--not-in-category", "pets"],
            "the category 'pets' is asked for and left out",
        ),
        (["recommend", "clip_0", "--output", "a.txt"], "must be a file that ends in .csv or .m3u"),
        (["recommend", "clip_0", "--output", "data"], "must be a file that ends in .csv or .m3u"),
        (["recommend", "clip_0", "--output", "no/a.csv"], "no is not a directory, make it first"),
        (["recommend", "clip_0", "--output", "a" * 300 + ".m3u"], "too long"),
        (["recommend", "clip_9", "--output", "a.csv"], "no video 'clip_9' in the index"),
        (["inspect", "clip_0", "--output", "a.jpg"], "it must be a file that ends in .png"),
        (["inspect", "clip_0", "--output", "no/a.png"], "no is not a directory"),
        (["inspect", "clip_0", "--output", "dvc.yaml/a.png"], "dvc.yaml is not a directory"),
        (["inspect", "clip_0", "--output", "a" * 250 + ".png"], "too long"),
        (["add", "data/videos/cars/clip_0.mp4", "--category", "c"], "the videos are the sample"),
        (["remove", "clip_0"], "the videos are the sample"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_writes_nothing(
    arguments: list[str], said: str, vidrec: Run, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(index.rglob("*"))
    assert vidrec(*arguments) == 1
    printed, errors = capsys.readouterr()
    assert printed == ""
    assert errors.startswith("error: ")
    assert said in errors
    assert errors.count("\n") == 1
    assert sorted(index.rglob("*")) == before


def test_without_an_index_the_error_names_the_command_that_makes_it(
    vidrec: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("recommend", "inspect"):
        assert vidrec(command, "clip_0") == 1
        said = capsys.readouterr().err
        assert said == "error: data/vectors.csv is missing: run `dvc repro` to make it\n"


def test_inspect_writes_a_picture_and_says_where(
    vidrec: Run, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vidrec("inspect", "clip_0") == 0
    assert capsys.readouterr() == ("clip_0_sheet.png\n", "")
    Path("clip_0_sheet.png").rename("first.png")
    shutil.copy(CLIP, "my video.mp4")
    assert vidrec("inspect", "my video.mp4") == 0
    assert capsys.readouterr() == ("clip_0_sheet.png\n", "")
    assert Path("clip_0_sheet.png").read_bytes() == Path("first.png").read_bytes()
    assert vidrec("inspect", CLIP, "--output", "data/my sheet.PNG") == 0
    assert capsys.readouterr() == ("data/my sheet.PNG\n", "")
    with Image.open("clip_0_sheet.png") as stored, Image.open("data/my sheet.PNG") as made:
        assert (stored.format, made.format) == ("PNG", "PNG")
        assert np.asarray(stored).shape == np.asarray(made).shape
    first = Path("clip_0_sheet.png").read_bytes()
    assert vidrec("inspect", "clip_0") == 0
    assert Path("clip_0_sheet.png").read_bytes() == first


def test_add_and_remove_say_what_comes_next(
    vidrec: Run, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_params(index, {"download_videos": {"source": "directory", "directory": "own"}})
    Path("own").mkdir()
    assert vidrec("add", CLIP, "--category", "mine") == 0
    assert capsys.readouterr().out.splitlines() == [
        "added own/mine/clip_0.mp4",
        "its id is clip_0, its category mine",
        "next: dvc repro",
    ]
    assert vidrec("remove", "clip_0") == 0
    assert "undo: vidrec remove --undo clip_0" in capsys.readouterr().out.splitlines()
    assert vidrec("remove", "clip_0") == 1
    assert capsys.readouterr().err.startswith("error: no video 'clip_0' in manifests/directory.csv")


COMMANDS = {
    "classify": ["frames"],
    "segment": ["frames"],
    "recommend": ["clip_0"],
    "inspect": ["clip_0"],
    "use": ["sample"],
    "add": ["a.mp4", "--category", "c"],
    "remove": ["a"],
    "scan": [],
    "list": [],
    "status": [],
    "prune": [],
    "check": [],
    "discover": ["a=b"],
}


def test_each_command_is_tried_outside() -> None:
    told = subprocess.run(
        [sys.executable, "-m", "vidrec.cli", "-h"], capture_output=True, text=True
    )
    assert set(re.findall(r"^ {4}(\w+) ", told.stdout, re.MULTILINE)) == set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_outside_a_project_every_command_says_the_same_line(
    command: str, vidrec: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("dvc.yaml").unlink()
    assert vidrec(command, *COMMANDS[command]) == 1
    assert capsys.readouterr() == (
        "",
        f"error: {tmp_path} is not in a project of vidrec, for neither it nor a directory above it"
        " has dvc.yaml, params.yaml and stages/: change to one that is (cd)\n",
    )


def test_commands_work_in_any_folder_of_the_project(
    vidrec: Run,
    index: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_params(index, {"download_videos": {"source": "directory", "directory": "own"}})
    (index / "own").mkdir()
    told = {}
    for folder, up in ((".", ""), ("data/videos", "../../")):
        monkeypatch.chdir(index / folder)
        commands = (
            ["recommend", "clip_0"],
            ["recommend", f"{up}{CLIP}", "--json"],
            ["classify", f"{up}data/frames/cars/clip_0"],
            ["list"],
        )
        for command in commands:
            assert vidrec(*command) == 0, command
        told[folder] = capsys.readouterr()
    assert told["data/videos"].out == told["."].out.replace(f'"{CLIP}",', f'"../../{CLIP}",', 1)
    assert vidrec("inspect", "clip_0") == 0
    assert Path("clip_0_sheet.png").is_file()
    assert vidrec("add", "cars/clip_0.mp4", "--category", "mine") == 0
    assert (index / "own/mine/clip_0.mp4").is_file()
    assert (index / "manifests/directory.csv").is_file()
    assert vidrec("--params", "nowhere.yaml", "classify", ".") == 1
    assert capsys.readouterr().err == (
        "error: nowhere.yaml is missing: run from the top of the project\n"
    )


def test_what_people_call_videos_and_categories_is_shown_and_understood(
    vidrec: Run, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.read_csv("data/videos/manifest.csv", keep_default_na=False)
    table["title"] = "Una película " + table["video_id"].str[-1]
    table.to_csv("data/videos/manifest.csv", index=False)
    Path("data/videos/category_names.csv").write_text("category,name\npets,mascotas\n", "utf-8")
    assert vidrec("recommend", "Una película 0", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["query"], found["title"]) == ("Una película 0", "Una película 0")
    assert found["video_id"] == "clip_0"
    names = {each["category"]: each.get("category_name") for each in found["neighbors"]}
    assert names == {"cars": None, "pets": "mascotas"}
    assert vidrec("recommend", "clip_0") == 0
    header, *rows = capsys.readouterr().out.splitlines()[2:]
    assert header.split()[4] == "title"
    assert all("Una película" in row and "pets" not in row for row in rows)
    assert vidrec("recommend", "Una pelicula 0") == 1
    assert "did you mean Una película 0 or" in capsys.readouterr().err


def test_that_nothing_is_like_a_video_is_one_line(
    vidrec: Run, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = pd.read_csv("data/vectors.csv")
    table.loc[table["video_id"] == "clip_0", table.columns[2:]] = 0.0
    table.to_csv("data/vectors.csv", index=False)
    assert vidrec("recommend", "clip_0", "-k", "1000") == 0
    first, _ = capsys.readouterr().out.splitlines()
    assert first == (
        "most similar to clip_0: no video of the index has an object in common with it"
    )
    assert vidrec("recommend", "clip_0", "--json") == 0
    assert json.loads(capsys.readouterr().out)["neighbors"] == []


def loaded_by(*arguments: str) -> tuple[str, set[str]]:
    """What the command line prints, and the modules that it has loaded by then."""
    script = (
        f"import sys; from vidrec import cli; sys.argv[1:] = {list(arguments)!r}\n"
        "try: cli.main()\n"
        "except SystemExit: print(*sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    return done.stdout, set(done.stderr.split())


@pytest.mark.parametrize("video", VIDEOS[:3])
def test_naming_neighbours_waits_for_nothing_that_loads_long(index: Path, video: str) -> None:
    printed, loaded = loaded_by("recommend", video)
    assert printed.startswith(f"most similar to {video}:")
    assert "pandas" in loaded
    assert not loaded & {"torch", "sklearn", "scipy", "yt_dlp", "imageio_ffmpeg"}


def test_an_unseen_video_waits_for_no_more_than_its_detector(index: Path) -> None:
    write_unseen()
    printed, loaded = loaded_by("recommend", "unseen.mp4")
    assert "category by its objects: " in printed
    assert "openvino" in loaded
    assert not loaded & {"torch", "sklearn", "yt_dlp", "vidrec.head", "vidrec.segmenter"}


@pytest.mark.parametrize(
    ("command", "most"),
    [
        ("--help", set()),
        ("check", set()),
        ("list", {"numpy", "pandas"}),
        ("status", {"numpy", "pandas"}),
    ],
)
def test_what_tells_of_the_project_waits_for_nothing_that_loads_long(
    index: Path, command: str, most: set[str]
) -> None:
    _, loaded = loaded_by(command)
    assert "vidrec.cli" in loaded
    heavy = {"numpy", "pandas", "scipy", "sklearn", "torch", "yt_dlp", "dvc", "jinja2"}
    assert loaded & heavy <= most


def test_a_picture_of_a_video_of_the_index_waits_for_no_download(index: Path) -> None:
    printed, loaded = loaded_by("inspect", "clip_0", "--output", "x.png")
    assert printed == "x.png\n"
    assert not loaded & {"torch", "sklearn", "yt_dlp", "imageio_ffmpeg"}


# What answers questions about a video; the other commands change params, or tell of them.
OF_A_VIDEO = [
    *("contact_sheet", "detect", "display_names", "inspection", "near_names", "neighbor_table"),
    *("neighbors", "terminal", "video_at_hand"),
]


def imported(tree: ast.AST) -> set[str]:
    """The dotted names of all that a module imports, wherever it does."""
    whole = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    parts = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return whole | {f"{node.module}.{alias.name}" for node in parts for alias in node.names}


@pytest.mark.parametrize("name", OF_A_VIDEO)
def test_below_the_api_nothing_loads_params_or_knows_a_path(name: str) -> None:
    path = PACKAGE / "commands" / f"{name}.py"
    tree = ast.parse(path.read_text(encoding="utf-8"))
    texts = [str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert not [text for text in texts if "data/" in text or text == "params.yaml"]
    edges = ("vidrec.project", "vidrec.workflow.params")
    assert not [name for name in imported(tree) if name.startswith(edges)]
    arguments = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    assert "params_path" not in arguments


def test_the_console_script_loses_no_output_and_no_status(index: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "vidrec.cli", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = run("recommend", "clip_0", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["query"] == "clip_0"
    unknown = run("recommend", "clip_9")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr.startswith("error: no video 'clip_9'")
    assert run("inspect").returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_one_line(index: Path) -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "vidrec.cli", "recommend", "clip_0"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "No space left" in done.stderr


HOSTILE = "=1+1 \x1b[31m\u202e"


def label_all(monkeypatch: pytest.MonkeyPatch, label: str) -> None:
    """Let every frame have this label."""
    table = pd.DataFrame({"frame": [1, 2], "label": label, "confidence": [0.5, 1.0]})
    monkeypatch.setattr("vidrec.api.Project.classify", lambda *_: table)


def test_a_label_is_no_formula_and_a_pipe_gets_it_whole(
    vidrec: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    label_all(monkeypatch, HOSTILE)
    assert vidrec("classify", ".") == 0
    rows = f"1,'{HOSTILE},0.5\n2,'{HOSTILE},1.0\n"
    assert capsys.readouterr() == (f"frame,label,confidence\n{rows}", "")


def test_a_terminal_gets_labels_that_it_does_not_obey(
    vidrec: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    label_all(monkeypatch, HOSTILE)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert vidrec("classify", ".") == 0
    shown = "'=1+1 \ufffd[31m\ufffd"
    assert capsys.readouterr().out == f"frame,label,confidence\n1,{shown},0.5\n2,{shown},1.0\n"


def test_json_spells_out_what_a_terminal_obeys(
    vidrec: Run, index: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = "caf\u00e9\x9b0m\u202e\U000e0041.mp4"
    shutil.copy(CLIP, name)
    assert vidrec("recommend", name, "--json") == 0
    printed = capsys.readouterr().out
    assert json.loads(printed)["query"] == name
    assert '"query": "caf\u00e9\\u009b0m\\u202e\\udb40\\udc41.mp4"' in printed


def test_odd_arguments_are_said_without_what_a_terminal_obeys(
    vidrec: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert vidrec("list", "\x1b[31m") == 2
    assert capsys.readouterr().err.startswith("error: unrecognized arguments: \ufffd[31m: see ")


@pytest.fixture
def found_by_yt_dlp(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Lists of 200 videos of 500 and 700 s in place of YouTube's; what they were asked for."""
    asked: list[str] = []

    def extract(client: object, url: str, **_: object) -> dict[str, Any]:
        asked.append(url)
        name = url[-1]
        return {
            "entries": [
                {"id": f"{name}-{n}", "title": f"{name} {n}", "duration": 500 + n % 2 * 200}
                for n in range(200)
            ]
        }

    monkeypatch.setattr("yt_dlp.YoutubeDL.extract_info", extract)
    return asked


def test_discover_goes_by_the_params(
    vidrec: Run, found_by_yt_dlp: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(ROOT / "params.yaml", "params.yaml")
    write_params(
        Path(), {"download_videos": {"source": "youtube", "youtube_videos_per_category": 20}}
    )
    playlist = "https://www.youtube.com/playlist?list=PL1"
    assert vidrec("discover", "pets=cat playing", f"cars={playlist}") == 0
    assert capsys.readouterr() == (
        "pets: 26 new ids, 0 kept\n"
        "  left out: 25 too long\n"
        "cars: 26 new ids, 0 kept\n"
        "  left out: 25 too long\n"
        "look through the new rows of manifests/youtube.csv, then commit the file\n",
        "",
    )
    assert found_by_yt_dlp == ["ytsearch260:cat playing", playlist]
    assert vidrec("remove", "g-0") == 0
    write_params(Path(), {"download_videos": {"youtube_max_duration_s": 800}})
    assert (
        vidrec("discover", "pets=dog", "--per-category", "3", "--reserves", "1", "--replace") == 0
    )
    assert vidrec("discover", "pets=b", "--per-category", "5", "--reserves", "0") == 0
    rows = Path("manifests/youtube.csv").read_text(encoding="utf-8").splitlines()
    pets = [row.split(",")[1:3] for row in rows if row.startswith("pets")]
    assert pets == [["1", "g-1"], ["2", "g-2"], ["3", "g-3"], ["4", "g-4"], ["5", "b-0"]]
    assert sum(row.startswith("cars") for row in rows) == 26


def test_discover_stays_with_youtube(vidrec: Run, capsys: pytest.CaptureFixture[str]) -> None:
    assert vidrec("discover", "pets=https://example.org/list") == 1
    errors = capsys.readouterr().err
    assert errors.startswith("error: https://example.org/list is neither a playlist nor a channel")
    assert errors.count("\n") == 1


def test_discover_asks_nobody_with_cookies_that_are_none(
    vidrec: Run,
    found_by_yt_dlp: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copy(ROOT / "params.yaml", "params.yaml")
    monkeypatch.setenv("VIDREC_COOKIES", "nowhere.txt")
    assert vidrec("discover", "pets=cat") == 1
    assert capsys.readouterr().err.startswith("error: VIDREC_COOKIES names nowhere.txt, which")
    assert found_by_yt_dlp == []


def test_recommend_takes_several_and_says_what_is_steered(
    index: Path, vidrec: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["clip_0", "clip_1", "--objects", "dog", "--without", "cat", "--less", "tree"]
    assert vidrec("recommend", *words, "--not-in-category", "pets", "--diverse", "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["query"] == ["clip_0", "clip_1"]
    assert answer["steering"] == {
        "objects": ["dog"],
        "without": ["cat"],
        "less": ["tree"],
        "not_in_category": ["pets"],
        "diverse": True,
    }
    assert {each["category"] for each in answer["neighbors"]} == {"cars"}
    for each in answer["neighbors"]:
        assert sum(reason["share"] for reason in each["reasons"]) == pytest.approx(1)
        assert sum(group["share"] for group in each["groups"]) == pytest.approx(1)


def test_recommend_speaks_the_language_asked_for(
    index: Path, vidrec: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert vidrec("recommend", "--objects", "dog", "--lang", "es") == 0
    in_spanish = capsys.readouterr().out
    assert in_spanish.startswith("los más parecidos a perro:\npuesto")
    assert "perro 100%" in in_spanish
    for name, value in {"LC_ALL": "", "LC_MESSAGES": "", "LANG": "es_ES.UTF-8"}.items():
        monkeypatch.setenv(name, value)
    assert vidrec("recommend", "--objects", "perro") == 0
    assert capsys.readouterr().out == in_spanish
    assert vidrec("recommend", "--objects", "perro", "--lang", "en") == 0
    assert capsys.readouterr().out.startswith("most similar to perro:\nrank")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["clip_0", "--without", "dgo"],
            "no object of the index is called 'dgo': did you mean dog",
        ),
        (["clip_0", "--category", "car"], "no category 'car' in the index: did you mean cars"),
        (["clip_0", "--less", "dog", "--more", "dog"], "'dog' and 'dog' give 'dog' different"),
        (
            ["clip_0", "--category", "cars", "--not-in-category", "cars"],
            "the category 'cars' is asked for and left out",
        ),
        (["clip_0", "--output", "list.txt"], "--output list.txt: it must be a file that ends in"),
    ],
)
def test_what_cannot_be_asked_is_one_line(
    index: Path, vidrec: Run, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert vidrec("recommend", *words) == 1
    printed, errors = capsys.readouterr()
    assert printed == ""
    assert errors.startswith(f"error: {said}")
    assert errors.count("\n") == 1
