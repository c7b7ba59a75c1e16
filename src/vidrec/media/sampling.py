"""Which of a video's frames a network looks at, where it does not look at each."""


def sampled_frames(count: int, frame_fps: float, fps: float) -> list[int]:
    """The numbers (from 1) of the frames to look at, of `count` taken at `frame_fps` per second."""
    step = max(1.0, frame_fps / fps)
    return [1 + round(index * step) for index in range(count) if round(index * step) < count]
