"""The index of frames, and frames of which there is none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from vidrec.media.frame_index import (
    UNFINISHED,
    Framed,
    frames_below,
    read_index,
    videos_below,
    write_index,
)
from vidrec.media.frames import read_frames
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video

Write = Callable[[Path, int, int], None]
ROWS = [Framed(Video("pets", "007"), 3, "1" * 64), Framed(Video("cars", "-x_1"), 180, "0e1a" * 16)]


def test_what_is_written_is_read_again_in_its_order(tmp_path: Path) -> None:
    write_index(tmp_path / "frames.csv", ROWS)
    text = (tmp_path / "frames.csv").read_text()
    assert text.splitlines()[:2] == ["video_id,category,frames,sha256", f"007,pets,3,{'1' * 64}"]
    assert read_index(tmp_path / "frames.csv") == ROWS


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("../x,pets,3,1", "video_id '../x' must be of letters"),
        ("a,pets,0,1", "frames is '0', it must be a whole number from 1"),
        ("a,pets,many,1", "frames is 'many', it must be a whole number"),
        ("a,pets,inf,1", "frames is 'inf'"),
        ("a,pets,2.7,1", r"frames is '2\.7'"),
        ("a,pets,1000000000000,1", "frames is '1000000000000'"),
        # It names a directory.
        ("a,pets,3,/home/someone", "sha256 is '/home/someone', it must be 64 digits"),
        ("a,pets,3,", "sha256 is ''"),
        (f"a,pets,3,../{'1' * 61}", "row 2: sha256"),
        (f"a,pets,3,{'1' * 64}\na,pets,4,{'2' * 64}", "has a video twice: run `dvc repro -s -f"),
        ("", "has no video"),
    ],
)
def test_what_is_no_index_is_refused(tmp_path: Path, row: str, message: str) -> None:
    (tmp_path / "frames.csv").write_text(f"video_id,category,frames,sha256\n{row}\n")
    with pytest.raises(UserError, match=message):
        read_index(tmp_path / "frames.csv")


def test_a_missing_index_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"frames\.csv is missing: run `dvc repro`"):
        read_index(tmp_path / "frames.csv")


def test_videos_are_listed_by_category_and_id(tmp_path: Path) -> None:
    for name in ("pets/b", "pets/a", "cars/-x_1", "cars/.hidden"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "cars" / "notes").touch()
    found = videos_below(tmp_path)
    assert found == [Video("cars", "-x_1"), Video("pets", "a"), Video("pets", "b")]
    assert [video.below(tmp_path) for video in found] == [
        tmp_path / "cars" / "-x_1",
        tmp_path / "pets" / "a",
        tmp_path / "pets" / "b",
    ]


def test_no_videos_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no frames"):
        videos_below(tmp_path)


def test_a_directory_whose_writer_was_stopped_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pets/a").mkdir(parents=True)
    (tmp_path / UNFINISHED).touch()
    with pytest.raises(UserError, match="is not whole, as what wrote it was stopped"):
        videos_below(tmp_path)


def test_frames_without_an_index_are_those_that_lie_there(
    tmp_path: Path, write_frames: Write
) -> None:
    write_frames(tmp_path / "pets/a", 2, 0)
    write_frames(tmp_path / "cars/b", 1, 1)
    source = frames_below(tmp_path)
    assert [(str(each), each.frames) for each in source.framed] == [("cars/b", 1), ("pets/a", 2)]
    for each in source.framed:
        stored = read_frames(each.video.below(tmp_path))
        assert each.sha256 == stored.digest
        assert source.read(each) == stored


def test_frames_that_change_after_a_first_look_are_refused(
    tmp_path: Path, write_frames: Write
) -> None:
    write_frames(tmp_path / "pets/a", 2, 0)
    source = frames_below(tmp_path)
    (tmp_path / "pets/a/2.jpg").unlink()
    with pytest.raises(UserError, match="pets/a has changed while it was read: run again"):
        source.read(source.framed[0])
