import numpy as np

from vidrec.recommender.ranking import id_ranks, nearest, similarities


def test_a_zero_vector_is_like_none() -> None:
    unit = np.array([[1.0, 0.0], [0.0, 0.0]])
    assert similarities(np.array([[3.0, 4.0], [0.0, 0.0]]), unit).tolist() == [[0.6, 0], [0, 0]]


def test_equal_similarities_are_ranked_by_id() -> None:
    similarity = np.array([0.5, 0.9, 0.5, 0.5])
    ranks = id_ranks(["z", "m", "b", "a10"])
    assert nearest(similarity, ranks, 3).tolist() == [1, 3, 2]
    assert nearest(similarity, ranks, 3, excluded=1).tolist() == [3, 2, 0]
    assert nearest(similarity, ranks, 9).tolist() == [1, 3, 2, 0]
