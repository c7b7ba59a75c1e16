"""Stage segment_objects: Mask R-CNN over some frames of each second of each video."""

import dataclasses
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from vidrec.detections.masks import Segments
from vidrec.media.frames import read_known, videos_below
from vidrec.networks import compute, weights
from vidrec.networks.surroundings import surroundings
from vidrec.segmenter import object_segmenter
from vidrec.segmenter.object_segmenter import segment_video
from vidrec.settings.segment_objects import Params
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.video import Video


def segment_all(
    frames: Path, weights_folder: Path, params: Params
) -> Iterator[tuple[Video, Segments]]:
    """Each video below `frames` with its objects, what was finished before taken as it is."""
    card = weights.read_card(weights_folder)
    store = Checkpoints(
        "segment_objects",
        [object_segmenter],
        [params, dataclasses.asdict(card), surroundings()],
        pack=Segments.pack,
        unpack=Segments.unpack,
    )
    return complete(
        store,
        videos_below(frames),
        partial(read_known, frames),
        partial(segment_video, weights_folder, params),
        title="segment objects",
        workers=compute.inference_workers(),
    )
