"""The frame classifier in torch: what a GPU runs, and what OpenVINO's form is made of."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from vidrec.classifier.openvino_classifier import InOpenVINO
from vidrec.networks import weights
from vidrec.networks.compute import autocast, device, for_inference, use_one_thread
from vidrec.networks.image_classifiers import (
    build_classifier,
    head_name,
    prepare,
    run_with_features,
)
from vidrec.networks.openvino_runtime import Converted, convert
from vidrec.networks.precision import Compute
from vidrec.networks.weights import Card

# Any size but the one that the network reads: what is recorded of it then scales its pictures.
OTHER_SIZE = 32


class FromPictures(nn.Module):
    """A classifier from pictures of bytes to class distributions and trunk features."""

    def __init__(self, network: nn.Module, card: Card) -> None:
        super().__init__()
        self.network = network
        self._head = head_name(network)
        self.card = card

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Probabilities (frames, labels) and features (frames, width) of bytes (frames, height,
        width, 3)."""
        card = self.card
        batch = prepare(frames.permute(0, 3, 1, 2), card.input_size, card.mean, card.std)
        scores, features = run_with_features(self.network, self._head, batch)
        return scores.float().softmax(1), features.float()


def load_network(folder: Path) -> FromPictures:
    """The classifier whose weights lie in `folder`, checked against their card."""
    tensors, card = weights.load(folder)
    network = build_classifier(card.arch, len(card.labels), card.input_size)
    weights.load_into(network, tensors, str(folder))
    return FromPictures(network, card)


def to_openvino(network: FromPictures) -> Converted:
    """The classifier in OpenVINO's form, for any number of frames of any size."""
    side = network.card.input_size + OTHER_SIZE
    return convert(network.eval(), torch.zeros((2, side, side, 3), dtype=torch.uint8))


def runner(network: FromPictures, compute: Compute, batch_size: int) -> "InTorch | InOpenVINO":
    """What runs `network`, as `compute` has it, over batches of `batch_size` frames."""
    if compute.runtime == "openvino":
        return InOpenVINO(to_openvino(network), compute.precision, batch_size)
    return InTorch(network, compute.precision)


class InTorch:
    """Runs a classifier in torch, batch by batch, in one thread or on a GPU."""

    def __init__(self, network: FromPictures, precision: str) -> None:
        use_one_thread()
        self._network = network
        self._precision = precision
        network.network = for_inference(network.network, precision)

    def __call__(self, frames: NDArray[np.uint8]) -> list[NDArray[np.float32]]:
        """Probabilities and features of one batch (frames, height, width, 3)."""
        batch = torch.from_numpy(frames)
        if device().type == "cuda":
            # From memory that stays where it is the GPU fetches by itself, while this goes on.
            batch = batch.pin_memory().to(device(), non_blocking=True)
        with torch.inference_mode(), autocast(self._precision):
            return [found.cpu().numpy() for found in self._network(batch)]
