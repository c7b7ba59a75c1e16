import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import ndcg_score
from sklearn.metrics.pairwise import cosine_similarity
from tests.corpora import Values, corpus, judged, random_corpus, rank_all

from vidrec.recommender import build_index
from vidrec.recommender.against_truth import mixtures
from vidrec.recommender.ranking import similarities
from vidrec.vectors.vectors import Vectors


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


def agreement(vectors: Vectors, areas: pd.DataFrame | None) -> pd.DataFrame:
    return judged(vectors, 10, areas).scores[["truth_ndcg_at_10", "truth_spearman"]]


def test_mixtures_sum_the_area_over_frames() -> None:
    values = np.array([[1.0, 2.0], [0.0, 3.0]])
    found = mixtures(truth_of(values), ["v01", "none", "v00"])
    np.testing.assert_allclose(found, [[0, 3], [0, 0], [1, 2]])


def test_vectors_that_are_the_truth_agree_with_it() -> None:
    vectors = random_corpus()
    found = agreement(vectors, truth_of(vectors.values)).mean().round(6)
    assert found.to_dict() == {"truth_ndcg_at_10": 1.0, "truth_spearman": 1.0}


def test_agreement_is_that_of_scipy_and_scikit_learn() -> None:
    vectors, true = random_corpus(), random_corpus(seed=1).values
    found = agreement(vectors, truth_of(true)).mean()
    seen, wanted = cosine_similarity(vectors.values), cosine_similarity(true)
    pairs = [(np.delete(seen[i], i), np.delete(wanted[i], i)) for i in range(len(seen))]
    spearman = np.mean([spearmanr(*pair).statistic for pair in pairs])
    ndcg = np.mean([ndcg_score([theirs], [mine], k=10) for mine, theirs in pairs])
    assert found["truth_spearman"] == pytest.approx(spearman, abs=1e-4)
    assert found["truth_ndcg_at_10"] == pytest.approx(ndcg, abs=1e-4)


def test_an_unknown_truth_says_nothing() -> None:
    vectors = random_corpus()
    others = truth_of(np.ones((1, 1))).assign(video_id="other")
    for areas in (None, truth_of(np.zeros((1, 1))), others):
        found = agreement(vectors, areas)
        assert found.columns.tolist() == ["truth_ndcg_at_10", "truth_spearman"]
        assert len(found) == 30
        assert found.isna().all(axis=None)


def test_only_videos_with_a_truth_are_judged() -> None:
    vectors = random_corpus()
    found = agreement(vectors, truth_of(vectors.values[:20]))
    assert found[:20].notna().all(axis=None)
    assert found[20:].isna().all(axis=None)


def test_a_single_video_agrees_with_nothing() -> None:
    truth = pd.DataFrame({"video_id": ["v00"], "frame": 1, "label": "cat", "area_pct": 5.0})
    [row] = agreement(corpus(np.ones((1, 2))), truth).to_dict("records")
    assert row == {"truth_ndcg_at_10": 0.0, "truth_spearman": 0.0}


@pytest.mark.parametrize("known", [True, False])
def test_the_ranking_is_that_without_a_truth_and_pairs_are_compared_once(
    monkeypatch: pytest.MonkeyPatch, known: bool
) -> None:
    vectors, true = random_corpus(), random_corpus(seed=1).values
    expected = rank_all(vectors, 12)
    compared: list[int] = []

    def counted(queries: Values, unit: Values) -> Values:
        compared.append(len(queries))
        return similarities(queries, unit)

    monkeypatch.setattr(build_index, "similarities", counted)
    ranking = judged(vectors, 12, truth_of(true) if known else None).ranking
    np.testing.assert_array_equal(ranking.order, expected.order)
    np.testing.assert_array_equal(ranking.similarity, expected.similarity)
    # Once for the vectors and, where there is a truth, once for its mixtures.
    assert compared == [30, 30] if known else [30]
