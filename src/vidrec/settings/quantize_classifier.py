"""What params.yaml may say of stage quantize_classifier."""

from dataclasses import dataclass

from vidrec.settings.classify_frames import PRECISIONS, Wanted
from vidrec.workflow.absent import AbsentError
from vidrec.workflow.params import param


@dataclass(frozen=True)
class Params(Wanted):
    """See `classify_frames` in params.yaml."""

    precision: str = param(name="classify_frames.precision", choices=PRECISIONS)

    def check_wanted(self) -> None:
        """Raise AbsentError where no network in int8 is needed."""
        super().check_wanted()
        if self.precision != "int8":
            raise AbsentError(
                f"classify_frames.precision is {self.precision}: set it to int8 for a network in"
                " whole numbers"
            )
