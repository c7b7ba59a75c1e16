"""Every video becomes numbered frames of one size and one rate."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vidrec.media import ffmpeg
from vidrec.media.ffmpeg import VideoError
from vidrec.videos.manifest import OK, read_manifest
from vidrec.workflow.archives import pack, unpack
from vidrec.workflow.checkpoints import Checkpoints
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import atomic_directory, sha256_of
from vidrec.workflow.parallel import map_items
from vidrec.workflow.params import param


@dataclass(frozen=True)
class Params:
    """How frames are taken. `jpeg_quality` counts as ffmpeg does: 2 (best) to 31."""

    fps: int = param(low=1, high=60)
    size: int = param(low=32, high=1024)
    fit: str = param(choices=("stretch", "crop", "pad"))
    jpeg_quality: int = param(low=2, high=31)
    max_seconds: float = param(low=1)


@dataclass(frozen=True)
class Video:
    """A video to take frames from."""

    video_id: str
    category: str
    file: Path


@dataclass(frozen=True)
class Extracted:
    """Frames 1, 2, 3 … of a video, kept under `key`; none of them where `status` is not `ok`."""

    video: Video
    key: str
    status: str
    frames: int


def read_videos(videos: Path) -> list[Video]:
    """The videos in the directory `videos` that its manifest calls `ok`.

    Raises UserError where the manifest is missing or names none.
    """
    manifest = read_manifest(videos)
    good = manifest[manifest["status"] == OK]
    if good.empty:
        raise UserError(f"{videos / 'manifest.csv'} names no video that is ok: see its errors")
    named = zip(good["video_id"], good["category"], good["path"], strict=True)
    return [Video(name, group, videos / group / Path(path).name) for name, group, path in named]


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


def extract(videos: list[Video], params: Params, frames: Path) -> dict[str, Any]:
    """Write `frames`/<category>/<video_id>/<n>.jpg for all `videos`; returns what is to report.

    A video that fails has no directory and is in the report, by its id. What is finished is
    kept outside `frames` and not done again. Raises UserError where all of them fail.
    """
    checkpoints = Checkpoints("extract_frames", [params, ffmpeg.version()])
    work = functools.partial(_extract_once, params, checkpoints)
    done = list(map_items(work, videos, title="extract frames"))
    good = [item for item in done if item.status == OK]
    if not good:
        first = done[0]
        raise UserError(f"no video gives frames ({first.video.video_id}: {first.status}): see them")
    with atomic_directory(frames) as folder:
        for path, content in _frame_files(good, checkpoints):
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    checkpoints.prune(item.key for item in good)
    return report(done)


def _extract_once(params: Params, checkpoints: Checkpoints, video: Video) -> Extracted:
    """The frames of `video`, made where no earlier run has; known by the file's content."""
    try:
        key = checkpoints.key(sha256_of(video.file))
        archive = checkpoints.once(key, functools.partial(_archive_of, video.file, params))
        return Extracted(video, key, OK, len(unpack(archive)))
    except VideoError as error:
        return Extracted(video, "", error.status, 0)
    except FileNotFoundError:
        return Extracted(video, "", "missing", 0)


def _archive_of(file: Path, params: Params) -> bytes:
    frames = frames_of(file, params)
    return pack({f"{number}.jpg": frame for number, frame in enumerate(frames, start=1)})


def _frame_files(done: list[Extracted], checkpoints: Checkpoints) -> Iterator[tuple[Path, bytes]]:
    """Path below the directory of frames, and content, of every frame."""
    for item in done:
        archive = checkpoints.load(item.key)
        if archive is None:
            raise UserError(f"the frames of {item.video.video_id} are gone meanwhile: run it again")
        for name, content in unpack(archive).items():
            yield Path(item.video.category, item.video.video_id, name), content


def report(done: list[Extracted]) -> dict[str, Any]:
    """What went well, and the status of each video that did not, by id."""
    return {
        "videos": sum(item.status == OK for item in done),
        "frames": sum(item.frames for item in done),
        "failed": {item.video.video_id: item.status for item in done if item.status != OK},
    }
