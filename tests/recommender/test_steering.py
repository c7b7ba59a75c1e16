"""Steered questions against a ranking that is worked out here pair by pair."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.corpora import Values, corpus, rank_all

from vidrec.recommender import clusters, steering
from vidrec.recommender.build_index import build_and_rank, compare_all
from vidrec.recommender.ranking import Candidates
from vidrec.recommender.reasons import Similar, recommend
from vidrec.recommender.steering import (
    POOL,
    Steering,
    allowed_rows,
    query_of,
    similarity_to_all,
    steered,
)
from vidrec.vectors.sparse import as_sparse
from vidrec.vectors.vectors import Vectors

SEEDS = st.integers(0, 2**32 - 1)


def random_values(random: np.random.Generator, count: int, labels: int = 5) -> Values:
    """Rows of which many values are 0, and some rows the same: ties, and nothing in common."""
    values = np.round(random.random((count, labels)) ** 3, 2)
    values[random.random((count, labels)) < 0.5] = 0
    values[random.integers(0, count, count // 4)] = values[random.integers(0, count)]
    return values


def cosine(one: Values, other: Values) -> float:
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    return round(float(one @ other) / lengths, 6) if lengths else 0.0


def named(vectors: Vectors, found: list[Similar]) -> list[int]:
    return [vectors.ids.index(each.video_id) for each in found]


# What is asked


def test_each_video_counts_alike_however_long_its_vector_is() -> None:
    videos = [np.array([3.0, 4.0, 0.0]), np.array([0.0, 0.0, 100.0]), np.zeros(3)]
    assert query_of(videos, [], 3).tolist() == [0.6, 0.8, 1.0]


def test_an_object_counts_as_a_video_however_many_labels_it_has() -> None:
    assert query_of([], [[0, 1, 2, 3], [4]], 6).tolist() == [0.5, 0.5, 0.5, 0.5, 1.0, 0.0]
    assert query_of([np.array([0.0, 2.0])], [[0]], 2).tolist() == [1.0, 1.0]
    assert query_of([], [], 3).tolist() == [0.0, 0.0, 0.0]


def test_one_video_is_the_plain_question() -> None:
    assert Steering().plain
    assert Steering((3,)).plain
    assert not Steering((3, 4)).plain
    assert not Steering((3,), np.array([1])).plain
    assert not Steering((3,), np.empty(0, np.int64)).plain
    assert not Steering((3,), diverse=True).plain


def test_rows_are_those_of_the_wanted_categories_and_not_of_the_others() -> None:
    categories = ["a", "b", "c", "a", "d"]
    for only, never, expected in (
        (["a", "d"], [], [0, 3, 4]),
        ([], ["a", "b"], [2, 4]),
        (["a", "c"], ["c"], [0, 3]),
        (["a"], ["a"], []),
        (["z"], [], []),
    ):
        found = allowed_rows(categories, only, never)
        assert found is not None
        assert found.tolist() == expected
    assert allowed_rows(categories, [], []) is None


# Similarity


@pytest.mark.parametrize("cells", [1, 10, 17, 45, 2**20])
def test_similarity_is_the_same_whatever_the_blocks_and_the_form(
    cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = np.random.default_rng(0)
    vectors = corpus(random_values(random, 9))
    query = random.random(5)
    monkeypatch.setattr(steering, "BLOCK_CELLS", cells)
    expected = [cosine(query, row) for row in vectors.values]
    assert similarity_to_all(vectors, query).tolist() == expected
    assert similarity_to_all(as_sparse(vectors), query).tolist() == expected


def test_what_has_nothing_is_like_nothing() -> None:
    vectors = corpus(np.array([[0.0, 0.0], [1.0, 0.0]]))
    assert similarity_to_all(vectors, np.array([2.0, 0.0])).tolist() == [0.0, 1.0]
    assert similarity_to_all(vectors, np.zeros(2)).tolist() == [0.0, 0.0]


# The answer, against a reference


def reference(
    vectors: Vectors,
    query: Values,
    count: int,
    asked: Steering,
    groups: list[int],
    hubness: Values | None,
) -> list[tuple[int, float, float]]:
    """The answer (row, similarity, score), by a loop over all videos and one over all pairs."""
    allowed = range(len(vectors.ids)) if asked.rows is None else asked.rows.tolist()
    own = {groups[row] for row in asked.own}
    rows = []
    for row in allowed:
        alike = cosine(query, vectors.values[row])
        score = alike
        if hubness is not None:
            score = round(alike - hubness[row] / 2, 6) if alike > 0 else alike - 1
        if groups[row] not in own:
            rows.append((row, alike, score))
    rows.sort(key=lambda each: (-each[2], vectors.ids[each[0]]))
    firsts = {groups[row]: row for row, _, _ in reversed(rows)}
    best = [each for each in rows if firsts[groups[each[0]]] == each[0]]
    return varied(vectors, best[: count * POOL], count) if asked.diverse else best[:count]


def varied(
    vectors: Vectors, pool: list[tuple[int, float, float]], count: int
) -> list[tuple[int, float, float]]:
    """Those of the pool that have anything in common with the query, by marginal relevance."""
    left = [each for each in pool if each[1] > 0]
    chosen = left[:1]
    left = left[1:]
    while left and len(chosen) < count:
        worth = [
            round(
                0.7 * score
                - 0.3 * max(cosine(vectors.values[row], vectors.values[c]) for c, _, _ in chosen),
                6,
            )
            for row, _, score in left
        ]
        chosen.append(left.pop(worth.index(max(worth))))
    return chosen


@settings(max_examples=150)
@given(
    seed=SEEDS,
    own=st.sets(st.integers(0, 19), max_size=3),
    with_objects=st.booleans(),
    filtered=st.booleans(),
    copied=st.booleans(),
    hubs=st.booleans(),
    diverse=st.booleans(),
    count=st.integers(1, 8),
)
def test_a_steered_answer_is_that_of_the_reference(
    seed: int,
    own: set[int],
    with_objects: bool,
    filtered: bool,
    copied: bool,
    hubs: bool,
    diverse: bool,
    count: int,
) -> None:
    random = np.random.default_rng(seed)
    vectors = corpus(random_values(random, 20), list("abcd" * 5))
    weights = random.choice([0.0, 0.5, 1.0, 2.0], 5)
    objects = [[0, 2], [4]] if with_objects else []
    query = weights * query_of([vectors.values[row] for row in own], objects, 5)
    rows = allowed_rows(vectors.categories, ["a", "b"], ["b"]) if filtered else None
    copies = {"v03": "v01", "v07": "v01", "v12": "v11"} if copied else {}
    hubness = np.round(random.random(20), 6) if hubs else None
    candidates = Candidates.of(vectors.ids, copies, hubness)
    asked = Steering(tuple(own), rows, diverse)
    found = steered(vectors, query, count, candidates, asked).first(count)
    expected = reference(vectors, query, count, asked, candidates.groups.tolist(), hubness)
    assert found.order.tolist() == [row for row, _, _ in expected]
    assert found.similarity.tolist() == [alike for _, alike, _ in expected]
    assert found.score.tolist() == pytest.approx([score for *_, score in expected], abs=1e-9)


@settings(max_examples=100)
@given(SEEDS, st.booleans())
def test_shares_sum_to_one_and_the_similarity_is_the_cosine(seed: int, diverse: bool) -> None:
    random = np.random.default_rng(seed)
    vectors = corpus(random_values(random, 12))
    own = (0, 5)
    weights = random.choice([0.0, 0.5, 1.0, 2.0], 5)
    query = weights * query_of([vectors.values[row] for row in own], [[1, 3]], 5)
    for each in recommend(vectors, query, 6, Steering(own, diverse=diverse)):
        row = vectors.values[vectors.ids.index(each.video_id)]
        assert each.similarity == cosine(query, row)
        shares = {reason.label: reason.share for reason in each.reasons}
        # Rounded a similarity may be 0 where the cosine is not.
        assert sum(shares.values()) == pytest.approx(1 if query @ row else 0)
        assert all(query[vectors.labels.index(label)] > 0 for label in shares)


@settings(max_examples=50)
@given(SEEDS, st.permutations([1, 4, 6, 9]), st.booleans())
def test_the_order_of_the_videos_does_not_matter(seed: int, own: list[int], diverse: bool) -> None:
    vectors = corpus(np.random.default_rng(seed).random((15, 6)))
    answers = []
    for order in (sorted(own), own):
        query = query_of([vectors.values[row] for row in order], [], 6)
        found = recommend(vectors, query, 5, Steering(order, diverse=diverse))
        answers.append([(each.video_id, each.similarity) for each in found])
    assert answers[0] == answers[1]


@settings(max_examples=50)
@given(SEEDS, st.booleans(), st.booleans())
def test_a_plain_question_ranks_as_the_stage_does(seed: int, copied: bool, hubs: bool) -> None:
    random = np.random.default_rng(seed)
    vectors = corpus(random_values(random, 16))
    copies = {"v03": "v01", "v12": "v11"} if copied else {}
    hubness = np.round(random.random(16), 6) if hubs else None
    candidates = Candidates.of(vectors.ids, copies, hubness)
    for row, (ranked, _) in enumerate(compare_all(vectors, 10, candidates)):
        query = query_of([vectors.values[row]], [], 5)
        found = recommend(vectors, query, 10, Steering((row,)), candidates=candidates)[:10]
        first = ranked.first(10)
        assert named(vectors, found) == first.order.tolist()
        assert [each.similarity for each in found] == first.similarity.tolist()


def test_the_first_of_a_varied_answer_is_the_best_and_a_twin_comes_late() -> None:
    vectors = corpus(np.array([[1.0, 1.0, 1.0], [3.0, 3.0, 1.0], [3.0, 3.0, 1.1], [0.0, 1.0, 3.0]]))
    query = np.ones(3)
    asked = Steering((0,))
    assert named(vectors, recommend(vectors, query, 2, asked)) == [2, 1]
    asked = Steering((0,), diverse=True)
    assert named(vectors, recommend(vectors, query, 2, asked)) == [2, 3]
    assert named(vectors, recommend(vectors, query, 9, asked)) == [2, 3, 1]


def test_a_varied_answer_has_nothing_that_is_unlike_the_query() -> None:
    """What has nothing in common with the query has nothing with those chosen either."""
    vectors = corpus(np.array([[1.0, 0.0, 0.0], [1.0, 4.0, 0.0], [1.0, 4.1, 0.0], [0.0, 0.0, 1.0]]))
    found = recommend(vectors, np.array([1.0, 0.0, 0.0]), 2, Steering((0,), diverse=True))
    assert named(vectors, found) == [1, 2]
    assert [each.rank for each in found] == [1, 2]


@pytest.mark.parametrize("diverse", [True, False])
def test_where_nothing_may_be_named_nothing_is(diverse: bool) -> None:
    vectors = corpus(np.eye(3))
    nobody = np.empty(0, np.int64)
    assert recommend(vectors, np.ones(3), 5, Steering((), nobody, diverse)) == []
    assert recommend(vectors, np.ones(3), 5, Steering((0, 1, 2), None, diverse)) == []


def test_clusters_are_asked_the_plain_question_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = as_sparse(corpus(np.random.default_rng(0).random((40, 6)) ** 4))
    build_and_rank(vectors, 10, tmp_path)
    index = clusters.read(tmp_path)
    row = np.array(vectors.rows(2, 3)[0])
    expected = recommend(vectors, row, 3, Steering((2,)))
    assert recommend(vectors, row, 3, Steering((2,)), index)[:3] == expected[:3]

    def refuse(*_: object) -> None:
        raise AssertionError("asked")

    monkeypatch.setattr(clusters, "best", refuse)
    for plain in (Steering(), Steering((2,))):
        with pytest.raises(AssertionError, match="asked"):
            recommend(vectors, row, 3, plain, index)
    every = np.arange(40)
    assert recommend(vectors, row, 3, Steering((2,), every), index)[:3] == expected[:3]
    for other in (Steering((2, 3)), Steering((), every), Steering((2,), diverse=True)):
        assert len(recommend(vectors, row, 3, other, index)) >= 3
    ranked = rank_all(corpus(vectors.rows(0, 40)), 3)
    assert named(corpus(vectors.rows(0, 40)), expected)[:3] == ranked.order[2].tolist()
