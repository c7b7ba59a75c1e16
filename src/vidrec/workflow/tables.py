"""The tables that stages exchange: CSV in UTF-8, with a header and `\\n`, checked when read."""

import re
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

import pandas as pd
from pandas.errors import EmptyDataError, ParserError

from vidrec.workflow.errors import UserError
from vidrec.workflow.files import write_bytes

# What a category and a video id must match, whole.
SAFE_NAME = re.compile(r"[A-Za-z0-9_-]+")

# The columns that are text even where all their values look like numbers.
TEXT = (
    *("video_id", "category", "label", "neighbor_id", "status", "path", "sha256", "title", "error"),
    *("image", "class", "source", "pretrained_label", "counts", "actual", "predicted"),
    *("category_name", "name"),
)


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write `table` to `path` atomically; floats should be rounded before."""
    write_bytes(path, table.to_csv(index=False, lineterminator="\n").encode())


def read_table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """The CSV file `path`, text columns as text (an id `007` stays so, `NA` is not a gap).

    Raises UserError where the file is missing, is not a CSV file, or lacks one of `columns`.
    """
    try:
        text = path.read_text(encoding="utf-8")
        table = pd.read_csv(
            StringIO(text), keep_default_na=False, na_values=[], dtype=dict.fromkeys(TEXT, "str")
        )
        if not isinstance(table.index, pd.RangeIndex):
            # pandas takes what a row has too many for the names of rows, and shifts the others.
            raise ParserError("its rows have more values than it has columns")
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run `dvc repro` to make it") from None
    except (UnicodeDecodeError, EmptyDataError, ParserError, OSError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{path} is not a CSV file ({reason}): make it again") from None
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise UserError(f"{path} lacks the column {missing[0]!r}: it needs {', '.join(columns)}")
    return table


def check_numbers(path: Path, table: pd.DataFrame, column: str, low: float, high: float) -> None:
    """Raise UserError unless each value of `column` is a number in `low`..`high`."""
    numbers = pd.to_numeric(table[column], errors="coerce")
    bad = table.index[~numbers.between(low, high)]
    if len(bad):
        value = table[column].astype(object)[bad[0]]
        raise UserError(
            f"{path}, row {bad[0] + 2}: {column} is {value!r}, it must be a number"
            f" from {low:g} to {high:g}"
        )
