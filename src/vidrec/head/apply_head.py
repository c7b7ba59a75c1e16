"""Stage apply_head: the new head over the kept features; the trunk does not run again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from vidrec.detections.distributions import Distribution
from vidrec.detections.features import read_all_features
from vidrec.head.finetune_head import Head
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video


def apply_all(features: Path, head: Head) -> Iterator[tuple[Video, Distribution, NDArray[Any]]]:
    """The class distributions of each video whose features lie below `features`, and the numbers
    of the frames that they are of."""
    for video, trunk, frames in read_all_features(features):
        yield video, apply(head, trunk, video.video_id), frames


def apply(head: Head, features: NDArray[Any], name: str) -> Distribution:
    """The class distributions of one video's trunk features (frames, width).

    Raises UserError, which calls the video `name`, where the head reads another width.
    """
    found, read = features.shape[1], head.weight.shape[1]
    if found != read:
        raise UserError(
            f"the features of {name} have a width of {found}, the head reads {read}: they are of"
            " different networks, run `dvc repro apply_head`"
        )
    return Distribution(head.labels, head.distributions(features))
