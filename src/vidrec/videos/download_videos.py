"""The videos by category, each with a row in the manifest, from the source that params name."""

from collections import Counter
from pathlib import Path

from vidrec.detections.truth import Truth, truth_of
from vidrec.settings.download_videos import Params
from vidrec.videos import directory, sample, youtube
from vidrec.videos.manifest import OK, Entry, build_manifest, write_manifest
from vidrec.videos.youtube_manifest import read_wanted
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import atomic_directory


def take(params: Params, folder: Path) -> tuple[list[Entry], Truth]:
    """Put the videos of the chosen source into `folder`, as <category>/<video_id>.<ext>.

    Gives an entry per video wanted, and the truth, where videos were drawn here. Raises UserError
    where the source has none.
    """
    if params.source == "sample":
        return sample.take(folder, sample_settings(params), params.sample_videos_per_category)
    if params.source == "directory":
        return directory.take(Path(params.directory), folder), truth_of([])
    return _from_youtube(params, folder), truth_of([])


def sample_settings(params: Params) -> sample.ClipSettings:
    """What the sample source needs of `params`."""
    return sample.ClipSettings(
        seed=params.seed,
        seconds=params.sample_seconds,
        clip_fps=params.sample_fps,
        frames_fps=params.frames_fps,
        frame_size=params.frame_size,
        fit=params.frame_fit,
    )


def _from_youtube(params: Params, folder: Path) -> list[Entry]:
    rules = youtube.Rules(
        max_duration_s=params.youtube_max_duration_s,
        max_height=params.youtube_max_height,
        max_filesize_mb=params.youtube_max_filesize_mb,
    )
    return youtube.take(
        folder,
        read_wanted(Path(params.youtube_manifest)),
        rules,
        params.youtube_videos_per_category,
        params.youtube_min_videos_per_category,
    )


def download(params: Params, videos: Path) -> Truth:
    """Write the directory `videos` with its manifest.csv, whole, from the chosen source.

    Gives what was drawn in them, as far as it was drawn here. Raises UserError where not one video
    is ok.
    """
    with atomic_directory(videos) as folder:
        entries, truth = take(params, folder)
        _check_any(entries)
        write_manifest(folder, build_manifest(entries, videos))
    return truth


def _check_any(entries: list[Entry]) -> None:
    reasons = Counter(entry.status for entry in entries)
    if not reasons[OK]:
        told = ", ".join(f"{count} {status}" for status, count in sorted(reasons.items()))
        raise UserError(f"none of the videos can be used ({told}): give others")
