import itertools
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vidrec.drawing.objects import LABELS
from vidrec.head.image_set import (
    COPY_BITS,
    SAMPLE_CLASSES,
    difference_hash,
    fit_picture,
    group_copies,
    read_images,
    sample_images,
)
from vidrec.media.frames import read_picture
from vidrec.workflow.errors import UserError


def picture(seed: int, size: tuple[int, int] = (48, 32)) -> Image.Image:
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (5, 6, 3), dtype=np.uint8))
    return coarse.resize(size, Image.Resampling.BICUBIC)


def save(path: Path, image: Image.Image, quality: int = 95) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, quality=quality)


def test_images_are_named_labelled_and_of_one_size(tmp_path: Path) -> None:
    save(tmp_path / "cat" / "b.PNG", picture(0))
    save(tmp_path / "cat" / "a.jpg", picture(1, (20, 30)))
    save(tmp_path / "dog" / "a.webp", picture(2))
    (tmp_path / "cat" / ".hidden.jpg").touch()
    (tmp_path / "cat" / "notes.txt").touch()
    images, errors = read_images(tmp_path, 32, "stretch")
    assert [(image.name, image.label) for image in images] == [
        ("cat/a.jpg", "cat"),
        ("cat/b.PNG", "cat"),
        ("dog/a.webp", "dog"),
    ]
    assert {image.pixels.shape for image in images} == {(32, 32, 3)}
    assert len({image.source for image in images}) == 3
    assert errors == []


def test_a_copy_in_another_size_and_quality_is_the_same_source(tmp_path: Path) -> None:
    save(tmp_path / "cat" / "a.png", picture(0, (96, 64)))
    save(tmp_path / "cat" / "b.png", picture(1, (96, 64)))
    save(tmp_path / "dog" / "a.jpg", picture(1, (96, 64)).resize((80, 60)), quality=60)
    save(tmp_path / "dog" / "b.jpg", picture(0, (96, 64)), quality=50)
    save(tmp_path / "dog" / "c.jpg", picture(2, (96, 64)))
    sources = [image.source for image in read_images(tmp_path, 32, "crop")[0]]
    assert sources[0] == sources[3]
    assert sources[1] == sources[2]
    assert len(set(sources)) == 3


def test_copies_of_copies_are_one_group_however_they_are_ordered() -> None:
    bits = [0, 2**COPY_BITS - 1, 2 ** (2 * COPY_BITS) - 1, 2**256 - 2**128]
    chain = [f"{number:064x}" for number in bits]
    for order in itertools.permutations(chain):
        groups = dict(zip(order, group_copies(order), strict=True))
        assert groups[chain[0]] == groups[chain[1]] == groups[chain[2]] in chain[:3]
        assert groups[chain[3]] == chain[3]


def test_copies_of_real_photographs_are_found_and_no_two_photographs_taken_for_one(
    real_data: Path,
) -> None:
    paths = sorted(real_data.glob("images/*/*"))[::9]
    photographs = [Image.fromarray(read_picture(path)) for path in paths]
    smaller = [photo.resize((photo.width * 3 // 4, photo.height * 3 // 4)) for photo in photographs]
    groups = group_copies([difference_hash(photo) for photo in [*photographs, *smaller]])
    firsts, seconds = groups[: len(paths)], groups[len(paths) :]
    assert len(set(firsts)) == len(paths) == 40
    assert np.mean(np.array(firsts) == np.array(seconds)) > 0.9


def test_an_image_that_cannot_be_read_is_reported_and_left_out(tmp_path: Path) -> None:
    save(tmp_path / "cat" / "a.jpg", picture(0))
    save(tmp_path / "dog" / "a.jpg", picture(1))
    (tmp_path / "dog" / "broken.jpg").write_bytes(b"no picture")
    images, (error,) = read_images(tmp_path, 32, "stretch")
    assert len(images) == 2
    assert "dog/broken.jpg cannot be read" in error


@pytest.mark.parametrize("classes", [[], ["cat"]])
def test_fewer_than_two_classes_are_refused(tmp_path: Path, classes: list[str]) -> None:
    for name in classes:
        save(tmp_path / name / "a.jpg", picture(0))
    with pytest.raises(UserError, match="fewer than two classes"):
        read_images(tmp_path, 32, "stretch")


def test_no_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"finetune_head.images is .*nowhere"):
        read_images(tmp_path / "nowhere", 32, "stretch")


def test_pictures_are_fitted_as_frames_are() -> None:
    wide = Image.new("RGB", (60, 20), (255, 0, 0))
    wide.paste((0, 0, 255), (20, 0, 40, 20))
    stretched, cropped, padded = (
        np.asarray(fit_picture(wide, 20, fit)) for fit in ("stretch", "crop", "pad")
    )
    assert stretched[10, 0].tolist() == [255, 0, 0]
    assert (cropped[:, 2:-2] == [0, 0, 255]).all()
    assert not padded[0].any()
    assert padded[10, 0, 0] > 200


def test_pictures_that_differ_have_other_hashes() -> None:
    assert len({difference_hash(picture(seed)) for seed in range(20)}) == 20


def test_sample_images_are_two_views_of_each_scene() -> None:
    images = list(sample_images(7, 2, 32))
    assert len(images) == 2 * 2 * len(SAMPLE_CLASSES)
    assert len({image.name for image in images}) == len(images)
    assert len({image.source for image in images}) == len(images) // 2
    assert {image.label for image in images} == set(SAMPLE_CLASSES)
    assert all(image.pixels.shape == (32, 32, 3) for image in images)
    assert len({image.pixels.tobytes() for image in images}) > 0.9 * len(images)


def test_the_samples_classes_share_out_all_objects() -> None:
    drawn = [label for labels in SAMPLE_CLASSES.values() for label in labels]
    assert sorted(drawn) == list(LABELS)
