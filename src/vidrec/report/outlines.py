"""The objects in the frames that are shown, where there are masks: small enough for a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from vidrec.detections import masks, tree
from vidrec.detections.masks import Segments
from vidrec.detections.rle import decode_mask
from vidrec.report.filmstrips import Filmstrip
from vidrec.workflow.arrays import BoolArray
from vidrec.workflow.video import Video

# Pixels per side of a mask on the page: half of those that a frame is shown with.
SIDE = 56
# The lengths of runs are written with these digits.
BASE = 36


@dataclass(frozen=True)
class Outline:
    """An object in a frame: its label, confidence, share of the frame in %, and its mask.

    `runs` are the lengths of its runs row by row, outside and inside in turn, outside first: in
    base 36, with a point between them.
    """

    label: str
    confidence: float
    area_pct: float
    runs: str


def outlines_of_all(
    detections: Path, strips: Mapping[Video, Filmstrip]
) -> dict[Video, dict[int, list[Outline]]]:
    """By video, and by number the shown frames with objects in them, those; empty without masks."""
    found = {}
    for video, strip in strips.items():
        if video.below(detections, masks.ENDING).is_file():
            segments = masks.read_segments(video.below(detections, tree.ENDING))
            found[video] = outlines(segments, strip.shown)
    return found


def outlines(found: Segments, frames: list[int]) -> dict[int, list[Outline]]:
    """The objects in each of the `frames` that has any, in the order in which they were found."""
    by_frame: dict[int, list[Outline]] = {}
    columns = (found.table[name] for name in ("frame", "label", "confidence", "area_pct"))
    for frame, label, confidence, area, mask in zip(*columns, found.masks, strict=True):
        if frame in frames:
            numbers = round(float(confidence), 3), round(float(area), 1)
            outline = Outline(label, *numbers, runs(decode_mask(mask)))
            by_frame.setdefault(int(frame), []).append(outline)
    return by_frame


def runs(mask: BoolArray) -> str:
    """The runs of a mask (height, width), made SIDE pixels high and wide."""
    picture = Image.fromarray(mask.astype(np.uint8) * 255)
    small = np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX)) >= 128
    flat = np.concatenate([[False], small.ravel()])
    ends = np.flatnonzero(np.diff(flat.astype(np.int8)))
    lengths = np.diff(np.concatenate([[0], ends, [SIDE * SIDE]]))
    return ".".join(np.base_repr(length, BASE).lower() for length in lengths.tolist())
