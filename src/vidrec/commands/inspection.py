"""What is known of a video, frame by frame, on a contact sheet."""

import itertools
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image
from pycocotools import mask as coco_mask

from vidrec.commands import contact_sheet
from vidrec.commands.contact_sheet import Seen, Tile
from vidrec.commands.neighbors import VECTORS, known_id
from vidrec.commands.terminal import Tell
from vidrec.commands.video_at_hand import FRAMES, SEGMENTER, classify, frames_of, on_disk, segment
from vidrec.detections.masks import Rle
from vidrec.detections.tree import read_detections
from vidrec.media.frames import frame_paths, read_frame
from vidrec.vectors.vectors import Vectors, read_vectors
from vidrec.videos.directory import safe_names
from vidrec.workflow.errors import UserError, readable
from vidrec.workflow.files import read_json

DETECTIONS = Path("data/detections")
MOST_TILES = 24


@dataclass(frozen=True)
class Segmented:
    """The objects in a video: the frames looked at, `table` as in a CSV, and a mask per row."""

    frames: list[int]
    table: pd.DataFrame
    masks: list[Rle]


@dataclass(frozen=True)
class Inspected:
    """All that is known of a video; what no detector has looked for is None."""

    name: str
    frames: list[Path]
    classes: pd.DataFrame | None
    objects: Segmented | None


def sheet_of(video: str, params_path: Path, tell: Tell) -> tuple[str, Image.Image]:
    """A name that will do for a file, and the contact sheet of `video`: id, file, frames or URL.

    For an id in the index it shows what is stored; of any other video it is found now. Raises
    UserError where there is no such video, or nothing is known of it.
    """
    vectors = read_vectors(VECTORS)
    known = known_id(video)
    if known in vectors.ids:
        return safe_names([known], [known])[0], draw(read_stored(vectors, known))
    with (
        on_disk(video, vectors, tell) as path,
        frames_of(path, video, params_path, tell) as frames,
    ):
        classes = classify(frames, "classified", params_path, tell).table
        name = safe_names([path.resolve().stem], [video])[0]
        found = Inspected(name, frame_paths(frames), classes, _segment(frames, params_path, tell))
        return name, draw(found)


def _segment(frames: Path, params_path: Path, tell: Tell) -> Segmented | None:
    """The objects in a directory of frames; None where there are no weights to find them with."""
    if not (SEGMENTER / "weights.safetensors").is_file():
        return None
    found = segment(frames, params_path, tell)
    return Segmented(found.frames, found.table, found.masks)


def read_stored(vectors: Vectors, video_id: str) -> Inspected:
    """What the stages have stored of a video of the index. Raises UserError where it is nothing."""
    place = Path(vectors.categories[vectors.ids.index(video_id)], video_id)
    classified = (DETECTIONS / "classified" / place).with_suffix(".csv")
    segmented = (DETECTIONS / "segmented" / place).with_suffix(".csv")
    if not classified.is_file() and not segmented.is_file():
        raise UserError(f"{classified} is missing: run `dvc repro classify_frames` to make it")
    return Inspected(
        place.as_posix(),
        frame_paths(FRAMES / place),
        read_detections(classified) if classified.is_file() else None,
        _read_segmented(segmented) if segmented.is_file() else None,
    )


def _read_segmented(path: Path) -> Segmented:
    table = read_detections(path)
    beside = read_json(path.with_suffix(".masks.json"))
    if len(beside["masks"]) != len(table):
        raise UserError(
            f"{path} has {len(table)} objects, its masks are {len(beside['masks'])}: they are of"
            " different runs, make them again (`dvc repro -f segment_objects`)"
        )
    return Segmented(beside["frames"], table, beside["masks"])


def draw(video: Inspected) -> Image.Image:
    """The contact sheet of at most MOST_TILES frames of a video."""
    looked_at = video.objects.frames if video.objects else []
    numbers = chosen_frames(len(video.frames), looked_at)
    tiles = [_tile(video, number) for number in numbers]
    note = f"{len(tiles)} of {len(video.frames)} frames"
    if video.classes is not None:
        note += "; below each its number, class and confidence"
    if video.objects is not None:
        shown = len(set(looked_at) & set(numbers))
        note += f"; objects were looked for in {shown} of these"
    return contact_sheet.draw(readable(video.name), note, tiles)


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
    picture = Image.fromarray(read_frame(video.frames[number - 1]))
    return Tile(number, picture, _top(video.classes, number), _objects(video.objects, number))


def _top(classes: pd.DataFrame | None, number: int) -> tuple[str, float] | None:
    """Class and confidence of one frame."""
    if classes is None:
        return None
    rows = classes[classes["frame"] == number]
    named = zip(rows["label"], rows["confidence"], strict=True)
    return next(((readable(label), float(confidence)) for label, confidence in named), None)


def _objects(found: Segmented | None, number: int) -> tuple[Seen, ...] | None:
    """The objects in one frame; None where the segmenter has not looked at it."""
    if found is None or number not in found.frames:
        return None
    rows = zip(found.table.itertuples(), found.masks, strict=True)
    return tuple(_seen(row, mask) for row, mask in rows if row.frame == number)


def _seen(row: Any, mask: Rle) -> Seen:
    with warnings.catch_warnings():
        # pycocotools makes its arrays in a way that numpy will not take for ever.
        warnings.simplefilter("ignore", DeprecationWarning)
        shape = coco_mask.decode(mask).astype(np.bool_)
    return Seen(readable(row.label), float(row.confidence), shape)
