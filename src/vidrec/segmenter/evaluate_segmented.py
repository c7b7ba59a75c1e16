"""Stage evaluate_segmented: the object segmenter against what was drawn, mask by mask."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from vidrec.detections.masks import read_segments
from vidrec.detections.rle import Rle, area_pct, overlaps, square_rle
from vidrec.detections.tree import detection_files
from vidrec.detections.truth import MASK_COLUMNS
from vidrec.metrics.figures import rounded
from vidrec.settings.evaluate_segmented import Params
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.errors import UserError

# What can be said only where a truth is known.
AGREEMENT = ("objects_true", "precision", "recall", "mask_iou", "area_error_points")
COLUMNS = ("label", "frames", "objects_found", *AGREEMENT)


@dataclass(frozen=True)
class FrameObjects:
    """The objects in one frame, row by row: labels and masks; found ones best first."""

    labels: list[str]
    masks: list[Rle]


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
    """(video id, frame, objects) of every frame that the segmenter looked at.

    Raises UserError for a tree or file that is not as it should be.
    """
    for path in detection_files(root):
        found = read_segments(path)
        for frame in found.frames:
            rows = found.table.index[found.table["frame"] == frame]
            labels = found.table["label"][rows].tolist()
            yield path.stem, frame, FrameObjects(labels, [found.masks[row] for row in rows])


def index_truth(masks: pd.DataFrame) -> dict[tuple[str, int], FrameObjects]:
    """The true objects of each (video id, frame), from the masks of a truth."""
    indexed: dict[tuple[str, int], FrameObjects] = {}
    for video_id, frame, label, size, counts in masks[list(MASK_COLUMNS)].itertuples(index=False):
        objects = indexed.setdefault((video_id, frame), FrameObjects([], []))
        objects.labels.append(label)
        objects.masks.append(square_rle(size, counts))
    return indexed


def measure(
    found: Iterable[tuple[str, int, FrameObjects]],
    truth: Mapping[tuple[str, int], FrameObjects],
    params: Params,
) -> tuple[dict[str, float | None], pd.DataFrame]:
    """Precision and recall (0..1) over all masks; None where no truth is known of these videos, or
    of no mask.

    And a table with COLUMNS, of all labels first, then of each: the frames looked at (of a label:
    those in which it is found or true), the objects in them, precision and recall, and of the
    objects found right the mean IoU of the masks and the mean error of the area, in points (% of
    the frame). Raises UserError where masks to compare are not of one size.
    """
    frames, rows, shared = 0, list[tuple[Any, ...]](), False
    known = {video_id for video_id, _ in truth}
    for video_id, frame, objects in found:
        shared = shared or video_id in known
        true = truth.get((video_id, frame), FrameObjects([], []))
        _check_sizes(video_id, frame, objects.masks + true.masks)
        rows += [(frames, *row) for row in _compare(objects, true, params.min_iou)]
        frames += 1
    compared = pd.DataFrame(rows, columns=["frame", "label", "found", "true", "iou", "error"])
    figures = [_figures("all", frames, compared)] + [
        _figures(str(label), part["frame"].nunique(), part)
        for label, part in compared.groupby("label")
    ]
    table = pd.DataFrame(figures, columns=list(COLUMNS)).astype({"objects_true": "Int64"})
    if not shared:
        table[list(AGREEMENT)] = None
    precision, recall = (figures[0][key] if shared else None for key in ("precision", "recall"))
    return {"mask_precision": precision, "mask_recall": recall}, table


def nothing() -> tuple[dict[str, float | None], pd.DataFrame]:
    """What `measure` gives where nothing was segmented: no figures, and a table without rows."""
    return dict.fromkeys(("mask_precision", "mask_recall")), pd.DataFrame(columns=list(COLUMNS))


def _check_sizes(video_id: str, frame: int, masks: list[Rle]) -> None:
    sizes = sorted({(mask["size"][1], mask["size"][0]) for mask in masks})
    if len(sizes) > 1:
        told = " and ".join(f"{width} x {height}" for width, height in sizes)
        raise UserError(
            f"the masks of {video_id}, frame {frame}, are of {told} pixels: what was found and what"
            " was drawn are of different runs, make both again (`dvc repro evaluate_segmented`)"
        )


def _compare(
    found: FrameObjects, true: FrameObjects, min_iou: float
) -> Iterator[tuple[str, bool, bool, float, float]]:
    """Each object of a frame, a pair that matches as one: its label, whether it was found, whether
    it is true, and for a pair the IoU and the error of the area (points)."""
    matches = match(found, true, min_iou)
    for pair, error in zip(matches, _area_errors(found, true, matches), strict=True):
        yield found.labels[pair.found], True, True, pair.iou, error
    for index in set(range(len(found.labels))) - {pair.found for pair in matches}:
        yield found.labels[index], True, False, math.nan, math.nan
    for index in set(range(len(true.labels))) - {pair.true for pair in matches}:
        yield true.labels[index], False, True, math.nan, math.nan


def _area_errors(found: FrameObjects, true: FrameObjects, matches: list[Match]) -> FloatArray:
    first = area_pct([found.masks[pair.found] for pair in matches])
    second = area_pct([true.masks[pair.true] for pair in matches])
    return np.abs(first - second)


def _figures(label: str, frames: int, compared: pd.DataFrame) -> dict[str, Any]:
    right = compared[compared["found"] & compared["true"]]
    found, true = int(compared["found"].sum()), int(compared["true"].sum())
    return {
        "label": label,
        "frames": frames,
        "objects_found": found,
        "objects_true": true,
        "precision": _ratio(len(right), found),
        "recall": _ratio(len(right), true),
        "mask_iou": _mean(right["iou"]),
        "area_error_points": _mean(right["error"]),
    }


def _ratio(part: int, whole: int) -> float | None:
    return rounded(part / whole) if whole else None


def _mean(values: pd.Series) -> float | None:
    return rounded(values.mean()) if len(values) else None
