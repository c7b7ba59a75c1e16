import numpy as np
import pytest

from vidrec.drawing.objects import COLOR_SPREAD, LABELS, PALETTES, draw, random_style
from vidrec.drawing.scenes import TYPICAL_HEIGHT


def test_every_object_has_colours_and_a_size() -> None:
    assert set(LABELS) == set(PALETTES) == set(TYPICAL_HEIGHT)
    assert list(LABELS) == sorted(LABELS)


@pytest.mark.parametrize("label", LABELS)
def test_a_drawing_fills_its_box_and_leaves_the_rest_transparent(label: str) -> None:
    style = random_style(label, np.random.default_rng(0))
    picture = draw(label, 80, style, 0.0)
    opaque = np.asarray(picture.getchannel("A")) >= 128
    assert (picture.mode, picture.height) == ("RGBA", 80)
    assert opaque.any(axis=1).sum() > 0.6 * picture.height
    assert opaque.any(axis=0).sum() > 0.6 * picture.width
    assert 0.08 < opaque.mean() < 0.98
    assert draw(label, 80, style, 0.0).tobytes() == picture.tobytes()


@pytest.mark.parametrize("label", LABELS)
def test_instances_of_one_object_differ_in_style(label: str) -> None:
    rng = np.random.default_rng(0)
    first, second = random_style(label, rng), random_style(label, rng)
    assert draw(label, 80, first, 0.0).tobytes() != draw(label, 80, second, 0.0).tobytes()
    for style in (first, second):
        distances = [np.abs(np.subtract(style.body, color)).max() for color in PALETTES[label]]
        assert min(distances) <= COLOR_SPREAD


def test_a_tiny_drawing_is_still_a_picture() -> None:
    style = random_style("microphone", np.random.default_rng(0))
    assert min(draw("microphone", 1, style, 0.5).size) >= 2
