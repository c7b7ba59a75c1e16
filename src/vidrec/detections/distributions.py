"""Class distributions of frames: the most probable class of each, and how all of them are stored.

Beside the CSV file of a frame classifier lies `<video_id>.safetensors`, with the probability of
every label in every frame, of which the CSV file has only the highest.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as save_tensors

from vidrec.workflow.errors import UserError
from vidrec.workflow.files import write_bytes
from vidrec.workflow.video import Video

ENDING = ".safetensors"


@dataclass(frozen=True)
class Distribution:
    """How probable each label is in each frame; `probability` is (frames, labels)."""

    labels: tuple[str, ...]
    probability: NDArray[np.float16]


def top_classes(found: Distribution, frames: ArrayLike) -> pd.DataFrame:
    """`frame,label,confidence`: the most probable class of each frame, the first of equals.

    `frames` are the numbers of the frames that the distributions are of, in order.
    """
    probability = found.probability
    best = probability.argmax(axis=1)
    confidence = probability[np.arange(len(best)), best].astype(np.float64).clip(0, 1)
    return pd.DataFrame(
        {
            "frame": np.asarray(frames, np.int64),
            "label": [found.labels[index] for index in best],
            "confidence": confidence.round(6),
        }
    )


def write_distribution(folder: Path, video: Video, found: Distribution) -> None:
    """Write the distributions of one video below `folder`."""
    metadata = {"labels": json.dumps(found.labels)}
    content = save_tensors({"probability": found.probability}, metadata=metadata)
    write_bytes(video.below(folder, ENDING), content)


def read_distribution(path: Path) -> Distribution:
    """The tensor `probability` of a safetensors file, its labels from the file's metadata.

    Raises UserError where the file is not of that form, or holds what is not a probability.
    """
    try:
        with safe_open(path, framework="numpy") as stored:
            probability = stored.get_tensor("probability")
            labels = json.loads((stored.metadata() or {})["labels"])
    except (SafetensorError, KeyError, ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{path} holds no class distribution ({reason}): make it again") from None
    if not _is_distribution(labels, probability):
        raise UserError(
            f"{path}: it must hold probabilities (frames, labels) from 0 to 1 and a name for each"
            " label: make it again"
        )
    return Distribution(tuple(labels), probability)


def _is_distribution(labels: Any, probability: NDArray[Any]) -> bool:
    named = isinstance(labels, list) and all(isinstance(x, str) and x for x in labels)
    shaped = named and probability.ndim == 2 and probability.shape[1] == len(labels)
    return bool(shaped and ((probability >= 0) & (probability <= 1)).all())
