"""The manifest of videos is read by one reader, which lets nothing lead out of a folder."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from vidrec.commands.display_names import read_display_names
from vidrec.videos.manifest import (
    COLUMNS,
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
from vidrec.workflow.video import Video

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
