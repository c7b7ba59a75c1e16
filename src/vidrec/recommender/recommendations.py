"""The table of recommendations that stage build_index writes, read back and checked."""

from dataclasses import dataclass
from pathlib import Path

from vidrec.recommender.similarity import DEPTH
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import check_numbers, read_table


@dataclass(frozen=True)
class Ranked:
    """A recommended video: its row among the vectors, and how similar it is."""

    row: int
    similarity: float


def read_recommendations(path: Path, vectors: Vectors) -> list[list[Ranked]]:
    """The first ten neighbours of each video of `vectors`, best first.

    Raises UserError where a value is not allowed, or a video is not one of `vectors`.
    """
    table = read_table(path, ["video_id", "rank", "neighbor_id", "similarity"])
    check_numbers(path, table, "rank", 1, float("inf"))
    check_numbers(path, table, "similarity", -1, 1)
    table = table.astype({"rank": "float64", "similarity": "float64"})
    rows = {video_id: row for row, video_id in enumerate(vectors.ids)}
    for column in ("video_id", "neighbor_id"):
        unknown = table[column][~table[column].isin(list(rows))]
        if len(unknown):
            raise UserError(
                f"{path} names the video {unknown.iloc[0]!r}, which has no vector: they are of"
                " different runs, make them again (`dvc repro`)"
            )
    first = table[table["rank"] <= DEPTH].sort_values("rank", kind="stable")
    found: list[list[Ranked]] = [[] for _ in vectors.ids]
    columns = (first[name] for name in ("video_id", "neighbor_id", "similarity"))
    for video_id, neighbor_id, similarity in zip(*columns, strict=True):
        found[rows[video_id]].append(Ranked(rows[neighbor_id], similarity))
    return found
