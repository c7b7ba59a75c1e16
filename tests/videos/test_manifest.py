"""The manifest of videos: which count, what it keeps of each, and that nothing leads out."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from vidrec.commands.display_names import read_display_names
from vidrec.videos.manifest import (
    COLUMNS,
    DIRECTORY,
    Entry,
    build_manifest,
    file_of,
    ids_by_content,
    one_line,
    read_good,
    read_manifest,
    write_manifest,
)
from vidrec.workflow.errors import UserError
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


ROW = {
    "video_id": "a",
    "category": "cars",
    "status": "ok",
    "path": "data/videos/cars/a.mp4",
    "duration_s": 1.5,
    "sha256": "00",
    "source": "sample",
    "title": "A",
    "error": "",
}


def write(folder: Path, **changed: str) -> None:
    rows = [ROW, {**ROW, "video_id": "b", **changed}]
    write_manifest(folder, pd.DataFrame(rows, columns=list(COLUMNS)))


def refusal_of(folder: Path) -> str:
    with pytest.raises(UserError) as refused:
        read_manifest(folder)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@pytest.mark.parametrize("name", ["../../outside", "/etc", "", ".", "a\nb", "x" * 300, "a b"])
@pytest.mark.parametrize("column", ["video_id", "category"])
def test_a_name_that_is_no_folder_of_ours_is_refused(
    tmp_path: Path, column: str, name: str
) -> None:
    write(tmp_path, **{column: name})
    said = refusal_of(tmp_path)
    assert said.startswith(f"{tmp_path}/manifest.csv, row 3: {column} {name[:60]!r}"[:-1])


@pytest.mark.parametrize(
    "path",
    ["../x.mp4", "cars/../../x.mp4", "/etc/passwd", "%2e%2e/x.mp4", "%2Fetc/passwd", ".", "a/%00"],
)
def test_an_own_video_lies_below_its_directory(tmp_path: Path, path: str) -> None:
    write(tmp_path, source="directory", path=path)
    said = refusal_of(tmp_path)
    assert said.startswith(f"{tmp_path}/manifest.csv, row 3: path {path!r} must lead to a file")


@pytest.mark.parametrize("path", ["..", "cars/..", "/", ".", "cars/a\0.mp4"])
def test_another_video_has_a_plain_file_name(tmp_path: Path, path: str) -> None:
    write(tmp_path, path=path)
    assert "row 3: path" in refusal_of(tmp_path)


@pytest.mark.parametrize("path", ["../../../etc/passwd", "/etc/passwd", "passwd"])
def test_of_another_video_only_the_name_of_its_path_counts(tmp_path: Path, path: str) -> None:
    write(tmp_path, path=path)
    [_, entry] = read_good(tmp_path, tmp_path / "originals")
    assert entry.file == tmp_path / "cars/passwd"


@pytest.mark.parametrize("path", ["música/a b.mp4", "a/100%25.mp4", "a/caf%E9.mp4", "a/..b.mp4"])
def test_own_videos_of_any_name_are_found(tmp_path: Path, path: str) -> None:
    write(tmp_path, source="directory", path=path)
    [_, entry] = read_good(tmp_path, tmp_path / "originals")
    assert entry.path == path
    assert entry.file == file_of(path, "directory", "cars", tmp_path, tmp_path / "originals")
    assert entry.file.is_relative_to(tmp_path / "originals")


def test_a_video_without_a_file_has_no_path(tmp_path: Path) -> None:
    write(tmp_path, source="directory", status="no_video", path="")
    assert list(read_manifest(tmp_path)["path"]) == [ROW["path"], ""]


@pytest.mark.parametrize(
    "read",
    [
        lambda folder: read_good(folder, folder),
        ids_by_content,
        lambda folder: read_display_names(folder, folder / "none"),
    ],
)
def test_every_reader_checks(tmp_path: Path, read: Callable[[Path], object]) -> None:
    write(tmp_path, video_id="../../outside")
    with pytest.raises(UserError, match=r"video_id '\.\./\.\./outside'"):
        read(tmp_path)


def test_titles_and_errors_are_no_formulas_and_come_back(tmp_path: Path) -> None:
    wanted = Entry(Video("cars", "-a"), "youtube", "=1+1 ", "private", error="@SUM(1)")
    write_manifest(tmp_path, build_manifest([wanted], tmp_path))
    line = (tmp_path / "manifest.csv").read_text().splitlines()[1]
    assert line == "-a,cars,private,,,,youtube,'=1+1,'@SUM(1)"
    [row] = read_manifest(tmp_path).to_dict("records")
    assert (row["video_id"], row["title"], row["error"]) == ("-a", "=1+1", "@SUM(1)")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\nb\r\n\tc", "a b c"),
        ("\x1b[31mred\x9b0m", "[31mred 0m"),
        ("left\u202eright\u2066x\u2028y", "left right x y"),
        ("half \ud83d of one", "half ? of one"),
        ("\U0001f469\u200d\U0001f692 caf\u00e9", "\U0001f469\u200d\U0001f692 caf\u00e9"),
        ("x" * 400, "x" * 300),
    ],
)
def test_a_title_is_one_line_that_turns_nothing(text: str, line: str) -> None:
    assert one_line(text) == line
