"""The tables that turn the colours of HDR and of wide gamuts into those of a JPEG."""

import functools

import numpy as np
import pytest

from vidrec.media.colours import HLG, PQ, SIDE, cube, matrix_of, needs_table
from vidrec.media.streams import Stream


@functools.cache
def table(transfer: str, primaries: str) -> np.ndarray:
    """The table as numbers, by blue, green, red: (SIDE, SIDE, SIDE, 3)."""
    head, *lines = cube(transfer, primaries).splitlines()
    assert head == f"LUT_3D_SIZE {SIDE}"
    return np.array([line.split() for line in lines], float).reshape(SIDE, SIDE, SIDE, 3)


def grey(transfer: str, signal: float) -> float:
    """What a grey signal in 0..1 comes out as, 0..255."""
    steps = np.linspace(0, 1, SIDE)
    values = table(transfer, "bt2020")
    diagonal = [values[i, i, i] for i in range(SIDE)]
    assert np.ptp(diagonal, axis=1).max() < 0.005
    return float(np.interp(signal, steps, np.mean(diagonal, axis=1)) * 255)


@pytest.mark.parametrize(
    ("transfer", "signal", "shown"),
    # White at 203 nits is 75 % of HLG and 58 % of PQ (ITU-R BT.2408, table 1), 18 % grey 38 % of
    # either; white is rolled off a little, to leave room for highlights.
    [(HLG, 0.75, 243), (PQ, 0.58, 243), (HLG, 0.38, 101), (PQ, 0.38, 101), (HLG, 0, 0), (PQ, 0, 0)],
)
def test_grey_and_white_are_where_a_player_shows_them(
    transfer: str, signal: float, shown: float
) -> None:
    assert grey(transfer, signal) == pytest.approx(shown, abs=8)


@pytest.mark.parametrize("transfer", [HLG, PQ, "bt709"])
def test_brighter_stays_brighter(transfer: str) -> None:
    values = table(transfer, "bt2020")
    diagonal = np.array([values[i, i, i].mean() for i in range(SIDE)])
    assert (np.diff(diagonal) >= 0).all()


def test_the_first_axis_of_the_file_is_red() -> None:
    values = table("bt709", "bt2020")
    assert values[0, 0, -1].clip(0, 1).tolist() == [1, 0, 0]
    assert values[-1, 0, 0].clip(0, 1)[2] == 1
    assert values[-1, 0, 0].clip(0, 1)[:2].max() < 0.1


def test_only_what_needs_it_goes_through_a_table() -> None:
    assert not needs_table(Stream(0, "h264", 9, 9, "bt709", "bt709", "bt709"))
    assert not needs_table(Stream(0, "h264", 9, 9))
    assert needs_table(Stream(0, "hevc", 9, 9, "bt2020nc", "bt2020", "bt709"))
    assert needs_table(Stream(0, "hevc", 9, 9, "unknown", "unknown", PQ))


@pytest.mark.parametrize(
    ("stream", "matrix"),
    [
        (Stream(0, "h264", 1280, 720), "bt709"),
        (Stream(0, "h264", 1280, 544), "bt709"),
        (Stream(0, "h264", 1024, 576), "auto"),
        (Stream(0, "h264", 1920, 1080, "smpte170m"), "auto"),
        (Stream(0, "hevc", 320, 180, transfer=HLG), "bt2020"),
    ],
)
def test_the_matrix_is_that_of_the_tag_or_of_the_size(stream: Stream, matrix: str) -> None:
    assert matrix_of(stream) == matrix
