"""Stage classify_frames: one pass of the frame classifier over each video's frames."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from vidrec.classifier import frame_classifier
from vidrec.classifier.conversion import convert_ahead
from vidrec.classifier.frame_classifier import ClassifierFiles, Predictions
from vidrec.media.frame_index import Framed, FrameSource
from vidrec.media.frames import Frames
from vidrec.media.sampling import sampled_frames
from vidrec.networks import weights
from vidrec.networks.precision import Compute, most_workers, resolve
from vidrec.networks.surroundings import check_same, surroundings
from vidrec.networks.weights import Card
from vidrec.settings.classify_frames import Params
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.parallel import Needs, worker_count
from vidrec.workflow.room import check_room
from vidrec.workflow.video import Video

# What is kept of a frame: a half float for each label, and for each feature of the trunk (of which
# ResNet50 has this many).
BYTES, WIDTH = 2, 2048
# Memory of a process that classifies, in bytes, a little more than peaks of the resident size
# (`ru_maxrss`) with random weights in fp32: by itself, for each picture in a batch, and how often
# it holds the weights while it loads them. With batches of 16 MobileNetV2 takes 214 MiB, ResNet50
# 487, ConvNeXt tiny 557, ViT-B/16 1183. torch, where OpenVINO is not installed, takes more.
WORKER_BYTES, TORCH_BYTES = 200 << 20, 600 << 20
PICTURE_BYTES = 6 << 20
TIMES_WEIGHTS = 3


def worker_bytes(compute: Compute, weights_bytes: int, batch_size: int) -> int:
    """Bytes of memory that a process takes which classifies `batch_size` frames at a time, with a
    network of `weights_bytes`."""
    by_itself = WORKER_BYTES + (TORCH_BYTES if compute.runtime == "torch" else 0)
    return by_itself + TIMES_WEIGHTS * weights_bytes + batch_size * PICTURE_BYTES


def inference_workers(compute: Compute, needed_bytes: int) -> int:
    """Processes that classify at a time, each of which takes so much."""
    return worker_count(needed_bytes, most_workers(compute))


def classify_all(
    frames: FrameSource, files: ClassifierFiles, params: Params
) -> Iterator[tuple[Video, Predictions]]:
    """Each video of `frames` with its predictions, what was finished before taken as it is.

    Raises AbsentError where there are no weights for it.
    """
    card, compute = weights.read_card(files.weights), resolve(params.precision)
    known = surroundings(compute)
    count = sum(len(sampled_frames(x.frames, params.frame_fps, params.fps)) for x in frames.framed)
    check_room(Path(), count * BYTES * (len(card.labels) + WIDTH), "classify_frames")
    if compute.runtime == "openvino" and compute.precision != "int8":
        convert_ahead(files.weights, card, files.project)
    store = Checkpoints(
        "classify_frames",
        [frame_classifier],
        _settings(files, card, compute, known, params),
        pack=Predictions.pack,
        unpack=Predictions.unpack,
    )
    needed = worker_bytes(compute, weights.size_of(files.weights), params.batch_size)
    done = complete(
        store,
        frames.framed,
        _known,
        partial(_classify, frames.read, files, params, known),
        title="classify frames",
        workers=inference_workers(compute, needed),
        needs=Needs(needed, gpu=compute.device == "cuda"),
    )
    return ((each.video, found) for each, found in done)


def _settings(
    files: ClassifierFiles, card: Card, compute: Compute, known: Mapping[str, str], params: Params
) -> list[Any]:
    """What decides the predictions but the frames; of the precision, the one that is computed."""
    return [
        dataclasses.replace(params, precision=compute.precision),
        dataclasses.asdict(card),
        known,
        frame_classifier.version(files, params)[1],
    ]


def _known(framed: Framed) -> tuple[str, Framed]:
    """Frames are read only where there is no result for their digest."""
    return framed.sha256, framed


def _classify(
    read: Callable[[Framed], Frames],
    files: ClassifierFiles,
    params: Params,
    known: Mapping[str, str],
    framed: Framed,
) -> Predictions:
    check_same(known, params.precision)
    return frame_classifier.classify_video(files, params, read(framed))
