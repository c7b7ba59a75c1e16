from pathlib import Path

import pytest

from vidrec.detections.copies import Copy, groups, others, read_copies, write_copies
from vidrec.workflow.errors import UserError


def test_copies_are_read_as_they_were_written(tmp_path: Path) -> None:
    rows = [Copy("b", "a", 1 / 3), Copy("007", "a", 1.0), Copy("-x", "z", 0.5)]
    write_copies(tmp_path / "copies.csv", rows)
    assert (tmp_path / "copies.csv").read_text().splitlines() == [
        *("video_id,copy_of,share", "b,a,0.3333", "007,a,1.0", "-x,z,0.5")
    ]
    assert read_copies(tmp_path / "copies.csv") == {"b": "a", "007": "a", "-x": "z"}


def test_without_copies_there_is_a_header(tmp_path: Path) -> None:
    write_copies(tmp_path / "copies.csv", [])
    assert (tmp_path / "copies.csv").read_text() == "video_id,copy_of,share\n"
    assert read_copies(tmp_path / "copies.csv") == {}


def test_a_group_is_named_by_the_video_that_is_no_copy() -> None:
    assert groups(["c", "a", "d", "b"], {"b": "a", "c": "a"}) == ["a", "a", "d", "a"]
    assert groups(["b"], {"b": "a"}) == ["a"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("video_id,copy_of\nb,a\n", "lacks the column 'share'"),
        ("video_id,copy_of,share,more\nb,a,1,2\n", "has a column 'more' that is not known"),
        ("video_id,copy_of,share\nb,a,1\nb,c,1\n", "has video_id 'b' twice"),
        ("video_id,copy_of,share\nb,b,1\n", "has 'b' as a copy of itself"),
        ("video_id,copy_of,share\nb,a,1\nc,b,1\n", "'c' as a copy of 'b', which is a copy too"),
        ("video_id,copy_of,share\na,b,1\nb,a,1\n", "'a' as a copy of 'b', which is a copy too"),
        ("video_id,copy_of,share\nb,a,2\n", "row 2: share is '2', it must be a number from 0 to 1"),
        ("video_id,copy_of,share\nb,a,nan\n", "row 2: share is 'nan'"),
        ("video_id,copy_of,share\nb,a,\n", "row 2: share is ''"),
        ("video_id,copy_of,share\nb,../a,1\n", "row 2: copy_of '../a' must be of letters"),
        ("video_id,copy_of,share\n,a,1\n", "row 2: video_id '' must be of letters"),
        ("", "is not a CSV file"),
    ],
)
def test_a_table_that_is_none_is_refused_in_one_line(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "copies.csv").write_text(text)
    with pytest.raises(UserError) as refused:
        read_copies(tmp_path / "copies.csv")
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_table_says_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is missing: run `dvc repro`"):
        read_copies(tmp_path / "copies.csv")


def test_the_others_of_each_group_are_named_and_only_those_that_are_there() -> None:
    copies = {"c": "a", "b": "a", "y": "x"}
    assert others(["c", "b", "z", "a", "y"], copies) == {
        "a": ["b", "c"],
        "b": ["a", "c"],
        "c": ["a", "b"],
    }
    assert others(["a", "b"], {}) == {}
