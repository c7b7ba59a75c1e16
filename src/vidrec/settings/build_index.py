"""What params.yaml may say of stage build_index."""

from dataclasses import dataclass

from vidrec.workflow.params import param


@dataclass(frozen=True)
class Params:
    """What params.yaml says: how many neighbours each video gets."""

    neighbors: int = param(low=1)
