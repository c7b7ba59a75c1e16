"""The list of own videos that is kept in git."""

import os
from pathlib import Path

import pytest

from vidrec.videos.listing import COLUMNS, Listed, read_listing, write_listing
from vidrec.videos.manifest import path_of, text_of
from vidrec.workflow.errors import UserError

ROOT = Path(__file__).parents[2]
ROWS = [
    Listed("007/1.mp4", "007", "007", "1", sha256="00", size=3, duration_s=1.5, title="1"),
    Listed('猫/b, "c".mp4', "Mao", "猫", "b_c", "no_video", "ab", 9, 0.0, "b", "no video"),
    Listed("猫/d.mkv", "Mao", "猫", "d", "partial", "cd", 9, 5.1, "d", "cut off after 5.1 of 10 s"),
]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write_listing(tmp_path / "own.csv", ROWS[::-1])
    assert read_listing(tmp_path / "own.csv") == ROWS
    assert (tmp_path / "own.csv").read_text().splitlines()[0] == ",".join(COLUMNS)


def test_a_partial_video_counts_and_one_that_is_none_does_not() -> None:
    assert [each.counts for each in ROWS] == [True, False, True]


def test_no_file_lists_nothing_and_so_does_the_one_that_is_shipped(tmp_path: Path) -> None:
    assert read_listing(tmp_path / "none.csv") == []
    assert read_listing(ROOT / "manifests/directory.csv") == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("a/2,a,a,1,ok,,0,0,,", "video_id '1' twice"),
        ("007/1.mp4,a,a,2,ok,,0,0,,", "path '007/1.mp4' twice"),
        ("a/2,../a,a,2,ok,,0,0,,", "row 3: category '../a' must be of letters"),
        ("a/2,a,a,,ok,,0,0,,", "row 3: video_id '' must be of letters"),
        ("../2,a,a,2,ok,,0,0,,", "row 3: path '../2' must lead to a file below"),
        ("a/%2e%2e/%2e%2e/2,a,a,2,ok,,0,0,,", "row 3: path 'a/%2e.* must lead to a file below"),
        ("/etc/passwd,a,a,2,ok,,0,0,,", "row 3: path '/etc/passwd' must lead to a file below"),
        ("<<<<<<< HEAD", "has the marks of a git conflict in line 3: take one side"),
        ("a/2,a,a,2/3,ok,,0,0,,", "video_id '2/3' must be of letters"),
        ("a/2,a,a,2,ok,,-1,0,,", "size is"),
        ("a/2,a,a,2,ok,,1,long,,", "duration_s is 'long'"),
    ],
)
def test_a_row_that_cannot_be_is_refused(tmp_path: Path, line: str, said: str) -> None:
    write_listing(tmp_path / "own.csv", ROWS[:1])
    with (tmp_path / "own.csv").open("a") as stream:
        stream.write(line + "\n")
    with pytest.raises(UserError, match=rf"own\.csv.*{said}"):
        read_listing(tmp_path / "own.csv")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (Path("música/a b.mp4"), "música/a b.mp4"),
        (Path("a/100%.mp4"), "a/100%25.mp4"),
        (Path("a/new\nline.mp4"), "a/new%0Aline.mp4"),
        (Path(os.fsdecode(b"a/caf\xe9.mp4")), "a/caf%E9.mp4"),
        (Path("a/😀.mp4"), "a/😀.mp4"),
    ],
)
def test_a_path_is_one_line_of_text_and_comes_back(path: Path, text: str) -> None:
    assert text_of(path) == text
    assert path_of(text) == path


def test_names_that_begin_like_formulas_come_back(tmp_path: Path) -> None:
    row = Listed("=cmd|x/@SUM(1).mp4", "cmd_x", "=cmd|x", "SUM_1", sha256="00", title="@SUM(1)")
    write_listing(tmp_path / "own.csv", [row])
    line = (tmp_path / "own.csv").read_text().splitlines()[1]
    assert line == "'=cmd|x/@SUM(1).mp4,cmd_x,'=cmd|x,SUM_1,ok,00,0,0.0,'@SUM(1),"
    assert read_listing(tmp_path / "own.csv") == [row]
