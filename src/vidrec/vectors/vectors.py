"""The importance vectors of all videos, and the CSV file that holds them."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import check_names, read_table, write_table
from vidrec.workflow.video import Video, pair

# The columns that are not labels.
KEYS = ("video_id", "category")

# What the column of a label named like one of KEYS has at its end.
MARK = " (label)"

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


def write_vectors(path: Path, vectors: Vectors) -> None:
    """Write `video_id,category,<label>...`, one row per video."""
    keys = pd.DataFrame({"video_id": vectors.ids, "category": vectors.categories})
    columns = [column_of(label) for label in vectors.labels]
    write_table(path, keys.join(pd.DataFrame(vectors.values, columns=columns)))


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
    check_names(path, table, *KEYS)
    twice = table["video_id"][table["video_id"].duplicated()]
    if len(twice):
        raise UserError(f"{path} has video_id {twice.iloc[0]!r} twice: one row per video")
    return Vectors(
        videos=pair(table["category"], table["video_id"]),
        labels=[label_of(column) for column in columns],
        values=_numbers(path, table, columns),
    )


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
