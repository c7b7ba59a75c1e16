"""How well the similarities agree with those of the true mixtures of objects, by cosine."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vidrec.metrics.retrieval import normalized_gain
from vidrec.recommender.build_index import (
    Ranking,
    build_and_rank,
    clusters_in,
    compare_all,
    rank_all,
    similarity_rows,
    together,
)
from vidrec.recommender.ranking import DEPTH
from vidrec.settings.build_index import Params
from vidrec.vectors.sparse import SparseVectors, as_dense, as_sparse
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.absent import write_absent
from vidrec.workflow.arrays import FloatArray, IntArray

# Both figures of a video that has no truth.
UNKNOWN = (np.nan, np.nan)


def mixtures(areas: pd.DataFrame, ids: Sequence[str]) -> FloatArray:
    """Per id (row), the area that each true label covers, summed over frames; zeros if unknown."""
    summed = areas.pivot_table(
        index="video_id", columns="label", values="area_pct", aggfunc="sum", fill_value=0.0
    )
    return summed.reindex(list(ids), fill_value=0.0).to_numpy(np.float64)


def rank_few_or_many(
    vectors: Vectors | SparseVectors,
    areas: pd.DataFrame | None,
    settings: Params,
    folder: Path | None,
) -> tuple[Ranking, pd.DataFrame, dict[str, float]]:
    """As `rank_and_judge`, and no metric; or of many videos by an index, and its metric.

    Of many the agreement is not known: it takes all similarities. The index is left in `folder`,
    which says why there is none where that is so.
    """
    count = max(settings.neighbors, DEPTH)
    if len(vectors.ids) <= settings.exact_up_to:
        if folder:
            write_absent(folder, "no more than build_index.exact_up_to videos: all are compared")
        return *rank_and_judge(as_dense(vectors), count, areas), {}
    with clusters_in(folder) as made:
        ranking, recall = build_and_rank(as_sparse(vectors), count, made)
        return ranking, unjudged(len(vectors.ids)), recall


def rank_and_judge(
    vectors: Vectors, count: int, areas: pd.DataFrame | None
) -> tuple[Ranking, pd.DataFrame]:
    """The ranking as `rank_all` gives it, and per video how well its similarities agree.

    `areas` are those of the truth, if there is one. `truth_ndcg_at_10`: nDCG of the first ten
    neighbours, gain = true similarity. `truth_spearman`: rank correlation over all other videos.
    Both are NaN for a video that has no truth.
    """
    if areas is None or areas.empty:
        return rank_all(vectors, count), unjudged(len(vectors.ids))
    kept, scores = [], []
    true_values = mixtures(areas, vectors.ids)
    pairs = zip(compare_all(vectors, count), similarity_rows(true_values), strict=True)
    for me, ((found, similarity), true) in enumerate(pairs):
        kept.append(found)
        known = true_values[me].any()
        scores.append(_agreement(me, similarity, true, found.order[:DEPTH]) if known else UNKNOWN)
    return together(kept), _table(scores)


def unjudged(count: int) -> pd.DataFrame:
    """The second table of `rank_and_judge` for `count` videos of which there is no truth."""
    return _table([UNKNOWN] * count)


def _table(scores: Sequence[tuple[float, float]]) -> pd.DataFrame:
    return pd.DataFrame(scores, columns=["truth_ndcg_at_10", "truth_spearman"])


def _agreement(
    me: int, found: FloatArray, true: FloatArray, order: IntArray
) -> tuple[float, float]:
    others, theirs = np.delete(found, me), np.delete(true, me)
    ideal = np.sort(theirs)[::-1][: len(order)]
    gain = normalized_gain(true[order][np.newaxis], ideal[np.newaxis])[0]
    # Ranks of a constant have no correlation: it agrees with nothing.
    varies = len(others) > 1 and np.ptp(others) > 0 and np.ptp(theirs) > 0
    return float(gain), spearman(others, theirs) if varies else 0.0


def spearman(first: FloatArray, second: FloatArray) -> float:
    """The rank correlation, equal values at their mean rank: without the second that scipy's takes
    to load."""
    ranks = pd.DataFrame({"first": first, "second": second}).rank()
    return float(np.corrcoef(ranks["first"], ranks["second"])[0, 1])
