"""The directory source: a user's own files, `<category>/<file>`, of any name."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vidrec.media.containers import VIDEO_SUFFIXES, VideoError, sniff
from vidrec.media.ffmpeg import check_video
from vidrec.videos.manifest import Entry
from vidrec.videos.names import safe_names
from vidrec.workflow.errors import UserError
from vidrec.workflow.parallel import map_items
from vidrec.workflow.video import Video

SHOWN = 5


@dataclass(frozen=True)
class Found:
    """A file to take in, under the names that it gets."""

    file: Path
    video: Video


def take(directory: Path, folder: Path) -> list[Entry]:
    """Link each video of `directory`/<category>/ as `folder`/<category>/<video_id>.<ext>.

    A file that has no video gets an entry that says why, and no link. What does not look like a
    video at all is named on standard error and left out. Raises UserError where there is none.
    """
    files, skipped = list_files(directory)
    if skipped:
        print(f"left out, not <category>/<video>: {_some(skipped)}", file=sys.stderr)
    if not files:
        raise UserError(
            f"{directory} has no videos: put files there as <category>/<file>, or change"
            " download_videos.directory or download_videos.source"
        )
    found = name_files(directory, files)
    entries = map_items(check, found, title="checking", unit="file")
    return [_link(folder, item, entry) for item, entry in zip(found, entries, strict=True)]


def list_files(directory: Path) -> tuple[list[Path], list[Path]]:
    """The files `<category>/<file>` that may be videos, and all others but hidden ones, sorted.

    Raises UserError where the directory is missing or cannot be read.
    """
    if not directory.is_dir():
        raise UserError(
            f"{directory} is not a directory: make it, or set download_videos.directory"
        )
    try:
        top = [path for path in sorted(directory.iterdir()) if not _hidden(path)]
        inner = [path for folder in top if folder.is_dir() for path in sorted(folder.iterdir())]
    except OSError as error:
        raise UserError(f"{error.filename} cannot be read: {error.strerror}") from None
    shown = [path for path in inner if not _hidden(path)]
    files = [path for path in shown if _may_be_video(path)]
    return files, [path for path in top if not path.is_dir()] + sorted(set(shown) - set(files))


def _hidden(path: Path) -> bool:
    return path.name.startswith(".")


def _may_be_video(path: Path) -> bool:
    """Whether its name or its first bytes are those of a video."""
    if path.is_dir():
        return False
    if path.suffix.lower() in VIDEO_SUFFIXES:
        return True
    try:
        return bool(sniff(path))
    except VideoError:
        return False


def name_files(directory: Path, files: Sequence[Path]) -> list[Found]:
    """The category and the id of each file: its names, in safe characters, made unique."""
    folders = sorted({path.parent.name for path in files})
    categories = dict(zip(folders, safe_names(folders, folders), strict=True))
    relative = [path.relative_to(directory).as_posix() for path in files]
    ids = safe_names([path.stem for path in files], relative)
    return [
        Found(path.absolute(), Video(categories[path.parent.name], video_id))
        for path, video_id in zip(files, ids, strict=True)
    ]


def check(found: Found) -> Entry:
    """The entry of a file, which is ok once its beginning has been decoded."""
    title = found.file.stem.encode(errors="replace").decode()
    entry = Entry(found.video, "directory", title)
    try:
        return replace(entry, duration_s=check_video(found.file), file=found.file)
    except VideoError as error:
        return replace(entry, status=error.status, error=str(error))


def _link(folder: Path, found: Found, entry: Entry) -> Entry:
    """`entry` with its file linked into `folder`, not copied: videos are large."""
    if entry.file is None:
        return entry
    suffix = found.file.suffix.lower()
    ending = suffix if re.fullmatch(r"\.[a-z0-9]+", suffix) else ".video"
    link = found.video.below(folder, ending)
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(found.file.resolve())
    return replace(entry, file=link)


def _some(paths: Sequence[Path]) -> str:
    """The first few of `paths` as text, and how many more there are."""
    names = ", ".join(repr(str(path)) for path in paths[:SHOWN])
    more = len(paths) - SHOWN
    return f"{names} and {more} more" if more > 0 else names
