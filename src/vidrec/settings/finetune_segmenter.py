"""What params.yaml may say of stage finetune_segmenter."""

from dataclasses import dataclass

from vidrec.settings.segment_objects import FindingSettings
from vidrec.workflow.absent import AbsentError
from vidrec.workflow.params import param


@dataclass(frozen=True)
class Params(FindingSettings):
    """See `finetune_segmenter` in params.yaml; and how the network is run, as over the frames."""

    images: str = param()
    stills: int = param(low=8, high=1_000_000)
    test_share: float = param(low=0.05, high=0.5)
    heads: bool = param()
    steps: int = param(low=1)
    batch_size: int = param(low=1)
    learning_rate: float = param(low=1e-6, high=1)
    seed: int = param(low=0, high=2**32 - 1)
    threads: int = param(low=1, high=1024)
    precision: str = param(choices=("auto", "fp32", "bf16"))
    size: int = param(name="extract_frames.size", low=32, high=1024)
    fit: str = param(name="extract_frames.fit", choices=("stretch", "crop", "pad"))
    source: str = param(name="prepare_weights.source", choices=("sample", "torchvision", "file"))
    wanted: bool = param(name="run.finetuned_segmenter")

    def check_wanted(self) -> None:
        """Raise AbsentError where no own classes are wanted, or there is nothing to learn from."""
        if not self.wanted:
            raise AbsentError(
                "run.finetuned_segmenter is false: set it to true to train a segmenter of own"
                " classes"
            )
        if self.source != "sample" and not self.images:
            raise AbsentError(
                "finetune_segmenter.images is empty, and drawn stills are only for the sample's"
                " segmenter: name a directory of own images with masks"
            )
