"""Neighbours of videos in the index and of others, in a project of six small clips."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from vidrec.commands.neighbors import neighbors_of
from vidrec.recommender.reasons import Neighbor
from vidrec.workflow.errors import UserError

CLIPS = [f"clip_{number}" for number in range(6)]


def query(video: str, count: int = 10) -> list[Neighbor]:
    return neighbors_of(video, count, Path("params.yaml"), lambda _: None)


def place_of(kind: str, video_id: str) -> Path:
    return next(Path("data", kind).glob(f"*/{video_id}*"))


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


def test_a_copy_of_the_file_is_known_a_copy_of_the_frames_is_as_like_as_can_be(index: Path) -> None:
    shutil.copy(place_of("videos", "clip_2"), "my own video.mp4")
    shutil.copytree(place_of("frames", "clip_2"), "my frames")
    assert query("my own video.mp4") == query("clip_2")
    similarity = {neighbor.video_id: neighbor.similarity for neighbor in query("my frames")}
    assert similarity.pop("clip_2") == 1.0
    assert similarity == {neighbor.video_id: neighbor.similarity for neighbor in query("clip_2")}


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
    with pytest.raises(UserError, match=r"different labels: .*dvc repro -f weigh_objects"):
        query(str(place_of("videos", "clip_0")))


def test_a_video_without_any_known_object_says_so(index: Path) -> None:
    text = Path("data/weighting.json").read_text(encoding="utf-8")
    surer = text.replace('"min_confidence": 0.001', '"min_confidence": 0.9999')
    Path("data/weighting.json").write_text(surer, encoding="utf-8")
    assert surer != text
    video = place_of("videos", "clip_0")
    with pytest.raises(UserError, match=r"clip_0\.mp4: none of the objects of the index was found"):
        query(str(video))


def test_what_is_no_video(index: Path) -> None:
    Path("text.mp4").write_text("hello")
    os.mkfifo("fifo.mp4")
    Path("empty").mkdir()
    for video, said in (
        ("text.mp4", r"text\.mp4 gives no frames \(unknown_container\)"),
        ("fifo.mp4", r"fifo\.mp4 gives no frames \(unreadable\)"),
        ("empty", "empty holds no frames"),
        ("nowhere/a.mp4", r"nowhere/a\.mp4 is missing"),
        ("clip", "did you mean clip_"),
        ("http://[abc", r"http://\[abc gives no video"),
    ):
        with pytest.raises(UserError, match=said):
            query(video)
