"""What a detector found: a tree `<category>/<video_id>.csv`, each file checked row by row.

Beside a CSV file may lie the class distributions (see `distributions`) or masks (see `masks`)
that its rows come from.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from vidrec.detections import distributions
from vidrec.detections.distributions import (
    Distribution,
    read_distribution,
    top_classes,
    write_distribution,
)
from vidrec.detections.rows import check_rows
from vidrec.workflow.absent import check_there
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import SAFE_NAME, check_numbers, read_table, write_table
from vidrec.workflow.video import Video

ENDING = ".csv"
COLUMNS = ("frame", "label", "confidence")
# A column that masks can add to a table: see `masks.with_added`.
ADDED = "added_pct"

# Rows that need no further look, as all that our detectors write: numbers as far as they are
# allowed, labels without quotes. By the columns after them, the form of a row.
_ROW = r"^([1-9]\d{0,8}),([^\x00-\x1f\x7f\"',][^\x00-\x1f\x7f\",]*),(0(?:\.\d{1,15})?|1(?:\.0)?)"
PLAIN = {
    "frame,label,confidence\n": re.compile(_ROW + "$", re.MULTILINE),
    "frame,label,confidence,area_pct\n": re.compile(
        _ROW + r",(\d{1,2}(?:\.\d{1,13})?|100(?:\.0)?)$", re.MULTILINE
    ),
}


@dataclass(frozen=True)
class VideoDetections:
    """What was found in one video; `table` has frame, label, confidence and maybe area_pct.

    `looked_at` has the frames that were looked at, where not each of them has a row.
    """

    video: Video
    table: pd.DataFrame
    distribution: Distribution | None = None
    looked_at: Sequence[int] | None = None


def write_detections(folder: Path, video: Video, table: pd.DataFrame) -> None:
    """Write the detections of one video below `folder`, rows as they are."""
    write_table(video.below(folder, ENDING), table)


def write_classes(folder: Path, video: Video, found: Distribution, frames: ArrayLike) -> None:
    """Write the most probable class of those `frames`, by number, of a video that it was found in,
    and beside it the distributions."""
    write_detections(folder, video, top_classes(found, frames))
    write_distribution(folder, video, found)


def read_videos(root: Path, *, with_distribution: bool) -> Iterator[VideoDetections]:
    """The videos under `root` by category, then id; one at a time, as distributions are large.

    A distribution is None where it is not wanted or not there.
    Raises UserError for a tree or file that is not as it should be.
    """
    for path in detection_files(root):
        table = read_detections(path)
        beside = path.with_suffix(distributions.ENDING)
        found = read_distribution(beside) if with_distribution and beside.is_file() else None
        if found is not None and len(found.probability) != len(table):
            raise UserError(
                f"{beside} has {len(found.probability)} frames, {path.name} {len(table)}:"
                " they are of different runs, make them again (`dvc repro -f`)"
            )
        yield VideoDetections(Video.at(path, ENDING), table, found)


def read_tables(root: Path) -> dict[Video, pd.DataFrame]:
    """The table of each video under `root`, as `read_videos` reads them."""
    return {each.video: each.table for each in read_videos(root, with_distribution=False)}


def frames_of(tables: Mapping[Video, pd.DataFrame]) -> dict[Video, list[int]]:
    """The frames in each table: of a classifier, which finds a class in each, those looked at."""
    return {video: sorted(set(table["frame"])) for video, table in tables.items()}


def detection_files(root: Path) -> list[Path]:
    """The files `<category>/<video_id>.csv` under `root`, sorted by category, then id.

    Raises UserError where there is none, where one lies elsewhere in the tree, or where two
    videos share an id; AbsentError where there are none on purpose. Files of other kinds, and
    hidden ones, do not count.
    """
    check_there(root)
    if not root.is_dir():
        raise UserError(f"{root} is not a directory: name the one with <category>/<video_id>.csv")
    relative = [path.relative_to(root) for path in root.rglob("*.csv")]
    shown = [path for path in relative if not any(part.startswith(".") for part in path.parts)]
    if not shown:
        raise UserError(f"{root} has no detections (<category>/<video_id>.csv): make them first")
    for path in sorted(shown):
        _check_place(root, path)
    _check_unique(root, shown)
    return [root / path for path in sorted(shown, key=lambda path: (path.parts[0], path.stem))]


def _check_place(root: Path, path: Path) -> None:
    if len(path.parts) != 2:
        raise UserError(f"{root / path} is out of place: detections are <category>/<video_id>.csv")
    for name in (path.parts[0], path.stem):
        if not SAFE_NAME.fullmatch(name):
            raise UserError(f"{root / path}: {name!r} may have only A-Z a-z 0-9 _ -, rename it")


def _check_unique(root: Path, paths: list[Path]) -> None:
    first: dict[str, Path] = {}
    for path in sorted(paths):
        if path.stem in first:
            raise UserError(
                f"{root / path} and {root / first[path.stem]} are of the same video id:"
                " each video belongs to one category, remove or rename one"
            )
        first[path.stem] = path


def read_detections(path: Path) -> pd.DataFrame:
    """The detections of one video: frame (1, 2, ...), label, confidence, and area_pct if it has.

    Raises UserError where a value is not allowed.
    """
    plain = _read_plain(path)
    return _read_any(path) if plain is None else plain


def _read_plain(path: Path) -> pd.DataFrame | None:
    """The same, ten times as fast, where all rows are PLAIN: there may be thousands of files."""
    try:
        text = path.read_bytes().decode()
    except (UnicodeDecodeError, OSError):
        return None
    end = text.find("\n") + 1
    form = PLAIN.get(text[:end])
    rows = form.findall(text, end) if form else []
    if not rows or len(rows) != text.count("\n", end) or text[-1] != "\n":
        return None
    frame, label, *numbers = zip(*rows, strict=True)
    named = zip(("confidence", "area_pct"), numbers, strict=False)
    return pd.DataFrame(
        {"label": label, "frame": np.array(frame, np.int64)}
        | {name: np.array(column, np.float64) for name, column in named}
    )


def _read_any(path: Path) -> pd.DataFrame:
    table = read_table(path, COLUMNS)
    check_numbers(path, table, "confidence", 0, 1)
    numbers = {"frame": "int64", "confidence": "float64"}
    if "area_pct" in table:
        check_numbers(path, table, "area_pct", 0, 100)
        numbers["area_pct"] = "float64"
    check_rows(path, table)
    return table.astype(numbers)[["label", *numbers]]
