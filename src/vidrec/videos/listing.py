"""The list of a directory's videos: a CSV file that is kept in git, as that of YouTube ids is.

It says which files there are, what each of them must be, and what each is called. So the workflow
depends on the list, not on the directory: who has the list and the results needs no video.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import pandas as pd

from vidrec.media.status import GOOD, OK
from vidrec.videos.manifest import check_paths
from vidrec.workflow.errors import UserError
from vidrec.workflow.tables import check_names, check_numbers, read_table, write_table
from vidrec.workflow.video import Video

# A copy of a file that its category has already, and a video that `vidrec remove` has taken out.
DUPLICATE, REMOVED = "duplicate", "removed"


@dataclass(frozen=True)
class Listed:
    """A file below the directory: `path` as `manifest.text_of` has it, and what it is called.

    `category` and `video_id` are safe names, `category_name` and `title` those that people read.
    `status` is `ok`, `partial`, or why it is no video of the workflow; `error` says in words what
    is wrong. Of what is no file, SHA-256 and size are empty and 0.
    """

    path: str
    category: str
    category_name: str
    video_id: str
    status: str = OK
    sha256: str = ""
    size: int = 0
    duration_s: float = 0.0
    title: str = ""
    error: str = ""

    @property
    def video(self) -> Video:
        return Video(self.category, self.video_id)

    @property
    def counts(self) -> bool:
        return self.status in GOOD


COLUMNS = tuple(field.name for field in fields(Listed))


def write_listing(path: Path, listed: Sequence[Listed]) -> None:
    """Write the list, sorted by path, whole or not at all."""
    rows = [asdict(each) for each in sorted(listed, key=lambda each: each.path)]
    write_table(path, pd.DataFrame(rows, columns=list(COLUMNS)))


def read_listing(path: Path) -> list[Listed]:
    """What the list names; nothing where there is no file.

    Raises UserError where it is not such a list, names two videos alike, or leads out of its
    directory.
    """
    if not path.exists():
        return []
    table = read_table(path, COLUMNS)
    for column in ("size", "duration_s"):
        check_numbers(path, table, column, 0, float("inf"))
    check_names(path, table, "category", "video_id")
    check_paths(path, table)
    for column in ("video_id", "path"):
        twice = table[column][table[column].duplicated()]
        if len(twice):
            raise UserError(f"{path} has the {column} {twice.iloc[0]!r} twice: take one row out")
    kinds = {"size": "int64", "duration_s": "float64", "category_name": "str"}
    rows = table[list(COLUMNS)].astype(kinds).to_dict("records")
    return [Listed(**{str(key): value for key, value in row.items()}) for row in rows]
