"""What params.yaml may say of objects, whoever finds them."""

from dataclasses import dataclass

from vidrec.workflow.params import param


@dataclass(frozen=True)
class Params:
    """See `objects` in params.yaml: the CSV file of own groups of labels, empty for none."""

    groups: str = param()
