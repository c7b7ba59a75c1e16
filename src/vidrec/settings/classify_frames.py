"""What params.yaml may say of stage classify_frames."""

from dataclasses import dataclass

from vidrec.workflow.params import param


@dataclass(frozen=True)
class ClassifierSettings:
    """How the network is run: see `classify_frames` in params.yaml."""

    precision: str = param(name="classify_frames.precision", choices=("bf16", "fp32"))
    batch_size: int = param(name="classify_frames.batch_size", low=1)


@dataclass(frozen=True)
class Params(ClassifierSettings):
    """And whether it is run at all."""

    wanted: bool = param(name="run.classified")
