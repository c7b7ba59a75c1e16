"""Stage train_video_classifier: the category of a video from its importance vector.

A logistic regression, judged by cross-validation over videos, then fitted to all of them.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from vidrec.detections.copies import groups
from vidrec.metrics.figures import rounded
from vidrec.metrics.intervals import interval_metrics
from vidrec.settings.train_video_classifier import Params
from vidrec.vectors.categories import Guess
from vidrec.vectors.sparse import SparseVectors
from vidrec.vectors.vectors import Vectors
from vidrec.vectors.video_classifier import VideoClassifier
from vidrec.workflow.absent import AbsentError
from vidrec.workflow.arrays import BoolArray, FloatArray, IntArray

DECIMALS = 8
# Of the table of scores.
COLUMNS = (
    "category",
    "videos",
    "accuracy",
    "accuracy_low",
    "accuracy_high",
    "accuracy_std",
    "baseline_accuracy",
    "f1",
)


@dataclass(frozen=True)
class Validation:
    """Per video, what the one model guesses that was not fitted to it, and its `fold`."""

    ids: list[str]
    actual: list[str]
    guesses: list[Guess]
    fold: list[int]

    @property
    def predicted(self) -> list[str]:
        return [guess.name for guess in self.guesses]


# Where no classifier can be trained.
NOTHING = Validation([], [], [], [])


def by_id(vectors: Vectors | SparseVectors) -> Vectors | SparseVectors:
    """`vectors` sorted by id, so that the order of the rows does not decide who is in what fold."""
    order = sorted(range(len(vectors.ids)), key=vectors.ids.__getitem__)
    videos = [vectors.videos[row] for row in order]
    if isinstance(vectors, Vectors):
        return Vectors(videos, vectors.labels, vectors.values[order])
    values = vectors.values[order]
    return SparseVectors(videos, vectors.labels, values.indptr, values.indices, values.data)


def _sizes(categories: Sequence[str], sources: Sequence[str]) -> Counter[str]:
    """How many videos each category has, of which copies count once, where the first of them is."""
    first = dict(zip(reversed(sources), reversed(categories), strict=True))
    return Counter(first.values())


def can_be_validated(categories: Sequence[str], sources: Sequence[str]) -> BoolArray:
    """Whether a video's category has another one; of a single one nothing can be learnt without it.

    Raises AbsentError where fewer than two categories are left.
    """
    sizes = _sizes(categories, sources)
    if sum(size > 1 for size in sizes.values()) < 2:
        found = ", ".join(f"{name} has {size}" for name, size in sorted(sizes.items()))
        raise AbsentError(
            f"a classifier needs two categories of two videos each, of which copies count once"
            f" ({found}): add videos"
        )
    return np.array([sizes[category] > 1 for category in categories])


def cross_validate(
    vectors: Vectors | SparseVectors, params: Params, copies: Mapping[str, str] | None = None
) -> Validation:
    """Predict each video by a model fitted to the other folds; no video is on both sides, nor are
    copies of it, which `copies` has by id.

    There are `folds`, or as many as the smallest category has videos. A video alone in its
    category is left out. Raises AbsentError where fewer than two categories are left.
    """
    sources = groups(vectors.ids, copies or {})
    rows = np.flatnonzero(can_be_validated(vectors.categories, sources))
    values, categories = vectors.values[rows], np.array(vectors.categories)[rows]
    splits = _deal(categories, np.array(sources)[rows], params)
    probability = cross_val_predict(
        _model(params), values, categories, cv=splits, method="predict_proba"
    )
    fold = np.zeros(len(rows), int)
    for number, (_, tested) in enumerate(splits):
        fold[tested] = number
    ids = [vectors.ids[row] for row in rows]
    return Validation(ids, categories.tolist(), _guesses(categories, probability), fold.tolist())


def _deal(
    categories: NDArray[np.str_], sources: NDArray[np.str_], params: Params
) -> list[tuple[IntArray, IntArray]]:
    """The rows learnt from and the rows predicted, fold by fold, no source on both sides.

    Dealt are the sources, each as its first video, so that those without copies stay where they
    would be anyway, and each category is in what is learnt from.
    """
    _, first, source = np.unique(sources, return_index=True, return_inverse=True)
    # As they come, not sorted: that alone would deal them otherwise.
    order = np.argsort(first)
    count = min(params.folds, *_sizes(categories.tolist(), sources.tolist()).values())
    folds = StratifiedKFold(count, shuffle=True, random_state=params.seed)
    dealt = folds.split(first, categories[first[order]])
    tested = [np.isin(source, order[some]) for _, some in dealt]
    return [(np.flatnonzero(~each), np.flatnonzero(each)) for each in tested]


def _guesses(categories: NDArray[np.str_], probability: FloatArray) -> list[Guess]:
    """The most probable category of each row, the first of equals; columns are as sorted."""
    names = np.unique(categories)
    return [Guess(str(names[row.argmax()]), float(row.max())) for row in probability]


def train(vectors: Vectors | SparseVectors, params: Params) -> VideoClassifier:
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


def evaluate(validation: Validation) -> pd.DataFrame:
    """A row for `all` videos, then one per category; the figures are in 0..1.

    `accuracy_low` and `accuracy_high` are the ends of the 95 % interval of the accuracy over
    videos. Of all videos also: `accuracy_std`, its standard deviation over the folds,
    `baseline_accuracy`, that of always naming the largest category, and as `f1` the mean of the
    categories' own. Without rows where no video was validated.
    """
    if not validation.ids:
        return pd.DataFrame(columns=list(COLUMNS))
    actual = np.array(validation.actual)
    right = (actual == np.array(validation.predicted)).astype(np.float64)
    classes = sorted(set(validation.actual))
    f1 = f1_score(
        validation.actual, validation.predicted, labels=classes, average=None, zero_division=0.0
    )
    everything = _accuracy("all", right) | {
        "accuracy_std": rounded(pd.Series(right).groupby(validation.fold).mean().std(ddof=0)),
        "baseline_accuracy": rounded(max(Counter(validation.actual).values()) / len(actual)),
        "f1": rounded(f1.mean()),
    }
    by_category = [
        _accuracy(name, right[actual == name]) | {"f1": rounded(value)}
        for name, value in zip(classes, f1, strict=True)
    ]
    return pd.DataFrame([everything, *by_category])


def _accuracy(name: str, right: FloatArray) -> dict[str, Any]:
    ends = interval_metrics("accuracy", right)
    return {"category": name, "videos": len(right), "accuracy": rounded(right.mean()), **ends}


def headlines(table: pd.DataFrame) -> dict[str, float | None]:
    """The figures of all videos that head the metrics, from the table of `evaluate`."""
    if table.empty:
        return {"accuracy": None, "macro_f1": None}
    first = table.iloc[0]
    return {"accuracy": float(first["accuracy"]), "macro_f1": float(first["f1"])}
