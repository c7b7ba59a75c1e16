"""What params.yaml may say of stage evaluate_classified."""

from dataclasses import dataclass

from vidrec.workflow.params import param


@dataclass(frozen=True)
class Params:
    """See `evaluate_classified` in params.yaml."""

    dominance: float = param(low=1)
    min_area_pct: float = param(low=0, high=100)
    fps: float = param(name="classify_frames.fps", low=0.01)
    frame_fps: int = param(name="extract_frames.fps", low=1, high=60)
