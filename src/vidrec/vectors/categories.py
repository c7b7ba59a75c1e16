"""The category that the video classifier gives each video: data/categories.csv.

Each video is judged by the one model of the cross-validation that was not fitted to it, which
does not remember the answer. A video alone in its category has no such model, and no row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import check_numbers, read_table, write_table

COLUMNS = ("video_id", "category", "probability")
DECIMALS = 6


@dataclass(frozen=True)
class Guess:
    """The `name` of a category, and how probable it is, 0..1."""

    name: str
    probability: float


def write_categories(path: Path, guesses: Mapping[str, Guess]) -> None:
    """Write the guess for each video id, in the order given."""
    rows = [
        (video_id, guess.name, round(guess.probability, DECIMALS))
        for video_id, guess in guesses.items()
    ]
    write_table(path, pd.DataFrame(rows, columns=list(COLUMNS)))


def read_categories(path: Path) -> dict[str, Guess]:
    """The guess for each video id in the CSV file `path`.

    Raises UserError where an id comes twice, or a probability is not a number in 0..1.
    """
    table = read_table(path, COLUMNS)
    check_numbers(path, table, "probability", 0, 1)
    twice = table["video_id"][table["video_id"].duplicated()]
    if len(twice):
        raise UserError(f"{path} has video_id {twice.iloc[0]!r} twice: one row per video")
    columns = (table[name] for name in COLUMNS)
    return {
        video_id: Guess(name, float(probability))
        for video_id, name, probability in zip(*columns, strict=True)
    }
