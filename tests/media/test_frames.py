import struct
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.clips import all_pictures

from vidrec.media import frames as frames_module
from vidrec.media.frames import (
    FORMATS,
    Frames,
    begins_as_picture,
    decode,
    frame_paths,
    read_frames,
    read_picture,
)
from vidrec.workflow.errors import UserError

Write = Callable[[Path, int, int], None]


def test_frames_come_by_number_and_not_by_name(tmp_path: Path) -> None:
    for number in range(1, 12):
        Image.new("RGB", (2, 2), (20 * number, 0, 0)).save(
            tmp_path / f"{number}.jpg", subsampling=0, quality=100
        )
    assert [path.stem for path in frame_paths(tmp_path)] == [str(n) for n in range(1, 12)]
    reds = all_pictures(read_frames(tmp_path))[:, 0, 0, 0].astype(int)
    np.testing.assert_allclose(reds, 20 * np.arange(1, 12), atol=3)


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (["1", "2", "4"], "3.jpg"),
        (["2", "3"], "1.jpg"),
        (["20240101123456"], "1.jpg"),
    ],
)
def test_a_gap_is_refused(tmp_path: Path, names: list[str], missing: str) -> None:
    for name in names:
        (tmp_path / f"{name}.jpg").touch()
    with pytest.raises(UserError, match=f"lacks frame {missing}"):
        frame_paths(tmp_path)


@settings(max_examples=30)
@given(st.sets(st.integers(1, 15), min_size=1))
def test_whatever_is_accepted_counts_from_one(
    tmp_path_factory: pytest.TempPathFactory, numbers: set[int]
) -> None:
    folder = tmp_path_factory.mktemp("frames")
    for number in numbers:
        (folder / f"{number}.jpg").touch()
    try:
        found = [int(path.stem) for path in frame_paths(folder)]
    except UserError:
        assert numbers != set(range(1, len(numbers) + 1))
    else:
        assert found == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("names", [["0.jpg", "1.jpg"], ["01.jpg", "1.jpg"]])
def test_a_number_too_many_is_refused(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(UserError, match=f"{names[0]} is a frame too many|{names[1]} is a frame"):
        frame_paths(tmp_path)


@pytest.mark.parametrize("names", [[], ["cover.jpg", "1.png"]])
def test_a_directory_without_frames_is_refused(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(UserError, match="holds no frames"):
        frame_paths(tmp_path)


def test_what_is_no_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").touch()
    for name in ("a.mp4", "nowhere"):
        with pytest.raises(UserError, match="is not a directory"):
            frame_paths(tmp_path / name)


def test_what_is_no_picture_is_refused_in_one_line(tmp_path: Path, write_frames: Write) -> None:
    write_frames(tmp_path / "v", 1, 0)
    whole = (tmp_path / "v" / "1.jpg").read_bytes()
    for content in (b"", b"no picture", whole[:100], whole[: len(whole) // 2]):
        path = tmp_path / "1.jpg"
        path.write_bytes(content)
        with pytest.raises(UserError, match="cannot be read as a picture") as refused:
            read_picture(path)
        assert str(path) in str(refused.value)
        assert "\n" not in str(refused.value)
        assert "object at 0x" not in str(refused.value)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "CMYK"])
def test_pictures_of_all_modes_become_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.tif"
    Image.new("RGB", (4, 3), (255, 255, 255)).convert(mode).save(path)
    pixels = read_picture(path)
    assert pixels.shape == (3, 4, 3)
    assert pixels.dtype == np.uint8
    assert (pixels == 255).all()


def test_frames_of_different_sizes_are_refused(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "1.jpg")
    Image.new("RGB", (4, 5)).save(tmp_path / "2.jpg")
    with pytest.raises(UserError, match="different sizes"):
        all_pictures(read_frames(tmp_path))


def test_frames_come_in_batches_of_those_named(tmp_path: Path, write_frames: Write) -> None:
    write_frames(tmp_path / "v", 7, 0)
    frames = read_frames(tmp_path / "v")
    batches = list(frames.batches([1, 3, 5, 6, 7], 2))
    assert [len(batch) for batch in batches] == [2, 2, 1]
    for number, found in zip([1, 3, 5, 6, 7], np.concatenate(batches), strict=True):
        assert (found == frames.picture(number)).all()


def test_of_a_long_video_one_batch_is_in_memory(
    tmp_path: Path, write_frames: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_frames(tmp_path / "v", 4, 0)
    decoded: list[str] = []
    really = frames_module.decode

    def noting(content: bytes, name: str) -> np.ndarray:
        decoded.append(name)
        return really(content, name)

    monkeypatch.setattr(frames_module, "decode", noting)
    batches = read_frames(tmp_path / "v").batches([1, 2, 3, 4], 2)
    next(batches)
    assert {Path(name).name for name in decoded} == {"1.jpg", "2.jpg"}


def test_the_digest_is_of_content_and_order(tmp_path: Path, write_frames: Write) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        write_frames(tmp_path / name, 2, seed)
    write_frames(tmp_path / "d", 3, 0)
    swapped = tmp_path / "e"
    swapped.mkdir()
    (swapped / "1.jpg").write_bytes((tmp_path / "a" / "2.jpg").read_bytes())
    (swapped / "2.jpg").write_bytes((tmp_path / "a" / "1.jpg").read_bytes())
    first, same, *others = (read_frames(tmp_path / name).digest for name in "abcde")
    assert first == same
    assert len({first, *others}) == 4


def test_a_bad_frame_is_named_by_its_video_and_number(tmp_path: Path, write_frames: Write) -> None:
    write_frames(tmp_path / "v", 2, 0)
    (tmp_path / "v" / "2.jpg").write_bytes(b"no picture")
    frames = read_frames(tmp_path / "v")
    assert frames.picture(1).shape == (64, 64, 3)
    with pytest.raises(UserError, match=r"v/2\.jpg cannot be read as a picture"):
        frames.picture(2)
    with pytest.raises(UserError, match=r"v/2\.jpg cannot be read as a picture"):
        all_pictures(frames)


def test_frames_in_memory_are_those_of_the_files(tmp_path: Path, write_frames: Write) -> None:
    write_frames(tmp_path / "cars" / "v", 2, 0)
    frames = read_frames(tmp_path / "cars" / "v")
    assert frames.digest == Frames("another name", frames.files).digest
    for number in (1, 2):
        pixels = read_picture(tmp_path / "cars" / "v" / f"{number}.jpg")
        assert (frames.picture(number) == pixels).all()
        assert (decode(frames.files[number - 1], "it") == pixels).all()


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"1\.jpg cannot be read .*: replace it"):
        read_picture(tmp_path / "1.jpg")


def encoded(picture: Image.Image, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def shades() -> Image.Image:
    random = np.random.default_rng(3)
    coarse = Image.fromarray(random.integers(0, 256, (5, 6, 3), dtype=np.uint8))
    return coarse.resize((24, 16))


def test_a_plain_jpeg_has_the_pixels_that_pillow_gives() -> None:
    content = encoded(shades(), "JPEG")
    assert (decode(content, "it") == np.array(Image.open(BytesIO(content)))).all()


@pytest.mark.parametrize("kind", FORMATS)
def test_each_format_is_known_by_its_first_bytes(tmp_path: Path, kind: str) -> None:
    (tmp_path / "a").write_bytes(encoded(shades(), kind))
    assert begins_as_picture(tmp_path / "a")
    pixels = read_picture(tmp_path / "a").astype(int)
    assert np.abs(pixels - np.asarray(shades())).mean() < 16


@pytest.mark.parametrize("kind", ["EPS", "TGA", "PCX", "SGI", "PPM", "ICO", "JPEG2000"])
def test_no_other_format_is_opened(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(encoded(shades(), kind))
    assert not begins_as_picture(path)
    with pytest.raises(UserError, match="it is not in JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF"):
        read_picture(path)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize(
    ("greys", "right"),
    [([0, 257, 32896, 65535], [0, 1, 128, 255]), ([0, 16, 2056, 4095], [0, 1, 128, 255])],
)
def test_greys_of_16_bits_are_scaled(kind: str, greys: list[int], right: list[int]) -> None:
    picture = Image.fromarray(np.array([greys], dtype=np.uint16))
    assert decode(encoded(picture, kind), "it")[0].tolist() == [[grey] * 3 for grey in right]


@pytest.mark.parametrize("mode", ["I", "F"])
def test_numbers_without_a_known_white_are_refused(mode: str) -> None:
    with pytest.raises(UserError, match="32 bits have no known white, save it with 8 or 16"):
        decode(encoded(Image.new(mode, (2, 2)), "TIFF"), "it")


def test_a_picture_is_turned_as_its_exif_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    for kind in ("JPEG", "PNG", "WEBP", "TIFF"):
        assert decode(encoded(shades(), kind, exif=exif), "it").shape == (24, 16, 3)


@pytest.mark.parametrize("exif", [b"nothing", b"Exif\0\0nothing", b"Exif\0\0II*\0\xff\xff\xff\x7f"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_broken_exif_costs_only_the_turn(kind: str, exif: bytes) -> None:
    pixels = decode(encoded(shades(), kind, exif=exif), "it")
    assert (pixels == decode(encoded(shades(), kind), "it")).all()


def test_what_is_transparent_is_shown_on_white() -> None:
    picture = Image.new("RGBA", (3, 1), (200, 0, 0, 255))
    picture.putpixel((1, 0), (9, 9, 9, 0))
    assert decode(encoded(picture, "PNG"), "it")[0, :2].tolist() == [[200, 0, 0], [255] * 3]
    palette = Image.new("P", (2, 1))
    palette.putpalette([0, 0, 0, 0, 0, 250])
    palette.putpixel((1, 0), 1)
    pixels = decode(encoded(palette, "PNG", transparency=0), "it")
    assert pixels[0].tolist() == [[255] * 3, [0, 0, 250]]


def test_a_jpeg_of_four_inks_keeps_its_colours() -> None:
    picture = Image.new("RGB", (16, 16), (255, 0, 0)).convert("CMYK")
    red, green, blue = decode(encoded(picture, "JPEG", quality=95), "it")[8, 8].tolist()
    assert red > 240
    assert max(green, blue) < 15


def test_too_many_pixels_are_refused_before_they_are_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bomb = bytearray(encoded(Image.new("L", (4, 4)), "BMP"))
    for width, said in ((10_001, "it has 10001 x 10000 pixels, more than"), (2**30, "exceeds")):
        bomb[18:26] = struct.pack("<ii", width, 10_000)
        with pytest.raises(UserError, match=said):
            decode(bytes(bomb), "it")
    monkeypatch.setattr(frames_module, "MAX_PIXELS", 24 * 16)
    assert decode(encoded(shades(), "PNG"), "it").shape == (16, 24, 3)


def good_pictures() -> list[bytes]:
    exif = Image.Exif()
    exif[0x0112] = 1
    plain = [encoded(shades().convert(mode), kind) for kind in FORMATS for mode in ("RGB", "L")]
    tagged = [encoded(shades(), kind, exif=exif) for kind in ("JPEG", "PNG", "WEBP", "AVIF")]
    packed = [encoded(shades(), "TIFF", compression=name) for name in ("tiff_lzw", "jpeg")]
    moving = [
        encoded(shades(), kind, save_all=True, append_images=[Image.new("RGB", (24, 16))])
        for kind in ("GIF", "WEBP", "PNG")
    ]
    return [*plain, *tagged, *packed, *moving]


def mutated(content: bytes, random: np.random.Generator) -> bytes:
    changed = bytearray(content)
    if random.random() < 0.2:
        return content[: random.integers(len(content))]
    for _ in range(random.integers(1, 6)):
        changed[random.integers(min(len(changed), 300))] = random.integers(256)
    return bytes(changed)


def test_a_damaged_picture_is_read_or_refused_in_one_line() -> None:
    random = np.random.default_rng(10)
    read = refused = 0
    for content in good_pictures() * 10:
        try:
            pixels = decode(mutated(content, random), "it")
        except UserError as error:
            assert str(error).startswith("it cannot be read as a picture (")
            assert "\n" not in str(error)
            refused += 1
        else:
            assert pixels.ndim == 3
            read += 1
    assert read + refused == 230
    assert min(read, refused) > 50


def test_a_moving_avif_without_a_clock_is_refused_in_one_line() -> None:
    """One of the mutations that ended in a traceback: a ZeroDivisionError."""
    content = bytearray(encoded(shades(), "AVIF", save_all=True, append_images=[shades()]))
    clock = content.index(b"mdhd") + 24
    assert content[clock : clock + 4] == (1000).to_bytes(4)
    content[clock : clock + 4] = bytes(4)
    with pytest.raises(UserError, match=r"^it cannot be read as a picture \(.*\): replace it$"):
        decode(bytes(content), "it")


def test_an_offset_beyond_any_file_is_refused_in_one_line() -> None:
    """An OverflowError."""
    tags = ((256, 4), (257, 4), (258, 8), (259, 1), (262, 1), (273, 2**64 - 1), (278, 4), (279, 16))
    entries = b"".join(struct.pack("<HHQQ", tag, 16, 1, value) for tag, value in tags)
    head = b"II\x2b\0\x08\0\0\0" + struct.pack("<QQ", 16, len(tags))
    with pytest.raises(UserError, match=r"^it cannot be read as a picture \(.*\): replace it$"):
        decode(head + entries + bytes(8), "it")


@pytest.mark.parametrize("error", [AttributeError, EOFError, KeyError, TypeError, struct.error])
def test_what_pillow_raises_on_rare_damage_is_told_in_one_line(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error("of\nsome kind")

    monkeypatch.setattr("PIL.JpegImagePlugin.JpegImageFile.load", fail)
    with pytest.raises(UserError, match=r"^it cannot .* \(.*of.*some kind.*\): replace it$"):
        decode(encoded(shades(), "JPEG"), "it")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "1.jpg").open("wb") as file:
        file.truncate(2**30 + 1)
    with pytest.raises(UserError, match=r"1\.jpg cannot be read \(it is larger than 1 GiB\)"):
        read_picture(tmp_path / "1.jpg")


@pytest.mark.parametrize(
    ("orientation", "corner"),
    [(1, 0), (2, 1), (3, 3), (4, 2), (5, 0), (6, 1), (7, 3), (8, 2)],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_all_turns_stand_upright(kind: str, orientation: int, corner: int) -> None:
    """`corner` is where the upper left of what is stored comes to lie, row by row."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.new("RGB", (64, 32))
    stored.paste((255, 0, 0), (0, 0, 16, 16))
    pixels = decode(encoded(stored, kind, exif=exif), "it")
    assert pixels.shape == ((64, 32, 3) if orientation > 4 else (32, 64, 3))
    corners = pixels[[4, 4, -4, -4], [4, -4, 4, -4], 0] > 128
    assert corners.tolist() == [number == corner for number in range(4)]
