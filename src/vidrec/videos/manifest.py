"""The manifest of videos: one row per video wanted, with what became of it."""

import os
import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

import pandas as pd

from vidrec.media.status import GOOD, OK
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import sha256_of
from vidrec.workflow.tables import read_table, write_table
from vidrec.workflow.video import Video

COLUMNS = (
    "video_id",
    "category",
    "status",
    "path",
    "duration_s",
    "sha256",
    "source",
    "title",
    "error",
)
# As a source: videos that stay where their owner keeps them.
DIRECTORY = "directory"
NAME = "manifest.csv"


@dataclass(frozen=True)
class Entry:
    """One video wanted: `status` is in GOOD, and `file` where it lies, or a named reason why not.

    A video that stays where its owner keeps it has no file before it is read back: `path` says
    where it lies below the owner's directory, and `sha256` what it must be. `category_name` is its
    category as people write it, where that is known.
    """

    video: Video
    source: str
    title: str = ""
    status: str = OK
    file: Path | None = None
    duration_s: float = 0.0
    error: str = ""
    sha256: str = ""
    path: str = ""
    category_name: str = ""

    @property
    def counts(self) -> bool:
        return self.status in GOOD


def build_manifest(entries: Sequence[Entry], videos: Path) -> pd.DataFrame:
    """The manifest of `entries`, sorted, with the paths that they will have below `videos`."""
    ordered = sorted(entries, key=lambda entry: entry.video)
    return pd.DataFrame([_row(entry, videos) for entry in ordered], columns=list(COLUMNS))


def _row(entry: Entry, videos: Path) -> dict[str, str | float]:
    return {
        "video_id": entry.video.video_id,
        "category": entry.video.category,
        "status": entry.status,
        "path": _path_of(entry, videos),
        "duration_s": round(entry.duration_s, 3) if entry.counts else "",
        "sha256": sha256_of(entry.file) if entry.file else entry.sha256,
        "source": entry.source,
        "title": one_line(entry.title),
        "error": one_line(entry.error),
    }


def _path_of(entry: Entry, videos: Path) -> str:
    if entry.file:
        return (videos / entry.video.category / entry.file.name).as_posix()
    return entry.path if entry.counts else ""


def read_good(videos: Path, originals: Path) -> list[Entry]:
    """The entries of the directory `videos` that count, each with where its file lies.

    Own videos lie below the directory `originals`. Raises UserError where the manifest is missing
    or names none.
    """
    manifest = read_manifest(videos)
    good = manifest[manifest["status"].isin(GOOD)]
    if good.empty:
        raise UserError(f"{videos / NAME} names no video that can be used: see its errors")
    return [_entry(row, videos, originals) for row in good.to_dict("records")]


def _entry(row: Mapping[Hashable, Any], videos: Path, originals: Path) -> Entry:
    video = Video(row["category"], row["video_id"])
    file = file_of(row["path"], row["source"], video.category, videos, originals)
    found = Entry(video, row["source"], row["title"], row["status"], file, error=row["error"])
    return replace(found, sha256=row["sha256"], path=row["path"])


def file_of(path: str, source: str, category: str, videos: Path, originals: Path) -> Path:
    """Where the file of a video lies whose row in the manifest has this path and source."""
    if source == DIRECTORY:
        return originals / path_of(path)
    return videos / category / Path(path).name


def text_of(path: Path) -> str:
    """`path` as a table holds it: what is no UTF-8, or would break the line, as %XX; % as %25."""
    return "".join(
        char if char.isprintable() and char != "%" else quote_from_bytes(os.fsencode(char))
        for char in path.as_posix()
    )


def path_of(text: str) -> Path:
    """The path that `text_of` has made a text of."""
    return Path(os.fsdecode(unquote_to_bytes(text)))


def write_manifest(folder: Path, manifest: pd.DataFrame) -> None:
    """Write what `build_manifest` made into a directory of videos."""
    write_table(folder / NAME, manifest)


def read_manifest(videos: Path) -> pd.DataFrame:
    """The manifest in the directory `videos`. Raises UserError where there is none."""
    return read_table(videos / NAME, COLUMNS)


def ids_by_content(videos: Path) -> dict[str, list[str]]:
    """The ids of the videos that count, by the SHA-256 of their files; sorted.

    Empty where the directory has no manifest.
    """
    if not (videos / NAME).is_file():
        return {}
    manifest = read_manifest(videos)
    good = manifest[manifest["status"].isin(GOOD)].sort_values("video_id")
    return {str(sha256): list(ids) for sha256, ids in good.groupby("sha256")["video_id"]}


def one_line(text: str, limit: int = 300) -> str:
    """`text` without line breaks and control characters, cut to `limit` characters."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", " ", text).split())[:limit]
