"""The table of recommendations: the neighbours of each video, as stage build_index writes them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from vidrec.recommender.build_index import Ranking
from vidrec.recommender.ranking import DEPTH
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import check_numbers, read_table, write_table

# Further columns may follow.
COLUMNS = ("video_id", "rank", "neighbor_id", "similarity")


@dataclass(frozen=True)
class Ranked:
    """A recommended video: its row among the vectors, and how similar it is."""

    row: int
    similarity: float


def recommendations(vectors: Vectors, ranking: Ranking, count: int) -> pd.DataFrame:
    """The table COLUMNS, ranks from 1 to at most `count`."""
    ids = np.array(vectors.ids, object)
    order, similarity = ranking.order[:, :count], ranking.similarity[:, :count]
    videos, places = order.shape
    columns = (
        np.repeat(ids, places),
        np.tile(np.arange(1, places + 1), videos),
        ids[order.ravel()],
        similarity.ravel(),
    )
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def write_recommendations(path: Path, vectors: Vectors, ranking: Ranking, count: int) -> None:
    """Write the first `count` neighbours of each video."""
    write_table(path, recommendations(vectors, ranking, count))


def read_recommendations(path: Path, vectors: Vectors) -> list[list[Ranked]]:
    """The first ten neighbours of each video of `vectors`, best first.

    Raises UserError where a value is not allowed, or a video is not one of `vectors`.
    """
    table = _checked(path, vectors)
    first = table[table["rank"] <= DEPTH].sort_values("rank", kind="stable")
    rows = {video_id: row for row, video_id in enumerate(vectors.ids)}
    found: list[list[Ranked]] = [[] for _ in vectors.ids]
    columns = (first[name] for name in ("video_id", "neighbor_id", "similarity"))
    for video_id, neighbor_id, similarity in zip(*columns, strict=True):
        found[rows[video_id]].append(Ranked(rows[neighbor_id], similarity))
    return found


def _checked(path: Path, vectors: Vectors) -> pd.DataFrame:
    table = read_table(path, COLUMNS)
    check_numbers(path, table, "rank", 1, float("inf"))
    check_numbers(path, table, "similarity", -1, 1)
    for column in ("video_id", "neighbor_id"):
        unknown = table[column][~table[column].isin(vectors.ids)]
        if len(unknown):
            raise UserError(
                f"{path} names the video {unknown.iloc[0]!r}, which has no vector: they are of"
                " different runs, make them again (`dvc repro`)"
            )
    return table.astype({"rank": "float64", "similarity": "float64"})
