"""How far a mean over videos can be trusted: its confidence interval, by bootstrap.

The videos are drawn again, with replacement, as many as there are; the interval holds the middle
95 % of the means of such draws (Efron and Tibshirani, 1993). It answers how much the figure owes
to which videos are asked about, among those of this index. Two results for the same videos are
compared video by video: what is hard for both then counts for neither, and the interval of their
difference is far narrower than those of the two figures.
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from vidrec.metrics.figures import rounded
from vidrec.workflow.arrays import FloatArray, IntArray

# Of the means that are left out, the share at each end: what lies between are 95 %.
TAIL = (1 - 0.95) / 2
RESAMPLES = 9999
# Fixed and no param: another seed moves the third digit of an interval and means nothing.
SEED = 0

# Values drawn at a time: 32 MiB of float64.
BATCH_CELLS = 2**22


def mean_interval(values: FloatArray) -> tuple[float, float]:
    """The ends of the interval of the mean of `values` (videos,), whatever their order.

    A single value has nothing to be drawn from but itself: both ends are that value.
    """
    if len(values) < 2:
        return float(values[0]), float(values[0])
    low, high = np.quantile(_means_of_draws(np.sort(values)), [TAIL, 1 - TAIL])
    return float(low), float(high)


def _means_of_draws(values: FloatArray) -> FloatArray:
    """As `scipy.stats.bootstrap` draws, which takes longer to load than to count."""
    rng, size = np.random.default_rng(SEED), max(1, BATCH_CELLS // len(values))
    counts = [min(size, RESAMPLES - start) for start in range(0, RESAMPLES, size)]
    draws = (rng.integers(0, len(values), (count, len(values))) for count in counts)
    return np.concatenate([values[draw].mean(axis=1) for draw in draws])


def draws(size: int, count: int) -> IntArray:
    """How often each of `size` values is drawn, in each of `count` samples of that size: for
    figures that are no mean of values. The same samples again for the same size."""
    rng = np.random.default_rng(SEED)
    return rng.multinomial(size, np.full(size, 1 / size), count)


def ends(figures: FloatArray) -> tuple[float, float]:
    """The ends of the interval of a figure from its values in such samples; those where it is not
    known are left out. NaN where it is known in none."""
    known = figures[~np.isnan(figures)]
    if not len(known):
        return math.nan, math.nan
    low, high = np.quantile(known, [TAIL, 1 - TAIL])
    return float(low), float(high)


def interval_metrics(name: str, values: FloatArray) -> dict[str, float | None]:
    """`<name>_low` and `<name>_high` of the mean of `values` (videos,), as metrics are stored.

    Of no values at all nothing is known: both are None.
    """
    if not len(values):
        return {f"{name}_low": None, f"{name}_high": None}
    low, high = mean_interval(values)
    return {f"{name}_low": rounded(low), f"{name}_high": rounded(high)}


@dataclass(frozen=True)
class Difference:
    """The mean difference of a figure over `videos` that both have, and its interval's ends."""

    mean: float
    low: float
    high: float
    videos: int

    @property
    def certain(self) -> bool:
        """Whether the interval leaves out 0, so that there is more to it than noise."""
        return self.low > 0 or self.high < 0


def difference(before: "pd.Series[float]", now: "pd.Series[float]") -> Difference | None:
    """`now` less `before`, both by video id; None where they have no video in common."""
    pairs: FloatArray = np.asarray((now - before).dropna(), np.float64)
    if not len(pairs):
        return None
    return Difference(float(pairs.mean()), *mean_interval(pairs), len(pairs))


def with_interval(mean: float, low: float, high: float, sign: str = "") -> str:
    """A figure with its interval, such as `0.892 (0.868 to 0.914)`."""
    return f"{mean:{sign}.3f} ({low:{sign}.3f} to {high:{sign}.3f})"
