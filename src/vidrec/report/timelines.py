"""When the objects of a video are seen in it: a row of cells per object, over time."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from vidrec.workflow.arrays import IntArray

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
    looked = np.union1d(np.array([*looked_at], np.int64), table["frame"].to_numpy(np.int64))
    length = max(1, -(-len(looked) // MOST_CELLS))
    count = -(-len(looked) // length)
    return [
        _timeline(str(label), group, np.searchsorted(looked, group["frame"]) // length, count)
        for label, group in table.groupby("label")
    ]


def _timeline(label: str, group: pd.DataFrame, cells: IntArray, count: int) -> Timeline:
    highest = np.zeros(count)
    np.maximum.at(highest, cells, group["confidence"].to_numpy(np.float64))
    digits = np.where(highest > 0, np.clip(np.round(highest * LEVELS), 1, LEVELS), 0).astype(int)
    found = group["frame"].to_numpy(np.int64)
    return Timeline(
        label,
        "".join(map(str, digits)),
        len(np.unique(found)),
        int(found.min()),
        int(found.max()),
    )
