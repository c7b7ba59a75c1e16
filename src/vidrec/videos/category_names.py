"""Categories as people write them: `category_names.csv` beside the videos, where names differ."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from vidrec.workflow.tables import read_table, write_table

NAME = "category_names.csv"
COLUMNS = ("category", "name")


def write_category_names(folder: Path, names: Mapping[str, str]) -> None:
    """Write the names by category into a directory of videos; no file where there are none."""
    if names:
        write_table(folder / NAME, pd.DataFrame(sorted(names.items()), columns=list(COLUMNS)))


def read_category_names(videos: Path) -> dict[str, str]:
    """The name of each category in the directory `videos` that has another one for display."""
    path = videos / NAME
    if not path.is_file():
        return {}
    table = read_table(path, COLUMNS)
    return dict(zip(table["category"], table["name"], strict=True))
