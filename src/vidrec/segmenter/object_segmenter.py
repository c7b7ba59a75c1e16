"""The object segmenter: Mask R-CNN with its labels, for whole directories of frames."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import nn

from vidrec.detections.masks import Rle, encode_mask, overlaps
from vidrec.media.frames import frame_paths, read_frame
from vidrec.networks import weights
from vidrec.networks.compute import autocast, device, for_inference
from vidrec.networks.mask_rcnn import build_segmenter
from vidrec.networks.weights import Card

# A pixel belongs to an object where its mask probability is at least this (Mask R-CNN, 3.1).
MASK_THRESHOLD = 0.5

COLUMNS = ["frame", "label", "confidence", "area_pct"]


@dataclass(frozen=True)
class Settings:
    """How the network is run: see `segment_objects` in params.yaml."""

    # Pixels of the shorter side; 0: what the weights were trained at.
    resolution: int
    proposals: int
    threshold: float
    detections: int
    # Of two masks whose IoU is larger, whatever their labels, the less confident is dropped.
    max_overlap: float
    precision: str


@dataclass(frozen=True)
class Segments:
    """The objects in some frames of a video, and row by row their masks as COCO's RLE."""

    # The numbers of the frames that were looked at, those without any object too.
    frames: list[int]
    table: pd.DataFrame
    masks: list[Rle]

    def to_json(self) -> bytes:
        """All of it as JSON, the form that is stored."""
        rows = self.table.to_dict("list")
        parts = {"frames": self.frames, "rows": rows, "masks": self.masks}
        return json.dumps(parts, sort_keys=True).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Segments":
        parts = json.loads(content)
        table = pd.DataFrame(parts["rows"], columns=COLUMNS)
        return cls(parts["frames"], table, parts["masks"])


class ObjectSegmenter:
    """Finds the objects in a frame, each with a mask."""

    def __init__(self, network: nn.Module, card: Card, settings: Settings) -> None:
        self._network = for_inference(network, settings.precision)
        self.card = card
        self._precision = settings.precision
        self._max_overlap = settings.max_overlap

    @classmethod
    def load(cls, folder: Path, settings: Settings) -> "ObjectSegmenter":
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
        return Segments([number], pd.DataFrame(rows, columns=COLUMNS), kept)


def sampled_frames(count: int, frame_fps: float, fps: float) -> list[int]:
    """The numbers (from 1) of the frames to look at, of `count` taken at `frame_fps` per second."""
    step = max(1.0, frame_fps / fps)
    return [1 + round(index * step) for index in range(count) if round(index * step) < count]


def segment_directory(
    directory: Path, segmenter: ObjectSegmenter, frame_fps: float, fps: float
) -> Segments:
    """The objects in the frames of one video, `fps` frames of each second, in order."""
    paths = frame_paths(directory)
    numbers = sampled_frames(len(paths), frame_fps, fps)
    parts = [segmenter.segment(read_frame(paths[number - 1]), number) for number in numbers]
    tables = [part.table for part in parts if len(part.table)]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=COLUMNS)
    return Segments(numbers, table, [mask for part in parts for mask in part.masks])
