"""What each figure is for each video, so that two results can be compared video by video.

Two tables, both in git, so that any revision has them without its data: the scores of a video's
neighbours, and its category beside the one that it would get.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vidrec.metrics import retrieval
from vidrec.metrics.figures import rounded
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import check_numbers, read_table, write_table
from vidrec.workflow.video import Video

# The metrics that are means over videos.
FIGURES = (*retrieval.HEADLINES, "accuracy")


def write_scores(path: Path, videos: Sequence[Video], scores: pd.DataFrame) -> None:
    """Write `video_id,category`, then the columns of `scores` (one row per video), by id."""
    named = [{"video_id": each.video_id, "category": each.category} for each in videos]
    table = pd.DataFrame(named).join(scores.map(rounded))
    write_table(path, table.sort_values("video_id"))


def write_confusion(
    path: Path, ids: Sequence[str], actual: Sequence[str], predicted: Sequence[str]
) -> None:
    """Write `video_id,actual,predicted`, which DVC plots as a confusion matrix."""
    table = pd.DataFrame({"video_id": ids, "actual": actual, "predicted": predicted})
    write_table(path, table)


def read_confusion(path: Path) -> pd.DataFrame:
    """The table that `write_confusion` wrote, by video id (index).

    Raises UserError where a column is missing, or an id is there twice.
    """
    return _by_video(path, ["actual", "predicted"])


def read_scores(scores: Path, confusion: Path) -> pd.DataFrame | None:
    """Per video id (index) its FIGURES, from both tables; None where one is missing.

    A video is right or wrong: its accuracy is 1 or 0. Raises UserError for what is no such table.
    """
    if not (scores.is_file() and confusion.is_file()):
        return None
    table = _by_video(scores, retrieval.HEADLINES)
    rows = table.reset_index()
    for name in retrieval.HEADLINES:
        # Of a video alone in its category nothing is known.
        check_numbers(scores, rows[rows[name] != ""], name, 0, 1)
    named = read_confusion(confusion)
    right = (named["actual"] == named["predicted"]).astype("float64")
    figures = table.apply(pd.to_numeric, errors="coerce").astype("float64")
    return pd.DataFrame(figures).assign(accuracy=right)


def known(scores: pd.DataFrame, figure: str) -> FloatArray:
    """The values of one of FIGURES, of the videos that have one."""
    values: FloatArray = scores[figure].dropna().to_numpy(np.float64)
    return values


def _by_video(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    table = read_table(path, ["video_id", *columns]).set_index("video_id")
    twice = table.index[table.index.duplicated()]
    if len(twice):
        raise UserError(f"{path} has video_id {twice[0]!r} twice: one row per video")
    return table[list(columns)]
