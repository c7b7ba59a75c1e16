"""Masks as COCO's run-length encoding (RLE), its counts as text: small, exact, easy to store."""

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

# `size`: [height, width]; `counts`: COCO's compressed run lengths as ASCII text.
Rle = dict[str, Any]


def encode_mask(mask: NDArray[np.bool_]) -> Rle:
    """The RLE of a mask (height, width)."""
    encoded = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))
    # The order of the keys is that of what was stored and read again: same bytes either way.
    return {"counts": encoded["counts"].decode("ascii"), "size": list(encoded["size"])}


def area_pct(masks: Sequence[Rle]) -> NDArray[np.float64]:
    """The share of its picture that each mask covers, in %."""
    if not masks:
        return np.zeros(0)
    pixels = np.array([mask["size"][0] * mask["size"][1] for mask in masks], dtype=np.float64)
    covered: NDArray[np.float64] = coco_mask.area(list(masks)).astype(np.float64)
    return 100 * covered / pixels


def overlaps(first: Sequence[Rle], second: Sequence[Rle]) -> NDArray[np.float64]:
    """Intersection over union of each pair of masks, (first, second)."""
    if not first or not second:
        return np.zeros((len(first), len(second)))
    found: NDArray[np.float64] = coco_mask.iou(list(first), list(second), [0] * len(second))
    return found


def decode_mask(mask: Rle) -> NDArray[np.bool_]:
    """The mask (height, width) that an RLE stands for."""
    with warnings.catch_warnings():
        # pycocotools makes its arrays in a way that numpy will not take for ever.
        warnings.simplefilter("ignore", DeprecationWarning)
        shape: NDArray[np.bool_] = coco_mask.decode(mask).astype(np.bool_)
    return shape


def is_rle(value: Any) -> bool:
    """Whether a value read from a file is of the form of an RLE."""
    if not isinstance(value, dict) or not isinstance(value.get("counts"), str):
        return False
    size = value.get("size")
    return isinstance(size, list) and len(size) == 2 and all(type(x) is int and x > 0 for x in size)
