import dataclasses
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from vidrec.vectors.train_video_classifier import (
    Params,
    Validation,
    by_id,
    class_probabilities,
    classifier_to_dict,
    confusion,
    cross_validate,
    evaluate,
    predict,
    read_classifier,
    train,
)
from vidrec.vectors.vectors import Vectors
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import write_json
from vidrec.workflow.video import pair

PARAMS = Params(folds=5, c=10.0, seed=0, max_iter=1000)


def corpus(classes: int = 3, each: int = 8, noise: float = 0.3) -> Vectors:
    """Videos whose own object is at 1, all else being noise."""
    random = np.random.default_rng(0)
    categories = [f"c{i}" for i in range(classes) for _ in range(each)]
    values = np.repeat(np.eye(classes, classes + 2), each, axis=0)
    values += noise * random.random(values.shape)
    ids = [f"v{i:02}" for i in range(len(categories))]
    return Vectors(pair(categories, ids), [f"o{i}" for i in range(classes + 2)], values)


def shuffled(vectors: Vectors) -> Vectors:
    order = np.random.default_rng(1).permutation(len(vectors.ids))
    return Vectors(
        pair([vectors.categories[i] for i in order], [vectors.ids[i] for i in order]),
        vectors.labels,
        vectors.values[order],
    )


def test_separable_categories_are_told_apart() -> None:
    metrics = evaluate(cross_validate(corpus(), PARAMS))
    assert metrics == {
        "accuracy": 1.0,
        "accuracy_low": 1.0,
        "accuracy_high": 1.0,
        "accuracy_std": 0.0,
        "macro_f1": 1.0,
        "baseline_accuracy": 0.333333,
        "videos": 24,
        "folds": 5,
        "f1": {"c0": 1.0, "c1": 1.0, "c2": 1.0},
    }


def test_every_video_is_predicted_by_a_model_that_has_not_seen_it() -> None:
    # Each video has an object of its own, so whoever has seen it knows it, and no one else can.
    names = [f"v{i:02}" for i in range(20)]
    vectors = Vectors(pair(["a", "b"] * 10, names), names, np.eye(20))
    assert predict(train(vectors, PARAMS), vectors.values) == vectors.categories
    assert evaluate(cross_validate(vectors, PARAMS))["accuracy"] <= 0.5


def test_the_order_of_the_rows_changes_nothing() -> None:
    vectors = corpus(each=4, noise=2.0)
    turned = by_id(shuffled(vectors))
    assert turned.ids == vectors.ids
    assert cross_validate(turned, PARAMS) == cross_validate(vectors, PARAMS)


def test_metrics_of_known_predictions() -> None:
    metrics = evaluate(Validation(list("wxyz"), list("aabb"), list("abbb"), [0, 1, 0, 1]))
    assert metrics["accuracy"] == 0.75
    assert (metrics["accuracy_low"], metrics["accuracy_high"]) == (0.25, 1.0)
    assert metrics["accuracy_std"] == 0.25
    assert metrics["f1"] == {"a": 0.666667, "b": 0.8}
    assert metrics["macro_f1"] == 0.733333


def test_a_category_never_predicted_scores_0() -> None:
    metrics = evaluate(Validation(["x", "y"], ["a", "b"], ["b", "b"], [0, 1]))
    assert metrics["f1"]["a"] == 0.0


def test_few_videos_mean_fewer_folds() -> None:
    metrics = evaluate(cross_validate(corpus(each=4), PARAMS))
    assert (metrics["folds"], metrics["videos"]) == (4, 12)


def test_a_video_alone_in_its_category_is_left_out() -> None:
    vectors = corpus()
    more = Vectors(
        pair(["alone", *vectors.categories], ["a", *vectors.ids]),
        vectors.labels,
        np.vstack([np.ones(len(vectors.labels)), vectors.values]),
    )
    assert cross_validate(more, PARAMS) == cross_validate(vectors, PARAMS)
    assert "alone" in train(more, PARAMS).classes


@pytest.mark.parametrize(
    ("categories", "said"), [("aa", "two categories"), ("aab", r"\(a has 2, b has 1\)")]
)
def test_what_cannot_be_validated_is_an_error(categories: str, said: str) -> None:
    vectors = Vectors(pair([*categories], list("xyz"[: len(categories)])), ["o"], np.eye(3)[:, :1])
    with pytest.raises(UserError, match=said):
        cross_validate(vectors, PARAMS)


def test_the_confusion_table_has_a_row_per_video() -> None:
    table = confusion(Validation(["x", "y"], ["a", "b"], ["b", "b"], [0, 1]))
    assert table.to_dict("list") == {
        "video_id": ["x", "y"],
        "actual": ["a", "b"],
        "predicted": ["b", "b"],
    }


@pytest.mark.parametrize("classes", [2, 3])
def test_the_stored_model_predicts_as_the_fitted_one(tmp_path: Path, classes: int) -> None:
    vectors = corpus(classes, noise=2.0)
    write_json(tmp_path / "m.json", classifier_to_dict(train(vectors, PARAMS)))
    classifier = read_classifier(tmp_path / "m.json")
    fitted = LogisticRegression(C=PARAMS.c, max_iter=PARAMS.max_iter, random_state=PARAMS.seed)
    fitted.fit(vectors.values, vectors.categories)
    expected = fitted.predict_proba(vectors.values)
    np.testing.assert_allclose(class_probabilities(classifier, vectors.values), expected, atol=1e-6)
    assert predict(classifier, vectors.values) == fitted.predict(vectors.values).tolist()
    assert classifier.labels == vectors.labels


@pytest.mark.parametrize("spoilt", ["coef", "classes", "intercept", "labels"])
def test_a_model_that_is_none_is_refused(tmp_path: Path, spoilt: str) -> None:
    content = classifier_to_dict(train(corpus(), dataclasses.replace(PARAMS, c=1.0)))
    write_json(tmp_path / "m.json", {**content, spoilt: [["x"]]})
    with pytest.raises(UserError, match=r"m\.json is not a video classifier"):
        read_classifier(tmp_path / "m.json")
