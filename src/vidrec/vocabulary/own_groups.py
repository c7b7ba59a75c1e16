"""A user's table of groups for own classes: CSV `label,group`, and maybe `label_es,group_es`."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import read_table, shown

COLUMNS = ("label", "group")
SPANISH_COLUMNS = ("label_es", "group_es")
# The most characters of a name: longer ones are a table of something else.
LONGEST = 100


@dataclass(frozen=True)
class OwnRow:
    """A label, its group, and their Spanish names, "" where the table has none."""

    label: str
    group: str
    label_es: str
    group_es: str


def read_own_groups(path: Path) -> list[OwnRow]:
    """The rows of the table at `path`, without gaps around names.

    Raises UserError where there is no such file or it is no CSV file with those columns, where a
    label or a group is empty, a name is too long or not plain text, or a label is there twice.
    """
    if not path.is_file():
        raise UserError(
            f"{path} is not a file: put a CSV file {','.join(COLUMNS)} there, which gives own"
            " classes their groups, or name none"
        )
    table = read_table(path, COLUMNS, as_text=True).fillna("")
    rows = [OwnRow(*names) for names in _names(table)]
    lines: dict[str, int] = {}
    for line, row in enumerate(rows, start=2):
        _check(path, line, row)
        if row.label in lines:
            raise UserError(
                f"{path}, row {line}: the label {shown(row.label)} is in row {lines[row.label]}"
                " too: a label has one group, delete one of the rows"
            )
        lines[row.label] = line
    return rows


def _names(table: pd.DataFrame) -> Iterator[tuple[str, str, str, str]]:
    label, group, label_es, group_es = (
        table[name].str.strip() if name in table else [""] * len(table)
        for name in (*COLUMNS, *SPANISH_COLUMNS)
    )
    return zip(label, group, label_es, group_es, strict=True)


def _check(path: Path, line: int, row: OwnRow) -> None:
    for column in COLUMNS:
        if not getattr(row, column):
            raise UserError(f"{path}, row {line}: the {column} is empty: give it a name")
    for column in (*COLUMNS, *SPANISH_COLUMNS):
        name = getattr(row, column)
        if len(name) > LONGEST or not name.isprintable():
            raise UserError(
                f"{path}, row {line}: {column} is {shown(name)}, it must be a name on one line,"
                f" of {LONGEST} characters at most"
            )
