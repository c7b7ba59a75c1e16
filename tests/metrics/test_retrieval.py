import itertools
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import ndcg_score
from tests.corpora import corpus, judged, random_corpus, rank_all

from vidrec.metrics import retrieval
from vidrec.metrics.figures import rounded
from vidrec.metrics.retrieval import (
    average_precision,
    by_category,
    expected_gains,
    headlines,
    judge,
    precision,
    precision_by_place,
    read_precision_by_place,
    ties_of,
    write_by_category,
    write_precision_by_place,
)
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import pair

NAMES = ["precision_at_10", "map_at_10", "ndcg_at_10"]
FALLING = np.arange(10, 0, -1.0)


def scores_of(vectors: Vectors) -> pd.DataFrame:
    return judged(vectors).scores[NAMES]


def table_of(vectors: Vectors) -> pd.DataFrame:
    """The table by category, with the categories as index."""
    return by_category(scores_of(vectors), vectors.categories).set_index("category")


def test_scores_of_a_known_ranking() -> None:
    relevant = np.array([True, False, True] + [False] * 7)
    scores = judge(relevant, FALLING, 3).scores
    assert scores["precision_at_10"] == pytest.approx(2 / 3)
    assert scores["map_at_10"] == pytest.approx((1 + 2 / 3) / 3)
    gained = (1 + 1 / 2) / (1 + 1 / math.log2(3) + 1 / 2)
    assert scores["ndcg_at_10"] == pytest.approx(gained)


def test_what_is_found_is_held_against_what_is_possible() -> None:
    """Of a category of four three can be found, of one of forty ten."""
    first = np.array([True] * 3 + [False] * 7)
    assert judge(first, FALLING, 3).scores == pytest.approx(dict.fromkeys(NAMES, 1.0))
    assert judge(first, FALLING, 39).scores["precision_at_10"] == pytest.approx(0.3)
    assert judge(first, FALLING, 39).scores["map_at_10"] == pytest.approx(0.3)
    assert judge(first, FALLING, 3).by_place.tolist() == [1.0] * 10
    assert precision(np.ones(10), 39) == precision(np.ones(10), 10) == 1


def test_nothing_is_known_of_a_video_alone_in_its_category() -> None:
    found = judge(np.zeros(10, bool), FALLING, 0)
    assert np.isnan(list(found.scores.values())).all()
    assert np.isnan(found.by_place).all()


def expected(relevant: list[bool], score: list[float], total: int) -> dict[str, float]:
    """The mean of the measures over all orders that the scores allow."""
    orders = [
        order
        for order in itertools.permutations(range(len(score)))
        if all(score[a] >= score[b] for a, b in itertools.pairwise(order))
    ]
    strict = np.arange(len(score), 0, -1.0)
    every = [judge(np.array(relevant)[list(order)], strict, total).scores for order in orders]
    return {name: float(np.mean([scores[name] for scores in every])) for name in NAMES}


@pytest.mark.parametrize("places", [2, 3, 4, 10])
def test_of_equal_neighbours_what_is_expected_counts(
    monkeypatch: pytest.MonkeyPatch, places: int
) -> None:
    """Also of those of which only some are among the first."""
    monkeypatch.setattr(retrieval, "PLACES", places)
    random = np.random.default_rng(0)
    for _ in range(20):
        relevant = (random.random(6) < 0.5).tolist()
        score = np.sort(random.integers(0, 3, 6))[::-1].astype(float)
        found = judge(np.array(relevant), score, 3).scores
        assert found == pytest.approx(expected(relevant, score.tolist(), 3))


def test_ties_are_runs_of_equal_scores() -> None:
    ties = ties_of(np.array([3.0, 2, 2, 2, 0, 0]))
    assert (ties.start.tolist(), ties.size.tolist()) == ([0, 1, 4], [1, 3, 2])
    gains = expected_gains(np.array([1.0, 0, 0, 1, 1, 0]), ties)
    np.testing.assert_allclose(gains, [1, 1 / 3, 1 / 3, 1 / 3, 0.5, 0.5])
    assert expected_gains(np.empty(0), ties_of(np.empty(0))).tolist() == []


def test_average_precision_divides_by_10_where_more_are_relevant() -> None:
    relevant, ties = np.array([1.0] * 5 + [0.0] * 5), ties_of(FALLING)
    assert average_precision(relevant, ties, 39) == pytest.approx(0.5)
    assert average_precision(relevant, ties, 5) == pytest.approx(1.0)


def test_ndcg_is_that_of_scikit_learn() -> None:
    vectors = random_corpus()
    same = np.array([[a == b for b in vectors.categories] for a in vectors.categories], float)
    expected = []
    for me, order in enumerate(rank_all(vectors, len(vectors.ids)).order):
        places = -np.arange(len(order), dtype=float)
        expected.append(ndcg_score([same[me, order]], [places], k=10))
    np.testing.assert_allclose(scores_of(vectors)["ndcg_at_10"], expected, atol=1e-6)


def test_nothing_is_known_of_a_single_video() -> None:
    vectors = corpus(np.ones((1, 2)))
    assert precision_by_place(judged(vectors).by_place).empty
    assert table_of(vectors).loc["all", NAMES].isna().all()
    assert headlines(scores_of(vectors)) == {"precision_at_10": None, "map_at_10": None}


def test_videos_alone_in_their_category_are_counted_apart() -> None:
    found = judged(corpus(np.ones((4, 1)), ["a", "b", "b", "c"]))
    table = by_category(found.scores[NAMES], ["a", "b", "b", "c"], found.apart)
    assert table["category"].tolist() == ["all", "a", "b", "c"]
    assert table["videos"].tolist() == [4, 1, 2, 1]
    assert table["alone"].tolist() == [2, 1, 0, 1]
    assert table["precision_at_10"].fillna(-1).tolist() == [1.0, -1, 1.0, -1]
    assert precision_by_place(found.by_place)["precision"].tolist() == [0.3333, 0.6667, 1.0]


def test_a_single_category_is_always_right() -> None:
    metrics = table_of(corpus(np.ones((12, 1)))).loc["all"]
    assert metrics["precision_at_10"] == metrics["map_at_10"] == metrics["ndcg_at_10"] == 1.0


def test_the_metrics_of_categories_average_to_the_whole() -> None:
    table = table_of(random_corpus())
    assert table.index.tolist() == ["all", "a", "b", "c"]
    assert table["videos"].tolist() == [30, 10, 10, 10]
    for name in ("precision_at_10", "map_at_10", "ndcg_at_10"):
        assert table[name].iloc[1:].mean() == pytest.approx(table[name].iloc[0], abs=1e-4)


def test_the_headlines_are_the_means_of_all_videos() -> None:
    vectors = random_corpus()
    found = headlines(scores_of(vectors))
    assert list(found) == ["precision_at_10", "map_at_10"]
    assert found == table_of(vectors).loc["all", list(found)].to_dict()


def test_the_intervals_hold_the_means_whatever_the_order_of_the_videos() -> None:
    vectors = random_corpus()
    table = table_of(vectors)
    for name in ("precision_at_10", "map_at_10"):
        for row in table.to_dict("records"):
            assert row[f"{name}_low"] < row[name] < row[f"{name}_high"]
    turned = corpus(vectors.values[::-1], vectors.categories[::-1])
    turned = Vectors(pair(turned.categories, vectors.ids[::-1]), turned.labels, turned.values)
    pd.testing.assert_frame_equal(table_of(turned), table)


def test_a_category_may_be_called_all() -> None:
    categories = ["all", "all", "b", "b"]
    table = by_category(scores_of(corpus(np.eye(4), categories)), categories)
    assert table["category"].tolist() == ["all", "all", "b"]
    assert table["videos"].tolist() == [4, 2, 2]


def test_what_is_not_known_is_empty(tmp_path: Path) -> None:
    scores = pd.DataFrame({"ndcg_at_10": [0.5, 1.0], "truth_spearman": [np.nan, 0.123456]})
    write_by_category(tmp_path / "r.csv", scores, ["a", "b"])
    assert (tmp_path / "r.csv").read_text() == (
        "category,videos,ndcg_at_10,truth_spearman\nall,2,0.75,0.1235\na,1,0.5,\nb,1,1.0,0.1235\n"
    )


def test_precision_by_place_ends_at_precision_at_10() -> None:
    vectors = random_corpus()
    table = precision_by_place(judged(vectors).by_place)
    assert table["k"].tolist() == list(range(1, 11))
    assert table["precision"].iloc[-1] == headlines(scores_of(vectors))["precision_at_10"]


def test_precision_by_place_is_read_back(tmp_path: Path) -> None:
    nothing = np.full(3, np.nan)
    rows = [[1.0, 0.5, 2 / 3], [1.0, 1.0, 2 / 3], [1.0, 0.5, 1 / 3], nothing]
    write_precision_by_place(tmp_path / "p.csv", np.array(rows))
    assert (tmp_path / "p.csv").read_text() == "k,precision\n1,1.0\n2,0.6667\n3,0.5556\n"
    found = read_precision_by_place(tmp_path / "p.csv")
    assert found["precision"].tolist() == [1.0, rounded(2 / 3), rounded(5 / 9)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("k\n1\n", "lacks the column 'precision'"),
        ("k,precision\n1,2\n", "precision is 2"),
        ("k,precision\nx,1\n", "k is 'x'"),
    ],
)
def test_what_is_no_such_table_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "p.csv").write_text(text)
    with pytest.raises(UserError, match=said):
        read_precision_by_place(tmp_path / "p.csv")
