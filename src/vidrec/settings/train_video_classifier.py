"""What params.yaml may say of stage train_video_classifier."""

from dataclasses import dataclass

from vidrec.workflow.params import param


@dataclass(frozen=True)
class Params:
    """What params.yaml says; `c` is the inverse strength of the L2 penalty."""

    folds: int = param(low=2)
    c: float = param(low=1e-6)
    seed: int = param(low=0, high=2**32 - 1)
    max_iter: int = param(low=1, high=1_000_000)
