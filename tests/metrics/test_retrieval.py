import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from sklearn.metrics import ndcg_score
from tests.corpora import corpus, random_corpus

from vidrec.metrics import retrieval
from vidrec.metrics.figures import rounded
from vidrec.metrics.retrieval import (
    by_category,
    headlines,
    precision_by_place,
    query_scores,
    read_precision_by_place,
    relevance,
    write_by_category,
    write_precision_by_place,
)
from vidrec.recommender.build_index import rank_all
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import pair


def relevant_of(vectors: Vectors) -> npt.NDArray[np.bool_]:
    return relevance(vectors.categories, rank_all(vectors, 10).order)


def scores_of(vectors: Vectors) -> pd.DataFrame:
    return query_scores(vectors.categories, relevant_of(vectors))


def table_of(vectors: Vectors) -> pd.DataFrame:
    """The table by category, with the categories as index."""
    return by_category(scores_of(vectors), vectors.categories).set_index("category")


def test_scores_of_a_known_ranking() -> None:
    categories = ["a"] * 4 + ["b"] * 11
    order = np.array([[1, 4, 2, 5, 6, 7, 8, 9, 10, 11]])
    relevant = relevance(categories, np.repeat(order, 15, axis=0))[:1]
    scores = query_scores(categories[:1], relevant)
    assert relevant[0].tolist() == [True, False, True] + [False] * 7
    assert scores["precision_at_10"][0] == pytest.approx(0.2)
    total = np.array([3])
    assert retrieval.average_precision(relevant, total)[0] == pytest.approx((1 + 2 / 3) / 3)
    ideal = np.array([[1.0] * 3 + [0.0] * 7])
    gained = retrieval.normalized_gain(relevant.astype(float), ideal)[0]
    assert gained == pytest.approx((1 + 1 / 2) / (1 + 1 / math.log2(3) + 1 / 2))


def test_average_precision_divides_by_10_where_more_are_relevant() -> None:
    relevant = np.array([[True] * 5 + [False] * 5])
    assert retrieval.average_precision(relevant, np.array([39]))[0] == pytest.approx(0.5)
    assert retrieval.average_precision(relevant, np.array([5]))[0] == pytest.approx(1.0)


def test_ndcg_is_that_of_scikit_learn() -> None:
    vectors = random_corpus()
    same = np.array([[a == b for b in vectors.categories] for a in vectors.categories], float)
    expected = []
    for me, order in enumerate(rank_all(vectors, len(vectors.ids)).order):
        places = -np.arange(len(order), dtype=float)
        expected.append(ndcg_score([same[me, order]], [places], k=10))
    np.testing.assert_allclose(scores_of(vectors)["ndcg_at_10"], expected, atol=1e-6)


def test_a_single_video_scores_0() -> None:
    vectors = corpus(np.ones((1, 2)))
    assert precision_by_place(relevant_of(vectors)).empty
    metrics = table_of(vectors).loc["all"]
    assert (metrics["precision_at_10"], metrics["map_at_10"], metrics["ndcg_at_10"]) == (0, 0, 0)
    assert (metrics["precision_at_10_low"], metrics["precision_at_10_high"]) == (0, 0)


def test_a_single_category_is_always_right() -> None:
    metrics = table_of(corpus(np.eye(12))).loc["all"]
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
    table = by_category(
        scores_of(corpus(np.eye(4), ["all", "all", "b", "b"])), ["all"] * 2 + ["b"] * 2
    )
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
    table = precision_by_place(relevant_of(vectors))
    assert table["k"].tolist() == list(range(1, 11))
    assert table["precision"].iloc[-1] == headlines(scores_of(vectors))["precision_at_10"]


def test_precision_by_place_is_read_back(tmp_path: Path) -> None:
    relevant = np.array([[True, False, True], [True, True, False], [True, False, False]])
    write_precision_by_place(tmp_path / "p.csv", relevant)
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
