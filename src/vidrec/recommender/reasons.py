"""The videos most like a query, and why: what each shared object adds to the similarity.

The cosine of two vectors is a sum over objects, `sum(query * neighbour) / (|query| |neighbour|)`,
so each object's term over that sum is its share of the reason.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from vidrec.commands.near_names import hint
from vidrec.recommender.similarity import id_ranks, nearest, similarities
from vidrec.vectors.vectors import Vectors, unit_rows
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.errors import UserError


@dataclass(frozen=True)
class Reason:
    """An object that both videos have, and its `share` (0..1) of their similarity."""

    label: str
    share: float


@dataclass(frozen=True)
class Neighbor:
    """A recommended video, with its reasons: the largest first, all together 1."""

    rank: int
    video_id: str
    category: str
    similarity: float
    reasons: list[Reason]


def row_of(vectors: Vectors, video_id: str) -> int:
    """The row of `video_id`. Raises UserError, with the nearest ids, where there is none."""
    if video_id not in vectors.ids:
        raise unknown_id(vectors, video_id)
    return vectors.ids.index(video_id)


def unknown_id(vectors: Vectors, video_id: str) -> UserError:
    """The error that says that there is no `video_id`, and which ids are near it."""
    meant = hint(video_id, vectors.ids, "data/vectors.csv lists those there")
    return UserError(f"no video {video_id!r} in the index: {meant}")


def recommend_for_id(vectors: Vectors, video_id: str, count: int = 10) -> list[Neighbor]:
    """The `count` videos most like one of the index. Raises UserError for an unknown id."""
    query = vectors.values[row_of(vectors, video_id)]
    return recommend(vectors, query, name=video_id, count=count, excluded=video_id)


def recommend(
    vectors: Vectors,
    query: FloatArray,
    *,
    name: str,
    count: int = 10,
    excluded: str | None = None,
) -> list[Neighbor]:
    """The `count` videos most like `query` (labels,), ranked as the stage build_index ranks.

    `name` is what an error calls the query; the video whose id is `excluded` is left out.
    Raises UserError where no object of the index was found in the query.
    """
    if not query.any():
        raise UserError(
            f"{name}: none of the objects of the index was found in it, so no video is like it;"
            " see weigh_objects.min_confidence, or try another video"
        )
    similarity = similarities(query[np.newaxis], unit_rows(vectors.values))[0]
    me = vectors.ids.index(excluded) if excluded in vectors.ids else None
    rows = nearest(similarity, id_ranks(vectors.ids), count, me)
    return [
        Neighbor(
            rank,
            vectors.ids[row],
            vectors.categories[row],
            float(similarity[row]),
            reasons(vectors.labels, query, vectors.values[row]),
        )
        for rank, row in enumerate(rows, start=1)
    ]


def reasons(labels: list[str], query: FloatArray, neighbor: FloatArray) -> list[Reason]:
    """Each label that both vectors have and its share, largest first, equal ones by label.

    The shares sum to 1; two videos without a common object have none.
    """
    products = query * neighbor
    total = products.sum()
    if total == 0:
        return []
    shared = [Reason(labels[i], float(products[i] / total)) for i in np.flatnonzero(products)]
    return sorted(shared, key=lambda reason: (-reason.share, reason.label))


def to_dict(query: str, neighbors: list[Neighbor]) -> dict[str, Any]:
    """What `vidrec recommend --json` prints."""
    return {
        "query": query,
        "neighbors": [
            {
                "rank": neighbor.rank,
                "video_id": neighbor.video_id,
                "category": neighbor.category,
                "similarity": neighbor.similarity,
                "reasons": [
                    {"label": reason.label, "share": reason.share} for reason in neighbor.reasons
                ],
            }
            for neighbor in neighbors
        ],
    }
