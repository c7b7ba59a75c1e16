"""Annotations as COCO's JSON has them, and what strangers may write instead."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vidrec.detections.rle import area_pct, decode_mask, encode_mask
from vidrec.segmenter.coco_json import read_coco, read_json
from vidrec.workflow.errors import UserError

BOX = [2.0, 1.0, 8.0, 1.0, 8.0, 5.0, 2.0, 5.0]


def made() -> dict[str, Any]:
    """Two images of 20 x 10 pixels, two classes, a mask of each form."""
    mask = np.zeros((10, 20), dtype=np.bool_)
    mask[:5, :10] = True
    return {
        "images": [
            {"id": 7, "file_name": "b.jpg", "height": 10, "width": 20},
            {"id": 3, "file_name": "a.jpg", "height": 10, "width": 20},
        ],
        "categories": [{"id": 1, "name": "nut"}, {"id": 5, "name": "bolt"}],
        "annotations": [
            {"id": 1, "image_id": 7, "category_id": 1, "segmentation": [BOX], "area": 24.0},
            {"id": 2, "image_id": 7, "category_id": 5, "segmentation": encode_mask(mask)},
            {
                "id": 3,
                "image_id": 3,
                "category_id": 5,
                "iscrowd": 1,
                "segmentation": {"size": [10, 20], "counts": [20, 40, 140]},
            },
            {"id": 4, "image_id": 3, "category_id": 1, "segmentation": [], "bbox": [0, 0, 2, 2]},
        ],
    }


def test_polygons_and_both_kinds_of_run_lengths_are_read(tmp_path: Path) -> None:
    (first, second), told = read_coco(tmp_path / "x.json", made(), tmp_path)
    assert (first.name, second.name) == ("a.jpg", "b.jpg")
    assert [(x.label, x.crowd) for x in second.objects] == [("nut", False), ("bolt", False)]
    assert area_pct([x.mask for x in second.objects]).tolist() == [12.0, 25.0]
    (crowd,) = first.objects
    assert (crowd.label, crowd.crowd) == ("bolt", True)
    # Run lengths go down the columns: the third to the sixth.
    assert decode_mask(crowd.mask)[:, 2:6].all()
    assert area_pct([crowd.mask]).tolist() == [20.0]
    assert told == f"{tmp_path / 'x.json'}: 1 of 4 annotations have no mask"


def change(table: str, number: int, **values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content[table][number].update(values)


def drawn(value: Any) -> Callable[[dict[str, Any]], None]:
    return change("annotations", 0, segmentation=value)


def again(table: str) -> Callable[[dict[str, Any]], None]:
    return lambda content: content[table].append(dict(content[table][0]))


HOSTILE: dict[str, Callable[[dict[str, Any]], None]] = {
    "images is not a list": lambda content: content.update(images={}),
    "annotations is not a list": lambda content: content.update(annotations=[1]),
    "has id None": lambda content: content["images"][0].pop("id"),
    "has id True": change("images", 0, id=True),
    "two of its images have the id 7": again("images"),
    "two of its annotations have the id 1": again("annotations"),
    "two of its categories have the id 1": again("categories"),
    "height '10'": change("images", 0, height="10"),
    "height 0": change("images", 0, height=0),
    "more than 100,000,000": change("images", 0, height=10**9, width=10**9),
    "file_name '../a.jpg'": change("images", 0, file_name="../a.jpg"),
    "file_name '/etc/passwd'": change("images", 0, file_name="/etc/passwd"),
    "is not the name of a file": change("images", 0, file_name="x\\..\\..\\a.jpg"),
    "file_name 7": change("images", 0, file_name=7),
    "two of its images are the file 'a.jpg'": change("images", 0, file_name="a.jpg"),
    "category_id 2, which": change("annotations", 0, category_id=2),
    "image_id 99": change("annotations", 0, image_id=99),
    "iscrowd 'no'": change("annotations", 0, iscrowd="no"),
    "not the name of a class": change("categories", 0, name="a\nb"),
    "other than __background__": change("categories", 0, name="__background__"),
    "neither polygons nor run lengths": drawn("all"),
    "not a list of numbers": drawn([["1", 2, 3, 4, 5, 6]]),
    "is not a list of numbers": drawn([[1e300, 2, 3, 4, 5, 6]]),
    "without three points": drawn([[1, 2, 3, 4]]),
    "polygon without three": drawn([[1, 2, 3, 4, 5, 6, 7]]),
    "a point outside its image": drawn([[1, 2, 300, 4, 5, 6]]),
    "an outline of": drawn([[0, 0, 20, 10] * 100_000 + [0, 0]]),
    "of another size than its image": drawn({"size": [20, 10], "counts": [200]}),
    "do not add up": drawn({"size": [10, 20], "counts": [100, 99]}),
    "run lengths that do not add": drawn({"size": [10, 20], "counts": [-1, 201]}),
    "lengths that do not add up to its image": drawn({"size": [10, 20], "counts": "zz"}),
}


@pytest.mark.parametrize("told", HOSTILE)
def test_what_is_not_as_coco_has_it_is_one_line(told: str, tmp_path: Path) -> None:
    content = made()
    HOSTILE[told](content)
    with pytest.raises(UserError) as refused:
        read_coco(tmp_path / "x.json", json.loads(json.dumps(content)), tmp_path)
    assert told in str(refused.value)
    assert str(tmp_path / "x.json") in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("text", ["", "{", '{"a": NaN}', '{"a": -Infinity}', "[" * 100_000])
def test_what_is_not_json_is_one_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(UserError, match=r"x\.json: it is not valid JSON \("):
        read_json(path)


def test_pictures_are_found_where_tools_put_them(tmp_path: Path) -> None:
    for place in ("images/a.jpg", "annotations/instances_default.json"):
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).touch()
    path = tmp_path / "annotations/instances_default.json"
    images, _ = read_coco(path, made(), tmp_path)
    assert "images/a.jpg" in [each.name for each in images]
