"""Masks as COCO's run-length encoding (RLE), its counts as text: small, exact, easy to store."""

import math
import re
import warnings
from collections.abc import Sequence
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray
from pycocotools import mask as coco_mask

# `size`: [height, width]; `counts`: COCO's compressed run lengths as ASCII text.
Rle = dict[str, Any]

# Counts: five bits a character, from "0" on; one from "P" on says that its number goes on.
COUNTS = re.compile("[0-o]*[0-O]")


def encode_mask(mask: NDArray[np.bool_]) -> Rle:
    """The RLE of a mask (height, width)."""
    encoded = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))
    return _as_text(encoded)


def area_pct(masks: Sequence[Rle]) -> NDArray[np.float64]:
    """The share of its picture that each mask covers, in %."""
    if not masks:
        return np.zeros(0)
    pixels = np.array([mask["size"][0] * mask["size"][1] for mask in masks], dtype=np.float64)
    covered: NDArray[np.float64] = coco_mask.area(list(masks)).astype(np.float64)
    return 100 * covered / pixels


def overlaps(first: Sequence[Rle], second: Sequence[Rle]) -> NDArray[np.float64]:
    """Intersection over union of each pair of masks, (first, second); -1 where sizes differ."""
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


def from_polygons(polygons: Sequence[Sequence[float]], height: int, width: int) -> Rle:
    """The RLE of an object outlined by `polygons`, each x, y, x, y, … in pixels, as COCO's own code
    fills them. The caller has checked them: three points at least, and none far outside."""
    parts = coco_mask.frPyObjects([list(map(float, each)) for each in polygons], height, width)
    return _as_text(coco_mask.merge(parts))


def from_runs(runs: Sequence[int], height: int, width: int) -> Rle:
    """The RLE of run lengths that are not compressed, of which the first are outside. The caller
    has checked that they add up to the picture."""
    whole = {"size": [height, width], "counts": list(runs)}
    return _as_text(coco_mask.frPyObjects(whole, height, width))


def _as_text(encoded: Rle) -> Rle:
    return {"size": list(encoded["size"]), "counts": encoded["counts"].decode("ascii")}


def square_rle(size: int, counts: str) -> Rle:
    """The RLE of a mask of `size` x `size` pixels."""
    return {"size": [size, size], "counts": counts}


def is_rle(value: Any) -> bool:
    """Whether a value read from a file is an RLE, whose counts add up to its size.

    COCO's own code reads others as well, and gives whatever lies in memory.
    """
    if not isinstance(value, dict):
        return False
    size, counts = value.get("size"), value.get("counts")
    if not _is_size(size) or not isinstance(counts, str) or not COUNTS.fullmatch(counts):
        return False
    runs = _run_lengths(counts)
    return min(runs) >= 0 and sum(runs) == math.prod(size)


def _is_size(value: Any) -> TypeGuard[list[int]]:
    whole = isinstance(value, list) and all(type(x) is int and x > 0 for x in value)
    return whole and len(value) == 2


def _run_lengths(counts: str) -> list[int]:
    """The numbers that counts stand for, the lowest bits first; from the fourth on each is stored
    as its difference to the last but one."""
    runs: list[int] = []
    value = shift = 0
    for bits in (ord(character) - ord("0") for character in counts):
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = shift = 0
    return runs
