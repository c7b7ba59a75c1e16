"""The importance vectors of all videos, and the CSV file that holds them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import check_names, read_table, write_tables
from vidrec.workflow.video import Video, pair

# The columns that are not labels.
KEYS = ("video_id", "category")

# What the column of a label named like one of KEYS has at its end.
MARK = " (label)"

# Values that are written at a time, which bounds the memory that their text takes.
BLOCK_CELLS = 2**18

CLASH = re.compile(f"({'|'.join(KEYS)})({re.escape(MARK)})*")


@dataclass(frozen=True)
class Vectors:
    """One row of `values` (videos, labels) per video, one column per label."""

    videos: list[Video]
    labels: list[str]
    values: FloatArray

    @cached_property
    def ids(self) -> list[str]:
        return [video.video_id for video in self.videos]

    @cached_property
    def categories(self) -> list[str]:
        return [video.category for video in self.videos]

    def rows(self, start: int, stop: int) -> FloatArray:
        """The vectors (rows, labels) of the videos from `start` to before `stop`."""
        return self.values[start:stop]


class Rows(Protocol):
    """Vectors of which some rows can be had at a time."""

    @property
    def videos(self) -> list[Video]: ...
    @property
    def labels(self) -> list[str]: ...
    def rows(self, start: int, stop: int) -> FloatArray: ...


def unit_rows(values: FloatArray, norm: str = "l2") -> FloatArray:
    """`values` with each row scaled to length 1, by the norm `l2` or `l1`; a zero row stays zero.

    As scikit-learn's `normalize`, which would take longer to load than a query takes to answer.
    """
    squares = np.einsum("ij,ij->i", values, values)
    lengths = np.sqrt(squares) if norm == "l2" else np.abs(values).sum(axis=1)
    return values / np.where(lengths == 0, 1.0, lengths)[:, np.newaxis]


def column_of(label: str) -> str:
    """The column of `label`: its name, unless a key's column has that name."""
    return label + MARK if CLASH.fullmatch(label) else label


def label_of(column: str) -> str:
    """The label of a column: undoes `column_of`."""
    return column.removesuffix(MARK) if CLASH.fullmatch(column) else column


def write_vectors(path: Path, vectors: Rows) -> None:
    """Write `video_id,category,<label>...`, one row per video, a block of them at a time."""
    write_tables(path, _tables(vectors))


def _tables(vectors: Rows) -> Iterator[pd.DataFrame]:
    columns = [column_of(label) for label in vectors.labels]
    size = max(1, BLOCK_CELLS // max(1, len(columns)))
    for start in range(0, max(1, len(vectors.videos)), size):
        videos = vectors.videos[start : start + size]
        ids, categories = zip(*((v.video_id, v.category) for v in videos), strict=True)
        keys = pd.DataFrame({"video_id": ids, "category": categories})
        yield keys.join(pd.DataFrame(vectors.rows(start, start + size), columns=columns))


def read_vectors(path: Path) -> Vectors:
    """The vectors in the CSV file `path`, in its order.

    Raises UserError where it has no row or no label, an id twice, a name of which no path can be
    made, or a value that is not a number.
    """
    table = read_table(path, KEYS)
    columns = [column for column in table.columns if column not in KEYS]
    if table.empty or not columns:
        missing = "row" if table.empty else "label column"
        raise UserError(f"{path} has no {missing}: make it from videos in which objects were found")
    check_ids(path, table)
    return Vectors(
        videos=pair(table["category"], table["video_id"]),
        labels=[label_of(column) for column in columns],
        values=_numbers(path, table, columns),
    )


def check_ids(path: Path, table: pd.DataFrame) -> None:
    """Raise UserError unless KEYS are names of which paths can be made, and no id comes twice."""
    check_names(path, table, *KEYS)
    twice = table["video_id"][table["video_id"].duplicated()]
    if len(twice):
        raise UserError(f"{path} has video_id {twice.iloc[0]!r} twice: one row per video")


def _numbers(path: Path, table: pd.DataFrame, columns: list[str]) -> FloatArray:
    numbers: FloatArray = table[columns].apply(pd.to_numeric, errors="coerce").to_numpy(np.float64)
    bad = np.argwhere(~np.isfinite(numbers))
    if len(bad):
        row, column = bad[0]
        value = table[columns].iat[row, column]
        raise UserError(
            f"{path}, row {row + 2}: {columns[column]!r} is {value!r}, it must be a finite number"
        )
    return numbers
