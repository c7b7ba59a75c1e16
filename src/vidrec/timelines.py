"""When the objects of a video are seen in it: a row of cells per object, over time."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

MOST_CELLS = 48
"""A longer video has longer cells, not more."""

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


def looked_at_every(tables: Iterable[pd.DataFrame]) -> int:
    """Of how many frames the detector looks at one: 1 where it looks at each of them.

    Each video's first frame is looked at, so its number less 1 divides all that come later.
    """
    found = [np.gcd.reduce(table["frame"].to_numpy(np.int64) - 1) for table in tables if len(table)]
    return int(np.gcd.reduce(found)) or 1 if found else 1


def timelines(table: pd.DataFrame, frames: int, step: int) -> list[Timeline]:
    """A row for each label in the detections of one video of `frames` frames, labels sorted.

    A cell is `step` frames long, or a multiple of it where that would be more than `MOST_CELLS`.
    """
    frames = max(frames, int(table["frame"].max()) if len(table) else 0)
    length = step * -(-frames // (step * MOST_CELLS)) or step
    count = -(-frames // length)
    return [_timeline(str(label), group, count, length) for label, group in table.groupby("label")]


def _timeline(label: str, group: pd.DataFrame, count: int, length: int) -> Timeline:
    found = group["frame"].to_numpy(np.int64)
    highest = np.zeros(count)
    np.maximum.at(highest, (found - 1) // length, group["confidence"].to_numpy(np.float64))
    digits = np.where(highest > 0, np.clip(np.round(highest * LEVELS), 1, LEVELS), 0).astype(int)
    return Timeline(
        label,
        "".join(map(str, digits)),
        len(np.unique(found)),
        int(found.min()),
        int(found.max()),
    )
