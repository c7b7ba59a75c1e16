"""The object segmenter: Mask R-CNN with its labels, for the frames of a video."""

from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import nn

from vidrec.detections.masks import COLUMNS, Segments
from vidrec.detections.rle import Rle, encode_mask, overlaps
from vidrec.media.frames import Frames
from vidrec.media.sampling import sampled_frames
from vidrec.networks import weights
from vidrec.networks.compute import autocast, device, for_inference, use_one_thread
from vidrec.networks.mask_rcnn import build_segmenter
from vidrec.networks.weights import Card
from vidrec.settings.segment_objects import SegmenterSettings

# A pixel belongs to an object where its mask probability is at least this (Mask R-CNN, 3.1).
MASK_THRESHOLD = 0.5


class ObjectSegmenter:
    """Finds the objects in a frame, each with a mask."""

    def __init__(self, network: nn.Module, card: Card, settings: SegmenterSettings) -> None:
        self._network = for_inference(network, settings.precision)
        self.card = card
        self._precision = settings.precision
        self._max_overlap = settings.max_overlap

    @classmethod
    def load(cls, folder: Path, settings: SegmenterSettings) -> "ObjectSegmenter":
        """The segmenter whose weights lie in `folder`, checked against their card."""
        tensors, card = weights.load(folder)
        network = build_segmenter(
            card.arch,
            len(card.labels),
            resolution=settings.resolution or card.input_size,
            proposals=settings.proposals,
            threshold=settings.threshold,
            detections=settings.detections,
        )
        weights.load_into(network, tensors, str(folder))
        return cls(network, card, settings)

    def segment(self, frame: NDArray[np.uint8], number: int) -> Segments:
        """The objects in one frame (height, width, 3), the most confident first."""
        picture = torch.from_numpy(frame).permute(2, 0, 1).float().to(device()) / 255
        with torch.inference_mode(), autocast(self._precision):
            (found,) = self._network([picture])
        masks = (found["masks"][:, 0].float() >= MASK_THRESHOLD).cpu().numpy()
        rows: list[tuple[int, str, float, float]] = []
        kept: list[Rle] = []
        for index, mask in enumerate(masks):
            if not mask.any():
                continue
            encoded = encode_mask(mask)
            if overlaps([encoded], kept).max(initial=0) > self._max_overlap:
                continue
            label = self.card.labels[int(found["labels"][index])]
            confidence = round(min(1.0, float(found["scores"][index])), 6)
            rows.append((number, label, confidence, round(100 * float(mask.mean()), 4)))
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


@lru_cache(maxsize=1)
def load_segmenter(folder: Path, settings: SegmenterSettings) -> ObjectSegmenter:
    """The segmenter in `folder`, in one thread; each worker process loads it once."""
    use_one_thread()
    return ObjectSegmenter.load(folder, settings)


def segment_video(folder: Path, settings: SegmenterSettings, frames: Frames) -> Segments:
    """What the segmenter in `folder` finds in the frames of one video."""
    segmenter = load_segmenter(folder, settings)
    return segment_frames(frames, segmenter, settings.frame_fps, settings.fps)
