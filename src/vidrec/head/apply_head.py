"""Stage apply_head: the new head over the kept features; the trunk does not run again."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file

from vidrec.head.finetune_head import Head
from vidrec.workflow.errors import UserError


def apply_all(features: Path, head: Head) -> Iterator[tuple[str, str, NDArray[np.float16]]]:
    """(category, video id, distributions) for each `<category>/<video_id>.safetensors`."""
    paths = sorted(features.glob("*/*.safetensors"))
    if not paths:
        raise UserError(f"{features} holds no features: run `dvc repro classify_frames`")
    for path in paths:
        trunk = load_file(path)["features"]
        if trunk.shape[1] != head.weight.shape[1]:
            raise UserError(
                f"{path} has features of width {trunk.shape[1]}, the head reads"
                f" {head.weight.shape[1]}: run `dvc repro apply_head`"
            )
        yield path.parent.name, path.stem, head.distributions(trunk)
