"""What params.yaml may say of stage embed_images."""

from dataclasses import dataclass

from vidrec.settings.classify_frames import PRECISIONS, ClassifierSettings
from vidrec.workflow.absent import AbsentError
from vidrec.workflow.params import param


@dataclass(frozen=True)
class Params:
    """See `embed_images` in params.yaml."""

    seed: int = param(low=0)
    sample_scenes: int = param(low=2, high=1_000_000)
    images: str = param(name="finetune_head.images")
    size: int = param(name="extract_frames.size", low=32, high=1024)
    fit: str = param(name="extract_frames.fit", choices=("stretch", "crop", "pad"))
    precision: str = param(name="classify_frames.precision", choices=PRECISIONS)
    batch_size: int = param(name="classify_frames.batch_size", low=1)
    wanted: bool = param(name="run.finetuned")

    @property
    def classifier(self) -> ClassifierSettings:
        """How the network is run: as over the frames."""
        return ClassifierSettings(precision=self.precision, batch_size=self.batch_size)

    def check_wanted(self) -> None:
        """Raise AbsentError where no own classes are wanted."""
        if not self.wanted:
            raise AbsentError(
                "run.finetuned is false: set it to true to train a head of own classes"
            )
