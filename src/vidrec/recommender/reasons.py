"""The videos most like a query, and why: what each shared object adds to the similarity.

The cosine of two vectors is a sum over objects, `sum(query * neighbour) / (|query| |neighbour|)`,
so each object's term over that sum is its share of the reason.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vidrec.recommender.ranking import Candidates, Nearest
from vidrec.recommender.steering import PLAIN, Steering, steered
from vidrec.workflow.arrays import FloatArray

if TYPE_CHECKING:
    from vidrec.recommender.clusters import Clusters
    from vidrec.vectors.sparse import SparseVectors
    from vidrec.vectors.vectors import Vectors


@dataclass(frozen=True)
class Reason:
    """An object that both videos have, and its `share` (0..1) of their similarity."""

    label: str
    share: float


@dataclass(frozen=True)
class Similar:
    """A video that is like the query, with its reasons: the largest first, all together 1.

    It is ranked by its `score`, which is the `similarity` unless hubs are corrected.
    """

    rank: int
    video_id: str
    category: str
    similarity: float
    score: float
    reasons: list[Reason]


def recommend(
    vectors: "Vectors | SparseVectors",
    query: FloatArray,
    count: int = 10,
    asked: Steering = PLAIN,
    index: "Clusters | None" = None,
    candidates: Candidates | None = None,
) -> list[Similar]:
    """The `count` videos most like `query` (labels,), ranked as the stage build_index ranks, as far
    as nothing else is `asked`.

    With an `index` of the vectors only some are looked at, unless that is steered. `candidates`
    knows of copies and hubs, if there are any.
    """
    candidates = candidates or Candidates.of(vectors.ids)
    found = _found(vectors, query, count, asked, index, candidates)
    pairs = zip(
        *(part.tolist() for part in (found.order, found.similarity, found.score)), strict=True
    )
    return [
        Similar(
            rank,
            vectors.ids[row],
            vectors.categories[row],
            similarity,
            score,
            reasons(vectors.labels, query, vectors.rows(row, row + 1)[0]),
        )
        for rank, (row, similarity, score) in enumerate(pairs, start=1)
    ]


def _found(
    vectors: "Vectors | SparseVectors",
    query: FloatArray,
    count: int,
    asked: Steering,
    index: "Clusters | None",
    candidates: Candidates,
) -> Nearest:
    if index is None or not asked.plain:
        return steered(vectors, query, count, candidates, asked)
    from vidrec.recommender.clusters import best

    return best(index, query, candidates, count, next(iter(asked.own), None))


def reasons(
    labels: list[str], query: FloatArray, neighbor: FloatArray, first: int | None = None
) -> list[Reason]:
    """Each label that both vectors have and its share, largest first, equal ones by label.

    The shares sum to 1; two videos without a common object have none. Of many the `first` are
    found without a look at the rest.
    """
    products = query * neighbor
    total = products.sum()
    if total == 0:
        return []
    shares = products / total
    rows = np.flatnonzero(shares)
    if first is not None and first < len(rows):
        rows = rows[shares[rows] >= np.partition(shares[rows], -first)[-first]]
    shared = [Reason(labels[i], float(shares[i])) for i in rows]
    return sorted(shared, key=lambda reason: (-reason.share, reason.label))[:first]
