"""Stage extract_frames: every video becomes numbered frames of one size and one rate."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from operator import attrgetter
from pathlib import Path

import pandas as pd

from vidrec.media import confined, ffmpeg
from vidrec.media.extraction import Extraction
from vidrec.media.frame_directories import place
from vidrec.media.frame_index import UNFINISHED, Framed, write_index
from vidrec.settings.extract_frames import FrameSettings
from vidrec.videos import framing
from vidrec.videos.framing import Taken, extract_video
from vidrec.videos.manifest import DIRECTORY, Entry
from vidrec.videos.originals import original
from vidrec.workflow import state
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.errors import UserError, tell
from vidrec.workflow.files import placing, sha256_of, sweep
from vidrec.workflow.room import check_room

# Of a frame of 224 pixels a side at jpeg_quality 3: the sample's have 6000 to 12000, real ones as
# many, a black one 500.
USUAL_BYTES = 8000

# Of the table of videos that give no frames.
COLUMNS = ("video_id", "category", "status")


def extract(
    videos: Sequence[Entry], params: FrameSettings, frames: Path, index: Path | None = None
) -> pd.DataFrame:
    """Write `frames`/<category>/<video_id>/<n>.jpg for all `videos`, and what they are to `index`.

    A video that fails has no directory but a row in the table that is returned, with COLUMNS, and
    a line on standard error: the manifest has it as one that gives frames. What is finished is
    kept outside `frames` and not done again; a directory that is as it is to be stays untouched.
    Raises UserError where all of them fail.
    """
    check_room(Path(), _usual_bytes(videos, params), "extract_frames", copies=1)
    failed: list[tuple[Entry, str]] = []
    framed: list[Framed] = []
    with _being_written(frames):
        for entry, taken in extract_all(videos, params):
            if taken.good:
                place(taken.folder, entry.video.below(frames), taken.sha256)
                framed.append(Framed(entry.video, taken.frames, taken.sha256))
            else:
                failed.append((entry, taken.status))
        if not framed:
            entry, status = failed[0]
            raise UserError(f"no video gives frames ({entry.video.video_id}: {status}): see them")
        _remove_others(frames, {each.video.below(frames) for each in framed})
    if index:
        write_index(index, framed)
    for entry, status in failed:
        tell(_told(entry, status))
    rows = [(entry.video.video_id, entry.video.category, status) for entry, status in failed]
    return pd.DataFrame(rows, columns=list(COLUMNS))


@contextmanager
def _being_written(frames: Path) -> Iterator[None]:
    """Within it, and after an error, a file in `frames` says that not all may be there."""
    mark = frames / UNFINISHED
    with placing(frames):
        frames.mkdir(parents=True, exist_ok=True)
        mark.touch()
    for category in frames.glob("*/"):
        sweep(category)
    yield
    mark.unlink()


def _remove_others(frames: Path, wanted: Collection[Path]) -> None:
    """Remove the frames of videos that are not there any more, and nothing else.

    What lies behind a link is somebody else's.
    """
    for directory in set(frames.glob("*/*/")) - set(wanted):
        if directory.is_symlink() or directory.parent.is_symlink():
            continue
        for frame in directory.glob("*.jpg"):
            if frame.stem.isdecimal():
                frame.unlink()
        for empty in (directory, directory.parent):
            if not any(empty.iterdir()):
                empty.rmdir()


def _usual_bytes(videos: Sequence[Entry], params: FrameSettings) -> int:
    """What the frames of `videos` usually take on the disk."""
    seconds = sum(min(entry.duration_s, params.max_seconds) for entry in videos)
    return round(seconds * params.fps * USUAL_BYTES * (params.size / 224) ** 2)


def _told(entry: Entry, status: str) -> str:
    return (
        f"{entry.video} gives no frames ({status}) and is left out, though its status is"
        f" {entry.status}"
    )


def extract_all(videos: Sequence[Entry], params: FrameSettings) -> Iterator[tuple[Entry, Taken]]:
    """Each of `videos` with what was taken of it, what was finished before as it is."""
    confined.tell_unconfined()
    store = _store(params)
    make = partial(_make, params, kept_frames())
    return complete(store, videos, _read, make, title="extract frames", name=_name)


def take_ahead(
    files: Sequence[tuple[str, Path]], params: FrameSettings, root: Path
) -> Iterator[Extraction]:
    """What each of `files`, after its SHA-256, is: its frames are kept for the stage to come in
    the project at `root`."""
    confined.tell_unconfined()
    store = _store(params, root)
    make = partial(_make_of_file, params, kept_frames(root))
    done = complete(store, files, _as_it_is, make, title="take frames", name=_file_name)
    return (taken.found for _, taken in done)


def take_again(entry: Entry, params: FrameSettings, root: Path = Path()) -> Taken:
    """What was taken of one video, or is now: in the store of the project at `root`."""
    store, (digest, _) = _store_once(params, root.absolute()), _read(entry)
    return store.once(store.key(digest), partial(_make, params, kept_frames(root), entry))


def _name(entry: Entry) -> str:
    return str(entry.video)


def _file_name(file: tuple[str, Path]) -> str:
    return str(file[1])


def _as_it_is(file: tuple[str, Path]) -> tuple[str, Path]:
    return file


def kept_frames(project: Path = Path()) -> Path:
    """Where the frames of each video are kept, in directories named by their digest."""
    return state.checkpoints(project).absolute() / "frames"


def _store(params: FrameSettings, project: Path = Path()) -> Checkpoints[Taken]:
    sweep(kept_frames(project))
    return Checkpoints(
        "extract_frames",
        [framing],
        [params, ffmpeg.version()],
        pack=framing.pack,
        unpack=partial(framing.unpack, kept_frames(project)),
        keep=attrgetter("good"),
        status=attrgetter("status"),
        project=project,
    )


# What decides a result is looked at once: that takes longer than to take the frames of a short one.
_store_once = lru_cache(maxsize=1)(_store)


def _read(entry: Entry) -> tuple[str, Entry]:
    """A file is known by its content; one that is gone gives nothing to know.

    What an own video must be is known from the list: its file is only needed to take frames.
    """
    if entry.source == DIRECTORY:
        return entry.sha256, entry
    assert entry.file is not None  # of an entry that is ok
    return sha256_of(entry.file) if entry.file.is_file() else "", entry


def _make(params: FrameSettings, store: Path, entry: Entry) -> Taken:
    file = original(entry) if entry.source == DIRECTORY else entry.file
    assert file is not None
    return _make_of_file(params, store, file)


def _make_of_file(params: FrameSettings, store: Path, file: Path) -> Taken:
    return framing.keep(store, extract_video(params, file))
