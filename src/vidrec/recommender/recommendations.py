"""The table of recommendations: the neighbours of each video, as stage build_index writes them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd

from vidrec.recommender.build_index import Ranking
from vidrec.recommender.ranking import DEPTH
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import check_numbers, read_table, write_tables

# Ranks are by the score, which is the similarity unless hubs are corrected. Further columns may
# follow; the first four are read.
COLUMNS = ("video_id", "rank", "neighbor_id", "similarity", "score")


# Videos whose neighbours are written at a time, which bounds the memory that their text takes.
BLOCK_VIDEOS = 20_000


class Listed(Protocol):
    """Videos by their ids."""

    @property
    def ids(self) -> list[str]: ...


@dataclass(frozen=True)
class Ranked:
    """A recommended video: its row among the vectors, how similar it is, and what it is ranked by.

    A table without scores is one where hubs are not corrected.
    """

    row: int
    similarity: float
    score: float


def recommendations(vectors: Listed, ranking: Ranking, count: int, start: int = 0) -> pd.DataFrame:
    """The table COLUMNS, ranks from 1 to at most `count`, of BLOCK_VIDEOS videos from `start`."""
    block = slice(start, start + BLOCK_VIDEOS)
    order = ranking.order[block, :count]
    videos, places = order.shape
    columns = (
        np.repeat(np.array(vectors.ids[block], object), places),
        np.tile(np.arange(1, places + 1), videos),
        [vectors.ids[row] for row in order.ravel().tolist()],
        ranking.similarity[block, :count].ravel(),
        ranking.score[block, :count].ravel(),
    )
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def write_recommendations(path: Path, vectors: Listed, ranking: Ranking, count: int) -> None:
    """Write the first `count` neighbours of each video, those of a block of videos at a time."""
    starts = range(0, len(vectors.ids), BLOCK_VIDEOS)
    write_tables(path, (recommendations(vectors, ranking, count, start) for start in starts))


def read_recommendations(path: Path, vectors: Vectors) -> list[list[Ranked]]:
    """The first ten neighbours of each video of `vectors`, best first.

    Raises UserError where a value is not allowed, or a video is not one of `vectors`.
    """
    table = _checked(path, vectors)
    first = table[table["rank"] <= DEPTH].sort_values("rank", kind="stable")
    rows = {video_id: row for row, video_id in enumerate(vectors.ids)}
    found: list[list[Ranked]] = [[] for _ in vectors.ids]
    scores = first.get("score", first["similarity"])
    columns = (first["video_id"], first["neighbor_id"], first["similarity"], scores)
    for video_id, neighbor_id, *numbers in zip(*columns, strict=True):
        found[rows[video_id]].append(Ranked(rows[neighbor_id], *numbers))
    return found


def _checked(path: Path, vectors: Vectors) -> pd.DataFrame:
    table = read_table(path, COLUMNS[:4])
    check_numbers(path, table, "rank", 1, float("inf"))
    check_numbers(path, table, "similarity", -1, 1)
    if "score" in table:
        check_numbers(path, table, "score", -2, 2)
        table = table.astype({"score": "float64"})
    for column in ("video_id", "neighbor_id"):
        unknown = table[column][~table[column].isin(vectors.ids)]
        if len(unknown):
            raise UserError(
                f"{path} names the video {unknown.iloc[0]!r}, which has no vector: they are of"
                " different runs, make them again (`dvc repro`)"
            )
    return table.astype({"rank": "float64", "similarity": "float64"})
