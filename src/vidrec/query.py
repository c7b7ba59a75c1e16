"""A query video, in the index or never seen, to its neighbours; through the stages' functions."""

import tempfile
from pathlib import Path

from safetensors.numpy import load as load_tensors

from vidrec import params
from vidrec.detections import Distribution, VideoDetections
from vidrec.errors import UserError
from vidrec.recommend import Neighbor, recommend, recommend_for_id
from vidrec.vectors import read_vectors
from vidrec.weigh_objects import read_weighting, weigh_video

VECTORS, WEIGHTING = Path("data/vectors.csv"), Path("data/weighting.json")
CLASSIFIER, SEGMENTER = Path("data/weights/classifier"), Path("data/weights/segmenter")
HEAD = Path("data/weights/head")
REASONS_SHOWN = 3


def neighbors_of(video: str, count: int, params_path: Path) -> list[Neighbor]:
    """The `count` videos most like `video`: an id in the index, a file, frames, or a URL.

    Raises UserError for an unknown id, or a video in which no object of the index is found.
    """
    vectors = read_vectors(VECTORS)
    at_url = video.startswith(("http://", "https://"))
    if video in vectors.ids or not (at_url or Path(video).exists()):
        return recommend_for_id(vectors, video, count)
    weighting = read_weighting(WEIGHTING)
    look = _detect_at_url if at_url else detect
    found = look(video, weighting.params.detector, params_path)
    return recommend(vectors, weigh_video(found, weighting), name=video, count=count)


def _detect_at_url(url: str, detector: str, params_path: Path) -> VideoDetections:
    from vidrec.youtube_videos import fetch

    with tempfile.TemporaryDirectory(prefix="vidrec-") as folder:
        return detect(str(fetch(url, Path(folder))), detector, params_path)


def detect(video: str, detector: str, params_path: Path) -> VideoDetections:
    """What `detector` finds in a video file or a directory of frames."""
    if Path(video).is_dir():
        return _detect_in_frames(Path(video), detector, params_path)
    with tempfile.TemporaryDirectory(prefix="vidrec-") as folder:
        _extract(Path(video), Path(folder), params_path)
        return _detect_in_frames(Path(folder), detector, params_path)


def _extract(video: Path, folder: Path, params_path: Path) -> None:
    from vidrec import extract_frames
    from vidrec.media import VideoError

    settings = params.load(extract_frames.Params, params_path)
    try:
        frames = extract_frames.frames_of(video, settings)
    except VideoError as error:
        raise UserError(
            f"{video} gives no frames ({error.status}): {error}; try another file"
        ) from None
    for number, content in enumerate(frames, start=1):
        (folder / f"{number}.jpg").write_bytes(content)


def _detect_in_frames(frames: Path, detector: str, params_path: Path) -> VideoDetections:
    if detector == "segmented":
        return _segment(frames, params_path)
    return _classify(frames, detector, params_path)


def _segment(frames: Path, params_path: Path) -> VideoDetections:
    from vidrec import segment_objects
    from vidrec.object_segmenter import Segments

    settings = params.load(segment_objects.Params, params_path)
    content = segment_objects.segment_video(SEGMENTER, settings, frames)
    return VideoDetections("query", "", Segments.from_json(content).table)


def _classify(frames: Path, detector: str, params_path: Path) -> VideoDetections:
    from vidrec import classify_frames, finetune_head, weights
    from vidrec.distributions import top_classes

    settings = params.load(classify_frames.Params, params_path)
    found = load_tensors(classify_frames.classify_video(CLASSIFIER, settings, frames))
    labels, probability = weights.read_card(CLASSIFIER).labels, found["probability"]
    if detector == "finetuned":
        head = finetune_head.load_head(HEAD)
        labels, probability = head.labels, head.distributions(found["features"])
    table = top_classes(probability, labels)
    return VideoDetections("query", "", table, Distribution(labels, probability))


def as_text(video: str, neighbors: list[Neighbor]) -> str:
    """The neighbours as lines that a person reads: rank, id, category, similarity, reasons."""
    width = max((len(item.video_id) for item in neighbors), default=0)
    lines = [f"most similar to {video}:"]
    for item in neighbors:
        shown = ", ".join(
            f"{reason.label} {reason.share:.0%}" for reason in item.reasons[:REASONS_SHOWN]
        )
        lines.append(
            f"{item.rank:>4}  {item.video_id:<{width}}  {item.category}  {item.similarity:.3f}"
            f"  {shown}"
        )
    return "\n".join(lines)
