"""What params.yaml may say of stage quantize_classifier."""

from dataclasses import dataclass

from vidrec.settings.classify_frames import PRECISIONS
from vidrec.workflow.absent import AbsentError
from vidrec.workflow.params import param


@dataclass(frozen=True)
class Params:
    """See `classify_frames` in params.yaml."""

    precision: str = param(name="classify_frames.precision", choices=PRECISIONS)
    wanted: bool = param(name="run.classified")

    def check_wanted(self) -> None:
        """Raise AbsentError where no network in int8 is needed."""
        if not self.wanted:
            raise AbsentError("run.classified is false: set it to true to classify the frames")
        if self.precision != "int8":
            raise AbsentError(
                f"classify_frames.precision is {self.precision}: set it to int8 for a network in"
                " whole numbers"
            )
