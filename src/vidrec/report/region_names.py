"""What the regions of the map are called: the objects that are in them more than elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from vidrec.vectors.vectors import unit_rows
from vidrec.workflow.arrays import FloatArray, IntArray

# Videos per region, and how many regions there are at least and at most.
VIDEOS_PER_REGION, FEWEST, MOST = 12, 2, 14
# A name says something where its objects are this share of the videos of a region.
LEAST_SHARE = 0.15
DECIMALS = 1


@dataclass(frozen=True)
class Region:
    """A region of the map: its middle (x, y), and the number of the group that names it."""

    x: float
    y: float
    group: int


def group_shares(values: FloatArray, numbers: IntArray, groups: int) -> FloatArray:
    """How much of each video (videos, groups) each group is: its share of the squared length."""
    squares = unit_rows(values) ** 2
    return np.stack([squares[:, numbers == group].sum(axis=1) for group in range(groups)], axis=1)


def regions(points: Sequence[tuple[float, float]], shares: FloatArray) -> list[Region]:
    """The regions of videos at `points`, by their `shares` (videos, groups); those with a name.

    Of two regions with one name the larger keeps it.
    """
    places = np.array(points, np.float64).reshape(-1, 2)
    usual = shares.mean(axis=0)
    named: dict[int, tuple[int, Region]] = {}
    for own in _clusters(places):
        mean = shares[own].mean(axis=0)
        group = int(np.argmax(np.round(mean * (mean - usual), 8)))
        if mean[group] < LEAST_SHARE:
            continue
        # The member in the middle, so that a name stands where videos are.
        x, y = np.round(np.median(places[own], axis=0), DECIMALS).tolist()
        region = Region(x, y, group)
        if group not in named or named[group][0] < len(own):
            named[group] = (len(own), region)
    return [region for _, (_, region) in sorted(named.items())]


def _clusters(places: FloatArray) -> list[IntArray]:
    """The rows of each cluster of `places`."""
    count = min(MOST, max(FEWEST, round(len(places) / VIDEOS_PER_REGION)))
    distinct = len(np.unique(places, axis=0))
    if distinct < FEWEST:
        return [np.arange(len(places))]
    # Loaded late: the processes that draw filmstrips never need it, and would wait for it.
    from sklearn.cluster import KMeans

    with threadpool_limits(1):
        model = KMeans(min(count, distinct), n_init=4, random_state=0)
        labels = model.fit_predict(places)
    return [np.flatnonzero(labels == number) for number in range(labels.max() + 1)]
