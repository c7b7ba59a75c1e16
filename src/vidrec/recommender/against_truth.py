"""How well the similarities agree with those of the true mixtures of objects, by cosine."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from vidrec.metrics.retrieval import expected_gains, normalized_gain, ties_of
from vidrec.recommender.ranking import DEPTH, Nearest
from vidrec.workflow.arrays import FloatArray, IntArray

FIGURES = ("truth_ndcg_at_10", "truth_spearman")
# All of them of a video that has no truth.
UNKNOWN = dict.fromkeys(FIGURES, np.nan)


def mixtures(areas: pd.DataFrame, ids: Sequence[str]) -> FloatArray:
    """Per id (row), the area that each true label covers, summed over frames; zeros if unknown."""
    summed = areas.pivot_table(
        index="video_id", columns="label", values="area_pct", aggfunc="sum", fill_value=0.0
    )
    return summed.reindex(list(ids), fill_value=0.0).to_numpy(np.float64)


def agreement(
    me: int, found: Nearest, similarity: FloatArray, true: FloatArray, groups: IntArray
) -> dict[str, float]:
    """How well the neighbours `found` of a video, and its `similarity` to all, agree with its
    `true` similarity to all: FIGURES. `groups` are those of copies, of which one can be found.

    `truth_ndcg_at_10`: nDCG of the first ten neighbours, gain = true similarity; of those of equal
    score it is what is to be expected. `truth_spearman`: rank correlation over all other videos.
    """
    others, theirs = np.delete(similarity, me), np.delete(true, me)
    gains = expected_gains(true[found.order], ties_of(found.score))
    best = np.zeros(groups.max() + 1)
    np.maximum.at(best, groups, true)
    ideal = np.sort(np.delete(best, groups[me]))[::-1][: min(DEPTH, len(gains))]
    # Ranks of a constant have no correlation: it agrees with nothing.
    varies = len(others) > 1 and np.ptp(others) > 0 and np.ptp(theirs) > 0
    rank = spearman(others, theirs) if varies else 0.0
    return {"truth_ndcg_at_10": normalized_gain(gains, ideal), "truth_spearman": rank}


def spearman(first: FloatArray, second: FloatArray) -> float:
    """The rank correlation, equal values at their mean rank: without the second that scipy's takes
    to load."""
    ranks = pd.DataFrame({"first": first, "second": second}).rank()
    return float(np.corrcoef(ranks["first"], ranks["second"])[0, 1])
