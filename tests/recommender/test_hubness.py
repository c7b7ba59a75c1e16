from pathlib import Path

import numpy as np
import pytest

from vidrec.recommender.hubness import hubness, read_hubness, write_hubness
from vidrec.workflow.errors import UserError


def test_it_is_the_mean_of_the_highest() -> None:
    similarity = np.array([0.1, 0.9, 0.5, 0.7])
    assert hubness(similarity, 2) == 0.8
    assert hubness(similarity, 9) == 0.55
    assert hubness(np.empty(0), 3) == 0


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    write_hubness(path, ["b", "007"], np.array([0.25, 1.0]))
    assert path.read_text() == "video_id,hubness\nb,0.25\n007,1.0\n"
    found = read_hubness(path, ["b", "007"])
    assert found is not None
    assert found.tolist() == [0.25, 1.0]


def test_where_it_does_not_count_there_are_no_rows(tmp_path: Path) -> None:
    write_hubness(tmp_path / "h.csv", ["b", "a"], None)
    assert (tmp_path / "h.csv").read_text() == "video_id,hubness\n"
    assert read_hubness(tmp_path / "h.csv", ["b", "a"]) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("video_id\na\n", "lacks the column 'hubness'"),
        ("video_id,hubness\na,x\n", "hubness is 'x'"),
        ("video_id,hubness\na,7\n", "hubness is 7"),
        ("video_id,hubness\nb,0.5\n", "is of other videos than the vectors"),
        ("video_id,hubness\na,0.5\na,0.5\n", "is of other videos than the vectors"),
    ],
)
def test_what_is_no_such_table_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "h.csv").write_text(text)
    with pytest.raises(UserError, match=said):
        read_hubness(tmp_path / "h.csv", ["a"])
