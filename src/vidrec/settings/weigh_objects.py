"""What params.yaml may say of stage weigh_objects."""

from dataclasses import dataclass

from vidrec.workflow.errors import UserError
from vidrec.workflow.params import param

# Per detector, the terms that its detections have the numbers for.
TERMS = {
    "classified": ("count", "confidence", "probability"),
    "finetuned": ("count", "confidence", "probability"),
    "segmented": ("count", "confidence", "area", "confidence_area"),
}


def unfit_term(detector: str, term: str) -> str | None:
    """Why the detections of `detector` cannot be weighed by `term`; None where they can."""
    if term in TERMS[detector]:
        return None
    others = " or ".join(name for name, terms in TERMS.items() if term in terms)
    return (
        f"weigh_objects.term is {term}, for which {detector} detections have no numbers: set"
        f" weigh_objects.detector to {others}, or term to confidence"
    )


@dataclass(frozen=True)
class WeightingSettings:
    """How the importance of an object is worked out: see `weigh_objects` in params.yaml."""

    detector: str = param(choices=("classified", "finetuned", "segmented"))
    term: str = param(choices=("count", "confidence", "area", "confidence_area", "probability"))
    scaling: str = param(choices=("linear", "sqrt", "log", "binary"))
    idf: bool = param()
    contrast: bool = param()
    norm: str = param(choices=("l2", "l1", "none"))
    min_confidence: float = param(low=0, high=1)

    def __post_init__(self) -> None:
        problem = unfit_term(self.detector, self.term)
        # Whether there are areas is for the tables to say, which may be from anywhere.
        if problem and self.term == "probability":
            raise UserError(problem)


@dataclass(frozen=True)
class Params(WeightingSettings):
    """And which labels are no objects: they get no dimension."""

    ignore_labels: tuple[str, ...] = param()
