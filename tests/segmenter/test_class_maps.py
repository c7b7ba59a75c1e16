"""Masks as pictures of class numbers."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vidrec.detections.rle import area_pct
from vidrec.segmenter.class_maps import is_class_maps, read_class_maps
from vidrec.workflow.errors import UserError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two pictures, one of which has a mask: two nuts that do not touch, and a bolt."""
    for name in ("images", "masks"):
        (tmp_path / name).mkdir()
    for name in ("a.jpg", "b.png"):
        Image.new("RGB", (20, 10)).save(tmp_path / "images" / name)
    (tmp_path / "images/notes.txt").write_text("no picture")
    numbers = np.zeros((10, 20), dtype=np.uint8)
    numbers[0:2, 0:5], numbers[5:9, 0:5], numbers[:, 10:] = 1, 1, 2
    save(numbers, tmp_path)
    (tmp_path / "classes.txt").write_text("nut\nbolt\n")
    return tmp_path


def save(numbers: np.ndarray, root: Path) -> None:
    Image.fromarray(numbers).save(root / "masks/a.png")


def test_each_piece_is_an_object(root: Path) -> None:
    assert is_class_maps(root)
    (image,), left_out = read_class_maps(root)
    assert (image.name, image.height, image.width) == ("images/a.jpg", 10, 20)
    assert [each.label for each in image.objects] == ["nut", "nut", "bolt"]
    assert area_pct([each.mask for each in image.objects]).tolist() == [5.0, 10.0, 50.0]
    assert left_out == [f"{root / 'images/b.png'}, as there is no {root / 'masks/b.png'}"]


def test_what_is_no_mask_is_one_line(root: Path) -> None:
    save(np.full((10, 20), 3, dtype=np.uint8), root)
    with pytest.raises(UserError, match=r"a\.png has class number 3, classes\.txt has 2 names"):
        read_class_maps(root)
    Image.new("RGB", (20, 10)).save(root / "masks/a.png")
    with pytest.raises(UserError, match=r"cannot be read as class numbers \(its pixels are RGB"):
        read_class_maps(root)
    (root / "masks/a.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    with pytest.raises(UserError, match=r"cannot be read as class numbers"):
        read_class_maps(root)
    (root / "classes.txt").write_text("nut\nnut\n")
    with pytest.raises(UserError, match=r"must name classes, each once"):
        read_class_maps(root)
