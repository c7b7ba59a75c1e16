from pathlib import Path

import pytest

from vidrec.metrics.by_video import CONFUSION, FIGURES, SCORES, read_scores
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import write_bytes


def write(root: Path, scores: str, confusion: str) -> None:
    write_bytes(root / SCORES, scores.encode())
    write_bytes(root / CONFUSION, confusion.encode())


def test_each_video_has_its_three_figures_whatever_the_order(tmp_path: Path) -> None:
    write(
        tmp_path,
        "video_id,category,precision_at_10,map_at_10\n007,1,1,0.5\nb,2,0.25,0.125\n",
        "video_id,actual,predicted\nb,2,1\n007,1,1\n",
    )
    found = read_scores(tmp_path)
    assert found is not None
    assert found.loc["007"].to_dict() == dict(zip(FIGURES, (1.0, 0.5, 1.0), strict=True))
    assert found.loc["b"].to_dict() == dict(zip(FIGURES, (0.25, 0.125, 0.0), strict=True))


def test_without_one_of_the_tables_there_are_none(tmp_path: Path) -> None:
    assert read_scores(tmp_path) is None
    write(tmp_path, "video_id,precision_at_10,map_at_10\n", "video_id,actual,predicted\n")
    assert read_scores(tmp_path) is not None
    (tmp_path / CONFUSION).unlink()
    assert read_scores(tmp_path) is None


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ("video_id,map_at_10\na,1\n", "lacks the column 'precision_at_10'"),
        ("video_id,precision_at_10,map_at_10\na,x,1\n", "precision_at_10 is 'x'"),
        ("video_id,precision_at_10,map_at_10\na,2,1\n", "precision_at_10 is 2"),
    ],
)
def test_what_is_no_such_table_is_an_error(tmp_path: Path, scores: str, said: str) -> None:
    write(tmp_path, scores, "video_id,actual,predicted\na,b,b\n")
    with pytest.raises(UserError, match=said):
        read_scores(tmp_path)
