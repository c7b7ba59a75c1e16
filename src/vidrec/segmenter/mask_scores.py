"""How good masks are, as COCO measures it: average precision, and what is right at one confidence.

COCO's own code (pycocotools) decides which found object stands for which true one. What follows
from it is counted here, since a bootstrap over pictures asks for it a thousand times.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pycocotools.cocoeval import COCOeval

from vidrec.detections.masks import Segments
from vidrec.detections.rle import area_pct
from vidrec.segmenter.annotated import Marked
from vidrec.workflow.arrays import BoolArray, FloatArray, IntArray

# Least IoU of a right mask: average precision is the mean over all of these (COCO's); precision,
# recall and the error of the area are at the first.
IOUS: FloatArray = np.linspace(0.5, 0.95, 10)
# At which recalls precision is read (COCO's).
RECALLS: FloatArray = np.linspace(0, 1, 101)
# Found objects of a class in a picture that count at most (COCO's).
MOST = 100
FIGURES = ("ap", "precision", "recall", "area_error_points")


@dataclass(frozen=True)
class Picture:
    """What is found in a picture, by class name, and what is marked in it."""

    found: Segments
    marked: tuple[Marked, ...]


@dataclass(frozen=True)
class Matches:
    """The found objects of one class in all pictures, the surest first, and the true ones.

    `right` and `ignored` are (IOUS, found): whether each stands for a true one, and whether it
    counts at all; `error` is that of its area in % of the picture, where it is right at the first
    IoU. `true` has the number of true objects in each picture, `picture` that of each found one.
    """

    picture: IntArray
    score: FloatArray
    right: BoolArray
    ignored: BoolArray
    error: FloatArray
    true: IntArray


def match(pictures: Sequence[Picture], label: str) -> Matches:
    """The objects of class `label` that are found, held against those marked."""
    parts = [_match_in(number, each, label) for number, each in enumerate(pictures)]
    joined = [np.concatenate(arrays, axis=-1) for arrays in zip(*parts, strict=True)]
    picture, score, right, ignored, error, true = joined
    order = np.argsort(-score, kind="stable")
    return Matches(
        picture[order], score[order], right[:, order], ignored[:, order], error[order], true
    )


def _match_in(number: int, picture: Picture, label: str) -> tuple[Any, ...]:
    """The fields of `Matches` of one picture."""
    found, true = _found_rows(picture.found, label), _true_rows(picture.marked, label)
    counted = sum(not row["iscrowd"] for row in true)
    result = _evaluated(found, true)
    if result is None:
        nothing = np.zeros((len(IOUS), 0), dtype=np.bool_)
        none = np.zeros(0)
        return none.astype(np.int64), none, nothing, nothing, none, np.array([counted])
    of_true = {row["id"]: row["area"] for row in true}
    of_found = {row["id"]: row["area"] for row in found}
    pairs = zip(result["dtIds"], result["dtMatches"][0], strict=True)
    error = [abs(of_found[mine] - of_true[int(its)]) if its else np.nan for mine, its in pairs]
    score = np.array(result["dtScores"], dtype=np.float64)
    ignored = np.asarray(result["dtIgnore"], dtype=np.bool_).reshape(len(IOUS), -1)
    right = (result["dtMatches"] > 0) & ~ignored
    where = np.full(len(score), number, dtype=np.int64)
    return where, score, right, ignored, np.array(error, np.float64), np.array([counted])


def _evaluated(found: list[dict[str, Any]], true: list[dict[str, Any]]) -> Any:
    """What COCO's code says of one class in one picture; None where there is nothing to say."""
    judge = COCOeval(iouType="segm")
    judge.params.iouThrs, judge.params.maxDets = IOUS, [MOST]
    # Its own way of filling these prints to the screen.
    judge._gts, judge._dts = defaultdict(list, {(1, 1): true}), defaultdict(list, {(1, 1): found})
    judge.ious = {(1, 1): judge.computeIoU(1, 1)}
    return judge.evaluateImg(1, 1, [0, np.inf], MOST)


def _found_rows(found: Segments, label: str) -> list[dict[str, Any]]:
    """Objects as COCO's code takes them; it takes an id of 0 for none."""
    where = [row for row, name in enumerate(found.table["label"]) if name == label]
    masks = [found.masks[row] for row in where]
    scores = found.table["confidence"].to_numpy()[where]
    rows = zip(masks, area_pct(masks), scores, strict=True)
    return [
        {"id": number, "segmentation": mask, "area": area, "score": score}
        for number, (mask, area, score) in enumerate(rows, start=1)
    ]


def _true_rows(marked: Sequence[Marked], label: str) -> list[dict[str, Any]]:
    objects = [each for each in marked if each.label == label]
    areas = area_pct([each.mask for each in objects])
    return [
        {"id": number, "segmentation": each.mask, "area": area}
        | {"iscrowd": int(each.crowd), "ignore": int(each.crowd)}
        for number, (each, area) in enumerate(zip(objects, areas, strict=True), start=1)
    ]


def figures(found: Matches, times: IntArray, threshold: float) -> FloatArray:
    """FIGURES of one class where each picture counts so many `times`; NaN for what is not known.

    Precision, recall and the error of the area are of the objects at least as sure as `threshold`.
    """
    weight, true = times[found.picture].astype(np.float64), float((times * found.true).sum())
    right = (found.right * weight).cumsum(axis=1)
    counted = (~found.ignored * weight).cumsum(axis=1)
    sure = int((found.score >= threshold).sum())
    told, hits = (values[0, sure - 1] if sure else 0.0 for values in (counted, right))
    known = found.right[0, :sure]
    errors, of = found.error[:sure][known], weight[:sure][known]
    return np.array(
        [
            _average_precision(right, counted, true),
            hits / told if told else np.nan,
            hits / true if true else np.nan,
            (errors * of).sum() / of.sum() if of.sum() else np.nan,
        ]
    )


def _average_precision(right: FloatArray, counted: FloatArray, true: float) -> float:
    """The mean over IOUS and RECALLS of the best precision that any higher recall has."""
    if not true:
        return np.nan
    precision = right / np.maximum(counted, np.finfo(np.float64).tiny)
    best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    # One place more, of precision 0, for recalls that are not reached.
    best = np.pad(best, ((0, 0), (0, 1)))
    places = (np.searchsorted(row / true, RECALLS, side="left") for row in right)
    return float(np.mean([row[place] for row, place in zip(best, places, strict=True)]))
