"""A video that the index may not know: where it lies, its frames, and what is found in them.

All of it goes through the stages' own functions, so that it comes out as it would in the index.
What loads torch is imported where it is used.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from vidrec.commands.terminal import Tell
from vidrec.detections.tree import Distribution, VideoDetections
from vidrec.recommender.reasons import unknown_id
from vidrec.vectors.vectors import Vectors
from vidrec.videos.manifest import OK, read_manifest
from vidrec.workflow import params
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import sha256_of
from vidrec.workflow.video import Video

if TYPE_CHECKING:
    from vidrec.segmenter.object_segmenter import Segments

VIDEOS, FRAMES = Path("data/videos"), Path("data/frames")
CLASSIFIER, SEGMENTER = Path("data/weights/classifier"), Path("data/weights/segmenter")
HEAD = Path("data/weights/head")


def is_url(video: str) -> bool:
    """Whether `video` is the address of a page or a file."""
    return video.lower().startswith(("http://", "https://"))


@contextmanager
def on_disk(video: str, vectors: Vectors, tell: Tell) -> Iterator[Path]:
    """The file or directory that `video` names; one at a URL is there until the block ends.

    Raises UserError where there is none, or none can be had.
    """
    if is_url(video):
        from vidrec.videos.youtube import fetch

        with tempfile.TemporaryDirectory(prefix="vidrec-") as folder:
            tell(f"downloading {video}")
            yield fetch(video, Path(folder))
    elif _exists(Path(video)):
        yield Path(video)
    else:
        raise _missing(video, vectors)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name longer than any file may have
        return False


def _missing(video: str, vectors: Vectors) -> UserError:
    """The error that there is no `video`, which was meant as a path or else as an id."""
    from vidrec.videos.directory import VIDEO_SUFFIXES

    if "/" in video or Path(video).suffix.lower() in VIDEO_SUFFIXES:
        return UserError(f"{video} is missing: there is no such file or directory, mend the path")
    return unknown_id(vectors, video)


@contextmanager
def frames_of(path: Path, name: str, params_path: Path, tell: Tell) -> Iterator[Path]:
    """The directory of the frames of a video file, until the block ends; `path` if it is one.

    `name` is what an error calls the video.
    """
    if path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="vidrec-") as folder:
        tell(f"taking frames of {name}")
        _extract(path, name, Path(folder), params_path)
        yield Path(folder)


def _extract(video: Path, name: str, folder: Path, params_path: Path) -> None:
    from vidrec.media.ffmpeg import VideoError
    from vidrec.videos import extract_frames

    settings = params.load(extract_frames.Params, params_path)
    try:
        frames = extract_frames.frames_of(video, settings)
    except VideoError as error:
        raise UserError(
            f"{name} gives no frames ({error.status}): {error}; try another file"
        ) from None
    for number, content in enumerate(frames, start=1):
        (folder / f"{number}.jpg").write_bytes(content)


def indexed_id(path: Path) -> str | None:
    """The id of the video that a file or a directory of frames is, where the index has it.

    A file is known by its content. Of videos of equal content it is the one of its name, or else
    the first.
    """
    if path.is_dir():
        mine = path.resolve().parent.parent == FRAMES.resolve()
        return path.resolve().name if mine else None
    if not (VIDEOS / "manifest.csv").is_file():
        return None
    manifest = read_manifest(VIDEOS)
    same = (manifest["status"] == OK) & (manifest["sha256"] == sha256_of(path))
    ids = sorted(manifest["video_id"][same])
    return path.stem if path.stem in ids else next(iter(ids), None)


def detect(frames: Path, detector: str, params_path: Path, tell: Tell) -> VideoDetections:
    """What `detector` finds in a directory of frames."""
    if detector == "segmented":
        return VideoDetections(Video("", "query"), segment(frames, params_path, tell).table)
    return classify(frames, detector, params_path, tell)


def segment(frames: Path, params_path: Path, tell: Tell) -> "Segments":
    """The objects in a directory of frames, with their masks."""
    tell("loading the segmenter, finding objects")
    from vidrec.segmenter import segment_objects
    from vidrec.segmenter.object_segmenter import Segments

    settings = params.load(segment_objects.Params, params_path)
    return Segments.from_json(segment_objects.segment_video(SEGMENTER, settings, frames))


def classify(frames: Path, detector: str, params_path: Path, tell: Tell) -> VideoDetections:
    """The classes of a directory of frames, by the classifier or with the finetuned head."""
    tell("loading the classifier, looking at the frames")
    from safetensors.numpy import load as load_tensors

    from vidrec.classifier import classify_frames
    from vidrec.detections.distributions import top_classes
    from vidrec.networks import weights

    settings = params.load(classify_frames.Params, params_path)
    found = load_tensors(classify_frames.classify_video(CLASSIFIER, settings, frames))
    labels, probability = weights.read_card(CLASSIFIER).labels, found["probability"]
    if detector == "finetuned":
        from vidrec.head import finetune_head

        head = finetune_head.load_head(HEAD)
        labels, probability = head.labels, head.distributions(found["features"])
    table = top_classes(probability, labels)
    return VideoDetections(Video("", "query"), table, Distribution(labels, probability))
