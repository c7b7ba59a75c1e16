"""Stage classify_frames: one pass of the frame classifier over each video's frames."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from vidrec.classifier.frame_classifier import FrameClassifier, Predictions
from vidrec.media.frames import frames_digest, read_frames, video_directories
from vidrec.networks import weights
from vidrec.networks.compute import inference_workers, use_one_thread
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.files import write_bytes
from vidrec.workflow.params import param


@dataclass(frozen=True)
class Params:
    """See `classify_frames` in params.yaml."""

    precision: str = param(choices=("bf16", "fp32"))
    batch_size: int = param(low=1)


@lru_cache(maxsize=1)
def load_classifier(folder: Path, params: Params) -> FrameClassifier:
    """The classifier in `folder`; each worker process loads it once."""
    use_one_thread()
    return FrameClassifier.load(folder, params.precision, params.batch_size)


def classify_video(weights_folder: Path, params: Params, directory: Path) -> bytes:
    """Distributions and features of one video's frames, as the bytes of a safetensors file."""
    found = load_classifier(weights_folder, params).predict(read_frames(directory))
    return save_tensors({"probability": found.probability, "features": found.features})


def classify_all(
    frames: Path, weights_folder: Path, params: Params
) -> Iterator[tuple[str, str, Predictions]]:
    """(category, video id, predictions) of each video, what was finished before taken as it is."""
    videos = video_directories(frames)
    card = weights.read_card(weights_folder)
    store = Checkpoints("classify_frames", [params, card.sha256])
    done = complete(
        store,
        partial(classify_video, weights_folder, params),
        [directory for _, _, directory in videos],
        [store.key(frames_digest(directory)) for _, _, directory in videos],
        title="classify frames",
        workers=inference_workers(),
    )
    for (category, video_id, _), (_, content) in zip(videos, done, strict=True):
        yield category, video_id, Predictions(**load_tensors(content))


def write_features(
    folder: Path, category: str, video_id: str, features: NDArray[np.float16]
) -> None:
    """Write the trunk's features of one video, (frames, width), to `<video_id>.safetensors`."""
    content = save_tensors({"features": features})
    write_bytes(folder / category / f"{video_id}.safetensors", content)
