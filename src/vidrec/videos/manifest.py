"""The manifest of videos: one row per video wanted, with what became of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

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
OK = "ok"
NAME = "manifest.csv"


@dataclass(frozen=True)
class Entry:
    """One video wanted: `status` is `ok`, and `file` where it lies, or a named reason why not."""

    video: Video
    source: str
    title: str = ""
    status: str = OK
    file: Path | None = None
    duration_s: float = 0.0
    error: str = ""


def build_manifest(entries: Sequence[Entry], videos: Path) -> pd.DataFrame:
    """The manifest of `entries`, sorted, with the paths that they will have below `videos`."""
    ordered = sorted(entries, key=lambda entry: entry.video)
    return pd.DataFrame([_row(entry, videos) for entry in ordered], columns=list(COLUMNS))


def _row(entry: Entry, videos: Path) -> dict[str, str | float]:
    taken = entry.file is not None
    return {
        "video_id": entry.video.video_id,
        "category": entry.video.category,
        "status": entry.status,
        "path": (videos / entry.video.category / entry.file.name).as_posix() if entry.file else "",
        "duration_s": round(entry.duration_s, 3) if taken else "",
        "sha256": sha256_of(entry.file) if entry.file else "",
        "source": entry.source,
        "title": one_line(entry.title),
        "error": one_line(entry.error),
    }


def read_good(videos: Path) -> list[Entry]:
    """The entries of the directory `videos` that are `ok`, each with where its file lies.

    Raises UserError where the manifest is missing or names none.
    """
    manifest = read_manifest(videos)
    good = manifest[manifest["status"] == OK]
    if good.empty:
        raise UserError(f"{videos / NAME} names no video that is ok: see its errors")
    columns = (good[name] for name in ("category", "video_id", "path", "source", "title"))
    return [
        Entry(Video(group, name), source, title, file=videos / group / Path(path).name)
        for group, name, path, source, title in zip(*columns, strict=True)
    ]


def write_manifest(folder: Path, manifest: pd.DataFrame) -> None:
    """Write what `build_manifest` made into a directory of videos."""
    write_table(folder / NAME, manifest)


def read_manifest(videos: Path) -> pd.DataFrame:
    """The manifest in the directory `videos`. Raises UserError where there is none."""
    return read_table(videos / NAME, COLUMNS)


def ids_by_content(videos: Path) -> dict[str, list[str]]:
    """The ids of the videos that are `ok`, by the SHA-256 of their files; sorted.

    Empty where the directory has no manifest.
    """
    if not (videos / NAME).is_file():
        return {}
    manifest = read_manifest(videos)
    good = manifest[manifest["status"] == OK].sort_values("video_id")
    return {str(sha256): list(ids) for sha256, ids in good.groupby("sha256")["video_id"]}


def one_line(text: str, limit: int = 300) -> str:
    """`text` without line breaks and control characters, cut to `limit` characters."""
    return " ".join(re.sub(r"[\x00-\x1f\x7f\u2028\u2029]", " ", text).split())[:limit]
