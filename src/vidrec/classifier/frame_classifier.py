"""The frame classifier: a network with its labels, for all frames of a video."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors
from torch import nn

from vidrec.media.frames import Frames
from vidrec.networks import weights
from vidrec.networks.compute import autocast, device, for_inference, use_one_thread
from vidrec.networks.image_classifiers import (
    build_classifier,
    head_name,
    prepare,
    run_with_features,
)
from vidrec.networks.weights import Card
from vidrec.settings.classify_frames import ClassifierSettings


@dataclass(frozen=True)
class Predictions:
    """What one pass over frames gives: (frames, labels) and the trunk's (frames, width)."""

    probability: NDArray[np.float16]
    features: NDArray[np.float16]

    def pack(self) -> bytes:
        """Both as the bytes of a safetensors file."""
        return save_tensors({"probability": self.probability, "features": self.features})

    @classmethod
    def unpack(cls, content: bytes) -> "Predictions":
        return cls(**load_tensors(content))


class FrameClassifier:
    """A pretrained network that names the most probable class of each frame."""

    def __init__(self, network: nn.Module, card: Card, settings: ClassifierSettings) -> None:
        self._network = for_inference(network, settings.precision)
        self._head = head_name(network)
        self.card = card
        self._settings = settings

    @classmethod
    def load(cls, folder: Path, settings: ClassifierSettings) -> "FrameClassifier":
        """The classifier whose weights lie in `folder`, checked against their card."""
        tensors, card = weights.load(folder)
        network = build_classifier(card.arch, len(card.labels), card.input_size)
        weights.load_into(network, tensors, str(folder))
        return cls(network, card, settings)

    def predict(self, frames: NDArray[np.uint8]) -> Predictions:
        """Class distributions and trunk features of `frames` (frames, height, width, 3)."""
        size = self._settings.batch_size
        starts = range(0, len(frames), size)
        parts = [self._predict_batch(frames[start : start + size]) for start in starts]
        return Predictions(
            np.concatenate([part.probability for part in parts]),
            np.concatenate([part.features for part in parts]),
        )

    def _predict_batch(self, frames: NDArray[np.uint8]) -> Predictions:
        pictures = torch.from_numpy(frames).permute(0, 3, 1, 2).to(device())
        batch = prepare(pictures, self.card.input_size, self.card.mean, self.card.std)
        with torch.inference_mode(), autocast(self._settings.precision):
            scores, features = run_with_features(self._network, self._head, batch)
        return Predictions(
            scores.float().softmax(1).half().cpu().numpy(),
            features.half().cpu().numpy(),
        )


@lru_cache(maxsize=1)
def load_classifier(folder: Path, settings: ClassifierSettings) -> FrameClassifier:
    """The classifier in `folder`, in one thread; each worker process loads it once."""
    use_one_thread()
    return FrameClassifier.load(folder, settings)


def classify_video(folder: Path, settings: ClassifierSettings, frames: Frames) -> Predictions:
    """What the classifier in `folder` sees in the frames of one video."""
    return load_classifier(folder, settings).predict(frames.pictures())
