"""Stage build_index: the most similar videos of each video.

Exact nearest neighbours by cosine: every video is compared with every other, once, in blocks of
rows that bound the memory.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from vidrec.recommender.ranking import id_ranks, nearest, similarities
from vidrec.vectors.vectors import Vectors, unit_rows
from vidrec.workflow.arrays import FloatArray, IntArray

# Similarities in memory at a time: 128 MiB of float64.
BLOCK_CELLS = 2**24


@dataclass(frozen=True)
class Nearest:
    """The neighbours of one video, best first: row numbers `order` and their `similarity`."""

    order: IntArray
    similarity: FloatArray


@dataclass(frozen=True)
class Ranking:
    """The same for all videos, a row each: both (videos, places)."""

    order: IntArray
    similarity: FloatArray


def rank_all(vectors: Vectors, count: int) -> Ranking:
    """The `count` most similar videos of each, itself excluded; all others where they are fewer."""
    return together(found for found, _ in compare_all(vectors, count))


def compare_all(vectors: Vectors, count: int) -> Iterator[tuple[Nearest, FloatArray]]:
    """Video by video its `count` nearest, and its similarity (videos,) to all."""
    ranks = id_ranks(vectors.ids)
    for me, similarity in enumerate(similarity_rows(vectors.values)):
        order = nearest(similarity, ranks, count, me)
        yield Nearest(order, similarity[order]), similarity


def similarity_rows(values: FloatArray) -> Iterator[FloatArray]:
    """Row by row the similarities (rows,) of `values` to all its rows, a block in memory."""
    unit = unit_rows(values)
    size = max(1, BLOCK_CELLS // len(unit))
    for start in range(0, len(unit), size):
        yield from similarities(unit[start : start + size], unit)


def together(found: Iterable[Nearest]) -> Ranking:
    """The ranking of all videos from the neighbours of each."""
    pairs = [(each.order, each.similarity) for each in found]
    order, similarity = zip(*pairs, strict=True)
    return Ranking(np.stack(order), np.stack(similarity))
