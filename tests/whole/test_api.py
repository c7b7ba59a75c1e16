"""What a project of six small clips answers, to questions from Python."""

import dataclasses
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from tests.projects import write_params

import vidrec
from vidrec.api import Project
from vidrec.classifier.frame_classifier import ClassifierFiles
from vidrec.commands import detect
from vidrec.commands.neighbor_table import head
from vidrec.commands.neighbors import ALONE, TOO_FEW, UNTRAINED, Answer, Neighbor
from vidrec.commands.question import Question
from vidrec.detections.tree import VideoDetections, write_classes, write_detections
from vidrec.head.finetune_head import Head, save_head
from vidrec.media import ffmpeg
from vidrec.media.frame_index import videos_below
from vidrec.media.frames import Frames, read_frames
from vidrec.networks import weights
from vidrec.recommender import clusters
from vidrec.recommender.build_index import build_and_rank
from vidrec.recommender.usual import Doubt, Usual, write_usual
from vidrec.segmenter.object_segmenter import SegmenterFiles
from vidrec.settings.classify_frames import LookingSettings
from vidrec.settings.segment_objects import SegmenterSettings
from vidrec.vectors.categories import read_categories
from vidrec.vectors.sparse import as_dense, as_sparse, write_sparse
from vidrec.vectors.vectors import Vectors, read_vectors, write_vectors
from vidrec.workflow import params
from vidrec.workflow.errors import UserError

CLIPS = [f"clip_{number}" for number in range(6)]


def answer(video: str, count: int = 10) -> Answer:
    return Project().answer(video, count)


def query(video: str, count: int = 10) -> list[Neighbor]:
    return Project().recommend(video, count)


def unseen(kind: str, video_id: str) -> str:
    """A copy of a video's file or frames that the index does not know: by place or by a byte."""
    place = place_of(kind, video_id)
    if place.is_dir():
        shutil.copytree(place, f"unseen {kind} {video_id}")
        return f"unseen {kind} {video_id}"
    Path(f"unseen {video_id}.mp4").write_bytes(place.read_bytes() + b"\0")
    return f"unseen {video_id}.mp4"


def place_of(kind: str, video_id: str) -> Path:
    return next(Path("data", kind).glob(f"*/{video_id}*"))


def assert_as_like_as_by_id(video: str, video_id: str) -> None:
    """Check that `video`, which the index has not, is as like all others as `video_id` is."""
    similarity = {neighbor.video_id: neighbor.similarity for neighbor in query(video)}
    assert similarity.pop(video_id) == 1.0
    assert similarity == {neighbor.video_id: neighbor.similarity for neighbor in query(video_id)}


def snapshot(folder: Path) -> dict[Path, tuple[int, bytes]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files}


@pytest.mark.parametrize(
    "weighting",
    [
        {},
        {"term": "probability", "scaling": "linear"},
        {"term": "count", "idf": False, "norm": "none", "min_confidence": 0.5},
    ],
)
def test_by_file_or_frames_a_video_has_the_neighbours_that_it_has_by_id(
    weighting: dict[str, object], index: Path, weigh: Callable[..., None]
) -> None:
    weigh(**weighting)
    for video_id in ("clip_0", "clip_3"):
        expected = query(video_id)
        assert {neighbor.video_id for neighbor in expected} == set(CLIPS) - {video_id}
        assert query(str(place_of("videos", video_id))) == expected
        assert query(str(place_of("frames", video_id))) == expected


@pytest.mark.parametrize("kind", ["videos", "frames"])
@pytest.mark.parametrize("term", ["confidence", "probability"])
def test_what_the_index_has_not_is_looked_at_as_its_videos_were(
    kind: str, term: str, index: Path, weigh: Callable[..., None]
) -> None:
    weigh(term=term)
    assert_as_like_as_by_id(unseen(kind, "clip_3"), "clip_3")


def write_found_by(detector: str, find: Callable[[Frames], VideoDetections]) -> None:
    """What `find` finds in the frames of each video, stored as the stage of `detector` does."""
    for video in videos_below(Path("data/frames")):
        found = find(read_frames(video.below(Path("data/frames"))))
        if found.distribution is None:
            write_detections(Path("data/detections", detector), video, found.table)
        else:
            write_classes(
                Path("data/detections", detector), video, found.distribution, found.table["frame"]
            )


def test_the_new_head_looks_at_a_video_where_the_vectors_are_of_it(
    index: Path, weigh: Callable[..., None]
) -> None:
    files, into = ClassifierFiles(Path("data/weights/classifier")), Path("data/weights/head")
    settings = params.load(LookingSettings, Path("data/index.json"))
    weight = np.random.default_rng(0).normal(size=(3, 1024)).astype(np.float32)
    head = Head(("a", "b", "c"), weight, np.zeros(3, np.float32))
    save_head(into, head, weights.read_card(files.weights))

    def find(frames: Frames) -> VideoDetections:
        return detect.classify_with_head(frames, files, into, settings)

    write_found_by("finetuned", find)
    weigh(detector="finetuned", term="probability")
    assert {reason.label for reason in query("clip_3")[0].reasons} == {"a", "b", "c"}
    assert_as_like_as_by_id(unseen("videos", "clip_3"), "clip_3")


def test_the_segmenter_looks_at_a_video_where_the_vectors_are_of_it(
    index: Path, weigh: Callable[..., None], segmenter_folder: Path
) -> None:
    changes = {"resolution": 64, "proposals": 1, "threshold": 0.05, "max_overlap": 1.0}
    write_params(index, {"segment_objects": {**changes, "precision": "fp32"}})
    settings = params.load(SegmenterSettings, Path("params.yaml"))
    Path("data/weights/segmenter").symlink_to(segmenter_folder)
    files = SegmenterFiles(Path("data/weights/segmenter"))

    def find(frames: Frames) -> VideoDetections:
        return VideoDetections(detect.QUERY, detect.segment(frames, files, settings).table)

    write_found_by("segmented", find)
    weigh(detector="segmented", term="area")
    assert {reason.label for reason in query("clip_3")[0].reasons} == {"handbag", "person"}
    assert_as_like_as_by_id(unseen("videos", "clip_3"), "clip_3")


def test_what_params_yaml_says_by_now_does_not_matter(index: Path) -> None:
    video, project = unseen("videos", "clip_3"), Project()
    before = project.answer(video)
    extracting = {"fps": 1, "size": 64, "fit": "pad"}
    weighing = {"term": "count", "scaling": "binary"}
    write_params(index, {"extract_frames": extracting, "weigh_objects": weighing})
    assert project.answer(video) == before
    Path("params.yaml").unlink()
    assert project.answer(video) == before


def test_an_index_without_what_it_was_made_with(index: Path) -> None:
    Path("data/index.json").unlink()
    with pytest.raises(UserError, match=r"index\.json is missing: run `dvc repro build_index`"):
        query(unseen("videos", "clip_3"))
    assert query("clip_3")


def test_the_category_of_a_video_of_the_index_is_no_memory_of_the_answer(index: Path) -> None:
    stored = read_categories(Path("data/categories.csv"))
    assert {each.name for each in stored.values()} <= {"cars", "pets"}
    for video in ("clip_3", str(place_of("videos", "clip_3")), str(place_of("frames", "clip_3"))):
        assert answer(video).category == stored["clip_3"]


def test_the_category_of_an_unseen_video_is_that_of_the_classifier(index: Path) -> None:
    found = answer(unseen("videos", "clip_3")).category
    assert found is not None
    assert found.name in ("cars", "pets")
    assert 0.5 <= found.probability <= 1
    assert found == answer(unseen("frames", "clip_3")).category


def test_a_category_that_is_not_known(index: Path) -> None:
    video = unseen("videos", "clip_3")
    Path("data/categories.csv").write_text("video_id,category,probability\n", encoding="utf-8")
    assert (answer("clip_3").category, answer("clip_3").unknown) == (None, UNTRAINED)
    text = Path("data/vectors.csv").read_text(encoding="utf-8")
    alone = text.replace("clip_3,pets", "clip_3,alone")
    Path("data/vectors.csv").write_text(alone, encoding="utf-8")
    assert answer("clip_3").unknown == ALONE
    Path("data/vectors.csv").write_text(text.replace(",pets", ",cars"), encoding="utf-8")
    assert answer("clip_3").unknown == TOO_FEW
    Path("data/vectors.csv").write_text(text, encoding="utf-8")
    model = Path("data/video_classifier.json").read_text(encoding="utf-8")
    other = model.replace('"cat",', '"cow",')
    Path("data/video_classifier.json").write_text(other, encoding="utf-8")
    assert (answer(video).category, answer(video).unknown) == (None, UNTRAINED)
    Path("data/video_classifier.json").write_text("null\n", encoding="utf-8")
    assert (answer(video).category, answer(video).unknown) == (None, TOO_FEW)
    for path in ("data/categories.csv", "data/video_classifier.json"):
        Path(path).unlink()
    assert answer("clip_3").category is answer(video).category is None
    assert len(query("clip_3")) == len(query(video)) - 1 == 5


def test_guesses_are_read_with_their_checks(index: Path) -> None:
    Path("data/categories.csv").write_text("video_id,category,probability\nclip_3,cars,2\n")
    with pytest.raises(UserError, match=r"categories\.csv, row 2: probability is"):
        answer("clip_3")


def test_a_copy_of_the_file_is_known_a_copy_of_the_frames_is_as_like_as_can_be(index: Path) -> None:
    shutil.copy(place_of("videos", "clip_2"), "my own video.mp4")
    shutil.copytree(place_of("frames", "clip_2"), "my frames")
    assert query("my own video.mp4") == query("clip_2")
    assert_as_like_as_by_id("my frames", "clip_2")


def test_nothing_below_data_changes(index: Path) -> None:
    before = snapshot(index)
    for video in ("clip_0", str(place_of("videos", "clip_0")), str(place_of("frames", "clip_0"))):
        query(video)
    assert snapshot(index) == before


def test_an_id_comes_before_a_file_of_that_name(index: Path) -> None:
    Path("clip_1").write_bytes(b"no video")
    assert [neighbor.rank for neighbor in query("clip_1", 2)] == [1, 2]


def test_a_youtube_url_of_a_video_in_the_index_needs_no_download(index: Path) -> None:
    text = Path("data/vectors.csv").read_text(encoding="utf-8")
    Path("data/vectors.csv").write_text(text.replace("clip_0,", "aaaaaaaaaa0,"), encoding="utf-8")
    assert query("https://youtu.be/aaaaaaaaaa0") == query("aaaaaaaaaa0")


def test_vectors_and_idf_of_different_runs(index: Path) -> None:
    older = Path("data/weighting.json").read_text(encoding="utf-8")
    text = older.replace('"cat",', '"cow",')
    Path("data/weighting.json").write_text(text, encoding="utf-8")
    assert text != older
    with pytest.raises(UserError, match=r"different labels: .*dvc repro -s -f weigh_objects"):
        query(unseen("videos", "clip_0"))


def test_a_video_without_any_known_object_says_so(index: Path) -> None:
    text = Path("data/weighting.json").read_text(encoding="utf-8")
    surer = text.replace('"min_confidence": 0.001', '"min_confidence": 0.9999')
    Path("data/weighting.json").write_text(surer, encoding="utf-8")
    assert surer != text
    video = unseen("videos", "clip_0")
    with pytest.raises(UserError, match=r"clip_0\.mp4: none of the objects of the index was found"):
        query(video)


def test_what_is_no_video(index: Path) -> None:
    Path("text.mp4").write_text("hello")
    os.mkfifo("fifo.mp4")
    Path("empty").mkdir()
    for video, said in (
        ("text.mp4", r"text\.mp4 gives no frames \(unknown_container\)"),
        ("fifo.mp4", r"fifo\.mp4 gives no frames \(unreadable\)"),
        ("/proc/self/mem", r"/proc/self/mem (gives no frames \(unreadable\)|is missing)"),
        ("empty", "empty holds no frames"),
        ("nowhere/a.mp4", r"nowhere/a\.mp4 is missing"),
        ("clip", "did you mean clip_"),
        ("http://[abc", r"http://\[abc gives no video"),
    ):
        with pytest.raises(UserError, match=said):
            query(video)


def test_the_similarities_end_where_nothing_is_in_common(index: Path) -> None:
    table = pd.read_csv("data/vectors.csv").set_index("video_id")
    labels = table.columns[1:]
    table.loc["clip_5", labels] = 0.0
    table.loc["clip_5", "tree"] = 1.0
    table.loc[["clip_0", "clip_1"], "tree"] = 0.0
    table.reset_index().to_csv("data/vectors.csv", index=False)
    found = query("clip_0", 1000)
    assert {each.video_id for each in found} == {"clip_1", "clip_2", "clip_3", "clip_4"}
    assert [each.rank for each in found] == [1, 2, 3, 4]
    assert all(each.similarity > 0 for each in found)


def test_an_index_of_clusters_answers_as_a_full_comparison(index: Path) -> None:
    known, new = query("clip_0"), query(unseen("videos", "clip_0"))
    vectors = as_sparse(read_vectors(Path("data/vectors.csv")))
    Path("data/index").mkdir()
    build_and_rank(vectors, 10, Path("data/index"))
    write_sparse(Path("data/vectors.npz"), vectors)
    Path("data/vectors.csv").unlink()
    assert query("clip_0") == known
    assert query(unseen("videos", "clip_0")) == new
    whole = as_dense(vectors)
    fewer = Vectors(whole.videos[:-1], whole.labels, whole.values[:-1])
    others = Vectors(whole.videos, whole.labels, whole.values[::-1])
    for of_another_run in (fewer, others):
        write_sparse(Path("data/vectors.npz"), of_another_run)
        with pytest.raises(UserError, match="are of different runs: run `dvc repro`"):
            query("clip_0")


@pytest.mark.parametrize(
    ("video", "asked"),
    [
        ([], Question(objects=["cat"])),
        (["clip_0"], Question(objects=["cat"])),
        (["clip_0"], Question(without=["dog"])),
        (["clip_0", "clip_1"], Question()),
    ],
)
def test_an_index_of_clusters_is_asked_about_one_video_alone(
    video: list[str], asked: Question, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = Project().answer(video, 10, asked).neighbors
    vectors = as_sparse(read_vectors(Path("data/vectors.csv")))
    Path("data/index").mkdir()
    build_and_rank(vectors, 10, Path("data/index"))
    write_sparse(Path("data/vectors.npz"), vectors)

    def refuse(*_: object) -> None:
        raise AssertionError("asked")

    monkeypatch.setattr(clusters, "best", refuse)
    assert Project().answer(video, 10, asked).neighbors == expected
    with pytest.raises(AssertionError, match="asked"):
        query("clip_0")


def test_answers_are_the_same_from_any_folder(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = query("clip_0")
    (index / "deep/er").mkdir(parents=True)
    monkeypatch.chdir(index / "deep/er")
    assert vidrec.recommend("clip_0") == expected
    assert vidrec.recommend("../../data/videos/cars/clip_0.mp4") == expected
    monkeypatch.chdir(tmp_path)
    for path in ("project", Path("project"), "project/deep", str(index)):
        assert vidrec.Project(path).recommend("clip_0") == expected
    project = vidrec.Project("project")
    monkeypatch.chdir("/")
    assert project.recommend(index / "data/videos/cars/clip_0.mp4") == expected
    assert repr(project) == f"Project({str(index)!r})"


def test_messages_have_the_shortest_path(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("data/vectors.csv").unlink()
    for folder, shown in ((index, "data/vectors.csv"), (tmp_path, "project/data/vectors.csv")):
        monkeypatch.chdir(folder)
        with pytest.raises(UserError, match=f"^{shown} is missing: run `dvc repro`"):
            Project(index).recommend("clip_0")


def test_the_detections_of_a_directory_are_those_of_the_stages(index: Path) -> None:
    folder = place_of("frames", "clip_0")
    stored = pd.read_csv("data/detections/classified/cars/clip_0.csv")
    for given in (str(folder), folder):
        pd.testing.assert_frame_equal(vidrec.classify(given), stored)
    assert list(stored) == ["frame", "label", "confidence"]


def test_frames_of_a_video_of_the_project_need_not_be_here(index: Path) -> None:
    stored, folder = vidrec.classify("data/frames/cars/clip_0"), Path("data/frames/cars/clip_0")
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    shutil.rmtree("data/frames")
    pd.testing.assert_frame_equal(vidrec.classify(folder), stored)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
    assert list(Path("data/frames").glob("*/*")) == [folder]
    shutil.rmtree("data/frames")
    assert Project().inspect("clip_0").count == len(files)
    with pytest.raises(UserError, match=r"frames\.csv has no cars/typo: run `dvc repro"):
        vidrec.classify("data/frames/cars/typo")


def test_each_frame_is_segmented(index: Path, segmenter_folder: Path) -> None:
    smaller = {"resolution": 64, "proposals": 1, "threshold": 0.05, "max_overlap": 1.0}
    write_params(index, {"segment_objects": {**smaller, "precision": "fp32", "fps": 1}})
    Path("data/weights/segmenter").symlink_to(segmenter_folder)
    found = vidrec.segment("data/frames/cars/clip_0")
    assert list(found) == ["frame", "label", "confidence", "area_pct"]
    assert set(found["frame"]) == {*range(1, 9)}


def test_weights_that_were_made_anew_are_read_anew(index: Path) -> None:
    write_params(index, {"classify_frames": {"precision": "fp32"}})
    before = vidrec.classify("data/frames/cars/clip_0")
    folder = Path("data/weights/classifier")
    tensors, card = weights.load(folder)
    labels = ("a", "b", "c")
    weights.save(folder, tensors, dataclasses.replace(card, labels=labels))
    after = vidrec.classify("data/frames/cars/clip_0")
    names = dict(zip(card.labels, labels, strict=True))
    assert after["label"].tolist() == [names[label] for label in before["label"]]


def test_a_steered_question_from_python_is_that_of_the_command(index: Path) -> None:
    """Words may stand alone or in lists, and paths beside ids."""
    ask = vidrec.recommend
    assert ask(["clip_0"]) == ask("clip_0")
    assert ask(("clip_0", place_of("videos", "clip_1"))) == ask(["clip_1", "clip_0"])
    without = ask("clip_0", without="cat")
    assert without == ask("clip_0", without=["cat"]) == ask("clip_0", without=("gato",))
    assert without == Project().answer("clip_0", 10, Question(without=["cat"])).neighbors
    assert {reason.label for each in without for reason in each.reasons} == {"dog", "tree"}
    assert ask(objects="cat, dog") == ask(objects=["cat", "dog"])
    assert ask(objects="cat", less="cat") == ask(objects="cat", more="cat")
    assert {each.category for each in ask("clip_0", category="pets")} == {"pets"}
    pets = ask("clip_0", 2, category=["pets"])
    assert pets == ask("clip_0", not_in_category="cars")[:2]
    assert ask("clip_0", 1, diverse=True) == ask("clip_0", 1)
    with pytest.raises(vidrec.UserError, match=r"^nothing is asked about: name a video"):
        ask()
    with pytest.raises(vidrec.UserError, match=r"^nothing is asked about: name a video"):
        ask([], without="cat")


def test_to_weigh_all_objects_alike_changes_nothing(index: Path) -> None:
    every = ["cat", "dog", "tree"]
    plain = [(each.video_id, each.similarity) for each in query("clip_0")]
    for found in (
        vidrec.recommend("clip_0", less=every),
        vidrec.recommend("clip_0", more=every),
    ):
        assert [(each.video_id, each.similarity) for each in found] == plain


def test_an_answer_about_several_says_of_none_what_is_said_of_one(index: Path) -> None:
    one, project = answer("clip_0"), Project()
    assert one.single
    assert one.indexed is not None
    several = project.answer(["clip_0", "clip_1"])
    with_objects = project.answer("clip_0", 10, Question(objects=["dog"]))
    for found in (several, with_objects):
        assert (found.single, found.indexed, found.category, found.unknown) == (
            *(False, None),
            *(None, ""),
        )
    assert {each.video_id for each in several.neighbors} == set(CLIPS[2:])


def test_a_clusters_index_is_no_hindrance_to_steering(index: Path) -> None:
    def steered() -> list[list[Neighbor]]:
        ask = vidrec.recommend
        return [
            ask(["clip_0", "clip_3"]),
            ask("clip_0", without="cat", category="pets"),
            ask(objects="dog", diverse=True),
        ]

    before = steered()
    vectors = as_sparse(read_vectors(Path("data/vectors.csv")))
    Path("data/index").mkdir()
    build_and_rank(vectors, 10, Path("data/index"))
    write_sparse(Path("data/vectors.npz"), vectors)
    Path("data/vectors.csv").unlink()
    assert steered() == before


def test_an_unusual_answer_is_unsure(index: Path) -> None:
    assert answer("clip_0").unsure == []
    vectors = read_vectors(Path("data/vectors.csv"))
    write_usual(Path("data/usual.json"), vectors, Usual((1.0,) * 11, (1.0,) * 11))
    best = query("clip_0")[0].similarity
    table = pd.read_csv("data/detections/classified/cars/clip_0.csv")
    # The classifier names one class a frame.
    sure = round(table["confidence"].mean(), 6)
    expected = [Doubt("confidence", sure, 1.0), Doubt("match", best, 1.0)]
    assert answer("clip_0").unsure == expected
    # What an unseen video is most like is the video that it is a copy of.
    assert answer(unseen("videos", "clip_0")).unsure == expected[:1]
    Path("data/detections/classified/cars/clip_0.csv").unlink()
    assert answer("clip_0").unsure == expected[1:]
    write_usual(Path("data/usual.json"), vectors, Usual((0.0,) * 11, (0.0,) * 11))
    assert answer("clip_0").unsure == []


def test_a_video_that_shows_nothing_is_unsure(index: Path) -> None:
    Path("black").mkdir()
    for number in (1, 2, 3):
        Image.new("RGB", (64, 64)).save(f"black/{number}.jpg")
    assert answer("black").unsure == [Doubt("blank")]
    shown = head(["black"], answer("black")).splitlines()
    assert shown[1] == "unsure: its frames show nothing, all of one colour"


def test_what_is_known_of_a_neighbour(index: Path) -> None:
    manifest = Path("data/videos/manifest.csv")
    table = pd.read_csv(manifest, keep_default_na=False)
    table.loc[table["video_id"] == "clip_1", "title"] = "El gato"
    table.to_csv(manifest, index=False)
    Path("data/videos/category_names.csv").write_text("category,name\npets,mascotas\n")
    found = {each.video_id: each for each in vidrec.recommend("clip_0")}
    assert isinstance(found["clip_1"], vidrec.Neighbor)
    assert (found["clip_1"].title, found["clip_2"].title) == ("El gato", "clip_2")
    assert found["clip_1"].path == "data/videos/pets/clip_1.mp4"
    assert (found["clip_1"].category, found["clip_1"].category_name) == ("pets", "mascotas")
    assert found["clip_2"].category_name == "cars"
    assert sum(reason.share for reason in found["clip_1"].reasons) == pytest.approx(1)
    assert vidrec.recommend("El gato") == vidrec.recommend("clip_1")


def test_what_is_asked_wrongly_is_one_line(index: Path) -> None:
    for video in ("", " "):
        with pytest.raises(vidrec.UserError, match=r"^no video is named: give its id"):
            vidrec.recommend(video)
    with pytest.raises(UserError, match=r"^k is 0: it must be 1 or more$"):
        vidrec.recommend("clip_0", 0)
    with pytest.raises(UserError, match=r"^typo is not a directory"):
        vidrec.Project("typo")


def test_several_videos_are_asked_about_at_once(index: Path) -> None:
    names = [each.video_id for each in vidrec.recommend(["clip_0", "clip_1"])]
    assert set(names) <= {"clip_2", "clip_3", "clip_4", "clip_5"}
    assert names == [each.video_id for each in vidrec.recommend(["clip_1", "clip_0"])]
    mixed = vidrec.recommend(["clip_0", unseen("videos", "clip_1")])
    assert "clip_0" not in [each.video_id for each in mixed]
    found = Project().answer(["clip_0", "clip_1"])
    assert (found.single, found.category, found.unsure) == (False, None, ())


def test_what_counts_is_said_by_name(index: Path) -> None:
    usual = vidrec.recommend("clip_0")
    labels = {reason.label for each in usual for reason in each.reasons}
    gone = sorted(labels)[0]
    steered = vidrec.recommend("clip_0", without=gone)
    assert gone not in {reason.label for each in steered for reason in each.reasons}
    for each in steered:
        assert sum(reason.share for reason in each.reasons) == pytest.approx(1)
        assert sum(group.share for group in each.groups) == pytest.approx(1)
    assert vidrec.recommend("clip_0", more=sorted(labels), k=3) != []
    with pytest.raises(UserError, match="nothing is left to be alike in"):
        vidrec.recommend("clip_0", without=["cat", "dog", "tree"])


def test_objects_may_be_asked_for_alone(index: Path) -> None:
    for words in ("dog", ["dog", "tree"], "dog, perro"):
        found = vidrec.recommend(objects=words)
        assert found
        assert all(each.reasons for each in found)
    assert vidrec.recommend("clip_0", objects="dog") != []
    with pytest.raises(UserError, match="nothing is asked about"):
        vidrec.recommend()


def test_categories_and_variety(index: Path) -> None:
    found = vidrec.recommend("clip_0", category="pets")
    assert {each.category for each in found} == {"pets"}
    found = vidrec.recommend("clip_0", not_in_category=["pets"])
    assert {each.category for each in found} == {"cars"}
    usual = [each.video_id for each in vidrec.recommend("clip_0")]
    varied = [each.video_id for each in vidrec.recommend("clip_0", diverse=True)]
    assert varied[0] == usual[0]
    assert sorted(varied) == sorted(usual)


def test_a_word_without_effect_is_told(index: Path, capsys: pytest.CaptureFixture[str]) -> None:
    vectors = read_vectors(Path("data/vectors.csv"))
    row = vectors.ids.index("clip_0")
    values = vectors.values.copy()
    values[row, 1:] = 0.0
    write_vectors(Path("data/vectors.csv"), dataclasses.replace(vectors, values=values))
    gone = vectors.labels[1]
    vidrec.recommend("clip_0", more=gone)
    assert capsys.readouterr().err == (
        f"'{gone}' is not in what is asked about, so its weight changes nothing\n"
    )


def test_an_index_that_knows_what_is_usual_says_when_it_is_unsure(index: Path) -> None:
    vectors = read_vectors(Path("data/vectors.csv"))
    certain = Usual((0.99,) * 11, (0.999999,) * 11)
    write_usual(Path("data/usual.json"), vectors, certain)
    unsure = [(each.why, each.usual) for each in Project().answer("clip_0").unsure]
    assert unsure == [("confidence", 0.99), ("match", 0.999999)]
    # It has a match that is the same but for a byte of its file.
    unsure = [(each.why, each.usual) for each in answer(unseen("videos", "clip_0")).unsure]
    assert unsure == [("confidence", 0.99)]
    # What several videos together are most like is not compared.
    unsure_of = Project().answer(["clip_0", "clip_1"]).unsure_of
    whys = {word: [each.why for each in found] for word, found in unsure_of.items()}
    assert whys == {"clip_0": ["confidence"], "clip_1": ["confidence"]}
    steered = Project().answer("clip_0", 10, Question(diverse=True))
    assert [each.why for each in steered.unsure] == ["confidence"]
    write_usual(Path("data/usual.json"), vectors, Usual((0.0,) * 11, (0.0,) * 11))
    assert Project().answer("clip_0").unsure == []


def test_a_video_that_shows_nothing_is_told(index: Path) -> None:
    black = [bytes(64 * 48 * 3)] * 6
    Path("black.mp4").write_bytes(ffmpeg.encode_clip(black, 64, 48, 3))
    assert [each.why for each in Project().answer("black.mp4").unsure] == ["blank"]
    several = Project().answer(["clip_0", "black.mp4"])
    assert several.unsure == ()
    assert several.unsure_of == {"black.mp4": [Doubt("blank")]}
    assert Project().answer("black.mp4", 10, Question(objects=["cat"])).unsure_of == {
        "black.mp4": [Doubt("blank")]
    }


def test_own_groups_are_those_of_the_params(index: Path) -> None:
    Path("groups.csv").write_text("label,group,group_es\ncat,pet,mascota\ndog,pet,mascota\n")
    write_params(index, {"objects": {"groups": "groups.csv"}})
    groups = {group.group for each in vidrec.recommend("clip_0") for group in each.groups}
    assert "pet" in groups
    assert not {"cat", "dog"} & groups
    assert vidrec.recommend(objects="mascotas") == vidrec.recommend(objects="pet")
    Path("groups.csv").unlink()
    with pytest.raises(UserError, match=r"groups\.csv is not a file"):
        vidrec.recommend("clip_0")
