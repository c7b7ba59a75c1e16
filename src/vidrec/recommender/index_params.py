"""With which params the videos of the index were looked at, kept so that one more is treated alike.

The file has the form of params.yaml (JSON is YAML), with the sections that decide how a video
becomes frames and detections: `params.load` reads of it what a stage asks for.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vidrec.workflow import params
from vidrec.workflow.files import write_json
from vidrec.workflow.params import param


@dataclass(frozen=True)
class Params:
    """All params of the stages extract_frames, classify_frames and segment_objects.

    They are named here again, and checked there: those stages load what no index needs.
    """

    frame_fps: int = param(name="extract_frames.fps")
    frame_size: int = param(name="extract_frames.size")
    fit: str = param(name="extract_frames.fit")
    jpeg_quality: int = param(name="extract_frames.jpeg_quality")
    max_seconds: float = param(name="extract_frames.max_seconds")
    min_decoded_share: float = param(name="extract_frames.min_decoded_share")
    more_codecs: tuple[str, ...] = param(name="extract_frames.more_codecs")
    classifier_precision: str = param(name="classify_frames.precision")
    batch_size: int = param(name="classify_frames.batch_size")
    classified_fps: float = param(name="classify_frames.fps")
    segmenter_weights: str = param(name="segment_objects.weights")
    resolution: int = param(name="segment_objects.resolution")
    proposals: int = param(name="segment_objects.proposals")
    threshold: float = param(name="segment_objects.threshold")
    detections: int = param(name="segment_objects.detections")
    max_overlap: float = param(name="segment_objects.max_overlap")
    segmenter_precision: str = param(name="segment_objects.precision")
    segmented_fps: float = param(name="segment_objects.fps")


def write_index(path: Path, settings: Params) -> None:
    """Write `settings` as JSON, by section, under their names in params.yaml."""
    content: dict[str, dict[str, Any]] = {}
    dotted = params.names(Params)
    for field, value in asdict(settings).items():
        section, _, key = dotted[field].partition(".")
        content.setdefault(section, {})[key] = value
    write_json(path, content)
