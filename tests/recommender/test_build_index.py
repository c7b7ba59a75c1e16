import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics.pairwise import cosine_similarity
from tests.corpora import Values, corpus, random_corpus, rank_all

from vidrec.recommender import build_index
from vidrec.recommender.recommendations import recommendations
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.video import pair


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


def test_fewer_videos_have_fewer_neighbours() -> None:
    assert [len(found) for found in listed(random_corpus(6)).values()] == [5] * 6


def test_zero_vectors_are_like_nothing() -> None:
    vectors = corpus(np.array([[1.0, 0], [0, 0], [1, 1]]))
    assert listed(vectors)["v01"] == [("v00", 0.0), ("v02", 0.0)]
