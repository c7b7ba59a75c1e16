import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidrec.timelines import MOST_CELLS, Timeline, looked_at_every, timelines


def table(*rows: tuple[int, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["frame", "label", "confidence"])


def test_each_object_has_a_row_of_cells() -> None:
    found = table((1, "dog", 1.0), (2, "cat", 0.5), (2, "cat", 0.04), (4, "cat", 0.04))
    assert timelines(found, 5, 1) == [
        Timeline("cat", "04010", 2, 2, 4),
        Timeline("dog", "90000", 1, 1, 1),
    ]


def test_a_cell_is_as_long_as_the_detector_looks_away() -> None:
    found = table((1, "cat", 1.0), (7, "cat", 1.0), (19, "cat", 1.0))
    assert looked_at_every([found, table(), table((1, "cat", 1.0))]) == 6
    assert [row.cells for row in timelines(found, 24, 6)] == ["9909"]


def test_one_who_looks_at_each_frame_misses_none() -> None:
    assert looked_at_every([]) == 1
    assert looked_at_every([table((1, "cat", 1.0))]) == 1
    assert looked_at_every([table((1, "cat", 1.0), (4, "dog", 1.0)), table((3, "cat", 1.0))]) == 1


def test_nothing_found_is_no_row() -> None:
    assert timelines(table(), 12, 1) == []
    assert timelines(table(), 0, 1) == []


def test_detections_without_frames_have_their_time_all_the_same() -> None:
    assert timelines(table((3, "cat", 1.0)), 0, 1) == [Timeline("cat", "009", 1, 3, 3)]


@given(
    st.lists(st.tuples(st.integers(1, 10**12), st.just("cat"), st.floats(0.01, 1)), min_size=1),
    st.integers(1, 50),
)
def test_a_long_video_has_no_more_cells(rows: list[tuple[int, str, float]], step: int) -> None:
    (row,) = timelines(table(*rows), 0, step)
    assert 1 <= len(row.cells) <= MOST_CELLS
    assert set(row.cells) != {"0"}
    assert row.seen == len({frame for frame, _, _ in rows})


@pytest.mark.parametrize(("confidence", "digit"), [(0.001, "1"), (0.5, "4"), (0.999, "9")])
def test_a_digit_says_how_sure(confidence: float, digit: str) -> None:
    assert timelines(table((1, "cat", confidence)), 1, 1)[0].cells == digit
