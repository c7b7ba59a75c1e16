"""Importance vectors as this project makes them, of as many videos as wanted, made of a seed.

Each category has labels of its own, which are Zipf-like, as all are; a video has about 10 to 200,
most of them of its category and of a second one, with heavy-tailed totals that are scaled by the
square root, weighed by idf and brought to length 1. One in twenty is nearly the same as another.
"""

import numpy as np
from scipy.sparse import csr_array, vstack

from vidrec.vectors.sparse import SparseVectors
from vidrec.workflow.arrays import FloatArray, IntArray
from vidrec.workflow.video import Video

LABELS, CATEGORIES, OWN_LABELS = 1000, 500, 120
# Of what is seen in a video: the share of its categories, and at most that of the second of them.
TOPICAL, SECOND = 0.7, 0.5
# Of the videos: those that are near another one, and by how much an amount then differs.
COPIES, DIFFERENCE = 0.05, 0.1
# Videos drawn at a time: each block has a seed of its own, so that more videos keep the first.
BLOCK = 20_000
DECIMALS = 8


def synthetic_vectors(count: int, seed: int = 0) -> SparseVectors:
    """The first `count` videos of `seed`, with LABELS labels."""
    blocks = [_totals(seed, start) for start in range(0, count, BLOCK)]
    totals = vstack(blocks, format="csr")[:count]
    values = _weighed(totals)
    videos = [Video(f"category_{row % CATEGORIES:03}", f"v{row:07}") for row in range(count)]
    labels = [f"label {number:04}" for number in range(LABELS)]
    return SparseVectors(videos, labels, values.indptr, values.indices, values.data)


def _totals(seed: int, start: int) -> csr_array:
    """For the BLOCK videos from `start`, how much of each label is seen (BLOCK, LABELS)."""
    random = np.random.default_rng([seed, start])
    # Even over orders of magnitude; a label that is drawn again adds to its amount.
    sizes = np.exp(random.uniform(np.log(12), np.log(500), BLOCK)).astype(np.int64)
    rows = np.repeat(np.arange(BLOCK), sizes)
    labels = _labels(random, np.repeat(_categories(random, start), sizes, axis=0), seed)
    amounts = random.lognormal(0, 1.2, len(rows))
    drawn = csr_array((amounts, (rows, labels)), shape=(BLOCK, LABELS))
    drawn.sum_duplicates()
    return _with_copies(random, drawn)


def _categories(random: np.random.Generator, start: int) -> FloatArray:
    """Per video its category, a second one, and the second one's share (BLOCK, 3)."""
    first = (start + np.arange(BLOCK)) % CATEGORIES
    second = random.integers(0, CATEGORIES, BLOCK)
    return np.column_stack([first, second, random.uniform(0, SECOND, BLOCK)])


def _labels(random: np.random.Generator, categories: FloatArray, seed: int) -> IntArray:
    """A label for each row of `categories`, of one of the two or any; frequent ones first."""
    everything = np.tile(np.arange(LABELS), (CATEGORIES, 1))
    own = np.random.default_rng(seed).permuted(everything, axis=1)[:, :OWN_LABELS]
    count = len(categories)
    other = (random.random(count) < categories[:, 2]).astype(np.int64)
    chosen = categories[np.arange(count), other].astype(np.int64)
    topical = own[chosen, _zipf(random, OWN_LABELS, count)]
    return np.where(random.random(count) < TOPICAL, topical, _zipf(random, LABELS, count))


def _zipf(random: np.random.Generator, size: int, count: int) -> IntArray:
    """`count` of the numbers below `size`, n as probable as 1 / (n + 1)."""
    shares = np.cumsum(1 / np.arange(1, size + 1))
    found: IntArray = np.searchsorted(shares, random.random(count) * shares[-1])
    return found


def _with_copies(random: np.random.Generator, totals: csr_array) -> csr_array:
    """`totals` with some rows taken from others, each amount changed by some percent."""
    copied = random.random(BLOCK) < COPIES
    rows = np.where(copied, random.integers(0, BLOCK, BLOCK), np.arange(BLOCK))
    copies = totals[rows]
    spread = np.repeat(np.where(copied, DIFFERENCE, 0.0), np.diff(copies.indptr))
    copies.data = copies.data * np.exp(spread * random.standard_normal(copies.nnz))
    return copies


def _weighed(totals: csr_array) -> csr_array:
    """As weigh_objects weighs by default: square root, idf, length 1."""
    frequency = np.bincount(totals.indices, minlength=LABELS)
    idf = np.log((1 + totals.shape[0]) / (1 + frequency)) + 1
    data = np.sqrt(totals.data) * idf[totals.indices]
    lengths = np.sqrt(np.add.reduceat(data**2, totals.indptr[:-1]))
    data = np.round(data / np.repeat(lengths, np.diff(totals.indptr)), DECIMALS)
    return csr_array((data, totals.indices, totals.indptr), shape=totals.shape)
