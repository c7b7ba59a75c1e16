import itertools
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from vidrec.drawing.objects import LABELS
from vidrec.drawing.scenes import VisibleObject
from vidrec.drawing.stills import (
    PURPOSES,
    Still,
    render_closeup,
    render_still,
    render_views,
    resize_mask,
)

Render = Callable[[str, int, int, int, int], Still]


def made_still() -> Still:
    """8 x 8 pixels: the upper half is ball, the lower left quarter is car, the rest is free."""
    ball, car = np.zeros((2, 8, 8), dtype=np.bool_)
    ball[:4] = True
    car[4:, :4] = True
    return Still(Image.new("RGB", (8, 8)), [VisibleObject("ball", ball), VisibleObject("car", car)])


def test_shares_are_of_the_area_that_objects_cover() -> None:
    shares = made_still().shares()
    assert shares[LABELS.index("ball")] == pytest.approx(2 / 3)
    assert shares[LABELS.index("car")] == pytest.approx(1 / 3)
    assert shares.sum() == pytest.approx(1)


def test_two_objects_of_one_label_add_up() -> None:
    ball, car = made_still().objects
    shares = Still(Image.new("RGB", (8, 8)), [ball, car, car]).shares()
    assert shares[LABELS.index("car")] == pytest.approx(1 / 2)


def test_a_cell_without_objects_votes_for_no_label() -> None:
    shares = made_still().share_map(2)
    assert shares.shape == (len(LABELS), 2, 2)
    assert shares[LABELS.index("ball"), 0].tolist() == [1, 1]
    assert shares[LABELS.index("car"), 1, 0] == 1
    np.testing.assert_allclose(shares[:, 1, 1], 1 / len(LABELS), rtol=1e-6)


@pytest.mark.parametrize("render", [render_still, render_closeup])
def test_rendered_shares_are_distributions(render: Render) -> None:
    for index in range(12):
        still = render("classifier", 7, index, 64, 3)
        assert still.picture.size == (64, 64)
        assert {item.mask.shape for item in still.objects} == {(64, 64)}
        shares, cells = still.shares(), still.share_map(2)
        assert shares.min() >= 0
        assert shares.sum() == pytest.approx(1)
        assert cells.min() >= 0
        np.testing.assert_allclose(cells.sum(axis=0), 1, rtol=1e-5)


def test_no_two_purposes_seeds_or_numbers_share_a_still() -> None:
    stills = [
        render_still(purpose, seed, index, 64, 3).picture.tobytes()
        for purpose, seed, index in itertools.product(PURPOSES, (7, 8), (0, 1))
    ]
    assert len(set(stills)) == 4 * len(PURPOSES)
    assert 0 not in PURPOSES.values()


def test_equal_seeds_give_equal_bytes() -> None:
    for render in (render_still, render_closeup):
        first, second = (render("segmenter", 7, 5, 96, 4) for _ in range(2))
        assert first.picture.tobytes() == second.picture.tobytes()
        assert [item.label for item in first.objects] == [item.label for item in second.objects]
        for one, other in zip(first.objects, second.objects, strict=True):
            assert (one.mask == other.mask).all()


def test_a_closeup_is_not_its_still() -> None:
    still = render_still("classifier", 7, 0, 64, 3)
    assert render_closeup("classifier", 7, 0, 64, 3).picture.tobytes() != still.picture.tobytes()


def test_views_are_two_moments_of_one_scene() -> None:
    early, late = render_views(7, 3, ("cat",), 64)
    assert early.size == late.size == (64, 64)
    assert early.tobytes() != late.tobytes()
    again, _ = render_views(7, 3, ("cat",), 64)
    assert again.tobytes() == early.tobytes()
    same_place = np.abs(np.asarray(early, dtype=int) - np.asarray(late)).max(axis=2) < 10
    assert same_place.mean() > 0.3
    other, _ = render_views(7, 4, ("cat",), 64)
    elsewhere = np.abs(np.asarray(early, dtype=int) - np.asarray(other)).max(axis=2) < 10
    assert elsewhere.mean() < same_place.mean()


def test_resizing_keeps_a_mask_where_it_was() -> None:
    mask = np.zeros((192, 256), dtype=np.bool_)
    mask[:96, 128:] = True
    small = resize_mask(mask, 10)
    assert small[:5, 5:].all()
    assert small.sum() == 25
    assert resize_mask(mask, 10, (128, 0, 256, 96)).all()
    assert not resize_mask(mask, 10, (0, 0, 128, 192)).any()
