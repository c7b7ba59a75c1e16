"""The tables that stages exchange: CSV in UTF-8, with a header and `\\n`, checked when read."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path

import pandas as pd
from pandas.api.types import is_numeric_dtype
from pandas.errors import EmptyDataError, ParserError

from vidrec.workflow.errors import UserError
from vidrec.workflow.files import LONGEST_FILE_NAME, atomic_path, write_bytes

# What a category and a video id must match, whole.
SAFE_NAME = re.compile(r"[A-Za-z0-9_-]+")
NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([Ee][+-]?\d+)?")
# Characters of a value that an error shows.
SHOWN = 60

# The columns that are text even where all their values look like numbers.
TEXT = (
    *("video_id", "category", "label", "neighbor_id", "status", "path", "sha256", "title", "error"),
    *("image", "class", "source", "pretrained_label", "counts", "actual", "predicted"),
    *("category_name", "name"),
)
# Those of them that hold ids and categories.
NAMES = ("video_id", "category", "neighbor_id", "actual", "predicted")

# How a cell begins that a spreadsheet takes for a formula, be it marked as text already.
FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
MARKED = re.compile("'(?=" + FORMULA.pattern + ")")
# The first line of a conflict that git could not merge.
CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)


def write_table(path: Path, table: pd.DataFrame) -> None:
    """Write `table` to `path` atomically, as `as_csv` has it; floats should be rounded before."""
    write_bytes(path, as_csv(table).encode())


def write_tables(path: Path, parts: Iterable[pd.DataFrame]) -> None:
    """Write `parts`, of the same columns, as one table: only one of them is in memory."""
    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        for number, part in enumerate(parts):
            header = as_csv(part[:0]) if number else ""
            stream.write(as_csv(part).removeprefix(header).encode())


def as_csv(table: pd.DataFrame) -> str:
    """`table` as CSV, no text of which a spreadsheet takes for a formula.

    Text that begins with =, +, -, @, their full-width forms, a tab or a line break gets an
    apostrophe before it, which `read_table` takes away again (OWASP, "CSV Injection",
    owasp.org/www-community/attacks/CSV_Injection). Numbers stay as they are, and so do ids and
    categories in safe characters: YouTube's ids may begin with -, and no formula that calls or
    links to anything can be written in letters, digits, _ and -.
    """
    guarded = table.copy()
    for place, (name, kind) in enumerate(zip(table.columns, table.dtypes, strict=True)):
        if is_numeric_dtype(kind):
            continue
        cells = table.iloc[:, place].tolist()
        marked = [f"'{cell}" if _is_formula(cell, name) else cell for cell in cells]
        if marked != cells:
            guarded.isetitem(place, marked)
    guarded.columns = pd.Index([f"'{x}" if FORMULA.match(x) else x for x in table.columns])
    return _quoted(guarded)


def _is_formula(cell: object, column: str) -> bool:
    if not isinstance(cell, str) or not FORMULA.match(cell):
        return False
    if column in NAMES:
        return not SAFE_NAME.fullmatch(cell)
    return column in TEXT or not NUMBER.fullmatch(cell)


def _quoted(table: pd.DataFrame) -> str:
    """`table` as CSV. Python quotes no carriage return, which would end the line when read."""
    text = table.to_csv(index=False, lineterminator="\n")
    if "\r" not in text:
        return text
    return table.to_csv(index=False, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)


def read_table(path: Path, columns: Sequence[str], *, as_text: bool = False) -> pd.DataFrame:
    """The CSV file `path`, text columns as text (an id `007` stays so, `NA` is not a gap).

    All columns are text if `as_text`. Raises UserError where the file is missing, is not a CSV
    file, or lacks one of `columns`.
    """
    try:
        content = path.read_bytes()
        text = content.decode()
        _check_merged(path, text)
        table = pd.read_csv(
            # As text in memory it would take four bytes a letter.
            BytesIO(content),
            keep_default_na=False,
            na_values=[],
            dtype="str" if as_text else dict.fromkeys(TEXT, "str"),
        )
        if not isinstance(table.index, pd.RangeIndex):
            # pandas takes what a row has too many for the names of rows, and shifts the others.
            raise ParserError("its rows have more values than it has columns")
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run `dvc repro` to make it") from None
    except (UnicodeDecodeError, EmptyDataError, ParserError, OSError) as error:
        reason = " ".join(str(error).split())
        raise UserError(f"{path} is not a CSV file ({reason}): make it again") from None
    if MARKED.search(text):
        table = _unmarked(table)
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise UserError(f"{path} lacks the column {missing[0]!r}: it needs {', '.join(columns)}")
    return table


def _check_merged(path: Path, text: str) -> None:
    conflict = CONFLICT.search(text)
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        raise UserError(f"{path} has the marks of a git conflict in line {line}: take one side")


def _unmarked(table: pd.DataFrame) -> pd.DataFrame:
    """`table` without the apostrophes that `as_csv` has put before text."""
    plain = table.map(lambda cell: cell[1:] if _is_marked(cell) else cell)
    return plain.rename(columns=lambda name: name[1:] if _is_marked(name) else name)


def _is_marked(cell: object) -> bool:
    return isinstance(cell, str) and MARKED.match(cell) is not None


def check_names(path: Path, table: pd.DataFrame, *columns: str) -> None:
    """Raise UserError unless each value of `columns` is a safe name: paths are made of them."""
    for column in columns:
        for row, name in enumerate(table[column], start=2):
            if not SAFE_NAME.fullmatch(name) or len(name) > LONGEST_FILE_NAME:
                raise UserError(
                    f"{path}, row {row}: {column} {shown(name)} must be of letters, digits, _ and"
                    f" -, {LONGEST_FILE_NAME} at most"
                )


def shown(value: object) -> str:
    """A value of a table as an error shows it: quoted, on one line, not endless."""
    return repr(value if len(str(value)) <= SHOWN else f"{str(value)[:SHOWN]}…")


def check_numbers(path: Path, table: pd.DataFrame, column: str, low: float, high: float) -> None:
    """Raise UserError unless each value of `column` is a number in `low`..`high`."""
    numbers = pd.to_numeric(table[column], errors="coerce")
    wanted = f"a number from {low:g} to {high:g}"
    check_each(path, table, column, numbers.between(low, high), wanted)


def check_each(
    path: Path, table: pd.DataFrame, column: str, good: "pd.Series[bool]", wanted: str
) -> None:
    """Raise UserError, which names the first other row, unless each value of `column` is `good`."""
    bad = table.index[~good]
    if len(bad):
        value = table[column].astype(object)[bad[0]]
        raise UserError(
            f"{path}, row {bad[0] + 2}: {column} is {shown(value)}, it must be {wanted}"
        )
