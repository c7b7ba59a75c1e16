"""What params.yaml may say of stage build_index."""

from dataclasses import dataclass

from vidrec.workflow.params import param


@dataclass(frozen=True)
class Params:
    """What params.yaml says: how many neighbours each video gets, and how they are found."""

    neighbors: int = param(low=1)
    exact_up_to: int = param(low=0, high=200_000)
