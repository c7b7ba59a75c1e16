import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.corpora import rank_all

from vidrec.recommender.reasons import Similar, reasons, recommend
from vidrec.recommender.recommendations import recommendations
from vidrec.recommender.steering import Steering
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.video import pair

Values = npt.NDArray[np.float64]

INDEX = Vectors(
    pair(["cars", "cars", "pets", "cars"], ["cars_1", "cars_2", "pets_1", "mixed"]),
    ["car", "cat", "wheel"],
    np.array([[0.8, 0.0, 0.6], [0.6, 0.0, 0.8], [0.0, 1.0, 0.0], [0.6, 0.8, 0.0]]),
)


def recommend_for_id(vectors: Vectors, video_id: str, count: int = 10) -> list[Similar]:
    """The videos most like one of `vectors`."""
    row = vectors.ids.index(video_id)
    return recommend(vectors, vectors.values[row], count, Steering((row,)))


def test_neighbours_come_with_what_they_share() -> None:
    first, second, third = recommend_for_id(INDEX, "cars_1")
    assert (first.rank, first.video_id, first.category) == (1, "cars_2", "cars")
    assert first.similarity == 0.96
    assert [(reason.label, round(reason.share, 6)) for reason in first.reasons] == [
        ("car", 0.5),
        ("wheel", 0.5),
    ]
    assert (second.video_id, second.similarity) == ("mixed", 0.48)
    assert (third.video_id, third.similarity, third.reasons) == ("pets_1", 0.0, [])


def test_the_index_and_a_query_rank_alike() -> None:
    random = np.random.default_rng(0)
    values = np.round(random.random((40, 6)) ** 6, 8)
    names = [f"v{i:02}" for i in range(40)]
    vectors = Vectors(pair(["a"] * 40, names), list("abcdef"), values)
    table = recommendations(vectors, rank_all(vectors, 10), 10)
    for video_id, group in table.groupby("video_id"):
        found = recommend_for_id(vectors, str(video_id))
        assert [n.video_id for n in found] == group["neighbor_id"].tolist()
        assert [n.similarity for n in found] == group["similarity"].tolist()


def test_a_query_from_outside_may_find_every_video() -> None:
    found = recommend(INDEX, np.array([0.0, 2.0, 0.0]), 9)
    assert [neighbor.video_id for neighbor in found] == ["pets_1", "mixed", "cars_1", "cars_2"]
    assert found[0].similarity == 1.0
    again = recommend(INDEX, np.array([0.0, 2.0, 0.0]), 1, Steering((INDEX.ids.index("pets_1"),)))
    assert [neighbor.video_id for neighbor in again] == ["mixed"]


def test_a_single_video_has_no_neighbour() -> None:
    alone = Vectors(pair(["a"], ["v"]), ["car"], np.ones((1, 1)))
    assert recommend_for_id(alone, "v") == []


amounts = arrays(np.float64, 5, elements=st.just(0.0) | st.floats(1e-3, 1e3))


@settings(max_examples=60, deadline=None)
@given(amounts, amounts)
def test_shares_sum_to_1_in_falling_order(query: Values, neighbor: Values) -> None:
    found = reasons(["a", "b", "c", "d", "e"], query, neighbor)
    shares = [reason.share for reason in found]
    assert shares == sorted(shares, reverse=True)
    assert all(share > 0 for share in shares)
    assert (sum(shares) == pytest.approx(1.0)) if (query * neighbor).any() else not found


@settings(max_examples=30, deadline=None)
@given(amounts.filter(lambda values: values.any()), st.lists(amounts, min_size=1, max_size=4))
def test_the_similarity_is_the_sum_of_what_labels_add(query: Values, rows: list[Values]) -> None:
    values = np.array(rows)
    ids = [f"v{i}" for i in range(len(rows))]
    vectors = Vectors(pair(["a"] * len(rows), ids), list("abcde"), values)
    for neighbor in recommend(vectors, query):
        row = values[int(neighbor.video_id[1:])]
        lengths = np.linalg.norm(query) * (np.linalg.norm(row) or 1.0)
        assert neighbor.similarity == pytest.approx((query * row).sum() / lengths, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(amounts.filter(lambda values: values.any()), amounts)
def test_a_share_of_the_similarity_is_what_its_label_adds(query: Values, row: Values) -> None:
    vectors = Vectors(pair(["a"], ["v"]), list("abcde"), row[np.newaxis])
    (neighbor,) = recommend(vectors, query)
    lengths = np.linalg.norm(query) * (np.linalg.norm(row) or 1.0)
    added = dict(zip(vectors.labels, query * row / lengths, strict=True))
    shares = {reason.label: reason.share for reason in neighbor.reasons}
    assert set(shares) == {label for label, product in added.items() if product > 0}
    for label, share in shares.items():
        # The similarity is stored with six decimals; what a label adds is exact but for that.
        assert share * neighbor.similarity == pytest.approx(added[label], abs=5.1e-7)
        assert share * sum(added.values()) == pytest.approx(added[label], rel=1e-9)


@given(amounts, amounts, st.integers(1, 6))
def test_the_first_of_many_are_those_of_all(query: Values, neighbor: Values, first: int) -> None:
    labels = ["a", "b", "c", "d", "e"]
    assert reasons(labels, query, neighbor, first) == reasons(labels, query, neighbor)[:first]


def test_equal_ones_at_the_end_of_the_first_are_by_label() -> None:
    found = reasons(["d", "c", "b", "a"], np.ones(4), np.array([1.0, 1.0, 1.0, 2.0]), 2)
    assert [reason.label for reason in found] == ["a", "b"]
