"""The index of frames: a row for each video, with what its frames are.

DVC tracks this one file. The frames themselves follow from the videos; whoever reads them checks
that they are those of the index.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from vidrec.media.frames import Frames, read_frames
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import TEMPORARY
from vidrec.workflow.parallel import map_items
from vidrec.workflow.tables import SAFE_NAME, check_each, check_names, read_table, write_table
from vidrec.workflow.video import Video, pair

COLUMNS = ("video_id", "category", "frames", "sha256")
# What is allowed in the last two of them. The digest names a directory.
COUNT, DIGEST = re.compile(r"[1-9]\d{0,8}"), re.compile(r"[0-9a-f]{64}")
# Takes all frames again, whatever DVC thinks of them.
ANEW = "`dvc repro -s -f extract_frames`"
# In a directory of frames while they are written, and after that was stopped.
UNFINISHED = f"{TEMPORARY}unfinished"


@dataclass(frozen=True)
class Framed:
    """A video, how many frames it has, and the digest of these, as `Frames.digest` gives it."""

    video: Video
    frames: int
    sha256: str

    def __str__(self) -> str:
        return str(self.video)


@dataclass(frozen=True)
class FrameSource:
    """Videos, and how the frames of one of them are read, checked against its digest.

    `read` raises NoFramesError where they cannot be had, and is called in workers.
    """

    framed: Sequence[Framed]
    read: Callable[[Framed], Frames]


class NoFramesError(UserError):
    """Says why the frames of a video are not at hand, and what to do."""


def write_index(path: Path, framed: Sequence[Framed]) -> None:
    """Write the index of the videos `framed`, in their order."""
    rows = [(x.video.video_id, x.video.category, x.frames, x.sha256) for x in framed]
    write_table(path, pd.DataFrame(rows, columns=list(COLUMNS)))


def read_index(path: Path) -> list[Framed]:
    """The rows of the index. Raises UserError where it is missing, or no such table."""
    table = read_table(path, COLUMNS, as_text=True)
    check_names(path, table, "video_id", "category")
    for column, pattern, wanted in (
        ("frames", COUNT, "a whole number from 1 to 999999999"),
        ("sha256", DIGEST, "64 digits from 0 to f"),
    ):
        check_each(path, table, column, table[column].str.fullmatch(pattern), wanted)
    videos = pair(table["category"], table["video_id"])
    if len(set(videos)) < max(1, len(videos)):
        what = "a video twice" if videos else "no video"
        raise UserError(f"{path} has {what}: run {ANEW}")
    columns = (table["frames"].astype(int), table["sha256"])
    return [Framed(*row) for row in zip(videos, *columns, strict=True)]


def videos_below(root: Path) -> list[Video]:
    """The videos whose frames lie under `<root>/<category>/<video_id>/`, sorted.

    Raises UserError where there are none, or where not all may be there yet.
    """
    if (root / UNFINISHED).exists():
        raise UserError(f"{root} is not whole, as what wrote it was stopped: run {ANEW}")
    directories = [path for path in sorted(root.glob("*/*")) if path.is_dir()]
    found = [Video.at(path) for path in directories if SAFE_NAME.fullmatch(path.name)]
    if not found:
        raise UserError(f"{root} holds no frames: run {ANEW}")
    return found


def frames_below(root: Path) -> FrameSource:
    """The frames under `<root>/<category>/<video_id>/`, of which no index tells."""
    look = partial(_look, root)
    framed = list(map_items(look, videos_below(root), title="look at frames"))
    return FrameSource(framed, partial(_read, root))


def _look(root: Path, video: Video) -> Framed:
    frames = read_frames(video.below(root))
    return Framed(video, len(frames.files), frames.digest)


def _read(root: Path, framed: Framed) -> Frames:
    frames = read_frames(framed.video.below(root))
    if frames.digest != framed.sha256:
        raise UserError(f"{frames.name} has changed while it was read: run again")
    return frames
