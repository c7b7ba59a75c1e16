"""Which pictures are copies of one another, in other sizes and qualities.

Thumbnails are compared: how far they differ, in proportion to the contrast in them. Of what is
drawn on a plain ground only the drawn part counts: the ground is the same in all such pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vidrec.workflow.arrays import BoolArray, FloatArray

# Pixels per side of a thumbnail.
SIDE = 32
# Largest difference of copies: the root of its mean square, as a share of the standard deviation of
# the drawn part. `python benchmarks/find_copies.py DIR` on 360 photographs: of copies at half to
# full size and JPEG quality 40 to 90, 99.6 % are found; no two of the photographs are.
LARGEST_SHARE = 0.25
# The same in levels of 255 over the whole thumbnail: no copy differs more, so that few pairs need a
# closer look.
LARGEST_LEVELS = 14.0
# A ground is plain where this share of a picture's rim is within so many levels of one colour;
# drawn is what is further from that colour.
RIM_SHARE, RIM_LEVELS, DRAWN_LEVELS = 0.9, 8, 10
# Least correlation of slopes, for copies in other brightness or in grey: of those of the same
# photographs, 25 % brighter, 20 % darker and grey, 79, 78 and 89 % are found.
LEAST_CORRELATION = 0.9
# Standard deviation of a picture without contrast, in levels: what compression makes of it.
NO_CONTRAST = 1.0


@dataclass(frozen=True)
class Fingerprint:
    """What a picture is known by: a thumbnail (SIDE, SIDE, 3), which part of it is drawn, and how
    steep it is between neighbours, across and down, all together of length 1; or 0 on a plain
    ground, where the outline would count most."""

    thumbnail: FloatArray
    drawn: BoolArray
    slopes: FloatArray


def take_fingerprint(picture: Image.Image) -> Fingerprint:
    """What a picture, RGB, is known by."""
    small = picture.resize((SIDE, SIDE), Image.Resampling.BOX)
    thumbnail = np.asarray(small, dtype=np.float64)
    drawn = drawn_part(thumbnail)
    slopes = _slopes(np.asarray(small.convert("L"), dtype=np.float64))
    return Fingerprint(thumbnail, drawn, slopes if drawn.all() else 0 * slopes)


def _slopes(grey: FloatArray) -> FloatArray:
    across, down = np.diff(grey, axis=1), np.diff(grey, axis=0)
    slopes = np.concatenate([across.ravel(), down.ravel()])
    # What compression makes of a picture that is not steep anywhere must not count.
    length = np.sqrt(np.square(slopes).sum() + NO_CONTRAST**2 * slopes.size)
    return np.asarray(slopes / length)


def drawn_part(thumbnail: FloatArray) -> BoolArray:
    """Which pixels (SIDE, SIDE) are drawn on a plain ground; all where there is no such ground."""
    rim = np.concatenate([thumbnail[0], thumbnail[-1], thumbnail[:, 0], thumbnail[:, -1]])
    ground = np.median(rim, axis=0)
    drawn = np.abs(thumbnail - ground).max(axis=2) > DRAWN_LEVELS
    is_plain = (np.abs(rim - ground).max(axis=1) <= RIM_LEVELS).mean() >= RIM_SHARE
    return drawn if is_plain and drawn.any() else np.ones_like(drawn)


def group_copies(prints: Sequence[Fingerprint]) -> list[int]:
    """For each picture the number of the first one that it is a copy of, else its own.

    What is like a copy only, and not like the first, is none.
    """
    if not prints:
        return []
    thumbnails = np.array([each.thumbnail.ravel() for each in prints], dtype=np.float32)
    drawn = np.array([each.drawn.ravel() for each in prints])
    slopes = np.array([each.slopes for each in prints], dtype=np.float32)
    squares = np.square(thumbnails).sum(axis=1)
    groups: list[int] = []
    # The first of each group, and their thumbnails in one piece, which is much faster to read.
    firsts: list[int] = []
    kept, kept_slopes = np.empty_like(thumbnails), np.empty_like(slopes)
    for index, mine in enumerate(thumbnails):
        distance = squares[firsts] + squares[index] - 2 * kept[: len(firsts)] @ mine
        near = np.flatnonzero(distance <= LARGEST_LEVELS**2 * mine.size)
        chosen = np.array(firsts, dtype=np.int64)[near]
        alike = _alike(thumbnails[chosen], drawn[chosen], mine, drawn[index])
        as_steep = kept_slopes[: len(firsts)] @ slopes[index] >= LEAST_CORRELATION
        copied = [*chosen[alike], *np.array(firsts, dtype=np.int64)[as_steep]]
        groups.append(int(min(copied, default=index)))
        if groups[-1] == index:
            kept[len(firsts)], kept_slopes[len(firsts)] = mine, slopes[index]
            firsts.append(index)
    return groups


def _alike(
    thumbnails: NDArray[np.float32],
    drawn: BoolArray,
    mine: NDArray[np.float32],
    mine_drawn: BoolArray,
) -> BoolArray:
    """Which of some pictures differ from `mine` by no more than size and compression do.

    Thumbnails are (pictures, SIDE * SIDE * 3), what is drawn (pictures, SIDE * SIDE).
    """
    # Where nothing is drawn on any of them need not be looked at.
    where = np.flatnonzero(drawn.any(axis=0) | mine_drawn)
    part = (drawn | mine_drawn)[:, where, None]
    others = thumbnails.reshape(len(thumbnails), SIDE * SIDE, 3)[:, where]
    own = np.broadcast_to(mine.reshape(-1, 3)[where], others.shape)
    contrast = np.minimum(_deviation(others, part), _deviation(own, part))
    pixels = part.sum(axis=(1, 2))
    difference = np.sqrt((np.square(others - own) * part).sum(axis=(1, 2)) / (3 * pixels))
    return np.asarray(difference <= LARGEST_SHARE * np.maximum(contrast, NO_CONTRAST))


def _deviation(pixels: NDArray[np.float32], part: BoolArray) -> NDArray[np.float32]:
    """The standard deviation of the `part` of each picture, over pixels and colours."""
    count = part.sum(axis=1, keepdims=True)
    mean = (pixels * part).sum(axis=1, keepdims=True) / count
    squares = (np.square(pixels - mean) * part).sum(axis=(1, 2)) / (3 * count[:, 0, 0])
    return np.asarray(np.sqrt(squares), dtype=np.float32)


def is_copy(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two pictures are copies of one another."""
    return group_copies([one, other]) == [0, 0]
