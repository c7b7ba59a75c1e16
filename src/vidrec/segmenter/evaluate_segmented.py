"""Stage evaluate_segmented: the object segmenter against what was drawn, mask by mask."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vidrec.detections.masks import area_pct, overlaps
from vidrec.workflow.files import read_json
from vidrec.workflow.params import param
from vidrec.workflow.tables import read_table

Masks = list[dict[str, Any]]


@dataclass(frozen=True)
class Params:
    """See `evaluate_segmented` in params.yaml."""

    min_iou: float = param(low=0, high=1)


@dataclass(frozen=True)
class FrameObjects:
    """The objects in one frame, row by row: labels and masks; found ones best first."""

    labels: list[str]
    masks: Masks


@dataclass(frozen=True)
class Match:
    """A found object, the true one it stands for, and how well their masks agree (0..1)."""

    found: int
    true: int
    iou: float


def match(found: FrameObjects, true: FrameObjects, min_iou: float) -> list[Match]:
    """Pair objects of equal label, the most confident found object first, as COCO does.

    Each takes the free true object that its mask overlaps most, if by `min_iou` at least.
    """
    ious = overlaps(found.masks, true.masks)
    free = set(range(len(true.labels)))
    matches = []
    for index, label in enumerate(found.labels):
        fitting = [other for other in sorted(free) if true.labels[other] == label]
        best = max(fitting, key=lambda other: ious[index, other], default=None)
        if best is not None and ious[index, best] >= min_iou:
            matches.append(Match(index, best, float(ious[index, best])))
            free.remove(best)
    return matches


def read_found(root: Path) -> Iterator[tuple[str, int, FrameObjects]]:
    """(video id, frame, objects) of every frame that the segmenter looked at."""
    for path in sorted(root.glob("*/*.csv")):
        table = read_table(path, ("frame", "label", "confidence", "area_pct"))
        beside = read_json(path.with_suffix(".masks.json"))
        for frame in beside["frames"]:
            rows = table.index[table["frame"] == frame]
            labels = [str(label) for label in table.loc[rows, "label"]]
            yield path.stem, frame, FrameObjects(labels, [beside["masks"][row] for row in rows])


def index_truth(masks: pd.DataFrame) -> dict[tuple[str, int], FrameObjects]:
    """The true objects of each (video id, frame), from `video_id,frame,label,size,counts`."""
    indexed: dict[tuple[str, int], FrameObjects] = {}
    rows = masks[["video_id", "frame", "label", "size", "counts"]].itertuples(index=False)
    for video_id, frame, label, size, counts in rows:
        objects = indexed.setdefault((str(video_id), int(frame)), FrameObjects([], []))
        objects.labels.append(str(label))
        objects.masks.append({"size": [int(size), int(size)], "counts": str(counts)})
    return indexed


def measure(
    found: Iterator[tuple[str, int, FrameObjects]],
    truth: dict[tuple[str, int], FrameObjects],
    params: Params,
) -> dict[str, Any]:
    """Precision, recall, mean mask IoU and mean error of the area in points (% of the frame).

    All are None where no truth is known.
    """
    counts: Counter[str] = Counter()
    ious: list[float] = []
    errors: list[float] = []
    for video_id, frame, objects in found:
        true = truth.get((video_id, frame), FrameObjects([], []))
        matches = match(objects, true, params.min_iou)
        counts.update(frames=1, found=len(objects.labels), true=len(true.labels))
        ious += [pair.iou for pair in matches]
        errors += list(_area_errors(objects, true, matches))
    known = bool(truth)
    return {
        "frames": counts["frames"],
        "objects_found": counts["found"],
        "objects_true": counts["true"] if known else None,
        "precision": _ratio(len(ious), counts["found"]) if known else None,
        "recall": _ratio(len(ious), counts["true"]) if known else None,
        "mean_mask_iou": _mean(ious) if known else None,
        "mean_area_error": _mean(errors) if known else None,
    }


def _area_errors(
    found: FrameObjects, true: FrameObjects, matches: list[Match]
) -> NDArray[np.float64]:
    first = area_pct([found.masks[pair.found] for pair in matches])
    second = area_pct([true.masks[pair.true] for pair in matches])
    return np.abs(first - second)


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _mean(values: list[float]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None
