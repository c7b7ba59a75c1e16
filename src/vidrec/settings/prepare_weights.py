"""What params.yaml may say of stage prepare_weights."""

from dataclasses import dataclass

from vidrec.workflow.params import param


@dataclass(frozen=True)
class ClassifierTraining:
    """How to train: see `prepare_weights` in params.yaml."""

    seed: int = param(low=0, high=2**32 - 1)
    threads: int = param(low=1, high=1024)
    precision: str = param(choices=("auto", "fp32", "bf16"))
    input_size: int = param(low=64, high=256, step=64)
    closeups: int = param(low=1)
    closeup_epochs: int = param(low=1)
    stills: int = param(low=1)
    still_epochs: int = param(low=1)
    learning_rate: float = param(low=1e-6, high=1)


@dataclass(frozen=True)
class Params(ClassifierTraining):
    """See `prepare_weights` in params.yaml."""

    source: str = param(choices=("sample", "torchvision", "file"))
    classifier_arch: str = param()
    classifier_weights: str = param()
    classifier_file: str = param()
