"""Mask R-CNN as torchvision runs it, in torch: on a GPU, and where OpenVINO is not."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from vidrec.networks import weights
from vidrec.networks.compute import autocast, device, for_inference, use_one_thread
from vidrec.networks.mask_rcnn import build_segmenter, decode_in_fp32
from vidrec.segmenter.found import MASK_THRESHOLD, Found
from vidrec.settings.segment_objects import SegmenterSettings


def load_network(folder: Path, settings: SegmenterSettings) -> nn.Module:
    """The segmenter whose weights lie in `folder`, checked against their card."""
    tensors, card = weights.load(folder)
    network = build_segmenter(
        card.arch,
        len(card.labels),
        resolution=settings.read_at(card.input_size),
        proposals=settings.proposals,
        threshold=settings.threshold,
        detections=settings.detections,
    )
    weights.load_into(network, tensors, str(folder))
    return decode_in_fp32(network)


class TorchFinder:
    """Finds objects with a torchvision network, in `precision` fp32 or bf16, in one thread or on a
    GPU."""

    def __init__(self, network: nn.Module, precision: str) -> None:
        use_one_thread()
        self._network = for_inference(network, precision)
        self._precision = precision

    def find(self, frame: NDArray[np.uint8]) -> Found:
        """The objects in a frame (height, width, 3)."""
        picture = torch.from_numpy(frame).permute(2, 0, 1).float().to(device()) / 255
        with torch.inference_mode(), autocast(self._precision):
            (found,) = self._network([picture])
        return Found(
            found["labels"].cpu().numpy(),
            found["scores"].float().cpu().numpy(),
            (found["masks"][:, 0].float() >= MASK_THRESHOLD).cpu().numpy(),
        )
