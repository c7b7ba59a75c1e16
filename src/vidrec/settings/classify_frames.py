"""What params.yaml may say of stage classify_frames."""

from dataclasses import dataclass

from vidrec.workflow.absent import AbsentError
from vidrec.workflow.params import param

PRECISIONS = ("auto", "fp32", "bf16", "int8")


@dataclass(frozen=True)
class ClassifierSettings:
    """How the network is run: see `classify_frames` in params.yaml."""

    precision: str = param(name="classify_frames.precision", choices=PRECISIONS)
    batch_size: int = param(name="classify_frames.batch_size", low=1)


@dataclass(frozen=True)
class LookingSettings(ClassifierSettings):
    """And at which frames: `fps` of each second, of the `frame_fps` that there are."""

    fps: float = param(name="classify_frames.fps", low=0.01)
    frame_fps: int = param(name="extract_frames.fps", low=1, high=60)


@dataclass(frozen=True)
class Wanted:
    """Whether frames are classified at all."""

    wanted: bool = param(name="run.classified")

    def check_wanted(self) -> None:
        """Raise AbsentError where no frames are to be classified."""
        if not self.wanted:
            raise AbsentError("run.classified is false: set it to true to classify the frames")


@dataclass(frozen=True)
class Params(Wanted, LookingSettings):
    """How frames are looked at, and whether they are."""
