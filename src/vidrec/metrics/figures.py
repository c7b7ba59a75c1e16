"""How figures are written and read: one number of decimals in every file under metrics/."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json, write_json
from vidrec.workflow.tables import write_table

DECIMALS = 4


def rounded(value: float) -> float:
    """`value` as metrics are stored."""
    return round(float(value), DECIMALS)


def write_figures(
    path: Path, table_path: Path | None, figures: Mapping[str, float | None], table: pd.DataFrame
) -> None:
    """Write a JSON file of metrics, and their details in `table` where that is asked for."""
    write_json(path, figures)
    if table_path:
        write_table(table_path, table)


def read_figures(path: Path) -> dict[str, Any]:
    """The figures in a JSON file of metrics, by name; None where one is not known.

    Raises UserError for what is no such file.
    """
    content = read_json(path)
    if not isinstance(content, dict):
        raise UserError(f"{path} does not hold figures by name: make it again (`dvc repro -f`)")
    return content
