"""Stage segment_objects: Mask R-CNN over some frames of each second of each video."""

import dataclasses
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from vidrec.detections.masks import Segments
from vidrec.media.frames import frame_paths, read_known, read_picture, videos_below
from vidrec.media.sampling import sampled_frames
from vidrec.networks import precision, weights
from vidrec.networks.precision import Compute, resolve
from vidrec.networks.surroundings import surroundings
from vidrec.segmenter import object_segmenter
from vidrec.segmenter.object_segmenter import SegmenterFiles, load_segmenter, segment_video
from vidrec.settings.segment_objects import Params
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.errors import tell
from vidrec.workflow.parallel import map_items, worker_count
from vidrec.workflow.video import Video

# Seconds from which on it is worth saying how long it will take.
LONG_S = 60.0
# Memory of a process that segments, in bytes: peak of the resident size (`ru_maxrss`) of Mask R-CNN
# (ResNet50 FPN v2, 91 classes, random weights, fp32, one thread, 100 regions). By OpenVINO it is
# 0.63 GiB where a frame is read at 224 pixels, 0.67 at 320, 0.73 at 448; by torch 1.02 at 448 and
# 1.27 at 800.
WORKER_BYTES = {"openvino": 1000 << 20, "torch": 1300 << 20}


def segment_all(
    frames: Path, files: SegmenterFiles, params: Params
) -> Iterator[tuple[Video, Segments]]:
    """Each video below `frames` with its objects, what was finished before taken as it is.

    Raises AbsentError where there are no weights for it.
    """
    card, compute = weights.read_card(files.weights), resolve(params.precision)
    computed = dataclasses.replace(params, precision=compute.precision)
    store = Checkpoints(
        "segment_objects",
        [object_segmenter],
        [computed, dataclasses.asdict(card), surroundings(compute)],
        pack=Segments.pack,
        unpack=Segments.unpack,
    )
    videos = videos_below(frames)
    missing = unfinished(store, frames, videos)
    told = outlook(frames, missing, files, params) if missing else None
    if told:
        tell(told)
    return complete(
        store,
        videos,
        partial(read_known, frames),
        partial(segment_video, files, params),
        title="segment objects",
        workers=inference_workers(compute),
    )


def inference_workers(compute: Compute) -> int:
    """Processes that segment at a time: one where there is a GPU."""
    return precision.inference_workers(compute) or worker_count(WORKER_BYTES[compute.runtime])


def unfinished(store: Checkpoints[Segments], frames: Path, videos: Sequence[Video]) -> list[Video]:
    """Those of `videos` of which `store` has no result made as it would be made now."""
    kept = map_items(partial(_is_kept, store, frames), videos, title="look for finished work")
    return [video for video, there in zip(videos, kept, strict=True) if not there]


def _is_kept(store: Checkpoints[Segments], frames: Path, video: Video) -> bool:
    digest, _ = read_known(frames, video)
    return store.has(store.key(digest))


def outlook(
    frames: Path, videos: Sequence[Video], files: SegmenterFiles, params: Params
) -> str | None:
    """How long `videos` will take, and what to change; None where that is less than `LONG_S`.

    From the time of one frame, looked at twice: the first time also makes the network ready.
    """
    lengths = (len(frame_paths(video.below(frames))) for video in videos)
    count = sum(len(sampled_frames(each, params.frame_fps, params.fps)) for each in lengths)
    segmenter = load_segmenter(files, params)
    paths = frame_paths(videos[0].below(frames))
    # From the middle: many videos begin in black, which is quick.
    picture = read_picture(paths[len(paths) // 2])
    segmenter.segment(picture, 1)
    start = time.perf_counter()
    segmenter.segment(picture, 1)
    each_s = time.perf_counter() - start
    workers = min(inference_workers(resolve(params.precision)), len(videos))
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
