"""The frames of an index, for who reads them: what is missing is made again from the videos.

They are missing in a clone to which DVC has brought the index, and where they were deleted; they
are others after a change of branch. Both are noticed when they are read, by their digest, as is
damage.
"""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from vidrec.media import confined, frame_directories
from vidrec.media.frame_index import (
    ANEW,
    UNFINISHED,
    Framed,
    FrameSource,
    NoFramesError,
    frames_below,
    read_index,
)
from vidrec.media.frames import Frames
from vidrec.settings.extract_frames import FrameSettings
from vidrec.videos import extract_frames
from vidrec.videos.manifest import DIRECTORY, NAME, Entry, read_good
from vidrec.workflow import kept, params, state
from vidrec.workflow.errors import UserError
from vidrec.workflow.video import Video


@dataclass(frozen=True)
class Origin:
    """What missing frames are made again from: the directory of the videos with its manifest, where
    there is one, and a file with the params of the frames, in the project at `root`."""

    videos: Path | None
    params: Path
    root: Path = Path()


def add_arguments(parser: ArgumentParser, *, need_videos: bool = False) -> None:
    """Have a stage take frames as `of_stage` reads them."""
    parser.add_argument("--frames", type=Path, required=True, help="<category>/<video>/<n>.jpg")
    parser.add_argument("--frame-index", type=Path, help="CSV of them; without it all there count")
    videos = "what missing frames are made again from, with manifest.csv"
    parser.add_argument("--videos", type=Path, required=need_videos, help=videos)


def of_stage(args: Namespace) -> FrameSource:
    """The frames that a stage's arguments name, those of `add_arguments` and `params`."""
    return frame_source(args.frames, args.frame_index, Origin(args.videos, args.params))


def frame_source(frames: Path, index: Path | None, origin: Origin) -> FrameSource:
    """The frames in the directory `frames`: those of `index`, or else all that lie there."""
    if index is None:
        return frames_below(frames)
    return FrameSource(read_index(index), partial(read_or_make, frames, origin))


def read_or_make(frames: Path, origin: Origin, framed: Framed) -> Frames:
    """The frames of a video, which lie in the directory `frames` from now on.

    Raises NoFramesError where they have to be made again, and cannot be.
    """
    directory = framed.video.below(frames)
    found = frame_directories.whole(directory, framed.sha256)
    if found is None:
        folder = extract_frames.kept_frames(origin.root) / framed.sha256
        found = frame_directories.whole(folder, framed.sha256)
        if found is None:
            # A damaged one is whole at first sight.
            frame_directories.remove_damaged(folder, framed.sha256)
            found = _make_again(directory, origin, framed)
        kept.use(folder)
        _mark_as_partial(frames)
        frame_directories.place(folder, directory, framed.sha256)
    if len(found.files) != framed.frames:
        raise NoFramesError(
            f"{directory} has {len(found.files)} frames, of which the index says that they are"
            f" {framed.frames}: run {ANEW}"
        )
    return Frames(str(directory), found.files)


def _mark_as_partial(frames: Path) -> None:
    """Say in a directory of frames that there was not until now that it may not have all."""
    if not frames.exists():
        frames.mkdir(parents=True, exist_ok=True)
        (frames / UNFINISHED).touch()


def _make_again(directory: Path, origin: Origin, framed: Framed) -> Frames:
    confined.tell_unconfined()
    settings = params.load(FrameSettings, origin.params)
    try:
        entry = _entry(framed.video, origin)
        taken = extract_frames.take_again(entry, settings, origin.root)
    except UserError as error:
        raise NoFramesError(f"{directory} lacks its frames, and {error}") from None
    found = frame_directories.whole(taken.folder, framed.sha256)
    if found is None:
        what = taken.found.error or "another ffmpeg, or other params"
        raise NoFramesError(
            f"{directory} lacks its frames, and those made now are other ones ({what}): run {ANEW}"
        )
    return found


def _entry(video: Video, origin: Origin) -> Entry:
    """What the manifest has of a video, its file at hand."""
    if origin.videos is None:
        raise UserError("no videos are named to make them again: name them with --videos")
    if not (origin.videos / NAME).is_file():
        raise UserError(f"{origin.videos / NAME} is missing: run `dvc pull {origin.videos}`")
    changed_ns = (origin.videos / NAME).stat().st_mtime_ns
    entry = _entries(origin, changed_ns).get(video)
    if entry is None:
        raise UserError(f"{origin.videos} has no such video: run `dvc repro extract_frames`")
    if entry.source != DIRECTORY and not (entry.file and entry.file.is_file()):
        raise UserError(f"{entry.file} is missing: run `dvc pull {origin.videos}`")
    return entry


@lru_cache(maxsize=1)
def _entries(origin: Origin, _changed_ns: int) -> dict[Video, Entry]:
    """The videos of the manifest, which is read again once it has changed."""
    assert origin.videos is not None
    entries = read_good(origin.videos, state.originals(origin.root))
    return {each.video: each for each in entries}
