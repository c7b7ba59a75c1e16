"""What params.yaml may say of stage weigh_objects."""

from dataclasses import dataclass

from vidrec.workflow.errors import UserError
from vidrec.workflow.params import param


@dataclass(frozen=True)
class WeightingSettings:
    """How the importance of an object is worked out: see `weigh_objects` in params.yaml."""

    detector: str = param(choices=("classified", "finetuned", "segmented"))
    term: str = param(choices=("count", "confidence", "area", "confidence_area", "probability"))
    scaling: str = param(choices=("linear", "sqrt", "log", "binary"))
    idf: bool = param()
    norm: str = param(choices=("l2", "l1", "none"))
    min_confidence: float = param(low=0, high=1)

    def __post_init__(self) -> None:
        if self.term == "probability" and self.detector == "segmented":
            raise UserError(
                "weigh_objects.term is probability, which only frame classifiers give: set"
                " weigh_objects.detector to classified or finetuned, or term to confidence"
            )


@dataclass(frozen=True)
class Params(WeightingSettings):
    """And which labels are no objects: they get no dimension."""

    ignore_labels: tuple[str, ...] = param()
