"""Stage weigh_objects: each video becomes one vector, with each object's importance in it.

Importance is, after TF-IDF, `scaling(sum over frames of the term) * idf`, then each vector is
scaled to length 1. A frame adds at most 1 to a label's sum, whatever the term:

| term            | what a label adds in one frame                                            |
|-----------------|---------------------------------------------------------------------------|
| count           | 1 where it is detected, however often                                     |
| confidence      | the highest confidence of its detections                                  |
| area            | the share of the frame covered, at most 1 (masks may overlap)             |
| confidence_area | the same with each mask weighed by its confidence                         |
| probability     | its probability, from the whole distribution of a frame classifier        |
"""

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vidrec.detections.distributions import Distribution
from vidrec.detections.tree import VideoDetections
from vidrec.settings.weigh_objects import WeightingSettings
from vidrec.vectors.sparse import DENSE_CELLS, SparseVectors, sparse_of
from vidrec.vectors.vectors import Vectors, unit_rows
from vidrec.vectors.weighting import SCALINGS, Weighting
from vidrec.workflow.absent import absent_reason
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.errors import UserError

DECIMALS = 8


def weigh_videos(
    videos: Iterable[VideoDetections], params: WeightingSettings, ignored: Collection[str] = ()
) -> tuple[Vectors | SparseVectors, Weighting]:
    """The vectors of `videos` in their order, labels sorted, and the weighting fitted on them.

    They are sparse where all values would be too many to hold.
    Labels that are `ignored` have no dimension. A video without a detection is a zero vector.
    Raises UserError where no video has any.
    """
    named, sums = [], []
    for found in videos:
        named.append(found.video)
        sums.append(label_sums(found, params).drop(index=list(ignored), errors="ignore"))
    weighting = fit(sums, params)
    rows = (weigh_sums(each, weighting) for each in sums)
    if len(named) * len(weighting.labels) > DENSE_CELLS:
        return sparse_of(named, weighting.labels, rows), weighting
    return Vectors(named, weighting.labels, np.vstack(list(rows))), weighting


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


def label_sums(found: VideoDetections, params: WeightingSettings) -> pd.DataFrame:
    """Per label found in the video, sorted: `total` over its frames, and `presence` in 0..1.

    Presence says how surely the label is in the video: 1 for a detected one; for `probability`
    the highest of its frames. Raises UserError where the video lacks what the term needs.
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
    return sums[sums["total"] > 0]


def _table_sums(table: pd.DataFrame, params: WeightingSettings) -> pd.DataFrame:
    table = table[table["confidence"] >= params.min_confidence]
    amount = pd.Series(1.0, index=table.index)
    if "confidence" in params.term:
        amount = amount * table["confidence"]
    if "area" in params.term:
        amount = amount * table["area_pct"] / 100
    in_frame = amount.groupby([table["label"], table["frame"]])
    added = in_frame.sum().clip(upper=1.0) if "area" in params.term else in_frame.max()
    return pd.DataFrame({"total": added.groupby(level="label").sum(), "presence": 1.0})


def _distribution_sums(distribution: Distribution, min_confidence: float) -> pd.DataFrame:
    # Two of the 1000 ImageNet classes share a name with another: what is asked is the name.
    probability = distribution.probability.astype(np.float64).T
    named = pd.DataFrame(probability, index=list(distribution.labels)).groupby(level=0).sum()
    kept = named.where(named >= min_confidence, 0.0)
    presence = kept.max(axis="columns").clip(upper=1.0)
    return pd.DataFrame({"total": kept.sum(axis="columns"), "presence": presence})


def fit(sums: Sequence[pd.DataFrame], params: WeightingSettings) -> Weighting:
    """The labels of all videos, sorted, each with its inverse document frequency.

    idf = ln((1 + n) / (1 + df)) + 1, as scikit-learn's TfidfTransformer has it (smooth_idf), for
    n videos. df is the sum of the label's presence over the videos: the number of videos that
    have it, and for `probability`, where each label has some probability in every video and
    counting says nothing, the number that may be expected to have it.
    """
    frequency = pd.concat([each["presence"] for each in sums]).groupby(level=0).sum().sort_index()
    if frequency.empty:
        raise UserError(
            f"no video has a detection of confidence {params.min_confidence:g} or more, of labels"
            " that are not ignored: lower weigh_objects.min_confidence, shorten"
            " weigh_objects.ignore_labels, or look at the frames and the detector"
        )
    idf = np.log((1 + len(sums)) / (1 + frequency.to_numpy(np.float64))) + 1
    rounded = np.round(idf if params.idf else np.ones_like(idf), DECIMALS)
    return Weighting(params, [str(label) for label in frequency.index], rounded)


def weigh_sums(sums: pd.DataFrame, weighting: Weighting) -> FloatArray:
    """The importance (labels,) of each of the weighting's labels, from one video's sums."""
    total = sums["total"].reindex(weighting.labels, fill_value=0.0).to_numpy(np.float64)
    importance: FloatArray = SCALINGS[weighting.params.scaling](total) * weighting.idf
    if weighting.params.norm != "none":
        importance = unit_rows(importance[np.newaxis], weighting.params.norm)[0]
    return np.round(importance, DECIMALS)


def zero_vectors(vectors: Vectors | SparseVectors) -> pd.DataFrame:
    """The table `video_id,category` of the videos that have no object at all."""
    empty = [
        (video.video_id, video.category)
        for video, total in zip(vectors.videos, vectors.values.sum(axis=1), strict=True)
        if total == 0
    ]
    return pd.DataFrame(empty, columns=["video_id", "category"])
