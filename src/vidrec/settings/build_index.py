"""What params.yaml may say of stage build_index."""

from dataclasses import dataclass

from vidrec.workflow.params import param

# What may be done about videos that are near to everything.
HUBNESS = ("none", "csls")


@dataclass(frozen=True)
class Params:
    """What params.yaml says: how many neighbours each video gets, and how they are found."""

    neighbors: int = param(low=1)
    hubness: str = param(choices=HUBNESS)
    hubness_neighbors: int = param(low=1, high=1000)
    exact_up_to: int = param(low=0, high=200_000)

    @property
    def corrects_hubs(self) -> bool:
        return self.hubness == "csls"
