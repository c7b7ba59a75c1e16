"""Stage segment_objects: Mask R-CNN over some frames of each second of each video."""

import dataclasses
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from vidrec.detections.masks import Segments
from vidrec.media.frames import frame_paths, read_known, read_picture, videos_below
from vidrec.networks import compute, weights
from vidrec.networks.surroundings import surroundings
from vidrec.segmenter import object_segmenter
from vidrec.segmenter.object_segmenter import load_segmenter, sampled_frames, segment_video
from vidrec.settings.segment_objects import Params
from vidrec.workflow.absent import AbsentError
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.parallel import worker_count
from vidrec.workflow.video import Video

# Seconds from which on it is worth saying how long it will take.
LONG_S = 60.0


def segment_all(
    frames: Path, weights_folder: Path, params: Params
) -> Iterator[tuple[Video, Segments]]:
    """Each video below `frames` with its objects, what was finished before taken as it is.

    Raises AbsentError where it is not wanted, or there are no weights for it.
    """
    if not params.wanted:
        raise AbsentError("run.segmented is false: set it to true to find objects with their masks")
    card = weights.read_card(weights_folder)
    store = Checkpoints(
        "segment_objects",
        [object_segmenter],
        [params, dataclasses.asdict(card), surroundings()],
        pack=Segments.pack,
        unpack=Segments.unpack,
    )
    videos = videos_below(frames)
    missing = len(videos) - store.count()
    if missing > 0:
        told = outlook(frames, videos[-missing:], weights_folder, params)
        if told:
            print(told, file=sys.stderr)
    return complete(
        store,
        videos,
        partial(read_known, frames),
        partial(segment_video, weights_folder, params),
        title="segment objects",
        workers=compute.inference_workers(),
    )


def outlook(
    frames: Path, videos: Sequence[Video], weights_folder: Path, params: Params
) -> str | None:
    """How long `videos` will take, and what to change; None where that is less than `LONG_S`.

    From the time of two of their frames, the second of which counts: the first also loads.
    """
    segmenter = load_segmenter(weights_folder, params)
    paths = frame_paths(videos[0].below(frames))
    picture = read_picture(paths[len(paths) // 2])
    segmenter.segment(picture, 1)
    start = time.perf_counter()
    segmenter.segment(picture, 1)
    workers = compute.inference_workers() or worker_count()
    rate = workers / (time.perf_counter() - start)
    lengths = (len(frame_paths(video.below(frames))) for video in videos)
    count = sum(len(sampled_frames(each, params.frame_fps, params.fps)) for each in lengths)
    if count / rate < LONG_S:
        return None
    return (
        f"{count} frames at {rate:.1f} a second: about {count / rate / 60:.0f} min. To have it"
        " sooner lower segment_objects.fps or segment_objects.resolution, or leave it out with"
        " run.segmented: false"
    )
