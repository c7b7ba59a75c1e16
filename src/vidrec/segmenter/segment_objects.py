"""Stage segment_objects: Mask R-CNN over some frames of each second of each video."""

import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from vidrec.detections.masks import Segments
from vidrec.media.frame_index import Framed, FrameSource
from vidrec.media.frames import Frames
from vidrec.media.sampling import sampled_frames
from vidrec.networks import weights
from vidrec.networks.precision import Compute, most_workers, resolve
from vidrec.networks.surroundings import check_same, surroundings
from vidrec.segmenter import object_segmenter
from vidrec.segmenter.object_segmenter import SegmenterFiles, load_segmenter, segment_video
from vidrec.settings.segment_objects import Params
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.errors import tell
from vidrec.workflow.parallel import Needs, worker_count
from vidrec.workflow.video import Video

# Seconds from which on it is worth saying how long it will take.
LONG_S = 60.0
# Memory of a process that segments, in bytes: peak of the resident size (`ru_maxrss`) of Mask R-CNN
# (ResNet50 FPN v2, 91 classes, random weights, fp32, one thread, 100 regions). By OpenVINO it is
# 0.63 GiB where a frame is read at 224 pixels, 0.67 at 320, 0.73 at 448; by torch 1.02 at 448 and
# 1.27 at 800.
WORKER_BYTES = {"openvino": 1000 << 20, "torch": 1300 << 20}


def segment_all(
    frames: FrameSource, files: SegmenterFiles, params: Params
) -> Iterator[tuple[Video, Segments]]:
    """Each video of `frames` with its objects, what was finished before taken as it is.

    Raises AbsentError where there are no weights for it.
    """
    card, compute = weights.read_card(files.weights), resolve(params.precision)
    known = surroundings(compute)
    computed = dataclasses.replace(params, precision=compute.precision)
    store = Checkpoints(
        "segment_objects",
        [object_segmenter],
        [computed, dataclasses.asdict(card), known],
        pack=Segments.pack,
        unpack=Segments.unpack,
    )
    missing = unfinished(store, frames.framed)
    told = outlook(frames, missing, files, params) if missing else None
    if told:
        tell(told)
    done = complete(
        store,
        frames.framed,
        _known,
        partial(_segment, frames.read, files, params, known),
        title="segment objects",
        workers=inference_workers(compute),
        needs=Needs(WORKER_BYTES[compute.runtime], gpu=compute.device == "cuda"),
    )
    return ((each.video, found) for each, found in done)


def _known(framed: Framed) -> tuple[str, Framed]:
    """Frames are read only where there is no result for their digest."""
    return framed.sha256, framed


def _segment(
    read: Callable[[Framed], Frames],
    files: SegmenterFiles,
    params: Params,
    known: Mapping[str, str],
    framed: Framed,
) -> Segments:
    check_same(known, params.precision)
    return segment_video(files, params, read(framed))


def inference_workers(compute: Compute) -> int:
    """Processes that segment at a time."""
    return worker_count(WORKER_BYTES[compute.runtime], most_workers(compute))


def unfinished(store: Checkpoints[Segments], framed: Sequence[Framed]) -> list[Framed]:
    """Those of which `store` has no result made as it would be made now."""
    return [each for each in framed if not store.has(store.key(each.sha256))]


def outlook(
    frames: FrameSource, missing: Sequence[Framed], files: SegmenterFiles, params: Params
) -> str | None:
    """How long `missing` will take, and what to change; None where that is less than `LONG_S`.

    From the time of one frame, looked at twice: the first time also makes the network ready.
    """
    count = sum(len(sampled_frames(x.frames, params.frame_fps, params.fps)) for x in missing)
    segmenter = load_segmenter(files, params)
    first = frames.read(missing[0])
    # From the middle: many videos begin in black, which is quick.
    picture = first.picture(len(first.files) // 2 + 1)
    segmenter.segment(picture, 1)
    start = time.perf_counter()
    segmenter.segment(picture, 1)
    each_s = time.perf_counter() - start
    workers = min(inference_workers(resolve(params.precision)), len(missing))
    total_s = count * each_s / workers
    if total_s < LONG_S:
        return None
    resolution = params.read_at(segmenter.card.input_size)
    return (
        f"segment_objects: {count} frames, {each_s:.2f} s each, {workers} at a time: about"
        f" {_duration(total_s)}. For less lower segment_objects.fps (now {params.fps:g}) or"
        f" segment_objects.resolution (now {resolution}), or set run.segmented to false"
    )


def _duration(seconds: float) -> str:
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"
