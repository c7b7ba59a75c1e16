"""The image set as the trunk sees it: two files that belong together."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import save_file

from vidrec.head.embedded_images import COLUMNS, read_embedded, write_embedded
from vidrec.workflow.errors import UserError

ROWS = [("7/a", "7", "5f", "cat"), ("08/a", "08", "6e", "NA")]
TABLE = pd.DataFrame(ROWS, columns=list(COLUMNS))
FEATURES = np.array([[0.5, 1.0, -2.0], [0.25, 0.0, 3.0]], dtype=np.float16)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_embedded(tmp_path / "embedded", TABLE, FEATURES)
    return tmp_path / "embedded"


def test_what_is_written_is_read(folder: Path) -> None:
    table, features = read_embedded(folder)
    assert table.to_dict("list") == TABLE.to_dict("list")
    assert features.dtype == np.float32
    assert (features == FEATURES).all()
    assert sorted(path.name for path in folder.iterdir()) == ["features.safetensors", "images.csv"]


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / "features.safetensors").unlink()
    with pytest.raises(UserError, match=r"features\.safetensors is missing"):
        read_embedded(folder)
    (folder / "images.csv").unlink()
    with pytest.raises(UserError, match=r"images\.csv is missing"):
        read_embedded(folder)


def test_features_of_other_images_are_refused(folder: Path) -> None:
    save_file({"features": FEATURES[:1]}, folder / "features.safetensors")
    with pytest.raises(UserError, match=r"features of 1 images, images\.csv names 2"):
        read_embedded(folder)


def test_what_holds_no_features_is_refused(folder: Path) -> None:
    (folder / "features.safetensors").write_bytes(b"broken")
    with pytest.raises(UserError, match=r"features\.safetensors holds no features"):
        read_embedded(folder)
    save_file({"other": FEATURES}, folder / "features.safetensors")
    with pytest.raises(UserError, match=r"features\.safetensors holds no features"):
        read_embedded(folder)


@pytest.mark.parametrize("rows", [[1.0, 2.0], [[1.0, float("nan")], [1.0, 2.0]]])
def test_features_are_finite_rows(folder: Path, rows: list[object]) -> None:
    save_file({"features": np.array(rows, np.float16)}, folder / "features.safetensors")
    with pytest.raises(UserError, match="features must be finite numbers"):
        read_embedded(folder)
