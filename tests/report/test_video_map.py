import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from vidrec.report.video_map import SHAPES, SIDE, draw_map, fit_in, project, settle

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
    places, spot = settle(np.zeros((300, 2)))
    away = np.linalg.norm(places[:, np.newaxis] - places, axis=2)
    np.fill_diagonal(away, np.inf)
    assert away.min() >= spot - 1e-6
    assert places.min() >= spot / 2
    assert places.max() <= SIDE - spot / 2


def test_points_stay_near_their_place() -> None:
    random = np.random.default_rng(0)
    wanted = random.random((300, 2)) * SIDE
    places, spot = settle(wanted)
    moved = np.linalg.norm(places - fit_in(wanted), axis=1)
    assert np.median(moved) < spot


def test_points_are_drawn_in_the_order_of_the_videos() -> None:
    values = clusters(12)
    drawing = draw_map(values, ["b", "a", "c"] * 4, ["a", "b", "c"])
    places, _ = settle(project(values))
    drawn = np.array(drawing.points, np.float64)
    np.testing.assert_allclose(drawn[:, 0], places[:, 0], atol=1e-3)
    np.testing.assert_allclose(drawn[:, 1], SIDE - places[:, 1], atol=1e-3)


def test_categories_differ_in_shape() -> None:
    names = [f"c{number}" for number in range(len(SHAPES))]
    drawing = draw_map(clusters(len(names)), names, names)
    assert len(set(drawing.shapes)) == len(names)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_few_videos_have_a_map(count: int) -> None:
    drawing = draw_map(clusters(count), ["a"] * count, ["a"])
    assert len(set(drawing.points)) == count
