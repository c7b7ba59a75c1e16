from pathlib import Path

import numpy as np
import pytest
from tests.corpora import judged, random_corpus

from vidrec.metrics.by_video import (
    FIGURES,
    known,
    read_confusion,
    read_scores,
    write_confusion,
    write_scores,
)
from vidrec.metrics.retrieval import by_category
from vidrec.workflow.errors import UserError


def write(folder: Path, scores: str, confusion: str) -> tuple[Path, Path]:
    paths = folder / "scores.csv", folder / "confusion.csv"
    for path, text in zip(paths, (scores, confusion), strict=True):
        path.write_text(text)
    return paths


def test_each_video_has_its_three_figures_whatever_the_order(tmp_path: Path) -> None:
    paths = write(
        tmp_path,
        "video_id,category,precision_at_10,map_at_10\n007,1,1,0.5\nb,2,0.25,0.125\n",
        "video_id,actual,predicted\nb,2,1\n007,1,1\n",
    )
    found = read_scores(*paths)
    assert found is not None
    assert found.loc["007"].to_dict() == dict(zip(FIGURES, (1.0, 0.5, 1.0), strict=True))
    assert found.loc["b"].to_dict() == dict(zip(FIGURES, (0.25, 0.125, 0.0), strict=True))


def test_a_video_that_could_not_be_validated_has_no_accuracy(tmp_path: Path) -> None:
    paths = write(
        tmp_path,
        "video_id,precision_at_10,map_at_10\na,1,1\nalone,0,0\n",
        "video_id,actual,predicted\na,b,b\n",
    )
    found = read_scores(*paths)
    assert found is not None
    assert known(found, "accuracy").tolist() == [1.0]
    assert known(found, "map_at_10").tolist() == [1.0, 0.0]


def test_without_one_of_the_tables_there_are_none(tmp_path: Path) -> None:
    assert read_scores(tmp_path / "scores.csv", tmp_path / "confusion.csv") is None
    paths = write(tmp_path, "video_id,precision_at_10,map_at_10\n", "video_id,actual,predicted\n")
    assert read_scores(*paths) is not None
    paths[1].unlink()
    assert read_scores(*paths) is None


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ("video_id,map_at_10\na,1\n", "lacks the column 'precision_at_10'"),
        ("video_id,precision_at_10,map_at_10\na,x,1\n", "precision_at_10 is 'x'"),
        ("video_id,precision_at_10,map_at_10\na,2,1\n", "precision_at_10 is 2"),
        ("video_id,precision_at_10,map_at_10\na,1,1\na,1,1\n", "has video_id 'a' twice"),
    ],
)
def test_what_is_no_such_table_is_an_error(tmp_path: Path, scores: str, said: str) -> None:
    paths = write(tmp_path, scores, "video_id,actual,predicted\na,b,b\n")
    with pytest.raises(UserError, match=said):
        read_scores(*paths)


def test_a_video_has_one_category(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text("video_id,actual,predicted\na,b,b\na,b,c\n")
    with pytest.raises(UserError, match=r"c\.csv has video_id 'a' twice"):
        read_confusion(tmp_path / "c.csv")


def test_scores_by_video_are_those_that_the_metrics_average(tmp_path: Path) -> None:
    vectors = random_corpus()
    scores = judged(vectors).scores[["precision_at_10", "map_at_10", "ndcg_at_10"]]
    paths = tmp_path / "scores.csv", tmp_path / "confusion.csv"
    turned = vectors.videos[::-1]
    write_scores(paths[0], turned, scores[::-1].reset_index(drop=True))
    write_confusion(paths[1], vectors.ids, vectors.categories, vectors.categories)
    lines = paths[0].read_text().splitlines()
    assert lines[0] == "video_id,category,precision_at_10,map_at_10,ndcg_at_10"
    assert [line.split(",")[:2] for line in lines[1:]] == [
        [video.video_id, video.category]
        for video in sorted(vectors.videos, key=lambda v: v.video_id)
    ]
    np.testing.assert_allclose(
        [[float(cell) for cell in line.split(",")[2:]] for line in lines[1:]], scores.round(4)
    )
    found = read_scores(*paths)
    assert found is not None
    means = by_category(scores, vectors.categories).iloc[0]
    for name in ("precision_at_10", "map_at_10"):
        assert found[name].mean() == pytest.approx(means[name], abs=1e-4)
    assert found["accuracy"].eq(1).all()


def test_the_confusion_table_has_a_row_per_video(tmp_path: Path) -> None:
    write_confusion(tmp_path / "c.csv", ["y", "007"], ["a", "b"], ["b", "b"])
    assert (tmp_path / "c.csv").read_text() == "video_id,actual,predicted\ny,a,b\n007,b,b\n"
    found = read_confusion(tmp_path / "c.csv")
    assert found.to_dict("index") == {
        "y": {"actual": "a", "predicted": "b"},
        "007": {"actual": "b", "predicted": "b"},
    }


def test_a_video_of_which_nothing_is_known_is_read_as_such(tmp_path: Path) -> None:
    text = "video_id,precision_at_10,map_at_10\na,,\nb,1,0.5\n"
    found = read_scores(*write(tmp_path, text, "video_id,actual,predicted\na,b,b\n"))
    assert found is not None
    assert known(found, "precision_at_10").tolist() == [1.0]
