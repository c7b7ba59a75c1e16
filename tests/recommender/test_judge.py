import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.corpora import Values, corpus, judged, random_corpus, rank_all

from vidrec.metrics.retrieval import headlines
from vidrec.recommender import build_index, clusters
from vidrec.recommender.judge import Findings, Judge, rank_few_or_many
from vidrec.recommender.ranking import Candidates
from vidrec.settings.build_index import Params
from vidrec.vectors.sparse import as_sparse
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.video import pair

PLAIN = Params(10, "none", 10, 1000)
NAMES = ["precision_at_10", "map_at_10", "ndcg_at_10"]


def few(vectors: Vectors, changed: Params = PLAIN, **copies: str) -> Findings:
    return rank_few_or_many(vectors, None, copies, changed, None)


def renamed(vectors: Vectors, ids: list[str]) -> Vectors:
    """The same videos in the same order, with other ids."""
    return Vectors(pair(vectors.categories, ids), vectors.labels, vectors.values)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 40), st.permutations(range(40)), st.booleans())
def test_names_of_videos_decide_nothing(count: int, order: list[int], csls: bool) -> None:
    """Vectors of few kinds, so that many are equal, and some of them empty."""
    random = np.random.default_rng(count)
    values = random.integers(0, 2, (count, 3)).astype(float)
    vectors = corpus(values, [str(name) for name in random.choice(["a", "b", "c"], count)])
    changed = dataclasses.replace(PLAIN, hubness="csls" if csls else "none")
    found = few(vectors, changed)
    again = few(renamed(vectors, [f"v{place:02}" for place in order[:count]]), changed)
    np.testing.assert_allclose(again.scores[NAMES], found.scores[NAMES])
    np.testing.assert_allclose(again.by_place, found.by_place)
    assert headlines(again.scores) == headlines(found.scores)


def test_a_video_without_objects_scores_0_wherever_others_are() -> None:
    """Also if all of them are in the category that comes first by its name."""
    vectors = corpus(np.array([[0.0, 0.0]] * 4 + [[1.0, 0.0]] * 3), list("aaaabbb"))
    found = few(vectors)
    assert found.without_objects.tolist() == [True] * 4 + [False] * 3
    assert found.scores["precision_at_10"].tolist() == [0.0] * 4 + [1.0] * 3
    assert found.scores["map_at_10"].tolist() == [0.0] * 4 + [1.0] * 3
    assert found.apart.sum().to_dict() == {"alone": 0, "without_objects": 4}


def test_a_small_category_can_be_found_whole() -> None:
    vectors = corpus(np.array([[1.0, 0.0]] * 3 + [[0.0, 1.0]] * 20), ["a"] * 3 + ["b"] * 20)
    assert few(vectors).scores["precision_at_10"].tolist() == [1.0] * 23


def test_copies_are_no_neighbours_and_take_one_place() -> None:
    vectors = random_corpus()
    copies = {"v04": "v01", "v07": "v01", "v09": "v08"}
    found = judged(vectors, 10, None, **copies)
    groups = Candidates.of(vectors.ids, copies).groups
    for me, order in enumerate(found.ranking.order):
        assert groups[me] not in groups[order]
        assert len(set(groups[order])) == 10
    # v00 is of category a, as every third video: nine others, none of them a copy of another.
    categories = ["a", "b", "c"] * 10
    totals = Judge.of(categories, Candidates.of(vectors.ids, copies)).totals
    assert (totals[0], totals[1], totals[2]) == (9, 7, 9)


def test_a_video_whose_only_like_is_its_copy_is_alone() -> None:
    vectors = corpus(np.ones((4, 1)), list("aabb"))
    assert few(vectors, v01="v00").alone.tolist() == [True, True, False, False]


def test_of_copies_in_two_categories_either_counts() -> None:
    vectors = corpus(np.ones((5, 1)), list("aabbb"))
    found = few(vectors, v02="v00")
    assert found.scores["precision_at_10"].tolist() == [1.0] * 5


def hubs() -> Vectors:
    """v00 is near to all others, which are of three categories far from each other."""
    random = np.random.default_rng(0)
    parts = np.kron(np.eye(3), np.ones((4, 1))) + 0.05 * random.random((12, 3))
    return corpus(np.vstack([np.ones(3), parts]), list("d" + "a" * 4 + "b" * 4 + "c" * 4))


def test_hubness_is_the_mean_of_the_nearest() -> None:
    vectors = hubs()
    found = few(vectors, dataclasses.replace(PLAIN, hubness="csls", hubness_neighbors=3))
    plain = rank_all(vectors, 3)
    assert found.hubness is not None
    np.testing.assert_allclose(found.hubness, plain.similarity.mean(axis=1), atol=2e-6)
    assert few(vectors).hubness is None


def test_corrected_ranks_are_those_of_a_full_sort() -> None:
    vectors = hubs()
    found = few(vectors, dataclasses.replace(PLAIN, hubness="csls", hubness_neighbors=3))
    every = rank_all(vectors, 12)
    assert found.hubness is not None
    for me in range(13):
        cosine = dict(zip(every.order[me].tolist(), every.similarity[me].tolist(), strict=True))
        score = {row: round(cosine[row] - found.hubness[row] / 2, 6) for row in cosine}
        wanted = sorted(cosine, key=lambda row: (-score[row], vectors.ids[row]))[:10]
        assert found.ranking.order[me].tolist() == wanted
        assert found.ranking.similarity[me].tolist() == [cosine[row] for row in wanted]
        np.testing.assert_allclose(found.ranking.score[me], [score[row] for row in wanted])


@pytest.mark.parametrize("hubness", ["none", "csls"])
def test_many_videos_are_ranked_as_few_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, hubness: str
) -> None:
    monkeypatch.setattr(build_index, "BLOCK_VIDEOS", 7)
    vectors = sparse_corpus()
    copies = {f"v{i:02}": "v00" for i in range(3, 30, 3)}
    changed = dataclasses.replace(PLAIN, hubness=hubness)
    by_index = dataclasses.replace(changed, exact_up_to=0)
    for told in ({}, copies):
        wanted = few(vectors, changed, **told)
        found = rank_few_or_many(
            as_sparse(vectors), None, told, by_index, tmp_path / str(len(told))
        )
        np.testing.assert_array_equal(found.ranking.order, wanted.ranking.order)
        np.testing.assert_allclose(found.ranking.score, wanted.ranking.score, atol=2e-6)
        assert found.recall["recall_at_10"] > 0.99


def test_a_query_is_answered_as_the_stage_ranks_however_many_are_wanted(tmp_path: Path) -> None:
    vectors = sparse_corpus()
    by_index = dataclasses.replace(PLAIN, hubness="csls", exact_up_to=0)
    found = rank_few_or_many(as_sparse(vectors), None, {"v03": "v00"}, by_index, tmp_path)
    candidates = Candidates.of(vectors.ids, {"v03": "v00"}, found.hubness)
    index = clusters.read(tmp_path)
    for me in range(0, 60, 7):
        for count in (1, 3, 10, 15):
            asked = clusters.best(index, vectors.values[me], candidates, count, me)
            wanted = found.ranking.order[me, :count].tolist()
            assert asked.order[:10].tolist() == wanted


def sparse_corpus() -> Vectors:
    random = np.random.default_rng(1)
    values: Values = random.random((60, 5)) * (random.random((60, 5)) < 0.7)
    return corpus(values + 0.01, ["a", "b", "c"] * 20)
