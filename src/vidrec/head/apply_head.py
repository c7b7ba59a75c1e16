"""Stage apply_head: the new head over the kept features; the trunk does not run again."""

from collections.abc import Iterator
from pathlib import Path

from vidrec.detections.distributions import Distribution
from vidrec.detections.features import read_all_features
from vidrec.head.finetune_head import Head
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video


def apply_all(features: Path, head: Head) -> Iterator[tuple[Video, Distribution]]:
    """The class distributions of each video whose features lie below `features`."""
    for video, trunk in read_all_features(features):
        if trunk.shape[1] != head.weight.shape[1]:
            raise UserError(
                f"the features of {video.video_id} have a width of {trunk.shape[1]}, the head"
                f" reads {head.weight.shape[1]}: run `dvc repro apply_head`"
            )
        yield video, Distribution(head.labels, head.distributions(trunk))
