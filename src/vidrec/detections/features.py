"""What the trunk sees in each frame of a video, kept so that a new head needs no new pass."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from safetensors.numpy import save as save_tensors

from vidrec.workflow.errors import UserError
from vidrec.workflow.files import write_bytes
from vidrec.workflow.video import Video

ENDING = ".safetensors"


def write_features(folder: Path, video: Video, features: NDArray[np.float16]) -> None:
    """Write the trunk's features of one video, (frames, width), below `folder`."""
    write_bytes(video.below(folder, ENDING), save_tensors({"features": features}))


def read_all_features(folder: Path) -> Iterator[tuple[Video, NDArray[Any]]]:
    """Each video below `folder` with its features (frames, width), by category, then id.

    Raises UserError where there is none, or a file holds none.
    """
    paths = sorted(folder.glob(f"*/*{ENDING}"))
    if not paths:
        raise UserError(f"{folder} holds no features: run `dvc repro classify_frames`")
    for path in paths:
        yield Video.at(path, ENDING), _read(path)


def _read(path: Path) -> NDArray[Any]:
    try:
        features: NDArray[Any] = load_file(path)["features"]
    except (SafetensorError, KeyError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{path} holds no features ({reason}): make it again") from None
    if features.ndim != 2 or not np.isfinite(features).all():
        raise UserError(f"{path}: features must be finite numbers (frames, width): make it again")
    return features
