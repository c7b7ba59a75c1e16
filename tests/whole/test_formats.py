"""Each format that is promised: its frames are right in number, in time and in colour."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.formats import (
    FORM,
    FORMATS,
    REFUSED_CODECS,
    REFUSED_CONTAINERS,
    RULES,
    Format,
    Refusal,
    tried,
)
from tests.patterns import COLOURS, Clip
from tests.written import NoEncoderError, colours

from vidrec.media import ffmpeg
from vidrec.media.containers import VideoError
from vidrec.media.extraction import Rules, extract_frames

# The share of red and of blue in the luma of each matrix (ITU-R BT.601, BT.709, BT.2020).
SHARES = {"smpte170m": (0.299, 0.114), "bt709": (0.2126, 0.0722), "bt2020nc": (0.2627, 0.0593)}


@pytest.mark.parametrize("row", FORMATS, ids=lambda row: row.name)
def test_frames_are_right_in_number_time_and_colour(row: Format, tmp_path: Path) -> None:
    try:
        result = tried(row, tmp_path)
    except NoEncoderError as missing:
        pytest.skip(f"this ffmpeg cannot write it: {missing}")
    assert not result.faults


@pytest.mark.parametrize("row", REFUSED_CODECS + REFUSED_CONTAINERS, ids=lambda row: row.name)
def test_what_is_not_read_is_refused_by_name(row: Refusal, tmp_path: Path) -> None:
    path = tmp_path / "video"
    path.write_bytes(row.write(Clip(count=10)))
    with pytest.raises(VideoError) as caught:
        extract_frames(path, FORM, RULES)
    assert caught.value.status == row.status
    assert row.says in caught.value.message


@pytest.mark.parametrize("row", REFUSED_CODECS, ids=lambda row: row.name)
def test_a_param_lets_a_codec_be_read(row: Refusal, tmp_path: Path) -> None:
    path = tmp_path / "video"
    path.write_bytes(row.write(Clip(count=25)))
    rules = Rules(RULES.max_seconds, RULES.min_decoded, more_codecs=(row.says,))
    assert len(extract_frames(path, FORM, rules).frames) == 3


@pytest.mark.parametrize("matrix", SHARES)
@pytest.mark.parametrize("levels", ["tv", "pc"])
def test_the_patches_are_written_as_the_standards_say(matrix: str, levels: str) -> None:
    clip = Clip(count=1)
    source = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{clip.width}x{clip.height}", "-i", "-"]
    filters = ["-vf", colours(matrix, levels, "yuv444p"), "-f", "rawvideo", "-"]
    command = [ffmpeg.binary(), "-v", "error", *source, *filters]
    done = subprocess.run(command, input=clip.raw(), capture_output=True, check=True)
    planes = np.frombuffer(done.stdout, np.uint8).reshape(3, clip.height, clip.width)
    middles = planes[:, [75, 105]][:, :, [20, 60, 100, 140]].reshape(3, -1).T
    assert np.abs(middles - by_standard(matrix, levels)).max() <= 1.1


def by_standard(matrix: str, levels: str) -> NDArray[np.float64]:
    """Luma and both chromas of the patches, in 8 bit."""
    red, blue = SHARES[matrix]
    rgb = np.array(list(COLOURS.values())) / 255
    luma = rgb @ (red, 1 - red - blue, blue)
    to_blue, to_red = (rgb[:, 2] - luma) / (2 - 2 * blue), (rgb[:, 0] - luma) / (2 - 2 * red)
    base, height, width = (16, 219, 224) if levels == "tv" else (0, 255, 255)
    return np.stack([base + height * luma, 128 + width * to_blue, 128 + width * to_red], axis=1)
