"""How good ranked neighbours are: measures per video, and their means.

A neighbour is relevant where it is of the same category and has an object in common with the video.
Places count up to the tenth. Neighbours of equal score may come in any order: a measure is what is
to be expected of them (McSherry and Najork, 2008), so that names of videos decide nothing. What
counts is held against what is possible: a category of four videos can give three neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from vidrec.metrics.figures import rounded
from vidrec.metrics.intervals import interval_metrics
from vidrec.workflow.arrays import BoolArray, FloatArray, IntArray
from vidrec.workflow.tables import check_numbers, read_table, write_table

# The means that `dvc metrics show` shows, and whose intervals are given.
HEADLINES = ("precision_at_10", "map_at_10")

# How many neighbours count.
PLACES = 10


@dataclass(frozen=True)
class Ties:
    """Neighbours of equal score: at which place each such run begins, and how long it is."""

    start: IntArray
    size: IntArray

    def spread(self, by_run: FloatArray | IntArray) -> FloatArray:
        """A value of each run, at each of its places."""
        return np.repeat(np.asarray(by_run, np.float64), self.size)

    def sums(self, values: FloatArray) -> FloatArray:
        """The sum of `values` (neighbours,) over each run."""
        return np.add.reduceat(values, self.start) if len(values) else np.empty(0)


def ties_of(score: FloatArray) -> Ties:
    """The runs of equal values in `score` (neighbours,), which falls."""
    start = np.flatnonzero(np.diff(score, prepend=np.inf) != 0)
    return Ties(start, np.diff(np.append(start, len(score))))


def expected_gains(gains: FloatArray, ties: Ties) -> FloatArray:
    """Of the gain of each neighbour, best first: what each of the first places is to expect."""
    return ties.spread(ties.sums(gains) / ties.size)[:PLACES]


def precision(expected: FloatArray, total: int) -> float:
    """The relevant neighbours to expect, as a share of those that there can be."""
    return float(expected.sum() / max(1, min(PLACES, total)))


def average_precision(relevant: FloatArray, ties: Ties, total: int) -> float:
    """The sum of the precision to expect at each relevant place, over what it can be at most.

    `relevant` is 1 or 0 for each neighbour, best first; `total` is how many there are in all.
    """
    found = ties.sums(relevant)
    inside, before = ties.spread(found), ties.spread(found.cumsum() - found)
    start, size = ties.spread(ties.start), ties.spread(ties.size)
    place = np.arange(1, len(relevant) + 1)
    # Of those of the same run that are as good, how many come first on average.
    first = (place - start - 1) * (inside - 1) / np.maximum(1, size - 1)
    gained = inside / size * (before + 1 + first) / place
    return float(gained[:PLACES].sum() / max(1, min(PLACES, total)))


def discounted_gain(gains: FloatArray) -> float:
    """DCG: the sum of gain / log2(place + 1) (Järvelin and Kekäläinen, 2002)."""
    return float(gains @ (1 / np.log2(np.arange(2, len(gains) + 2))))


def normalized_gain(gains: FloatArray, ideal: FloatArray) -> float:
    """nDCG: the DCG of `gains` over that of `ideal`; 0 where nothing can be gained."""
    best = discounted_gain(ideal)
    return discounted_gain(gains) / best if best > 0 else 0.0


@dataclass(frozen=True)
class Judged:
    """The measures of one video's neighbours, under the names of their means.

    `by_place` is the precision (0..1) of its first neighbours, for each number of them.
    """

    scores: dict[str, float]
    by_place: FloatArray


def judge(relevant: BoolArray, score: FloatArray, total: int) -> Judged:
    """How good the neighbours of a video are, best first, with all that are as good as the tenth.

    `total` is how many relevant ones there are. Nothing is known of a video that has none to find.
    """
    if total == 0:
        unknown = dict.fromkeys((*HEADLINES, "ndcg_at_10"), np.nan)
        return Judged(unknown, np.full(min(PLACES, len(score)), np.nan))
    ties, gains = ties_of(score), relevant.astype(np.float64)
    expected = expected_gains(gains, ties)
    possible = np.minimum(np.arange(1, len(expected) + 1), total)
    scores = {
        "precision_at_10": precision(expected, total),
        "map_at_10": average_precision(gains, ties, total),
        "ndcg_at_10": normalized_gain(expected, np.ones(min(PLACES, total))),
    }
    return Judged(scores, expected.cumsum() / possible)


def headlines(scores: pd.DataFrame) -> dict[str, float | None]:
    """The means over all videos that head the metrics; None where nothing is known of any."""
    return {name: _mean(scores[name]) for name in HEADLINES}


def _mean(values: "pd.Series[float]") -> float | None:
    return rounded(values.mean()) if values.notna().any() else None


def by_category(
    scores: pd.DataFrame, categories: Sequence[str], apart: pd.DataFrame | None = None
) -> pd.DataFrame:
    """A row for `all` videos, then one per category: `category,videos`, then the mean scores.

    `_low` and `_high` are the ends of the 95 % interval of a mean. A video whose score is not
    known (NaN) does not count; the mean of none is not known either. Of each column of `apart`
    (videos, true or false) it is told how many are true.
    """
    names = np.array(categories, object)
    marked = pd.DataFrame(index=scores.index) if apart is None else apart
    parts = [("all", np.ones(len(names), bool))]
    parts += [(name, names == name) for name in sorted(set(categories))]
    rows = [
        {"category": name, "videos": int(own.sum()), **marked[own].sum().to_dict()}
        | _means(scores[own])
        for name, own in parts
    ]
    return pd.DataFrame(rows)


def write_by_category(
    path: Path,
    scores: pd.DataFrame,
    categories: Sequence[str],
    apart: pd.DataFrame | None = None,
) -> None:
    """Write the table `by_category`; a figure that is not known is empty."""
    write_table(path, by_category(scores, categories, apart))


def _means(scores: pd.DataFrame) -> dict[str, float | None]:
    found: dict[str, float | None] = {}
    for name in scores.columns:
        found[name] = _mean(scores[name])
        if name in HEADLINES:
            found |= interval_metrics(name, scores[name].dropna().to_numpy(np.float64))
    return found


def precision_by_place(by_place: FloatArray) -> pd.DataFrame:
    """The table `k,precision`: the mean precision of the first k neighbours, for each k.

    `by_place` is (videos, places); a video of which nothing is known does not count.
    """
    known = by_place[~np.isnan(by_place).any(axis=1)]
    means = known.mean(axis=0) if len(known) else np.empty(0)
    table = {"k": range(1, len(means) + 1), "precision": [rounded(mean) for mean in means]}
    return pd.DataFrame(table, columns=["k", "precision"])


def write_precision_by_place(path: Path, by_place: FloatArray) -> None:
    """Write the table `precision_by_place`."""
    write_table(path, precision_by_place(by_place))


def read_precision_by_place(path: Path) -> pd.DataFrame:
    """The table `precision_by_place`, read back. Raises UserError for what is no such table."""
    table = read_table(path, ["k", "precision"])
    check_numbers(path, table, "k", 1, float("inf"))
    check_numbers(path, table, "precision", 0, 1)
    return table
