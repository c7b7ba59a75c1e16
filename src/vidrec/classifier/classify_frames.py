"""Stage classify_frames: one pass of the frame classifier over each video's frames."""

import dataclasses
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from vidrec.classifier import frame_classifier
from vidrec.classifier.frame_classifier import Predictions
from vidrec.media.frames import read_known, videos_below
from vidrec.networks import compute, weights
from vidrec.networks.surroundings import surroundings
from vidrec.settings.classify_frames import Params
from vidrec.workflow.absent import AbsentError
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.video import Video


def classify_all(
    frames: Path, weights_folder: Path, params: Params
) -> Iterator[tuple[Video, Predictions]]:
    """Each video below `frames` with its predictions, what was finished before taken as it is.

    Raises AbsentError where it is not wanted, or there are no weights for it.
    """
    if not params.wanted:
        raise AbsentError("run.classified is false: set it to true to classify the frames")
    card = weights.read_card(weights_folder)
    store = Checkpoints(
        "classify_frames",
        [frame_classifier],
        [params, dataclasses.asdict(card), surroundings()],
        pack=Predictions.pack,
        unpack=Predictions.unpack,
    )
    return complete(
        store,
        videos_below(frames),
        partial(read_known, frames),
        partial(frame_classifier.classify_video, weights_folder, params),
        title="classify frames",
        workers=compute.inference_workers(),
    )
