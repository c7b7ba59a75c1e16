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
from vidrec.workflow.tables import check_names, read_table, shown, write_table
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
# As a source: videos that stay where their owner keeps them, and those that have a page there.
DIRECTORY, YOUTUBE = "directory", "youtube"
NAME = "manifest.csv"
# Control characters, line and paragraph separators, and what overrides the direction of writing.
UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


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
        "sha256": entry.sha256 or (sha256_of(entry.file) if entry.file else ""),
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
    length = float(row["duration_s"] or 0)
    return replace(found, sha256=row["sha256"], path=row["path"], duration_s=length)


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
    """The manifest in the directory `videos`.

    Raises UserError where there is none, or one of its names or paths would lead out of a folder.
    """
    table = read_table(videos / NAME, COLUMNS)
    check_names(videos / NAME, table, "video_id", "category")
    check_paths(videos / NAME, table)
    return table


def check_paths(file: Path, table: pd.DataFrame) -> None:
    """Raise UserError unless each path in the table of `file` stays in the directory it is below.

    A path is empty where there is no file. One of own videos is as `text_of` has it.
    """
    sources = table["source"] if "source" in table else [DIRECTORY] * len(table)
    for row, (text, source) in enumerate(zip(table["path"], sources, strict=True), start=2):
        if text and not _stays(text, source):
            raise UserError(
                f"{file}, row {row}: path {shown(text)} must lead to a file below the directory of"
                " the videos"
            )


def _stays(text: str, source: str) -> bool:
    path = path_of(text) if source == DIRECTORY else Path(Path(text).name)
    outside = path.is_absolute() or ".." in path.parts
    return bool(path.parts) and not outside and "\0" not in str(path)


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
    """`text` in `limit` characters at most, without what breaks lines, what terminals obey, and
    what turns the direction of writing; half of a letter, which no file takes, becomes `?`."""
    whole = text.encode(errors="replace").decode()
    return " ".join(UNWANTED.sub(" ", whole).split())[:limit]
