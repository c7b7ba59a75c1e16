import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from vidrec.report.render_report import HUES
from vidrec.report.video_map import (
    MARKERS,
    SIDE,
    draw_map,
    marker,
    place_on_grid,
    project,
    stretch_over_map,
)

Values = npt.NDArray[np.float64]


def clusters(count: int) -> Values:
    """Vectors in three directions, a third each, with some noise."""
    random = np.random.default_rng(0)
    return np.eye(3)[np.arange(count) % 3] + 0.05 * random.random((count, 3))


def test_alike_videos_lie_together() -> None:
    places, groups = project(clusters(45)), np.arange(45) % 3
    away = np.linalg.norm(places[:, np.newaxis] - places, axis=2)
    np.fill_diagonal(away, np.inf)
    assert (groups[away.argmin(axis=1)] == groups).mean() > 0.95


def test_the_map_is_the_same_each_time() -> None:
    assert np.array_equal(project(clusters(30)), project(clusters(30)))


@settings(max_examples=12, deadline=None)
@given(
    arrays(
        np.float64,
        array_shapes(min_dims=2, max_dims=2, max_side=9),
        elements=st.sampled_from([0.0, 0.5, 1.0]),
    )
)
def test_every_index_has_a_map(values: Values) -> None:
    """Also of one video, one label, or vectors that are equal or zero."""
    places = project(values)
    assert places.shape == (len(values), 2)
    assert np.isfinite(places).all()


def test_no_point_hides_another() -> None:
    places, spot = place_on_grid(np.zeros((300, 2)))
    away = np.linalg.norm(places[:, np.newaxis] - places, axis=2)
    np.fill_diagonal(away, np.inf)
    assert away.min() >= spot - 1e-6
    assert places.min() >= spot / 2
    assert places.max() <= SIDE - spot / 2


def test_points_stay_near_their_place() -> None:
    random = np.random.default_rng(0)
    wanted = random.random((300, 2)) * SIDE
    places, spot = place_on_grid(wanted)
    moved = np.linalg.norm(places - stretch_over_map(wanted), axis=1)
    assert np.median(moved) < spot


def test_points_are_drawn_in_the_order_of_the_videos() -> None:
    values = clusters(12)
    drawn = np.array(draw_map(values, 3).points)
    places, _ = place_on_grid(project(values))
    np.testing.assert_allclose(drawn[:, 0], places[:, 0], atol=1e-3)
    np.testing.assert_allclose(drawn[:, 1], SIDE - places[:, 1], atol=1e-3)


def test_categories_differ_in_shape() -> None:
    drawn = draw_map(clusters(len(MARKERS)), len(MARKERS))
    assert len(set(drawn.markers)) == len(MARKERS)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_few_videos_have_a_map(count: int) -> None:
    drawn = draw_map(clusters(count), 1)
    assert len(set(drawn.points)) == count


def test_a_marker_does_not_come_again_in_the_same_colour() -> None:
    """Colours come again after as many categories as there are markers."""
    drawn = [(number % HUES, marker(number, 10.0)) for number in range(HUES * len(MARKERS))]
    assert len(set(drawn)) == len(drawn)


def test_a_marker_fills_its_spot_and_hardly_leaves_it() -> None:
    for number in range(len(MARKERS)):
        numbers = [float(part) for part in marker(number, 10.0).split() if not part.isalpha()]
        corners = np.array(numbers).reshape(-1, 2)
        assert (np.abs(corners).max(axis=0) >= 0.35 * 10).all()
        assert (np.abs(corners).max(axis=0) <= 0.6 * 10).all()
