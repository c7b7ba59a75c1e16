"""A question that is steered: about several videos and objects, how much each object counts, and
which videos may answer.

Each video, and each object that is named, adds a vector of length 1 to the query; then the weights
count. The similarity is the cosine of that with each video, so each object's share of it is exact.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from vidrec.recommender.ranking import (
    BLOCK_CELLS,
    DECIMALS,
    Candidates,
    Nearest,
    nearest,
    similarities,
)
from vidrec.vectors.vectors import unit_rows
from vidrec.workflow.arrays import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from vidrec.vectors.vectors import Rows

# Where the answer is to be varied, it is chosen from so many times the videos that are wanted.
POOL = 5
# How much likeness counts there, and not being like what is already chosen the rest of 1.
RELEVANCE = 0.7


@dataclass(frozen=True)
class Steering:
    """What is asked beside the vector: `rows` may be named, None if all may; and whether the answer
    is to be varied. `own` are the rows asked about: they are not named, and no copy of them.
    `mixed`: the vector is not that of one video, but of several, of objects, or weighed;
    `no_video`: it is of objects alone."""

    own: Sequence[int] = ()
    rows: IntArray | None = None
    diverse: bool = False
    mixed: bool = False
    no_video: bool = False

    @property
    def plain(self) -> bool:
        """Whether it is what a single video of the index, or one unseen, is asked without more.

        An index of clusters is tuned to find what is near to a video, and misses much of what is
        near to objects alone.
        """
        return len(self.own) < 2 and self.rows is None and not self.diverse and not self.mixed


PLAIN = Steering()


def query_of(
    videos: Iterable[FloatArray], objects: Iterable[Sequence[int]], size: int
) -> FloatArray:
    """The query (size,) before anything is weighed: of vectors of videos, and of objects, each by
    the numbers of its labels, which count alike."""
    query = np.zeros(size)
    for vector in videos:
        query += unit_rows(vector[np.newaxis])[0]
    for labels in objects:
        query[list(labels)] += 1 / np.sqrt(len(labels))
    return query


def steered(
    vectors: "Rows", query: FloatArray, count: int, candidates: Candidates, asked: Steering
) -> Nearest:
    """The `count` videos that answer best, of all videos: `candidates` decides as for any query."""
    if asked.no_video:
        # How near videos are to each other says nothing beside how near they are to an object: the
        # one is many times the other.
        candidates = replace(candidates, hubness=None)
    rows = np.arange(len(vectors.videos)) if asked.rows is None else asked.rows
    rows = rows[~np.isin(candidates.groups[rows], candidates.groups[list(asked.own)])]
    similarity = similarity_to_all(vectors, query)[rows]
    wanted = count * (POOL if asked.diverse else 1)
    found = nearest(similarity, candidates, wanted, rows=rows).first(wanted)
    return diverse(vectors, found, count) if asked.diverse else found


def similarity_to_all(vectors: "Rows", query: FloatArray) -> FloatArray:
    """The similarity (videos,) of `query` to each video, a block of them in memory."""
    size = max(1, BLOCK_CELLS // max(1, len(vectors.labels)))
    starts = range(0, len(vectors.videos), size)
    blocks = (unit_rows(vectors.rows(start, start + size)) for start in starts)
    return np.concatenate([similarities(query[np.newaxis], block)[0] for block in blocks])


def diverse(vectors: "Rows", pool: Nearest, count: int) -> Nearest:
    """`count` of the `pool`, each like the query and unlike those before it; the best comes first.

    Maximal marginal relevance (Carbonell and Goldstein, 1998), equal ones in the order of the pool.
    What has nothing in common with the query stands last in the pool, and is left out: it is unlike
    what is chosen, too, and would come before what is like the query.
    """
    pool = pool.first(int((pool.similarity > 0).sum()))
    rows = pool.order.tolist()
    if not rows:
        return pool
    unit = unit_rows(np.concatenate([vectors.rows(row, row + 1) for row in rows]))
    left, chosen = list(range(1, len(rows))), [0]
    alike = similarities(unit[:1], unit)[0]
    while left and len(chosen) < count:
        value = np.round(RELEVANCE * pool.score[left] - (1 - RELEVANCE) * alike[left], DECIMALS)
        chosen.append(left.pop(int(value.argmax())))
        alike = np.maximum(alike, similarities(unit[chosen[-1:]], unit)[0])
    return Nearest(pool.order[chosen], pool.similarity[chosen], pool.score[chosen])


def allowed_rows(
    categories: Sequence[str], only: Iterable[str], never: Iterable[str]
) -> IntArray | None:
    """The rows of the videos of one of the categories `only`, if there are any, and of none of
    those in `never`; None where none is named."""
    wanted, unwanted = set(only), set(never)
    if not wanted and not unwanted:
        return None
    fits: BoolArray = np.array(
        [(not wanted or each in wanted) and each not in unwanted for each in categories], bool
    )
    return np.flatnonzero(fits)
