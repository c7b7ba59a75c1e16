from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from vidrec.head.apply_head import apply_all
from vidrec.head.finetune_head import Head
from vidrec.workflow.errors import UserError

HEAD = Head(("a", "b"), np.array([[1, 0, 0], [0, 1, 0]], np.float32), np.zeros(2, np.float32))


def write(path: Path, rows: list[list[float]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({"features": np.array(rows, dtype=np.float16)}, path)


def test_each_video_gets_its_distributions_by_category_and_id(tmp_path: Path) -> None:
    write(tmp_path / "pets" / "z.safetensors", [[0, 0, 9]])
    write(tmp_path / "cars" / "a.safetensors", [[20, 0, 0], [0, 20, 0], [1, 0, 0]])
    (cars, pets) = apply_all(tmp_path, HEAD)
    assert cars[:2] == ("cars", "a")
    assert pets[:2] == ("pets", "z")
    odds = np.exp(1) / (np.exp(1) + 1)
    np.testing.assert_allclose(cars[2], [[1, 0], [0, 1], [odds, 1 - odds]], atol=1e-3)
    assert pets[2].tolist() == [[0.5, 0.5]]


def test_features_of_another_trunk_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "pets" / "a.safetensors", [[1, 2]])
    with pytest.raises(UserError, match=r"a.safetensors has features of width 2, the head reads 3"):
        list(apply_all(tmp_path, HEAD))


def test_no_features_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no features"):
        list(apply_all(tmp_path, HEAD))
