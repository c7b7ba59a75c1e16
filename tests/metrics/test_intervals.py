import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap, norm

from vidrec.metrics import intervals
from vidrec.metrics.intervals import Difference, difference, interval_metrics, mean_interval

shares = st.lists(st.integers(0, 10).map(lambda n: n / 10), min_size=1, max_size=40)


@settings(max_examples=30, deadline=None)
@given(shares, st.integers(0, 99))
def test_it_holds_the_mean_and_does_not_depend_on_the_order(values: list[float], seed: int) -> None:
    sample = np.array(values)
    low, high = mean_interval(sample)
    assert sample.min() - 1e-9 <= low <= sample.mean() + 1e-9
    assert sample.mean() - 1e-9 <= high <= sample.max() + 1e-9
    assert mean_interval(np.random.default_rng(seed).permutation(sample)) == (low, high)


@pytest.mark.parametrize("values", [[0.3], [0.3] * 2, [0.3] * 400, [0.0], [1.0] * 7])
def test_values_that_are_all_equal_leave_no_doubt(values: list[float]) -> None:
    found = interval_metrics("accuracy", np.array(values))
    assert found == {"accuracy_low": values[0], "accuracy_high": values[0]}


def test_it_is_near_the_interval_of_the_normal_distribution_where_that_holds() -> None:
    values = np.random.default_rng(3).normal(0.5, 0.1, 400)
    error = values.std() / np.sqrt(len(values))
    expected = norm.interval(0.95, values.mean(), error)
    np.testing.assert_allclose(mean_interval(values), expected, atol=0.06 * error)


@pytest.mark.parametrize("count", [2, 7, 400])
def test_it_is_the_interval_of_scipy(count: int) -> None:
    values = np.random.default_rng(count).integers(0, 11, count) / 10
    found = bootstrap(
        (np.sort(values),),
        np.mean,
        n_resamples=intervals.RESAMPLES,
        batch=max(1, intervals.BATCH_CELLS // count),
        confidence_level=0.95,
        method="percentile",
        rng=np.random.default_rng(intervals.SEED),
    ).confidence_interval
    assert mean_interval(values) == pytest.approx((found.low, found.high), abs=1e-12)


def test_it_covers_the_true_mean_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(5)
    found = [mean_interval(random.binomial(1, 0.8, 100).astype(float)) for _ in range(40)]
    assert sum(low <= 0.8 <= high for low, high in found) >= 35


def test_more_videos_say_more() -> None:
    few = np.arange(10) / 10
    low, high = mean_interval(few)
    more_low, more_high = mean_interval(np.tile(few, 16))
    assert (high - low) / (more_high - more_low) == pytest.approx(4, rel=0.1)


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(1).random(50)
    whole = mean_interval(values)
    monkeypatch.setattr(intervals, "BATCH_CELLS", 1000)
    assert mean_interval(values) == whole


def test_a_difference_is_taken_video_by_video_of_those_in_both() -> None:
    before = pd.Series({"a": 0.1, "b": 0.9, "c": 0.5})
    now = pd.Series({"d": 1.0, "c": 0.6, "b": 1.0, "a": 0.2})
    found = difference(before, now)
    assert found is not None
    assert found.mean == pytest.approx(0.1)
    assert (found.low, found.high) == pytest.approx((0.1, 0.1))
    assert found.videos == 3
    assert found.certain
    assert difference(before, now[["d"]]) is None


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.1, 0.2, True), (-0.2, -0.1, True), (-0.1, 0.1, False), (0.0, 0.1, False), (0, 0, False)],
)
def test_a_difference_is_certain_where_its_interval_leaves_out_0(
    low: float, high: float, expected: bool
) -> None:
    assert Difference(0.0, low, high, 5).certain is expected
