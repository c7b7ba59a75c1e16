"""Stage build_index: the most similar videos of each video.

Exact nearest neighbours by cosine: every video is compared with every other, in blocks of rows that
bound the memory. Of many videos each is compared with those in the clusters near it. Where hubs are
to be corrected, all are compared twice: first to see how near each is to others.
"""

import functools
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from vidrec.metrics.figures import rounded
from vidrec.recommender.hubness import hubness
from vidrec.recommender.ranking import BLOCK_CELLS, Candidates, Nearest, nearest, similarities
from vidrec.vectors.vectors import Vectors, unit_rows
from vidrec.workflow.arrays import FloatArray, IntArray
from vidrec.workflow.files import atomic_directory
from vidrec.workflow.parallel import map_items

if TYPE_CHECKING:
    from vidrec.vectors.sparse import SparseVectors

# Videos whose neighbours one worker looks up at a time.
BLOCK_VIDEOS = 2000
TITLE = "looking up neighbours"


@dataclass(frozen=True)
class Ranking:
    """The same for all videos, a row each: all (videos, places)."""

    order: IntArray
    similarity: FloatArray
    score: FloatArray

    def first(self, places: int) -> "Ranking":
        order, similarity = self.order[:, :places], self.similarity[:, :places]
        return Ranking(order, similarity, self.score[:, :places])

    def of(self, row: int) -> Nearest:
        return Nearest(self.order[row], self.similarity[row], self.score[row])


def compare_all(
    vectors: Vectors, count: int, candidates: Candidates
) -> Iterator[tuple[Nearest, FloatArray]]:
    """Video by video its `count` nearest, as `nearest` gives them, and its similarity to all."""
    for me, similarity in enumerate(similarity_rows(vectors.values)):
        yield nearest(similarity, candidates, count, me), similarity


def similarity_rows(values: FloatArray) -> Iterator[FloatArray]:
    """Row by row the similarities (rows,) of `values` to all its rows, a block in memory."""
    unit = unit_rows(values)
    size = max(1, BLOCK_CELLS // len(unit))
    for start in range(0, len(unit), size):
        yield from similarities(unit[start : start + size], unit)


def hubness_of_all(vectors: Vectors, candidates: Candidates, neighbors: int) -> FloatArray:
    """The hubness (videos,) of each video, by its nearest `neighbors`, of each copy the nearest."""
    plain = replace(candidates, hubness=None)
    found = (each.first(neighbors) for each, _ in compare_all(vectors, neighbors, plain))
    return np.array([hubness(each.similarity, neighbors) for each in found])


def together(found: Iterable[Nearest]) -> Ranking:
    """The ranking of all videos from the neighbours of each."""
    parts = [(each.order, each.similarity, each.score) for each in found]
    return Ranking(*(np.stack(part) for part in zip(*parts, strict=True)))


@contextmanager
def clusters_in(folder: Path | None) -> Iterator[Path]:
    """Where to make an index: in `folder`, if that is wanted, or else for a while."""
    with ExitStack() as stack:
        passing = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        yield stack.enter_context(atomic_directory(folder or passing / "index"))


def build_and_rank(
    vectors: "SparseVectors", count: int, folder: Path
) -> tuple[Ranking, dict[str, float]]:
    """The `count` most similar of each video, by an index of clusters that is made in `folder`.

    A neighbour may be missed, and is then replaced by the next: `recall_at_10` says how few are.
    Each video is looked up alone: the number of workers changes nothing.
    """
    from vidrec.recommender import clusters

    index = clusters.build(vectors)
    clusters.write(folder, index)
    rows, places = clusters.places_of(index)
    starts = range(0, len(rows), BLOCK_VIDEOS)
    blocks = [(rows[at : at + BLOCK_VIDEOS], places[at : at + BLOCK_VIDEOS]) for at in starts]
    look_up = functools.partial(_look_up, folder, count)
    nothing = np.zeros(len(vectors.labels))
    shape = len(vectors.ids), min(count, len(vectors.ids) - 1)
    order, similarity = np.empty(shape, np.int64), np.zeros(shape)
    for (own, _), found in zip(
        blocks, map_items(look_up, blocks, title=TITLE, unit="block"), strict=True
    ):
        order[own], similarity[own] = found.order, found.similarity
    for row in np.setdiff1d(np.arange(len(vectors.ids)), rows).tolist():
        order[row] = clusters.find(index, nothing, count, row).order
    return Ranking(order, similarity, similarity), {"recall_at_10": rounded(index.recall)}


def _look_up(folder: Path, count: int, block: tuple[IntArray, IntArray]) -> Ranking:
    from vidrec.recommender import clusters

    index = clusters.read(folder)
    pairs = zip(*(numbers.tolist() for numbers in block), strict=True)
    return together(clusters.find(index, index.vector(place), count, row) for row, place in pairs)
