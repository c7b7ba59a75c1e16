import pytest

from vidrec.settings.segment_objects import SegmenterSettings


@pytest.mark.parametrize(
    ("named", "trained_at", "read_at"), [(0, 128, 128), (0, 800, 320), (800, 128, 800)]
)
def test_a_frame_is_read_as_named_or_as_the_weights_were_trained_up_to_a_limit(
    named: int, trained_at: int, read_at: int
) -> None:
    settings = SegmenterSettings(named, 100, 0.7, 20, 0.4, "auto", 0.5, 3)
    assert settings.read_at(trained_at) == read_at
