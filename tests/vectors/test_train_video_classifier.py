from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from vidrec.detections.copies import Copy, write_copies
from vidrec.settings.train_video_classifier import Params
from vidrec.vectors.categories import Guess
from vidrec.vectors.sparse import SparseVectors, as_sparse
from vidrec.vectors.train_video_classifier import (
    Validation,
    by_id,
    cross_validate,
    evaluate,
    headlines,
    train,
)
from vidrec.vectors.vectors import Vectors, write_vectors
from vidrec.vectors.video_classifier import (
    class_probabilities,
    predict,
    read_classifier,
    write_classifier,
)
from vidrec.workflow.errors import UserError
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


def validation(actual: str, predicted: str, fold: list[int]) -> Validation:
    """One letter per video, its category; how sure the guesses are does not matter."""
    ids = [f"v{i}" for i in range(len(actual))]
    return Validation(ids, list(actual), [Guess(name, 0.5) for name in predicted], fold)


def rows_of(found: Validation) -> dict[Any, dict[Any, Any]]:
    """The figures, per category."""
    return evaluate(found).set_index("category").to_dict("index")


def folds_of(found: Validation) -> dict[str, int]:
    return dict(zip(found.ids, found.fold, strict=True))


def test_copies_are_in_one_fold() -> None:
    vectors = corpus(each=10)
    copies = {f"v{i:02}": f"v{i - i % 5:02}" for i in range(20) if i % 5}
    fold = folds_of(cross_validate(vectors, PARAMS, copies))
    assert len(fold) == 30
    assert all(fold[video_id] == fold[first] for video_id, first in copies.items())
    # Of two categories there are but two different videos each.
    assert set(fold.values()) == {0, 1}


def test_the_stage_reads_the_copies_and_refuses_a_bad_table(
    tmp_path: Path, run_stage: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    params = {"train_video_classifier": {"folds": 5, "c": 10.0, "seed": 0, "max_iter": 1000}}
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(params))
    write_vectors(tmp_path / "v.csv", corpus(classes=2, each=3))
    names = {"params": "params.yaml", "vectors": "v.csv", "copies": "c.csv", "metrics": "m.json"}
    arguments = [str(part) for key, name in names.items() for part in (f"--{key}", tmp_path / name)]
    write_copies(tmp_path / "c.csv", [Copy("v01", "v00", 1.0), Copy("v02", "v00", 1.0)])
    assert run_stage("train_video_classifier", *arguments) == 0
    assert "(c0 has 1, c1 has 3): add videos" in capsys.readouterr().err
    (tmp_path / "c.csv").write_text("video_id,copy_of,share\nv01,v01,1\n")
    assert run_stage("train_video_classifier", *arguments) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_without_copies_the_folds_are_those_of_plain_stratified_folds() -> None:
    vectors = shuffled(corpus(each=9))
    plain = StratifiedKFold(5, shuffle=True, random_state=0)
    splits = list(plain.split(vectors.values, vectors.categories))
    for copies in (None, {}, {"not here": "neither"}):
        fold = cross_validate(vectors, PARAMS, copies).fold
        for number, (_, tested) in enumerate(splits):
            assert [row for row, its in enumerate(fold) if its == number] == tested.tolist()


def test_a_pair_of_copies_leaves_the_folds_even() -> None:
    vectors = corpus(each=40)
    paired = folds_of(cross_validate(vectors, PARAMS, {"v01": "v00"}))
    assert paired["v00"] == paired["v01"]
    assert sorted(Counter(paired.values()).values()) == [23, 24, 24, 24, 25]


def test_a_copy_in_another_category_is_in_the_fold_of_the_first() -> None:
    vectors = corpus(classes=2, each=6)
    found = cross_validate(vectors, PARAMS, {"v06": "v00", "v07": "v01"})
    fold = folds_of(found)
    assert (fold["v06"], fold["v07"]) == (fold["v00"], fold["v01"])
    assert dict(zip(found.ids, found.actual, strict=True))["v06"] == "c1"


def test_a_category_of_copies_only_is_not_validated() -> None:
    vectors = corpus(classes=3, each=4)
    found = cross_validate(vectors, PARAMS, {"v09": "v08", "v10": "v08", "v11": "v08"})
    assert set(found.actual) == {"c0", "c1"}
    with pytest.raises(UserError, match="c2 has 1"):
        cross_validate(corpus(classes=3, each=2), PARAMS, {"v03": "v02", "v05": "v04"})


def test_separable_categories_are_told_apart() -> None:
    table = evaluate(cross_validate(corpus(), PARAMS))
    assert table.columns.tolist() == [
        *("category", "videos", "accuracy", "accuracy_low", "accuracy_high", "accuracy_std"),
        *("baseline_accuracy", "f1"),
    ]
    assert table.iloc[0].to_dict() == {
        "category": "all",
        "videos": 24,
        "accuracy": 1.0,
        "accuracy_low": 1.0,
        "accuracy_high": 1.0,
        "accuracy_std": 0.0,
        "baseline_accuracy": 0.3333,
        "f1": 1.0,
    }
    assert table["category"].tolist() == ["all", "c0", "c1", "c2"]
    assert table["videos"].tolist() == [24, 8, 8, 8]
    assert table["f1"].tolist() == table["accuracy"].tolist() == [1.0] * 4
    assert headlines(table) == {"accuracy": 1.0, "macro_f1": 1.0}


def test_every_video_is_predicted_by_a_model_that_has_not_seen_it() -> None:
    # Each video has an object of its own, so whoever has seen it knows it, and no one else can.
    names = [f"v{i:02}" for i in range(20)]
    vectors = Vectors(pair(["a", "b"] * 10, names), names, np.eye(20))
    assert predict(train(vectors, PARAMS), vectors.values) == vectors.categories
    accuracy = headlines(evaluate(cross_validate(vectors, PARAMS)))["accuracy"]
    assert accuracy is not None
    assert accuracy <= 0.5


@pytest.mark.parametrize("classes", [2, 3])
def test_a_guess_is_what_a_model_of_the_other_folds_finds_most_probable(classes: int) -> None:
    vectors = corpus(classes, noise=3.0)
    found = cross_validate(vectors, PARAMS)
    for fold in set(found.fold):
        tested = np.array(found.fold) == fold
        fitted = LogisticRegression(C=PARAMS.c, max_iter=PARAMS.max_iter, random_state=PARAMS.seed)
        fitted.fit(vectors.values[~tested], np.array(vectors.categories)[~tested])
        names = fitted.predict(vectors.values[tested]).tolist()
        surely = fitted.predict_proba(vectors.values[tested]).max(axis=1)
        guesses = [guess for guess, mine in zip(found.guesses, tested, strict=True) if mine]
        assert [guess.name for guess in guesses] == names
        np.testing.assert_allclose([guess.probability for guess in guesses], surely)
    assert found.predicted != found.actual


def test_of_equally_probable_categories_it_is_the_first() -> None:
    # Nothing is known of any video, so that all categories are alike.
    vectors = corpus(each=5)
    blank = Vectors(vectors.videos, vectors.labels, np.zeros_like(vectors.values))
    found = cross_validate(blank, PARAMS)
    assert {*found.predicted} == {"c0"}
    assert [guess.probability for guess in found.guesses] == pytest.approx([1 / 3] * 15)


def test_the_order_of_the_rows_changes_nothing() -> None:
    vectors = corpus(each=4, noise=2.0)
    turned = by_id(shuffled(vectors))
    assert turned.ids == vectors.ids
    assert cross_validate(turned, PARAMS) == cross_validate(vectors, PARAMS)


def test_metrics_of_known_predictions() -> None:
    found = validation("aabb", "abbb", [0, 1, 0, 1])
    rows = rows_of(found)
    assert rows["all"]["accuracy"] == 0.75
    assert (rows["all"]["accuracy_low"], rows["all"]["accuracy_high"]) == (0.25, 1.0)
    assert rows["all"]["accuracy_std"] == 0.25
    assert (rows["a"]["f1"], rows["b"]["f1"]) == (0.6667, 0.8)
    assert rows["all"]["f1"] == 0.7333
    assert headlines(evaluate(found)) == {"accuracy": 0.75, "macro_f1": 0.7333}


def test_a_category_has_its_own_accuracy_and_nothing_of_the_folds() -> None:
    rows = rows_of(validation("aabb", "abbb", [0, 1, 0, 1]))
    assert (rows["a"]["accuracy"], rows["b"]["accuracy"]) == (0.5, 1.0)
    assert (rows["a"]["accuracy_low"], rows["a"]["accuracy_high"]) == (0.0, 1.0)
    for name in ("a", "b"):
        assert pd.isna(rows[name]["accuracy_std"])
        assert pd.isna(rows[name]["baseline_accuracy"])


def test_a_category_never_predicted_scores_0() -> None:
    assert rows_of(validation("ab", "bb", [0, 1]))["a"]["f1"] == 0.0


def test_few_videos_mean_fewer_folds() -> None:
    found = cross_validate(corpus(each=4), PARAMS)
    assert (len(Counter(found.fold)), len(found.ids)) == (4, 12)
    assert evaluate(found)["videos"].iloc[0] == 12


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


@pytest.mark.parametrize("classes", [2, 3])
def test_the_stored_model_predicts_as_the_fitted_one(tmp_path: Path, classes: int) -> None:
    vectors = corpus(classes, noise=2.0)
    write_classifier(tmp_path / "m.json", train(vectors, PARAMS))
    classifier = read_classifier(tmp_path / "m.json")
    assert classifier is not None
    fitted = LogisticRegression(C=PARAMS.c, max_iter=PARAMS.max_iter, random_state=PARAMS.seed)
    fitted.fit(vectors.values, vectors.categories)
    expected = fitted.predict_proba(vectors.values)
    np.testing.assert_allclose(class_probabilities(classifier, vectors.values), expected, atol=1e-6)
    assert predict(classifier, vectors.values) == fitted.predict(vectors.values).tolist()
    assert classifier.labels == vectors.labels


def test_vectors_without_zeros_teach_the_same() -> None:
    vectors = shuffled(corpus())
    dense, sparse = by_id(vectors), by_id(as_sparse(vectors))
    assert isinstance(sparse, SparseVectors)
    assert sparse.ids == dense.ids
    assert cross_validate(sparse, PARAMS).predicted == cross_validate(dense, PARAMS).predicted
    one, other = train(sparse, PARAMS), train(dense, PARAMS)
    np.testing.assert_allclose(one.coef, other.coef, atol=1e-3)
