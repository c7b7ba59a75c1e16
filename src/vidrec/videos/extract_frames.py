"""Stage extract_frames: every video becomes numbered frames of one size and one rate."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from vidrec.media import archives, ffmpeg
from vidrec.media.ffmpeg import VideoError
from vidrec.videos.manifest import OK, Entry
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import atomic_directory, sha256_of
from vidrec.workflow.params import param

# Of the table of videos that give no frames.
COLUMNS = ("video_id", "category", "status")


@dataclass(frozen=True)
class Params:
    """How frames are taken. `jpeg_quality` counts as ffmpeg does: 2 (best) to 31."""

    fps: int = param(low=1, high=60)
    size: int = param(low=32, high=1024)
    fit: str = param(choices=("stretch", "crop", "pad"))
    jpeg_quality: int = param(low=2, high=31)
    max_seconds: float = param(low=1)


@dataclass(frozen=True)
class Extracted:
    """Frames 1, 2, 3 … of a video as JPEG; none of them where `status` is not `ok`."""

    status: str
    frames: list[bytes]


def frames_of(file: Path, params: Params) -> list[bytes]:
    """Frames 1, 2, 3 … of one video as JPEG. Raises VideoError where it does not decode."""
    return ffmpeg.extract_frames(
        file,
        fps=params.fps,
        size=params.size,
        fit=params.fit,
        quality=params.jpeg_quality,
        max_seconds=params.max_seconds,
    )


def extract(videos: Sequence[Entry], params: Params, frames: Path) -> pd.DataFrame:
    """Write `frames`/<category>/<video_id>/<n>.jpg for all `videos`.

    A video that fails has no directory but a row in the table that is returned, with COLUMNS. What
    is finished is kept outside `frames` and not done again. Raises UserError where all of them
    fail.
    """
    failed: list[tuple[str, str, str]] = []
    with atomic_directory(frames) as folder:
        for entry, found in extract_all(videos, params):
            _write(entry.video.below(folder), found.frames)
            if found.status != OK:
                failed.append((entry.video.video_id, entry.video.category, found.status))
        if len(failed) == len(videos):
            name, _, status = failed[0]
            raise UserError(f"no video gives frames ({name}: {status}): see them")
    return pd.DataFrame(failed, columns=list(COLUMNS))


def extract_all(videos: Sequence[Entry], params: Params) -> Iterator[tuple[Entry, Extracted]]:
    """Each of `videos` with its frames, what was finished before taken as it is."""
    store = Checkpoints(
        "extract_frames",
        [sys.modules[__name__]],
        [params, ffmpeg.version()],
        pack=_pack,
        unpack=_unpack,
        keep=_is_good,
    )
    return complete(store, videos, _read, partial(_extract, params), title="extract frames")


def _read(entry: Entry) -> tuple[str, Path | None]:
    """A file is known by its content; one that is gone gives nothing to know."""
    there = entry.file is not None and entry.file.is_file()
    return sha256_of(entry.file) if entry.file and there else "", entry.file


def _extract(params: Params, file: Path | None) -> Extracted:
    assert file is not None  # of an entry that is ok
    try:
        return Extracted(OK, frames_of(file, params))
    except VideoError as error:
        return Extracted(error.status, [])


def _is_good(found: Extracted) -> bool:
    return found.status == OK


def _pack(found: Extracted) -> bytes:
    return archives.pack({f"{n}.jpg": frame for n, frame in enumerate(found.frames, start=1)})


def _unpack(content: bytes) -> Extracted:
    return Extracted(OK, list(archives.unpack(content).values()))


def _write(directory: Path, frames: Sequence[bytes]) -> None:
    for number, content in enumerate(frames, start=1):
        directory.mkdir(parents=True, exist_ok=True)
        (directory / f"{number}.jpg").write_bytes(content)
