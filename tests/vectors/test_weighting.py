import dataclasses
from pathlib import Path

import numpy as np
import pytest

from vidrec.settings.weigh_objects import WeightingSettings
from vidrec.vectors.weighting import SCALINGS, Weighting, read_weighting, write_weighting
from vidrec.workflow import params
from vidrec.workflow.errors import UserError
from vidrec.workflow.files import read_json, write_json

SETTINGS = WeightingSettings("classified", "confidence", "sqrt", True, False, "l2", 0.001)
WEIGHTING = Weighting(SETTINGS, ["cat", "dog"], np.array([1.0, 1.40546511]))

TEXT = """{
  "params": {
    "detector": "classified",
    "term": "confidence",
    "scaling": "sqrt",
    "idf": true,
    "contrast": false,
    "norm": "l2",
    "min_confidence": 0.001
  },
  "labels": [
    "cat",
    "dog"
  ],
  "idf": [
    1.0,
    1.40546511
  ]
}
"""


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_weighting(tmp_path / "w.json", WEIGHTING)
    assert (tmp_path / "w.json").read_text() == TEXT
    found = read_weighting(tmp_path / "w.json")
    assert (found.params, found.labels) == (SETTINGS, ["cat", "dog"])
    np.testing.assert_array_equal(found.idf, WEIGHTING.idf)


@pytest.mark.parametrize(
    ("spoilt", "value"), [("idf", {}), ("labels", {}), ("params", {}), ("idf", [10**400])]
)
def test_a_weighting_that_is_none_is_refused(tmp_path: Path, spoilt: str, value: object) -> None:
    write_weighting(tmp_path / "w.json", WEIGHTING)
    write_json(tmp_path / "w.json", {**read_json(tmp_path / "w.json"), spoilt: value})
    with pytest.raises(UserError, match=r"w\.json"):
        read_weighting(tmp_path / "w.json")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("scaling", "cube"),
        ("term", "foo"),
        ("term", ["a"]),
        ("norm", "l3"),
        ("detector", "nosuch"),
        ("min_confidence", "x"),
    ],
)
def test_a_value_that_is_not_allowed_is_refused(tmp_path: Path, name: str, value: object) -> None:
    write_weighting(tmp_path / "w.json", WEIGHTING)
    content = read_json(tmp_path / "w.json")
    write_json(tmp_path / "w.json", {**content, "params": {**content["params"], name: value}})
    with pytest.raises(UserError, match=rf"w\.json is not a weighting \(weigh_objects\.{name} is"):
        read_weighting(tmp_path / "w.json")


def test_an_idf_that_is_no_number_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.json").write_text(TEXT.replace('"idf": [', '"idf": [\n    NaN,', 1), "utf-8")
    content = read_json(tmp_path / "w.json")
    assert len(content["idf"]) == 3
    text = (tmp_path / "w.json").read_text().replace('"labels": [', '"labels": [\n    "x",', 1)
    (tmp_path / "w.json").write_text(text, "utf-8")
    with pytest.raises(UserError, match="an idf is not a finite number"):
        read_weighting(tmp_path / "w.json")


def test_the_usual_importance_is_kept_where_there_is_contrast(tmp_path: Path) -> None:
    settings = dataclasses.replace(SETTINGS, contrast=True)
    usual = np.array([0.25, 0.5])
    write_weighting(tmp_path / "w.json", Weighting(settings, ["cat", "dog"], np.ones(2), usual))
    found = read_weighting(tmp_path / "w.json")
    assert found.usual is not None
    assert found.usual.tolist() == [0.25, 0.5]
    content = read_json(tmp_path / "w.json")
    for wrong in ([0.25], [0.25, "x"], None):
        write_json(tmp_path / "w.json", {**content, "usual": wrong})
        with pytest.raises(UserError, match=r"w\.json is not a weighting"):
            read_weighting(tmp_path / "w.json")


def test_each_scaling_that_params_may_name_is_there() -> None:
    (scaling,) = (x for x in dataclasses.fields(WeightingSettings) if x.name == "scaling")
    assert tuple(SCALINGS) == scaling.metadata["choices"]


def test_its_params_are_those_of_the_stage() -> None:
    fields = [field.name for field in dataclasses.fields(WeightingSettings)]
    assert params.names(WeightingSettings) == {name: f"weigh_objects.{name}" for name in fields}
