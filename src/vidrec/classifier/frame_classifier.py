"""The frame classifier: a network with its labels, for whole directories of frames."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import nn

from vidrec.detections.distributions import top_classes
from vidrec.media.frames import read_frames
from vidrec.networks import weights
from vidrec.networks.compute import autocast, device, for_inference
from vidrec.networks.image_classifiers import (
    build_classifier,
    head_name,
    prepare,
    run_with_features,
)
from vidrec.networks.weights import Card


@dataclass(frozen=True)
class Predictions:
    """What one pass over frames gives: (frames, labels) and the trunk's (frames, width)."""

    probability: NDArray[np.float16]
    features: NDArray[np.float16]


class FrameClassifier:
    """A pretrained network that names the most probable class of each frame."""

    def __init__(self, network: nn.Module, card: Card, precision: str, batch_size: int) -> None:
        self._network = for_inference(network, precision)
        self._head = head_name(network)
        self.card = card
        self._precision = precision
        self._batch_size = batch_size

    @classmethod
    def load(cls, folder: Path, precision: str, batch_size: int) -> "FrameClassifier":
        """The classifier whose weights lie in `folder`, checked against their card."""
        tensors, card = weights.load(folder)
        network = build_classifier(card.arch, len(card.labels), card.input_size)
        weights.load_into(network, tensors, str(folder))
        return cls(network, card, precision, batch_size)

    def predict(self, frames: NDArray[np.uint8]) -> Predictions:
        """Class distributions and trunk features of `frames` (frames, height, width, 3)."""
        parts = [
            self._predict_batch(frames[start : start + self._batch_size])
            for start in range(0, len(frames), self._batch_size)
        ]
        return Predictions(
            np.concatenate([part.probability for part in parts]),
            np.concatenate([part.features for part in parts]),
        )

    def _predict_batch(self, frames: NDArray[np.uint8]) -> Predictions:
        pictures = torch.from_numpy(frames).permute(0, 3, 1, 2).to(device())
        batch = prepare(pictures, self.card.input_size, self.card.mean, self.card.std)
        with torch.inference_mode(), autocast(self._precision):
            scores, features = run_with_features(self._network, self._head, batch)
        return Predictions(
            scores.float().softmax(1).half().cpu().numpy(),
            features.half().cpu().numpy(),
        )


def classify_directory(directory: Path, classifier: FrameClassifier) -> pd.DataFrame:
    """`frame,label,confidence` for the frames 1.jpg, 2.jpg, … of one video, in order."""
    predictions = classifier.predict(read_frames(directory))
    return top_classes(predictions.probability, classifier.card.labels)
