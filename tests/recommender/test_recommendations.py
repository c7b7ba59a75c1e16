from pathlib import Path

import numpy as np
import pytest
from tests.corpora import corpus, random_corpus, rank_all

from vidrec.recommender.recommendations import (
    Ranked,
    read_recommendations,
    recommendations,
    write_recommendations,
)
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import pair

VECTORS = Vectors(
    pair(["bikes", "autos", "bikes"], ["b2", "a1", "b1"]), ["bus", "car", "wheel"], np.eye(3)
)


def test_the_table_has_10_ranks_and_never_the_video_itself() -> None:
    vectors = random_corpus(12)
    table = recommendations(vectors, rank_all(vectors, 10), 10)
    assert list(table.columns) == ["video_id", "rank", "neighbor_id", "similarity", "score"]
    assert table["rank"].tolist() == list(range(1, 11)) * 12
    assert (table["video_id"] != table["neighbor_id"]).all()
    assert table["video_id"].drop_duplicates().tolist() == vectors.ids


def test_a_single_video_has_none(tmp_path: Path) -> None:
    vectors = corpus(np.ones((1, 2)))
    assert recommendations(vectors, rank_all(vectors, 10), 10).empty
    write_recommendations(tmp_path / "r.csv", vectors, rank_all(vectors, 10), 10)
    assert read_recommendations(tmp_path / "r.csv", vectors) == [[]]


@pytest.mark.parametrize("count", [3, 12])
def test_at_most_ten_of_what_is_written_are_read(tmp_path: Path, count: int) -> None:
    vectors = random_corpus()
    ranking = rank_all(vectors, 12)
    write_recommendations(tmp_path / "r.csv", vectors, ranking, count)
    found = read_recommendations(tmp_path / "r.csv", vectors)
    places = min(count, 10)
    assert [[each.row for each in row] for row in found] == ranking.order[:, :places].tolist()
    similarity = [[each.similarity for each in row] for row in found]
    assert similarity == ranking.similarity[:, :places].tolist()


def test_neighbours_come_in_order(tmp_path: Path) -> None:
    path = tmp_path / "recommendations.csv"
    path.write_text("video_id,rank,neighbor_id,similarity\na1,2,b1,0\na1,11,b2,0\na1,1,b2,0.5\n")
    found = read_recommendations(path, VECTORS)
    assert found[1] == [Ranked(0, 0.5, 0.5), Ranked(2, 0.0, 0.0)]
    assert found[0] == found[2] == []


def test_further_columns_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "recommendations.csv"
    path.write_text("hubness,similarity,neighbor_id,rank,video_id\n9,0.5,b1,1,b2\n")
    assert read_recommendations(path, VECTORS) == [[Ranked(2, 0.5, 0.5)], [], []]


def test_the_score_that_ranks_is_read(tmp_path: Path) -> None:
    path = tmp_path / "recommendations.csv"
    path.write_text("video_id,rank,neighbor_id,similarity,score\nb2,1,b1,0.5,0.25\n")
    assert read_recommendations(path, VECTORS) == [[Ranked(2, 0.5, 0.25)], [], []]
    path.write_text("video_id,rank,neighbor_id,similarity,score\nb2,1,b1,0.5,x\n")
    with pytest.raises(UserError, match="score is 'x'"):
        read_recommendations(path, VECTORS)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("a1,1,other,0.5", "names the video 'other', which has no vector"),
        ("other,1,a1,0.5", "names the video 'other', which has no vector"),
        ("a1,1,b1,2", "similarity is"),
        ("a1,0,b1,0.5", "rank is"),
    ],
)
def test_recommendations_of_another_run_are_refused(tmp_path: Path, row: str, said: str) -> None:
    path = tmp_path / "recommendations.csv"
    path.write_text(f"video_id,rank,neighbor_id,similarity\n{row}\n")
    with pytest.raises(UserError, match=said):
        read_recommendations(path, VECTORS)
