import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from vidrec.detections.masks import area_pct, encode_mask, overlaps

MASKS = array_shapes(min_dims=2, max_dims=2, max_side=12).flatmap(
    lambda shape: st.tuples(*[arrays(np.bool_, shape)] * 2)
)


@given(MASKS)
def test_areas_and_overlaps_are_those_of_the_pixels(masks: tuple[np.ndarray, np.ndarray]) -> None:
    first, second = masks
    encoded = [encode_mask(mask) for mask in masks]
    np.testing.assert_allclose(area_pct(encoded), [100 * mask.mean() for mask in masks])
    union = (first | second).sum()
    expected = (first & second).sum() / union if union else 0.0
    assert overlaps(encoded[:1], encoded[1:])[0, 0] == pytest.approx(expected)


def test_an_encoded_mask_is_plain_json() -> None:
    encoded = encode_mask(np.eye(3, 5, dtype=np.bool_))
    assert encoded["size"] == [3, 5]
    assert isinstance(encoded["counts"], str)
    assert encoded["counts"].isascii()


def test_no_masks_have_no_areas_and_no_overlaps() -> None:
    one = [encode_mask(np.ones((2, 2), dtype=np.bool_))]
    assert area_pct([]).shape == (0,)
    assert overlaps([], one).shape == (0, 1)
    assert overlaps(one, []).shape == (1, 0)
