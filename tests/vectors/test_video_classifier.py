import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.special import softmax

from vidrec.vectors.video_classifier import (
    VideoClassifier,
    class_probabilities,
    predict,
    read_classifier,
    write_classifier,
)
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json, write_json

CLASSIFIER = VideoClassifier(
    ["cars", "pets"],
    ["car", "cat", "dog"],
    np.array([[2.0, 0, 0], [0, 1.5, 1]]),
    np.array([0, 0.5]),
)


def test_none_is_written_and_read_as_none(tmp_path: Path) -> None:
    write_classifier(tmp_path / "m.json", None)
    assert read_classifier(tmp_path / "m.json") is None


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_classifier(tmp_path / "m.json", CLASSIFIER)
    assert list(read_json(tmp_path / "m.json")) == ["classes", "labels", "coef", "intercept"]
    found = read_classifier(tmp_path / "m.json")
    assert found is not None
    assert (found.classes, found.labels) == (CLASSIFIER.classes, CLASSIFIER.labels)
    np.testing.assert_array_equal(found.coef, CLASSIFIER.coef)
    np.testing.assert_array_equal(found.intercept, CLASSIFIER.intercept)


def test_the_probabilities_are_a_softmax_of_the_scores() -> None:
    values = np.array([[1.0, 0, 0], [0, 1, 1], [0, 0, 0], [900, 0, 0]])
    expected = softmax(values @ CLASSIFIER.coef.T + CLASSIFIER.intercept, axis=1)
    np.testing.assert_allclose(class_probabilities(CLASSIFIER, values), expected, atol=1e-12)
    assert predict(CLASSIFIER, values) == ["cars", "pets", "pets", "cars"]


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("coef", [["x"]]),
        ("coef", [[10**400]]),
        ("classes", [["x"]]),
        ("intercept", [["x"]]),
        ("labels", [["x"]]),
        ("coef", [[1.0]]),
        ("intercept", 1.0),
        ("intercept", [1.0]),
    ],
)
def test_a_model_that_is_none_is_refused(tmp_path: Path, part: str, value: object) -> None:
    write_classifier(tmp_path / "m.json", CLASSIFIER)
    write_json(tmp_path / "m.json", {**read_json(tmp_path / "m.json"), part: value})
    with pytest.raises(UserError, match=r"m\.json is not a video classifier"):
        read_classifier(tmp_path / "m.json")


@pytest.mark.parametrize(("old", "new"), [('"cars"', "1"), ("0.0", "NaN"), ("0.0", "1e400")])
def test_a_model_that_would_answer_no_number_is_refused(tmp_path: Path, old: str, new: str) -> None:
    write_classifier(tmp_path / "m.json", CLASSIFIER)
    text = (tmp_path / "m.json").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "m.json").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UserError, match="a name is not text, or a number not finite"):
        read_classifier(tmp_path / "m.json")


def test_it_answers_without_what_trains_it() -> None:
    code = (
        "import sys, vidrec.vectors.video_classifier; print({'scipy', 'sklearn'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
