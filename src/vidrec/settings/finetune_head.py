"""What params.yaml may say of stage finetune_head."""

from dataclasses import dataclass

from vidrec.workflow.params import param


@dataclass(frozen=True)
class Params:
    """See `finetune_head` in params.yaml."""

    test_share: float = param(low=0.05, high=0.5)
    c: float = param(low=1e-6)
    max_iter: int = param(low=1)
    seed: int = param(low=0)
