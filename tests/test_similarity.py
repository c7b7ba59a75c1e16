import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sklearn.preprocessing import normalize

from vidrec.similarity import id_ranks, nearest, similarities, unit_rows

rows = arrays(
    np.float64,
    array_shapes(min_dims=2, max_dims=2, max_side=8),
    elements=st.just(0.0) | st.floats(1e-6, 1e3),
)


@given(rows)
def test_rows_are_scaled_as_scikit_learn_does(values: npt.NDArray[np.float64]) -> None:
    np.testing.assert_array_equal(unit_rows(values), normalize(values))


def test_a_zero_vector_is_like_none() -> None:
    unit = np.array([[1.0, 0.0], [0.0, 0.0]])
    assert similarities(np.array([[3.0, 4.0], [0.0, 0.0]]), unit).tolist() == [[0.6, 0], [0, 0]]


def test_equal_similarities_are_ranked_by_id() -> None:
    similarity = np.array([0.5, 0.9, 0.5, 0.5])
    ranks = id_ranks(["z", "m", "b", "a10"])
    assert nearest(similarity, ranks, 3).tolist() == [1, 3, 2]
    assert nearest(similarity, ranks, 3, excluded=1).tolist() == [3, 2, 0]
    assert nearest(similarity, ranks, 9).tolist() == [1, 3, 2, 0]
