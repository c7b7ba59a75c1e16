"""Stage extract_frames: every video becomes numbered frames of one size and one rate."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from operator import attrgetter
from pathlib import Path

import pandas as pd

from vidrec.media import confined, ffmpeg
from vidrec.media.extraction import Extraction
from vidrec.settings.extract_frames import FrameSettings
from vidrec.videos import framing
from vidrec.videos.framing import extract_video
from vidrec.videos.manifest import DIRECTORY, Entry
from vidrec.videos.originals import original
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.errors import UserError, tell
from vidrec.workflow.files import atomic_directory, sha256_of
from vidrec.workflow.room import check_room

# Of a frame of 224 pixels a side at jpeg_quality 3: the sample's have 6000 to 12000, real ones as
# many, a black one 500.
USUAL_BYTES = 8000

# Of the table of videos that give no frames.
COLUMNS = ("video_id", "category", "status")


def extract(videos: Sequence[Entry], params: FrameSettings, frames: Path) -> pd.DataFrame:
    """Write `frames`/<category>/<video_id>/<n>.jpg for all `videos`.

    A video that fails has no directory but a row in the table that is returned, with COLUMNS, and
    a line on standard error: the manifest has it as one that gives frames. What is finished is
    kept outside `frames` and not done again. Raises UserError where all of them fail.
    """
    check_room(Path(), _usual_bytes(videos, params), "extract_frames")
    failed: list[tuple[Entry, str]] = []
    with atomic_directory(frames) as folder:
        for entry, found in extract_all(videos, params):
            _write(entry.video.below(folder), found.frames)
            if not found.good:
                failed.append((entry, found.status))
        if len(failed) == len(videos):
            entry, status = failed[0]
            raise UserError(f"no video gives frames ({entry.video.video_id}: {status}): see them")
    for entry, status in failed:
        tell(_told(entry, status))
    rows = [(entry.video.video_id, entry.video.category, status) for entry, status in failed]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _usual_bytes(videos: Sequence[Entry], params: FrameSettings) -> int:
    """What the frames of `videos` usually take on the disk."""
    seconds = sum(min(entry.duration_s, params.max_seconds) for entry in videos)
    return round(seconds * params.fps * USUAL_BYTES * (params.size / 224) ** 2)


def _told(entry: Entry, status: str) -> str:
    return (
        f"{entry.video} gives no frames ({status}) and is left out, though its status is"
        f" {entry.status}"
    )


def extract_all(
    videos: Sequence[Entry], params: FrameSettings
) -> Iterator[tuple[Entry, Extraction]]:
    """Each of `videos` with its frames, what was finished before taken as it is."""
    confined.tell_unconfined()
    make = partial(_make, params)
    return complete(_store(params), videos, _read, make, title="extract frames", name=_name)


def take_ahead(
    files: Sequence[tuple[str, Path]], params: FrameSettings, root: Path
) -> Iterator[Extraction]:
    """What each of `files`, after its SHA-256, is: its frames are kept for the stage to come in
    the project at `root`."""
    confined.tell_unconfined()
    store, make = _store(params, root), partial(extract_video, params)
    done = complete(store, files, _as_it_is, make, title="take frames", name=_file_name)
    return (replace(found, frames=[]) for _, found in done)


def _name(entry: Entry) -> str:
    return str(entry.video)


def _file_name(file: tuple[str, Path]) -> str:
    return str(file[1])


def _as_it_is(file: tuple[str, Path]) -> tuple[str, Path]:
    return file


def _store(params: FrameSettings, project: Path = Path()) -> Checkpoints[Extraction]:
    return Checkpoints(
        "extract_frames",
        [framing],
        [params, ffmpeg.version()],
        pack=framing.pack,
        unpack=framing.unpack,
        keep=attrgetter("good"),
        status=attrgetter("status"),
        project=project,
    )


def _read(entry: Entry) -> tuple[str, Entry]:
    """A file is known by its content; one that is gone gives nothing to know.

    What an own video must be is known from the list: its file is only needed to take frames.
    """
    if entry.source == DIRECTORY:
        return entry.sha256, entry
    assert entry.file is not None  # of an entry that is ok
    return sha256_of(entry.file) if entry.file.is_file() else "", entry


def _make(params: FrameSettings, entry: Entry) -> Extraction:
    file = original(entry) if entry.source == DIRECTORY else entry.file
    assert file is not None
    return extract_video(params, file)


def _write(directory: Path, frames: Sequence[bytes]) -> None:
    for number, content in enumerate(frames, start=1):
        directory.mkdir(parents=True, exist_ok=True)
        (directory / f"{number}.jpg").write_bytes(content)
