"""Stage finetune_head: a new final layer for the own classes, on features of the frozen trunk."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from scipy.special import softmax
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from vidrec.metrics.figures import rounded
from vidrec.metrics.intervals import interval_metrics
from vidrec.networks import weights
from vidrec.networks.weights import Card
from vidrec.settings.finetune_head import Params, held_out_of, least_sources
from vidrec.workflow.errors import UserError

GAIN = ("gain", "gain_low", "gain_high")
COLUMNS = (
    *("class", "images_trained_on", "images_held_out", "accuracy_before", "accuracy_after"),
    *GAIN,
)


@dataclass(frozen=True)
class Head:
    """A linear layer: `weight` (classes, width), `bias` (classes,), and its class names."""

    labels: tuple[str, ...]
    weight: NDArray[np.float32]
    bias: NDArray[np.float32]

    def distributions(self, features: NDArray[Any]) -> NDArray[np.float16]:
        """Class distributions (rows, classes) for trunk features (rows, width)."""
        scores = features.astype(np.float64) @ self.weight.T.astype(np.float64) + self.bias
        probability: NDArray[np.float16] = softmax(scores, axis=1).astype(np.float16)
        return probability


def split_by_source(table: pd.DataFrame, params: Params) -> NDArray[np.bool_]:
    """True for the rows held out: of each class `test_share` of its sources, to the nearest one.

    No source is on both sides. Of a class that shares sources with others it may be fewer.
    """
    found = table.groupby("source")["class"].unique()
    classes = {str(source): [str(each) for each in labels] for source, labels in found.items()}
    sizes = Counter(label for labels in classes.values() for label in labels)
    _check_sizes(sizes, params.test_share)
    wanted = {label: held_out_of(size, params.test_share) for label, size in sizes.items()}
    order = np.random.default_rng(params.seed).permutation(sorted(classes)).tolist()
    return np.asarray(table["source"].isin(_take(order, classes, wanted)))


def _check_sizes(sizes: Mapping[str, int], test_share: float) -> None:
    label, size = min(sizes.items(), key=lambda each: (each[1], each[0]))
    if size < (least := least_sources(test_share)):
        raise UserError(
            f"class {label!r} has {size} different images: with finetune_head.test_share"
            f" {test_share} each class needs at least {least}"
        )


def _take(
    order: Sequence[str], classes: Mapping[str, Sequence[str]], wanted: Mapping[str, int]
) -> set[str]:
    """Sources, as they come, each of which all its classes have room for."""
    taken: set[str] = set()
    room = dict(wanted)
    for source in order:
        if all(room[label] for label in classes[source]):
            taken.add(source)
            for label in classes[source]:
                room[label] -= 1
    for label in sorted(wanted):
        if room[label] == wanted[label]:
            raise UserError(
                f"class {label!r} shares its images with other classes, so that none of it can be"
                " held out: give it images of its own"
            )
    return taken


def train_head(labels: pd.Series, features: NDArray[np.float32], params: Params) -> Head:
    """A linear head by multinomial logistic regression, the scaling of features folded in."""
    scaler = StandardScaler().fit(features)
    model = LogisticRegression(C=params.c, max_iter=params.max_iter)
    model.fit(scaler.transform(features), labels)
    weight, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        weight, bias = np.vstack([-weight, weight]) / 2, np.concatenate([-bias, bias]) / 2
    weight = weight / scaler.scale_
    bias = bias - weight @ scaler.mean_
    return Head(
        tuple(str(label) for label in model.classes_),
        weight.astype(np.float32),
        bias.astype(np.float32),
    )


def pretrained_guess(train: pd.DataFrame, test: pd.DataFrame) -> pd.Series:
    """What the network says without a new head, in the own classes: each of its labels stands for
    the class it was seen with most among the training images."""
    counts = train.groupby(["pretrained_label", "class"]).size().reset_index(name="n")
    ranked = counts.sort_values(["n", "class"], ascending=[False, True])
    meaning = ranked.drop_duplicates("pretrained_label").set_index("pretrained_label")["class"]
    usual = train["class"].mode()[0]
    return test["pretrained_label"].map(meaning).fillna(usual)


def measure(
    table: pd.DataFrame, features: NDArray[np.float32], held_out: NDArray[np.bool_], head: Head
) -> tuple[dict[str, float], pd.DataFrame]:
    """The accuracy (0..1) of the new head on the held-out images.

    And a table with COLUMNS, of all classes first, then of each: how many images there are on both
    sides, the accuracy with the old labels and with the new head, and the difference with its 95 %
    interval, source by source: views of one scene are hard or easy together.
    """
    train, test = table[~held_out], table[held_out]
    best = head.distributions(features[held_out]).argmax(axis=1)
    guesses = pd.DataFrame(
        {
            "class": test["class"],
            "source": test["source"],
            "before": pretrained_guess(train, test) == test["class"],
            "after": np.array(head.labels)[best] == test["class"],
        }
    )
    rows = [_figures("all", train, guesses)] + [
        _figures(str(label), train[train["class"] == label], part)
        for label, part in guesses.groupby("class")
    ]
    figures = pd.DataFrame(rows)[list(COLUMNS)]
    return {"head_accuracy": float(rows[0]["accuracy_after"])}, figures


def nothing() -> tuple[dict[str, float | None], pd.DataFrame]:
    """What `measure` gives where no head was trained: no accuracy, and a table without rows."""
    return {"head_accuracy": None}, pd.DataFrame(columns=list(COLUMNS))


def _figures(label: str, train: pd.DataFrame, guesses: pd.DataFrame) -> dict[str, Any]:
    return {
        "class": label,
        "images_trained_on": len(train),
        "images_held_out": len(guesses),
        "accuracy_before": rounded(guesses["before"].mean()),
        "accuracy_after": rounded(guesses["after"].mean()),
        **_gain(guesses),
    }


def _gain(guesses: pd.DataFrame) -> dict[str, float | None]:
    """What the new head gains, and the interval's ends, by GAIN."""
    gains = guesses["after"].astype(np.float64) - guesses["before"]
    sums = gains.groupby(guesses["source"]).sum()
    # So that their mean is that of the images, however many a source has.
    by_source = sums.to_numpy() * len(sums) / len(gains)
    return {"gain": rounded(by_source.mean()), **interval_metrics("gain", by_source)}


def save_head(folder: Path, head: Head, trunk: Card) -> None:
    """Write the head as weights of one linear layer on `trunk`."""
    card = Card(
        arch=f"linear head on {trunk.arch}",
        labels=head.labels,
        input_size=trunk.input_size,
        mean=trunk.mean,
        std=trunk.std,
        origin="finetune_head",
        origin_sha256=trunk.sha256,
    )
    tensors = {"weight": torch.from_numpy(head.weight), "bias": torch.from_numpy(head.bias)}
    weights.save(folder, tensors, card)


def load_head(folder: Path) -> Head:
    """The head in `folder`, checked against its card."""
    tensors, card = weights.load(folder)
    head = Head(card.labels, tensors["weight"].numpy(), tensors["bias"].numpy())
    if not len(head.labels) == len(head.weight) == len(head.bias):
        raise UserError(
            f"{folder} has {len(head.labels)} names for {len(head.weight)} classes: they are of"
            " different runs, make them again (`dvc repro -s -f finetune_head`)"
        )
    return head
