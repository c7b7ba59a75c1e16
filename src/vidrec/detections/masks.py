"""The objects in a video with their masks: a CSV file, and beside it a JSON file of the masks.

`<video_id>.masks.json` holds `frames`, the numbers of the frames that were looked at, those without
any object too, and `masks`, for each row of `<video_id>.csv` its mask as COCO's RLE.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from vidrec.detections import tree
from vidrec.detections.rle import Rle, decode_mask, is_rle
from vidrec.detections.rows import is_frame
from vidrec.detections.tree import (
    ADDED,
    VideoDetections,
    read_detections,
    read_videos,
    write_detections,
)
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json, write_json
from vidrec.workflow.video import Video

ENDING = ".masks.json"
COLUMNS = (*tree.COLUMNS, "area_pct")
DECIMALS = 6
REMAKE = "make them again (`dvc repro -s -f segment_objects`)"


@dataclass(frozen=True)
class Segments:
    """The objects in some frames of a video, and row by row their masks."""

    # The numbers of the frames that were looked at, in order.
    frames: list[int]
    # With COLUMNS.
    table: pd.DataFrame
    masks: list[Rle]

    def pack(self) -> bytes:
        """All of it as bytes."""
        rows = self.table.to_dict("list")
        parts = {"frames": self.frames, "rows": rows, "masks": self.masks}
        return json.dumps(parts, sort_keys=True).encode()

    @classmethod
    def unpack(cls, content: bytes) -> "Segments":
        parts = json.loads(content)
        table = pd.DataFrame(parts["rows"], columns=list(COLUMNS))
        return cls(parts["frames"], table, parts["masks"])


def write_segments(folder: Path, video: Video, found: Segments) -> None:
    """Write both files of one video below `folder`."""
    write_detections(folder, video, found.table)
    # In one order of keys, be they fresh or packed before: equal masks are to be equal files.
    masks = [{"counts": mask["counts"], "size": mask["size"]} for mask in found.masks]
    write_json(video.below(folder, ENDING), {"frames": found.frames, "masks": masks})


def read_segments(path: Path) -> Segments:
    """The objects in the CSV file `path` with their masks.

    Raises UserError where one of the two files is missing or holds what is not allowed, or where
    they are not of the same run.
    """
    table = read_detections(path)
    if "area_pct" not in table:
        raise UserError(f"{path} has no area_pct: {REMAKE}")
    beside = _beside(path)
    masks, frames = beside["masks"], beside["frames"]
    if len(masks) != len(table):
        raise UserError(
            f"{path} has {len(table)} objects, its masks are {len(masks)}: they are of different"
            f" runs, {REMAKE}"
        )
    sizes = {(frame, *mask["size"]) for frame, mask in zip(table["frame"], masks, strict=True)}
    if len(sizes) > table["frame"].nunique():
        raise UserError(f"{path} has masks of different sizes in one frame: {REMAKE}")
    strange = sorted(set(table["frame"]) - set(frames))
    if strange:
        raise UserError(
            f"{path} has objects in frame {strange[0]}, which was not looked at: the masks beside"
            f" it are of a different run, {REMAKE}"
        )
    return Segments(frames, table, masks)


def with_added(found: Segments) -> pd.DataFrame:
    """The table with the column `added_pct`: the share of the frame, in %, that a mask covers
    beside the surer ones of its label. Their sum is what all of them cover, each pixel once."""
    added = found.table["area_pct"].to_numpy(np.float64).copy()
    sure = found.table.sort_values("confidence", ascending=False, kind="stable")
    for _, rows in sure.groupby(["frame", "label"], sort=False).groups.items():
        # One alone adds all that it covers.
        masks = [decode_mask(found.masks[row]) for row in rows] if len(rows) > 1 else []
        for place, (row, mask) in enumerate(zip(rows, masks, strict=False)):
            if place:
                added[row] = 100 * (mask & ~np.any(masks[:place], axis=0)).mean()
    return found.table.assign(**{ADDED: np.round(added, DECIMALS)})


def read_with_added(root: Path) -> Iterator[VideoDetections]:
    """As `tree.read_videos`, the tables `with_added` where masks are beside them."""
    for found in read_videos(root, with_distribution=False):
        if found.video.below(root, ENDING).is_file():
            table = with_added(read_segments(found.video.below(root, tree.ENDING)))
            found = VideoDetections(found.video, table)
        yield found


def read_looked_at(root: Path) -> dict[Video, list[int]]:
    """Per video below `root` the frames that were looked at; empty for detectors without masks."""
    files = sorted(root.glob(f"*/*{ENDING}"))
    return {Video.at(path, ENDING): _checked(path)["frames"] for path in files}


def read_detections_of(root: Path, video: Video) -> VideoDetections:
    """The detections of one video below `root`, with the frames that were looked at."""
    table = read_detections(video.below(root, tree.ENDING))
    beside = video.below(root, ENDING)
    looked_at = _checked(beside)["frames"] if beside.is_file() else None
    return VideoDetections(video, table, looked_at=looked_at)


def _beside(path: Path) -> dict[str, Any]:
    return _checked(Video.at(path, tree.ENDING).below(path.parents[1], ENDING))


def _checked(path: Path) -> dict[str, Any]:
    content = read_json(path)
    if not isinstance(content, dict) or not {"frames", "masks"} <= set(content):
        raise UserError(f"{path} does not hold frames and masks: {REMAKE}")
    frames, masks = content["frames"], content["masks"]
    if not isinstance(frames, list) or not all(map(is_frame, frames)):
        raise UserError(f"{path}: frames must be a list of numbers from 1: {REMAKE}")
    if frames != sorted(set(frames)):
        raise UserError(f"{path}: frames must be in order, each once: {REMAKE}")
    if not isinstance(masks, list) or not all(is_rle(mask) for mask in masks):
        raise UserError(f"{path}: masks must be a list of run lengths with their size: {REMAKE}")
    return content
