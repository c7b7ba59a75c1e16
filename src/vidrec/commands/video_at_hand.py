"""What a user's word for a video stands for: one of the index, a file, frames, or a URL."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vidrec.commands.near_names import hint
from vidrec.commands.terminal import Progress
from vidrec.media.containers import VIDEO_SUFFIXES, VideoError
from vidrec.media.frames import Frames, read_frames
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import sha256_of
from vidrec.workflow.video import Video

if TYPE_CHECKING:
    from vidrec.videos.framing import FrameSettings


@dataclass(frozen=True)
class Known:
    """A video of the index."""

    video: Video

    @property
    def name(self) -> str:
        return self.video.video_id


@dataclass(frozen=True)
class Unseen:
    """A file or a directory of frames that is not of the index."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.resolve().stem


@dataclass(frozen=True)
class Remote:
    """What is to be downloaded."""

    url: str
    name: str = "video"


@dataclass(frozen=True)
class Collection:
    """What a word for a video is looked up in.

    `contents` has the ids of the files by the SHA-256 of their content; `frames` is where the
    frames of the videos lie, as `<category>/<video_id>`.
    """

    videos: Sequence[Video]
    contents: Mapping[str, Sequence[str]]
    frames: Path


def resolve(word: str, collection: Collection) -> Known | Unseen | Remote:
    """What `word` stands for: an id comes before a file of that name.

    A file is known by its content; of videos of equal content it is the one of its name, or else
    the first. Frames are known by their place. Raises UserError where there is no such thing.
    """
    by_id = {video.video_id: video for video in collection.videos}
    name = _id_in(word) if is_url(word) else word
    if name in by_id:
        return Known(by_id[name])
    if is_url(word):
        return Remote(word)
    path = Path(word)
    if not _exists(path):
        raise _missing(word, list(by_id))
    if path.is_dir():
        name = _id_of_frames(path, collection.frames)
    else:
        name = _id_of_file(path, collection.contents)
    return Known(by_id[name]) if name in by_id else Unseen(path)


def is_url(word: str) -> bool:
    """Whether `word` is the address of a page or a file."""
    return word.lower().startswith(("http://", "https://"))


def _id_in(url: str) -> str | None:
    """Of the URL of a YouTube video the part that is its id."""
    from vidrec.videos.youtube_ids import youtube_id

    return youtube_id(url)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name longer than any file may have
        return False


def _missing(word: str, ids: Sequence[str]) -> UserError:
    """The error that there is no `word`, which was meant as a path or else as an id."""
    if "/" in word or Path(word).suffix.lower() in VIDEO_SUFFIXES:
        return UserError(f"{word} is missing: there is no such file or directory, mend the path")
    meant = hint(word, ids, "data/vectors.csv lists those there")
    return UserError(f"no video {word!r} in the index: {meant}")


def _id_of_frames(path: Path, root: Path) -> str | None:
    mine = path.resolve().parent.parent == root.resolve()
    return path.resolve().name if mine else None


def _id_of_file(path: Path, contents: Mapping[str, Sequence[str]]) -> str | None:
    same = contents.get(sha256_of(path), ()) if contents and path.is_file() else ()
    return path.stem if path.stem in same else next(iter(sorted(same)), None)


def frames_of(
    query: Unseen | Remote, word: str, taking: "FrameSettings", progress: Progress
) -> Frames:
    """The frames of a video that is not of the index, taken as those of the index were.

    `word` is what an error calls the video. Raises UserError where it gives none.
    """
    if isinstance(query, Remote):
        return _downloaded(query.url, taking, progress)
    if query.path.is_dir():
        return read_frames(query.path)
    return _extracted(query.path, word, taking, progress)


def _downloaded(url: str, taking: "FrameSettings", progress: Progress) -> Frames:
    from vidrec.videos.youtube import fetch

    with tempfile.TemporaryDirectory(prefix="vidrec-") as folder:
        progress(f"downloading {url}")
        return _extracted(fetch(url, Path(folder)), url, taking, progress)


def _extracted(file: Path, word: str, taking: "FrameSettings", progress: Progress) -> Frames:
    from vidrec.videos import framing

    progress(f"taking frames of {word}")
    try:
        return Frames(word, framing.frames_of(file, taking))
    except VideoError as error:
        raise UserError(
            f"{word} gives no frames ({error.status}): {error}; try another file"
        ) from None
