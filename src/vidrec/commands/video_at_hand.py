"""What a user's word for a video stands for: one of the index, a file, frames, or a URL."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vidrec.commands.display_names import DisplayNames
from vidrec.commands.near_names import hint
from vidrec.commands.terminal import Progress
from vidrec.media.containers import VIDEO_SUFFIXES, VideoError
from vidrec.media.frames import Frames, read_frames
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import sha256_of
from vidrec.workflow.video import Video

if TYPE_CHECKING:
    from vidrec.settings.extract_frames import FrameSettings


@dataclass(frozen=True)
class Indexed:
    """A video of the index."""

    video: Video

    @property
    def name(self) -> str:
        return self.video.video_id


@dataclass(frozen=True)
class File:
    """A file that is not of the index."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.resolve().stem


@dataclass(frozen=True)
class FrameDirectory:
    """A directory of frames that is not of the index."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.resolve().stem


@dataclass(frozen=True)
class Url:
    """What is to be downloaded."""

    text: str


@dataclass(frozen=True)
class Lookup:
    """What a word for a video is looked up in.

    `contents` has the ids of the files by the SHA-256 of their content; `frames` is where the
    frames of the videos lie, as `<category>/<video_id>`; `listing` is the file that lists the ids;
    `names` are what people call the videos.
    """

    videos: Sequence[Video]
    contents: Mapping[str, Sequence[str]]
    frames: Path
    listing: Path
    names: DisplayNames

    def find(self, video_id: str | None) -> Indexed | None:
        """The video of that id."""
        return next((Indexed(each) for each in self.videos if each.video_id == video_id), None)

    def titled(self, title: str) -> Indexed | None:
        """The video of that title. Raises UserError where there are more than one."""
        found = [each for each in map(self.find, self.names.titled(title)) if each]
        if len(found) > 1:
            ids = ", ".join(each.name for each in found)
            raise UserError(
                f"{len(found)} videos have the title {title!r}: name one by its id: {ids}"
            )
        return found[0] if found else None

    def all_names(self) -> list[str]:
        """The ids and, where they say more, the titles."""
        ids = [each.video_id for each in self.videos]
        return list(dict.fromkeys([*ids, *map(self.names.title, ids)]))


def resolve(word: str, lookup: Lookup) -> Indexed | File | FrameDirectory | Url:
    """What `word` stands for: an id comes before a file of that name, a file before a title.

    A file is known by its content, frames by their place, a page of YouTube by its id. Raises
    UserError where there is no such thing.
    """
    if not word.strip():
        raise UserError(
            "no video is named: give its id or title, a file, a directory of frames, or a URL"
        )
    if is_url(word):
        return lookup.find(_id_in(word)) or Url(word)
    found = lookup.find(word)
    if found:
        return found
    path = Path(word)
    if _exists(path):
        return _directory(path, lookup) if path.is_dir() else _file(path, lookup)
    found = lookup.titled(word)
    if found:
        return found
    raise _missing(word, lookup)


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


def _missing(word: str, lookup: Lookup) -> UserError:
    """The error that there is no `word`, which was meant as a path or else as an id."""
    if "/" in word or Path(word).suffix.lower() in VIDEO_SUFFIXES:
        return UserError(f"{word} is missing: there is no such file or directory, mend the path")
    meant = hint(word, lookup.all_names(), f"{lookup.listing} lists those there")
    return UserError(f"no video {word!r} in the index: {meant}")


def _directory(path: Path, lookup: Lookup) -> Indexed | FrameDirectory:
    place = path.resolve()
    mine = place.parent.parent == lookup.frames.resolve()
    return (lookup.find(place.name) if mine else None) or FrameDirectory(path)


def _file(path: Path, lookup: Lookup) -> Indexed | File:
    """A file, or the video of its content: the one of its name, or else the first."""
    found = [lookup.find(each) for each in lookup.contents.get(_content(path), ())]
    same = [each for each in found if each]
    named = (each for each in same if each.name == path.stem)
    return next(named, same[0] if same else File(path))


def _content(path: Path) -> str:
    """The SHA-256 of a plain file; empty where it cannot be read, which is told of later."""
    try:
        return sha256_of(path) if path.is_file() else ""
    except OSError:
        return ""


@contextmanager
def at_hand(
    query: Indexed | File | FrameDirectory | Url, lookup: Lookup, progress: Progress
) -> Iterator[Indexed | File | FrameDirectory]:
    """`query` on this machine; what was at a URL is there, in a file, until the block ends.

    Raises UserError where it cannot be had.
    """
    if not isinstance(query, Url):
        yield query
        return
    from vidrec.videos.from_url import fetch

    with tempfile.TemporaryDirectory(prefix="vidrec-") as folder:
        progress(f"downloading {query.text}")
        yield _file(fetch(query.text, Path(folder)), lookup)


def frames_of(
    query: File | FrameDirectory, word: str, taking: "FrameSettings", progress: Progress
) -> Frames:
    """The frames of a video that is not of the index, taken as those of the index were.

    `word` is what an error calls the video. Raises UserError where it gives none.
    """
    if isinstance(query, FrameDirectory):
        return read_frames(query.path)
    from vidrec.media import confined
    from vidrec.videos import framing

    confined.tell_unconfined()
    progress(f"taking frames of {word}")
    try:
        return Frames(word, framing.take_frames(query.path, taking).frames)
    except VideoError as error:
        raise UserError(
            f"{word} gives no frames ({error.status}): {error}; try another file"
        ) from None
