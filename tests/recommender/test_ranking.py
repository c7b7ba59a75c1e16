import numpy as np
import pytest

from vidrec.recommender.ranking import id_ranks, nearest, similarities, similarity_text


def test_a_zero_vector_is_like_none() -> None:
    unit = np.array([[1.0, 0.0], [0.0, 0.0]])
    assert similarities(np.array([[3.0, 4.0], [0.0, 0.0]]), unit).tolist() == [[0.6, 0], [0, 0]]


def test_equal_similarities_are_ranked_by_id() -> None:
    similarity = np.array([0.5, 0.9, 0.5, 0.5])
    ranks = id_ranks(["z", "m", "b", "a10"])
    assert nearest(similarity, ranks, 3).tolist() == [1, 3, 2]
    assert nearest(similarity, ranks, 3, excluded=1).tolist() == [3, 2, 0]
    assert nearest(similarity, ranks, 9).tolist() == [1, 3, 2, 0]


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
