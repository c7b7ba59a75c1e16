"""The ten most similar videos of each video, in git: so that a review sees without data what a
change put in their place.

Of a large collection only some are followed, or each change would add a megabyte to the history.
Their ids alone decide which: they are spread over all, and two revisions follow the same.
"""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pandas as pd

from vidrec.recommender.ranking import DEPTH
from vidrec.workflow.arrays import IntArray
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import check_names, read_table, shown, write_table

# About 130 KB, where ids have eleven characters as YouTube's do.
FOLLOWED = 1000


def write_first_ten(path: Path, ids: Sequence[str], order: IntArray) -> None:
    """Write `video_id,nearest`, the ids of its first ten with spaces between, by id.

    `order` (videos, places) has the rows of each one's neighbours, best first. Of more than
    FOLLOWED videos, so many.
    """
    rows = sorted(_followed(ids), key=lambda row: ids[row])
    nearest = [" ".join(ids[other] for other in order[row, :DEPTH].tolist()) for row in rows]
    write_table(path, pd.DataFrame({"video_id": [ids[row] for row in rows], "nearest": nearest}))


def _followed(ids: Sequence[str]) -> list[int]:
    """The rows of the videos with the least digests, FOLLOWED at most."""
    return sorted(range(len(ids)), key=lambda row: sha256(ids[row].encode()).digest())[:FOLLOWED]


def read_first_ten(path: Path) -> dict[str, list[str]]:
    """The ids of the first ten of each video, best first, as `write_first_ten` wrote them.

    Raises UserError for what is no such file.
    """
    table = read_table(path, ["video_id", "nearest"], as_text=True)
    check_names(path, table, "video_id")
    pairs = zip(table["video_id"].tolist(), table["nearest"].tolist(), strict=True)
    found = {str(video_id): str(nearest).split() for video_id, nearest in pairs}
    if len(found) < len(table):
        raise UserError(f"{path} has a video_id twice: one row per video")
    for video_id, nearest in found.items():
        _check_nearest(path, video_id, nearest)
    return found


def _check_nearest(path: Path, video_id: str, nearest: list[str]) -> None:
    check_names(path, pd.DataFrame({"nearest": nearest}, dtype=str), "nearest")
    if len(set(nearest) - {video_id}) < len(nearest) or len(nearest) > DEPTH:
        raise UserError(
            f"{path}: nearest of {shown(video_id)} must be {DEPTH} other videos at most, each once:"
            " make it again (`dvc repro`)"
        )
