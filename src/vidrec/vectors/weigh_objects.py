"""Stage weigh_objects: each video becomes one vector, with each object's importance in it.

Importance is, after TF-IDF, `scaling(sum over frames of the term) * idf`, then each vector is
scaled to length 1. With contrast only what is more than usual in the collection is kept of it. A
frame adds at most 1 to a label's sum, whatever the term:

| term            | what a label adds in one frame                                            |
|-----------------|---------------------------------------------------------------------------|
| count           | 1 where it is detected, however often                                     |
| confidence      | the highest confidence of its detections                                  |
| area            | the share of the frame that its masks cover together, each pixel once     |
| confidence_area | the same, each pixel weighed by the surest mask that covers it            |
| probability     | its probability, from the whole distribution of a frame classifier        |
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vidrec.detections.distributions import Distribution
from vidrec.detections.tree import ADDED, VideoDetections
from vidrec.settings.weigh_objects import WeightingSettings
from vidrec.vectors.sparse import DENSE_CELLS, SparseVectors, sparse_of
from vidrec.vectors.vectors import Vectors, unit_rows
from vidrec.vectors.weighting import SCALINGS, Weighting
from vidrec.workflow.absent import absent_reason
from vidrec.workflow.arrays import BoolArray, FloatArray, IntArray
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video

DECIMALS = 8
# Frames summed at a time, which bounds the memory that a long video takes.
BLOCK_FRAMES = 256


@dataclass(frozen=True)
class LabelSums:
    """Per label found in a video, sorted: `total` over its frames, and `presence` in 0..1.

    Presence says how surely the label is in the video: 1 for a detected one; for `probability`
    the highest of its frames.
    """

    labels: list[str]
    total: FloatArray
    presence: FloatArray

    def where(self, kept: BoolArray) -> "LabelSums":
        """The sums of the labels that are `kept`."""
        labels = [self.labels[i] for i in np.flatnonzero(kept)]
        return LabelSums(labels, self.total[kept], self.presence[kept])


def weigh_videos(
    videos: Iterable[VideoDetections], params: WeightingSettings, ignored: Collection[str] = ()
) -> tuple[Vectors | SparseVectors, Weighting]:
    """The vectors of `videos` in their order, labels sorted, and the weighting fitted on them.

    They are sparse where all values would be too many to hold.
    Labels that are `ignored` have no dimension. A video without a detection is a zero vector.
    Raises UserError where no video has any.
    """
    named, totals, seen = list[Video](), list[Totals](), Seen({}, {})
    for found in videos:
        sums = without(label_sums(found, params), ignored)
        named.append(found.video)
        totals.append(seen.add(sums))
    weighting = fit(seen.presence, len(named), params)
    columns = np.searchsorted(weighting.labels, list(seen.numbers))
    if params.contrast:
        every = (_spread(each, columns) for each in totals)
        weighting = replace(weighting, usual=_usual(every, weighting))
    rows = (_weigh(_spread(each, columns), weighting) for each in totals)
    if len(named) * len(columns) > DENSE_CELLS:
        return sparse_of(named, weighting.labels, rows), weighting
    kind = np.dtype((np.float64, len(columns)))
    return Vectors(named, weighting.labels, np.fromiter(rows, kind, len(named))), weighting


def _usual(totals: Iterable[FloatArray], weighting: Weighting) -> FloatArray:
    """The mean importance (labels,) over the videos that have any object, each of length 1."""
    summed, videos = np.zeros(len(weighting.labels)), 0
    for total in totals:
        summed += _unit(_importance(total, weighting))
        videos += int(total.any())
    return np.round(summed / max(1, videos), DECIMALS)


@dataclass(frozen=True)
class Totals:
    """The totals of one video: of which labels, by their numbers, and how much of each."""

    numbers: NDArray[np.int32]
    amounts: FloatArray


@dataclass(frozen=True)
class Seen:
    """The labels of all videos so far: the number of each, and its presence in all of them."""

    numbers: dict[str, int]
    presence: dict[str, float]

    def add(self, sums: LabelSums) -> Totals:
        """Count the labels of one more video; its totals, without their names."""
        for label, presence in zip(sums.labels, sums.presence.tolist(), strict=True):
            self.numbers.setdefault(label, len(self.numbers))
            self.presence[label] = self.presence.get(label, 0.0) + presence
        numbers = [self.numbers[label] for label in sums.labels]
        return Totals(np.array(numbers, np.int32), sums.total)


def _spread(totals: Totals, columns: IntArray) -> FloatArray:
    """The total of each column, from those of the labels that a video has."""
    spread = np.zeros(len(columns))
    spread[columns[totals.numbers]] = totals.amounts
    return spread


def check_detector(detections: Path, detector: str) -> None:
    """Raise UserError where `detector`, whose results were to be in `detections`, was skipped."""
    reason = absent_reason(detections)
    if reason is not None:
        raise UserError(f"weigh_objects.detector is {detector}, which was skipped: {reason}")


def weigh_video(found: VideoDetections, weighting: Weighting) -> FloatArray:
    """The vector (labels,) of one video, also one that `weighting` was not fitted on.

    Labels that the weighting does not know have no dimension and are left out.
    """
    return weigh_sums(label_sums(found, weighting.params), weighting)


def without(sums: LabelSums, ignored: Collection[str]) -> LabelSums:
    """`sums` but for the labels that are `ignored`."""
    if not ignored:
        return sums
    return sums.where(np.array([label not in ignored for label in sums.labels], bool))


def label_sums(found: VideoDetections, params: WeightingSettings) -> LabelSums:
    """The sums of the labels found in a video.

    Raises UserError where the video lacks what the term needs.
    """
    if params.term == "probability":
        if found.distribution is None:
            raise UserError(
                f"{found.video.below(Path(), '.safetensors')} is missing beside the detections:"
                " weigh_objects.term probability needs each frame's class distribution; make it"
                " with `dvc repro`, or set term to confidence"
            )
        sums = _distribution_sums(found.distribution, params.min_confidence)
    else:
        if "area" in params.term and "area_pct" not in found.table:
            raise UserError(
                f"{found.video.below(Path(), '.csv')} has no area_pct, which"
                f" weigh_objects.term {params.term} needs: set weigh_objects.detector to segmented,"
                " or term to confidence"
            )
        sums = _table_sums(found.table, params)
    return sums.where(sums.total > 0)


def _table_sums(table: pd.DataFrame, params: WeightingSettings) -> LabelSums:
    table = table[table["confidence"] >= params.min_confidence]
    amount = np.ones(len(table))
    if "confidence" in params.term:
        amount = amount * table["confidence"].to_numpy(np.float64)
    if "area" in params.term:
        column = ADDED if ADDED in table else "area_pct"
        amount = amount * table[column].to_numpy(np.float64) / 100
    rows: dict[str, dict[int, list[float]]] = {}
    for label, frame, value in zip(table["label"], table["frame"], amount.tolist(), strict=True):
        rows.setdefault(label, {}).setdefault(frame, []).append(value)
    labels = sorted(rows)
    add = _area_in_frame if "area" in params.term else max
    # Exact sums: they depend neither on an order nor on how they are added up.
    total = [math.fsum(add(values) for values in rows[label].values()) for label in labels]
    return LabelSums(labels, np.array(total, np.float64), np.ones(len(labels)))


def _area_in_frame(values: Sequence[float]) -> float:
    return min(1.0, math.fsum(values))


def _distribution_sums(distribution: Distribution, min_confidence: float) -> LabelSums:
    # Two of the 1000 ImageNet classes share a name with another: what is asked is the name.
    labels, place = np.unique(np.array(distribution.labels, object), return_inverse=True)
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(len(labels)))
    total, presence = np.zeros(len(labels)), np.zeros(len(labels))
    # Sums of half floats are exact in whatever order.
    for start in range(0, len(distribution.probability), BLOCK_FRAMES):
        block = distribution.probability[start : start + BLOCK_FRAMES, order].astype(np.float64)
        named = np.add.reduceat(block, starts, axis=1)
        kept = np.where(named >= min_confidence, named, 0.0)
        total += kept.sum(axis=0)
        presence = np.maximum(presence, kept.max(axis=0))
    return LabelSums(labels.tolist(), total, presence.clip(max=1.0))


def fit(presence: Mapping[str, float], videos: int, params: WeightingSettings) -> Weighting:
    """The labels of so many videos, sorted, each with its inverse document frequency.

    idf = ln((1 + n) / (1 + df)) + 1, as scikit-learn's TfidfTransformer has it (smooth_idf), for
    n videos. df is the sum of the label's presence over the videos: the number of videos that
    have it, and for `probability`, where each label has some probability in every video and
    counting says nothing, the number that may be expected to have it.
    """
    if not presence:
        raise UserError(
            f"no video has a detection of confidence {params.min_confidence:g} or more, of labels"
            " that are not ignored: lower weigh_objects.min_confidence, shorten"
            " weigh_objects.ignore_labels, or look at the frames and the detector"
        )
    labels = sorted(presence)
    frequency = np.array([presence[label] for label in labels])
    idf = np.log((1 + videos) / (1 + frequency)) + 1
    rounded = np.round(idf if params.idf else np.ones_like(idf), DECIMALS)
    return Weighting(params, labels, rounded)


def weigh_sums(sums: LabelSums, weighting: Weighting) -> FloatArray:
    """The importance (labels,) of each of the weighting's labels, from one video's sums."""
    found = dict(zip(sums.labels, sums.total.tolist(), strict=True))
    total = np.array([found.get(label, 0.0) for label in weighting.labels])
    return _weigh(total, weighting)


def _weigh(total: FloatArray, weighting: Weighting) -> FloatArray:
    importance = _importance(total, weighting)
    if weighting.usual is not None:
        # What is less than a digit more than usual is so by rounding.
        more = np.round(_unit(importance) - weighting.usual, DECIMALS - 1)
        importance = np.maximum(more, 0)
    if weighting.params.norm != "none":
        importance = _unit(importance, weighting.params.norm)
    return np.round(importance, DECIMALS)


def _importance(total: FloatArray, weighting: Weighting) -> FloatArray:
    importance: FloatArray = SCALINGS[weighting.params.scaling](total) * weighting.idf
    return importance


def _unit(importance: FloatArray, norm: str = "l2") -> FloatArray:
    unit: FloatArray = unit_rows(importance[np.newaxis], norm)[0]
    return unit


def zero_vectors(vectors: Vectors | SparseVectors) -> pd.DataFrame:
    """The table `video_id,category` of the videos that have no object at all."""
    empty = [
        (video.video_id, video.category)
        for video, total in zip(vectors.videos, vectors.values.sum(axis=1), strict=True)
        if total == 0
    ]
    return pd.DataFrame(empty, columns=["video_id", "category"])
