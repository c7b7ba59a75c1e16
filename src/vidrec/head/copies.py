"""Which pictures are copies of one another, in other sizes and qualities.

Thumbnails are compared: how far they differ, in proportion to the contrast in them. Of what is
drawn on a plain ground only the drawn part counts: the ground is the same in all such pictures.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from vidrec.workflow.arrays import BoolArray, FloatArray

# Pixels per side of a thumbnail.
SIDE = 32
# Largest difference of copies: the root of its mean square, as a share of the standard deviation of
# the drawn part. `python benchmarks/find_copies.py DIR` on 360 photographs: of copies at half to
# full size and JPEG quality 40 to 90, 99.4 % are found; no two of the photographs are.
LARGEST_SHARE = 0.25
# The same in levels of 255 over the whole thumbnail: no copy differs more, so that few pairs need a
# closer look.
LARGEST_LEVELS = 14.0
# A ground is plain where this share of a picture's rim is within so many levels of one colour;
# drawn is what is further from that colour.
RIM_SHARE, RIM_LEVELS, DRAWN_LEVELS = 0.9, 8, 10
# Standard deviation of a picture without contrast, in levels: what compression makes of it.
NO_CONTRAST = 1.0


@dataclass(frozen=True)
class Fingerprint:
    """What a picture is known by: a thumbnail (SIDE, SIDE, 3), and which part of it is drawn."""

    thumbnail: FloatArray
    drawn: BoolArray


def take_fingerprint(picture: Image.Image) -> Fingerprint:
    """What a picture, RGB, is known by."""
    small = picture.resize((SIDE, SIDE), Image.Resampling.BOX)
    thumbnail = np.asarray(small, dtype=np.float64)
    return Fingerprint(thumbnail, drawn_part(thumbnail))


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
    flat = np.array([each.thumbnail.ravel() for each in prints], dtype=np.float32)
    firsts: list[int] = []
    groups: list[int] = []
    for index, each in enumerate(prints):
        distance = np.sqrt(np.square(flat[firsts] - flat[index]).mean(axis=1))
        near = [firsts[place] for place in np.flatnonzero(distance <= LARGEST_LEVELS)]
        found = next((first for first in near if is_copy(prints[first], each)), index)
        groups.append(found)
        if found == index:
            firsts.append(index)
    return groups


def is_copy(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two pictures differ by no more than size and compression do."""
    part = one.drawn | other.drawn
    first, second = one.thumbnail[part], other.thumbnail[part]
    difference = np.sqrt(np.square(first - second).mean())
    contrast = min(np.sqrt(np.square(x - x.mean(axis=0)).mean()) for x in (first, second))
    return bool(difference <= LARGEST_SHARE * max(contrast, NO_CONTRAST))
