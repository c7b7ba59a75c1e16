"""The manifest: which of its videos count, and what it keeps of each."""

from pathlib import Path

import pytest

from vidrec.videos.manifest import (
    DIRECTORY,
    Entry,
    build_manifest,
    ids_by_content,
    read_good,
    read_manifest,
    write_manifest,
)
from vidrec.workflow.files import sha256_of
from vidrec.workflow.video import Video

TROUBLE = "cut off after 5.1 of 10 s"


def own(name: str, status: str, error: str) -> Entry:
    path, video = f"cars/{name}.mkv", Video("cars", name)
    return Entry(video, DIRECTORY, name, status, None, 5.12345, error, 2 * name, path)


@pytest.fixture
def videos(tmp_path: Path) -> Path:
    """A manifest of four own videos: one ok, two partial (one of them no own video), one lost."""
    folder = tmp_path / "videos"
    (folder / "cars").mkdir(parents=True)
    download = folder / "cars/d.mp4"
    download.write_bytes(b"d")
    entries = [
        own("a", "ok", ""),
        own("b", "partial", TROUBLE),
        own("c", "truncated", TROUBLE),
        Entry(Video("cars", "d"), "youtube", "D", "partial", download, 7.0, TROUBLE),
    ]
    write_manifest(folder, build_manifest(entries, Path("data/videos")))
    return folder


def test_a_partial_video_has_length_path_and_what_is_wrong(videos: Path) -> None:
    table = read_manifest(videos)
    assert list(table["status"]) == ["ok", "partial", "truncated", "partial"]
    assert list(table["path"]) == ["cars/a.mkv", "cars/b.mkv", "", "data/videos/cars/d.mp4"]
    assert [str(length) for length in table["duration_s"]] == ["5.123", "5.123", "", "7.0"]
    assert list(table["error"]) == ["", TROUBLE, TROUBLE, TROUBLE]


def test_what_counts_is_read_back_with_its_status(videos: Path, tmp_path: Path) -> None:
    found = read_good(videos, tmp_path / "own")
    assert [(each.video.video_id, each.status, each.error) for each in found] == [
        ("a", "ok", ""),
        ("b", "partial", TROUBLE),
        ("d", "partial", TROUBLE),
    ]
    assert [each.file for each in found] == [
        tmp_path / "own/cars/a.mkv",
        tmp_path / "own/cars/b.mkv",
        videos / "cars/d.mp4",
    ]
    assert all(each.counts for each in found)


def test_a_partial_video_is_known_by_its_content(videos: Path) -> None:
    digest = sha256_of(videos / "cars/d.mp4")
    assert ids_by_content(videos) == {"aa": ["a"], "bb": ["b"], digest: ["d"]}


def test_no_other_status_counts() -> None:
    for status in ("", "truncated", "duplicate", "Partial"):
        assert not Entry(Video("cars", "a"), "", status=status).counts
