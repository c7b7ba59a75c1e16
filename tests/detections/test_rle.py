import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from vidrec.detections.rle import (
    Rle,
    area_pct,
    decode_mask,
    encode_mask,
    is_rle,
    overlaps,
    square_rle,
)

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


@given(MASKS)
def test_an_encoded_mask_is_valid_and_comes_back(masks: tuple[np.ndarray, np.ndarray]) -> None:
    encoded = encode_mask(masks[0])
    assert is_rle(encoded)
    assert (decode_mask(encoded) == masks[0]).all()


def test_masks_of_different_sizes_do_not_overlap() -> None:
    small, large = (encode_mask(np.ones((side, side), dtype=np.bool_)) for side in (2, 3))
    assert overlaps([small], [large]).tolist() == [[-1.0]]


def test_a_square_mask_is_known_by_its_side() -> None:
    mask = np.eye(3, dtype=np.bool_)
    assert square_rle(3, encode_mask(mask)["counts"]) == encode_mask(mask)


ONES: Rle = encode_mask(np.ones((2, 2), dtype=np.bool_))


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"counts": ONES["counts"]},
        {**ONES, "size": [2]},
        {**ONES, "size": [2, 2, 1]},
        {**ONES, "size": [2.0, 2]},
        {**ONES, "size": [0, 4]},
        {**ONES, "size": [2, 3]},
        {**ONES, "counts": 4},
        {**ONES, "counts": ""},
        {**ONES, "counts": "zz"},
        {**ONES, "counts": "é"},
        {**ONES, "counts": "\x00"},
        {**ONES, "counts": "P"},
        {**ONES, "counts": "0O5"},
    ],
)
def test_what_cocos_code_would_read_out_of_bounds_is_no_mask(value: object) -> None:
    assert is_rle(ONES)
    assert not is_rle(value)
