from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vidrec.drawing.objects import LABELS
from vidrec.head.image_set import (
    SAMPLE_CLASSES,
    read_images,
    sample_images,
)
from vidrec.media.fitting import fit_picture
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
    assert errors == [
        "'cat/notes.txt', not <class>/<image> in JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF"
    ]


def test_hidden_folders_are_no_classes(tmp_path: Path) -> None:
    for label in ("cat", "dog", ".thumbnails"):
        save(tmp_path / label / "a.jpg", picture(0))
    images, errors = read_images(tmp_path, 32, "stretch")
    assert [image.label for image in images] == ["cat", "dog"]
    assert errors == []


def test_every_format_that_is_read_counts(tmp_path: Path) -> None:
    save(tmp_path / "cat" / "a.jpg", picture(0))
    names = ["a.avif", "b.jfif", "c.bmp", "d.TIFF", "e.gif", "h.webp", "i.apng"]
    for name in names:
        save(tmp_path / "dog" / name, picture(1))
    for name in ("f.jp2", "g.qoi", "j.tga"):
        save(tmp_path / "dog" / name, picture(1))
    images, errors = read_images(tmp_path, 32, "stretch")
    assert [image.name for image in images] == ["cat/a.jpg", *(f"dog/{name}" for name in names)]
    assert errors == [
        "'dog/f.jp2', 'dog/g.qoi', 'dog/j.tga', not <class>/<image> in JPEG, PNG, WebP, GIF, BMP,"
        " TIFF or AVIF"
    ]


def test_of_a_moving_picture_the_first_is_taken(tmp_path: Path) -> None:
    save(tmp_path / "cat" / "a.jpg", picture(0))
    (tmp_path / "dog").mkdir()
    red, blue = (Image.new("RGB", (32, 32), color) for color in ("red", "blue"))
    red.save(tmp_path / "dog" / "a.gif", save_all=True, append_images=[blue])
    images, _ = read_images(tmp_path, 32, "stretch")
    assert images[1].pixels[0, 0].tolist() == [255, 0, 0]


def test_what_is_left_out_is_said_in_one_line(tmp_path: Path) -> None:
    save(tmp_path / "cat" / "a.jpg", picture(0))
    save(tmp_path / "cat" / "more" / "a.jpg", picture(0))
    save(tmp_path / "dog" / "a.jpg", picture(1))
    save(tmp_path / "lost.jpg", picture(2))
    (tmp_path / "empty").mkdir()
    for name in ("a.txt", "b.txt", "c.heic", ".DS_Store"):
        (tmp_path / "dog" / name).touch()
    images, errors = read_images(tmp_path, 32, "stretch")
    assert [image.name for image in images] == ["cat/a.jpg", "dog/a.jpg"]
    assert errors == [
        "'cat/more', 'dog/a.txt', 'dog/b.txt', 'dog/c.heic', 'empty' and 1 more,"
        " not <class>/<image> in JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF"
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "a.jpg",
            r"can be read: .*fish/a.jpg cannot be read as a picture \(it is not in JPEG",
        ),
        ("a.heic", "can be read: none is in JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF: convert"),
        ("deeper/a.jpg", "can be read: none is in JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF"),
    ],
)
def test_a_class_that_cannot_be_read_is_refused_by_name(
    tmp_path: Path, name: str, said: str
) -> None:
    for label in ("cat", "dog"):
        save(tmp_path / label / "a.jpg", picture(0))
    (tmp_path / "fish" / name).parent.mkdir(parents=True)
    (tmp_path / "fish" / name).write_bytes(b"no picture")
    with pytest.raises(UserError, match=f"class 'fish' has no file that {said}"):
        read_images(tmp_path, 32, "stretch")


def test_the_accents_of_a_class_are_one_letter_each(tmp_path: Path) -> None:
    for label in ("pa\u0301jaros", "猫"):
        save(tmp_path / label / "a.jpg", picture(0))
    images, _ = read_images(tmp_path, 32, "stretch")
    assert [image.label for image in images] == ["p\u00e1jaros", "猫"]


@pytest.mark.parametrize(
    ("case", "classes"),
    [
        ("11_hidden_class_folder", ["bird", "helicopter"]),
        ("15_class_of_avif_and_jfif", ["bird", "helicopter", "phone", "web"]),
    ],
)
def test_the_shared_image_sets_are_read(real_data: Path, case: str, classes: list[str]) -> None:
    images, errors = read_images(real_data.parent / "cases" / case, 32, "stretch")
    assert sorted({image.label for image in images}) == classes
    assert errors == ["'README', not <class>/<image> in JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF"]


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


def test_different_drawings_on_white_are_different_sources(real_data: Path) -> None:
    images, _ = read_images(real_data.parent / "cases/14_white_ground", 64, "stretch")
    assert len({image.source for image in images}) == len(images) == 24


def test_grey_of_16_bits_is_no_white(real_data: Path) -> None:
    images, _ = read_images(real_data.parent / "cases/12_png_16_bit", 64, "stretch")
    greys = [image for image in images if image.label == "xray"]
    assert len({image.source for image in greys}) == 8
    assert all(image.pixels.min() < 60 and image.pixels.max() > 190 for image in greys)
