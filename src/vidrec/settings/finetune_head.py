"""What params.yaml may say of stage finetune_head."""

import math
from dataclasses import dataclass

from vidrec.workflow.params import param


def held_out_of(sources: int, test_share: float) -> int:
    """How many of a class's sources are held out: the share of them, to the nearest one, and at
    least one on each side."""
    return min(max(1, round(sources * test_share)), sources - 1)


def least_sources(test_share: float) -> int:
    """Of how many sources of a class one is no larger a share than the one to be held out."""
    # Of 1 / 0.07 and its like the last digit is noise.
    return math.ceil(round(1 / test_share, 9))


@dataclass(frozen=True)
class Params:
    """See `finetune_head` in params.yaml."""

    test_share: float = param(low=0.05, high=0.5)
    c: float = param(low=1e-6)
    max_iter: int = param(low=1, high=1_000_000)
    seed: int = param(low=0, high=2**32 - 1)
