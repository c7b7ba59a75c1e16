from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from vidrec.media.frames import read_frames
from vidrec.report.filmstrips import Filmstrip, make, spread_between, spread_out
from vidrec.settings.render_report import Look
from vidrec.workflow.errors import UserError

LOOK = Look(strip_frames=4, strip_size=32, poster_size=48, quality=70)


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


@given(st.integers(1, 2000), st.integers(1, 40))
def test_frames_shown_are_spread_over_the_video(count: int, wanted: int) -> None:
    shown = spread_out(count, wanted)
    assert len(shown) == min(count, wanted)
    assert shown[0] == 1
    assert shown[-1] <= count
    steps = np.diff(shown)
    assert not len(steps) or 1 <= steps.min() <= steps.max() <= steps.min() + 1


@given(st.integers(1, 300), st.integers(1, 12), st.lists(st.integers(1, 400), max_size=6))
def test_given_frames_are_among_those_shown(count: int, wanted: int, given: list[int]) -> None:
    shown = spread_between(count, wanted, given)
    first = list(dict.fromkeys(each for each in given if each <= count))[:wanted]
    assert set(first) <= set(shown) <= set(range(1, count + 1))
    assert shown == sorted(set(shown))
    assert len(first) <= len(shown) <= min(count, wanted)
    assert spread_between(count, wanted, []) == spread_out(count, wanted)


def test_the_other_frames_lie_far_from_those_given() -> None:
    assert spread_between(12, 4, [2]) == [2, 4, 7, 10]
    assert spread_between(12, 4, [1, 12]) == [1, 4, 7, 12]
    assert spread_between(3, 8, [2]) == [1, 2, 3]


def test_a_strip_shows_its_frames_in_order(tmp_path: Path) -> None:
    for number in range(1, 9):
        Image.new("RGB", (64, 64), (number * 30, 0, 0)).save(tmp_path / f"{number}.jpg")
    strip = make(read_frames(tmp_path), LOOK)
    assert (strip.frames, strip.shown) == (8, [1, 3, 5, 7])
    assert opened(strip.strip).size == (4 * 32, 32)
    assert opened(strip.poster).size == (48, 48)
    red = np.array(opened(strip.strip).convert("RGB"))[16, 16::32, 0].astype(int)
    np.testing.assert_allclose(red, [30, 90, 150, 210], atol=6)
    assert abs(int(np.array(opened(strip.poster).convert("RGB"))[24, 24, 0]) - 150) < 6


def test_a_video_with_fewer_frames_has_a_shorter_strip(
    tmp_path: Path, write_frames: Callable[[Path, int, int], None]
) -> None:
    write_frames(tmp_path / "v", 1, 0)
    strip = make(read_frames(tmp_path / "v"), LOOK)
    assert strip.shown == [1]
    assert opened(strip.strip).size == (32, 32)


def test_what_is_not_a_picture_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "pets" / "v"
    folder.mkdir(parents=True)
    (folder / "1.jpg").write_bytes(b"not a picture")
    with pytest.raises(UserError, match=r"1\.jpg cannot be read as a picture"):
        make(read_frames(folder), LOOK)


def test_a_filmstrip_comes_back_from_its_bytes(
    tmp_path: Path, write_frames: Callable[[Path, int, int], None]
) -> None:
    write_frames(tmp_path / "v", 5, 0)
    strip = make(read_frames(tmp_path / "v"), LOOK)
    assert Filmstrip.unpack(strip.pack()) == strip
