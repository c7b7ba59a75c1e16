"""What params.yaml may say of stage evaluate_segmented."""

from dataclasses import dataclass

from vidrec.workflow.params import param


@dataclass(frozen=True)
class Params:
    """See `evaluate_segmented` in params.yaml."""

    min_iou: float = param(low=0, high=1)
