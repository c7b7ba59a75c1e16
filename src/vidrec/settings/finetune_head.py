"""What params.yaml may say of stage finetune_head."""

from dataclasses import dataclass

from vidrec.workflow.params import param


def parts(test_share: float) -> int:
    """Into how many parts the images of a class are dealt, one of which is held out."""
    return max(2, round(1 / test_share))


@dataclass(frozen=True)
class Params:
    """See `finetune_head` in params.yaml."""

    test_share: float = param(low=0.05, high=0.5)
    c: float = param(low=1e-6)
    max_iter: int = param(low=1, high=1_000_000)
    seed: int = param(low=0, high=2**32 - 1)
