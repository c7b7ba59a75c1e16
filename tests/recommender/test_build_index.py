import math

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import spearmanr
from sklearn.metrics import ndcg_score
from sklearn.metrics.pairwise import cosine_similarity

from vidrec.recommender import build_index
from vidrec.recommender.build_index import (
    evaluate,
    mixtures,
    precision_by_place,
    query_scores,
    rank_all,
    recommendations,
    relevance,
    scores_by_video,
    truth_agreement,
)
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.video import pair

Values = npt.NDArray[np.float64]


def corpus(values: Values, categories: str | list[str] = "") -> Vectors:
    count = len(values)
    ids = [f"v{i:02}" for i in range(count)]
    labels = [f"o{i}" for i in range(values.shape[1])]
    return Vectors(pair(list(categories or "a" * count), ids), labels, values)


def random_corpus(count: int = 30, seed: int = 0) -> Vectors:
    random = np.random.default_rng(seed)
    return corpus(random.random((count, 4)) ** 4, ["a", "b", "c"] * (count // 3))


def listed(vectors: Vectors, count: int = 10) -> dict[str, list[tuple[str, float]]]:
    table = recommendations(vectors, rank_all(vectors, count), count)
    return {
        str(video): list(zip(group["neighbor_id"], group["similarity"], strict=True))
        for video, group in table.groupby("video_id")
    }


def plain_ranking(vectors: Vectors, count: int) -> dict[str, list[tuple[str, float]]]:
    """What `listed` must say, by sorting everything."""
    cosine = np.round(cosine_similarity(vectors.values), 6) + 0.0
    return {
        me: sorted(
            ((other, cosine[i, j]) for j, other in enumerate(vectors.ids) if j != i),
            key=lambda pair: (-pair[1], pair[0]),
        )[:count]
        for i, me in enumerate(vectors.ids)
    }


few_values = st.sampled_from([0.0, 0.0, 0.25, 1.0, 3.0])
matrices = st.tuples(st.integers(2, 14), st.integers(1, 3)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=few_values)
)


@settings(max_examples=60, deadline=None)
@given(matrices, st.integers(1, 12))
def test_the_ranking_is_that_of_a_full_sort(values: Values, count: int) -> None:
    assert listed(corpus(values), count) == plain_ranking(corpus(values), count)


@settings(max_examples=30, deadline=None)
@given(matrices, st.integers(0, 99))
def test_the_order_of_the_videos_changes_nothing(values: Values, seed: int) -> None:
    vectors = corpus(values)
    order = np.random.default_rng(seed).permutation(len(values))
    ids = [vectors.ids[i] for i in order]
    turned = Vectors(pair(vectors.categories, ids), vectors.labels, values[order])
    assert listed(turned) == listed(vectors)


@settings(max_examples=30, deadline=None)
@given(matrices)
def test_a_far_video_changes_no_ranking(values: Values) -> None:
    vectors = corpus(np.pad(values, ((0, 0), (0, 1))))
    far = np.eye(values.shape[1] + 1)[-1:]
    more = corpus(np.vstack([vectors.values, far]))
    found, before = listed(more, 99), listed(vectors, 99)
    for video in vectors.ids:
        kept = [pair for pair in found[video] if pair[0] != more.ids[-1]]
        assert kept == before[video]
        assert (more.ids[-1], 0.0) in found[video]


def test_blocks_of_rows_do_not_change_the_ranking(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = random_corpus()
    whole = listed(vectors)
    monkeypatch.setattr(build_index, "BLOCK_CELLS", 70)
    assert listed(vectors) == whole


def test_the_table_has_10_ranks_and_never_the_video_itself() -> None:
    vectors = random_corpus(12)
    table = recommendations(vectors, rank_all(vectors, 10), 10)
    assert list(table.columns) == ["video_id", "rank", "neighbor_id", "similarity"]
    assert table["rank"].tolist() == list(range(1, 11)) * 12
    assert (table["video_id"] != table["neighbor_id"]).all()
    assert table["video_id"].drop_duplicates().tolist() == vectors.ids


def test_fewer_videos_have_fewer_neighbours() -> None:
    assert [len(found) for found in listed(random_corpus(6)).values()] == [5] * 6


def test_a_single_video_has_no_neighbour_and_scores_0() -> None:
    vectors = corpus(np.ones((1, 2)))
    ranking = rank_all(vectors, 10)
    assert recommendations(vectors, ranking, 10).empty
    assert precision_by_place(vectors, ranking).empty
    metrics = evaluate(vectors, ranking)
    assert (metrics["precision_at_10"], metrics["map_at_10"], metrics["ndcg_at_10"]) == (0, 0, 0)
    assert (metrics["precision_at_10_low"], metrics["precision_at_10_high"]) == (0, 0)
    truth = pd.DataFrame({"video_id": ["v00"], "frame": 1, "label": "cat", "area_pct": 5.0})
    assert truth_agreement(vectors, ranking, truth) == {
        "truth_ndcg_at_10": 0.0,
        "truth_spearman": 0.0,
    }


def test_zero_vectors_are_like_nothing_and_counted() -> None:
    vectors = corpus(np.array([[1.0, 0], [0, 0], [1, 1]]))
    assert listed(vectors)["v01"] == [("v00", 0.0), ("v02", 0.0)]
    assert evaluate(vectors, rank_all(vectors, 10))["zero_vectors"] == 1


def test_scores_of_a_known_ranking() -> None:
    categories = ["a"] * 4 + ["b"] * 11
    order = np.array([[1, 4, 2, 5, 6, 7, 8, 9, 10, 11]])
    relevant = relevance(categories, np.repeat(order, 15, axis=0))[:1]
    scores = query_scores(categories[:1], relevant)
    assert relevant[0].tolist() == [True, False, True] + [False] * 7
    assert scores["precision_at_10"][0] == pytest.approx(0.2)
    total = np.array([3])
    assert build_index.average_precision(relevant, total)[0] == pytest.approx((1 + 2 / 3) / 3)
    ideal = np.array([[1.0] * 3 + [0.0] * 7])
    gained = build_index.normalized_gain(relevant.astype(float), ideal)[0]
    assert gained == pytest.approx((1 + 1 / 2) / (1 + 1 / math.log2(3) + 1 / 2))


def test_average_precision_divides_by_10_where_more_are_relevant() -> None:
    relevant = np.array([[True] * 5 + [False] * 5])
    assert build_index.average_precision(relevant, np.array([39]))[0] == pytest.approx(0.5)
    assert build_index.average_precision(relevant, np.array([5]))[0] == pytest.approx(1.0)


def test_ndcg_is_that_of_scikit_learn() -> None:
    vectors = random_corpus()
    ranking = rank_all(vectors, 10)
    same = np.array([[a == b for b in vectors.categories] for a in vectors.categories], float)
    expected = []
    for me, order in enumerate(rank_all(vectors, len(vectors.ids)).order):
        places = -np.arange(len(order), dtype=float)
        expected.append(ndcg_score([same[me, order]], [places], k=10))
    assert evaluate(vectors, ranking)["ndcg_at_10"] == pytest.approx(np.mean(expected), abs=1e-6)


def test_the_metrics_of_categories_average_to_the_whole() -> None:
    vectors = random_corpus()
    metrics = evaluate(vectors, rank_all(vectors, 10))
    for name in ("precision_at_10", "map_at_10", "ndcg_at_10"):
        parts = [scores[name] for scores in metrics["categories"].values()]
        assert np.mean(parts) == pytest.approx(metrics[name], abs=1e-5)
    assert list(metrics["categories"]) == ["a", "b", "c"]


def test_the_intervals_hold_the_means_whatever_the_order_of_the_videos() -> None:
    vectors = random_corpus()
    metrics = evaluate(vectors, rank_all(vectors, 10))
    for name in ("precision_at_10", "map_at_10"):
        assert metrics[f"{name}_low"] < metrics[name] < metrics[f"{name}_high"]
    turned = corpus(vectors.values[::-1], vectors.categories[::-1])
    turned = Vectors(pair(turned.categories, vectors.ids[::-1]), turned.labels, turned.values)
    assert evaluate(turned, rank_all(turned, 10)) == metrics


def test_a_single_category_is_always_right() -> None:
    vectors = corpus(np.eye(12))
    metrics = evaluate(vectors, rank_all(vectors, 10))
    assert metrics["precision_at_10"] == metrics["map_at_10"] == metrics["ndcg_at_10"] == 1.0


def test_precision_by_place_ends_at_precision_at_10() -> None:
    vectors = random_corpus()
    ranking = rank_all(vectors, 20)
    table = precision_by_place(vectors, ranking)
    assert table["k"].tolist() == list(range(1, 11))
    assert table["precision"].iloc[-1] == evaluate(vectors, ranking)["precision_at_10"]


def test_scores_by_video_are_those_that_the_metrics_average() -> None:
    vectors = random_corpus()
    ranking = rank_all(vectors, 20)
    metrics, scores = evaluate(vectors, ranking), scores_by_video(vectors, ranking)
    assert scores["video_id"].tolist() == sorted(vectors.ids)
    for name in ("precision_at_10", "map_at_10", "ndcg_at_10"):
        assert scores[name].mean() == pytest.approx(metrics[name], abs=1e-6)
    own = dict(zip(vectors.ids, vectors.categories, strict=True))
    assert dict(zip(scores["video_id"], scores["category"], strict=True)) == own


def truth_of(values: Values) -> pd.DataFrame:
    """A truth whose mixtures are `values`, each in two frames."""
    rows = [
        (f"v{i:02}", frame, f"o{j}", value / 2)
        for i, row in enumerate(values)
        for j, value in enumerate(row)
        for frame in (1, 2)
        if value
    ]
    return pd.DataFrame(rows, columns=["video_id", "frame", "label", "area_pct"])


def test_mixtures_sum_the_area_over_frames() -> None:
    values = np.array([[1.0, 2.0], [0.0, 3.0]])
    found = mixtures(truth_of(values), ["v01", "none", "v00"])
    np.testing.assert_allclose(found, [[0, 3], [0, 0], [1, 2]])


def test_vectors_that_are_the_truth_agree_with_it() -> None:
    vectors = random_corpus()
    found = truth_agreement(vectors, rank_all(vectors, 10), truth_of(vectors.values))
    assert found == {"truth_ndcg_at_10": 1.0, "truth_spearman": 1.0}


def test_agreement_is_that_of_scipy_and_scikit_learn() -> None:
    vectors, true = random_corpus(), random_corpus(seed=1).values
    found = truth_agreement(vectors, rank_all(vectors, 10), truth_of(true))
    seen, wanted = cosine_similarity(vectors.values), cosine_similarity(true)
    pairs = [(np.delete(seen[i], i), np.delete(wanted[i], i)) for i in range(len(seen))]
    spearman = np.mean([spearmanr(*pair).statistic for pair in pairs])
    ndcg = np.mean([ndcg_score([theirs], [mine], k=10) for mine, theirs in pairs])
    assert found["truth_spearman"] == pytest.approx(spearman, abs=1e-4)
    assert found["truth_ndcg_at_10"] == pytest.approx(ndcg, abs=1e-4)


def test_an_unknown_truth_says_nothing() -> None:
    vectors = random_corpus()
    ranking = rank_all(vectors, 10)
    assert truth_agreement(vectors, ranking, truth_of(np.zeros((1, 1)))) == {}
    others = truth_of(np.ones((1, 1))).assign(video_id="other")
    assert truth_agreement(vectors, ranking, others) == {}
