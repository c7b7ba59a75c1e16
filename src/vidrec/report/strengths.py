"""How strongly each group of objects shows in each frame of a video."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from vidrec.detections.distributions import Distribution
from vidrec.detections.tree import VideoDetections
from vidrec.vocabulary.groups import Vocabulary
from vidrec.workflow.arrays import FloatArray, IntArray

# A longer video has longer cells, not more.
MOST_CELLS = 48

LEVELS = 9


@dataclass(frozen=True)
class Strengths:
    """Of a video the groups of objects in it, frame by frame.

    `frames` (frames,) are the numbers of those looked at. `values` has by group how strong it is in
    each of them (frames,), from 0 to 1: how probable its labels are together, of a classifier that
    tells the probability of all; otherwise the highest confidence. `first` has by group in how many
    frames it is the most probable, or is found.
    """

    frames: IntArray
    values: Mapping[str, FloatArray]
    first: Mapping[str, int]

    def cells(self, group: str) -> str:
        """A digit per stretch of time, 0 not there to 9 there for certain; empty if never."""
        values = self.values.get(group)
        if values is None:
            return ""
        length = max(1, -(-len(self.frames) // MOST_CELLS))
        highest = np.maximum.reduceat(values, np.arange(0, len(values), length))
        digits = np.clip(np.round(highest * LEVELS), 0, LEVELS).astype(int)
        return "".join(map(str, digits.tolist()))

    def best(self, group: str) -> int | None:
        """The frame in which it is strongest, the first of equals; None where it is in none."""
        values = self.values.get(group)
        return None if values is None else int(self.frames[int(values.argmax())])


def strengths(found: VideoDetections, vocabulary: Vocabulary, least: float) -> Strengths:
    """Those of one video, of what is found with a confidence of `least` or more."""
    table = found.table[found.table["confidence"] >= least]
    looked_at = found.table["frame"] if found.looked_at is None else found.looked_at
    frames = np.unique(np.asarray(looked_at, np.int64))
    groups = table["label"].map(vocabulary.group) if len(table) else table["label"]
    seen = table.assign(group=groups, place=np.searchsorted(frames, table["frame"]))
    first = {str(name): int(rows["place"].nunique()) for name, rows in seen.groupby("group")}
    whole = found.distribution
    if whole is not None and len(whole.probability) == len(frames):
        return Strengths(frames, _together(whole, vocabulary, least), first)
    return Strengths(frames, _highest(seen, len(frames)), first)


def _highest(seen: pd.DataFrame, count: int) -> dict[str, FloatArray]:
    values = {}
    for name, rows in seen.groupby("group"):
        highest = np.zeros(count)
        np.maximum.at(highest, rows["place"].to_numpy(), rows["confidence"].to_numpy(np.float64))
        values[str(name)] = highest
    return values


def _together(whole: Distribution, vocabulary: Vocabulary, least: float) -> dict[str, FloatArray]:
    """The probability of all labels of a group, for those groups that are ever probable."""
    probability = whole.probability.astype(np.float64)
    columns: dict[str, list[int]] = {}
    for place in np.flatnonzero(probability.max(axis=0, initial=0.0) >= least).tolist():
        columns.setdefault(vocabulary.group(whole.labels[place]), []).append(place)
    return {name: np.minimum(probability[:, own].sum(axis=1), 1.0) for name, own in columns.items()}
