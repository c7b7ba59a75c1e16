import numpy as np

from vidrec.report.region_names import Region, group_shares, regions


def test_shares_of_groups_are_of_the_squared_length() -> None:
    values = np.array([[3.0, 4.0, 0.0], [0.0, 0.0, 2.0], [0.0, 0.0, 0.0]])
    found = group_shares(values, np.array([0, 1, 0]), 2)
    assert found.round(6).tolist() == [[0.36, 0.64], [1.0, 0.0], [0.0, 0.0]]


def test_a_region_has_the_name_of_what_is_there_more_than_elsewhere() -> None:
    left = [(10.0 + n, 20.0) for n in range(12)]
    right = [(500.0 + n, 400.0) for n in range(12)]
    shares = np.array([[0.7, 0.3, 0.0]] * 12 + [[0.6, 0.0, 0.4]] * 12)
    assert regions([*left, *right], shares) == [Region(15.5, 20.0, 1), Region(505.5, 400.0, 2)]


def test_of_two_regions_of_one_name_the_larger_keeps_it() -> None:
    points = [(float(n), 0.0) for n in range(30)] + [(600.0 + n / 9, 600.0) for n in range(6)]
    found = regions(points, np.ones((36, 1)) * 0.5)
    assert [each.group for each in found] == [0]
    assert found[0].y == 0.0


def test_where_no_object_stands_out_there_is_no_name() -> None:
    points = [(float(n % 7), float(n)) for n in range(24)]
    assert regions(points, np.full((24, 10), 0.1)) == []


def test_few_videos_have_a_region_or_none() -> None:
    assert regions([(5.0, 6.0)], np.array([[0.0, 1.0]])) == []
    assert len(regions([(5.0, 6.0), (400.0, 9.0)], np.array([[0.0, 1.0], [1.0, 0.0]]))) == 2
