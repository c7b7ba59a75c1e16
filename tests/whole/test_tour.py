"""The notebook docs/tour.ipynb runs, in a folder that is of no project, and shows what it says."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from PIL import Image
from tests.projects import ROOT, write_params

import vidrec

CELLS = json.loads((ROOT / "docs/tour.ipynb").read_text(encoding="utf-8"))["cells"]
CODE = [cell for cell in CELLS if cell["cell_type"] == "code"]
SMALLER = {"resolution": 64, "proposals": 1, "threshold": 0.05, "precision": "fp32"}


def run_cells(given: dict[str, str]) -> dict[str, Any]:
    """The names that there are after all cells, `given` in place of those of the parameters."""
    names: dict[str, Any] = {}
    for cell in CODE:
        exec("".join(cell["source"]), names)
        if "parameters" in cell["metadata"].get("tags", []):
            assert set(given) <= set(names)
            names |= given
    return names


def test_all_cells_run_in_another_folder(
    index: Path, segmenter_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_params(index, {"segment_objects": SMALLER, "classify_frames": {"precision": "fp32"}})
    (index / "data/weights/segmenter").symlink_to(segmenter_folder)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    frames = "../project/data/frames/cars/clip_0"
    names = run_cells({"PROJECT": "../project", "VIDEO": "clip_0", "FRAMES": frames})
    assert [each.rank for each in names["neighbors"]] == [1, 2, 3, 4, 5]
    assert names["same"] == names["neighbors"]
    assert all(isinstance(each, vidrec.Neighbor) for each in names["same"])
    assert list(names["classes"]) == ["frame", "label", "confidence"]
    assert set(names["objects"]["frame"]) == {*range(1, 9)}
    assert isinstance(names["objects"], pd.DataFrame)
    assert isinstance(names["project"].inspect("clip_0").sheet(), Image.Image)


def test_no_output_is_stored() -> None:
    assert [cell for cell in CODE if cell["outputs"] or cell["execution_count"]] == []
