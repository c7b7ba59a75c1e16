"""Reading what a detector found: a tree `<category>/<video_id>.csv`, checked row by row.

Beside the CSV file of a frame classifier lies `<video_id>.safetensors`, with the probability of
every label in every frame, of which the CSV file has only the highest.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from safetensors import SafetensorError, safe_open

from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import SAFE_NAME, check_numbers, read_table


@dataclass(frozen=True)
class Distribution:
    """How probable each label is in each frame; `probability` is (frames, labels)."""

    labels: tuple[str, ...]
    probability: npt.NDArray[np.float16]


@dataclass(frozen=True)
class VideoDetections:
    """What was found in one video; `table` has frame, label, confidence and maybe area_pct."""

    video_id: str
    category: str
    table: pd.DataFrame
    distribution: Distribution | None = None


def read_videos(root: Path, *, with_distribution: bool) -> Iterator[VideoDetections]:
    """The videos under `root` by category, then id; one at a time, as distributions are large.

    A distribution is None where it is not wanted or not there.
    Raises UserError for a tree or file that is not as it should be.
    """
    for path in detection_files(root):
        table = read_detections(path)
        beside = path.with_suffix(".safetensors")
        found = read_distribution(beside) if with_distribution and beside.is_file() else None
        if found is not None and len(found.probability) != len(table):
            raise UserError(
                f"{beside} has {len(found.probability)} frames, {path.name} {len(table)}:"
                " they are of different runs, make them again (`dvc repro -f`)"
            )
        yield VideoDetections(path.stem, path.parent.name, table, found)


def detection_files(root: Path) -> list[Path]:
    """The files `<category>/<video_id>.csv` under `root`, sorted by category, then id.

    Raises UserError where there is none, where one lies elsewhere in the tree, or where two
    videos share an id. Files of other kinds, and hidden ones, do not count.
    """
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
    table = read_table(path, ["frame", "label", "confidence"])
    check_numbers(path, table, "frame", 1, float("inf"))
    check_numbers(path, table, "confidence", 0, 1)
    numbers = {"frame": "float64", "confidence": "float64"}
    if "area_pct" in table:
        check_numbers(path, table, "area_pct", 0, 100)
        numbers["area_pct"] = "float64"
    table = table.astype(numbers)
    _check_each(path, table, table["frame"] % 1 == 0, "frame", "a whole number")
    _check_each(path, table, table["label"].fillna("") != "", "label", "a name")
    return table.astype({"frame": "int64"})[["label", *numbers]]


def _check_each(
    path: Path, table: pd.DataFrame, good: "pd.Series[bool]", column: str, wanted: str
) -> None:
    bad = table.index[~good]
    if len(bad):
        value = table.loc[bad[0], column]
        raise UserError(f"{path}, row {bad[0] + 2}: {column} is {value!r}, it must be {wanted}")


def read_distribution(path: Path) -> Distribution:
    """The tensor `probability` of a safetensors file, its labels from the file's metadata.

    Raises UserError where the file is not of that form, or holds what is not a probability.
    """
    try:
        with safe_open(path, framework="numpy") as stored:
            probability = stored.get_tensor("probability")
            labels = json.loads((stored.metadata() or {})["labels"])
    except (SafetensorError, KeyError, json.JSONDecodeError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{path} holds no class distribution ({reason}): make it again") from None
    if not _is_distribution(labels, probability):
        raise UserError(
            f"{path}: it must hold probabilities (frames, labels) from 0 to 1 and a name for each"
            " label: make it again"
        )
    return Distribution(tuple(labels), probability)


def _is_distribution(labels: Any, probability: npt.NDArray[Any]) -> bool:
    named = isinstance(labels, list) and all(isinstance(x, str) and x for x in labels)
    shaped = named and probability.ndim == 2 and probability.shape[1] == len(labels)
    return bool(shaped and ((probability >= 0) & (probability <= 1)).all())
