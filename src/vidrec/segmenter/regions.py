"""What Mask R-CNN decides between its parts: which regions to look at, which objects are in them.

The same rules as torchvision's, in fp32. Boxes are corners in pixels: left, top, right, bottom.
"""

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

# Of the regions of a level, and of the objects of a class, that overlap by more than this IoU only
# the surest is kept (torchvision's).
REGION_OVERLAP, OBJECT_OVERLAP = 0.7, 0.5
# Taken of each level before that, for each region kept after it: see `mask_rcnn.build_segmenter`.
CANDIDATES = 4
# Least pixels per side.
REGION_SIDE, OBJECT_SIDE = 1e-3, 1e-2
# What the box head's offsets are in (torchvision's); the trunk's are in whole sides.
REGION_UNITS, OBJECT_UNITS = (1.0, 1.0, 1.0, 1.0), (0.1, 0.1, 0.2, 0.2)
# Boxes that are held against each other at a time; most of a longer list is never looked at.
CHUNK = 128
# An object is at most so many times as wide or high as its region.
MOST_GROWTH = math.log(1000 / 16)


def propose(
    sure: Floats, offsets: Floats, anchors: Floats, level: Ints, size: tuple[int, int], limit: int
) -> Floats:
    """The `limit` regions (n, 4) of a picture of height and width `size` that are most likely to
    hold an object, of what the trunk says of its anchors."""
    order = best_first(sure)
    levels = [order[level[order] == each] for each in range(int(level[-1]) + 1)]
    chosen = np.concatenate([each[: CANDIDATES * limit] for each in levels])
    chosen = chosen[best_first(sure[chosen])]
    boxes = decode(offsets[chosen], anchors[chosen], REGION_UNITS, size)
    large = are_large(boxes, REGION_SIDE)
    boxes, groups = boxes[large], level[chosen][large]
    return boxes[without_overlaps(boxes, groups, REGION_OVERLAP, limit)]


def detect(
    logits: Floats,
    offsets: Floats,
    regions: Floats,
    size: tuple[int, int],
    threshold: float,
    limit: int,
) -> tuple[Floats, Ints, Floats]:
    """Boxes, classes and scores of the objects, at most `limit`, the surest first, of what the box
    head says of the `regions`. Class 0 is the background."""
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    every = (raised / raised.sum(axis=1, keepdims=True))[:, 1:]
    rows, columns = np.nonzero(every > threshold)
    order = best_first(every[rows, columns])
    rows, labels = rows[order], columns[order] + 1
    moved = offsets.reshape(len(regions), -1, 4)[rows, labels]
    boxes = decode(moved, regions[rows], OBJECT_UNITS, size)
    large = are_large(boxes, OBJECT_SIDE)
    boxes, labels, scores = boxes[large], labels[large], every[rows, labels - 1][large]
    kept = without_overlaps(boxes, labels, OBJECT_OVERLAP, limit)
    return boxes[kept], labels[kept], scores[kept]


def best_first(scores: Floats) -> Ints:
    """The numbers of the `scores` by size, of equal ones the first first."""
    order: Ints = np.argsort(-scores, kind="stable")
    return order


def decode(
    offsets: Floats, boxes: Floats, units: tuple[float, ...], size: tuple[int, int]
) -> Floats:
    """`boxes` moved by `offsets`, within a picture of height and width `size`.

    An offset is the move of the centre in sides of the box, and the log of how much each side
    grows, both in `units`.
    """
    move = offsets * np.array(units, np.float32)
    sides = boxes[:, 2:] - boxes[:, :2]
    centres = boxes[:, :2] + np.float32(0.5) * sides + move[:, :2] * sides
    halves = np.float32(0.5) * np.exp(np.minimum(move[:, 2:], np.float32(MOST_GROWTH))) * sides
    corners = np.concatenate([centres - halves, centres + halves], axis=1)
    height, width = size
    found: Floats = np.clip(corners, 0, np.array([width, height] * 2, np.float32))
    return found


def are_large(boxes: Floats, side: float) -> NDArray[np.bool_]:
    """Whether each box has at least `side` pixels per side."""
    large: NDArray[np.bool_] = np.all(boxes[:, 2:] - boxes[:, :2] >= side, axis=1)
    return large


def without_overlaps(boxes: Floats, groups: Ints, overlap: float, limit: int) -> Ints:
    """The numbers of the first `limit` boxes that overlap none before them of their own group by
    more than this IoU, of those that are kept themselves."""
    kept: list[int] = []
    for start in range(0, len(boxes), CHUNK):
        part = slice(start, start + CHUNK)
        near = overlapping(boxes[part], groups[part], boxes[part], groups[part], overlap)
        free = ~overlapping(boxes[part], groups[part], boxes[kept], groups[kept], overlap).any(1)
        while free.any():
            index = int(free.argmax())
            kept.append(start + index)
            if len(kept) == limit:
                return np.array(kept, np.int64)
            free &= ~near[index]
            free[index] = False
    return np.array(kept, np.int64)


def overlapping(
    boxes: Floats, groups: Ints, others: Floats, other_groups: Ints, overlap: float
) -> NDArray[np.bool_]:
    """Whether each of `boxes` and each of the `others`, if of one group, have a larger IoU."""
    corners, far = np.maximum(boxes[:, None, :2], others[:, :2]), others[:, 2:]
    width, height = np.moveaxis(np.maximum(np.minimum(boxes[:, None, 2:], far) - corners, 0), -1, 0)
    shared = width * height
    whole = areas(boxes)[:, None] + areas(others) - shared
    near: NDArray[np.bool_] = shared > np.float32(overlap) * whole
    near &= groups[:, None] == other_groups
    return near


def areas(boxes: Floats) -> Floats:
    """Of each box, in pixels."""
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
