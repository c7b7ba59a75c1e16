"""What params.yaml may say of stage draw_truth: it has no knobs of its own."""

from dataclasses import dataclass

from vidrec.workflow.params import param


@dataclass(frozen=True)
class Params:
    """Which clips are drawn (see `download_videos`), and which frames are taken of them."""

    source: str = param(name="download_videos.source", choices=("sample", "youtube", "directory"))
    seed: int = param(name="download_videos.seed", low=0)
    sample_videos_per_category: int = param(
        name="download_videos.sample_videos_per_category", low=1, high=999
    )
    sample_seconds: float = param(name="download_videos.sample_seconds", low=1, high=60)
    sample_fps: int = param(name="download_videos.sample_fps", low=1, high=60)
    frames_fps: int = param(name="extract_frames.fps", low=1, high=60)
    frame_size: int = param(name="extract_frames.size", low=32, high=1024)
    frame_fit: str = param(name="extract_frames.fit", choices=("stretch", "crop", "pad"))
