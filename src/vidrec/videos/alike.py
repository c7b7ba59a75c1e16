"""Whether two videos are copies of one another, re-encoded or cut, by their thumbnails over time.

That frames look alike proves nothing: two flights before one camera on its tripod have the same
backdrop, and most of each frame is backdrop. What moves must be the same too. So frames are laid
side by side at one offset in time, and those that look alike are compared by what each of them has
beyond the backdrop of its video. Where nothing moves nothing is proved, and no copy is found.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from vidrec.media.thumbnails import SIDE, Thumbnails
from vidrec.workflow.arrays import BoolArray, IntArray

Floats = NDArray[np.float32]

# Side of the coarser thumbnail by which frames look alike: one that is a sixth of a second later,
# as in a video that was cut between two frames, still is.
COARSE = 14
# Least correlation of frames that look alike.
LEAST_ALIKE = 0.9
# Standard deviation within a frame, in levels of 255, that compression makes: a frame with less
# than three times as much is like no other, not even like itself.
NO_CONTRAST = 1.0
# By so many levels compression changes what stands still; what moves is what is beyond.
STILL_LEVELS = 2.0
# And so much of it per frame, in squared levels, is as good as none.
STILL_SQUARES = 8.0
# Least correlation of what moves. `python benchmarks/find_video_copies.py DIR` on 150 real clips,
# many before one backdrop: no two of them have more than 0.28. Of 30 of them encoded again, those
# where hardly anything moves are not found: at crf 35 24 are, at half the size 23, at another rate
# 20 and 25, of the middle half 23, brighter by 20 % 27, with 5 % cut off each side 8.
LEAST_IN_STEP = 0.5
# Part of the shorter video that must be matched, and the fewest frames.
LEAST_SHARE, FEWEST = 0.5, 4

# What is compared at all has a hash in common: the signs of so many sums over a frame of so many
# pixels a side, in so many tables.
HASHED, TABLES, BITS = 7, 8, 12
# Videos whose pairs are looked for at a time.
BLOCK = 512


@dataclass(frozen=True)
class Look:
    """What a video looks like.

    Parameters
    ----------
    moving : of each frame what is beyond the backdrop, in levels, (frames, SIDE * SIDE).
    patterns : each frame coarser, of length 1, or less with little contrast,
        (frames, COARSE * COARSE).
    """

    moving: Floats
    patterns: Floats


def look_of(thumbnails: Thumbnails) -> Look:
    """What a video looks like by its thumbnails."""
    grey = thumbnails.astype(np.float32)
    level = _without_slope(grey.reshape(len(grey), -1))
    beyond = level - np.median(level, axis=0)
    beyond = np.sign(beyond) * (np.abs(beyond) - STILL_LEVELS).clip(0)
    return Look(beyond - beyond.mean(axis=0), patterns_of(thumbnails))


def _without_slope(frames: Floats) -> Floats:
    """Frames less the plane that fits each best: skies that grow darker upwards are all alike."""
    across = np.tile(np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2, (SIDE, 1))
    planes = np.stack([across.ravel(), across.T.ravel()]) / np.linalg.norm(across)
    level = frames - frames.mean(axis=1, keepdims=True)
    return np.asarray(level - (level @ planes.T) @ planes, np.float32)


def _patterns(grey: Floats, side: int) -> Floats:
    """Frames (frames, SIDE, SIDE) at `side` pixels a side, flat and of length 1 at most."""
    step = SIDE // side
    coarse = grey.reshape(-1, side, step, side, step).mean(axis=(2, 4)).reshape(-1, side * side)
    coarse -= coarse.mean(axis=1, keepdims=True)
    squares = np.square(coarse).sum(axis=1, keepdims=True)
    return np.asarray(coarse / np.sqrt(squares + (NO_CONTRAST * side) ** 2), np.float32)


def patterns_of(thumbnails: Thumbnails) -> Floats:
    """What of a video's look says whether frames look alike: a sixteenth of it."""
    return _patterns(thumbnails.astype(np.float32), COARSE)


def look_alike(one: Floats, other: Floats) -> bool:
    """Whether the frames of two videos, by their patterns, are alike at any offset: most pairs of
    videos end here."""
    return bool(len(_enough(_diagonals(_alike(one, other)).sum(axis=1), one, other)))


def matched_share(one: Look, other: Look) -> float:
    """The part of the shorter video's frames, 0..1, that is matched; 0 where they are no copies."""
    counts, in_step = _matches(one, other)
    found = counts[in_step >= LEAST_IN_STEP]
    return float(found.max(initial=0) / min(len(one.patterns), len(other.patterns)))


def most_in_step(one: Look, other: Look) -> float:
    """The highest correlation of what moves, of offsets at which enough frames look alike, or 0."""
    return float(_matches(one, other)[1].max(initial=0))


def _matches(one: Look, other: Look) -> tuple[IntArray, Floats]:
    """At each offset at which enough frames look alike, how many do, and how what moves in them
    correlates."""
    alike = _alike(one.patterns, other.patterns)
    counts = _diagonals(alike).sum(axis=1)
    enough = _enough(counts, one.patterns, other.patterns)
    if not len(enough):
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    return counts[enough], _in_step(one, other, alike, enough)


def _alike(one: Floats, other: Floats) -> BoolArray:
    """Which frames of two videos look alike, (frames of one, frames of the other)."""
    return np.asarray(one @ other.T >= LEAST_ALIKE)


def _enough(counts: IntArray, one: Floats, other: Floats) -> IntArray:
    """At which offsets enough frames are alike, by the count of them at each."""
    shorter = min(len(one), len(other))
    return np.flatnonzero(counts >= max(FEWEST, LEAST_SHARE * shorter))


def _diagonals(table: NDArray[Any]) -> NDArray[Any]:
    """The diagonals of `table` (frames of one, frames of the other), from that of the lower left
    corner on, as rows: a column for each frame of one, 0 where the other has no frame."""
    one, other = table.shape
    partners = np.arange(one) + np.arange(1 - one, other)[:, None]
    found = table[np.arange(one), partners.clip(0, other - 1)]
    diagonals: NDArray[Any] = np.where((partners >= 0) & (partners < other), found, False)
    return diagonals


def _in_step(one: Look, other: Look, alike: BoolArray, offsets: IntArray) -> Floats:
    """How what moves in frames that look alike correlates, at each of some offsets: those of the
    rows of `_diagonals`."""
    mine = _diagonals(alike)[offsets].astype(np.float32)
    yours = _diagonals(alike.T)[::-1][offsets].astype(np.float32)
    count = mine.sum(axis=1)
    my_sum, your_sum = mine @ one.moving, yours @ other.moving
    products = (_diagonals(one.moving @ other.moving.T)[offsets] * mine).sum(axis=1)
    together = products - (my_sum * your_sum).sum(axis=1) / count
    my_spread = _spread(one.moving, mine, my_sum, count)
    your_spread = _spread(other.moving, yours, your_sum, count)
    return np.asarray(together / np.sqrt(my_spread * your_spread), np.float32)


def _spread(moving: Floats, which: Floats, total: Floats, count: Floats) -> Floats:
    """Sum of squares about the mean, of the frames that each row of `which` has at 1."""
    squares = which @ np.square(moving).sum(axis=1) - np.square(total).sum(axis=1) / count
    return np.asarray(squares.clip(0) + STILL_SQUARES * count, np.float32)


def hashes_of(thumbnails: Thumbnails) -> IntArray:
    """The numbers, sorted, by which a video is found; none of frames without contrast."""
    patterns = _patterns(thumbnails.astype(np.float32), HASHED)
    patterns = patterns[np.square(patterns).sum(axis=1) >= LEAST_ALIKE]
    # Always the same ones, whatever the videos.
    sums = np.random.default_rng(0).standard_normal((HASHED**2, TABLES * BITS))
    signs = (patterns @ sums > 0).reshape(-1, TABLES, BITS)
    numbers = signs @ (1 << np.arange(BITS)) + (np.arange(TABLES) << BITS)
    return np.unique(numbers).astype(np.int64)


def pairs_sharing(hashes: Iterable[IntArray]) -> list[tuple[int, int]]:
    """The pairs of videos, by number, that have a hash in common: the smaller number first."""
    each = list(hashes)
    starts = np.cumsum([0, *map(len, each)])
    columns = np.concatenate([np.zeros(0, np.int64), *each])
    ones = np.ones(len(columns), np.int32)
    table = csr_array((ones, columns, starts), shape=(len(each), TABLES << BITS))
    pairs: list[tuple[int, int]] = []
    for start in range(0, len(each), BLOCK):
        shared = (table[start : start + BLOCK] @ table.T).tocoo()
        found = np.stack([shared.coords[0] + start, shared.coords[1]], axis=1)
        pairs += [(int(a), int(b)) for a, b in found[found[:, 0] < found[:, 1]]]
    return pairs
