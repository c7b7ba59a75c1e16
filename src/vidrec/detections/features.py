"""What the trunk sees in pictures, kept so that a new head needs no new pass over them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save as save_tensors

from vidrec.workflow.absent import check_there
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import write_bytes
from vidrec.workflow.video import Video

ENDING = ".safetensors"


def write_features(
    folder: Path, video: Video, features: NDArray[np.float16], frames: NDArray[np.int64]
) -> None:
    """Write the trunk's features of one video, (frames, width), below `folder`, with the numbers
    of the frames that they are of."""
    tensors: dict[str, NDArray[Any]] = {"features": features, "frames": frames}
    write_bytes(video.below(folder, ENDING), save_tensors(tensors))


def read_all_features(folder: Path) -> Iterator[tuple[Video, NDArray[Any], NDArray[Any]]]:
    """Each video below `folder` with its features (frames, width) and the numbers of the frames
    that they are of, by category, then id.

    Raises UserError where there is none, or a file holds none; AbsentError where there is none on
    purpose.
    """
    check_there(folder)
    paths = sorted(folder.glob(f"*/*{ENDING}"))
    if not paths:
        raise UserError(f"{folder} holds no features: run `dvc repro classify_frames`")
    for path in paths:
        features, frames = load_features(path), _load(path, "frames")
        if len(frames) != len(features):
            raise UserError(f"{path} has features of other frames than it names: make it again")
        yield Video.at(path, ENDING), features, frames


def save_features(path: Path, features: NDArray[np.float16]) -> None:
    """Write features, (pictures, width), to a file of their own."""
    write_bytes(path, save_tensors({"features": features}))


def load_features(path: Path) -> NDArray[Any]:
    """The features (pictures, width) in a file. Raises UserError where it holds none."""
    features = _load(path, "features")
    if features.ndim != 2 or not np.isfinite(features).all():
        raise UserError(f"{path}: features must be finite numbers, row by row: make it again")
    return features


def _load(path: Path, name: str) -> NDArray[Any]:
    try:
        with safe_open(path, framework="numpy") as stored:
            found: NDArray[Any] = stored.get_tensor(name)
    except SafetensorError as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{path} holds no features ({reason}): make it again") from None
    return found
