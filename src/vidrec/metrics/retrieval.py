"""How good ranked neighbours are: measures per video, and their means.

A neighbour is relevant where it is of the same category. A measure `_at_10` counts the first ten
neighbours of a video, or all where there are fewer: as many as its row of `relevant` has.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vidrec.metrics.figures import rounded
from vidrec.metrics.intervals import interval_metrics
from vidrec.workflow.arrays import BoolArray, FloatArray, IntArray
from vidrec.workflow.tables import check_numbers, read_table, write_table

# The means that `dvc metrics show` shows, and whose intervals are given.
HEADLINES = ("precision_at_10", "map_at_10")


def relevance(categories: Sequence[str], order: IntArray) -> BoolArray:
    """Whether each neighbour (videos, places), given by its row, is of the video's category."""
    names = np.array(categories)
    return np.asarray(names[order] == names[:, np.newaxis])


def precision(relevant: BoolArray) -> FloatArray:
    """The share of each row that is relevant; 0 where there are no neighbours."""
    return np.asarray(relevant.sum(axis=1) / max(1, relevant.shape[1]))


def average_precision(relevant: BoolArray, total: IntArray) -> FloatArray:
    """Per row, the sum of the precision at each relevant place over what it can be at most.

    `total` (videos,) is how many relevant videos there are, also beyond the places.
    """
    places = np.arange(1, relevant.shape[1] + 1)
    gained = (relevant * relevant.cumsum(axis=1) / places).sum(axis=1)
    return np.asarray(gained / np.maximum(1, np.minimum(total, len(places))))


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


def headlines(scores: pd.DataFrame) -> dict[str, float]:
    """The means over all videos that head the metrics."""
    return {name: rounded(scores[name].mean()) for name in HEADLINES}


def by_category(scores: pd.DataFrame, categories: Sequence[str]) -> pd.DataFrame:
    """A row for `all` videos, then one per category: `category,videos`, then the mean scores.

    `_low` and `_high` are the ends of the 95 % interval of a mean. A video whose score is not
    known (NaN) does not count; the mean of none is not known either.
    """
    groups = [("all", scores), *scores.groupby(np.array(categories, object))]
    rows = [{"category": name, "videos": len(group), **_means(group)} for name, group in groups]
    return pd.DataFrame(rows)


def write_by_category(path: Path, scores: pd.DataFrame, categories: Sequence[str]) -> None:
    """Write the table `by_category`; a figure that is not known is empty."""
    write_table(path, by_category(scores, categories))


def _means(scores: pd.DataFrame) -> dict[str, float]:
    found: dict[str, float] = {}
    for name in scores.columns:
        found[name] = rounded(scores[name].mean())
        if name in HEADLINES:
            found |= interval_metrics(name, scores[name].to_numpy(np.float64))
    return found


def precision_by_place(relevant: BoolArray) -> pd.DataFrame:
    """The table `k,precision`: the mean precision of the first k neighbours, for each k."""
    places = np.arange(1, relevant.shape[1] + 1)
    means = (relevant.cumsum(axis=1) / places).mean(axis=0)
    return pd.DataFrame({"k": places, "precision": [rounded(mean) for mean in means]})


def write_precision_by_place(path: Path, relevant: BoolArray) -> None:
    """Write the table `precision_by_place`."""
    write_table(path, precision_by_place(relevant))


def read_precision_by_place(path: Path) -> pd.DataFrame:
    """The table `precision_by_place`, read back. Raises UserError for what is no such table."""
    table = read_table(path, ["k", "precision"])
    check_numbers(path, table, "k", 1, float("inf"))
    check_numbers(path, table, "precision", 0, 1)
    return table
