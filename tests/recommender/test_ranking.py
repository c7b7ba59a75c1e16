import numpy as np
import pytest

from vidrec.recommender.ranking import (
    Candidates,
    Nearest,
    nearest,
    scores,
    similarities,
    similarity_text,
)


def test_a_zero_vector_is_like_none() -> None:
    unit = np.array([[1.0, 0.0], [0.0, 0.0]])
    assert similarities(np.array([[3.0, 4.0], [0.0, 0.0]]), unit).tolist() == [[0.6, 0], [0, 0]]


IDS = ["z", "m", "b", "a10"]


def rows(found: Nearest) -> list[int]:
    return [int(row) for row in found.order]


def test_equal_similarities_are_ranked_by_id_and_none_of_the_last_is_left_out() -> None:
    similarity, every = np.array([0.5, 0.9, 0.5, 0.5]), Candidates.of(IDS)
    assert rows(nearest(similarity, every, 3)) == [1, 3, 2, 0]
    assert rows(nearest(similarity, every, 1)) == [1]
    assert rows(nearest(similarity, every, 2).first(2)) == [1, 3]
    assert rows(nearest(similarity, every, 3, me=1)) == [3, 2, 0]
    assert rows(nearest(similarity, every, 9)) == [1, 3, 2, 0]
    assert rows(nearest(similarity, every, 0)) == []


def test_some_rows_are_ranked_as_all_are() -> None:
    similarity, some = np.array([0.5, 0.9, 0.5]), np.array([0, 2, 3])
    found = nearest(similarity, Candidates.of(IDS), 2, me=3, rows=some)
    assert rows(found) == [2, 0]
    assert found.similarity.tolist() == [0.9, 0.5]


def test_of_copies_only_the_best_is_named_and_none_of_ones_own() -> None:
    copies = Candidates.of(IDS, {"m": "b", "z": "b"})
    assert copies.places == 1
    assert rows(nearest(np.array([0.5, 0.9, 0.7, 0.1]), copies, 3)) == [1, 3]
    assert rows(nearest(np.array([0.5, 0.9, 0.7, 0.1]), copies, 3, me=0)) == [3]
    # However many copies come first.
    many = [f"c{i:02}" for i in range(50)]
    group = Candidates.of([*many, "x", "y"], dict.fromkeys(many[1:], "c00"))
    falling = np.linspace(1, 0.1, 52)
    assert rows(nearest(falling, group, 3)) == [0, 50, 51]
    assert not group.plain
    assert Candidates.of(many).plain


def test_hubs_come_later_by_half_of_what_they_have_to_all() -> None:
    similarity, hubness = np.array([0.8, 0.7, 0.6]), np.array([0.9, 0.4, 0.8])
    np.testing.assert_allclose(scores(similarity, hubness), [0.35, 0.5, 0.2])
    found = nearest(similarity, Candidates.of(list("abc"), hubness=hubness), 3)
    assert rows(found) == [1, 0, 2]
    assert found.similarity.tolist() == [0.7, 0.8, 0.6]
    assert scores(similarity, None).tolist() == similarity.tolist()


def test_what_has_nothing_in_common_comes_last_though_it_is_no_hub() -> None:
    similarity, hubness = np.array([0.1, 0.0, -0.5]), np.array([1.0, 0.0, 0.0])
    found = nearest(similarity, Candidates.of(list("cba"), hubness=hubness), 3)
    assert rows(found) == [0, 1, 2]


@pytest.mark.parametrize(
    ("similarity", "text"),
    [
        (1.0, "1.000"),
        (0.999999, "0.999"),
        (0.9995, "0.999"),
        (0.99756, "0.998"),
        (0.997456, "0.997"),
        (0.9975, "0.998"),
        (0.9985, "0.998"),
        (0.0005, "0.000"),
        (0.0, "0.000"),
        (np.float64(0.5), "0.500"),
    ],
)
def test_a_similarity_is_rounded_once_and_only_what_is_the_same_is_1(
    similarity: float, text: str
) -> None:
    assert similarity_text(similarity) == text
