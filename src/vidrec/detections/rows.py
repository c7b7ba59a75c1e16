"""What a row of detections and one of the truth have in common: a frame, from 1, and a label."""

from pathlib import Path

import pandas as pd

from vidrec.workflow.tables import check_each, check_numbers

# No video has more frames, and every program counts as far.
LAST_FRAME = 10**9


def check_rows(path: Path, table: pd.DataFrame) -> None:
    """Raise UserError unless each row of the file `path` has a frame and a label as allowed."""
    check_numbers(path, table, "frame", 1, LAST_FRAME)
    check_whole(path, table, "frame")
    check_each(path, table, "label", table["label"].fillna("") != "", "a name")


def is_frame(value: object) -> bool:
    """Whether `value`, from a JSON file, is the number of a frame."""
    return type(value) is int and 1 <= value <= LAST_FRAME


def check_whole(path: Path, table: pd.DataFrame, column: str) -> None:
    """Raise UserError unless each value of a column of numbers is a whole one."""
    whole = table[column].astype("float64") % 1 == 0
    check_each(path, table, column, whole, "a whole number")
