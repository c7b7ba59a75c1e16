"""When the objects of a video are seen in it: a row of cells per object, over time."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from vidrec.workflow.arrays import FloatArray, IntArray

# A longer video has longer cells, not more.
MOST_CELLS = 48

LEVELS = 9


@dataclass(frozen=True)
class Timeline:
    """One object: `cells` has a digit per stretch of time, 0 not found to 9 found for certain.

    `seen` is the number of frames it was found in, `first` and `last` are the outermost of them.
    """

    label: str
    cells: str
    seen: int
    first: int
    last: int


def timelines(table: pd.DataFrame, looked_at: Iterable[int]) -> list[Timeline]:
    """A row for each label in the detections of one video, labels sorted.

    A cell is one of the frames `looked_at`, or several where there are more than `MOST_CELLS`.
    """
    frames, confidence = table["frame"].to_numpy(np.int64), table["confidence"].to_numpy(np.float64)
    looked = np.union1d(np.array([*looked_at], np.int64), frames)
    length = max(1, -(-len(looked) // MOST_CELLS))
    cells, count = np.searchsorted(looked, frames) // length, -(-len(looked) // length)
    labels = np.array(table["label"], object)
    return [
        _timeline(label, frames[own], _highest(cells[own], confidence[own], count))
        for label in sorted(set(labels))
        for own in [labels == label]
    ]


def _highest(cells: IntArray, confidence: FloatArray, count: int) -> FloatArray:
    """The highest confidence in each of `count` cells; 0 in those without any."""
    highest = np.zeros(count)
    np.maximum.at(highest, cells, confidence)
    return highest


def _timeline(label: str, found: IntArray, highest: FloatArray) -> Timeline:
    digits = np.where(highest > 0, np.clip(np.round(highest * LEVELS), 1, LEVELS), 0).astype(int)
    return Timeline(
        label,
        "".join(map(str, digits.tolist())),
        len(set(found.tolist())),
        int(found.min()),
        int(found.max()),
    )
