"""The video classifier: the category of a video from its vector, and the JSON file that holds it.

It is stored as plain numbers: loading it runs no code, unlike a pickle. numpy only: a query is
answered in less time than it takes to load scikit-learn, which is needed to train it.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json, write_json

REMAKE = "run `dvc repro train_video_classifier`"


@dataclass(frozen=True)
class VideoClassifier:
    """A linear classifier: `coef` (classes, labels), `intercept` (classes,)."""

    classes: list[str]
    labels: list[str]
    coef: FloatArray
    intercept: FloatArray


def class_probabilities(classifier: VideoClassifier, values: FloatArray) -> FloatArray:
    """The probability (videos, classes) of each class for vectors `values` (videos, labels)."""
    scores = values @ classifier.coef.T + classifier.intercept
    # Softmax; less the highest score, so that no power is too large.
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities: FloatArray = powers / powers.sum(axis=1, keepdims=True)
    return probabilities


def predict(classifier: VideoClassifier, values: FloatArray) -> list[str]:
    """The most probable class of each of `values` (videos, labels)."""
    best = class_probabilities(classifier, values).argmax(axis=1)
    return [classifier.classes[i] for i in best]


def write_classifier(path: Path, classifier: VideoClassifier | None) -> None:
    """Write `classifier` as JSON; null where there is none, as too few categories were there."""
    if classifier is None:
        write_json(path, None)
        return
    content = {
        "classes": classifier.classes,
        "labels": classifier.labels,
        "coef": classifier.coef.tolist(),
        "intercept": classifier.intercept.tolist(),
    }
    write_json(path, content)


def read_classifier(path: Path) -> VideoClassifier | None:
    """The classifier that `write_classifier` wrote; None where none could be trained.

    Raises UserError for what is none.
    """
    content = read_json(path)
    if content is None:
        return None
    try:
        coef = np.array(content["coef"], float)
        intercept = np.array(content["intercept"], float)
        made = VideoClassifier(list(content["classes"]), list(content["labels"]), coef, intercept)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise UserError(f"{path} is not a video classifier ({error}): {REMAKE}") from None
    wanted = len(made.classes), len(made.labels)
    if coef.shape != wanted or intercept.shape != wanted[:1]:
        raise UserError(f"{path} is not a video classifier (sizes differ): {REMAKE}")
    named = all(isinstance(name, str) for name in made.classes + made.labels)
    if not named or not np.isfinite(coef).all() or not np.isfinite(intercept).all():
        raise UserError(
            f"{path} is not a video classifier (a name is not text, or a number not finite):"
            f" {REMAKE}"
        )
    return made
