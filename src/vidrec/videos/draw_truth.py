"""Stage draw_truth: which objects the sample's frames show, and where, as they were drawn.

The truth is about the frames that are extracted: it is a stage of its own, so that another frame
rate or size leaves the videos, wherever they come from, as they are.
"""

import json
import math
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vidrec.detections.rle import encode_mask
from vidrec.detections.truth import Truth, truth_of
from vidrec.drawing.scenes import VisibleObject
from vidrec.drawing.stills import resize_mask
from vidrec.settings.draw_truth import Params
from vidrec.videos.sample import Clip, ClipSettings, all_clips, digest, name_of, paint_some, plan
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.code import versions

# Of one object in one frame: frame, label, area (% of the frame), size, run lengths of the mask.
Row = list[Any]


@dataclass(frozen=True)
class FrameSettings:
    """How frames are taken of a clip: how many per second, pixels per side, and how it fits."""

    fps: int
    size: int
    fit: str


def draw(params: Params) -> Truth:
    """The truth of the clips that `params` describe; none where the videos are not drawn here."""
    if params.source != "sample":
        return truth_of([])
    clips = ClipSettings(params.seed, params.sample_seconds, params.sample_fps)
    frames = FrameSettings(params.frames_fps, params.frame_size, params.frame_fit)
    return draw_all(all_clips(params.sample_videos_per_category), clips, frames)


def draw_all(clips: Sequence[Clip], settings: ClipSettings, frames: FrameSettings) -> Truth:
    """The truth of `clips`; those finished by a run that was killed are not drawn again."""
    store = Checkpoints(
        "draw_truth",
        [sys.modules[__name__]],
        [asdict(settings), asdict(frames), versions("numpy", "pillow")],
        pack=_pack,
        unpack=json.loads,
    )
    make = partial(truth_rows, settings=settings, frames=frames)
    drawn = complete(store, clips, digest, make, title="draw truth", name=name_of)
    return truth_of([(clip.video.video_id, *row) for clip, rows in drawn for row in rows])


def _pack(rows: list[Row]) -> bytes:
    return json.dumps(rows).encode()


def truth_rows(clip: Clip, settings: ClipSettings, frames: FrameSettings) -> list[Row]:
    """A row for each object in sight in each frame that is extracted of `clip`."""
    numbers = range(1, frame_count(settings, frames) + 1)
    shown = [shown_in(number, settings, frames) for number in numbers]
    painted = paint_some(plan(clip, settings), settings, shown)
    return [
        [number, *row]
        for number, (_, objects) in zip(numbers, painted, strict=True)
        for row in _rows(objects, frames)
    ]


def frame_count(settings: ClipSettings, frames: FrameSettings) -> int:
    """How many frames are extracted of a clip."""
    return max(1, math.floor(settings.pictures * frames.fps / settings.fps + 0.5))


def shown_in(number: int, settings: ClipSettings, frames: FrameSettings) -> int:
    """Index of the clip's picture that extracted frame 1, 2, 3 … shows: the last one whose time
    rounds to no more than that of the frame, as ffmpeg's `fps` filter picks it."""
    last = math.ceil((number - 0.5) * settings.fps / frames.fps) - 1
    return min(max(0, last), settings.pictures - 1)


def _rows(objects: list[VisibleObject], frames: FrameSettings) -> list[Row]:
    """Label, area (% of the frame), size and COCO run lengths of what a frame shows."""
    rows: list[Row] = []
    for item in objects:
        seen = fit_mask(item.mask, frames.fit)
        if not seen.any():
            continue
        rle = encode_mask(resize_mask(seen, frames.size))
        area = round(100 * float(seen.mean()), 4)
        rows.append([item.label, area, frames.size, rle["counts"]])
    return rows


def fit_mask(mask: NDArray[np.bool_], fit: str) -> NDArray[np.bool_]:
    """The part of a mask (height, width) that a frame shows, as `extract_frames.fit` says."""
    margin = (mask.shape[1] - mask.shape[0]) // 2
    if fit == "crop":
        return mask[:, margin : mask.shape[1] - margin]
    if fit == "pad":
        return np.pad(mask, ((margin, margin), (0, 0)))
    return mask
