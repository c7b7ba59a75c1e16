"""The ten most similar videos of each, as they are kept in git."""

from pathlib import Path

import numpy as np
import pytest

from vidrec.recommender import first_ten
from vidrec.recommender.first_ten import read_first_ten, write_first_ten
from vidrec.workflow.arrays import IntArray
from vidrec.workflow.errors import UserError

HEAD = "video_id,nearest\n"


def rank(count: int, places: int) -> IntArray:
    """For each video those after it, round and round."""
    return np.array(
        [[(row + step) % count for step in range(1, places + 1)] for row in range(count)]
    )


def test_each_video_has_a_row_by_id_with_its_nearest_in_order(tmp_path: Path) -> None:
    path = tmp_path / "first_ten.csv"
    write_first_ten(path, ["b", "-c", "007"], np.array([[1, 2], [2, 0], [0, 1]]))
    assert path.read_text() == f"{HEAD}-c,007 b\n007,b -c\nb,'-c 007\n"
    assert read_first_ten(path) == {"-c": ["007", "b"], "007": ["b", "-c"], "b": ["-c", "007"]}


def test_ten_are_kept(tmp_path: Path) -> None:
    ids = [f"v{n:02}" for n in range(13)]
    write_first_ten(tmp_path / "t.csv", ids, rank(13, 12))
    assert read_first_ten(tmp_path / "t.csv")["v00"] == ids[1:11]


def test_a_video_without_neighbours_has_none(tmp_path: Path) -> None:
    write_first_ten(tmp_path / "t.csv", ["a"], np.empty((1, 0), np.int64))
    assert read_first_ten(tmp_path / "t.csv") == {"a": []}


def test_of_very_many_the_same_are_followed_when_one_is_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_ten, "FOLLOWED", 20)
    ids = [f"v{n:03}" for n in range(200)]
    write_first_ten(tmp_path / "old.csv", ids, rank(200, 10))
    write_first_ten(tmp_path / "new.csv", [*reversed(ids), "v200"], rank(201, 10))
    old, new = (list(read_first_ten(tmp_path / name)) for name in ("old.csv", "new.csv"))
    assert len(old) == len(new) == 20
    assert len(set(old) & set(new)) >= 19
    # They are spread over the collection.
    assert {video_id[:2] for video_id in old} == {"v0", "v1"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not a CSV file"),
        ("video_id\na\n", "lacks the column 'nearest'"),
        (f"{HEAD}a|b,c\n", "video_id 'a|b' must be of letters"),
        (f"{HEAD}a,b <i>\n", "nearest '<i>' must be of letters"),
        (f"{HEAD}a,b\na,c\n", "has a video_id twice"),
        (f"{HEAD}a,b b\n", "nearest of 'a' must be 10 other videos at most, each once"),
        (f"{HEAD}a,a\n", "nearest of 'a' must be"),
        (f"{HEAD}a,b c d e f g h i j k l\n", "nearest of 'a' must be"),
        (f"{HEAD}a,b,c\n", "is not a CSV file"),
        ("<<<<<<< HEAD\n", "has the marks of a git conflict"),
    ],
)
def test_what_is_no_such_table_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "first_ten.csv"
    path.write_text(text)
    with pytest.raises(UserError) as raised:
        read_first_ten(path)
    assert said in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1
