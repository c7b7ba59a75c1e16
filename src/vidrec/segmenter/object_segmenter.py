"""The object segmenter: Mask R-CNN with its labels, for the frames of a video.

A GPU runs it in torch; a CPU by OpenVINO, from the form that it was converted to once. torch, which
takes seconds to load, is then not needed.
"""

from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vidrec.detections.masks import COLUMNS, Segments
from vidrec.detections.rle import Rle, encode_mask, overlaps
from vidrec.media.frames import Frames
from vidrec.media.sampling import sampled_frames
from vidrec.networks import weights
from vidrec.networks.precision import resolve
from vidrec.networks.weights import Card
from vidrec.segmenter.conversion import converted
from vidrec.segmenter.found import Finder
from vidrec.segmenter.openvino_finder import OpenvinoFinder
from vidrec.settings.segment_objects import SegmenterSettings


@dataclass(frozen=True)
class SegmenterFiles:
    """Where a segmenter lies: the folder of its weights, and the project that keeps what is
    converted."""

    weights: Path
    project: Path = Path()


class ObjectSegmenter:
    """Finds the objects in a frame, each with a mask.

    Of two masks whose IoU is above `max_overlap` the less confident is dropped.
    """

    def __init__(self, finder: Finder, card: Card, max_overlap: float) -> None:
        self._finder, self.card, self._max_overlap = finder, card, max_overlap

    @classmethod
    def load(cls, files: SegmenterFiles, settings: SegmenterSettings) -> "ObjectSegmenter":
        """The segmenter in `files`, its weights checked against their card."""
        card = weights.read_checked_card(files.weights)
        return cls(_finder(files, card, settings), card, settings.max_overlap)

    def segment(self, frame: NDArray[np.uint8], number: int) -> Segments:
        """The objects in one frame (height, width, 3), the most confident first."""
        found = self._finder.find(frame)
        rows: list[tuple[int, str, float, float]] = []
        kept: list[Rle] = []
        for class_number, score, mask in zip(found.labels, found.scores, found.masks, strict=True):
            if not mask.any():
                continue
            encoded = encode_mask(mask)
            if overlaps([encoded], kept).max(initial=0) > self._max_overlap:
                continue
            confidence = round(min(1.0, float(score)), 6)
            area = round(100 * float(mask.mean()), 4)
            rows.append((number, self.card.labels[int(class_number)], confidence, area))
            kept.append(encoded)
        return Segments([number], _table(rows), kept)


def segment_frames(
    frames: Frames, segmenter: ObjectSegmenter, frame_fps: float, fps: float
) -> Segments:
    """The objects in the frames of one video, `fps` frames of each second, in order."""
    numbers = sampled_frames(len(frames.files), frame_fps, fps)
    parts = [segmenter.segment(frames.picture(number), number) for number in numbers]
    tables = [part.table for part in parts if len(part.table)]
    table = pd.concat(tables, ignore_index=True) if tables else _table([])
    return Segments(numbers, table, [mask for part in parts for mask in part.masks])


def _table(rows: list[tuple[int, str, float, float]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _finder(files: SegmenterFiles, card: Card, settings: SegmenterSettings) -> Finder:
    compute = resolve(settings.precision)
    if compute.runtime == "openvino":
        convert = partial(converted, files.weights, files.project, card, settings)
        return OpenvinoFinder(convert, card, settings, compute.precision)
    from vidrec.segmenter.torch_finder import TorchFinder, load_network

    return TorchFinder(load_network(files.weights, settings), compute.precision)


@lru_cache(maxsize=1)
def load_segmenter(files: SegmenterFiles, settings: SegmenterSettings) -> ObjectSegmenter:
    """The segmenter in `files`; each worker process loads it once."""
    return ObjectSegmenter.load(files, settings)


def segment_video(files: SegmenterFiles, settings: SegmenterSettings, frames: Frames) -> Segments:
    """What the segmenter in `files` finds in the frames of one video."""
    segmenter = load_segmenter(files, settings)
    return segment_frames(frames, segmenter, settings.frame_fps, settings.fps)
