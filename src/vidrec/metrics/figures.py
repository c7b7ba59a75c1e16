"""How figures are written and read: one number of decimals in every file under metrics/."""

from pathlib import Path
from typing import Any

from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json

DECIMALS = 4


def rounded(value: float) -> float:
    """`value` as metrics are stored."""
    return round(float(value), DECIMALS)


def read_figures(path: Path) -> dict[str, Any]:
    """The figures in a JSON file of metrics, by name; None where one is not known.

    Raises UserError for what is no such file.
    """
    content = read_json(path)
    if not isinstance(content, dict):
        raise UserError(f"{path} does not hold figures by name: make it again (`dvc repro -f`)")
    return content
