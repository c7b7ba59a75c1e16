"""Stage classify_frames: one pass of the frame classifier over each video's frames."""

import dataclasses
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from vidrec.classifier import frame_classifier
from vidrec.classifier.frame_classifier import Predictions
from vidrec.media.frames import frame_paths, read_known, videos_below
from vidrec.networks import compute, weights
from vidrec.networks.surroundings import surroundings
from vidrec.settings.classify_frames import Params
from vidrec.workflow.absent import AbsentError
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.parallel import Needs, worker_count
from vidrec.workflow.room import check_room
from vidrec.workflow.video import Video

# What is kept of a frame: a half float for each label, and for each feature of the trunk (of which
# ResNet50 has this many).
BYTES, WIDTH = 2, 2048
# Memory of a process that classifies, and of each picture in a batch, in bytes: peaks of the
# resident size (`ru_maxrss`), random weights, fp32, one thread. ResNet50 takes 1.09 GiB with
# batches of 16 and 1.59 with 64; with 16 MobileNetV2 takes 1.06, ConvNeXt tiny 1.21, ViT-B/16 1.31.
WORKER_BYTES = 1150 << 20
PICTURE_BYTES = 11 << 20


def worker_bytes(batch_size: int) -> int:
    """Bytes of memory that a process takes which classifies `batch_size` frames at a time."""
    return WORKER_BYTES + batch_size * PICTURE_BYTES


def inference_workers(batch_size: int) -> int:
    """Processes that classify at a time: one where there is a GPU."""
    return compute.inference_workers() or worker_count(worker_bytes(batch_size))


def classify_all(
    frames: Path, weights_folder: Path, params: Params
) -> Iterator[tuple[Video, Predictions]]:
    """Each video below `frames` with its predictions, what was finished before taken as it is.

    Raises AbsentError where it is not wanted, or there are no weights for it.
    """
    if not params.wanted:
        raise AbsentError("run.classified is false: set it to true to classify the frames")
    card = weights.read_card(weights_folder)
    videos = videos_below(frames)
    count = sum(len(frame_paths(video.below(frames))) for video in videos)
    check_room(Path(), count * BYTES * (len(card.labels) + WIDTH), "classify_frames")
    store = Checkpoints(
        "classify_frames",
        [frame_classifier],
        [params, dataclasses.asdict(card), surroundings()],
        pack=Predictions.pack,
        unpack=Predictions.unpack,
    )
    return complete(
        store,
        videos,
        partial(read_known, frames),
        partial(frame_classifier.classify_video, weights_folder, params),
        title="classify frames",
        workers=inference_workers(params.batch_size),
        needs=Needs(worker_bytes(params.batch_size), gpu=compute.inference_workers() is not None),
    )
