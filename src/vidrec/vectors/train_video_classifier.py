"""Stage train_video_classifier: the category of a video from its importance vector.

A logistic regression, judged by cross-validation over videos, then fitted to all of them. It is
stored as plain numbers in JSON: loading it runs no code, unlike a pickle.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from vidrec.metrics.intervals import interval_metrics
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.arrays import FloatArray
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json
from vidrec.workflow.params import param

DECIMALS = 8
METRIC_DECIMALS = 6
REMAKE = "run `dvc repro train_video_classifier`"


@dataclass(frozen=True)
class Params:
    """What params.yaml says; `c` is the inverse strength of the L2 penalty."""

    folds: int = param(low=2)
    c: float = param(low=1e-6)
    seed: int = param(low=0, high=2**32 - 1)
    max_iter: int = param(low=1)


@dataclass(frozen=True)
class VideoClassifier:
    """A linear classifier: `coef` (classes, labels), `intercept` (classes,)."""

    classes: list[str]
    labels: list[str]
    coef: FloatArray
    intercept: FloatArray


@dataclass(frozen=True)
class Validation:
    """Per video, the category `predicted` by the one model not fitted to it, and its `fold`."""

    ids: list[str]
    actual: list[str]
    predicted: list[str]
    fold: list[int]


def by_id(vectors: Vectors) -> Vectors:
    """`vectors` sorted by id, so that the order of the rows does not decide who is in what fold."""
    order = sorted(range(len(vectors.ids)), key=vectors.ids.__getitem__)
    return Vectors([vectors.videos[row] for row in order], vectors.labels, vectors.values[order])


def can_be_validated(categories: Sequence[str]) -> NDArray[np.bool_]:
    """Whether a video's category has another one; of a single one nothing can be learnt without it.

    Raises UserError where fewer than two categories are left.
    """
    sizes = Counter(categories)
    if sum(size > 1 for size in sizes.values()) < 2:
        found = ", ".join(f"{name} has {size}" for name, size in sorted(sizes.items()))
        raise UserError(
            f"a classifier needs two categories of two videos each ({found}): add videos"
        )
    return np.array([sizes[category] > 1 for category in categories])


def cross_validate(vectors: Vectors, params: Params) -> Validation:
    """Predict each video by a model fitted to the other folds; no video is on both sides.

    There are `folds`, or as many as the smallest category has videos. A video alone in its
    category is left out. Raises UserError where fewer than two categories are left.
    """
    rows = np.flatnonzero(can_be_validated(vectors.categories))
    values, categories = vectors.values[rows], np.array(vectors.categories)[rows]
    count = min(params.folds, *Counter(categories.tolist()).values())
    folds = StratifiedKFold(count, shuffle=True, random_state=params.seed)
    splits = list(folds.split(values, categories))
    predicted = cross_val_predict(_model(params), values, categories, cv=splits)
    fold = np.zeros(len(rows), int)
    for number, (_, tested) in enumerate(splits):
        fold[tested] = number
    ids = [vectors.ids[row] for row in rows]
    return Validation(ids, categories.tolist(), predicted.tolist(), fold.tolist())


def train(vectors: Vectors, params: Params) -> VideoClassifier:
    """The classifier fitted to all videos, its numbers rounded as they are stored."""
    model = _model(params).fit(vectors.values, vectors.categories)
    coef, intercept = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        # scikit-learn stores two classes as one row: half of it for and against is the same.
        coef, intercept = np.vstack([-coef, coef]) / 2, np.concatenate([-intercept, intercept]) / 2
    return VideoClassifier(
        model.classes_.tolist(),
        vectors.labels,
        np.round(coef, DECIMALS),
        np.round(intercept, DECIMALS),
    )


def _model(params: Params) -> Any:
    return LogisticRegression(C=params.c, max_iter=params.max_iter, random_state=params.seed)


def class_probabilities(classifier: VideoClassifier, values: FloatArray) -> FloatArray:
    """The probability (videos, classes) of each class for vectors `values` (videos, labels)."""
    scores = values @ classifier.coef.T + classifier.intercept
    probabilities: FloatArray = softmax(scores, axis=1)
    return probabilities


def predict(classifier: VideoClassifier, values: FloatArray) -> list[str]:
    """The most probable class of each of `values` (videos, labels)."""
    best = class_probabilities(classifier, values).argmax(axis=1)
    return [classifier.classes[i] for i in best]


def evaluate(validation: Validation) -> dict[str, Any]:
    """The stage's metrics, each in 0..1 but the counts; `f1` is per category.

    `accuracy_low` and `accuracy_high` are the ends of its 95 % interval over videos, `accuracy_std`
    is its standard deviation over the folds; `baseline_accuracy` is that of always naming the
    largest category.
    """
    actual, predicted = validation.actual, validation.predicted
    classes = sorted(set(actual))
    f1 = f1_score(actual, predicted, labels=classes, average=None, zero_division=0.0)
    right = pd.Series(np.array(actual) == np.array(predicted))
    per_fold = right.groupby(validation.fold).mean()
    return {
        "accuracy": _rounded(accuracy_score(actual, predicted)),
        **interval_metrics("accuracy", right.to_numpy(np.float64)),
        "accuracy_std": _rounded(per_fold.std(ddof=0)),
        "macro_f1": _rounded(f1.mean()),
        "baseline_accuracy": _rounded(max(Counter(actual).values()) / len(actual)),
        "videos": len(actual),
        "folds": len(per_fold),
        "f1": {name: _rounded(value) for name, value in zip(classes, f1, strict=True)},
    }


def _rounded(value: float) -> float:
    return round(float(value), METRIC_DECIMALS)


def confusion(validation: Validation) -> pd.DataFrame:
    """The table `video_id,actual,predicted` that DVC plots as a confusion matrix."""
    columns = {"video_id": validation.ids, "actual": validation.actual}
    return pd.DataFrame(columns | {"predicted": validation.predicted})


def classifier_to_dict(classifier: VideoClassifier) -> dict[str, Any]:
    """The content of the model's JSON file."""
    return {
        "classes": classifier.classes,
        "labels": classifier.labels,
        "coef": classifier.coef.tolist(),
        "intercept": classifier.intercept.tolist(),
    }


def read_classifier(path: Path) -> VideoClassifier:
    """The classifier that `classifier_to_dict` made, from a JSON file. Raises UserError."""
    content = read_json(path)
    try:
        coef = np.array(content["coef"], float)
        intercept = np.array(content["intercept"], float)
        made = VideoClassifier(list(content["classes"]), list(content["labels"]), coef, intercept)
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path} is not a video classifier ({error}): {REMAKE}") from None
    if coef.shape != (len(made.classes), len(made.labels)) or len(intercept) != len(coef):
        raise UserError(f"{path} is not a video classifier (sizes differ): {REMAKE}")
    return made
