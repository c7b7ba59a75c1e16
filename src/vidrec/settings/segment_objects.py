"""What params.yaml may say of stage segment_objects."""

from dataclasses import dataclass

from vidrec.workflow.absent import AbsentError
from vidrec.workflow.params import param

# Pixels of the shorter side at which a frame is read where none are named, at most: the official
# weights were trained at 800, which takes seven times as long, of frames of 224.
MOST_PIXELS = 320

PRETRAINED, FINETUNED = "pretrained", "finetuned"


@dataclass(frozen=True)
class WeightsChoice:
    """Which weights find the objects: those of prepare_segmenter, or of finetune_segmenter."""

    weights: str = param(name="segment_objects.weights", choices=(PRETRAINED, FINETUNED))


@dataclass(frozen=True)
class FindingSettings:
    """How objects are found in a picture: see `segment_objects` in params.yaml.

    `resolution` 0 means: as the weights were trained, but no more than `MOST_PIXELS`. Of two masks
    whose IoU is above `max_overlap`, whatever their labels, the less confident is dropped.
    """

    resolution: int = param(name="segment_objects.resolution", low=0, high=2048)
    proposals: int = param(name="segment_objects.proposals", low=1, high=2000)
    threshold: float = param(name="segment_objects.threshold", low=0, high=1)
    detections: int = param(name="segment_objects.detections", low=1, high=1000)
    max_overlap: float = param(name="segment_objects.max_overlap", low=0, high=1)

    def read_at(self, trained_at: int) -> int:
        """Pixels of the shorter side at which weights that were trained at so many read a frame."""
        return self.resolution or min(trained_at, MOST_PIXELS)


@dataclass(frozen=True)
class SegmenterSettings(FindingSettings):
    """And how precisely, and in which frames: `fps` of each second, of `frame_fps` there are."""

    precision: str = param(name="segment_objects.precision", choices=("auto", "bf16", "fp32"))
    fps: float = param(name="segment_objects.fps", low=0.01)
    frame_fps: int = param(name="extract_frames.fps", low=1, high=60)


@dataclass(frozen=True)
class Params(SegmenterSettings):
    """And whether it is run at all."""

    wanted: bool = param(name="run.segmented")

    def check_wanted(self) -> None:
        """Raise AbsentError where no objects are to be found."""
        if not self.wanted:
            raise AbsentError("run.segmented is false: set it to true to find objects and masks")
