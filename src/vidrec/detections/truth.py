"""What was drawn in the sample's videos: the area of each object in each frame, and its mask."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from vidrec.detections.rle import is_rle, square_rle
from vidrec.detections.rows import check_rows, check_whole
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import check_numbers, read_table, write_table

# Pixels per side of a JPEG picture, at most.
LARGEST_SIZE = 65_535

AREA_COLUMNS = ("video_id", "frame", "label", "area_pct")
MASK_COLUMNS = ("video_id", "frame", "label", "size", "counts")


@dataclass(frozen=True)
class Truth:
    """What was drawn: a row per object and frame in `areas`, and row by row its mask in `masks`.

    `areas` has video_id, frame, label, area_pct (of the visible part, % of the frame); `masks` has
    instead of the area `size` (pixels per side of the frame) and `counts` (COCO's run lengths).
    """

    areas: pd.DataFrame
    masks: pd.DataFrame


def truth_of(rows: Sequence[tuple[Any, ...]]) -> Truth:
    """The truth from rows of video_id, frame, label, area_pct, size, counts."""
    table = pd.DataFrame(rows, columns=[*AREA_COLUMNS, *MASK_COLUMNS[3:]])
    return Truth(table[list(AREA_COLUMNS)], table[list(MASK_COLUMNS)])


def write_truth(areas: Path, masks: Path, truth: Truth) -> None:
    """Write both tables, each to its own CSV file; without rows they are but a header."""
    write_table(areas, truth.areas)
    write_table(masks, truth.masks)


def read_areas(path: Path) -> pd.DataFrame:
    """The table `areas` of a truth. Raises UserError where a value is not allowed."""
    table = read_table(path, AREA_COLUMNS)
    check_numbers(path, table, "area_pct", 0, 100)
    check_rows(path, table)
    return table[list(AREA_COLUMNS)].astype({"frame": "int64", "area_pct": "float64"})


def read_masks(path: Path) -> pd.DataFrame:
    """The table `masks` of a truth. Raises UserError where a value is not allowed."""
    table = read_table(path, MASK_COLUMNS)
    check_numbers(path, table, "size", 1, LARGEST_SIZE)
    check_whole(path, table, "size")
    check_rows(path, table)
    table = table[list(MASK_COLUMNS)].astype({"frame": "int64", "size": "int64"})
    for row, (size, counts) in enumerate(zip(table["size"], table["counts"], strict=True), start=2):
        if not is_rle(square_rle(size, counts)):
            raise UserError(
                f"{path}, row {row}: counts are not the run lengths of a mask of {size} x {size}"
                " pixels: make them again (`dvc repro -s -f download_videos`)"
            )
    return table
