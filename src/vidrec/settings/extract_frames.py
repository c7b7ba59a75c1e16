"""What params.yaml may say of stage extract_frames."""

from dataclasses import dataclass

from vidrec.workflow.params import param


@dataclass(frozen=True)
class FrameSettings:
    """See `extract_frames` in params.yaml. `jpeg_quality` counts as ffmpeg does: 2 (best) to 31."""

    fps: int = param(name="extract_frames.fps", low=1, high=60)
    size: int = param(name="extract_frames.size", low=32, high=1024)
    fit: str = param(name="extract_frames.fit", choices=("stretch", "crop", "pad"))
    jpeg_quality: int = param(name="extract_frames.jpeg_quality", low=2, high=31)
    max_seconds: float = param(name="extract_frames.max_seconds", low=1, high=86400)
    min_decoded_share: float = param(name="extract_frames.min_decoded_share", low=0, high=1)
    more_codecs: tuple[str, ...] = param(name="extract_frames.more_codecs")
