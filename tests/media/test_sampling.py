import math

from hypothesis import given
from hypothesis import strategies as st

from vidrec.media.sampling import sampled_frames


@given(
    st.integers(0, 400),
    st.floats(0.1, 60),
    st.floats(0.01, 60),
)
def test_sampled_frames_never_repeat_and_never_exceed(
    count: int, frame_fps: float, fps: float
) -> None:
    numbers = sampled_frames(count, frame_fps, fps)
    assert numbers == sorted(set(numbers))
    assert all(1 <= number <= count for number in numbers)
    assert numbers[:1] == [1][:count]
    expected = count * min(1.0, fps / frame_fps)
    assert expected - 1 <= len(numbers) <= math.ceil(expected) + 1


def test_sampled_frames_by_hand() -> None:
    assert sampled_frames(7, 3, 3) == [1, 2, 3, 4, 5, 6, 7]
    assert sampled_frames(7, 3, 10) == [1, 2, 3, 4, 5, 6, 7]
    assert sampled_frames(7, 3, 1) == [1, 4, 7]
    assert sampled_frames(7, 3, 0.5) == [1, 7]
