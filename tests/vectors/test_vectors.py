import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from sklearn.preprocessing import normalize

from vidrec.vectors.vectors import unit_rows

rows = arrays(
    np.float64,
    array_shapes(min_dims=2, max_dims=2, max_side=8),
    elements=st.just(0.0) | st.floats(1e-6, 1e3),
)


@given(rows, st.sampled_from(["l2", "l1"]))
def test_rows_are_scaled_as_scikit_learn_does(values: npt.NDArray[np.float64], norm: str) -> None:
    np.testing.assert_array_equal(unit_rows(values, norm), normalize(values, norm=norm))
