import dataclasses
import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vidrec.drawing.objects import LABELS, random_style
from vidrec.drawing.scenes import (
    CANVAS_HEIGHT,
    CANVAS_WIDTH,
    MIN_VISIBLE_PIXELS,
    Scene,
    Track,
    VisibleObject,
    paint,
    paint_backdrop,
    random_track,
)

BACKDROP = paint_backdrop(0)


def still_track(label: str, x: float, scale: float) -> Track:
    """An object that stays at one place for ten seconds."""
    style = random_style(label, np.random.default_rng(0))
    place = (x, 0.5)
    return Track(label, style, 0.0, 10.0, place, place, scale, scale, 1.0, False)


def visible(*tracks: Track, time: float = 0.0) -> list[VisibleObject]:
    return paint(Scene(0, tracks), BACKDROP, time)[1]


def test_the_object_in_front_hides_the_one_behind() -> None:
    car, ball = still_track("car", 0.5, 1.0), still_track("ball", 0.5, 0.7)
    (alone,) = visible(car)
    (in_front,) = visible(ball)
    behind, front = visible(car, ball)
    assert (behind.label, front.label) == ("car", "ball")
    assert (front.mask == in_front.mask).all()
    assert (behind.mask == alone.mask & ~in_front.mask).all()
    assert 0 < behind.mask.sum() < alone.mask.sum()


def test_an_object_that_is_all_hidden_is_not_visible() -> None:
    found = visible(still_track("ball", 0.5, 0.4), still_track("bus", 0.5, 1.5))
    assert [item.label for item in found] == ["bus"]


def test_an_object_outside_the_picture_or_its_time_is_not_visible() -> None:
    assert visible(still_track("bus", 3.0, 1.0)) == []
    assert visible(still_track("bus", 0.5, 1.0), time=10.0) == []
    assert len(visible(still_track("bus", 0.5, 1.0), time=9.9)) == 1


def test_a_mask_is_where_the_picture_changed() -> None:
    picture, (car,) = paint(Scene(0, (still_track("car", 0.5, 1.0),)), BACKDROP, 0.0)
    changed = (np.asarray(picture) != np.asarray(BACKDROP)).any(axis=2)
    assert (changed & car.mask).sum() > 0.98 * car.mask.sum()
    assert (changed & ~car.mask).sum() < 0.15 * car.mask.sum()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32), st.lists(st.sampled_from(LABELS), min_size=2, max_size=5))
def test_visible_parts_never_overlap_and_are_never_tiny(seed: int, labels: list[str]) -> None:
    rng = np.random.default_rng(seed)
    tracks = [random_track(x, rng, span=(0.0, 4.0), scale_range=(0.5, 1.5)) for x in labels]
    found = visible(*tracks, time=float(rng.uniform(0, 4)))
    covered = np.zeros((CANVAS_HEIGHT, CANVAS_WIDTH), dtype=int)
    for item in found:
        assert item.mask.sum() >= MIN_VISIBLE_PIXELS
        covered += item.mask
    assert covered.max(initial=0) <= 1


def test_equal_seeds_paint_equal_backdrops_and_others_differ() -> None:
    assert paint_backdrop(0).tobytes() == BACKDROP.tobytes()
    assert len({paint_backdrop(seed).tobytes() for seed in range(8)}) == 8


@pytest.mark.parametrize("label", LABELS)
def test_each_object_can_be_seen_at_its_typical_size(label: str) -> None:
    (item,) = visible(still_track(label, 0.5, 1.0))
    assert item.label == label
    assert 0.01 < item.mask.mean() < 0.5


def test_a_track_moves_from_its_start_to_its_end() -> None:
    track = dataclasses.replace(still_track("ball", 0.3, 0.5), end=(0.7, 0.5))
    centers = [np.nonzero(visible(track, time=t)[0].mask)[1].mean() for t in (0.0, 5.0, 9.99)]
    np.testing.assert_allclose(centers, np.array([0.3, 0.5, 0.7]) * CANVAS_WIDTH, atol=4)


def test_a_backdrop_is_the_one_that_the_committed_sample_has() -> None:
    digest = hashlib.sha256(paint_backdrop(7).tobytes()).hexdigest()
    assert digest[:16] == "7cdbfe139e5f8873"
