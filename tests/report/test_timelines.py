import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidrec.report.timelines import MOST_CELLS, Timeline, timelines


def table(*rows: tuple[int, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["frame", "label", "confidence"])


def test_each_object_has_a_row_of_cells() -> None:
    found = table((1, "dog", 1.0), (2, "cat", 0.5), (2, "cat", 0.04), (4, "cat", 0.04))
    assert timelines(found, range(1, 6)) == [
        Timeline("cat", "04010", 2, 2, 4),
        Timeline("dog", "90000", 1, 1, 1),
    ]


def test_a_cell_is_a_frame_that_was_looked_at() -> None:
    found = table((1, "cat", 1.0), (4, "cat", 1.0), (9, "cat", 1.0), (3, "dog", 1.0))
    looked_at = [1, 3, 4, 5, 7, 9, 10, 11]
    assert [row.cells for row in timelines(found, looked_at)] == ["90900900", "09000000"]


def test_nothing_found_is_no_row() -> None:
    assert timelines(table(), range(1, 13)) == []
    assert timelines(table(), []) == []


def test_a_detection_in_a_frame_that_is_not_known_is_shown_all_the_same() -> None:
    assert timelines(table((3, "cat", 1.0)), [1, 2]) == [Timeline("cat", "009", 1, 3, 3)]


@given(
    st.lists(st.tuples(st.integers(1, 10**12), st.just("cat"), st.floats(0.01, 1)), min_size=1),
    st.integers(0, 500),
)
def test_a_long_video_has_no_more_cells(rows: list[tuple[int, str, float]], looked: int) -> None:
    (row,) = timelines(table(*rows), range(1, looked + 1))
    assert 1 <= len(row.cells) <= MOST_CELLS
    assert set(row.cells) != {"0"}
    assert row.seen == len({frame for frame, _, _ in rows})


@pytest.mark.parametrize(("confidence", "digit"), [(0.001, "1"), (0.5, "4"), (0.999, "9")])
def test_a_digit_says_how_sure(confidence: float, digit: str) -> None:
    assert timelines(table((1, "cat", confidence)), [1])[0].cells == digit
