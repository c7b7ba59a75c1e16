"""What is known of a video, frame by frame, on a contact sheet."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from vidrec.commands import contact_sheet
from vidrec.commands.contact_sheet import Seen, Tile
from vidrec.detections import tree
from vidrec.detections.masks import Segments, read_segments
from vidrec.detections.rle import decode_mask
from vidrec.detections.tree import read_detections
from vidrec.media.frames import Frames
from vidrec.workflow.errors import UserError, readable
from vidrec.workflow.video import Video

MOST_TILES = 24


@dataclass(frozen=True)
class Inspected:
    """All that is known of a video; what no detector has looked for is None.

    `name` will do for a file, `heading` is what people call the video. `picture` gives the pixels
    (height, width, 3) of a frame by its number, 1 … `count`.
    """

    name: str
    heading: str
    count: int
    picture: Callable[[int], NDArray[np.uint8]]
    classes: pd.DataFrame | None
    objects: Segments | None

    def sheet(self) -> Image.Image:
        """The contact sheet of at most MOST_TILES frames."""
        looked_at = self.objects.frames if self.objects else []
        numbers = chosen_frames(self.count, looked_at)
        tiles = [_tile(self, number) for number in numbers]
        note = f"{len(tiles)} of {self.count} frames"
        if self.classes is not None:
            note += "; below each its number, class and confidence"
        if self.objects is not None:
            shown = len(set(looked_at) & set(numbers))
            note += f"; objects were looked for in {shown} of these"
        return contact_sheet.draw(readable(self.heading), note, tiles)


def of_frames(
    name: str, heading: str, frames: Frames, classes: pd.DataFrame, objects: Segments | None
) -> Inspected:
    """What has been found just now in the frames of a video."""
    return Inspected(name, heading, len(frames.files), frames.picture, classes, objects)


def of_indexed(
    video: Video, heading: str, read: Callable[[], Frames], classified: Path, segmented: Path
) -> Inspected:
    """What the stages have stored of a video of the index, below these directories; `read` gives
    its frames.

    Raises UserError where it is nothing.
    """
    of_classes, of_objects = (video.below(x, tree.ENDING) for x in (classified, segmented))
    if not of_classes.is_file() and not of_objects.is_file():
        raise UserError(f"{of_classes} is missing: run `dvc repro classify_frames` to make it")
    frames = read()
    return Inspected(
        video.video_id,
        heading,
        len(frames.files),
        frames.picture,
        read_detections(of_classes) if of_classes.is_file() else None,
        read_segments(of_objects) if of_objects.is_file() else None,
    )


def chosen_frames(count: int, looked_at: Sequence[int]) -> list[int]:
    """At most MOST_TILES numbers of `count` frames (from 1), spread evenly.

    The frames are dealt into stretches of equal length; of each the first one counts that the
    segmenter has looked at, or else the first.
    """
    tiles, known = min(count, MOST_TILES), set(looked_at)
    edges = [tile * count // tiles for tile in range(tiles + 1)]
    return [
        next((number for number in range(start + 1, end + 1) if number in known), start + 1)
        for start, end in itertools.pairwise(edges)
    ]


def _tile(video: Inspected, number: int) -> Tile:
    picture = Image.fromarray(video.picture(number))
    return Tile(number, picture, _top(video.classes, number), _objects(video.objects, number))


def _top(classes: pd.DataFrame | None, number: int) -> tuple[str, float] | None:
    """Class and confidence of one frame."""
    if classes is None:
        return None
    rows = classes[classes["frame"] == number]
    named = zip(rows["label"], rows["confidence"], strict=True)
    return next(((readable(label), float(confidence)) for label, confidence in named), None)


def _objects(found: Segments | None, number: int) -> tuple[Seen, ...] | None:
    """The objects in one frame; None where the segmenter has not looked at it."""
    if found is None or number not in found.frames:
        return None
    columns = (found.table[name] for name in ("frame", "label", "confidence"))
    return tuple(
        Seen(readable(label), float(confidence), decode_mask(mask))
        for frame, label, confidence, mask in zip(*columns, found.masks, strict=True)
        if frame == number
    )
