"""What params.yaml may say of stage prepare_segmenter."""

from dataclasses import dataclass

from vidrec.workflow.absent import AbsentError
from vidrec.workflow.params import param

# torchvision's, which have official weights.
SEGMENTERS = ("maskrcnn_resnet50_fpn", "maskrcnn_resnet50_fpn_v2")


@dataclass(frozen=True)
class SegmenterTraining:
    """How to train: see `prepare_segmenter` in params.yaml."""

    seed: int = param(low=0, high=2**32 - 1)
    threads: int = param(low=1, high=1024)
    precision: str = param(choices=("auto", "fp32", "bf16"))
    resolution: int = param(low=64, high=224)
    stills: int = param(low=1)
    steps: int = param(low=1)
    batch_size: int = param(low=1)
    learning_rate: float = param(low=1e-6, high=1)


@dataclass(frozen=True)
class Params(SegmenterTraining):
    """See `prepare_segmenter` in params.yaml."""

    wanted: bool = param(name="run.segmented")
    source: str = param(name="prepare_weights.source", choices=("sample", "torchvision", "file"))
    arch: str = param(name="prepare_weights.segmenter_arch", choices=SEGMENTERS)
    weights: str = param(name="prepare_weights.segmenter_weights")
    file: str = param(name="prepare_weights.segmenter_file")

    def check_wanted(self) -> None:
        """Raise AbsentError where no objects are to be found."""
        if not self.wanted:
            raise AbsentError("run.segmented is false: set it to true to find objects and masks")
