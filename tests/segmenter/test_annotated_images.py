"""Own images with masks are read whole, and become what frames are."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vidrec.detections.rle import area_pct
from vidrec.segmenter.annotated_images import load_images, read_annotated
from vidrec.workflow.errors import UserError

# COCO's smallest objects have fewer pixels (32 x 32): there a pixel more is some percent.
SMALL = 1024


def write(root: Path, name: str, size: tuple[int, int], seed: int) -> None:
    coarse = np.random.default_rng(seed).integers(0, 256, (4, 6, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize(size).save(root / name, quality=95)


def annotate(root: Path, names: list[str], size: tuple[int, int] = (80, 40)) -> None:
    """A COCO JSON in which the left quarter of each picture is a nut."""
    width, height = size
    half = [0, 0, width / 4, 0, width / 4, height, 0, height]
    content = {
        "categories": [{"id": 1, "name": "nut"}],
        "images": [
            {"id": n, "file_name": name, "width": width, "height": height}
            for n, name in enumerate(names)
        ],
        "annotations": [
            {"id": n, "image_id": n, "category_id": 1, "segmentation": [half]}
            for n in range(len(names))
        ],
    }
    (root / "_annotations.coco.json").write_text(json.dumps(content))


def test_areas_stay_true_and_copies_are_one_source(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", (80, 40), 0)
    write(tmp_path, "b.jpg", (80, 40), 1)
    Image.open(tmp_path / "a.jpg").save(tmp_path / "c.jpg", quality=60)
    write(tmp_path, "d.jpg", (40, 80), 2)
    (tmp_path / "e.jpg").write_text("no picture")
    annotate(tmp_path, ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg"])
    images, left_out = load_images(tmp_path, 64, "stretch")
    assert [(x.name, x.source) for x in images] == [
        ("a.jpg", "a.jpg"), ("b.jpg", "b.jpg"), ("c.jpg", "a.jpg"),
    ]  # fmt: skip
    for each in images:
        assert each.pixels.shape == (64, 64, 3)
        assert area_pct([x.mask for x in each.objects]).tolist() == [25.0]
    assert len(left_out) == 3
    assert "d.jpg has 40 x 80 pixels, its annotations are of 80 x 40" in left_out[0]
    assert "f.jpg cannot be read" in left_out[2]


def test_the_shape_of_a_picture_decides_what_is_seen_of_it(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", (80, 40), 0)
    annotate(tmp_path, ["a.jpg"])
    with pytest.raises(UserError, match="no picture that can be read with an object marked"):
        load_images(tmp_path, 40, "crop")
    ((padded,), _) = load_images(tmp_path, 40, "pad")
    assert area_pct([x.mask for x in padded.objects]).tolist() == [12.5]


def test_a_link_out_of_the_directory_is_left_out(tmp_path: Path) -> None:
    root = tmp_path / "set"
    root.mkdir()
    write(tmp_path, "secret.jpg", (80, 40), 0)
    write(root, "a.jpg", (80, 40), 1)
    (root / "b.jpg").symlink_to(tmp_path / "secret.jpg")
    annotate(root, ["a.jpg", "b.jpg"])
    images, (told,) = load_images(root, 40, "stretch")
    assert [each.name for each in images] == ["a.jpg"]
    assert "leads out of" in told


def test_a_directory_without_annotations_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a directory"):
        read_annotated(tmp_path / "nowhere")
    (tmp_path / "other.json").write_text("[]")
    with pytest.raises(UserError, match="has no annotations that are known here"):
        read_annotated(tmp_path)


def test_a_picture_in_two_files_is_one_line(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", (80, 40), 0)
    annotate(tmp_path, ["a.jpg"])
    (tmp_path / "too.json").write_text((tmp_path / "_annotations.coco.json").read_text())
    with pytest.raises(UserError, match=r"has 'a\.jpg' in two files of annotations"):
        read_annotated(tmp_path)


def test_the_areas_of_cocos_own_photographs(real_data: Path) -> None:
    """The pixels of a mask against the area that COCO says: of all, and of each that is large."""
    root = real_data / "coco-tiny"
    if not root.is_dir():
        pytest.skip(f"{root} is not here: it holds real files that the project does not ship")
    images, left_out = read_annotated(root)
    assert (len(images), left_out) == (41, [])
    told = coco_areas(root)
    pairs = [
        (area / 100 * image.height * image.width, said)
        for image in images
        for area, (said, crowd) in zip(
            area_pct([each.mask for each in image.objects]), told[image.name], strict=True
        )
        if not crowd
    ]
    read, said = np.array(pairs).T
    assert len(pairs) == 415
    assert read.sum() == pytest.approx(said.sum(), rel=0.001)
    large = said > SMALL
    assert large.sum() > 200
    assert (np.abs(read / said - 1)[large] < 0.01).mean() > 0.95
    assert (np.abs(read / said - 1)[said > 9 * SMALL] < 0.01).all()
    # The error of the smallest is of a few pixels.
    assert np.abs(read - said)[~large].max() < 20


def coco_areas(root: Path) -> dict[str, list[tuple[float, int]]]:
    found: dict[str, list[tuple[float, int]]] = {}
    for part in ("train", "val"):
        content = json.loads((root / f"{part}.json").read_text())
        names = {each["id"]: f"{part}/{each['file_name']}" for each in content["images"]}
        for each in content["annotations"]:
            name = names[each["image_id"]]
            found.setdefault(name, []).append((each["area"], each["iscrowd"]))
    return found


def test_json_that_cannot_be_read_is_left_out_beside_one_that_can(tmp_path: Path) -> None:
    (tmp_path / "notes.json").write_text('{"lr": NaN}')
    with pytest.raises(UserError, match=r"notes\.json: it is not valid JSON"):
        read_annotated(tmp_path)
    write(tmp_path, "a.jpg", (80, 40), 0)
    annotate(tmp_path, ["a.jpg"])
    images, left_out = read_annotated(tmp_path)
    assert [image.name for image in images] == ["a.jpg"]
    assert len(left_out) == 1
    assert "notes.json: it is not valid JSON" in left_out[0]
