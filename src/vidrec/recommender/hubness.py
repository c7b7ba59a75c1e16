"""Hubness: how near each video is to whatever is near it, and the file that keeps it.

Some videos are near to everything, and crowd the neighbours of all others (Radovanović et al.,
2010). What a video's similarity to a query says is less, the nearer it is to others anyway: see
`ranking.scores`.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from vidrec.recommender.ranking import DECIMALS
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import check_numbers, read_table, write_table

COLUMNS = ("video_id", "hubness")


def hubness(similarity: FloatArray, neighbors: int) -> float:
    """The mean of the `neighbors` highest of a video's `similarity` to others; of none it is 0."""
    count = min(neighbors, len(similarity))
    if count == 0:
        return 0.0
    highest = np.sort(np.partition(similarity, -count)[-count:])
    return round(float(highest.mean()), DECIMALS)


def write_hubness(path: Path, ids: Sequence[str], values: FloatArray | None) -> None:
    """Write `video_id,hubness`, a row for each video; none where hubness does not count."""
    rows = {"video_id": list(ids), "hubness": values} if values is not None else {}
    write_table(path, pd.DataFrame(rows, columns=list(COLUMNS)))


def read_hubness(path: Path, ids: Sequence[str]) -> FloatArray | None:
    """The hubness of the videos `ids`; None where it does not count.

    Raises UserError where the file is no such table, or one of other videos.
    """
    table = read_table(path, COLUMNS)
    if table.empty:
        return None
    check_numbers(path, table, "hubness", -1, 1)
    if table["video_id"].tolist() != list(ids):
        raise UserError(
            f"{path} is of other videos than the vectors: they are of different runs, make it again"
            " (`dvc repro -s -f build_index`)"
        )
    return table["hubness"].to_numpy(np.float64)
