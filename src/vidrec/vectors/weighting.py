"""How detections become importance, and the JSON file that keeps it for one more video."""

from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from vidrec.settings.weigh_objects import WeightingSettings
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json, write_json
from vidrec.workflow.params import checked

REMAKE = "run `dvc repro weigh_objects`"
SCALINGS = {"linear": np.positive, "sqrt": np.sqrt, "log": np.log1p, "binary": np.sign}


@dataclass(frozen=True)
class Weighting:
    """All that is needed to weigh one more video just like those it was fitted on."""

    params: WeightingSettings
    labels: list[str]
    idf: FloatArray
    # The mean importance of each label, by the rows brought to length 1; None without contrast.
    usual: FloatArray | None = None


def write_weighting(path: Path, weighting: Weighting) -> None:
    """Write `weighting` as JSON."""
    content = {
        "params": asdict(weighting.params),
        "labels": weighting.labels,
        "idf": weighting.idf.tolist(),
    }
    if weighting.usual is not None:
        content["usual"] = weighting.usual.tolist()
    write_json(path, content)


def read_weighting(path: Path) -> Weighting:
    """The weighting that `write_weighting` wrote. Raises UserError for what is none."""
    content = read_json(path)
    try:
        params = checked(WeightingSettings, content["params"])
        usual = np.array(content["usual"], float) if params.contrast else None
        idf = np.array(content["idf"], float)
        weighting = Weighting(params, list(content["labels"]), idf, usual)
        if not all(isinstance(label, str) for label in weighting.labels):
            raise ValueError("a label is no text")
    except (KeyError, TypeError, ValueError, OverflowError, UserError) as error:
        raise UserError(f"{path} is not a weighting ({error}): {REMAKE}") from None
    for name, numbers in (("an idf", idf), ("a usual importance", usual)):
        if numbers is None:
            continue
        if numbers.shape != (len(weighting.labels),):
            raise UserError(
                f"{path} is not a weighting ({name} is not there for each label): {REMAKE}"
            )
        if not np.isfinite(numbers).all():
            raise UserError(f"{path} is not a weighting ({name} is not a finite number): {REMAKE}")
    return weighting
