"""What params.yaml may say of stage download_videos."""

from dataclasses import dataclass

from vidrec.workflow.params import param


@dataclass(frozen=True)
class Params:
    """Where videos come from, and what each source needs to know."""

    source: str = param(choices=("sample", "youtube", "directory"))
    directory: str = param()
    directory_manifest: str = param()
    seed: int = param(low=0)
    sample_videos_per_category: int = param(low=1, high=999)
    sample_seconds: float = param(low=1, high=60)
    sample_fps: int = param(low=1, high=60)
    youtube_manifest: str = param()
    youtube_videos_per_category: int = param(low=1)
    youtube_min_videos_per_category: int = param(low=1)
    youtube_max_duration_s: float = param(low=1)
    youtube_max_height: int = param(low=144)
    youtube_max_filesize_mb: int = param(low=1)
    # What a video must be like, so that it will give frames.
    max_seconds: float = param(name="extract_frames.max_seconds", low=1, high=86400)
    min_decoded_share: float = param(name="extract_frames.min_decoded_share", low=0, high=1)
    more_codecs: tuple[str, ...] = param(name="extract_frames.more_codecs")
