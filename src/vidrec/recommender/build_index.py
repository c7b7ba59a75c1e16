"""Stage build_index: the most similar videos of each video, and how good they are.

Exact nearest neighbours by cosine: every video is compared with every other, in blocks of rows
that bound the memory. A neighbour is relevant where it is of the same category. A metric at 10
of a query counts its first 10 neighbours, or all where there are fewer.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import spearmanr
from sklearn.utils import gen_batches

from vidrec.metrics.intervals import interval_metrics
from vidrec.recommender.similarity import DEPTH, IntArray, id_ranks, nearest, similarities
from vidrec.vectors.vectors import Vectors, unit_rows
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.params import param

METRIC_DECIMALS = 6
# Similarities in memory at a time: 128 MiB of float64.
BLOCK_CELLS = 2**24

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Params:
    """What params.yaml says: how many neighbours each video gets."""

    neighbors: int = param(low=1)


@dataclass(frozen=True)
class Ranking:
    """Per video (row), its neighbours, best first: row numbers `order` and their `similarity`."""

    order: IntArray
    similarity: FloatArray


def similarity_blocks(values: FloatArray) -> Iterator[FloatArray]:
    """The similarities of all rows of `values` with all, a block of rows at a time."""
    unit = unit_rows(values)
    for rows in gen_batches(len(unit), max(1, BLOCK_CELLS // len(unit))):
        yield similarities(unit[rows], unit)


def rank_all(vectors: Vectors, count: int) -> Ranking:
    """The `count` most similar videos of each, itself excluded; all others where they are fewer."""
    ranks = id_ranks(vectors.ids)
    rows = (row for block in similarity_blocks(vectors.values) for row in block)
    orders, found = [], []
    for me, row in enumerate(rows):
        orders.append(nearest(row, ranks, count, me))
        found.append(row[orders[-1]])
    return Ranking(np.stack(orders), np.stack(found))


def recommendations(vectors: Vectors, ranking: Ranking, count: int) -> pd.DataFrame:
    """The table `video_id,rank,neighbor_id,similarity`, ranks from 1 to at most `count`."""
    ids = np.array(vectors.ids, object)
    order, similarity = ranking.order[:, :count], ranking.similarity[:, :count]
    videos, places = order.shape
    return pd.DataFrame(
        {
            "video_id": np.repeat(ids, places),
            "rank": np.tile(np.arange(1, places + 1), videos),
            "neighbor_id": ids[order.ravel()],
            "similarity": similarity.ravel(),
        }
    )


def relevance(categories: Sequence[str], order: IntArray) -> BoolArray:
    """Whether each neighbour (videos, places), of the first 10, is of the video's category."""
    names = np.array(categories)
    return np.asarray(names[order[:, :DEPTH]] == names[:, np.newaxis])


def precision(relevant: BoolArray) -> FloatArray:
    """The share of each row that is relevant; 0 where there are no neighbours."""
    return np.asarray(relevant.sum(axis=1) / max(1, relevant.shape[1]))


def average_precision(relevant: BoolArray, total: IntArray) -> FloatArray:
    """Per row, the sum of the precision at each relevant place / min(10, `total` relevant)."""
    places = np.arange(1, relevant.shape[1] + 1)
    gained = (relevant * relevant.cumsum(axis=1) / places).sum(axis=1)
    return np.asarray(gained / np.clip(total, 1, DEPTH))


def discounted_gain(gains: FloatArray) -> FloatArray:
    """DCG of each row: the sum of gain / log2(place + 1) (Järvelin and Kekäläinen, 2002)."""
    return np.asarray(gains @ (1 / np.log2(np.arange(2, gains.shape[1] + 2))))


def normalized_gain(gains: FloatArray, ideal: FloatArray) -> FloatArray:
    """nDCG of each row: the DCG of `gains` over that of `ideal`; 0 where nothing can be gained."""
    best = discounted_gain(ideal)
    return np.divide(discounted_gain(gains), best, out=np.zeros_like(best), where=best > 0)


def query_scores(categories: Sequence[str], relevant: BoolArray) -> pd.DataFrame:
    """Per video its precision, average precision and nDCG, under the names of their means.

    A video alone in its category has nothing to find, and scores 0.
    """
    sizes = Counter(categories)
    total = np.array([sizes[category] - 1 for category in categories])
    ideal = np.arange(relevant.shape[1]) < total[:, np.newaxis]
    return pd.DataFrame(
        {
            "precision_at_10": precision(relevant),
            "map_at_10": average_precision(relevant, total),
            "ndcg_at_10": normalized_gain(relevant.astype(float), ideal.astype(float)),
        }
    )


def evaluate(vectors: Vectors, ranking: Ranking) -> dict[str, Any]:
    """The stage's metrics: means over all videos and, in `categories`, over those of each.

    `_low` and `_high` are the ends of the 95 % interval of the mean over all videos.
    """
    scores = query_scores(vectors.categories, relevance(vectors.categories, ranking.order))
    groups = scores.groupby(np.array(vectors.categories, object))
    return {
        **_means(scores),
        **interval_metrics("precision_at_10", scores["precision_at_10"].to_numpy()),
        **interval_metrics("map_at_10", scores["map_at_10"].to_numpy()),
        "videos": len(vectors.ids),
        "zero_vectors": int((~vectors.values.any(axis=1)).sum()),
        "categories": {str(name): _means(group) for name, group in groups},
    }


def scores_by_video(vectors: Vectors, ranking: Ranking) -> pd.DataFrame:
    """The table `video_id,category,precision_at_10,map_at_10,ndcg_at_10`: what `evaluate` averages.

    With it two revisions can be compared video by video.
    """
    scores = query_scores(vectors.categories, relevance(vectors.categories, ranking.order))
    keys = pd.DataFrame({"video_id": vectors.ids, "category": vectors.categories})
    return keys.join(scores.round(METRIC_DECIMALS)).sort_values("video_id")


def _means(scores: pd.DataFrame) -> dict[str, float]:
    means = scores.mean()
    return {str(name): round(float(means[name]), METRIC_DECIMALS) for name in scores.columns}


def precision_by_place(vectors: Vectors, ranking: Ranking) -> pd.DataFrame:
    """The table `k,precision`: the mean precision of the first k neighbours, k up to 10."""
    relevant = relevance(vectors.categories, ranking.order)
    places = np.arange(1, relevant.shape[1] + 1)
    means = (relevant.cumsum(axis=1) / places).mean(axis=0)
    return pd.DataFrame({"k": places, "precision": np.round(means, METRIC_DECIMALS)})


def mixtures(truth: pd.DataFrame, ids: Sequence[str]) -> FloatArray:
    """Per id (row), the area that each true label covers, summed over frames; zeros if unknown."""
    summed = truth.pivot_table(
        index="video_id", columns="label", values="area_pct", aggfunc="sum", fill_value=0.0
    )
    return summed.reindex(list(ids), fill_value=0.0).to_numpy(np.float64)


def truth_agreement(vectors: Vectors, ranking: Ranking, truth: pd.DataFrame) -> dict[str, float]:
    """How well the similarities agree with those of the true mixtures of objects, by cosine.

    `truth_ndcg_at_10`: nDCG of the first 10 neighbours, gain = true similarity.
    `truth_spearman`: rank correlation over all other videos. Both are means over the videos that
    have a truth; without any, there is nothing to say and the result is empty.
    """
    true_values = mixtures(truth, vectors.ids) if len(truth) else np.zeros((len(vectors.ids), 1))
    found = (row for block in similarity_blocks(vectors.values) for row in block)
    true = (row for block in similarity_blocks(true_values) for row in block)
    scores = [
        _agreement(me, found_row, true_row, order[:DEPTH])
        for me, (found_row, true_row, order) in enumerate(
            zip(found, true, ranking.order, strict=True)
        )
        if true_values[me].any()
    ]
    return _means(pd.DataFrame(scores)) if scores else {}


def _agreement(me: int, found: FloatArray, true: FloatArray, order: IntArray) -> dict[str, float]:
    others, theirs = np.delete(found, me), np.delete(true, me)
    ideal = np.sort(theirs)[::-1][: len(order)]
    gain = normalized_gain(true[order][np.newaxis], ideal[np.newaxis])[0]
    # Ranks of a constant have no correlation: it agrees with nothing.
    varies = len(others) > 1 and np.ptp(others) > 0 and np.ptp(theirs) > 0
    correlation = spearmanr(others, theirs).statistic if varies else 0.0
    return {"truth_ndcg_at_10": float(gain), "truth_spearman": float(correlation)}
