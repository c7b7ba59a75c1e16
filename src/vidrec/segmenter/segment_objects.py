"""Stage segment_objects: Mask R-CNN over some frames of each second of each video."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

from vidrec.media.frames import frames_digest, video_directories
from vidrec.networks import weights
from vidrec.networks.compute import inference_workers, use_one_thread
from vidrec.segmenter.object_segmenter import ObjectSegmenter, Segments, Settings, segment_directory
from vidrec.workflow.checkpoints import Checkpoints, complete
from vidrec.workflow.files import write_json
from vidrec.workflow.params import param
from vidrec.workflow.tables import write_table


@dataclass(frozen=True)
class Params:
    """See `segment_objects` in params.yaml."""

    fps: float = param(low=0.01)
    resolution: int = param(low=0, high=2048)
    proposals: int = param(low=1, high=2000)
    threshold: float = param(low=0, high=1)
    detections: int = param(low=1, high=1000)
    max_overlap: float = param(low=0, high=1)
    precision: str = param(choices=("bf16", "fp32"))
    frame_fps: int = param(name="extract_frames.fps", low=1)

    def settings(self) -> Settings:
        """The part that concerns the network."""
        return Settings(
            self.resolution,
            self.proposals,
            self.threshold,
            self.detections,
            self.max_overlap,
            self.precision,
        )


@lru_cache(maxsize=1)
def load_segmenter(folder: Path, settings: Settings) -> ObjectSegmenter:
    """The segmenter in `folder`; each worker process loads it once."""
    use_one_thread()
    return ObjectSegmenter.load(folder, settings)


def segment_video(weights_folder: Path, params: Params, directory: Path) -> bytes:
    """The objects in one video's frames, in the form that is stored."""
    segmenter = load_segmenter(weights_folder, params.settings())
    return segment_directory(directory, segmenter, params.frame_fps, params.fps).to_json()


def segment_all(
    frames: Path, weights_folder: Path, params: Params
) -> Iterator[tuple[str, str, Segments]]:
    """(category, video id, segments) of each video, what was finished before taken as it is."""
    videos = video_directories(frames)
    card = weights.read_card(weights_folder)
    store = Checkpoints("segment_objects", [params, card.sha256])
    done = complete(
        store,
        partial(segment_video, weights_folder, params),
        [directory for _, _, directory in videos],
        [store.key(frames_digest(directory)) for _, _, directory in videos],
        title="segment objects",
        workers=inference_workers(),
    )
    for (category, video_id, _), (_, content) in zip(videos, done, strict=True):
        yield category, video_id, Segments.from_json(content)


def write_segments(folder: Path, category: str, video_id: str, segments: Segments) -> None:
    """Write `<video_id>.csv` and beside it `<video_id>.masks.json`: the frames looked at, and
    for each row of the table its mask."""
    write_table(folder / category / f"{video_id}.csv", segments.table)
    write_json(
        folder / category / f"{video_id}.masks.json",
        {"frames": segments.frames, "masks": segments.masks},
    )
