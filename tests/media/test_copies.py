"""Copies of pictures are found, and different pictures are not taken for copies."""

import io
import itertools
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance

from vidrec.media.copies import group_copies, is_copy, take_fingerprint
from vidrec.media.frames import read_picture


def picture(seed: int, size: tuple[int, int] = (200, 150)) -> Image.Image:
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (5, 6, 3), dtype=np.uint8))
    return coarse.resize(size, Image.Resampling.BICUBIC)


def copied(image: Image.Image, share: float, quality: int) -> Image.Image:
    content = io.BytesIO()
    small = image.resize((round(image.width * share), round(image.height * share)))
    small.save(content, "JPEG", quality=quality)
    return Image.open(content).convert("RGB")


def pasted(image: Image.Image) -> Image.Image:
    ground = Image.new("RGB", (500, 500), "white")
    ground.paste(image.resize((100, 100)), (200, 200))
    return ground


def groups(images: list[Image.Image]) -> list[int]:
    return group_copies([take_fingerprint(image) for image in images])


def test_copies_in_other_sizes_and_qualities_are_found() -> None:
    images = [picture(seed) for seed in range(10)]
    smaller = [copied(image, 0.5, 60) for image in images]
    assert groups([*images, *smaller]) == [*range(10), *range(10)]


def test_copies_in_other_brightness_and_in_grey_are_found() -> None:
    images = [ImageEnhance.Brightness(picture(seed)).enhance(0.7) for seed in range(10)]
    brighter = [ImageEnhance.Brightness(image).enhance(1.3) for image in images]
    grey = [image.convert("L").convert("RGB") for image in images]
    assert groups([*images, *brighter, *grey]) == [*range(10), *range(10), *range(10)]


def test_noise_is_no_difference() -> None:
    random = np.random.default_rng(0)
    noise = random.integers(126, 131, (10, 200, 300, 3), dtype=np.uint8)
    assert groups([Image.fromarray(each) for each in noise]) == [0] * 10


def test_different_pictures_that_fill_most_of_a_white_ground_are_not_copies() -> None:
    for side in (200, 300, 360, 396):
        images = []
        for seed in range(10):
            images.append(Image.new("RGB", (400, 400), "white"))
            images[-1].paste(picture(seed).resize((side, side)), ((400 - side) // 2,) * 2)
        assert groups(images) == list(range(10))


def test_different_pictures_on_white_are_not_copies() -> None:
    images = [pasted(picture(seed)) for seed in range(10)]
    assert groups(images) == list(range(10))
    assert groups([images[0], copied(images[0], 0.5, 60)]) == [0, 0]


def test_the_same_shape_in_another_colour_is_another_picture() -> None:
    images = [Image.new("RGB", (200, 200), "white") for _ in range(2)]
    for image, colour in zip(images, ("red", "blue"), strict=True):
        ImageDraw.Draw(image).ellipse((80, 80, 120, 120), colour)
    assert groups(images) == [0, 1]


def test_a_copy_of_a_copy_alone_joins_no_group() -> None:
    first, last = (take_fingerprint(picture(seed)) for seed in (0, 1))
    between = take_fingerprint(Image.blend(picture(0), picture(1), 0.5))
    # Ever nearer to the last: each like the one before, the last unlike the first.
    steps = [take_fingerprint(Image.blend(picture(0), picture(1), n / 20)) for n in range(21)]
    assert all(is_copy(*pair) for pair in itertools.pairwise(steps))
    assert not is_copy(first, last)
    assert not is_copy(first, between)
    found = group_copies(steps)
    assert len(set(found)) > 2
    assert all(is_copy(steps[group], each) for group, each in zip(found, steps, strict=True))


def test_plain_pictures_are_copies_of_one_another_only_in_their_colour() -> None:
    assert groups([Image.new("RGB", (9, 9), name) for name in ("red", "red", "blue")]) == [0, 0, 2]


def test_nothing_is_grouped() -> None:
    assert group_copies([]) == []


def test_real_photographs(real_data: Path) -> None:
    """Of every ninth photograph copies are found; no two are taken for one, on white neither."""
    paths = sorted(real_data.glob("images/*/*"))[::9]
    images = [Image.fromarray(read_picture(path)) for path in paths]
    smaller = [copied(image, 0.5, 40) for image in images]
    found = groups([*images, *smaller])
    assert found[:40] == list(range(40))
    assert np.mean(np.array(found[:40]) == np.array(found[40:])) >= 0.96
    assert groups([pasted(image) for image in images]) == list(range(40))
