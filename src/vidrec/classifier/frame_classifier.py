"""The frame classifier: a network with its labels, for the frames of a video.

A GPU runs it in torch; a CPU by OpenVINO, from the form that it was converted to once. torch, which
takes seconds to load, is then not needed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from vidrec.classifier.conversion import converted
from vidrec.classifier.openvino_classifier import InOpenVINO
from vidrec.classifier.quantized import digest_of_quantized, read_quantized
from vidrec.media.frames import Frames
from vidrec.media.sampling import sampled_frames
from vidrec.networks import weights
from vidrec.networks.precision import Compute, resolve
from vidrec.networks.weights import Card
from vidrec.settings.classify_frames import ClassifierSettings, LookingSettings

# Frames at a time on a GPU, at least: fewer leave most of it idle.
GPU_BATCH = 64

# Probabilities (frames, labels) and features (frames, width) of a batch (frames, height, width, 3).
Run = Callable[[NDArray[np.uint8]], Sequence[NDArray[np.float32]]]


@dataclass(frozen=True)
class Predictions:
    """What one pass gives: the numbers of the `frames` looked at, from 1, the (frames, labels)
    probabilities, and the trunk's features (frames, width)."""

    frames: NDArray[np.int64]
    probability: NDArray[np.float16]
    features: NDArray[np.float16]

    def pack(self) -> bytes:
        """All as the bytes of a safetensors file."""
        return save_tensors(dict(vars(self)))

    @classmethod
    def unpack(cls, content: bytes) -> "Predictions":
        return cls(**load_tensors(content))


@dataclass(frozen=True)
class ClassifierFiles:
    """Where a classifier lies: the folder of its weights, that of its form in int8 if that is
    made, and the project that keeps what is converted."""

    weights: Path
    quantized: Path = Path()
    project: Path = Path()


class FrameClassifier:
    """A pretrained network that names the most probable class of each frame."""

    def __init__(self, run: Run, card: Card, batch_size: int, quantized: str = "") -> None:
        self._run = run
        self.card = card
        self.batch_size = batch_size
        self.version = card, quantized

    @classmethod
    def load(cls, files: ClassifierFiles, settings: ClassifierSettings) -> "FrameClassifier":
        """The classifier in `files`, its weights checked against their card."""
        compute, card = resolve(settings.precision), weights.read_checked_card(files.weights)
        at_once = GPU_BATCH if compute.device == "cuda" else 1
        batch_size = max(settings.batch_size, at_once)
        run = _runner(files, card, compute, batch_size)
        return cls(run, card, batch_size, version(files, settings)[1])

    def predict(self, frames: NDArray[np.uint8]) -> Predictions:
        """Class distributions and trunk features of `frames` (frames, height, width, 3)."""
        starts = range(0, len(frames), self.batch_size)
        batches = (frames[start : start + self.batch_size] for start in starts)
        return self._predict(range(1, len(frames) + 1), batches)

    def look_at(self, frames: Frames, numbers: Sequence[int]) -> Predictions:
        """The same of the frames of one video that have these numbers."""
        return self._predict(numbers, frames.batches(numbers, self.batch_size))

    def _predict(self, numbers: Sequence[int], batches: Iterable[NDArray[np.uint8]]) -> Predictions:
        # Half as many bytes at once: of a long video, all that is in memory.
        parts = [[part.astype(np.float16) for part in self._run(batch)] for batch in batches]
        probability, features = (np.concatenate(each) for each in zip(*parts, strict=True))
        return Predictions(np.array(numbers, np.int64), probability, features)


def version(files: ClassifierFiles, settings: ClassifierSettings) -> tuple[Card, str]:
    """What lies in `files` now: the card, and the digest of the network in int8 if that is used."""
    card = weights.read_card(files.weights)
    int8 = settings.precision == "int8"
    return card, digest_of_quantized(files.quantized, card) if int8 else ""


def _runner(files: ClassifierFiles, card: Card, compute: Compute, batch_size: int) -> Run:
    if compute.precision == "int8":
        return InOpenVINO(read_quantized(files.quantized, card), "int8", batch_size)
    if compute.runtime == "openvino":
        found = converted(files.weights, card, files.project)
        return InOpenVINO(found, compute.precision, batch_size)
    from vidrec.classifier.torch_classifier import InTorch, load_network

    return InTorch(load_network(files.weights), compute.precision)


@lru_cache(maxsize=1)
def load_classifier(files: ClassifierFiles, settings: ClassifierSettings) -> FrameClassifier:
    """The classifier in `files`; each worker process loads it once."""
    return FrameClassifier.load(files, settings)


def classify_video(
    files: ClassifierFiles, settings: LookingSettings, frames: Frames
) -> Predictions:
    """What the classifier in `files` sees in the frames of one video."""
    numbers = sampled_frames(len(frames.files), settings.frame_fps, settings.fps)
    return load_classifier(files, settings).look_at(frames, numbers)
